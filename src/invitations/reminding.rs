//! Calling an invitation to mind before it ends.
//!
//! Once in its lifetime, two days before the end, whoever was invited gets a letter with the same link. The
//! row says that it was done, and the letter waits in the outbox from the same moment on: so of several
//! Rosters at work one does it, and none does it again after a restart. What ends in between is not sent:
//! the letter is judged once more when it leaves.

use std::convert::Infallible;

use chrono::TimeDelta;

use super::letters::ReminderLetter;
use super::{TO_ONE, store};
use crate::act;
use crate::authority::Machine;
use crate::db::throttle::take;
use crate::db::{Asking, Change, Db, Stop, Verdict, Work};
use crate::history::Happened;
use crate::mail::Letter;

act! {
    /// Calling invitations to mind that end soon.
    pub RemindInvitees: Machine, ()
}

/// So long before the end. What lasts no longer is not called to mind at all.
const AHEAD: TimeDelta = TimeDelta::days(2);

/// Calls one invitation to mind. Answers whether there was one.
fn remind_one(work: &mut Work<RemindInvitees>) -> Verdict<Change<bool>, Infallible> {
    let now = work.now();
    let Some(due) = store::take_one_to_remind(work.connection(), now, AHEAD)? else {
        return Ok(Ok(Change::already(false)));
    };
    let email = due.sent.email.clone();
    // Whoever got as many letters as they may today is spared this one.
    if take(work.connection(), &["invitations to", email.as_str()], TO_ONE)?.is_err() {
        return Ok(Ok(Change::already(true)));
    }
    let letter = ReminderLetter {
        invitation: due.sent.id,
        organization: due.name,
        inviter: due.inviter,
        role: due.sent.role,
        expires_at: due.sent.expires_at,
        times_sent: due.sent.times_sent,
    };
    let letter = letter.to(&email);
    let happened = Happened::InviteeReminded { email };
    Ok(Ok(Change::recorded(true, happened).within(due.organization).mailing(letter)))
}

/// Calls to mind whatever ends soon, in a transaction each, for the worker that sweeps. Returns how many.
pub async fn remind_due(db: &Db) -> Result<usize, Stop> {
    let by = Machine::named::<RemindInvitees>("Roster");
    let mut reminded = 0;
    loop {
        match db.change(&by, remind_one).await? {
            Ok(true) => reminded += 1,
            Ok(false) => return Ok(reminded),
            Err(never) => match never {},
        }
    }
}
