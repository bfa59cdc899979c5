//! Two-factor authentication: beside the password, a code from an app.
//!
//! Enabling shows a secret, as a picture for the app's camera and as letters, and asks for a code, so
//! that nobody locks themselves out with an app that did not take it. Until then nothing has changed,
//! and the same secret is shown again: the person who reloads the page has no useless app. The secret is kept
//! sealed ([`secret`]), for codes are computed from it; recovery codes are kept as hashes
//! ([`recovery`]), and shown once.
//!
//! How it is asked for when signing in is in [`super::second_step`].

pub mod recovery;
pub mod secret;

use std::convert::Infallible;

use recovery::RecoveryCode;
use secret::{AppSecret, Code};

use super::emails::{RecoveryCodesRenewed, TwoFactorDisabled, TwoFactorEnabled};
use super::store::{self, pending_sign_ins, second_factors};
use super::{CurrentAccount, addresses};
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{Action, SystemActor};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::encryption::SecretBox;
use crate::ids::AccountId;
use crate::mail::EmailTemplate;
use crate::outbox::OutboxMessage;

action! {
    /// Seeing whether signing in asks for a code.
    pub SeeTwoFactor: CurrentAccount, ()
}
action! {
    /// Enabling two-factor authentication, from its secret to the first code.
    pub EnableTwoFactor: CurrentAccount, (), requires_recent_password
}
action! {
    /// Disabling two-factor authentication.
    pub DisableTwoFactor: CurrentAccount, (), requires_recent_password
}
action! {
    /// Making new recovery codes.
    pub RenewRecoveryCodes: CurrentAccount, (), requires_recent_password
}

/// Keeps a secret to be confirmed, unless there is one. Nothing is asked of anybody yet, so there is
/// nothing to tell.
pub fn enable(tx: &mut WriteTx<EnableTwoFactor>, sealed: &[u8]) -> Verdict<Change<()>, Infallible> {
    let account = tx.scope().account();
    second_factors::begin(tx.connection(), account, sealed)?;
    Ok(Ok(Change::unchanged(())))
}

/// The secret that waits to be confirmed.
pub fn unconfirmed<A: Queries>(
    tx: &mut A,
    account: AccountId,
    secret_box: &SecretBox,
) -> Result<Option<AppSecret>, DbError> {
    let sealed = second_factors::find_unconfirmed(tx.connection(), account)?;
    Ok(sealed.and_then(|sealed| AppSecret::opened(secret_box, account, &sealed)))
}

/// Why two-factor authentication is not confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmTwoFactorError {
    /// The code is none of now.
    WrongCode,
    /// No secret waits: it was confirmed before, or shown too long ago.
    NothingWaits,
}

/// Turns two-factor authentication on, by a right code, and keeps the recovery codes.
pub fn confirm(
    tx: &mut WriteTx<EnableTwoFactor>,
    secret_box: &SecretBox,
    code: &Code,
    codes: &[RecoveryCode],
) -> Verdict<Change<()>, ConfirmTwoFactorError> {
    let (account, now) = (tx.scope().account(), tx.now());
    let Some(secret) = unconfirmed(tx, account, secret_box)? else {
        return Ok(Err(ConfirmTwoFactorError::NothingWaits));
    };
    let Some(step) = secret.step_of(code, now)? else { return Ok(Err(ConfirmTwoFactorError::WrongCode)) };
    if !second_factors::confirm(tx.connection(), account, step)? {
        return Ok(Err(ConfirmTwoFactorError::NothingWaits));
    }
    keep(tx, account, codes)?;
    let message = told(tx, account, &TwoFactorEnabled {})?;
    Ok(Ok(Change::recorded((), EventKind::TwoFactorEnabled).with_emails(message)))
}

/// It is not on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotOn;

/// Puts new recovery codes in the place of the old ones.
pub fn renew(tx: &mut WriteTx<RenewRecoveryCodes>, codes: &[RecoveryCode]) -> Verdict<Change<()>, NotOn> {
    let account = tx.scope().account();
    if !second_factors::is_on(tx.connection(), account)? {
        return Ok(Err(NotOn));
    }
    second_factors::forget_codes(tx.connection(), account)?;
    keep(tx, account, codes)?;
    let message = told(tx, account, &RecoveryCodesRenewed {})?;
    Ok(Ok(Change::recorded((), EventKind::RecoveryCodesRenewed).with_emails(message)))
}

/// Turns two-factor authentication off.
pub fn disable(tx: &mut WriteTx<DisableTwoFactor>) -> Verdict<Change<()>, NotOn> {
    let account = tx.scope().account();
    turn_off(tx, account, &TwoFactorDisabled { by_operator: false })
}

/// Turns two-factor authentication off for somebody who has lost app and codes: the way back in of last
/// resort, by the operator's command alone (ASVS 6.4.4). The person's password stays, and is asked for.
pub fn turn_off_by_operator<A: Action<Scope = SystemActor>>(
    tx: &mut WriteTx<A>,
    account: AccountId,
) -> Verdict<Change<()>, NotOn> {
    // A suspended account is helped, too, so only the lock is wanted here.
    store::lock(tx.connection(), account, None)?;
    Ok(turn_off(tx, account, &TwoFactorDisabled { by_operator: true })?.map(|change| change.about(account)))
}

fn turn_off<A: Action>(
    tx: &mut WriteTx<A>,
    account: AccountId,
    message: &TwoFactorDisabled,
) -> Verdict<Change<()>, NotOn> {
    if !second_factors::remove(tx.connection(), account)? {
        return Ok(Err(NotOn));
    }
    pending_sign_ins::end_all(tx.connection(), account)?;
    let message = told(tx, account, message)?;
    Ok(Ok(Change::recorded((), EventKind::TwoFactorDisabled).with_emails(message)))
}

/// Ends the sign-ins of an account that were begun with its password and still owe the code: for
/// whatever changes a credential, or takes the account away.
pub fn end_pending<A: Action>(tx: &mut WriteTx<A>, account: AccountId) -> Result<(), DbError> {
    pending_sign_ins::end_all(tx.connection(), account)
}

fn keep<A: Action>(tx: &mut WriteTx<A>, account: AccountId, codes: &[RecoveryCode]) -> Result<(), DbError> {
    let hashes: Vec<_> = codes.iter().map(RecoveryCode::hash).collect();
    second_factors::keep_codes(tx.connection(), account, &hashes)
}

/// An email to the primary address of an account.
pub(super) fn told<A: Action>(
    tx: &mut WriteTx<A>,
    account: AccountId,
    message: &impl EmailTemplate,
) -> Result<Option<OutboxMessage>, DbError> {
    Ok(addresses(tx, account)?.first().map(|primary| message.to(primary)))
}
