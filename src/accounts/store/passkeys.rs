//! What is remembered of passkeys.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Bool, Text, Uuid as SqlUuid};

use crate::accounts::passkeys::Passkey;
use crate::accounts::passkeys::ceremony::Made;
use crate::db::{Stop, roster_now};
use crate::ids::{AccountId, PasskeyId};
use crate::prepared;
use crate::schema::{passkeys, spent_challenges};
use crate::text::{Title, Username};

#[derive(Queryable)]
struct Listed {
    id: PasskeyId,
    name: String,
    added_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
}

/// The passkeys of an account, the newest first.
pub fn list(connection: &mut PgConnection, account: AccountId) -> Result<Vec<Passkey>, Stop> {
    let found: Vec<Listed> = passkeys::table
        .filter(passkeys::account_id.eq(account))
        .order((passkeys::created_at.desc(), passkeys::id.desc()))
        .select((passkeys::id, passkeys::name, passkeys::created_at, passkeys::last_used_at))
        .load(connection)?;
    let passkey = |Listed { id, name, added_at, used_at }| Passkey { id, name: Title::stored(name), added_at, used_at };
    Ok(found.into_iter().map(passkey).collect())
}

/// The devices' own names for the passkeys of an account.
pub fn credentials(connection: &mut PgConnection, account: AccountId) -> Result<Vec<Vec<u8>>, Stop> {
    Ok(passkeys::table.filter(passkeys::account_id.eq(account)).select(passkeys::credential_id).load(connection)?)
}

/// Keeps a passkey, unless it is kept already.
pub fn keep(connection: &mut PgConnection, account: AccountId, made: &Made, name: &Title) -> Result<bool, Stop> {
    let kept = diesel::insert_into(passkeys::table)
        .values((
            passkeys::id.eq(PasskeyId::fresh()),
            passkeys::account_id.eq(account),
            passkeys::credential_id.eq(&made.credential),
            passkeys::name.eq(name.as_str()),
            passkeys::fixed_state.eq(&made.fixed_state),
            passkeys::moving_state.eq(&made.moving_state),
        ))
        .on_conflict(passkeys::credential_id)
        .do_nothing()
        .execute(connection)?;
    Ok(kept == 1)
}

/// What an answer is compared with, and whose it is.
pub struct Kept {
    /// Which.
    pub id: PasskeyId,
    /// As its owner calls it.
    pub name: Title,
    /// Whose.
    pub account: AccountId,
    /// By which name.
    pub username: Username,
    /// Whether the account may sign in.
    pub is_suspended: bool,
    /// The public key, and what was said of the device.
    pub fixed_state: Vec<u8>,
    /// The count of signatures, and the flags.
    pub moving_state: Vec<u8>,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: PasskeyId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = SqlUuid)]
    account_id: AccountId,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Bool)]
    is_suspended: bool,
    #[diesel(sql_type = Binary)]
    fixed_state: Vec<u8>,
    #[diesel(sql_type = Binary)]
    moving_state: Vec<u8>,
}

/// The passkey of a device's own name for it. Its row is locked, so that two answers are compared one
/// after the other; the account's is not, for somebody else may be signed in here, and none takes two.
pub fn find_by_credential(connection: &mut PgConnection, credential: &[u8]) -> Result<Option<Kept>, Stop> {
    let found: Option<Found> = prepared!(
        "SELECT passkeys.id, name, account_id, username, suspended_at IS NOT NULL AS is_suspended, fixed_state, moving_state \
         FROM passkeys JOIN accounts ON accounts.id = account_id WHERE credential_id = $1 FOR NO KEY UPDATE OF passkeys",
    )
    .bind::<Binary, _>(credential)
    .get_result(connection)
    .optional()?;
    Ok(found.map(|found| Kept {
        id: found.id,
        name: Title::stored(found.name),
        account: found.account_id,
        username: Username::stored(found.username),
        is_suspended: found.is_suspended,
        fixed_state: found.fixed_state,
        moving_state: found.moving_state,
    }))
}

/// Notes that a passkey was used now, and what it said of itself.
pub fn used(connection: &mut PgConnection, id: PasskeyId, moving_state: &[u8]) -> Result<(), Stop> {
    diesel::update(passkeys::table.find(id))
        .set((passkeys::moving_state.eq(moving_state), passkeys::last_used_at.eq(roster_now().nullable())))
        .execute(connection)?;
    Ok(())
}

/// Gives a passkey of an account another name.
pub fn rename(connection: &mut PgConnection, account: AccountId, id: PasskeyId, name: &Title) -> Result<(), Stop> {
    diesel::update(passkeys::table.find(id).filter(passkeys::account_id.eq(account)))
        .set(passkeys::name.eq(name.as_str()))
        .execute(connection)?;
    Ok(())
}

/// Removes a passkey of an account, and answers how it was called.
pub fn remove(connection: &mut PgConnection, account: AccountId, id: PasskeyId) -> Result<Option<Title>, Stop> {
    let removed: Option<String> = diesel::delete(passkeys::table.find(id).filter(passkeys::account_id.eq(account)))
        .returning(passkeys::name)
        .get_result(connection)
        .optional()?;
    Ok(removed.map(Title::stored))
}

/// Spends a challenge: whoever comes second finds it spent.
pub fn spend(connection: &mut PgConnection, challenge_hash: &[u8], until: DateTime<Utc>) -> Result<bool, Stop> {
    let spent = diesel::insert_into(spent_challenges::table)
        .values((spent_challenges::challenge_hash.eq(challenge_hash), spent_challenges::expires_at.eq(until)))
        .on_conflict(spent_challenges::challenge_hash)
        .do_nothing()
        .execute(connection)?;
    Ok(spent == 1)
}
