//! Passkeys: signing in by a device that knows its owner, without a password (WebAuthn).
//!
//! A device keeps a private key for this Roster's domain, and Roster the public one. It signs only after
//! it has asked for a fingerprint, a face or a PIN, and only for the address the browser is really at:
//! nothing can be phished, guessed or stolen from the database. So a passkey stands for both factors, and
//! nobody who signs in by one is asked for a six-digit code.
//!
//! How it goes, without any address that speaks JSON: the page carries what the device is asked, and the
//! session's cookie what is waited for ([`Waiting`]); a script lets the device answer, puts its answer
//! into a hidden field, and sends the form like any other. What a device is asked is answered once: a
//! spent challenge is remembered until it lapses by itself.
//!
//! The account is found by the passkey, so a person needs to remember no name. What the device keeps for
//! it (the user handle) is the account's id: it is no secret, names nobody, never changes, and so needs no
//! column of its own. It must be the one of the account whose passkey it is, or the answer is refused.
//!
//! Who signed in by a passkey is still asked for the *password* again before what is sensitive: the question
//! is whether the person at the keys is the owner, and a device that lies unlocked beside the keyboard
//! would answer it for anybody. Signing in counts as having given it, as every way in does.

pub(crate) mod ceremony;

use chrono::{DateTime, Utc};

use super::emails::passkeys as emails;
use super::{CurrentAccount, SignIn, addresses, store};
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{Action, Scope};
use crate::db::throttle::{Quota, RateLimited, consume};
use crate::db::{Change, DbError, Queries, ReadTx, Verdict, WriteTx};
use crate::ids::{AccountId, PasskeyId};
use crate::mail::EmailTemplate;
use crate::outbox::OutboxMessage;
use crate::text::{Title, Username};
use ceremony::{Assertion, AssertionError, Attestation, Domain, Waiting};

action! {
    /// Looking at one's passkeys.
    pub SeePasskeys: CurrentAccount, ()
}
action! {
    /// Adding a passkey.
    pub AddPasskey: CurrentAccount, (), requires_recent_password
}
action! {
    /// Giving a passkey another name.
    pub RenamePasskey: CurrentAccount, ()
}
action! {
    /// Removing a passkey.
    pub RemovePasskey: CurrentAccount, (), requires_recent_password
}

/// Passkeys of one account: more than a person has devices, few enough to look through.
pub const MOST: usize = 20;

/// Answers of devices that one source may try in a quarter of an hour.
const TRIES_BY_ONE: Quota = Quota::within_minutes(30, 15);

/// A passkey as its owner sees it.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// Which.
    pub id: PasskeyId,
    /// As its owner calls it.
    pub name: Title,
    /// When it was added.
    pub added_at: DateTime<Utc>,
    /// When it last signed in.
    pub used_at: Option<DateTime<Utc>>,
}

/// The passkeys of the person who asks, the newest first.
pub fn mine<A: Action<Scope = CurrentAccount>>(read: &mut ReadTx<A>) -> Result<Vec<Passkey>, DbError> {
    let account = read.scope().account();
    store::passkeys::list(read.connection(), account)
}

/// One passkey of the person who asks.
pub fn one_of_mine<A: Action<Scope = CurrentAccount>>(
    read: &mut ReadTx<A>,
    id: PasskeyId,
) -> Result<Option<Passkey>, DbError> {
    Ok(mine(read)?.into_iter().find(|passkey| passkey.id == id))
}

/// The devices' own names for the passkeys of the person who asks: none of these must be added again.
pub fn credentials_of_mine<A: Action<Scope = CurrentAccount>>(read: &mut ReadTx<A>) -> Result<Vec<Vec<u8>>, DbError> {
    let account = read.scope().account();
    store::passkeys::credentials(read.connection(), account)
}

/// Why a passkey is not added.
#[derive(Debug)]
pub enum AddPasskeyError {
    /// The answer does not fit what was asked, or came too late.
    AssertionError,
    /// It is kept already, here or with another account.
    KeptAlready,
    /// There are [`MOST`] of them.
    TooMany,
}

/// Keeps a passkey that a device has just made, and tells the account's primary address.
pub fn add(
    tx: &mut WriteTx<AddPasskey>,
    domain: &Domain,
    waiting: &Waiting,
    answer: &Attestation,
    name: &Title,
) -> Verdict<Change<()>, AddPasskeyError> {
    let account = tx.scope().account();
    if store::passkeys::list(tx.connection(), account)?.len() >= MOST {
        return Ok(Err(AddPasskeyError::TooMany));
    }
    let Some(made) = domain.made(waiting, answer, account) else { return Ok(Err(AddPasskeyError::AssertionError)) };
    if !spend(tx, waiting)? {
        return Ok(Err(AddPasskeyError::AssertionError));
    }
    if !store::passkeys::keep(tx.connection(), account, &made, name)? {
        return Ok(Err(AddPasskeyError::KeptAlready));
    }
    let message = to_primary(tx, account, emails::PasskeyAdded {})?;
    Ok(Ok(Change::recorded((), EventKind::PasskeyAdded { name: name.clone() }).with_emails(message)))
}

/// There is no such passkey of this person's.
#[derive(Debug)]
pub struct NotMine;

/// Gives a passkey another name.
pub fn rename(tx: &mut WriteTx<RenamePasskey>, id: PasskeyId, name: &Title) -> Verdict<Change<()>, NotMine> {
    let account = tx.scope().account();
    let passkeys = store::passkeys::list(tx.connection(), account)?;
    let Some(passkey) = passkeys.into_iter().find(|passkey| passkey.id == id) else { return Ok(Err(NotMine)) };
    if passkey.name == *name {
        return Ok(Ok(Change::unchanged(())));
    }
    store::passkeys::rename(tx.connection(), account, id, name)?;
    Ok(Ok(Change::recorded((), EventKind::PasskeyRenamed { from: passkey.name, to: name.clone() })))
}

/// Removes a passkey, and tells the account's primary address. Answers how it was called.
pub fn remove(tx: &mut WriteTx<RemovePasskey>, id: PasskeyId) -> Verdict<Change<Title>, NotMine> {
    let account = tx.scope().account();
    let Some(name) = store::passkeys::remove(tx.connection(), account, id)? else { return Ok(Err(NotMine)) };
    let message = to_primary(tx, account, emails::PasskeyRemoved {})?;
    let event = EventKind::PasskeyRemoved { name: name.clone() };
    Ok(Ok(Change::recorded(name, event).with_emails(message)))
}

/// Whose passkey has answered, if the answer is right and the account may sign in. It answers none for
/// every other case alike, and in every case the challenge is spent: so this is no refusal, which would
/// undo that. What is written of it is the sign-in that follows; only a passkey that was copied is shown
/// of by itself.
pub fn recognize(
    tx: &mut WriteTx<SignIn>,
    domain: &Domain,
    waiting: &Waiting,
    answer: &Assertion,
) -> Verdict<Change<Option<(AccountId, Username)>>, RateLimited> {
    let source = tx.scope().actor().source.counted();
    if let Err(rate_limited) = consume(tx.connection(), &["passkey", &source], TRIES_BY_ONE)? {
        return Ok(Err(rate_limited));
    }
    if !spend(tx, waiting)? {
        return Ok(Ok(Change::unchanged(None)));
    }
    let Some(kept) = store::passkeys::find_by_credential(tx.connection(), answer.credential())? else {
        return Ok(Ok(Change::unchanged(None)));
    };
    Ok(Ok(match domain.used(waiting, answer, &kept) {
        Ok(_) if kept.is_suspended => Change::unchanged(None),
        Ok(moving_state) => {
            store::passkeys::used(tx.connection(), kept.id, &moving_state)?;
            Change::unchanged(Some((kept.account, kept.username)))
        }
        Err(AssertionError::Copied) => {
            tracing::warn!(account = %kept.account, "a passkey seems to be copied");
            Change::recorded(None, EventKind::PasskeyRefused { name: kept.name }).about(kept.account)
        }
        Err(AssertionError::Wrong) => Change::unchanged(None),
    }))
}

/// Spends a challenge. Answers false when it was spent before, or has lapsed.
fn spend<A: Action>(tx: &mut WriteTx<A>, waiting: &Waiting) -> Result<bool, DbError> {
    if waiting.until <= tx.now() {
        return Ok(false);
    }
    store::passkeys::spend(tx.connection(), &waiting.challenge_hash(), waiting.until)
}

/// An email to an account's primary address.
fn to_primary<A: Action>(
    tx: &mut WriteTx<A>,
    account: AccountId,
    message: impl EmailTemplate,
) -> Result<Option<OutboxMessage>, DbError> {
    Ok(addresses(tx, account)?.first().map(|primary| message.to(primary)))
}
