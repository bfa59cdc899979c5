//! Wishes for a new invitation: those that wait to be judged, and those that wait for an owner.

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, sum};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use super::super::rules::Ending;
use super::super::rules::requests::Asker;
use super::inviter_may_invite;
use crate::authority::{Action, OrganizationScope, Role};
use crate::db::{DbError, Queries, WriteTx, may_be_tried, roster_now};
use crate::ids::{InvitationId, OrganizationId};
use crate::members::OrganizationMember;
use crate::members::rules::expiry::LastDay;
use crate::schema::{email_addresses, invitation_requests, invitations, memberships};
use crate::text::EmailAddress;

/// Notes that a new invitation is wished for in place of one, whether or not there is such a one.
pub fn note_request(connection: &mut PgConnection, id: InvitationId) -> Result<(), DbError> {
    diesel::insert_into(invitation_requests::table)
        .values(invitation_requests::invitation_id.eq(id))
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(())
}

/// The wish that has waited longest to be judged, but for those that may not be tried.
pub fn oldest_request(connection: &mut PgConnection, task: &str) -> Result<Option<InvitationId>, DbError> {
    Ok(invitation_requests::table
        .filter(may_be_tried(task, invitation_requests::invitation_id, Uuid::nil()))
        .order(invitation_requests::asked_at)
        .select(invitation_requests::invitation_id)
        .first(connection)
        .optional()?)
}

/// Takes a wish to be judged. Answers whether it was still there.
pub fn take_request(connection: &mut PgConnection, id: InvitationId) -> Result<bool, DbError> {
    Ok(diesel::delete(invitation_requests::table.find(id)).execute(connection)? == 1)
}

/// The organization of an invitation.
pub fn organization_of(connection: &mut PgConnection, id: InvitationId) -> Result<Option<OrganizationId>, DbError> {
    let found = invitations::table.find(id).select(invitations::organization_id);
    Ok(found.first(connection).optional()?)
}

/// A wish to be judged: what is known of its address here, and which invitation an owner would answer it
/// with: an open one of the same address, or else the one whose link was used.
#[derive(Clone, Debug)]
pub struct ReinviteRequest {
    pub answered_with: InvitationId,
    pub email: EmailAddress,
    pub role: Role,
    pub asker: Asker,
}

/// What is known of the person who asks with the link of an invitation of this organization.
pub fn wish<A: Action<Scope: OrganizationScope>>(
    tx: &mut WriteTx<A>,
    id: InvitationId,
) -> Result<Option<ReinviteRequest>, DbError> {
    let organization = tx.scope().organization_id();
    let connection = tx.connection();
    let found: Option<(String, String, bool)> = invitations::table
        .filter(invitations::id.eq(id))
        .filter(invitations::organization_id.eq(organization))
        .select((
            invitations::email,
            invitations::role,
            invitations::ended_at.is_null().and(invitations::expires_at.gt(roster_now())).and(inviter_may_invite!()),
        ))
        .first(connection)
        .optional()?;
    let Some((email, role, is_open)) = found else { return Ok(None) };
    let ours = || {
        let ours = invitations::table.filter(invitations::organization_id.eq(organization));
        ours.filter(invitations::email.eq(email.clone()))
    };
    let member = memberships::table
        .inner_join(email_addresses::table.on(email_addresses::account_id.eq(memberships::account_id)))
        .filter(memberships::organization_id.eq(organization))
        .filter(email_addresses::address.eq(email.clone()));
    let open: Option<InvitationId> =
        ours().filter(invitations::ended_at.is_null()).select(invitations::id).first(connection).optional()?;
    let asker = Asker {
        is_open,
        is_member: diesel::select(exists(member)).get_result(connection)?,
        waits: diesel::select(exists(ours().filter(invitations::asked_again_at.is_not_null())))
            .get_result(connection)?,
        cancellations: ours()
            .filter(invitations::ended_how.eq(Ending::Cancelled.key()))
            .count()
            .get_result(connection)?,
        dismissals: ours()
            .select(sum(invitations::dismissals))
            .get_result::<Option<i64>>(connection)?
            .unwrap_or_default(),
    };
    Ok(Some(ReinviteRequest {
        answered_with: open.unwrap_or(id),
        email: EmailAddress::stored(email),
        role: Role::stored(&role),
        asker,
    }))
}

/// Notes that the owners are asked.
pub fn ask_owners<A: Action<Scope: OrganizationScope>>(tx: &mut WriteTx<A>, id: InvitationId) -> Result<(), DbError> {
    let organization = tx.scope().organization_id();
    diesel::update(invitations::table.find(id))
        .filter(invitations::organization_id.eq(organization))
        .set(invitations::asked_again_at.eq(roster_now().nullable()))
        .execute(tx.connection())?;
    Ok(())
}

/// Whether the owners are asked still.
pub fn waits_for_owners(connection: &mut PgConnection, id: InvitationId) -> Result<bool, DbError> {
    let waits = invitations::table.find(id).filter(invitations::asked_again_at.is_not_null());
    Ok(diesel::select(exists(waits)).get_result(connection)?)
}

/// What an owner answers.
#[derive(Clone, Debug)]
pub struct ReinviteRequestRow {
    pub email: EmailAddress,
    pub role: Role,
    /// For how many days the invitation was sent.
    pub days: u32,
    /// The last day of the membership that it offered, if that ends.
    pub last_day: Option<LastDay>,
    /// Whether it can be sent again; if not, it has ended.
    pub is_open: bool,
    /// Whether it was answered already.
    pub is_answered: bool,
}

/// An invitation of this organization, with what was asked of its owners.
pub fn asked<A: Action<Scope = OrganizationMember>>(
    tx: &mut WriteTx<A>,
    id: InvitationId,
) -> Result<Option<ReinviteRequestRow>, DbError> {
    let organization = tx.scope().organization_id();
    type Row = (String, String, i32, Option<DateTime<Utc>>, bool, bool);
    let found: Option<Row> = invitations::table
        .filter(invitations::id.eq(id))
        .filter(invitations::organization_id.eq(organization))
        .select((
            invitations::email,
            invitations::role,
            invitations::lifetime_days,
            invitations::membership_ends_at,
            invitations::ended_at.is_null(),
            invitations::asked_again_at.is_null(),
        ))
        .first(tx.connection())
        .optional()?;
    Ok(found.map(|(email, role, days, ends_at, is_open, is_answered)| ReinviteRequestRow {
        email: EmailAddress::stored(email),
        role: Role::stored(&role),
        days: u32::try_from(days).unwrap_or_default(),
        last_day: ends_at.map(LastDay::stored),
        is_open,
        is_answered,
    }))
}

/// Notes that what was asked for an address is answered: with a no, or by what was sent to it.
pub fn answer_requests<A>(tx: &mut WriteTx<A>, email: &EmailAddress, with_no: bool) -> Result<(), DbError>
where
    A: Action<Scope: OrganizationScope>,
{
    let organization = tx.scope().organization_id();
    diesel::update(invitations::table)
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::email.eq(email.as_str()))
        .filter(invitations::asked_again_at.is_not_null())
        .set((
            invitations::asked_again_at.eq(None::<chrono::DateTime<chrono::Utc>>),
            invitations::dismissals.eq(invitations::dismissals + i32::from(with_no)),
        ))
        .execute(tx.connection())?;
    Ok(())
}
