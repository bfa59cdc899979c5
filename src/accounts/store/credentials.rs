//! What is remembered of passwords, and of what rests on them.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};

use crate::db::{Stop, roster_now};
use crate::ids::{AccountId, SessionId};
use crate::prepared;
use crate::schema::{accounts, password_resets, sessions};

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

/// The words of an account that an attacker would try as its password.
pub fn own_words(connection: &mut PgConnection, account: AccountId) -> Result<Vec<String>, Stop> {
    let found: Vec<Word> = prepared!(
        "SELECT username AS word FROM accounts WHERE id = $1 \
         UNION SELECT display_name FROM accounts WHERE id = $1 AND display_name IS NOT NULL \
         UNION SELECT address FROM email_addresses WHERE account_id = $1",
    )
    .bind::<SqlUuid, _>(account)
    .load(connection)?;
    Ok(found.into_iter().map(|found| found.word).collect())
}

/// Keeps another hash of the same password, unless the password was changed meanwhile.
pub fn renew_hash(connection: &mut PgConnection, account: AccountId, old: &str, new: &str) -> Result<bool, Stop> {
    let renewed = diesel::update(accounts::table.find(account))
        .filter(accounts::password_hash.eq(old))
        .set(accounts::password_hash.eq(new))
        .execute(connection)?;
    Ok(renewed == 1)
}

/// Gives a session another token, by which alone it is found from now on, and notes that the password
/// was given now.
pub fn renew_token(connection: &mut PgConnection, session: Option<SessionId>, token_hash: &[u8]) -> Result<(), Stop> {
    diesel::update(sessions::table.filter(sessions::id.nullable().eq(session)))
        .set((sessions::token_hash.eq(token_hash), sessions::password_given_at.eq(roster_now())))
        .execute(connection)?;
    Ok(())
}

/// Ends every session of an account but one.
pub fn end_sessions_beside(
    connection: &mut PgConnection,
    account: AccountId,
    session: Option<SessionId>,
) -> Result<(), Stop> {
    diesel::delete(sessions::table.filter(sessions::account_id.eq(account)))
        .filter(sessions::id.nullable().is_distinct_from(session))
        .execute(connection)?;
    Ok(())
}

/// Ends the permission to choose a new password, if one is open.
pub fn end_resets(connection: &mut PgConnection, account: AccountId) -> Result<(), Stop> {
    diesel::delete(password_resets::table.filter(password_resets::account_id.eq(account))).execute(connection)?;
    Ok(())
}
