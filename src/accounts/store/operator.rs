//! What the operator's commands ask and change.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::accounts::operator::AccountDetails;
use crate::audit_log::{Audience, EventKind};
use crate::db::{DbError, roster_now};
use crate::ids::AccountId;
use crate::schema::{accounts, history, passkeys, second_factors};
use crate::text::Username;
use crate::views::live_sessions;

/// Lines of history that the operator is shown.
const LINES: i64 = 20;

/// Where somebody is signed in.
#[derive(Clone, Debug, Queryable)]
pub struct SessionLine {
    /// The browser.
    pub device: String,
    /// The network address.
    pub source: String,
    /// When it was last used.
    pub last_seen_at: DateTime<Utc>,
}

/// What happened to an account.
#[derive(Clone, Debug)]
pub struct HistoryLine {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: String,
    /// What.
    pub told: String,
}

/// The account of a name, suspended or not.
pub fn find_by_username(
    connection: &mut PgConnection,
    username: &Username,
) -> Result<Option<(AccountId, Username)>, DbError> {
    let found: Option<AccountId> = accounts::table
        .filter(accounts::username.eq(username.as_str()))
        .select(accounts::id)
        .first(connection)
        .optional()?;
    Ok(found.map(|account| (account, username.clone())))
}

/// Locks an account's row, suspended or not, and answers whether it is there.
pub fn lock(connection: &mut PgConnection, account: AccountId) -> Result<bool, DbError> {
    let locked: Option<AccountId> =
        accounts::table.find(account).select(accounts::id).for_no_key_update().first(connection).optional()?;
    Ok(locked.is_some())
}

/// Suspends an account or restores it; answers false when it was so already.
pub fn set_suspended(connection: &mut PgConnection, account: AccountId, suspended: bool) -> Result<bool, DbError> {
    let row = accounts::table.find(account);
    let changed = if suspended {
        diesel::update(row.filter(accounts::suspended_at.is_null()))
            .set(accounts::suspended_at.eq(roster_now().nullable()))
            .execute(connection)?
    } else {
        diesel::update(row.filter(accounts::suspended_at.is_not_null()))
            .set(accounts::suspended_at.eq(None::<DateTime<Utc>>))
            .execute(connection)?
    };
    Ok(changed == 1)
}

/// All that the operator is shown of an account.
pub fn card(connection: &mut PgConnection, account: AccountId) -> Result<Option<AccountDetails>, DbError> {
    type Row = (String, Option<String>, DateTime<Utc>, Option<DateTime<Utc>>);
    let row: Option<Row> = accounts::table
        .find(account)
        .select((accounts::username, accounts::display_name, accounts::created_at, accounts::suspended_at))
        .first(connection)
        .optional()?;
    let Some((username, display_name, created_at, suspended_at)) = row else { return Ok(None) };
    let two_factor_since: Option<Option<DateTime<Utc>>> =
        second_factors::table.find(account).select(second_factors::confirmed_at).first(connection).optional()?;
    let lines: Vec<(DateTime<Utc>, String, serde_json::Value)> = history::table
        .filter(history::account_id.eq(account))
        .order((history::at.desc(), history::id.desc()))
        .limit(LINES)
        .select((history::at, history::actor_name, history::details))
        .load(connection)?;
    let told = |details| serde_json::from_value::<EventKind>(details).ok().map(|event| event.describe(Audience::Owner));
    Ok(Some(AccountDetails {
        username,
        display_name,
        created_at,
        suspended_at,
        addresses: super::addresses(connection, account)?,
        two_factor_since: two_factor_since.flatten(),
        passkeys: passkeys::table.filter(passkeys::account_id.eq(account)).count().get_result(connection)?,
        sessions: live_sessions::table
            .filter(live_sessions::account_id.eq(account))
            .order(live_sessions::last_seen_at.desc())
            .select((live_sessions::device, live_sessions::source, live_sessions::last_seen_at))
            .load(connection)?,
        lines: lines
            .into_iter()
            .filter_map(|(at, actor, details)| Some(HistoryLine { at, actor, told: told(details)? }))
            .collect(),
    }))
}
