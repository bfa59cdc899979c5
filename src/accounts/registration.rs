//! Creating an account: a registration, and the link that turns it into an account.
//!
//! Of the first form nothing is trusted but the address, which the link proves, and the username that was wished
//! for. The password is chosen on the page of the link, by the person who reads the mailbox: one that was typed
//! before could be a stranger's, and would be his way in (ACC-04).

use chrono::TimeDelta;

use super::session::{CurrentAccount, OptionalAccount};
use super::{MAILS_TO_ONE, NewSession, begin_session, emails, store};
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::Action;
use crate::db::throttle::{RateLimited, consume};
use crate::db::{Change, Queries, Verdict, WriteTx};
use crate::ids::{AccountId, RegistrationId};
use crate::mail::EmailTemplate;
use crate::text::{EmailAddress, Username};
use crate::web::Anonymous;

action! {
    /// Creating an account, up to the email that confirms its address.
    pub Register: Anonymous, ()
}
action! {
    /// Turning a registration into an account, by the link that was emailed.
    pub ConfirmAddress: OptionalAccount, ()
}

/// How long a registration waits for its link.
const REGISTRATION: TimeDelta = TimeDelta::days(2);

/// An account to create: its address is proven, its password a hash already.
#[derive(Clone, Debug)]
pub struct NewAccountDetails {
    /// The proven address.
    pub email: EmailAddress,
    /// The name to sign in with.
    pub username: Username,
    /// The hash of the password.
    pub password_hash: String,
}

/// Why a registration is refused.
#[derive(Debug)]
pub enum RegisterRefusal {
    /// Somebody has the name. Names are public, so this may be said.
    UsernameTaken,
    /// The address got enough email for now. It is counted whether or not somebody has it.
    EnoughMail(RateLimited),
}

/// Stores a registration and emails its link; a known address gets an email that says so. Both look the
/// same from outside, and both leave the same audit entry.
pub(super) fn register(
    tx: &mut WriteTx<Register>,
    email: &EmailAddress,
    username: &Username,
) -> Verdict<Change<()>, RegisterRefusal> {
    if store::is_taken(tx.connection(), username)? {
        return Ok(Err(RegisterRefusal::UsernameTaken));
    }
    if let Err(rate_limited) = consume(tx.connection(), &["mail to", email.as_str()], MAILS_TO_ONE)? {
        return Ok(Err(RegisterRefusal::EnoughMail(rate_limited)));
    }
    let change = Change::recorded((), EventKind::RegistrationBegun);
    let until = tx.now() + REGISTRATION;
    let registration = store::registrations::register(tx.connection(), email, username, until)?;
    Ok(Ok(change.with_email(match store::find_by_address(tx.connection(), email)? {
        Some(_) => emails::KnownAddress {}.to(email),
        None => emails::Confirmation { registration }.to(email),
    })))
}

/// Why a registration is not confirmed.
#[derive(Debug)]
pub enum ConfirmRegistrationError {
    /// The link no longer opens anything.
    DeadLink,
    /// Somebody has the name: another must be chosen.
    UsernameTaken,
}

/// Turns a registration into an account under `username`, with the password that was chosen on the page of the
/// link, and signs it in.
pub(super) fn confirm(
    tx: &mut WriteTx<ConfirmAddress>,
    id: RegistrationId,
    username: &Username,
    password_hash: &str,
    session: &NewSession,
) -> Verdict<Change<()>, ConfirmRegistrationError> {
    let Some(registration) = store::registrations::find(tx.connection(), id)? else {
        return Ok(Err(ConfirmRegistrationError::DeadLink));
    };
    if !store::registrations::claim_all(tx.connection(), &registration.email)?.contains(&id) {
        return Ok(Err(ConfirmRegistrationError::DeadLink));
    }
    let wish = NewAccountDetails {
        email: registration.email,
        username: username.clone(),
        password_hash: password_hash.to_owned(),
    };
    let (account, opened) = match open(tx, &wish)? {
        Ok(opened) => opened,
        Err(OpenRefusal::UsernameTaken) => return Ok(Err(ConfirmRegistrationError::UsernameTaken)),
        Err(OpenRefusal::AddressKnown) => return Ok(Err(ConfirmRegistrationError::DeadLink)),
    };
    // The cookie carries one session: that of the person who was signed in here before ends.
    let earlier = tx.scope().me().and_then(CurrentAccount::session);
    store::end_session(tx.connection(), earlier)?;
    Ok(Ok(opened.map(|_| ()).with(begin_session(tx, account, username, session)?)))
}

/// Why an account is not made.
#[derive(Debug)]
pub enum OpenRefusal {
    /// Somebody has the name.
    UsernameTaken,
    /// Somebody has the address: they sign in instead. Nothing of their account is touched (INV-04).
    AddressKnown,
}

/// Makes an account with a proven address, and never touches one that is there. Answers it with the
/// change, for a domain function that does more.
pub fn open<A: Action>(
    tx: &mut WriteTx<A>,
    wish: &NewAccountDetails,
) -> Verdict<(AccountId, Change<AccountId>), OpenRefusal> {
    // First the registrations, then the rest, as confirming does: so nobody waits in a circle.
    store::registrations::claim_all(tx.connection(), &wish.email)?;
    let Some(account) = store::open(tx.connection(), &wish.username, &wish.password_hash)? else {
        return Ok(Err(OpenRefusal::UsernameTaken));
    };
    if !store::add_address(tx.connection(), account, &wish.email, true)? {
        return Ok(Err(OpenRefusal::AddressKnown));
    }
    let change = Change::recorded(account, EventKind::AccountCreated).by(account, &wish.username);
    Ok(Ok((account, change)))
}

/// Makes an account without an address, for somebody to whom a link was handed over that proves none. An address that
/// has an account is refused: its person signs in.
pub fn open_without_address<A: Action>(
    tx: &mut WriteTx<A>,
    email: &EmailAddress,
    username: &Username,
    password_hash: &str,
) -> Verdict<(AccountId, Change<AccountId>), OpenRefusal> {
    if store::find_by_address(tx.connection(), email)?.is_some() {
        return Ok(Err(OpenRefusal::AddressKnown));
    }
    let Some(account) = store::open(tx.connection(), username, password_hash)? else {
        return Ok(Err(OpenRefusal::UsernameTaken));
    };
    let change = Change::recorded(account, EventKind::AccountCreated).by(account, username);
    Ok(Ok((account, change)))
}
