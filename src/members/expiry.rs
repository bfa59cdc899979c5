//! Memberships that end with a day: a contractor's, say.
//!
//! An owner sets the last day, on the invitation or on the member's row. When it has ended by UTC, the
//! person has no access: authority itself compares the time, with every request and again under every lock, so
//! that nothing depends on when a worker comes by. The worker then does what suspending does: it suspends the
//! membership, ends what hangs on the access, writes the audit log and the mail, once, whichever of several Rosters
//! comes first. The seat and the role are kept; **Restore** asks for a new last day, or none.
//!
//! A week before, the owners are reminded, once for each end. The primary owner's membership has no end, which
//! the database holds, too (`organizations_primary_owner_is_an_owner`); so neither has that of the only owner.

use std::convert::Infallible;

use diesel::pg::PgConnection;

use super::emails::MembershipNotice;
use super::protection::MembershipChangePermit;
use super::rules::expiry::{AHEAD, LastDay, LimitRefusal};
use super::scope::{MembershipTarget, SystemTask};
use super::{ManageMembers, MembershipChange, MembershipDependents, notify_member, store};
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{Action, May, OrganizationScope};
use crate::db::failures::FailureSubject;
use crate::db::{Change, Db, DbError, Queries, Verdict, WriteTx};
use crate::ids::{AccountId, OrganizationId};
use crate::text::Username;

action! {
    /// Suspending somebody whose last day is over.
    pub EndMembership: SystemTask<MembershipTarget>, ()
}
action! {
    /// Reminding owners of an end.
    pub RemindOfEnd: SystemTask<MembershipTarget>, ()
}

/// What an end that was set, or taken away, is shown as.
pub(super) fn event(person: &Username, last_day: Option<LastDay>) -> EventKind {
    EventKind::MembershipLimited { person: person.clone(), until: last_day.map(LastDay::day) }
}

/// Sets the last day of somebody's membership, or takes it away, and tells them and all owners.
pub fn limit(
    tx: &mut WriteTx<ManageMembers>,
    person: &Username,
    last_day: Option<LastDay>,
) -> Verdict<Change<()>, LimitRefusal> {
    let (rules, now) = (store::ownership_rules(tx)?, tx.now());
    let Some(membership) = store::find_membership(tx, person)? else { return Ok(Err(LimitRefusal::NotAMember)) };
    if let Err(refusal) = rules.limited(&membership) {
        return Ok(Err(refusal));
    }
    if last_day.is_some_and(|day| day.is_over(now)) {
        return Ok(Err(LimitRefusal::Over));
    }
    if membership.last_day == last_day {
        return Ok(Ok(Change::unchanged(())));
    }
    let change = MembershipChangePermit::by(tx.scope().me(), &[membership.role])?;
    let organization = tx.scope().organization_id();
    store::set_end(tx.connection(), (organization, membership.account), last_day, now, change)?;
    let about = (tx.scope().name().clone(), tx.scope().slug().clone());
    let news = MembershipNotice::Limited { until: last_day.map(LastDay::day) };
    let emails = notify_member(tx, (membership.account, membership.role), person, &about, &news, None)?;
    Ok(Ok(Change::recorded((), event(person, last_day)).with_emails(emails)))
}

/// Suspends the person of a system task, if their last day is over and nobody has done it. Answers whether.
fn end(tx: &mut WriteTx<EndMembership>, dependents: &MembershipDependents) -> Verdict<Change<bool>, Infallible> {
    let (organization, account) = tx.scope().key();
    if !store::suspend_ended(tx.connection(), organization, account)? {
        return Ok(Ok(Change::unchanged(false)));
    }
    let ended = dependents.end(tx.connection(), organization, Some(account), MembershipChange::Access, None)?;
    let (person, about) = (tx.scope().subject().person.clone(), tx.scope().about().clone());
    let role = tx.scope().subject().role;
    let emails = notify_member(tx, (account, role), &person, &about, &MembershipNotice::Ended { role }, None)?;
    let change = Change::recorded(true, EventKind::MembershipEnded { person });
    Ok(Ok(ended.into_iter().fold(change, Change::and).with_emails(emails)))
}

/// Reminds the owners of the end of a system task's membership, if that was not done. Answers whether.
fn remind(tx: &mut WriteTx<RemindOfEnd>) -> Verdict<Change<bool>, Infallible> {
    let (organization, account) = tx.scope().key();
    let Some(last_day) = store::take_reminder_of_end(tx.connection(), organization, account, AHEAD)? else {
        return Ok(Ok(Change::unchanged(false)));
    };
    let (person, until, role) = (tx.scope().subject().person.clone(), last_day.day(), tx.scope().subject().role);
    let emails = super::notify_owners(tx, (account, role), &person, &MembershipNotice::EndsSoon { until })?;
    Ok(Ok(Change::recorded(true, EventKind::EndCalledToMind { person, until }).with_emails(emails)))
}

/// Does a system task after another, a membership in a transaction. Returns how many it did.
async fn each<A>(
    db: &Db,
    task: &'static str,
    next: impl Fn(&mut PgConnection) -> Result<Option<(OrganizationId, AccountId)>, DbError> + Clone + Send + 'static,
    verb: impl Fn(&mut WriteTx<A>) -> Verdict<Change<bool>, Infallible> + Clone + Send + 'static,
) -> Result<usize, DbError>
where
    A: Action<Scope = SystemTask<MembershipTarget>>,
{
    let subject = |(organization, account): &(OrganizationId, AccountId)| {
        FailureSubject::within(account.uuid(), organization.uuid())
    };
    db.each_due(task, next, subject, |membership| {
        let verb = verb.clone();
        async move {
            let by: Option<May<A>> =
                db.without_authorization(move |connection| super::scope::system_task(connection, membership)).await?;
            let Some(by) = by else { return Ok(false) };
            match db.write(&by, verb).await? {
                Ok(done) => Ok(done),
                Err(never) => match never {},
            }
        }
    })
    .await
}

/// The tasks, as their failures are counted.
const END: &str = "end memberships";
const REMIND: &str = "remind of ends";

/// Suspends those whose last day is over, in a transaction each, for the worker that sweeps. Returns how many.
pub async fn end_due(db: &Db, dependents: &MembershipDependents) -> Result<usize, DbError> {
    let (dependents, next) = (dependents.clone(), |connection: &mut PgConnection| store::one_ended(connection, END));
    each(db, END, next, move |tx: &mut WriteTx<EndMembership>| end(tx, &dependents)).await
}

/// Reminds owners of what ends within a week, in a transaction each. Returns of how many memberships.
pub async fn remind_due(db: &Db) -> Result<usize, DbError> {
    each(db, REMIND, |connection| store::one_to_call_to_mind(connection, REMIND, AHEAD), remind).await
}
