//! Reminding owners of the next access review, where they want it: a quarter after the last one, and once a quarter
//! as long as none is begun. Nobody is reminded while a review is under way.
//!
//! The row says when the next reminder is due, and the transaction that posts the emails moves it a quarter on; so
//! of several Rosters at work one reminds, and none does it again after a restart.

use std::convert::Infallible;

use diesel::pg::PgConnection;

use super::emails::ReviewDue;
use super::{rules, store};
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{May, OrganizationScope};
use crate::db::failures::FailureSubject as Row;
use crate::db::{Change, Db, DbError, Queries, Verdict, WriteTx};
use crate::ids::OrganizationId;
use crate::members::{self, NotificationTopic, SystemTask, TaskTarget, notifications};

action! {
    /// Reminding owners of an access review.
    pub RemindOfReview: SystemTask<Due>, ()
}

/// An organization whose owners must be reminded, as the subject of a system task.
#[derive(Debug)]
pub struct Due;

impl TaskTarget for Due {
    type Key = OrganizationId;

    fn find(_: &mut PgConnection, organization: OrganizationId) -> Result<Option<(OrganizationId, Self)>, DbError> {
        Ok(Some((organization, Self)))
    }
}

/// Reminds the owners of an organization, if that is due. Answers whether.
fn remind(tx: &mut WriteTx<RemindOfReview>) -> Verdict<Change<bool>, Infallible> {
    let (organization, now) = (tx.scope().organization_id(), tx.now());
    if !store::take_reminder(tx.connection(), organization, now, now + rules::QUARTER)? {
        return Ok(Ok(Change::unchanged(false)));
    }
    let (name, slug) = tx.scope().about().clone();
    let owners = notifications::owners(tx, NotificationTopic::People)?;
    let emails = owners.into_iter().map(|(account, address)| {
        let message = ReviewDue { organization, name: name.clone(), slug: slug.clone(), account };
        notifications::to_owner(&message, &address, organization, NotificationTopic::People)
    });
    Ok(Ok(Change::recorded(true, EventKind::AccessReviewCalledToMind).with_emails(emails)))
}

/// The task, as its failures are counted.
const TASK: &str = "remind of reviews";

/// Reminds the person who is due, an organization in a transaction, for the worker that sweeps. Returns how many.
pub async fn remind_due(db: &Db) -> Result<usize, DbError> {
    let next = |connection: &mut PgConnection| store::one_due(connection, TASK);
    let subject = |organization: &OrganizationId| Row::of(organization.uuid());
    db.each_due(TASK, next, subject, |organization| async move {
        let by: Option<May<RemindOfReview>> =
            db.without_authorization(move |connection| members::system_task(connection, organization)).await?;
        let Some(by) = by else { return Ok(false) };
        match db.write(&by, remind).await? {
            Ok(reminded) => Ok(reminded),
            Err(never) => match never {},
        }
    })
    .await
}
