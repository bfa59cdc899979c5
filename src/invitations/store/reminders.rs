//! Whose invitation ends soon.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use super::{SENT, Sent, SentRow, inviter_may_invite};
use crate::db::{DbError, may_be_tried};
use crate::ids::InvitationId;
use crate::schema::{accounts, invitations, organizations};
use crate::text::Username;

/// What a reminder needs of an invitation.
#[derive(Clone, Debug)]
pub struct Reminded {
    pub inviter: Username,
    pub sent: Sent,
}

/// The days that an invitation outlasts which is reminded.
fn days(ahead: TimeDelta) -> i32 {
    i32::try_from(ahead.num_days()).unwrap_or(i32::MAX)
}

/// An open invitation that ends within `ahead`, lasts longer than that, and was not reminded yet. None in the
/// name of somebody who may not invite now; those of a deleted organization wait until it is restored.
pub fn one_to_remind(
    connection: &mut PgConnection,
    task: &str,
    ahead: TimeDelta,
) -> Result<Option<InvitationId>, DbError> {
    let now = crate::db::now(connection)?;
    Ok(invitations::table
        .inner_join(organizations::table)
        .filter(invitations::ended_at.is_null())
        .filter(invitations::reminded_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .filter(invitations::expires_at.le(now + ahead))
        .filter(invitations::lifetime_days.gt(days(ahead)))
        .filter(organizations::deleted_at.is_null())
        .filter(inviter_may_invite!())
        .filter(may_be_tried(task, invitations::id, Uuid::nil()))
        .order(invitations::expires_at)
        .select(invitations::id)
        .first(connection)
        .optional()?)
}

/// Notes that an invitation is reminded, if that is due and nobody has done it: the lock is had, and of several
/// who are at it the first does it.
pub fn take_to_remind(
    connection: &mut PgConnection,
    id: InvitationId,
    now: DateTime<Utc>,
    ahead: TimeDelta,
) -> Result<Option<Reminded>, DbError> {
    let taken = diesel::update(invitations::table.find(id))
        .filter(invitations::ended_at.is_null())
        .filter(invitations::reminded_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .filter(invitations::expires_at.le(now + ahead))
        .filter(invitations::lifetime_days.gt(days(ahead)))
        .set(invitations::reminded_at.eq(now));
    if taken.execute(connection)? == 0 {
        return Ok(None);
    }
    let (inviter, sent): (String, SentRow) = invitations::table
        .inner_join(accounts::table.on(accounts::id.eq(invitations::inviter_id)))
        .filter(invitations::id.eq(id))
        .select((accounts::username, SENT))
        .first(connection)?;
    Ok(Some(Reminded { inviter: Username::stored(inviter), sent: Sent::of(sent) }))
}
