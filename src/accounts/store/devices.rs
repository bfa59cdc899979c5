//! Where somebody has signed in from before.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Uuid as SqlUuid};

use crate::db::Stop;
use crate::ids::AccountId;
use crate::prepared;
use crate::schema::known_devices;

/// What was known before a device was met.
#[derive(QueryableByName)]
pub struct Met {
    /// Whether it was not known in this network.
    #[diesel(sql_type = Bool)]
    pub is_new: bool,
    /// Whether the account knew anything else.
    #[diesel(sql_type = Bool)]
    pub knew_others: bool,
}

/// Remembers that an account was here, and answers what it knew before.
pub fn meet(connection: &mut PgConnection, account: AccountId, device: &str, network: &str) -> Result<Met, Stop> {
    // A row that was there before has been written by an earlier transaction, and is updated by this one.
    Ok(prepared!(
        "INSERT INTO known_devices (account_id, device, network) VALUES ($1, $2, $3) \
         ON CONFLICT ON CONSTRAINT known_devices_one_row_each DO UPDATE SET last_seen_at = roster_now() \
         RETURNING known_devices.xmax = 0 AS is_new, EXISTS ( \
             SELECT FROM known_devices others WHERE others.account_id = $1 AND (others.device, others.network) <> ($2, $3)) AS knew_others",
    )
    .bind::<SqlUuid, _>(account)
    .bind::<Text, _>(device)
    .bind::<Text, _>(network)
    .get_result(connection)?)
}

/// When a device and network were last signed in from, if the account knows them.
pub fn known_since(
    connection: &mut PgConnection,
    account: AccountId,
    device: &str,
    network: &str,
) -> Result<Option<DateTime<Utc>>, Stop> {
    Ok(known_devices::table
        .filter(known_devices::account_id.eq(account))
        .filter(known_devices::device.eq(device))
        .filter(known_devices::network.eq(network))
        .select(known_devices::last_seen_at)
        .first(connection)
        .optional()?)
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Bool)]
    is_known: bool,
}

/// Whether whoever signs in by this name has signed in from this network before. Asks the same of a name
/// that is nobody's.
pub fn is_known_network(connection: &mut PgConnection, name: &str, network: &str) -> Result<bool, Stop> {
    let known: Known = prepared!(
        "SELECT EXISTS (SELECT FROM known_devices WHERE network = $2 AND account_id IN ( \
             SELECT id FROM accounts WHERE username = $1 \
             UNION ALL SELECT account_id FROM email_addresses WHERE address = $1)) AS is_known",
    )
    .bind::<Text, _>(name)
    .bind::<Text, _>(network)
    .get_result(connection)?;
    Ok(known.is_known)
}
