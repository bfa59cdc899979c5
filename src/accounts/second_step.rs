//! Signing in with two-factor authentication: after the right password, a code.
//!
//! The password begins: a row that lasts ten minutes, and a token for it in the encrypted cookie, to
//! which nothing is open but the pages that ask for the code. The code ends it, in one transaction with
//! the session that begins: a code is spent or nobody is signed in.
//!
//! # Guessing
//! - Five wrong codes end what was begun, whatever any throttle says (ACC-20). A person who gets so far knows
//!   the password, so the person is given by mail.
//! - Over all of an account's sign-ins, wrong codes are scarce ([`WRONG_CODES`]): about 120 guesses a day,
//!   each right once in 333,333. Right ones cost nothing.
//! - A person who guesses cannot lock the owner out for long: recovery codes need no throttle, having 120 bits;
//!   a place where the owner is signed in has guesses of its own; and the allowance belongs to the
//!   password, so that a new one, by the link in the email, starts afresh.

use chrono::TimeDelta;

use super::emails::{RecoveryCodeUsed, SecondFactorRefused};
use super::store::{self, pending_sign_ins, second_factors};
use super::two_factor::recovery::RecoveryCode;
use super::two_factor::secret::{AppSecret, Code};
use super::two_factor::told;
use super::{NewSession, SignIn, enter};
use crate::audit_log::{EventKind, Proof};
use crate::db::throttle::{Quota, RateLimited, consume, refund};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::encryption::SecretBox;
use crate::ids::AccountId;

/// How long somebody has for the code.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(10);

/// Wrong codes for one account: twenty at once, and one more every twelve minutes.
const WRONG_CODES: Quota = Quota::within_minutes(20, 240);

/// Begins: the password was right, and a code is owed.
pub(super) fn begin(tx: &mut WriteTx<SignIn>, account: AccountId, token_hash: &[u8]) -> Result<Change<()>, DbError> {
    let until = tx.now() + PATIENCE;
    pending_sign_ins::begin(tx.connection(), token_hash, account, until)?;
    // Nobody is signed in by it: what is shown is how it ends.
    Ok(Change::unchanged(()))
}

/// Whether there is something begun behind a token.
pub fn is_pending<A: Queries>(tx: &mut A, token_hash: &[u8]) -> Result<bool, DbError> {
    Ok(pending_sign_ins::find(tx.connection(), token_hash)?.is_some())
}

/// What is given beside the password.
#[derive(Clone)]
pub enum CodeInput {
    /// The code of the app.
    Code(Code),
    /// A recovery code.
    Recovery(RecoveryCode),
}

impl CodeInput {
    /// What it proves.
    pub const fn proof(&self) -> Proof {
        match self {
            Self::Code(_) => Proof::Code,
            Self::Recovery(_) => Proof::RecoveryCode,
        }
    }
}

/// What came of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeOutcome {
    /// It was right: they are signed in.
    Arrived,
    /// It was wrong, and so many tries are left.
    Wrong(i16),
    /// It was the last wrong one.
    Ended,
}

/// Why a code is not even looked at.
#[derive(Debug)]
pub enum GiveRefusal {
    /// Nothing is begun: never, too long ago, or ended.
    NothingPending,
    /// Too many wrong ones for this account.
    TooMany(RateLimited),
}

/// Gives the code, and signs in if it is right.
pub fn give(
    tx: &mut WriteTx<SignIn>,
    token_hash: &[u8],
    given: &CodeInput,
    secret_box: &SecretBox,
    session: &NewSession,
) -> Verdict<Change<CodeOutcome>, GiveRefusal> {
    let Some((account, username)) = pending_sign_ins::find(tx.connection(), token_hash)? else {
        return Ok(Err(GiveRefusal::NothingPending));
    };
    // All codes of an account are judged one after another.
    if store::lock(tx.connection(), account, None)?.is_none() {
        return Ok(Err(GiveRefusal::NothingPending));
    }
    let Some(tries) = pending_sign_ins::count_try(tx.connection(), token_hash)? else {
        return Ok(Err(GiveRefusal::NothingPending));
    };
    let spent = match given {
        CodeInput::Recovery(code) => spend_recovery_code(tx, account, code)?,
        CodeInput::Code(code) => match spend_code(tx, account, code, secret_box, session)? {
            Ok(spent) => spent,
            Err(rate_limited) => return Ok(Err(GiveRefusal::TooMany(rate_limited))),
        },
    };
    if let Some(spent) = spent {
        let finish_authentication = enter(tx, account, &username, session)?;
        return Ok(Ok(spent.by(account, &username).with(finish_authentication).map(|()| CodeOutcome::Arrived)));
    }
    if tries < pending_sign_ins::MOST_WRONG {
        // Counted, which is all: what is shown is the last one.
        return Ok(Ok(Change::unchanged(CodeOutcome::Wrong(pending_sign_ins::MOST_WRONG - tries))));
    }
    pending_sign_ins::end(tx.connection(), token_hash)?;
    let message = told(tx, account, &SecondFactorRefused {})?;
    let refused = Change::recorded(CodeOutcome::Ended, EventKind::SecondFactorRefused).about(account);
    Ok(Ok(refused.with_emails(message)))
}

/// Spends a recovery code, if it is one.
fn spend_recovery_code(
    tx: &mut WriteTx<SignIn>,
    account: AccountId,
    code: &RecoveryCode,
) -> Result<Option<Change<()>>, DbError> {
    if !second_factors::spend_code(tx.connection(), account, &code.hash())? {
        return Ok(None);
    }
    let left = second_factors::count_codes(tx.connection(), account)?;
    let message = told(tx, account, &RecoveryCodeUsed { left })?;
    Ok(Some(Change::recorded((), EventKind::RecoveryCodeUsed { left }).with_emails(message)))
}

/// Spends a code of the app, if it is one: each works once, and none that is older than one that was
/// spent. Only a wrong one costs of the allowance.
fn spend_code(
    tx: &mut WriteTx<SignIn>,
    account: AccountId,
    code: &Code,
    secret_box: &SecretBox,
    session: &NewSession,
) -> Verdict<Option<Change<()>>, RateLimited> {
    let whose = account.to_string();
    let password = store::password_hash(tx.connection(), account)?.unwrap_or_default();
    let at_home = second_factors::is_at_home(tx.connection(), account, &session.source.to_string())?;
    let place = if at_home { session.source.counted() } else { String::new() };
    let about = ["wrong code", &whose, &password, &place];
    if let Err(rate_limited) = consume(tx.connection(), &about, WRONG_CODES)? {
        return Ok(Err(rate_limited));
    }
    let Some(sealed) = second_factors::find_confirmed(tx.connection(), account)? else { return Ok(Ok(None)) };
    let Some(secret) = AppSecret::opened(secret_box, account, &sealed) else { return Ok(Ok(None)) };
    let Some(step) = secret.step_of(code, tx.now())? else { return Ok(Ok(None)) };
    // Sealed again, so that an old key is no longer needed once its people have signed in.
    let sealed = secret.sealed(secret_box, account)?;
    if !second_factors::spend_step(tx.connection(), account, step, &sealed)? {
        return Ok(Ok(None));
    }
    refund(tx.connection(), &about, WRONG_CODES)?;
    Ok(Ok(Some(Change::unchanged(()))))
}
