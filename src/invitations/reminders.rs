//! Calling an invitation to mind before it ends.
//!
//! Once in its lifetime, two days before the end, the person who was invited gets an email with the same link. The
//! row says that it was done, and the email waits in the outbox from the same moment on: so of several
//! Rosters at work one does it, and none does it again after a restart. What ends in between is not sent:
//! the email is judged once more when it leaves.

use std::convert::Infallible;

use chrono::TimeDelta;
use diesel::pg::PgConnection;

use super::emails::InvitationReminderEmail;
use super::{TO_ONE, store};
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::May;
use crate::db::failures::FailureSubject as Row;
use crate::db::throttle::consume;
use crate::db::{Change, Db, DbError, Queries, Verdict, WriteTx};
use crate::ids::{InvitationId, OrganizationId};
use crate::mail::EmailTemplate;
use crate::members::{self, SystemTask, TaskTarget};

action! {
    /// Calling an invitation to mind that ends soon.
    pub RemindInvitee: SystemTask<ReminderTarget>, ()
}

/// So long before the end. What lasts no longer is not reminded at all.
const AHEAD: TimeDelta = TimeDelta::days(2);

/// The task, as its failures are counted.
const TASK: &str = "remind of invitations";

/// An invitation that ends soon, as the subject of a system task.
#[derive(Debug)]
pub struct ReminderTarget;

impl TaskTarget for ReminderTarget {
    type Key = InvitationId;

    fn find(connection: &mut PgConnection, id: InvitationId) -> Result<Option<(OrganizationId, Self)>, DbError> {
        Ok(store::organization_of(connection, id)?.map(|organization| (organization, Self)))
    }
}

/// Calls the invitation of a system task to mind, if nobody has done it. Answers whether.
fn remind(tx: &mut WriteTx<RemindInvitee>) -> Verdict<Change<bool>, Infallible> {
    let (id, now) = (tx.scope().key(), tx.now());
    let Some(due) = store::take_to_remind(tx.connection(), id, now, AHEAD)? else {
        return Ok(Ok(Change::unchanged(false)));
    };
    let email = due.sent.email.clone();
    // A person who got as many emails as they may today is spared this one.
    if consume(tx.connection(), &["invitations to", email.as_str()], TO_ONE)?.is_err() {
        return Ok(Ok(Change::unchanged(true)));
    }
    let message = InvitationReminderEmail {
        invitation: due.sent.id,
        organization: tx.scope().about().0.clone(),
        inviter: due.inviter,
        role: due.sent.role,
        expires_at: due.sent.expires_at,
        times_sent: due.sent.times_sent,
    };
    let message = message.to(&email);
    Ok(Ok(Change::recorded(true, EventKind::InviteeReminded { email }).with_email(message)))
}

/// Calls to mind whatever ends soon, in a transaction each, for the worker that sweeps. Returns how many.
pub async fn remind_due(db: &Db) -> Result<usize, DbError> {
    let next = |connection: &mut PgConnection| store::one_to_remind(connection, TASK, AHEAD);
    let subject = |id: &InvitationId| Row::of(id.uuid());
    db.each_due(TASK, next, subject, |id| async move {
        let by: Option<May<RemindInvitee>> =
            db.without_authorization(move |connection| members::system_task(connection, id)).await?;
        let Some(by) = by else { return Ok(false) };
        match db.write(&by, remind).await? {
            Ok(reminded) => Ok(reminded),
            Err(never) => match never {},
        }
    })
    .await
}
