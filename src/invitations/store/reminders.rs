//! Whose invitation ends soon.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::exists;
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::{SENT, Sent, SentRow, inviter_may_invite};
use crate::db::Stop;
use crate::ids::{InvitationId, OrganizationId};
use crate::schema::{accounts, invitations, organizations};
use crate::text::{Title, Username};

/// What a reminder needs of an invitation.
#[derive(Clone, Debug)]
pub struct Reminded {
    pub organization: OrganizationId,
    pub name: Title,
    pub inviter: Username,
    pub sent: Sent,
}

/// Takes one open invitation that ends within `ahead`, lasts longer than that, and was not called to mind
/// yet; none in the name of somebody who may not invite now, and none to what was deleted. What another worker,
/// or whoever answers it, has in hand is passed over.
pub fn take_one_to_remind(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    ahead: TimeDelta,
) -> Result<Option<Reminded>, Stop> {
    let found: Option<InvitationId> = invitations::table
        .filter(invitations::ended_at.is_null())
        .filter(invitations::reminded_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .filter(invitations::expires_at.le(now + ahead))
        .filter(invitations::lifetime_days.gt(i32::try_from(ahead.num_days()).unwrap_or(i32::MAX)))
        .filter(inviter_may_invite!())
        .filter(exists(
            organizations::table
                .filter(organizations::id.eq(invitations::organization_id))
                .filter(organizations::deleted_at.is_null()),
        ))
        .order(invitations::expires_at)
        .select(invitations::id)
        .for_update()
        .skip_locked()
        .first(connection)
        .optional()?;
    let Some(id) = found else { return Ok(None) };
    diesel::update(invitations::table.find(id)).set(invitations::reminded_at.eq(now)).execute(connection)?;
    let ((organization, name, inviter), sent): ((OrganizationId, String, String), SentRow) = invitations::table
        .inner_join(organizations::table)
        .inner_join(accounts::table.on(accounts::id.eq(invitations::inviter_id)))
        .filter(invitations::id.eq(id))
        .select(((organizations::id, organizations::name, accounts::username), SENT))
        .first(connection)?;
    Ok(Some(Reminded {
        organization,
        name: Title::stored(name),
        inviter: Username::stored(inviter),
        sent: Sent::of(sent),
    }))
}
