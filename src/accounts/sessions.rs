//! Where somebody is signed in, and ending it elsewhere.

use super::session::CurrentAccount;
use super::store;
use crate::action;
use crate::audit_log::EventKind;
use crate::db::{Change, Queries, Verdict, WriteTx};
use crate::ids::SessionId;

action! {
    /// Looking at where one is signed in.
    pub SeeSessions: CurrentAccount, ()
}
action! {
    /// Signing out another browser.
    pub EndSession: CurrentAccount, (), requires_recent_password
}
action! {
    /// Signing out everywhere else.
    pub EndOtherSessions: CurrentAccount, (), requires_recent_password
}

/// Why a session is not ended.
#[derive(Debug, PartialEq, Eq)]
pub enum EndRefusal {
    /// It never was one of theirs (ACC-30).
    NotHere,
    /// It is the one they are in: the menu signs that one out.
    ThisOne,
}

/// Ends a session of one's own. One that has ended, in whatever way, is what was asked for.
pub fn end(tx: &mut WriteTx<EndSession>, id: SessionId) -> Verdict<Change<()>, EndRefusal> {
    let account = tx.scope().account();
    if tx.scope().session() == Some(id) {
        return Ok(Err(EndRefusal::ThisOne));
    }
    if let Some(device) = store::signed_in::end_one(tx.connection(), account, id)? {
        return Ok(Ok(Change::recorded((), EventKind::SessionEnded { device })));
    }
    if store::signed_in::was_of(tx.connection(), account, id)? {
        return Ok(Ok(Change::unchanged(())));
    }
    Ok(Err(EndRefusal::NotHere))
}

/// Ends every session of one's own but this one.
pub fn end_others(tx: &mut WriteTx<EndOtherSessions>) -> Verdict<Change<()>, std::convert::Infallible> {
    let (account, this) = (tx.scope().account(), tx.scope().session());
    Ok(Ok(match store::signed_in::end_others(tx.connection(), account, this)? {
        0 => Change::unchanged(()),
        _ => Change::recorded((), EventKind::SessionsEnded),
    }))
}
