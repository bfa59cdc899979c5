//! The addresses of an account.
//!
//! An address becomes somebody's by a link that was mailed to it and opened by the very account that
//! asked. Until then it is a *claim*, which holds the address for nobody; the row carries the address it
//! proves (ACC-05). What the pages say of a claim is the same whether the address is somebody else's or
//! nobody's: only an email to the address itself tells.

use chrono::TimeDelta;

use super::credentials::end_links;
use super::emails::addresses as emails;
use super::store;
use super::store::addresses::{Claim, Owned};
use super::{CurrentAccount, MAILS_TO_ONE};
use crate::action;
use crate::audit_log::EventKind;
use crate::authority::Action;
use crate::db::throttle::{Quota, RateLimited, consume};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::ids::{AccountId, AddressClaimId};
use crate::mail::EmailTemplate;
use crate::text::EmailAddress;

action! {
    /// Seeing one's addresses.
    pub SeeAddresses: CurrentAccount, ()
}
action! {
    /// Asking to add an address.
    pub AddAddress: CurrentAccount, (), requires_recent_password
}
action! {
    /// Sending the link of a claim again, and taking the claim back.
    pub ManageClaims: CurrentAccount, ()
}
action! {
    /// Opening the link that was mailed to a new address. That it was asked for was sensitive.
    pub ConfirmClaim: CurrentAccount, ()
}
action! {
    /// Making another address the primary one.
    pub SetPrimaryAddress: CurrentAccount, (), requires_recent_password
}
action! {
    /// Deleting an address.
    pub DeleteAddress: CurrentAccount, (), requires_recent_password
}

/// How long the link to a new address works.
const CLAIM: TimeDelta = TimeDelta::hours(24);

/// Addresses and claims of one account.
pub const MOST: i64 = 10;

/// Links to new addresses that one source may ask for in an hour, whatever the account.
const CLAIMED_FROM_ONE: Quota = Quota::hourly(60);

/// Links to new addresses that one account may ask for in an hour.
const CLAIMED_BY_ONE: Quota = Quota::hourly(20);

/// The addresses of an account, and those that wait for their link.
pub(super) fn all<A: Queries>(tx: &mut A, account: AccountId) -> Result<(Vec<Owned>, Vec<Claim>), DbError> {
    let owned = store::addresses::owned(tx.connection(), account)?;
    Ok((owned, store::addresses::claims(tx.connection(), account)?))
}

/// Why an address does not become an account's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddAddressError {
    /// It is somebody else's.
    BelongsToAnother,
    /// The account has and waits for as many as it can.
    Full,
}

/// Gives an account an address that a mailed link has proven, and tells its primary address. What it
/// has already stays as it is.
pub fn add<A: Action>(
    tx: &mut WriteTx<A>,
    account: AccountId,
    address: &EmailAddress,
) -> Verdict<Change<()>, AddAddressError> {
    let owned = store::addresses(tx.connection(), account)?;
    if owned.contains(address) {
        return Ok(Ok(Change::unchanged(())));
    }
    if store::addresses::count_beside(tx.connection(), account, address)? >= MOST {
        return Ok(Err(AddAddressError::Full));
    }
    // A person who waits to make an account with it comes too late.
    store::registrations::claim_all(tx.connection(), address)?;
    // An account that was opened without an address has none to be the primary one.
    if !store::add_address(tx.connection(), account, address, owned.is_empty())? {
        return Ok(Err(AddAddressError::BelongsToAnother));
    }
    store::addresses::end_claim_of(tx.connection(), account, address)?;
    let notice = owned.first().map(|primary| emails::AddressAdded { address: address.clone() }.to(primary));
    Ok(Ok(Change::recorded((), EventKind::AddressAdded { address: address.clone() }).with_emails(notice)))
}

/// Why no link is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClaimRefusal {
    /// It belongs to the account already.
    Yours,
    /// The account has and waits for as many as it can.
    Full,
    /// The address was sent enough mail, the person who asked for it.
    TooManyToAddress(RateLimited),
    /// The account, or the network it asks from, has asked often enough.
    TooManyFromYou(RateLimited),
    /// There is no such claim.
    NotHere,
}

/// Asks to add an address: mails a link to it, and to it alone.
pub(super) fn claim(tx: &mut WriteTx<AddAddress>, address: &EmailAddress) -> Verdict<Change<()>, ClaimRefusal> {
    let account = tx.scope().account();
    if store::addresses(tx.connection(), account)?.contains(address) {
        return Ok(Err(ClaimRefusal::Yours));
    }
    if store::addresses::count_beside(tx.connection(), account, address)? >= MOST {
        return Ok(Err(ClaimRefusal::Full));
    }
    send(tx, address)
}

/// Sends the link of a claim again, which works for its whole time from now on.
pub(super) fn send_again(
    tx: &mut WriteTx<ManageClaims>,
    id: AddressClaimId,
) -> Verdict<Change<EmailAddress>, ClaimRefusal> {
    let account = tx.scope().account();
    let found = store::addresses::find_claim(tx.connection(), id)?;
    let Some((_, address)) = found.filter(|(whose, _)| *whose == account) else {
        return Ok(Err(ClaimRefusal::NotHere));
    };
    Ok(send(tx, &address)?.map(|change| change.map(|()| address)))
}

/// Opens or renews the claim, and mails what its address may know of it.
fn send<A: Action<Scope = CurrentAccount>>(
    tx: &mut WriteTx<A>,
    address: &EmailAddress,
) -> Verdict<Change<()>, ClaimRefusal> {
    let (account, source) = (tx.scope().account(), tx.scope().source().counted());
    if let Err(rate_limited) = consume(tx.connection(), &["claim", &account.to_string()], CLAIMED_BY_ONE)? {
        return Ok(Err(ClaimRefusal::TooManyFromYou(rate_limited)));
    }
    if let Err(rate_limited) = consume(tx.connection(), &["claim from", &source], CLAIMED_FROM_ONE)? {
        return Ok(Err(ClaimRefusal::TooManyFromYou(rate_limited)));
    }
    // The same is taken for addresses that are known and that are not, so this tells nothing.
    if let Err(rate_limited) = consume(tx.connection(), &["mail to", address.as_str()], MAILS_TO_ONE)? {
        return Ok(Err(ClaimRefusal::TooManyToAddress(rate_limited)));
    }
    let until = tx.now() + CLAIM;
    let claim = store::addresses::open_claim(tx.connection(), account, address, until)?;
    let change = Change::recorded((), EventKind::AddressClaimed { address: address.clone() });
    Ok(Ok(change.with_email(match store::find_by_address(tx.connection(), address)? {
        Some(_) => emails::AddressInUse {}.to(address),
        None => emails::AddressClaimed { claim }.to(address),
    })))
}

/// There is no such claim.
#[derive(Debug)]
pub(super) struct NoClaim;

/// Takes a claim back: its link is dead.
pub(super) fn cancel_claim(
    tx: &mut WriteTx<ManageClaims>,
    id: AddressClaimId,
) -> Verdict<Change<EmailAddress>, NoClaim> {
    let account = tx.scope().account();
    let Some(address) = store::addresses::take_claim(tx.connection(), account, id)? else { return Ok(Err(NoClaim)) };
    Ok(Ok(Change::recorded(address.clone(), EventKind::AddressClaimCancelled { address })))
}

/// Why a link does not add its address.
#[derive(Debug)]
pub(super) enum ConfirmClaimRefusal {
    /// It means nothing any more, or not to this account.
    DeadLink,
    /// The address became somebody else's.
    BelongsToAnother,
}

/// Adds the address that the opened link has proven: the one its row carries.
pub(super) fn confirm_claim(
    tx: &mut WriteTx<ConfirmClaim>,
    id: AddressClaimId,
) -> Verdict<Change<EmailAddress>, ConfirmClaimRefusal> {
    let account = tx.scope().account();
    let Some(address) = store::addresses::take_claim(tx.connection(), account, id)? else {
        return Ok(Err(ConfirmClaimRefusal::DeadLink));
    };
    Ok(match add(tx, account, &address)? {
        Ok(change) => Ok(change.map(|()| address)),
        // The claim had its place, so there is one.
        Err(AddAddressError::BelongsToAnother | AddAddressError::Full) => Err(ConfirmClaimRefusal::BelongsToAnother),
    })
}

/// Why another address does not become the primary one.
#[derive(Debug)]
pub(super) struct NotYours;

/// Makes another address the primary one; the old one and the new one are informed. Links that wait in the
/// mail die with the change (ACC-09).
pub(super) fn set_primary(
    tx: &mut WriteTx<SetPrimaryAddress>,
    address: &EmailAddress,
) -> Verdict<Change<()>, NotYours> {
    let account = tx.scope().account();
    let owned = store::addresses::owned(tx.connection(), account)?;
    let Some(wished) = owned.iter().find(|owned| owned.address == *address) else { return Ok(Err(NotYours)) };
    if wished.is_primary {
        return Ok(Ok(Change::unchanged(())));
    }
    store::addresses::clear_primary(tx.connection(), account)?;
    store::addresses::make_primary(tx.connection(), account, address)?;
    end_links(tx, account)?;
    let Some(old) = owned.iter().find(|owned| owned.is_primary).map(|owned| &owned.address) else {
        return Err(DbError::Internal("an account without a primary address".to_owned()));
    };
    let message = emails::PrimaryAddressChanged { from: old.clone(), to: address.clone() };
    let event = EventKind::PrimaryAddressChanged { from: old.clone(), to: address.clone() };
    Ok(Ok(Change::recorded((), event).with_email(message.to(old)).with_email(message.to(address))))
}

/// Why an address is not deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeleteAddressError {
    /// It is none of the account's.
    NotYours,
    /// Emails about the account go there: another must be primary first.
    Primary,
    /// The account has no other.
    Only,
}

/// The address of an account that may be deleted, and the primary one.
pub(super) fn deletable<A: Queries>(
    tx: &mut A,
    account: AccountId,
    address: &EmailAddress,
) -> Verdict<EmailAddress, DeleteAddressError> {
    let owned = store::addresses::owned(tx.connection(), account)?;
    let Some(wished) = owned.iter().find(|owned| owned.address == *address) else {
        return Ok(Err(DeleteAddressError::NotYours));
    };
    Ok(match owned.iter().find(|owned| owned.is_primary && !wished.is_primary) {
        Some(primary) => Ok(primary.address.clone()),
        None if owned.len() == 1 => Err(DeleteAddressError::Only),
        None => Err(DeleteAddressError::Primary),
    })
}

/// Deletes an address: it can no longer sign in, and what was sent to it means nothing to this account any
/// more. It is shown itself, and so is the primary one.
pub(super) fn delete(
    tx: &mut WriteTx<DeleteAddress>,
    address: &EmailAddress,
) -> Verdict<Change<()>, DeleteAddressError> {
    let account = tx.scope().account();
    let primary = match deletable(tx, account, address)? {
        Ok(primary) => primary,
        Err(refusal) => return Ok(Err(refusal)),
    };
    store::addresses::remove(tx.connection(), account, address)?;
    end_links(tx, account)?;
    let message = emails::AddressRemoved { address: address.clone() };
    let change = Change::recorded((), EventKind::AddressRemoved { address: address.clone() });
    Ok(Ok(change.with_email(message.to(address)).with_email(message.to(&primary))))
}
