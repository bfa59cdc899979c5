//! What is remembered of memberships that end.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::authority::Role;
use crate::db::{DbError, is_live, may_be_tried, roster_now};
use crate::ids::{AccountId, OrganizationId};
use crate::members::protection::MembershipChangePermit;
use crate::members::rules::expiry::LastDay;
use crate::schema::{accounts, memberships, organizations};
use crate::text::Username;

/// Whose a membership is, and their role.
pub fn find_membership_by_account(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
) -> Result<Option<(Username, Role)>, DbError> {
    let found: Option<(String, String)> = memberships::table
        .inner_join(accounts::table)
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::account_id.eq(account))
        .select((accounts::username, memberships::role))
        .first(connection)
        .optional()?;
    Ok(found.map(|(person, role)| (Username::stored(person), Role::stored(&role))))
}

/// Sets when a membership ends, or that it does not. An end so near that the person who sets it has it in mind counts
/// as reminded.
pub fn set_end(
    connection: &mut PgConnection,
    membership: (OrganizationId, AccountId),
    last_day: Option<LastDay>,
    now: DateTime<Utc>,
    _change: MembershipChangePermit,
) -> Result<(), DbError> {
    diesel::update(memberships::table.find(membership))
        .set((
            memberships::ends_at.eq(last_day.map(LastDay::ends_at)),
            memberships::end_told_at.eq(last_day.filter(|day| day.is_near(now)).map(|_| now)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Gives the access back to a seat that has none, until another last day or for good.
pub fn restore(
    connection: &mut PgConnection,
    membership: (OrganizationId, AccountId),
    last_day: Option<LastDay>,
    now: DateTime<Utc>,
    change: MembershipChangePermit,
) -> Result<(), DbError> {
    set_end(connection, membership, last_day, now, change)?;
    diesel::update(memberships::table.find(membership))
        .set(memberships::suspended_at.eq(None::<DateTime<Utc>>))
        .execute(connection)?;
    Ok(())
}

/// One membership whose last day is over, and which is not suspended yet. In a deleted organization it waits until
/// that is restored.
pub fn one_ended(connection: &mut PgConnection, task: &str) -> Result<Option<(OrganizationId, AccountId)>, DbError> {
    let now = crate::db::now(connection)?;
    Ok(memberships::table
        .inner_join(organizations::table.on(organizations::id.eq(memberships::organization_id)))
        .filter(memberships::suspended_at.is_null())
        .filter(memberships::ends_at.is_not_null())
        .filter(memberships::ends_at.le(now))
        .filter(organizations::deleted_at.is_null())
        .filter(may_be_tried(task, memberships::account_id, memberships::organization_id))
        .order(memberships::ends_at)
        .select((memberships::organization_id, memberships::account_id))
        .first(connection)
        .optional()?)
}

/// Suspends somebody whose last day is over. Answers whether there was something to do: the lock is had, and of
/// several who are at it the first does it.
pub fn suspend_ended(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
) -> Result<bool, DbError> {
    let ended = diesel::update(memberships::table.find((organization, account)))
        .filter(memberships::suspended_at.is_null())
        .filter(diesel::dsl::not(is_live(memberships::ends_at)))
        .set(memberships::suspended_at.eq(memberships::ends_at));
    Ok(ended.execute(connection)? == 1)
}

/// One membership that ends within `ahead`, and of which nobody was reminded.
pub fn one_to_call_to_mind(
    connection: &mut PgConnection,
    task: &str,
    ahead: TimeDelta,
) -> Result<Option<(OrganizationId, AccountId)>, DbError> {
    let now = crate::db::now(connection)?;
    Ok(memberships::table
        .inner_join(organizations::table.on(organizations::id.eq(memberships::organization_id)))
        .filter(memberships::suspended_at.is_null())
        .filter(memberships::ends_at.is_not_null())
        .filter(memberships::ends_at.gt(now))
        .filter(memberships::ends_at.le(now + ahead))
        .filter(memberships::end_told_at.is_null())
        .filter(organizations::deleted_at.is_null())
        .filter(may_be_tried(task, memberships::account_id, memberships::organization_id))
        .order(memberships::ends_at)
        .select((memberships::organization_id, memberships::account_id))
        .first(connection)
        .optional()?)
}

/// Notes that owners are reminded of an end, and answers the last day; none where that was done, or is not due.
pub fn take_reminder_of_end(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
    ahead: TimeDelta,
) -> Result<Option<LastDay>, DbError> {
    let now = crate::db::now(connection)?;
    let ends_at: Option<Option<DateTime<Utc>>> = diesel::update(memberships::table.find((organization, account)))
        .filter(memberships::suspended_at.is_null())
        .filter(memberships::end_told_at.is_null())
        .filter(memberships::ends_at.gt(now))
        .filter(memberships::ends_at.le(now + ahead))
        .set(memberships::end_told_at.eq(roster_now().nullable()))
        .returning(memberships::ends_at)
        .get_result(connection)
        .optional()?;
    Ok(ends_at.flatten().map(LastDay::stored))
}
