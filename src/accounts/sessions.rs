//! Where somebody is signed in, and ending it elsewhere.

use super::session::Myself;
use super::store;
use crate::act;
use crate::db::{Asking, Change, Verdict, Work};
use crate::history::Happened;
use crate::ids::SessionId;

act! {
    /// Looking at where one is signed in.
    pub SeeSessions: Myself, ()
}
act! {
    /// Signing out another browser.
    pub EndSession: Myself, (), grave
}
act! {
    /// Signing out everywhere else.
    pub EndOtherSessions: Myself, (), grave
}

/// Why a session is not ended.
#[derive(Debug, PartialEq, Eq)]
pub enum EndRefusal {
    /// It never was one of theirs (ACC-30).
    NotHere,
    /// It is the one they are in: the menu signs that one out.
    ThisOne,
}

/// Ends a session of one's own. One that has ended meanwhile, in whatever way, is what was asked for.
pub fn end(work: &mut Work<EndSession>, id: SessionId) -> Verdict<Change<()>, EndRefusal> {
    let account = work.scope().account();
    if work.scope().session() == Some(id) {
        return Ok(Err(EndRefusal::ThisOne));
    }
    if let Some(device) = store::signed_in::end_one(work.connection(), account, id)? {
        return Ok(Ok(Change::recorded((), Happened::SessionEnded { device })));
    }
    if store::signed_in::was_of(work.connection(), account, id)? {
        return Ok(Ok(Change::already(())));
    }
    Ok(Err(EndRefusal::NotHere))
}

/// Ends every session of one's own but this one.
pub fn end_others(work: &mut Work<EndOtherSessions>) -> Verdict<Change<()>, std::convert::Infallible> {
    let (account, this) = (work.scope().account(), work.scope().session());
    Ok(Ok(match store::signed_in::end_others(work.connection(), account, this)? {
        0 => Change::already(()),
        _ => Change::recorded((), Happened::SessionsEnded),
    }))
}
