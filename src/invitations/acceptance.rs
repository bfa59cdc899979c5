//! What the invited do: accept, decline, and come to an account they can accept with.

use super::emails::InvitationDeclinedEmail;
use super::rules::{Ending, InvitationAccess};
use super::{Invitee, open_limit, store};
use crate::accounts::addresses::{self, AddAddressError};
use crate::accounts::{self, NewAccountDetails, NewSession, OpenRefusal};
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{Action, OrganizationScope};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::ids::AccountId;
use crate::mail::EmailTemplate;
use crate::members::{self, Joining, NotificationTopic};
use crate::text::Username;
use crate::web::Anonymous;

action! {
    /// Opening the link of an invitation, whatever it leads to.
    pub OpenLink: Anonymous, ()
}
action! {
    /// Seeing an invitation.
    pub SeeInvitation: Invitee, InvitationAccess::Invited
}
action! {
    /// Accepting an invitation.
    pub AcceptInvitation: Invitee, InvitationAccess::InvitedPerson
}
action! {
    /// Declining an invitation.
    pub DeclineInvitation: Invitee, InvitationAccess::Invited
}
action! {
    /// Adding the invited address to one's account, and joining.
    pub JoinWithAddress: Invitee, InvitationAccess::MailboxPerson, requires_recent_password
}
action! {
    /// Creating an account with the invited address.
    pub OpenAccount: Invitee, InvitationAccess::Newcomer
}

/// What came of accepting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Welcome {
    /// They joined.
    Joined,
    /// They belonged already, and nothing changed for them (INV-42).
    Already,
}

/// Why somebody does not join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptRefusal {
    /// Nobody is signed in.
    SignedOut,
    /// None of the account's confirmed addresses is the invited one.
    AnotherAddress,
    /// The invited address belongs to another account.
    AddressTaken,
    /// The account has and waits for as many addresses as it can.
    AddressesFull,
    /// Somebody else was first.
    Ended,
}

/// Accepts, for the person whose address was invited, or to whom an owner handed the link where no email leaves.
pub fn accept(tx: &mut WriteTx<AcceptInvitation>) -> Verdict<Change<Welcome>, AcceptRefusal> {
    let Some((account, username)) = person(tx) else { return Ok(Err(AcceptRefusal::SignedOut)) };
    if !tx.scope().is_open() {
        return accepted_before(tx, account);
    }
    if !(tx.scope().is_addressed() || tx.scope().is_handed()) {
        return Ok(Err(AcceptRefusal::AnotherAddress));
    }
    join(tx, account, username)
}

/// Gives the invited address, which the mailed link has proven, to the person's account, and accepts.
pub fn join_with_address(tx: &mut WriteTx<JoinWithAddress>) -> Verdict<Change<Welcome>, AcceptRefusal> {
    let Some((account, username)) = person(tx) else { return Ok(Err(AcceptRefusal::SignedOut)) };
    if !tx.scope().is_open() {
        return accepted_before(tx, account);
    }
    if tx.scope().is_addressed() {
        return join(tx, account, username);
    }
    let address = tx.scope().email().clone();
    let added = match addresses::add(tx, account, &address)? {
        Ok(added) => added,
        Err(AddAddressError::BelongsToAnother) => return Ok(Err(AcceptRefusal::AddressTaken)),
        Err(AddAddressError::Full) => return Ok(Err(AcceptRefusal::AddressesFull)),
    };
    Ok(join(tx, account, username)?.map(|joined| joined.with(added)))
}

fn person<A: Action<Scope = Invitee>>(tx: &WriteTx<A>) -> Option<(AccountId, Username)> {
    tx.scope().me().map(|me| (me.account(), me.username().clone()))
}

/// The same person pressed twice: they are where they wanted to be, unless they were removed since.
fn accepted_before<A: Action<Scope = Invitee>>(
    tx: &mut WriteTx<A>,
    account: AccountId,
) -> Verdict<Change<Welcome>, AcceptRefusal> {
    Ok(match members::role_of(tx, account)? {
        Some(_) => Ok(Change::unchanged(Welcome::Already)),
        None => Err(AcceptRefusal::Ended),
    })
}

/// Takes the invitation and the seat, both or none.
fn join<A: Action<Scope = Invitee>>(
    tx: &mut WriteTx<A>,
    account: AccountId,
    username: Username,
) -> Verdict<Change<Welcome>, AcceptRefusal> {
    let id = tx.scope().id();
    if !store::claim(tx.connection(), id, account)? {
        return Ok(Err(AcceptRefusal::Ended));
    }
    let organization = tx.scope().organization_id();
    if members::role_of(tx, account)?.is_some() {
        let why = Ending::Accepted.why().to_owned();
        let ended = EventKind::InvitationEnded { email: tx.scope().email().clone(), why };
        return Ok(Ok(Change::recorded(Welcome::Already, ended).within(organization)));
    }
    // Somebody wanted to come: others may be asked.
    store::quotas::raise(tx.connection(), organization, open_limit::NEW, open_limit::GROWTH)?;
    let scope = tx.scope();
    let joining = Joining {
        account,
        username,
        role: scope.role(),
        invited_by: scope.inviter(),
        last_day: scope.last_day(),
        organization: (scope.name().clone(), scope.slug().clone()),
    };
    Ok(Ok(members::join(tx, &joining)?.map(|()| Welcome::Joined).within(organization)))
}

/// Somebody else was first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvitationEnded;

/// Declines: the invitation ends, and its address and all owners are informed.
pub fn decline(tx: &mut WriteTx<DeclineInvitation>) -> Verdict<Change<()>, InvitationEnded> {
    let id = tx.scope().id();
    if !store::decline(tx.connection(), id)? {
        return Ok(Err(InvitationEnded));
    }
    let scope = tx.scope();
    let (organization, email) = (scope.organization_id(), scope.email().clone());
    let message = InvitationDeclinedEmail {
        organization: scope.name().clone(),
        slug: scope.slug().clone(),
        email: email.clone(),
        role: scope.role(),
        for_themselves: false,
    };
    let emails =
        members::notifications::emails_to_owners(tx, NotificationTopic::Invitations, &message, |_, address| {
            *address == email
        })?;
    let own = InvitationDeclinedEmail { for_themselves: true, ..message }.to(&email);
    let change = Change::recorded((), EventKind::InvitationDeclined { email }).within(organization);
    Ok(Ok(change.with_email(own).with_emails(emails)))
}

/// Makes an account with the invited address, which the emailed link has proven, and signs it in; with a link that was
/// handed over, an account without an address. An account that is there is never touched (INV-04), and nothing is
/// accepted yet.
pub fn open_account(
    tx: &mut WriteTx<OpenAccount>,
    username: &Username,
    password_hash: &str,
    session: &NewSession,
) -> Verdict<Change<()>, OpenRefusal> {
    let opened = if tx.scope().is_handed() {
        let email = tx.scope().email().clone();
        accounts::open_without_address(tx, &email, username, password_hash)?
    } else {
        let wish = NewAccountDetails {
            email: tx.scope().email().clone(),
            username: username.clone(),
            password_hash: password_hash.to_owned(),
        };
        accounts::open(tx, &wish)?
    };
    let (account, opened) = match opened {
        Ok(opened) => opened,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let signed_in: Result<_, DbError> = accounts::begin_session(tx, account, username, session);
    Ok(Ok(opened.map(|_| ()).with(signed_in?)))
}
