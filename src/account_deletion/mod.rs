//! Deleting one's account.
//!
//! It ends at once, and for good: every membership as by Leave, with what hangs on it; sessions, addresses,
//! passkeys; and the account itself. All in one transaction, so nobody is left half gone. What somebody did
//! stays: projects belong to their organizations, and the audit log keeps the name they had.
//!
//! **An organization never loses the owner it rests on this way** (MEM-19): the person who is a primary owner hands
//! over or deletes first, and the page lists where. The database holds the same: a membership refers to its
//! account and does not go with it. What becomes of an organization that was deleted already, and can still
//! be restored, is in [`rules::Fate`].
//!
//! It is above the features it ends things in; each ends what is its own, and tells it before.

mod emails;
mod pages;
pub mod rules;

use crate::accounts::{CurrentAccount, OptionalAccount, account_summary};
use crate::action;
use crate::db::{Change, Verdict, WriteTx};
use crate::invitations;
use crate::mail::{EmailTemplate, EmailTemplates};
use crate::members::MembershipDependents;
use crate::members::leave_all::{self, AccountMembership};
use crate::organizations;
use crate::web::Routes;
use emails::AccountDeleted;
use rules::{DeleteAccountError, MembershipOutcome};

action! {
    /// Deleting one's account.
    pub DeleteAccount: CurrentAccount, (), requires_recent_password
}
action! {
    /// Being told that it is done.
    pub SeeFarewell: OptionalAccount, ()
}

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}

/// The letters this feature posts.
pub fn emails(emails: EmailTemplates) -> EmailTemplates {
    emails.with::<AccountDeleted>()
}

/// Deletes one's account, unless some organization rests on it.
pub fn delete_account(
    tx: &mut WriteTx<DeleteAccount>,
    dependents: &MembershipDependents,
) -> Verdict<Change<()>, DeleteAccountError> {
    let (places, now) = (leave_all::lock_all(tx)?, tx.now());
    let fate = |place: &AccountMembership| MembershipOutcome::of(place, now);
    if places.iter().any(|place| fate(place).is_in_the_way()) {
        return Ok(Err(DeleteAccountError::InTheWay));
    }
    let mut change = Change::unchanged(());
    let mut left = Vec::new();
    for place in &places {
        if fate(place) == MembershipOutcome::Erased {
            change = change.with(organizations::erase_early(tx, place)?);
            continue;
        }
        match leave_all::leave(tx, dependents, place)? {
            Ok(leaving) => change = change.with(leaving),
            Err(_) => return Ok(Err(DeleteAccountError::InTheWay)),
        }
        // What was deleted is gone for its people: a letter does not name it.
        if place.erase_at.is_none() {
            left.push(place.name.clone());
        }
    }
    invitations::forget_person(tx)?;
    let mut farewell = None;
    let gone = account_summary::delete(tx)?.map(|held| {
        let message = AccountDeleted { username: held.username, left };
        farewell = held.addresses.first().map(|primary| message.to(primary));
    });
    Ok(Ok(change.with(gone).with_emails(farewell)))
}
