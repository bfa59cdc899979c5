//! A forgotten password, and what a thief may have added before it was reset.
//!
//! A link to any confirmed address of the account resets the password. An address that was added recently may be a
//! thief's, so it waits until the older ones have heard of it; and once the password is reset, the browser that did it
//! is shown what else was added recently, with one button to remove all of it. What is older than the address that the
//! link has proven is shown and stays: the address of a thief that has come of age removes nothing of its owner's.
//!
//! Two-factor authentication is removed only from a browser and network that the account was signed in from before it
//! was turned on: who merely reads the mailbox does not get past a second factor (ASVS 6.4.3). From anywhere else the
//! operator turns it off.

use chrono::{DateTime, TimeDelta, Utc};

use super::emails::addresses::{AddressRemoved, ResetRefused};
use super::emails::passkeys::PasskeyRemoved;
use super::emails::{PasswordReset, TwoFactorDisabled};
use super::store::recovery::Recovery;
use super::{MAILS_TO_ONE, RESET, credentials, devices, store, two_factor};
use crate::action;
use crate::audit_log::EventKind;
use crate::db::throttle::{RateLimited, consume};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::ids::{PasskeyId, PasswordResetId, RecoveryId};
use crate::mail::EmailTemplate;
use crate::text::{EmailAddress, Title};
use crate::web::Anonymous;

action! {
    /// Asking for a link to choose a new password, and using it.
    pub ResetPassword: Anonymous, ()
}
action! {
    /// Seeing what was added to an account whose password was reset in this browser, and removing it.
    pub RemoveAdditions: Anonymous, ()
}

/// How long an address waits before a link to it resets the password, in hours, while the account has an older one.
pub(super) const YOUNG_HOURS: i32 = 72;

/// What was added in so many days is shown.
pub(super) const SHOWN_DAYS: i32 = 30;

/// How long it is shown.
const RECOVERY: TimeDelta = TimeDelta::minutes(30);

/// Something that was added to an account.
#[derive(Clone, Debug)]
pub struct Added {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub what: Addition,
    /// Why the button leaves it where it is, if it does.
    pub stays: Option<Stays>,
}

/// Why something stays that was added recently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// It was there before the address that the link has proven.
    Older,
    /// It is two-factor authentication, and the browser was not known before it was turned on.
    UnknownBrowser,
}

/// What can be added to an account and gets in, or keeps out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addition {
    /// An address: it signs in, and resets the password.
    Address(EmailAddress),
    /// A passkey: it signs in.
    Passkey(PasskeyId, Title),
    /// Two-factor authentication: the person who turned it on is asked for a code, and nobody else gets in.
    TwoFactor,
}

/// Emails a link to choose a new password, if the address belongs to an account. What the page answers is the
/// same either way, and so is all that is done for it, so that time tells nothing (ACC-03): an email that opens
/// nothing waits in the outbox too, and is dropped there. So it is for an address that is too young; the older
/// ones of the account hear of it.
pub(super) fn ask_for_reset(tx: &mut WriteTx<ResetPassword>, email: &EmailAddress) -> Verdict<Change<()>, RateLimited> {
    // Counted before anybody is looked for: an address that is nobody's gets enough of it as soon.
    if let Err(rate_limited) = consume(tx.connection(), &["mail to", email.as_str()], MAILS_TO_ONE)? {
        return Ok(Err(rate_limited));
    }
    let change = Change::recorded((), EventKind::PasswordResetAsked);
    // Held, so that no link goes to an address that is being taken from the account.
    let known = store::recovery::hold_target(tx.connection(), email, YOUNG_HOURS)?;
    let reset = {
        let until = tx.now() + RESET;
        let whose = known.as_ref().filter(|target| target.told_instead.is_empty());
        store::open_reset(tx.connection(), whose.map(|target| (target.account, email)), until)?
    };
    let change = match known {
        Some(target) => {
            let refused = ResetRefused { address: email.clone() };
            let emails: Vec<_> = target.told_instead.iter().map(|older| refused.to(older)).collect();
            change.by(target.account, &target.username).with_emails(emails)
        }
        None => change,
    };
    Ok(Ok(change.with_email(PasswordReset { reset }.to(email))))
}

/// The link no longer means anything.
#[derive(Debug)]
pub struct DeadLink;

/// Sets a new password, once; every session of the account ends, and its primary address is informed. Answers by what
/// the browser comes back to what was added recently; none where nothing was.
pub(super) fn reset_password(
    tx: &mut WriteTx<ResetPassword>,
    id: PasswordResetId,
    password_hash: &str,
    device: &str,
) -> Verdict<Change<Option<RecoveryId>>, DeadLink> {
    let Some((account, username)) = store::find_reset(tx.connection(), id)? else { return Ok(Err(DeadLink)) };
    // The account first, as everywhere: another change of it may be ending this very permission.
    store::lock(tx.connection(), account, None)?;
    let Some(address) = store::claim_reset(tx.connection(), id)? else { return Ok(Err(DeadLink)) };
    let notice = credentials::replace_password(tx, account, password_hash)?;
    store::end_sessions(tx.connection(), account)?;
    let source = tx.scope().source().to_owned();
    let known_since = devices::known_since(tx, account, device, &source)?;
    // The mailbox has proven who is here: strangers who guess no longer keep them from signing in.
    devices::meet(tx, account, device, &source)?;
    let recovery = match address {
        Some(address) => {
            let recovery = Recovery { account, username: username.clone(), address, known_since };
            let until = tx.now() + RECOVERY;
            let is_empty = store::recovery::additions(tx.connection(), &recovery, SHOWN_DAYS)?.is_empty();
            if is_empty { None } else { Some(store::recovery::open(tx.connection(), &recovery, until)?) }
        }
        None => None,
    };
    Ok(Ok(Change::recorded(recovery, EventKind::PasswordReset).by(account, &username).with_emails(notice)))
}

/// What was added recently to the account whose password was reset in this browser; none where that is too long ago.
pub(super) fn additions<Q: Queries>(tx: &mut Q, id: RecoveryId) -> Result<Option<Vec<Added>>, DbError> {
    let Some(recovery) = store::recovery::find(tx.connection(), id)? else { return Ok(None) };
    store::recovery::additions(tx.connection(), &recovery, SHOWN_DAYS).map(Some)
}

/// Removes all that was added recently. The address that the link has proven stays, and becomes the primary one where
/// that goes; the person who signed in with what goes is signed out.
pub(super) fn remove_additions(tx: &mut WriteTx<RemoveAdditions>, id: RecoveryId) -> Verdict<Change<()>, DeadLink> {
    let Some(recovery) = store::recovery::find(tx.connection(), id)? else { return Ok(Err(DeadLink)) };
    let account = recovery.account;
    store::lock(tx.connection(), account, None)?;
    if !store::recovery::end(tx.connection(), account)? {
        return Ok(Err(DeadLink));
    }
    let mut added = store::recovery::additions(tx.connection(), &recovery, SHOWN_DAYS)?;
    added.retain(|added| added.stays.is_none());
    let mut change = Change::unchanged(());
    let owned = store::addresses::owned(tx.connection(), account)?;
    let gone = |address: &EmailAddress| added.iter().any(|added| added.what == Addition::Address(address.clone()));
    let old = owned.iter().find(|owned| owned.is_primary).map(|owned| owned.address.clone());
    let primary = match old {
        Some(old) if gone(&old) => {
            store::addresses::clear_primary(tx.connection(), account)?;
            store::addresses::make_primary(tx.connection(), account, &recovery.address)?;
            change = change.and(EventKind::PrimaryAddressChanged { from: old, to: recovery.address.clone() });
            recovery.address.clone()
        }
        other => other.unwrap_or_else(|| recovery.address.clone()),
    };
    for Added { what, .. } in &added {
        change = match what {
            Addition::Address(address) => {
                store::addresses::remove(tx.connection(), account, address)?;
                let message = AddressRemoved { address: address.clone() };
                let event = EventKind::AddressRemoved { address: address.clone() };
                change.and(event).with_email(message.to(address)).with_email(message.to(&primary))
            }
            Addition::Passkey(passkey, name) => {
                store::passkeys::remove(tx.connection(), account, *passkey)?;
                change.and(EventKind::PasskeyRemoved { name: name.clone() }).with_email(PasskeyRemoved {}.to(&primary))
            }
            Addition::TwoFactor => {
                store::second_factors::remove(tx.connection(), account)?;
                let message = TwoFactorDisabled { by_operator: false };
                change.and(EventKind::TwoFactorDisabled).with_email(message.to(&primary))
            }
        };
    }
    store::end_sessions(tx.connection(), account)?;
    two_factor::end_pending(tx, account)?;
    credentials::end_links(tx, account)?;
    Ok(Ok(change.and(EventKind::SessionsEnded).by(account, &recovery.username)))
}
