//! What has happened to an account.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::audit_log::EventKind;
use crate::db::DbError;
use crate::ids::{AccountId, AuditEntryId};
use crate::schema::history;
use crate::web::paging::{Cursor, PAGE, cut};

/// A line of an account's history.
#[derive(Debug)]
pub struct SecurityEvent {
    /// Which.
    pub id: AuditEntryId,
    /// Who did it, if a person did.
    pub actor: Option<AccountId>,
    /// By which name.
    pub name: String,
    /// What happened; none when another version of Roster wrote it.
    pub event: Option<EventKind>,
    /// The network address it came from.
    pub source: String,
    /// When.
    pub at: DateTime<Utc>,
}

type Row = (AuditEntryId, Option<AccountId>, String, serde_json::Value, String, DateTime<Utc>);

/// What has happened to an account, the newest first; and where the next page begins.
pub fn deeds(
    connection: &mut PgConnection,
    account: AccountId,
    after: Option<Cursor>,
) -> Result<(Vec<SecurityEvent>, Option<Cursor>), DbError> {
    let found = history::table
        .filter(history::account_id.eq(account))
        .order((history::at.desc(), history::id.desc()))
        .limit(i64::try_from(PAGE + 1).unwrap_or(i64::MAX))
        .select((history::id, history::actor_id, history::actor_name, history::details, history::source, history::at))
        .into_boxed();
    let found: Vec<Row> = match after {
        None => found.load(connection)?,
        Some(Cursor { at, id }) => found
            .filter(history::at.le(at).and(history::at.lt(at).or(history::id.lt(AuditEntryId::from(id)))))
            .load(connection)?,
    };
    let mut deeds: Vec<SecurityEvent> = found
        .into_iter()
        .map(|(id, actor, name, details, source, at)| SecurityEvent {
            id,
            actor,
            name,
            event: serde_json::from_value(details).ok(),
            source,
            at,
        })
        .collect();
    let next = cut(&mut deeds, |deed| Cursor { at: deed.at, id: deed.id.uuid() });
    Ok((deeds, next))
}
