//! Changing what proves who somebody is, and what dies with it.
//!
//! A link to a new password, or to another address, was given to the person who had the account then. So each
//! change of the password or of the addresses ends all of them (ACC-09).

use super::emails;
use super::store;
use super::{CurrentAccount, SignIn};
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::Action;
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::ids::AccountId;
use crate::mail::EmailTemplate;
use crate::outbox::OutboxMessage;
use crate::web::Anonymous;

action! {
    /// Changing one's password. The page asks for the old one itself.
    pub ChangePassword: CurrentAccount, ()
}
action! {
    /// Asking how hard a password is to guess, while it is typed.
    pub JudgePassword: Anonymous, ()
}

/// Ends the links that wait in the mail of an account.
pub(super) fn end_links<A: Action>(tx: &mut WriteTx<A>, account: AccountId) -> Result<(), DbError> {
    store::credentials::end_resets(tx.connection(), account)?;
    store::recovery::end(tx.connection(), account)?;
    store::addresses::end_claims(tx.connection(), account)
}

/// Keeps the hash of another password, and ends what rested on the old one, the sessions aside. Answers
/// the email that tells of it.
pub(super) fn replace_password<A: Action>(
    tx: &mut WriteTx<A>,
    account: AccountId,
    password_hash: &str,
) -> Result<Option<OutboxMessage>, DbError> {
    store::set_password(tx.connection(), account, password_hash)?;
    store::pending_sign_ins::end_all(tx.connection(), account)?;
    end_links(tx, account)?;
    let primary = store::addresses(tx.connection(), account)?.into_iter().next();
    Ok(primary.map(|primary| emails::PasswordChanged {}.to(&primary)))
}

/// Changes the password: this session goes on under another token (ACC-14), every other one ends
/// (ACC-12).
pub(super) fn change_password(
    tx: &mut WriteTx<ChangePassword>,
    password_hash: &str,
    token_hash: &[u8],
) -> Verdict<Change<()>, std::convert::Infallible> {
    let (account, session) = (tx.scope().account(), tx.scope().session());
    let notice = replace_password(tx, account, password_hash)?;
    store::credentials::end_sessions_beside(tx.connection(), account, session)?;
    store::credentials::renew_token(tx.connection(), session, token_hash)?;
    Ok(Ok(Change::recorded((), EventKind::PasswordChanged).with_emails(notice)))
}

/// The words of an account that an attacker would try as its password.
pub(super) fn own_words<A: Queries>(tx: &mut A, account: AccountId) -> Result<Vec<String>, DbError> {
    store::credentials::own_words(tx.connection(), account)
}

/// Keeps another hash of the same password, made as hashes are made today. Nothing changes for anybody,
/// so no audit entry tells of it.
pub(super) fn renew_hash(
    tx: &mut WriteTx<SignIn>,
    account: AccountId,
    old: &str,
    new: &str,
) -> Verdict<Change<bool>, std::convert::Infallible> {
    Ok(Ok(Change::unchanged(store::credentials::renew_hash(tx.connection(), account, old, new)?)))
}
