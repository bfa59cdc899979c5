//! What is under Pending Invites.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::super::rules::Delivery;
use crate::authority::{Action, OrganizationScope, Role};
use crate::db::{DbError, Queries, roster_now};
use crate::ids::InvitationId;
use crate::members::OrganizationMember;
use crate::members::rules::expiry::LastDay;
use crate::schema::{invitations, outbox};
use crate::text::EmailAddress;
use crate::web::paging::{Cursor, PAGE, cut};

/// What waits for somebody, in the list of its organization.
#[derive(Clone, Debug)]
pub struct Pending {
    pub id: InvitationId,
    pub email: EmailAddress,
    pub role: Role,
    pub listed_at: DateTime<Utc>,
    pub sent_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub is_expired: bool,
    /// The last day of the membership that it offers, if that ends.
    pub last_day: Option<LastDay>,
    /// When it ended, where it has: then a new one was asked for.
    pub ended_at: Option<DateTime<Utc>>,
    /// When a new one was asked for, which owners have not answered.
    pub asked_at: Option<DateTime<Utc>>,
    /// What became of its latest letter.
    pub delivery: Option<Delivery>,
}

/// A page of them, and where the next begins.
pub struct PendingPage {
    pub pending: Vec<Pending>,
    pub next: Option<Cursor>,
}

/// A page of this organization's open invitations, expired ones too, and of those that have ended and are asked for
/// again; the latest first.
pub fn pending<Q>(tx: &mut Q, after: Option<Cursor>) -> Result<PendingPage, DbError>
where
    Q: Queries<Action: Action<Scope = OrganizationMember>>,
{
    type Times = (DateTime<Utc>, DateTime<Utc>, DateTime<Utc>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    type Row = (InvitationId, String, String, Times, (bool, Option<DateTime<Utc>>), Option<String>);
    let organization = tx.scope().organization_id();
    let found = invitations::table
        .filter(invitations::organization_id.eq(organization))
        .filter(invitations::ended_at.is_null().or(invitations::asked_again_at.is_not_null()))
        .order((invitations::listed_at.desc(), invitations::id.desc()))
        .limit(i64::try_from(PAGE + 1).unwrap_or(i64::MAX))
        .select((
            invitations::id,
            invitations::email,
            invitations::role,
            (
                invitations::listed_at,
                invitations::sent_at,
                invitations::expires_at,
                invitations::ended_at,
                invitations::asked_again_at,
            ),
            (invitations::expires_at.le(roster_now()), invitations::membership_ends_at),
            outbox::table
                .filter(outbox::about.eq(invitations::id.nullable()))
                .order((outbox::created_at.desc(), outbox::id.desc()))
                .limit(1)
                .select(outbox::state)
                .single_value(),
        ))
        .into_boxed();
    let found: Vec<Row> = match after {
        None => found.load(tx.connection())?,
        Some(Cursor { at, id }) => found
            .filter(
                invitations::listed_at
                    .le(at)
                    .and(invitations::listed_at.lt(at).or(invitations::id.lt(InvitationId::from(id)))),
            )
            .load(tx.connection())?,
    };
    let mut pending: Vec<Pending> = found
        .into_iter()
        .map(|(id, email, role, (listed_at, sent_at, expires_at, ended_at, asked_at), (is_expired, ends_at), state)| {
            Pending {
                id,
                email: EmailAddress::stored(email),
                role: Role::stored(&role),
                listed_at,
                sent_at,
                expires_at,
                is_expired,
                last_day: ends_at.map(LastDay::stored),
                ended_at,
                asked_at,
                delivery: state.as_deref().and_then(Delivery::of),
            }
        })
        .collect();
    let next = cut(&mut pending, |pending| Cursor { at: pending.listed_at, id: pending.id.uuid() });
    Ok(PendingPage { pending, next })
}

/// Which role an invitation of this organization offers.
pub fn role_offered<Q>(tx: &mut Q, id: InvitationId) -> Result<Option<Role>, DbError>
where
    Q: Queries<Action: Action<Scope = OrganizationMember>>,
{
    let organization = tx.scope().organization_id();
    let offered: Option<String> = invitations::table
        .find(id)
        .filter(invitations::organization_id.eq(organization))
        .select(invitations::role)
        .first(tx.connection())
        .optional()?;
    Ok(offered.map(|role| Role::stored(&role)))
}
