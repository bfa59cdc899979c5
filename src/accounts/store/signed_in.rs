//! Where somebody is signed in.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::db::Stop;
use crate::db::prepared::Prepared;
use crate::ids::{AccountId, SessionId};
use crate::schema::{history, sessions};
use crate::views::live_sessions;

/// As many sessions are listed; whoever has more can still end all of them.
pub const MOST: usize = 100;

/// A browser in which somebody is signed in.
#[derive(Debug, Queryable)]
pub struct SignedIn {
    /// Which.
    pub id: SessionId,
    /// The browser, in words.
    pub device: String,
    /// The network address it was begun from.
    pub source: String,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// When it was last used.
    pub last_seen_at: DateTime<Utc>,
}

/// The sessions of an account, those used last first; one more than are listed.
pub fn sessions(connection: &mut PgConnection, account: AccountId) -> Result<Vec<SignedIn>, Stop> {
    Ok(live_sessions::table
        .filter(live_sessions::account_id.eq(account))
        .order((live_sessions::last_seen_at.desc(), live_sessions::id.desc()))
        .limit(i64::try_from(MOST + 1).unwrap_or(i64::MAX))
        .select((
            live_sessions::id,
            live_sessions::device,
            live_sessions::source,
            live_sessions::created_at,
            live_sessions::last_seen_at,
        ))
        .load(connection)?)
}

/// Ends one session of an account, and answers which device it was on; none if it is no session of theirs.
pub fn end_one(connection: &mut PgConnection, account: AccountId, id: SessionId) -> Result<Option<String>, Stop> {
    Ok(diesel::delete(sessions::table.filter(sessions::id.eq(id)).filter(sessions::account_id.eq(account)))
        .returning(sessions::device)
        .get_result(connection)
        .optional()?)
}

/// Ends every session of an account but one. Returns how many.
pub fn end_others(connection: &mut PgConnection, account: AccountId, but: Option<SessionId>) -> Result<usize, Stop> {
    let others =
        sessions::table.filter(sessions::account_id.eq(account)).filter(sessions::id.nullable().is_distinct_from(but));
    Ok(diesel::delete(others).execute(connection)?)
}

/// Whether a session that is there no more was this account's: its history tells.
pub fn was_of(connection: &mut PgConnection, account: AccountId, id: SessionId) -> Result<bool, Stop> {
    let begun = history::table
        .filter(history::account_id.eq(account))
        .filter(history::kind.eq("signed_in"))
        .filter(sql::<Bool>("details ->> 'session' = ").bind::<Text, _>(id.to_string()));
    Ok(Prepared::by_text(diesel::select(diesel::dsl::exists(begun))).get_result(connection)?)
}
