//! What is remembered of a password that was reset, and what was added to the account before.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::accounts::recovery::{Added, Addition, Stays};
use crate::db::{Stop, roster_now};
use crate::ids::{AccountId, PasskeyId, RecoveryId};
use crate::prepared;
use crate::schema::{accounts, recoveries};
use crate::text::{EmailAddress, Title, Username};

/// Whose an address is, and who is told instead where it is too young to reset the password.
pub struct Target {
    /// Whose.
    pub account: AccountId,
    /// By which name.
    pub username: Username,
    /// The older addresses of the account, where this one is too young; none where it may reset the password.
    pub told_instead: Vec<EmailAddress>,
}

#[derive(QueryableByName)]
struct TargetRow {
    #[diesel(sql_type = SqlUuid)]
    id: AccountId,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Array<Text>)]
    told_instead: Vec<String>,
}

/// The account that a link to this address would reset the password of; it keeps the address until the transaction
/// ends. An address is too young for `hours` after it was confirmed, while the account has an older one.
pub fn hold_target(connection: &mut PgConnection, address: &EmailAddress, hours: i32) -> Result<Option<Target>, Stop> {
    let found: Option<TargetRow> = prepared!(
        "SELECT accounts.id, accounts.username, ARRAY( \
             SELECT older.address FROM email_addresses AS older WHERE older.account_id = asked.account_id \
             AND asked.confirmed_at > roster_now() - make_interval(hours => $2) AND older.address <> asked.address \
             AND (older.confirmed_at < asked.confirmed_at OR older.confirmed_at = asked.confirmed_at AND older.is_primary) \
             ORDER BY older.is_primary DESC, older.confirmed_at) AS told_instead \
         FROM email_addresses AS asked JOIN accounts ON accounts.id = asked.account_id \
         WHERE asked.address = $1 FOR SHARE OF asked, accounts",
    )
    .bind::<Text, _>(address.as_str())
    .bind::<Integer, _>(hours)
    .get_result(connection)
    .optional()?;
    Ok(found.map(|row| Target {
        account: row.id,
        username: Username::stored(row.username),
        told_instead: row.told_instead.into_iter().map(EmailAddress::stored).collect(),
    }))
}

/// A reset that was made.
#[derive(Clone, Debug)]
pub struct Recovery {
    /// Whose password.
    pub account: AccountId,
    /// By which name.
    pub username: Username,
    /// The address that the link proved.
    pub address: EmailAddress,
    /// When the account was last signed in to from there before.
    pub known_since: Option<DateTime<Utc>>,
}

/// Remembers a reset, in place of an earlier one.
pub fn open(connection: &mut PgConnection, recovery: &Recovery, until: DateTime<Utc>) -> Result<RecoveryId, Stop> {
    let id = RecoveryId::fresh();
    end(connection, recovery.account)?;
    diesel::insert_into(recoveries::table)
        .values((
            recoveries::id.eq(id),
            recoveries::account_id.eq(recovery.account),
            recoveries::address.eq(recovery.address.as_str()),
            recoveries::known_since.eq(recovery.known_since),
            recoveries::expires_at.eq(until),
        ))
        .execute(connection)?;
    Ok(id)
}

/// A reset, while it may be come back to.
pub fn find(connection: &mut PgConnection, id: RecoveryId) -> Result<Option<Recovery>, Stop> {
    let found: Option<(AccountId, String, String, Option<DateTime<Utc>>)> = recoveries::table
        .inner_join(accounts::table)
        .filter(recoveries::id.eq(id))
        .filter(recoveries::expires_at.gt(roster_now()))
        .select((accounts::id, accounts::username, recoveries::address, recoveries::known_since))
        .first(connection)
        .optional()?;
    Ok(found.map(|(account, username, address, known_since)| Recovery {
        account,
        username: Username::stored(username),
        address: EmailAddress::stored(address),
        known_since,
    }))
}

/// Ends what may be come back to. Answers whether there was something.
pub fn end(connection: &mut PgConnection, account: AccountId) -> Result<bool, Stop> {
    Ok(diesel::delete(recoveries::table.filter(recoveries::account_id.eq(account))).execute(connection)? == 1)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    address: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    passkey: Option<PasskeyId>,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Bool)]
    is_older: bool,
}

/// What was added to an account within so many days, the newest first: beside the proven address, and the one that
/// the account was created with.
pub fn additions(connection: &mut PgConnection, recovery: &Recovery, days: i32) -> Result<Vec<Added>, Stop> {
    let found: Vec<Row> = prepared!(
        "WITH proven AS (SELECT confirmed_at AS at, is_primary, created_at AS begun FROM email_addresses \
             JOIN accounts ON accounts.id = account_id WHERE account_id = $1 AND address = $2), \
         added AS ( \
             SELECT confirmed_at AS at, address, NULL::uuid AS passkey, NULL::text AS name, \
                 confirmed_at < proven.at OR confirmed_at = proven.at AND NOT proven.is_primary AS is_older \
             FROM email_addresses, proven WHERE account_id = $1 AND address <> $2 AND confirmed_at > proven.begun \
             UNION ALL SELECT created_at, NULL, id, name, created_at < proven.at FROM passkeys, proven WHERE account_id = $1 \
             UNION ALL SELECT confirmed_at, NULL, NULL, NULL, confirmed_at < proven.at FROM second_factors, proven \
                 WHERE account_id = $1 AND confirmed_at IS NOT NULL) \
         SELECT * FROM added WHERE at > roster_now() - make_interval(days => $3) ORDER BY at DESC, address, passkey",
    )
    .bind::<SqlUuid, _>(recovery.account)
    .bind::<Text, _>(recovery.address.as_str())
    .bind::<Integer, _>(days)
    .load(connection)?;
    let was_known = |at| recovery.known_since.is_some_and(|known| known < at);
    let added = |Row { at, address, passkey, name, is_older }: Row| {
        let what = match (address, passkey) {
            (Some(address), _) => Addition::Address(EmailAddress::stored(address)),
            (None, Some(id)) => Addition::Passkey(id, Title::stored(name.unwrap_or_default())),
            (None, None) => Addition::TwoFactor,
        };
        let stays = match what {
            _ if is_older => Some(Stays::Older),
            Addition::TwoFactor if !was_known(at) => Some(Stays::UnknownBrowser),
            _ => None,
        };
        Added { at, what, stays }
    };
    Ok(found.into_iter().map(added).collect())
}
