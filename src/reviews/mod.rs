//! Access reviews: an owner goes through everyone who belongs, and keeps, changes or removes each.
//!
//! A review begins with a list of everyone as they are at that moment, username and role, written down under
//! the organization's lock. From then on owners decide about those on the list, a page at a time, together if they
//! like: of two who decide about the same person the first one does, and the other reads so. What is decided is on the
//! list with who decided and when; that is the result, and it is why a review writes no audit entry for each person
//! who is kept. Its beginning and its end are in the audit log, with the counts.
//!
//! To **change** or **remove** somebody is done by the very domain functions of [`members`](crate::members), in the
//! same transaction as the decision: with what hangs on the membership, the emails, the audit log, and the undoing.
//! While the review is under way, an undoing opens the decision again ([`dependents`]). A person who goes by other
//! means before anybody decided is noted as gone, in the transaction in which they go. Oneself and the primary owner
//! can only be kept.
//!
//! One review is under way at a time; the database holds it (`reviews_one_under_way_each`). It can be finished at
//! any moment, and says how many nobody looked at. From then on it is only read, printed and exported.
//!
//! Where they want it, owners are reminded a quarter after the last review ([`reminding`]).

pub mod dependents;
mod emails;
mod forms;
mod pages;
pub mod reminders;
pub mod rules;
mod store;

use std::convert::Infallible;

use uuid::Uuid;

use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{Action, OrganizationScope, Permission, Role, Scope};
use crate::db::throttle::{Quota, consume};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::ids::{AccountId, ReviewId, UndoId};
use crate::mail::EmailTemplates;
use crate::members::rules::{RemoveRefusal, RoleRefusal};
use crate::members::{self, ManageMembers, MembershipDependents, OrganizationMember};
use crate::text::Username;
use crate::web::Routes;
use emails::ReviewDue;
use rules::{BeginRefusal, DecideRefusal, Decision, Review};

action! {
    /// Seeing access reviews and what came of them.
    pub SeeReviews: OrganizationMember, Permission::ManageMembers
}
action! {
    /// Beginning and finishing an access review, and choosing whether to be reminded of the next. To decide about
    /// somebody is [`ManageMembers`].
    pub ReviewAccess: OrganizationMember, Permission::ManageMembers
}

/// Reviews that are begun in one organization: each writes down everyone.
const REVIEWS: Quota = Quota::daily(10);

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}

/// The letters this feature posts.
pub fn emails(emails: EmailTemplates) -> EmailTemplates {
    emails.with::<ReviewDue>()
}

/// A review of this organization.
pub fn find<Q>(tx: &mut Q, id: ReviewId) -> Result<Option<Review>, DbError>
where
    Q: Queries<Action: Action<Scope: OrganizationScope>>,
{
    let organization = tx.scope().organization_id();
    store::find(tx.connection(), organization, id)
}

/// Begins a review of everyone who belongs here, unless one is under way; answers which is.
pub fn begin(tx: &mut WriteTx<ReviewAccess>) -> Verdict<Change<ReviewId>, BeginRefusal> {
    let organization = tx.scope().organization_id();
    if let Some(under_way) = store::under_way(tx.connection(), organization)? {
        return Ok(Ok(Change::unchanged(under_way)));
    }
    if let Err(rate_limited) = consume(tx.connection(), &["access reviews of", &organization.to_string()], REVIEWS)? {
        return Ok(Err(BeginRefusal::TooOften(rate_limited)));
    }
    let by = tx.scope().actor().name;
    let id = store::begin(tx.connection(), organization, &by)?;
    let mut last = Some(AccountId::from(Uuid::nil()));
    while let Some(after) = last {
        last = store::write_down(tx.connection(), organization, id, after)?;
    }
    let people = find(tx, id)?.map_or(0, |review| review.people);
    store::pause_reminder(tx.connection(), organization)?;
    Ok(Ok(Change::recorded(id, EventKind::AccessReviewBegun { people })))
}

/// Finishes a review; none where there is no such one.
pub fn finish(tx: &mut WriteTx<ReviewAccess>, id: ReviewId) -> Verdict<Change<Option<Review>>, Infallible> {
    let Some(review) = find(tx, id)? else { return Ok(Ok(Change::unchanged(None))) };
    if review.finished.is_some() {
        return Ok(Ok(Change::unchanged(Some(review))));
    }
    let (by, now, organization) = (tx.scope().actor().name, tx.now(), tx.scope().organization_id());
    store::finish(tx.connection(), id, &by)?;
    store::resume_reminder(tx.connection(), organization, now + rules::QUARTER)?;
    let Review { kept, changed, removed, gone, .. } = review;
    let event = EventKind::AccessReviewFinished { kept, changed, removed, gone, left: review.left() };
    Ok(Ok(Change::recorded(Some(review), event)))
}

/// Turns reminders on or off.
pub fn want_reminders(tx: &mut WriteTx<ReviewAccess>, wanted: bool) -> Verdict<Change<()>, Infallible> {
    let (organization, now) = (tx.scope().organization_id(), tx.now());
    let changed = if wanted {
        let due = match store::under_way(tx.connection(), organization)? {
            Some(_) => None,
            None => Some(rules::first_due(now, store::last_finished(tx.connection(), organization)?)),
        };
        store::want_reminder(tx.connection(), organization, due)?
    } else {
        store::want_no_reminder(tx.connection(), organization)?
    };
    Ok(Ok(match changed {
        true => Change::recorded((), EventKind::AccessReviewRemindersChanged { wanted }),
        false => Change::unchanged(()),
    }))
}

/// Keeps those of some people about whom nobody has decided yet, and answers how many. It changes nothing about
/// them, and who decided and when is in the review itself; so there is no audit entry for each.
pub fn keep(
    tx: &mut WriteTx<ManageMembers>,
    id: ReviewId,
    people: &[Username],
) -> Verdict<Change<usize>, DecideRefusal> {
    if let Err(refusal) = is_open(tx, id)? {
        return Ok(Err(refusal));
    }
    let (account, name) = (tx.scope().me().account(), tx.scope().actor().name);
    let kept = store::keep(tx.connection(), id, people, (account, &name))?;
    if let (0, [person]) = (kept, people) {
        let standing = store::standing(tx.connection(), id, person)?;
        return Ok(Err(standing.map_or(DecideRefusal::Unknown, |standing| closed(tx, standing))));
    }
    Ok(Ok(Change::unchanged(kept)))
}

/// Removes somebody, by the domain function for it, and notes that it was decided.
pub fn remove(
    tx: &mut WriteTx<ManageMembers>,
    dependents: &MembershipDependents,
    id: ReviewId,
    person: &Username,
) -> Verdict<Change<UndoId>, DecideRefusal> {
    // Decided before it is done: what hangs on the membership would note the person as gone.
    if let Err(refusal) = decide(tx, id, person, Decision::Removed)? {
        return Ok(Err(refusal));
    }
    let change = match members::remove(tx, dependents, person)? {
        Ok(change) => change,
        Err(RemoveRefusal::NotAMember) => return Ok(Err(DecideRefusal::Gone)),
        Err(RemoveRefusal::PrimaryOwner) => return Ok(Err(DecideRefusal::PrimaryOwner)),
        Err(RemoveRefusal::Oneself) => return Ok(Err(DecideRefusal::Oneself)),
    };
    store::note_undoing(tx.connection(), id, person, *change.value())?;
    Ok(Ok(change))
}

/// Gives somebody another role, by the domain function for it, and notes that it was decided. A person who has it
/// already is kept.
pub fn change_role(
    tx: &mut WriteTx<ManageMembers>,
    dependents: &MembershipDependents,
    id: ReviewId,
    person: &Username,
    role: Role,
    confirmed: bool,
) -> Verdict<Change<Option<UndoId>>, DecideRefusal> {
    let has_it = store::standing(tx.connection(), id, person)?.is_some_and(|standing| standing.role == Some(role));
    if has_it {
        let person = std::slice::from_ref(person);
        return Ok(keep(tx, id, person)?.map(|change| change.map(|_| None)));
    }
    if let Err(refusal) = decide(tx, id, person, Decision::Changed(role))? {
        return Ok(Err(refusal));
    }
    let change = match members::change_role(tx, dependents, person, role, confirmed)? {
        Ok(change) => change,
        Err(RoleRefusal::NotAMember) => return Ok(Err(DecideRefusal::Gone)),
        Err(RoleRefusal::PrimaryOwner) => return Ok(Err(DecideRefusal::PrimaryOwner)),
        Err(RoleRefusal::EndsMore(ends)) => return Ok(Err(DecideRefusal::EndsMore(ends))),
    };
    if let Some(undoing) = change.value() {
        store::note_undoing(tx.connection(), id, person, *undoing)?;
    }
    Ok(Ok(change))
}

/// Whether a review is there and not finished.
fn is_open(tx: &mut WriteTx<ManageMembers>, id: ReviewId) -> Verdict<(), DecideRefusal> {
    Ok(match find(tx, id)? {
        None => Err(DecideRefusal::Unknown),
        Some(review) if review.finished.is_some() => Err(DecideRefusal::Finished),
        Some(_) => Ok(()),
    })
}

/// Notes a decision about somebody else, if nobody was first.
fn decide(
    tx: &mut WriteTx<ManageMembers>,
    id: ReviewId,
    person: &Username,
    decision: Decision,
) -> Verdict<(), DecideRefusal> {
    if let Err(refusal) = is_open(tx, id)? {
        return Ok(Err(refusal));
    }
    let Some(standing) = store::standing(tx.connection(), id, person)? else {
        return Ok(Err(DecideRefusal::Unknown));
    };
    if standing.account == tx.scope().primary_owner() {
        return Ok(Err(DecideRefusal::PrimaryOwner));
    }
    let (account, name) = (tx.scope().me().account(), tx.scope().actor().name);
    if standing.account == account {
        return Ok(Err(DecideRefusal::Oneself));
    }
    match store::decide(tx.connection(), id, standing.account, decision, (account, &name))? {
        true => Ok(Ok(())),
        false => Ok(Err(closed(tx, standing))),
    }
}

/// Why nothing must be decided about somebody any more.
fn closed(tx: &WriteTx<ManageMembers>, standing: rules::ReviewState) -> DecideRefusal {
    let Some((decision, by)) = standing.decided else { return DecideRefusal::Gone };
    let is_own = by.as_ref().is_some_and(|(account, _)| *account == tx.scope().me().account());
    DecideRefusal::Decided(decision, by.map(|(_, name)| name), is_own)
}
