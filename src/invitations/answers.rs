//! What the invited do: accept, decline, and come to an account they can accept with.

use super::letters::DeclinedLetter;
use super::rules::{Ending, Reach};
use super::{Invited, room, store};
use crate::accounts::addresses::{self, AddRefusal};
use crate::accounts::{self, Beginning, OpenRefusal, Wish};
use crate::act;
use crate::authority::{Act, WithinOrganization};
use crate::db::{Asking, Change, DbError, Verdict, Work};
use crate::history::Happened;
use crate::ids::AccountId;
use crate::mail::Letter;
use crate::members::{self, Joining, Matter};
use crate::text::Username;
use crate::web::Visitor;

act! {
    /// Opening the link of an invitation, whatever it leads to.
    pub OpenLink: Visitor, ()
}
act! {
    /// Seeing an invitation.
    pub SeeInvitation: Invited, Reach::Invited
}
act! {
    /// Accepting an invitation.
    pub AcceptInvitation: Invited, Reach::InvitedPerson
}
act! {
    /// Declining an invitation.
    pub DeclineInvitation: Invited, Reach::Invited
}
act! {
    /// Adding the invited address to one's account, and joining.
    pub JoinWithAddress: Invited, Reach::MailboxPerson, grave
}
act! {
    /// Creating an account with the invited address.
    pub OpenAccount: Invited, Reach::Newcomer
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
pub fn accept(work: &mut Work<AcceptInvitation>) -> Verdict<Change<Welcome>, AcceptRefusal> {
    let Some((account, username)) = person(work) else { return Ok(Err(AcceptRefusal::SignedOut)) };
    if !work.scope().is_open() {
        return accepted_before(work, account);
    }
    if !(work.scope().is_addressed() || work.scope().is_handed()) {
        return Ok(Err(AcceptRefusal::AnotherAddress));
    }
    join(work, account, username)
}

/// Gives the invited address, which the mailed link has proven, to the person's account, and accepts.
pub fn join_with_address(work: &mut Work<JoinWithAddress>) -> Verdict<Change<Welcome>, AcceptRefusal> {
    let Some((account, username)) = person(work) else { return Ok(Err(AcceptRefusal::SignedOut)) };
    if !work.scope().is_open() {
        return accepted_before(work, account);
    }
    if work.scope().is_addressed() {
        return join(work, account, username);
    }
    let address = work.scope().email().clone();
    let added = match addresses::add(work, account, &address)? {
        Ok(added) => added,
        Err(AddRefusal::BelongsToAnother) => return Ok(Err(AcceptRefusal::AddressTaken)),
        Err(AddRefusal::Full) => return Ok(Err(AcceptRefusal::AddressesFull)),
    };
    Ok(join(work, account, username)?.map(|joined| joined.with(added)))
}

fn person<A: Act<Scope = Invited>>(work: &Work<A>) -> Option<(AccountId, Username)> {
    work.scope().me().map(|me| (me.account(), me.username().clone()))
}

/// The same person pressed twice: they are where they wanted to be, unless they were removed since.
fn accepted_before<A: Act<Scope = Invited>>(
    work: &mut Work<A>,
    account: AccountId,
) -> Verdict<Change<Welcome>, AcceptRefusal> {
    Ok(match members::role_of(work, account)? {
        Some(_) => Ok(Change::already(Welcome::Already)),
        None => Err(AcceptRefusal::Ended),
    })
}

/// Takes the invitation and the seat, both or none.
fn join<A: Act<Scope = Invited>>(
    work: &mut Work<A>,
    account: AccountId,
    username: Username,
) -> Verdict<Change<Welcome>, AcceptRefusal> {
    let id = work.scope().id();
    if !store::claim(work.connection(), id, account)? {
        return Ok(Err(AcceptRefusal::Ended));
    }
    let organization = work.scope().organization_id();
    if members::role_of(work, account)?.is_some() {
        let why = Ending::Accepted.why().to_owned();
        let ended = Happened::InvitationEnded { email: work.scope().email().clone(), why };
        return Ok(Ok(Change::recorded(Welcome::Already, ended).within(organization)));
    }
    // Somebody wanted to come: others may be asked.
    store::allowances::raise(work.connection(), organization, room::NEW, room::GROWTH)?;
    let scope = work.scope();
    let joining = Joining {
        account,
        username,
        role: scope.role(),
        invited_by: scope.inviter(),
        last_day: scope.last_day(),
        organization: (scope.name().clone(), scope.slug().clone()),
    };
    Ok(Ok(members::join(work, &joining)?.map(|()| Welcome::Joined).within(organization)))
}

/// Somebody else was first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended;

/// Declines: the invitation ends, and its address and all owners are told.
pub fn decline(work: &mut Work<DeclineInvitation>) -> Verdict<Change<()>, Ended> {
    let id = work.scope().id();
    if !store::decline(work.connection(), id)? {
        return Ok(Err(Ended));
    }
    let scope = work.scope();
    let (organization, email) = (scope.organization_id(), scope.email().clone());
    let letter = DeclinedLetter {
        organization: scope.name().clone(),
        slug: scope.slug().clone(),
        email: email.clone(),
        role: scope.role(),
        for_themselves: false,
    };
    let letters =
        members::notifying::letters_to_owners(work, Matter::Invitations, &letter, |_, address| *address == email)?;
    let own = DeclinedLetter { for_themselves: true, ..letter }.to(&email);
    let change = Change::recorded((), Happened::InvitationDeclined { email }).within(organization);
    Ok(Ok(change.mailing(own).mailing_all(letters)))
}

/// Makes an account with the invited address, which the emailed link has proven, and signs it in; with a link that was
/// handed over, an account without an address. An account that is there is never touched (INV-04), and nothing is
/// accepted yet.
pub fn open_account(
    work: &mut Work<OpenAccount>,
    username: &Username,
    password_hash: &str,
    session: &Beginning,
) -> Verdict<Change<()>, OpenRefusal> {
    let opened = if work.scope().is_handed() {
        let email = work.scope().email().clone();
        accounts::open_without_address(work, &email, username, password_hash)?
    } else {
        let wish = Wish {
            email: work.scope().email().clone(),
            username: username.clone(),
            password_hash: password_hash.to_owned(),
        };
        accounts::open(work, &wish)?
    };
    let (account, opened) = match opened {
        Ok(opened) => opened,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let signed_in: Result<_, DbError> = accounts::begin_session(work, account, username, session);
    Ok(Ok(opened.map(|_| ()).with(signed_in?)))
}
