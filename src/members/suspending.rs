//! Suspending somebody, and restoring them.
//!
//! Whoever is suspended has no access from that moment, as if they were removed; but they keep their seat,
//! their role, and all else by which they can be restored at one press. Open invitations that they sent end,
//! as with the role of an owner: nobody joins in the name of somebody who could not invite them now. Those
//! do not come back.
//!
//! Suspending is a change of a standing, not of a role: it is read with every request and again under every
//! lock, exactly as the role is.

use super::letters::News;
use super::limiting;
use super::protection::SeatChange;
use super::rules::limiting::LastDay;
use super::rules::{RestoreRefusal, SuspendRefusal};
use super::{Attachments, Loss, ManageMembers, store, tell};
use crate::authority::OrganizationScope;
use crate::db::{Change, Queries, Verdict, WriteTx};
use crate::history::Happened;
use crate::text::Username;

/// Suspends someone. Who is suspended already, stays so.
pub fn suspend(
    tx: &mut WriteTx<ManageMembers>,
    hanging: &Attachments,
    person: &Username,
) -> Verdict<Change<Username>, SuspendRefusal> {
    let roster = store::roster(tx)?;
    let seat = match store::seat_of(tx, person)?.map(|seat| roster.suspended(&seat)) {
        None => return Ok(Err(SuspendRefusal::NotAMember)),
        Some(Err(refusal)) => return Ok(Err(refusal)),
        Some(Ok(None)) => return Ok(Ok(Change::already(person.clone()))),
        Some(Ok(Some(seat))) => seat,
    };
    let change = SeatChange::by(tx.scope().me(), &[seat.role])?;
    let organization = tx.scope().organization_id();
    let ended = hanging.end(tx.connection(), organization, Some(seat.account), Loss::Access, None)?;
    store::suspend(tx.connection(), organization, seat.account, change)?;
    let about = (tx.scope().name().clone(), tx.scope().slug().clone());
    let letters = tell(tx, (seat.account, seat.role), person, &about, &News::Suspended { role: seat.role }, None)?;
    let change = Change::recorded(person.clone(), Happened::Suspended { person: person.clone() });
    Ok(Ok(ended.into_iter().fold(change, Change::and).mailing_all(letters)))
}

/// Gives someone back what their role allows, until the end of a last day, or for good. Who has it stays as they are.
pub fn restore(
    tx: &mut WriteTx<ManageMembers>,
    person: &Username,
    last_day: Option<LastDay>,
) -> Verdict<Change<Username>, RestoreRefusal> {
    let now = tx.now();
    let Some(seat) = store::seat_of(tx, person)? else { return Ok(Err(RestoreRefusal::NotAMember)) };
    if !seat.is_suspended {
        return Ok(Ok(Change::already(person.clone())));
    }
    if last_day.is_some_and(|day| day.is_over(now)) {
        return Ok(Err(RestoreRefusal::Over));
    }
    let change = SeatChange::by(tx.scope().me(), &[seat.role])?;
    let organization = tx.scope().organization_id();
    store::restore(tx.connection(), (organization, seat.account), last_day, now, change)?;
    let about = (tx.scope().name().clone(), tx.scope().slug().clone());
    let news = News::Restored { role: seat.role, until: last_day.map(LastDay::day) };
    let letters = tell(tx, (seat.account, seat.role), person, &about, &news, None)?;
    let change = Change::recorded(person.clone(), Happened::Restored { person: person.clone() });
    let change = if seat.last_day == last_day { change } else { change.and(limiting::happened(person, last_day)) };
    Ok(Ok(change.mailing_all(letters)))
}
