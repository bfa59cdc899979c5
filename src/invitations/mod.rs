//! Emails that let someone join.
//!
//! An owner invites an **address**, never an account: inviting makes no account, and tells nobody
//! whether there is one (INV-03, INV-26). The email carries a link that is computed and stored nowhere;
//! sent again it is the same link with its whole lifetime, as it was chosen, renewed. Of an address and an organization
//! at most one invitation is open; an expired one is open still, and can be sent again.
//!
//! Opening the link changes nothing. It is remembered in the browser's encrypted cookie, and the page it
//! leads to, **You've been invited**, has an address without a secret in it. To **join**, one of the
//! person's confirmed addresses must be the invited one: an invitation is never accepted by whichever
//! account happens to be signed in (INV-01). Where it is not, the mailed link proves the mailbox, and
//! the person can add the address to their account, or make a new account with it, in so many words.
//! The link that an owner copies is no such proof where mail leaves: [`rules::Way`] says why.
//!
//! An invitation ends once: accepted, declined, cancelled, or because of what happened to its
//! organization's people ([`dependents`]). Each end is one conditional statement behind the organization's
//! lock, so of two who are at it at once one finds nothing (INV-11, INV-12).
//!
//! Two days before its end an invitation is reminded ([`reminding`]); with a link that opens nothing
//! any more one can ask for a new one, and owners decide ([`asking`]). A person who has many people to invite does it
//! with one list ([`batches`]).
//!
//! This file holds what owners do, [`answers`] what the invited do. The Members tab is drawn here, too:
//! of all that may know who belongs, this feature alone knows who is invited.

pub mod acceptance;
pub mod bulk_invites;
pub mod dependents;
mod emails;
mod forms;
mod open_limit;
pub mod pages;
pub mod reinvite_requests;
pub mod reminders;
pub mod rules;
mod scope;
mod store;
pub mod worker;

use chrono::{DateTime, TimeDelta, Utc};

use crate::accounts::CurrentAccount;
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{Action, OrganizationScope, Permission, Role};
use crate::config::Lifetimes;
use crate::db::throttle::{Quota, RateLimited, consume};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::ids::{AccountId, FormKey, InvitationId};
use crate::mail::{EmailTemplate, EmailTemplates};
use crate::members::rules::expiry::LastDay;
use crate::members::{self, OrganizationMember};
use crate::text::{EmailAddress, Username};
use crate::web::Routes;
use emails::{InvitationDeclinedEmail, InvitationEmail, InvitationReminderEmail, ReinviteRequestEmail};
use open_limit::OpenInvitationLimit;
use rules::{Ending, Recipient};
pub use scope::{Invitee, for_seed};
pub use store::OpenInvitation;
use store::{Sent, SentInvitationRow};

action! {
    /// Inviting someone.
    pub InviteMembers: OrganizationMember, Permission::InviteMembers
}
action! {
    /// Sending an invitation again.
    pub ResendInvitation: OrganizationMember, Permission::InviteMembers
}
action! {
    /// Copying the link of an invitation.
    pub CopyLink: OrganizationMember, Permission::InviteMembers
}
action! {
    /// Taking an invitation back.
    pub CancelInvitation: OrganizationMember, Permission::InviteMembers
}

/// Emails that one address gets in a day, from all organizations together (INV-35).
const TO_ONE: Quota = Quota::daily(10);

/// Invitations that an organization sends in a day.
const FROM_ONE_ORGANIZATION: Quota = Quota::daily(100);

/// Invitations that a person sends in a day.
const FROM_ONE_PERSON: Quota = Quota::daily(100);

/// How often one invitation is sent again in an hour.
const AGAIN: Quota = Quota::hourly(3);

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}

/// The letters this feature posts.
pub fn emails(emails: EmailTemplates) -> EmailTemplates {
    emails
        .with::<InvitationEmail>()
        .with::<InvitationReminderEmail>()
        .with::<ReinviteRequestEmail>()
        .with::<InvitationDeclinedEmail>()
}

/// Under which terms an invitation is sent.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The form it was asked for with: sent twice, it invites once.
    pub form: FormKey,
    /// How long it lasts.
    pub days: u32,
    /// The last day of the membership that it offers, if that ends.
    pub last_day: Option<LastDay>,
}

impl Terms {
    /// Until when it lasts if it is sent now.
    fn until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        lasts_until(now, self.days, self.last_day)
    }
}

/// Until when an invitation lasts that is sent now: never longer than the membership that it offers.
fn lasts_until(now: DateTime<Utc>, days: u32, last_day: Option<LastDay>) -> DateTime<Utc> {
    let until = now + TimeDelta::days(days.into());
    last_day.map_or(until, |day| until.min(day.ends_at()))
}

/// An invitation that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Which.
    pub id: InvitationId,
    /// To whom.
    pub email: EmailAddress,
}

/// Why nobody is invited.
#[derive(Debug)]
pub enum InviteRefusal {
    /// The address belongs to a member.
    AlreadyAMember,
    /// The address holds this open invitation: it can be sent again.
    AlreadyInvited(InvitationId),
    /// Enough invitations of the organization have no answer yet.
    LimitReached(OpenInvitationLimit),
    /// The address got enough emails for a day.
    TooManyToAddress(RateLimited),
    /// The organization sent enough for a day.
    TooManyFromOrganization(RateLimited),
    /// The person sent enough for a day.
    TooManyFromPerson(RateLimited),
}

impl InviteRefusal {
    /// When to try again, where that helps.
    pub const fn rate_limited(&self) -> Option<RateLimited> {
        match self {
            Self::AlreadyAMember | Self::AlreadyInvited(_) | Self::LimitReached(_) => None,
            Self::TooManyToAddress(until) | Self::TooManyFromOrganization(until) | Self::TooManyFromPerson(until) => {
                Some(*until)
            }
        }
    }
}

/// Invites an address, unless it already belongs here or already holds an open invitation.
pub fn invite(
    tx: &mut WriteTx<InviteMembers>,
    invitee: &Recipient,
    terms: &Terms,
) -> Verdict<Change<Invitation>, InviteRefusal> {
    let form = match store::find_by_form(tx, terms.form)? {
        Some((organization, made)) if organization == tx.scope().organization_id() => {
            return Ok(Ok(Change::unchanged(made)));
        }
        // A form belongs to one organization: what it made in another is no answer here.
        Some(_) => FormKey::fresh(),
        None => terms.form,
    };
    open(tx, invitee, &Terms { form, ..*terms })
}

/// Opens an invitation and mails it, unless something is in the way. What was asked for the address is answered
/// with it.
fn open<A: Action<Scope = OrganizationMember>>(
    tx: &mut WriteTx<A>,
    invitee: &Recipient,
    terms: &Terms,
) -> Verdict<Change<Invitation>, InviteRefusal> {
    let mut room = OpenInvitationLimit::of(tx)?;
    invite_unless(tx, invitee, terms, &mut room, spend)
}

/// The same, with what is counted for it.
fn invite_unless<A: Action<Scope = OrganizationMember>>(
    tx: &mut WriteTx<A>,
    invitee: &Recipient,
    terms: &Terms,
    room: &mut OpenInvitationLimit,
    spend: impl FnOnce(&mut WriteTx<A>, &EmailAddress) -> Verdict<(), InviteRefusal>,
) -> Verdict<Change<Invitation>, InviteRefusal> {
    if members::includes(tx, &invitee.email)? {
        return Ok(Err(InviteRefusal::AlreadyAMember));
    }
    if let Some(open) = store::find_open(tx, &invitee.email)? {
        return Ok(Err(InviteRefusal::AlreadyInvited(open)));
    }
    if invitee.role == Role::Owner {
        tx.scope().me().require_recent_password()?;
    }
    if let Err(refusal) = room.take() {
        return Ok(Err(refusal));
    }
    if let Err(refusal) = spend(tx, &invitee.email)? {
        return Ok(Err(refusal));
    }
    // Behind the lock nobody else opens one here; only the same form in another organization is in the way.
    let Some(sent) = store::open(tx, invitee, terms)? else { return Err(DbError::LockTimeout) };
    store::answer_requests(tx, &sent.email, false)?;
    let inviter = tx.scope().me().username().clone();
    let message = message(tx, &sent, &inviter).to(&sent.email);
    let event = EventKind::Invited { email: sent.email.clone(), role: sent.role };
    let limited = sent.last_day.map(|day| EventKind::InvitationLimited { email: sent.email.clone(), until: day.day() });
    let change = Change::recorded(Invitation { id: sent.id, email: sent.email }, event).with_email(message);
    Ok(Ok(limited.into_iter().fold(change, Change::and)))
}

/// Takes one of each allowance, always in this order, so that two who are at it cannot wait for each
/// other.
fn spend<A: Action<Scope = OrganizationMember>>(
    tx: &mut WriteTx<A>,
    email: &EmailAddress,
) -> Verdict<(), InviteRefusal> {
    let organization = tx.scope().organization_id().to_string();
    let person = tx.scope().me().account().to_string();
    let connection = tx.connection();
    if let Err(rate_limited) = consume(connection, &["invitations to", email.as_str()], TO_ONE)? {
        return Ok(Err(InviteRefusal::TooManyToAddress(rate_limited)));
    }
    if let Err(rate_limited) = consume(connection, &["invitations of", &organization], FROM_ONE_ORGANIZATION)? {
        return Ok(Err(InviteRefusal::TooManyFromOrganization(rate_limited)));
    }
    if let Err(rate_limited) = consume(connection, &["invitations by", &person], FROM_ONE_PERSON)? {
        return Ok(Err(InviteRefusal::TooManyFromPerson(rate_limited)));
    }
    Ok(Ok(()))
}

fn message<A: crate::authority::Action<Scope = OrganizationMember>>(
    tx: &WriteTx<A>,
    sent: &Sent,
    inviter: &Username,
) -> InvitationEmail {
    InvitationEmail {
        invitation: sent.id,
        organization: tx.scope().name().clone(),
        inviter: inviter.clone(),
        email: sent.email.clone(),
        role: sent.role,
        expires_at: sent.expires_at,
        times_sent: sent.times_sent,
        until: sent.last_day.map(LastDay::day),
    }
}

/// Why an invitation is not sent again.
#[derive(Debug)]
pub enum ResendRefusal {
    /// There is none of this organization.
    NotHere,
    /// It has ended, so.
    Ended(EndedInvitation),
    /// The last day of the membership that it offers is over.
    Over(EmailAddress),
    /// It has expired, and enough others have no answer yet.
    LimitReached(OpenInvitationLimit),
    /// It was sent again often enough, or the address got enough emails.
    TooMany(RateLimited),
}

/// An invitation that was answered or taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedInvitation {
    /// Whose it was.
    pub email: EmailAddress,
    /// Whether it was accepted.
    pub was_accepted: bool,
}

impl EndedInvitation {
    fn of(email: EmailAddress, ended_how: &str) -> Self {
        Self { email, was_accepted: ended_how == Ending::Accepted.key() }
    }
}

/// Sends an open invitation again, expired or not: the same link, and its whole lifetime again, as far as the
/// operator still allows it.
pub fn resend(
    tx: &mut WriteTx<ResendInvitation>,
    id: InvitationId,
    lifetimes: Lifetimes,
) -> Verdict<Change<EmailAddress>, ResendRefusal> {
    let Some(kept) = store::find(tx, id)? else { return Ok(Err(ResendRefusal::NotHere)) };
    if let Some(how) = kept.ended_how {
        return Ok(Err(ResendRefusal::Ended(EndedInvitation::of(kept.email, &how))));
    }
    if kept.offers_nothing(tx.now()) {
        return Ok(Err(ResendRefusal::Over(kept.email)));
    }
    let days = lifetimes.bounded(kept.days);
    Ok(match again(tx, id, &kept, days)? {
        Ok(Some(sent)) => Ok(sent),
        Ok(None) => Err(ResendRefusal::NotHere),
        Err(AgainRefusal::LimitReached(room)) => Err(ResendRefusal::LimitReached(room)),
        Err(AgainRefusal::TooMany(rate_limited)) => Err(ResendRefusal::TooMany(rate_limited)),
    })
}

/// What is in the way of sending an open invitation again.
enum AgainRefusal {
    LimitReached(OpenInvitationLimit),
    TooMany(RateLimited),
}

/// Sends an open invitation again for so many days; none when it is no longer open.
fn again<A: Action<Scope = OrganizationMember>>(
    tx: &mut WriteTx<A>,
    id: InvitationId,
    kept: &SentInvitationRow,
    days: u32,
) -> Verdict<Option<Change<EmailAddress>>, AgainRefusal> {
    if kept.is_expired {
        let room = OpenInvitationLimit::of(tx)?;
        if room.left() == 0 {
            return Ok(Err(AgainRefusal::LimitReached(room)));
        }
    }
    // An email sent again is a letter: it counts for the address, the organization and the person alike.
    for (about, whose, quota) in [
        ("invitation again", id.to_string(), AGAIN),
        ("invitations to", kept.email.to_string(), TO_ONE),
        ("invitations of", tx.scope().organization_id().to_string(), FROM_ONE_ORGANIZATION),
        ("invitations by", tx.scope().me().account().to_string(), FROM_ONE_PERSON),
    ] {
        if let Err(rate_limited) = consume(tx.connection(), &[about, &whose], quota)? {
            return Ok(Err(AgainRefusal::TooMany(rate_limited)));
        }
    }
    let until = lasts_until(tx.now(), days, kept.last_day);
    let Some(sent) = store::renew(tx, id, until)? else { return Ok(Ok(None)) };
    if sent.role == Role::Owner {
        tx.scope().me().require_recent_password()?;
    }
    store::answer_requests(tx, &sent.email, false)?;
    let message = message(tx, &sent, &kept.inviter).to(&sent.email);
    let event = EventKind::InvitationResent { email: sent.email.clone() };
    Ok(Ok(Some(Change::recorded(sent.email, event).with_email(message))))
}

/// Why an invitation is not taken back.
#[derive(Debug)]
pub enum CancelRefusal {
    /// There is none of this organization.
    NotHere,
    /// It has ended, and stays as it ended (INV-14).
    Ended(EndedInvitation),
}

/// Takes an open invitation back: its link opens nothing any more, for good.
pub fn cancel(tx: &mut WriteTx<CancelInvitation>, id: InvitationId) -> Verdict<Change<EmailAddress>, CancelRefusal> {
    if let Some(email) = store::cancel(tx, id)? {
        let event = EventKind::InvitationCancelled { email: email.clone() };
        return Ok(Ok(Change::recorded(email, event)));
    }
    Ok(Err(match store::find(tx, id)? {
        None => CancelRefusal::NotHere,
        Some(kept) => CancelRefusal::Ended(EndedInvitation::of(kept.email, &kept.ended_how.unwrap_or_default())),
    }))
}

/// The invitations that wait for a person's answer, for the dashboard: those to their confirmed
/// addresses alone (INV-02).
pub fn open_for<Q: Queries>(tx: &mut Q, account: AccountId) -> Result<Vec<OpenInvitation>, DbError> {
    store::open_for(tx.connection(), account)
}

/// Forgets what was sent and what was accepted by a person whose account goes. All of it has ended by then,
/// for they have left every organization; and that they invited, and joined, the audit log keeps.
pub fn forget_person<A: Action<Scope = CurrentAccount>>(tx: &mut WriteTx<A>) -> Result<(), DbError> {
    let account = tx.scope().account();
    store::forget_person(tx.connection(), account)
}

impl OpenInvitation {
    /// Where it is answered.
    pub fn href(&self) -> String {
        format!("/invitations/{}", self.id)
    }
}
