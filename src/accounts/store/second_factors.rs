//! What is remembered of second factors: the sealed secret, and the hashes of recovery codes.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Timestamptz, Uuid as SqlUuid};

use crate::db::{Stop, roster_now};
use crate::ids::AccountId;
use crate::prepared;
use crate::schema::{recovery_codes, second_factors};
use crate::views::live_sessions;

/// How long a secret that was not confirmed is shown again, in minutes.
pub const FRESH_MINUTES: i32 = 60;

/// How an account's second factor stands.
#[derive(Clone, Debug, QueryableByName)]
pub struct Kept {
    /// Since when it is asked for; none while it is not.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// How many recovery codes are left.
    #[diesel(sql_type = BigInt)]
    pub codes_left: i64,
}

/// How an account's second factor stands.
pub fn find(connection: &mut PgConnection, account: AccountId) -> Result<Option<Kept>, Stop> {
    let found = prepared!(
        "SELECT confirmed_at, (SELECT count(*) FROM recovery_codes WHERE account_id = $1 AND used_at IS NULL) AS codes_left \
         FROM second_factors WHERE account_id = $1",
    )
    .bind::<SqlUuid, _>(account)
    .get_result(connection)
    .optional()?;
    Ok(found)
}

/// Whether signing in asks for a code.
pub fn is_on(connection: &mut PgConnection, account: AccountId) -> Result<bool, Stop> {
    let confirmed = second_factors::table.find(account).filter(second_factors::confirmed_at.is_not_null());
    Ok(diesel::select(exists(confirmed)).get_result(connection)?)
}

/// Keeps a new secret, unless one stands that is confirmed, or was shown lately and may be in an app
/// already.
pub fn begin(connection: &mut PgConnection, account: AccountId, sealed: &[u8]) -> Result<(), Stop> {
    prepared!(
        "INSERT INTO second_factors (account_id, sealed_secret) VALUES ($1, $2) \
         ON CONFLICT ON CONSTRAINT second_factors_one_per_account DO UPDATE \
         SET sealed_secret = $2, created_at = roster_now(), last_step = 0 \
         WHERE second_factors.confirmed_at IS NULL AND second_factors.created_at <= roster_now() - make_interval(mins => $3)",
    )
    .bind::<SqlUuid, _>(account)
    .bind::<Binary, _>(sealed)
    .bind::<Integer, _>(FRESH_MINUTES)
    .execute(connection)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Sealed {
    #[diesel(sql_type = Binary)]
    sealed_secret: Vec<u8>,
}

/// The sealed secret that waits to be confirmed.
pub fn find_unconfirmed(connection: &mut PgConnection, account: AccountId) -> Result<Option<Vec<u8>>, Stop> {
    let found = prepared!(
        "SELECT sealed_secret FROM second_factors \
         WHERE account_id = $1 AND confirmed_at IS NULL AND created_at > roster_now() - make_interval(mins => $2)",
    )
    .bind::<SqlUuid, _>(account)
    .bind::<Integer, _>(FRESH_MINUTES)
    .get_result::<Sealed>(connection)
    .optional()?;
    Ok(found.map(|found| found.sealed_secret))
}

/// The sealed secret that codes are compared with.
pub fn find_confirmed(connection: &mut PgConnection, account: AccountId) -> Result<Option<Vec<u8>>, Stop> {
    Ok(second_factors::table
        .find(account)
        .filter(second_factors::confirmed_at.is_not_null())
        .select(second_factors::sealed_secret)
        .first(connection)
        .optional()?)
}

/// Confirms the secret by the code of a step, which is spent with it. False when it was confirmed
/// before.
pub fn confirm(connection: &mut PgConnection, account: AccountId, step: i64) -> Result<bool, Stop> {
    let unconfirmed = second_factors::table.find(account).filter(second_factors::confirmed_at.is_null());
    let confirmed = diesel::update(unconfirmed)
        .set((second_factors::confirmed_at.eq(roster_now().nullable()), second_factors::last_step.eq(step)))
        .execute(connection)?;
    Ok(confirmed == 1)
}

/// Spends the code of a step, and keeps the secret as the newest key seals it. False when this code or
/// a later one was spent before.
pub fn spend_step(connection: &mut PgConnection, account: AccountId, step: i64, sealed: &[u8]) -> Result<bool, Stop> {
    let unspent = second_factors::table
        .find(account)
        .filter(second_factors::confirmed_at.is_not_null())
        .filter(second_factors::last_step.lt(step));
    let spent = diesel::update(unspent)
        .set((second_factors::last_step.eq(step), second_factors::sealed_secret.eq(sealed)))
        .execute(connection)?;
    Ok(spent == 1)
}

/// Takes the second factor away, its recovery codes with it. False when there was none.
pub fn remove(connection: &mut PgConnection, account: AccountId) -> Result<bool, Stop> {
    let confirmed = second_factors::table.find(account).filter(second_factors::confirmed_at.is_not_null());
    Ok(diesel::delete(confirmed).execute(connection)? == 1)
}

/// Keeps the hashes of recovery codes.
pub fn keep_codes(connection: &mut PgConnection, account: AccountId, hashes: &[Vec<u8>]) -> Result<(), Stop> {
    let rows: Vec<_> = hashes
        .iter()
        .map(|hash| (recovery_codes::account_id.eq(account), recovery_codes::code_hash.eq(hash)))
        .collect();
    diesel::insert_into(recovery_codes::table).values(rows).execute(connection)?;
    Ok(())
}

/// Forgets all recovery codes of an account, used or not.
pub fn forget_codes(connection: &mut PgConnection, account: AccountId) -> Result<(), Stop> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::account_id.eq(account))).execute(connection)?;
    Ok(())
}

/// Spends a recovery code. False when there is none of this hash, or it was spent before.
pub fn spend_code(connection: &mut PgConnection, account: AccountId, hash: &[u8]) -> Result<bool, Stop> {
    let unspent = recovery_codes::table.find((account, hash)).filter(recovery_codes::used_at.is_null());
    let spent = diesel::update(unspent).set(recovery_codes::used_at.eq(roster_now().nullable())).execute(connection)?;
    Ok(spent == 1)
}

/// How many recovery codes are left.
pub fn count_codes(connection: &mut PgConnection, account: AccountId) -> Result<i64, Stop> {
    let left =
        recovery_codes::table.filter(recovery_codes::account_id.eq(account)).filter(recovery_codes::used_at.is_null());
    Ok(left.count().get_result(connection)?)
}

/// Whether the person of an account is signed in at a network address.
pub fn is_at_home(connection: &mut PgConnection, account: AccountId, source: &str) -> Result<bool, Stop> {
    let there =
        live_sessions::table.filter(live_sessions::account_id.eq(account)).filter(live_sessions::source.eq(source));
    Ok(diesel::select(exists(there)).get_result(connection)?)
}
