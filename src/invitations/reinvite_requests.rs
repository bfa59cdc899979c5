//! Asking for a new invitation with a link that opens nothing any more.
//!
//! A person who asks is shown the same, in the same time, whatever the link is: the wish is noted under what the link
//! said, and nothing else is done while they wait. A worker judges it ([`rules::requests`](super::rules::requests)):
//! where there is such an invitation, and owners must be asked, they get a letter, and Pending Invites says
//! **Asked again** until one of them answers with **Approve** or **Dismiss**. Approving sends an invitation to the
//! address it was sent to before, with the same role and lifetime: nothing of it comes from the person who asked.

use std::convert::Infallible;

use diesel::pg::PgConnection;

use super::emails::ReinviteRequestEmail;
use super::open_limit::OpenInvitationLimit;
use super::rules::Recipient;
use super::{AgainRefusal, InviteRefusal, Terms, again, open, store};
use crate::accounts::OptionalAccount;
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{OrganizationScope, Permission};
use crate::config::Lifetimes;
use crate::db::throttle::{Quota, RateLimited, consume_all};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::ids::{FormKey, InvitationId, OrganizationId};
use crate::members::{self, NotificationTopic, OrganizationMember, SystemTask, TaskTarget};
use crate::text::EmailAddress;
use crate::web::Anonymous;

action! {
    /// Asking for a new invitation.
    pub AskForInvitation: Anonymous, ()
}
action! {
    /// Being told that it was asked for.
    pub SeeAsked: OptionalAccount, ()
}
action! {
    /// Judging whether owners must be asked.
    pub JudgeRequest: SystemTask<ReinviteTarget>, ()
}
action! {
    /// Sending what was asked for.
    pub ApproveRequest: OrganizationMember, Permission::InviteMembers
}
action! {
    /// Saying no to it.
    pub DismissRequest: OrganizationMember, Permission::InviteMembers
}

/// The invitation whose link was used, as the subject of a system task.
#[derive(Debug)]
pub struct ReinviteTarget;

impl TaskTarget for ReinviteTarget {
    type Key = InvitationId;

    fn find(connection: &mut PgConnection, id: InvitationId) -> Result<Option<(OrganizationId, Self)>, DbError> {
        Ok(store::organization_of(connection, id)?.map(|organization| (organization, Self)))
    }
}

/// How often owners are asked for one address.
const FOR_ONE: Quota = Quota::daily(1);

/// How often the owners of one organization are asked, for all addresses together.
const OF_ONE_ORGANIZATION: Quota = Quota::daily(20);

/// Notes the wish.
pub fn ask(tx: &mut WriteTx<AskForInvitation>, id: InvitationId) -> Verdict<Change<()>, Infallible> {
    store::note_request(tx.connection(), id)?;
    Ok(Ok(Change::unchanged(())))
}

/// Judges a wish, and asks the owners or lets it be. Answers whether they were asked.
pub fn answer_request(tx: &mut WriteTx<JudgeRequest>) -> Verdict<Change<bool>, Infallible> {
    let invitation = tx.scope().key();
    if !store::take_request(tx.connection(), invitation)? {
        return Ok(Ok(Change::unchanged(false)));
    }
    let wish = store::wish(tx, invitation)?.filter(|wish| wish.asker.reaches_owners());
    let Some(wish) = wish else { return Ok(Ok(Change::unchanged(false))) };
    let within = tx.scope().organization_id().to_string();
    let allowances: [(&[&str], _); 2] = [
        (&["asked again", &within, wish.email.as_str()], FOR_ONE),
        (&["asked again of", &within], OF_ONE_ORGANIZATION),
    ];
    // All or none: owners who are not asked leave the address what it has.
    if consume_all(tx.connection(), &allowances)?.is_err() {
        return Ok(Ok(Change::unchanged(false)));
    }
    store::ask_owners(tx, wish.answered_with)?;
    let (organization, slug) = tx.scope().about().clone();
    let message = ReinviteRequestEmail {
        invitation: wish.answered_with,
        organization,
        slug,
        email: wish.email.clone(),
        role: wish.role,
    };
    let emails = members::notifications::emails_to_owners(tx, NotificationTopic::Invitations, &message, |_, _| false)?;
    Ok(Ok(Change::recorded(true, EventKind::InvitationAskedFor { email: wish.email }).with_emails(emails)))
}

/// What came of approving.
#[derive(Debug)]
pub enum Approved {
    /// An invitation is on its way.
    Sent(EmailAddress),
    /// It was answered before, by another owner or in another tab.
    Answered(EmailAddress),
}

/// Why nothing is approved or dismissed.
#[derive(Debug)]
pub enum AnswerRefusal {
    /// There is none of this organization.
    NotHere,
    /// No invitation can be sent to the address.
    NotSent(InviteRefusal),
    /// The last day of the membership that it offered is over.
    Over(EmailAddress),
    /// It has expired, and enough others have no answer yet.
    LimitReached(OpenInvitationLimit),
    /// Enough emails were sent for now.
    TooMany(RateLimited),
}

/// Sends an invitation as it was before: the open one again, or a new one in place of one that has ended.
pub fn approve(
    tx: &mut WriteTx<ApproveRequest>,
    id: InvitationId,
    lifetimes: Lifetimes,
) -> Verdict<Change<Approved>, AnswerRefusal> {
    let Some(asked) = store::asked(tx, id)? else { return Ok(Err(AnswerRefusal::NotHere)) };
    if asked.is_answered {
        return Ok(Ok(Change::unchanged(Approved::Answered(asked.email))));
    }
    if asked.last_day.is_some_and(|day| day.is_over(tx.now())) {
        return Ok(Err(AnswerRefusal::Over(asked.email)));
    }
    let days = lifetimes.bounded(asked.days);
    if asked.is_open {
        let Some(kept) = store::find(tx, id)? else { return Ok(Err(AnswerRefusal::NotHere)) };
        return Ok(match again(tx, id, &kept, days)? {
            Ok(Some(sent)) => Ok(sent.map(Approved::Sent)),
            Ok(None) => Err(AnswerRefusal::NotHere),
            Err(AgainRefusal::LimitReached(room)) => Err(AnswerRefusal::LimitReached(room)),
            Err(AgainRefusal::TooMany(rate_limited)) => Err(AnswerRefusal::TooMany(rate_limited)),
        });
    }
    let invitee = Recipient { email: asked.email, role: asked.role };
    let opened = open(tx, &invitee, &Terms { form: FormKey::fresh(), days, last_day: asked.last_day })?;
    Ok(opened.map(|sent| sent.map(|sent| Approved::Sent(sent.email))).map_err(AnswerRefusal::NotSent))
}

/// Says no. A person who asked is shown nothing of it.
pub fn dismiss(tx: &mut WriteTx<DismissRequest>, id: InvitationId) -> Verdict<Change<EmailAddress>, AnswerRefusal> {
    let Some(asked) = store::asked(tx, id)? else { return Ok(Err(AnswerRefusal::NotHere)) };
    if asked.is_answered {
        return Ok(Ok(Change::unchanged(asked.email)));
    }
    store::answer_requests(tx, &asked.email, true)?;
    let event = EventKind::InvitationRequestDismissed { email: asked.email.clone() };
    Ok(Ok(Change::recorded(asked.email, event)))
}
