//! Inviting many people at once.
//!
//! An owner pastes addresses, or chooses a CSV file, and sees of each line what will become of it; nothing is sent
//! before **Send Invites** is pressed. From then on a worker sends, in the name of the person who pressed it: a portion
//! of the list in each transaction, behind the organization's lock, where the sender's role is read again. An
//! invitation, its letter and the mark on its line are written together: so each line is sent once, whatever ends in
//! between, and none is left out without a word. Every check of a single invitation holds for each line.
//!
//! What keeps a list from being a mail bomb (INV-35): the password is asked for again; an address no longer gets
//! letters a day than otherwise; [`PORTIONS`] bounds a day of an organization and of a person; and no portion is sent
//! while emails wait in the outbox ([`ROOM`]), so nobody's own letter is behind thousands of invitations. Any owner can
//! stop a list.

use std::collections::HashSet;
use std::convert::Infallible;

use chrono::TimeDelta;
use diesel::pg::PgConnection;

use super::open_limit::OpenInvitationLimit;
use super::rules::Recipient;
use super::rules::line_status::{End, LineStatus, judged};
use super::rules::lists::Entry;
use super::store::bulk_invites as store;
use super::{InviteRefusal, TO_ONE, Terms, invite_unless};
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{OrganizationScope, Permission, Role};
use crate::db::throttle::{Quota, RateLimited, consume, consume_all};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::ids::{BatchId, FormKey, OrganizationId};
use crate::members::{self, OrganizationMember, SystemTask, TaskTarget};
use crate::text::{EmailAddress, Username};

action! {
    /// Making a list of people to be invited, and seeing what becomes of it.
    pub MakeBatch: OrganizationMember, Permission::InviteMembers
}
action! {
    /// Sending invitations to a list.
    pub SendBatch: OrganizationMember, Permission::InviteMembers, requires_recent_password
}
action! {
    /// Stopping a list.
    pub StopBatch: OrganizationMember, Permission::InviteMembers
}
action! {
    /// Sending the next portion of a list, in the name of the person who sent it.
    pub SendPortion: OrganizationMember, Permission::InviteMembers
}
action! {
    /// Ending a list whose sender can no longer invite people.
    pub AbandonBatch: SystemTask<BulkInviteTarget>, ()
}

/// A list that is being sent, as the subject of a system task.
#[derive(Debug)]
pub struct BulkInviteTarget;

impl TaskTarget for BulkInviteTarget {
    type Key = BatchId;

    fn find(connection: &mut PgConnection, id: BatchId) -> Result<Option<(OrganizationId, Self)>, DbError> {
        Ok(store::organization_of(connection, id)?.map(|organization| (organization, Self)))
    }
}

/// Lists that an organization makes in a day.
const LISTS: Quota = Quota::daily(50);

/// Lines in a portion: so few that nobody waits for the lock.
pub const PORTION: usize = 50;

/// Portions that leave an organization in a day, and those in the name of one person.
const PORTIONS: Quota = Quota::daily(200);

/// So many invitations leave by lists in a day.
pub const DAILY: usize = 200 * PORTION;

/// How long a list waits while enough invitations of its organization have no answer.
const FULL: TimeDelta = TimeDelta::minutes(5);

/// No portion is sent while so many emails are due: those of others come first.
pub const ROOM: i64 = 200;

/// Makes a list of what was read, and judges every line. Sent twice, a form makes one list.
pub fn make(
    tx: &mut WriteTx<MakeBatch>,
    entries: &[Entry],
    usual: Role,
    terms: &Terms,
) -> Verdict<Change<BatchId>, RateLimited> {
    if let Some(made) = store::find_by_form(tx, terms.form)? {
        return Ok(Ok(Change::unchanged(made)));
    }
    let organization = tx.scope().organization_id().to_string();
    if let Err(rate_limited) = consume(tx.connection(), &["lists of", &organization], LISTS)? {
        return Ok(Err(rate_limited));
    }
    let addresses: Vec<&str> = entries.iter().filter_map(Entry::address).collect();
    let members: HashSet<String> = members::among(tx, &addresses)?;
    let invited = store::invited_among(tx, &addresses)?;
    let lines = judged(entries, &members, &invited, usual);
    Ok(Ok(Change::unchanged(store::keep(tx, terms, &lines)?)))
}

/// What came of pressing Send Invites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is being sent, by this press or by an earlier one.
    Sending,
    /// Nobody in it must be invited.
    Nobody,
}

/// Begins to send a list. None where there is no such list here.
pub fn begin(tx: &mut WriteTx<SendBatch>, id: BatchId) -> Verdict<Change<Option<Begun>>, Infallible> {
    let Some(batch) = store::find(tx, id)? else { return Ok(Ok(Change::unchanged(None))) };
    let size = batch.number(LineStatus::Ready);
    if batch.sent_at.is_none() && size == 0 {
        return Ok(Ok(Change::unchanged(Some(Begun::Nobody))));
    }
    if !store::begin(tx, id)? {
        return Ok(Ok(Change::unchanged(Some(Begun::Sending))));
    }
    Ok(Ok(Change::recorded(Some(Begun::Sending), EventKind::InvitationListSent { size })))
}

/// Stops a list. Answers how many lines are left, or none where there is no such list here.
pub fn stop(tx: &mut WriteTx<StopBatch>, id: BatchId) -> Verdict<Change<Option<i64>>, Infallible> {
    let Some(batch) = store::find(tx, id)? else { return Ok(Ok(Change::unchanged(None))) };
    if !store::end(tx.connection(), id, End::Stopped)? {
        return Ok(Ok(Change::unchanged(Some(batch.number(LineStatus::Stopped)))));
    }
    let left = store::stop_lines(tx.connection(), id)?;
    let event = EventKind::InvitationListStopped { left, why: String::new() };
    Ok(Ok(Change::recorded(Some(left), event)))
}

/// Sends the next portion of a list. Answers how many invitations were sent.
pub fn send_portion(tx: &mut WriteTx<SendPortion>, id: BatchId) -> Verdict<Change<usize>, Infallible> {
    let Some(days) = store::under_way(tx, id)? else { return Ok(Ok(Change::unchanged(0))) };
    let mut lines = store::take_lines(tx, id, PORTION)?;
    let mut room = OpenInvitationLimit::of(tx)?;
    if !lines.is_empty() && room.left() == 0 {
        // The list goes on by itself as people answer.
        let until = tx.now() + FULL;
        store::wait(tx.connection(), id, until)?;
        return Ok(Ok(Change::unchanged(0)));
    }
    let is_last = lines.len() < PORTION && lines.len() <= room.left();
    lines.truncate(room.left());
    if !lines.is_empty() {
        let (person, organization) = (tx.scope().me().account().to_string(), tx.scope().organization_id().to_string());
        let allowances: [(&[&str], _); 2] =
            [(&["portions by", &person], PORTIONS), (&["portions of", &organization], PORTIONS)];
        if let Err(rate_limited) = consume_all(tx.connection(), &allowances)? {
            store::wait(tx.connection(), id, rate_limited.until)?;
            return Ok(Ok(Change::unchanged(0)));
        }
    }
    // Always in this order, so that two lists with the same people in them cannot wait for each other.
    lines.sort_by(|one, other| one.invitee.email.cmp(&other.invitee.email));
    let mut change = Change::unchanged(());
    let (mut fates, mut sent) = (Vec::new(), 0);
    for store::ReadyLine { place, invitee } in lines {
        let fate = match send_one(tx, &invitee, days, &mut room)? {
            Ok(invited) => {
                change = change.with(invited);
                sent += 1;
                LineStatus::Sent
            }
            Err(InviteRefusal::AlreadyAMember) => LineStatus::Member,
            Err(InviteRefusal::AlreadyInvited(_)) => LineStatus::Invited,
            Err(_) => LineStatus::Full,
        };
        fates.push((place, fate));
    }
    store::mark(tx, id, &fates)?;
    if is_last {
        store::end(tx.connection(), id, End::Done)?;
    } else {
        let now = tx.now();
        store::wait(tx.connection(), id, now)?;
    }
    Ok(Ok(change.map(|()| sent)))
}

/// Invites the person who is on one line. The day of the organization and of the sender was counted before.
fn send_one(
    tx: &mut WriteTx<SendPortion>,
    invitee: &Recipient,
    days: u32,
    room: &mut OpenInvitationLimit,
) -> Verdict<Change<super::Invitation>, InviteRefusal> {
    let to_one = |tx: &mut WriteTx<SendPortion>, email: &EmailAddress| {
        let taken = consume(tx.connection(), &["invitations to", email.as_str()], TO_ONE)?;
        Ok(taken.map_err(InviteRefusal::TooManyToAddress))
    };
    invite_unless(tx, invitee, &Terms { form: FormKey::fresh(), days, last_day: None }, room, to_one)
}

/// Ends a list whose sender can no longer invite people: the rest is not sent.
pub fn abandon(tx: &mut WriteTx<AbandonBatch>, sender: &Username) -> Verdict<Change<()>, Infallible> {
    let id = tx.scope().key();
    if !store::end(tx.connection(), id, End::Abandoned)? {
        return Ok(Ok(Change::unchanged(())));
    }
    let left = store::stop_lines(tx.connection(), id)?;
    let why = format!("{sender}, who sent it, can no longer invite people");
    Ok(Ok(Change::recorded((), EventKind::InvitationListStopped { left, why })))
}
