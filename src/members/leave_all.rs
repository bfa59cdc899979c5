//! All places of one person at once: left together when the account is deleted.
//!
//! Such a transaction begins with the account's row, as everything about an account does: from then on
//! nobody accepts an invitation or founds an organization with it. Then it locks each organization the
//! account belongs to, and only then reads what the account is in each: from then on nobody removes it,
//! changes its role, or hands anything over to it. See `db` for the order.

use super::emails::{MembershipEmail, MembershipNotice};
use super::protection::MembershipChangePermit;
use super::rules::LeaveRefusal;
use super::{MembershipChange, MembershipDependents, MyOrganization, emails_to_owners, end_membership, store};
use crate::accounts::CurrentAccount;
use crate::audit_log::EventKind;
use crate::authority::{Action, EffectiveRole};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::ids::AccountId;
use crate::text::Username;

/// A place of a person, behind the lock of its organization: [`lock_all`] alone makes one.
#[derive(Debug)]
pub struct AccountMembership(MyOrganization);

impl std::ops::Deref for AccountMembership {
    type Target = MyOrganization;

    fn deref(&self) -> &MyOrganization {
        &self.0
    }
}

/// Where a person belongs, organizations that were deleted and can be restored included; by name.
pub fn places<Q>(tx: &mut Q) -> Result<Vec<MyOrganization>, DbError>
where
    Q: Queries<Action: Action<Scope = CurrentAccount>>,
{
    let account = tx.scope().account();
    store::mine(tx.connection(), account, None)
}

/// What would end when a person leaves a place, a sentence each.
pub fn would_end<Q>(
    tx: &mut Q,
    dependents: &MembershipDependents,
    place: &MyOrganization,
) -> Result<Vec<String>, DbError>
where
    Q: Queries<Action: Action<Scope = CurrentAccount>>,
{
    let account = tx.scope().account();
    dependents.would_end(tx.connection(), place.organization, &[account], MembershipChange::Membership)
}

/// Locks all places of a person, and reads them again.
pub fn lock_all<A: Action<Scope = CurrentAccount>>(tx: &mut WriteTx<A>) -> Result<Vec<AccountMembership>, DbError> {
    let account = tx.scope().account();
    store::lock_all(tx.connection(), account)?;
    Ok(places(tx)?.into_iter().map(AccountMembership).collect())
}

/// Leaves one of them, as by Leave; except that the person gets no email, for there is one about the
/// account. Of a deleted organization nobody is informed: there is nothing to be seen of it, unless it is
/// restored, and then its history tells.
pub fn leave<A: Action<Scope = CurrentAccount>>(
    tx: &mut WriteTx<A>,
    dependents: &MembershipDependents,
    place: &AccountMembership,
) -> Verdict<Change<()>, LeaveRefusal> {
    if place.standing == EffectiveRole::PrimaryOwner {
        return Ok(Err(LeaveRefusal::PrimaryOwner));
    }
    let (account, username) = (tx.scope().account(), tx.scope().username().clone());
    let emails = match place.erase_at {
        Some(_) => Vec::new(),
        None => {
            let message = news(place, username);
            emails_to_owners(tx.connection(), place.organization, (account, place.role), &message)?
        }
    };
    let change = MembershipChangePermit::by(tx.scope(), &[place.role])?;
    let ended = end_membership(tx.connection(), dependents, (place.organization, account), None, change)?;
    let change = ended.into_iter().fold(Change::recorded((), EventKind::Left), Change::and);
    Ok(Ok(change.within(place.organization).with_emails(emails)))
}

/// Ends what was begun in the name of an account, wherever it belongs, because the account may not act any more: as by
/// suspending it in each organization, which its history tells. Answers how much it was.
pub fn end_in_name_of<A: Action>(
    tx: &mut WriteTx<A>,
    dependents: &MembershipDependents,
    account: AccountId,
) -> Result<Change<usize>, DbError> {
    let mut change = Change::unchanged(0);
    for organization in store::lock_all(tx.connection(), account)? {
        let ended = dependents.end(tx.connection(), organization, Some(account), MembershipChange::Access, None)?;
        let sum = change.value() + ended.len();
        let ended = ended.into_iter().fold(Change::unchanged(()), Change::and).within(organization);
        change = change.map(|_| sum).with(ended);
    }
    Ok(change)
}

fn news(place: &MyOrganization, person: Username) -> MembershipEmail {
    MembershipEmail {
        organization: place.name.clone(),
        slug: place.slug.clone(),
        by: person.to_string(),
        person,
        news: MembershipNotice::Left,
        for_themselves: false,
        undoing: None,
        is_always_told: MembershipNotice::Left.matter(place.role).is_always_told(),
    }
}
