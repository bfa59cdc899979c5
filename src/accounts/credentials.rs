//! Changing what proves who somebody is, and what dies with it.
//!
//! A link to a new password, or to another address, was given to whoever had the account then. So each
//! change of the password or of the addresses ends all of them (ACC-09).

use super::letters;
use super::store;
use super::{Myself, SignIn};
use crate::act;
use crate::authority::Act;
use crate::db::{Asking, Change, DbError, Verdict, Work};
use crate::history::Happened;
use crate::ids::AccountId;
use crate::mail::Letter;
use crate::post::Envelope;
use crate::web::Visitor;

act! {
    /// Changing one's password. The page asks for the old one itself.
    pub ChangePassword: Myself, ()
}
act! {
    /// Asking how hard a password is to guess, while it is typed.
    pub JudgePassword: Visitor, ()
}

/// Ends the links that wait in the mail of an account.
pub(super) fn end_links<A: Act>(work: &mut Work<A>, account: AccountId) -> Result<(), DbError> {
    store::credentials::end_resets(work.connection(), account)?;
    store::recovery::end(work.connection(), account)?;
    store::addresses::end_claims(work.connection(), account)
}

/// Keeps the hash of another password, and ends what rested on the old one, the sessions aside. Answers
/// the letter that tells of it.
pub(super) fn replace_password<A: Act>(
    work: &mut Work<A>,
    account: AccountId,
    password_hash: &str,
) -> Result<Option<Envelope>, DbError> {
    store::set_password(work.connection(), account, password_hash)?;
    store::begun_sign_ins::end_all(work.connection(), account)?;
    end_links(work, account)?;
    let primary = store::addresses(work.connection(), account)?.into_iter().next();
    Ok(primary.map(|primary| letters::PasswordChanged {}.to(&primary)))
}

/// Changes the password: this session goes on under another token (ACC-14), every other one ends
/// (ACC-12).
pub(super) fn change_password(
    work: &mut Work<ChangePassword>,
    password_hash: &str,
    token_hash: &[u8],
) -> Verdict<Change<()>, std::convert::Infallible> {
    let (account, session) = (work.scope().account(), work.scope().session());
    let notice = replace_password(work, account, password_hash)?;
    store::credentials::end_sessions_beside(work.connection(), account, session)?;
    store::credentials::renew_token(work.connection(), session, token_hash)?;
    Ok(Ok(Change::recorded((), Happened::PasswordChanged).mailing_all(notice)))
}

/// The words of an account that an attacker would try as its password.
pub(super) fn own_words<A: Asking>(asking: &mut A, account: AccountId) -> Result<Vec<String>, DbError> {
    store::credentials::own_words(asking.connection(), account)
}

/// Keeps another hash of the same password, made as hashes are made today. Nothing changes for anybody,
/// so no line of history tells of it.
pub(super) fn renew_hash(
    work: &mut Work<SignIn>,
    account: AccountId,
    old: &str,
    new: &str,
) -> Verdict<Change<bool>, std::convert::Infallible> {
    Ok(Ok(Change::already(store::credentials::renew_hash(work.connection(), account, old, new)?)))
}
