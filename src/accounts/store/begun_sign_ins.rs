//! What is remembered of those who gave the right password, and still owe the second factor.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Binary, SmallInt};

use crate::db::{Stop, roster_now};
use crate::ids::AccountId;
use crate::prepared;
use crate::schema::{accounts, begun_sign_ins};
use crate::text::Username;

/// Wrong codes after which a sign-in that was begun has ended.
pub const MOST_WRONG: i16 = 5;

/// Begins.
pub fn begin(
    connection: &mut PgConnection,
    token_hash: &[u8],
    account: AccountId,
    until: DateTime<Utc>,
) -> Result<(), Stop> {
    diesel::insert_into(begun_sign_ins::table)
        .values((
            begun_sign_ins::token_hash.eq(token_hash),
            begun_sign_ins::account_id.eq(account),
            begun_sign_ins::expires_at.eq(until),
        ))
        .execute(connection)?;
    Ok(())
}

/// Who began, if it can still be ended well.
pub fn find(connection: &mut PgConnection, token_hash: &[u8]) -> Result<Option<(AccountId, Username)>, Stop> {
    let found: Option<(AccountId, String)> = begun_sign_ins::table
        .inner_join(accounts::table)
        .filter(begun_sign_ins::token_hash.eq(token_hash))
        .filter(begun_sign_ins::expires_at.gt(roster_now()))
        .filter(begun_sign_ins::wrong_codes.lt(MOST_WRONG))
        .filter(accounts::suspended_at.is_null())
        .select((accounts::id, accounts::username))
        .first(connection)
        .optional()?;
    Ok(found.map(|(account, username)| (account, Username::stored(username))))
}

#[derive(QueryableByName)]
struct Tries {
    #[diesel(sql_type = SmallInt)]
    wrong_codes: i16,
}

/// Counts a try as a wrong one, before anybody looks whether it is: so nobody has one try more than
/// there are, however many come at once. Answers how many there were with it; none when there is none
/// left.
pub fn count_try(connection: &mut PgConnection, token_hash: &[u8]) -> Result<Option<i16>, Stop> {
    let tries = prepared!(
        "UPDATE begun_sign_ins SET wrong_codes = wrong_codes + 1 \
         WHERE token_hash = $1 AND expires_at > roster_now() AND wrong_codes < $2 RETURNING wrong_codes",
    )
    .bind::<Binary, _>(token_hash)
    .bind::<SmallInt, _>(MOST_WRONG)
    .get_result::<Tries>(connection)
    .optional()?;
    Ok(tries.map(|tries| tries.wrong_codes))
}

/// Ends one.
pub fn end(connection: &mut PgConnection, token_hash: &[u8]) -> Result<(), Stop> {
    diesel::delete(begun_sign_ins::table.find(token_hash)).execute(connection)?;
    Ok(())
}

/// Ends all of an account.
pub fn end_all(connection: &mut PgConnection, account: AccountId) -> Result<(), Stop> {
    diesel::delete(begun_sign_ins::table.filter(begun_sign_ins::account_id.eq(account))).execute(connection)?;
    Ok(())
}
