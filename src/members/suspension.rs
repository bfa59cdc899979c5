//! Suspending somebody, and restoring them.
//!
//! A person who is suspended has no access from that moment, as if they were removed; but they keep their seat,
//! their role, and all else by which they can be restored at one press. Open invitations that they sent end,
//! as with the role of an owner: nobody joins in the name of somebody who could not invite them now. Those
//! do not come back.
//!
//! Suspending is a change of a standing, not of a role: it is read with every request and again under every
//! lock, exactly as the role is.

use super::emails::MembershipNotice;
use super::expiry;
use super::protection::MembershipChangePermit;
use super::rules::expiry::LastDay;
use super::rules::{RestoreRefusal, SuspendRefusal};
use super::{ManageMembers, MembershipChange, MembershipDependents, notify_member, store};
use crate::audit_log::EventKind;
use crate::authority::OrganizationScope;
use crate::db::{Change, Queries, Verdict, WriteTx};
use crate::text::Username;

/// Suspends someone. Who is suspended already, stays so.
pub fn suspend(
    tx: &mut WriteTx<ManageMembers>,
    dependents: &MembershipDependents,
    person: &Username,
) -> Verdict<Change<Username>, SuspendRefusal> {
    let rules = store::ownership_rules(tx)?;
    let membership = match store::find_membership(tx, person)?.map(|membership| rules.suspended(&membership)) {
        None => return Ok(Err(SuspendRefusal::NotAMember)),
        Some(Err(refusal)) => return Ok(Err(refusal)),
        Some(Ok(None)) => return Ok(Ok(Change::unchanged(person.clone()))),
        Some(Ok(Some(membership))) => membership,
    };
    let change = MembershipChangePermit::by(tx.scope().me(), &[membership.role])?;
    let organization = tx.scope().organization_id();
    let ended =
        dependents.end(tx.connection(), organization, Some(membership.account), MembershipChange::Access, None)?;
    store::suspend(tx.connection(), organization, membership.account, change)?;
    let about = (tx.scope().name().clone(), tx.scope().slug().clone());
    let emails = notify_member(
        tx,
        (membership.account, membership.role),
        person,
        &about,
        &MembershipNotice::Suspended { role: membership.role },
        None,
    )?;
    let change = Change::recorded(person.clone(), EventKind::Suspended { person: person.clone() });
    Ok(Ok(ended.into_iter().fold(change, Change::and).with_emails(emails)))
}

/// Gives someone back what their role allows, until the end of a last day, or for good. Who has it stays as they are.
pub fn restore(
    tx: &mut WriteTx<ManageMembers>,
    person: &Username,
    last_day: Option<LastDay>,
) -> Verdict<Change<Username>, RestoreRefusal> {
    let now = tx.now();
    let Some(membership) = store::find_membership(tx, person)? else { return Ok(Err(RestoreRefusal::NotAMember)) };
    if !membership.is_suspended {
        return Ok(Ok(Change::unchanged(person.clone())));
    }
    if last_day.is_some_and(|day| day.is_over(now)) {
        return Ok(Err(RestoreRefusal::Over));
    }
    let change = MembershipChangePermit::by(tx.scope().me(), &[membership.role])?;
    let organization = tx.scope().organization_id();
    store::restore(tx.connection(), (organization, membership.account), last_day, now, change)?;
    let about = (tx.scope().name().clone(), tx.scope().slug().clone());
    let news = MembershipNotice::Restored { role: membership.role, until: last_day.map(LastDay::day) };
    let emails = notify_member(tx, (membership.account, membership.role), person, &about, &news, None)?;
    let change = Change::recorded(person.clone(), EventKind::Restored { person: person.clone() });
    let change = if membership.last_day == last_day { change } else { change.and(expiry::event(person, last_day)) };
    Ok(Ok(change.with_emails(emails)))
}
