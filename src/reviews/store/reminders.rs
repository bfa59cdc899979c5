//! Whose owners are reminded of the next review, and when.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use crate::authority::Role;
use crate::db::{DbError, may_be_tried, roster_now};
use crate::ids::{AccountId, OrganizationId};
use crate::schema::{organizations, review_reminders};
use crate::views::active_memberships;

/// That owners want to be reminded, and when they are; never while a review is under way.
pub struct Reminder {
    pub due_at: Option<DateTime<Utc>>,
}

/// Whether and when the owners of an organization are reminded.
pub fn reminder(connection: &mut PgConnection, organization: OrganizationId) -> Result<Option<Reminder>, DbError> {
    let found: Option<Option<DateTime<Utc>>> =
        review_reminders::table.find(organization).select(review_reminders::due_at).first(connection).optional()?;
    Ok(found.map(|due_at| Reminder { due_at }))
}

/// Turns reminders on. Answers whether they were off.
pub fn want_reminder(
    connection: &mut PgConnection,
    organization: OrganizationId,
    due_at: Option<DateTime<Utc>>,
) -> Result<bool, DbError> {
    let wanted = diesel::insert_into(review_reminders::table)
        .values((review_reminders::organization_id.eq(organization), review_reminders::due_at.eq(due_at)))
        .on_conflict_do_nothing();
    Ok(wanted.execute(connection)? == 1)
}

/// Turns reminders off. Answers whether they were on.
pub fn want_no_reminder(connection: &mut PgConnection, organization: OrganizationId) -> Result<bool, DbError> {
    Ok(diesel::delete(review_reminders::table.find(organization)).execute(connection)? == 1)
}

/// Reminds of nothing while a review is under way.
pub fn pause_reminder(connection: &mut PgConnection, organization: OrganizationId) -> Result<(), DbError> {
    diesel::update(review_reminders::table.find(organization))
        .set(review_reminders::due_at.eq(None::<DateTime<Utc>>))
        .execute(connection)?;
    Ok(())
}

/// Reminds of the next review after one is finished.
pub fn resume_reminder(
    connection: &mut PgConnection,
    organization: OrganizationId,
    due_at: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::update(review_reminders::table.find(organization))
        .set((review_reminders::due_at.eq(due_at), review_reminders::told_at.eq(None::<DateTime<Utc>>)))
        .execute(connection)?;
    Ok(())
}

/// An organization whose owners must be reminded now. A deleted one waits until it is restored.
pub fn one_due(connection: &mut PgConnection, task: &str) -> Result<Option<OrganizationId>, DbError> {
    let now = crate::db::now(connection)?;
    Ok(review_reminders::table
        .inner_join(organizations::table)
        .filter(review_reminders::due_at.le(now))
        .filter(organizations::deleted_at.is_null())
        .filter(may_be_tried(task, review_reminders::organization_id, Uuid::nil()))
        .order(review_reminders::due_at)
        .select(review_reminders::organization_id)
        .first(connection)
        .optional()?)
}

/// Takes a reminder that is due, and puts off the next. Answers whether there was one: the lock is had, and of several
/// who are at it the first one takes it.
pub fn take_reminder(
    connection: &mut PgConnection,
    organization: OrganizationId,
    now: DateTime<Utc>,
    next: DateTime<Utc>,
) -> Result<bool, DbError> {
    let taken = diesel::update(review_reminders::table.find(organization))
        .filter(review_reminders::due_at.le(now))
        .set((review_reminders::due_at.eq(next), review_reminders::told_at.eq(roster_now().nullable())));
    Ok(taken.execute(connection)? == 1)
}

/// Whether a reminder still says what is so, to somebody who still owns the organization.
pub fn is_still_due(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
) -> Result<bool, DbError> {
    let due = review_reminders::table
        .inner_join(organizations::table)
        .inner_join(
            active_memberships::table.on(active_memberships::organization_id
                .eq(review_reminders::organization_id)
                .and(active_memberships::account_id.eq(account))),
        )
        .filter(review_reminders::organization_id.eq(organization))
        .filter(review_reminders::due_at.is_not_null())
        .filter(review_reminders::told_at.is_not_null())
        .filter(organizations::deleted_at.is_null())
        .filter(active_memberships::role.eq(Role::Owner.key()));
    Ok(diesel::select(diesel::dsl::exists(due)).get_result(connection)?)
}
