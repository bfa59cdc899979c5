//! What is remembered of all that an account holds, in one question; and its end.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::accounts::holdings::Holdings;
use crate::db::Stop;
use crate::ids::AccountId;
use crate::prepared;
use crate::schema::accounts;
use crate::text::{EmailAddress, PersonName, Username};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Nullable<Text>)]
    display_name: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Array<Text>)]
    addresses: Vec<String>,
    #[diesel(sql_type = BigInt)]
    sessions: i64,
    #[diesel(sql_type = BigInt)]
    passkeys: i64,
    #[diesel(sql_type = Bool)]
    has_second_factor: bool,
}

/// All that an account holds.
pub fn holdings(connection: &mut PgConnection, account: AccountId) -> Result<Holdings, Stop> {
    let row = prepared!(
        "SELECT username, display_name, created_at, \
            ARRAY(SELECT address FROM email_addresses WHERE account_id = accounts.id ORDER BY is_primary DESC, address) AS addresses, \
            (SELECT count(*) FROM sessions WHERE account_id = accounts.id AND expires_at > roster_now()) AS sessions, \
            (SELECT count(*) FROM passkeys WHERE account_id = accounts.id) AS passkeys, \
            EXISTS (SELECT FROM second_factors WHERE account_id = accounts.id AND confirmed_at IS NOT NULL) AS has_second_factor \
         FROM accounts WHERE id = $1",
    )
    .bind::<SqlUuid, _>(account)
    .get_result::<Row>(connection)?;
    Ok(Holdings {
        username: Username::stored(row.username),
        display_name: row.display_name.map(PersonName::stored),
        created_at: row.created_at,
        addresses: row.addresses.into_iter().map(EmailAddress::stored).collect(),
        sessions: row.sessions,
        passkeys: row.passkeys,
        has_second_factor: row.has_second_factor,
    })
}

/// Deletes an account's row. What is the account's alone goes with it (each of those tables says so in its
/// reference to this one); a membership does not, and is in the way.
pub fn delete(connection: &mut PgConnection, account: AccountId) -> Result<(), Stop> {
    diesel::delete(accounts::table.find(account)).execute(connection)?;
    Ok(())
}
