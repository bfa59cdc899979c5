//! What is remembered of addresses: those that were proven, and those that wait for their link.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};

use crate::db::{Stop, roster_now};
use crate::ids::{AccountId, AddressClaimId};
use crate::prepared;
use crate::schema::{address_claims, email_addresses};
use crate::text::EmailAddress;

/// A proven address of an account.
#[derive(Clone, Debug)]
pub struct Owned {
    /// The address.
    pub address: EmailAddress,
    /// Whether letters about the account go there.
    pub is_primary: bool,
    /// Since when.
    pub confirmed_at: DateTime<Utc>,
}

/// The proven addresses of an account, the primary one first.
pub fn owned(connection: &mut PgConnection, account: AccountId) -> Result<Vec<Owned>, Stop> {
    let found: Vec<(String, bool, DateTime<Utc>)> = email_addresses::table
        .filter(email_addresses::account_id.eq(account))
        .order((email_addresses::is_primary.desc(), email_addresses::address))
        .select((email_addresses::address, email_addresses::is_primary, email_addresses::confirmed_at))
        .load(connection)?;
    let owned = found.into_iter().map(|(address, is_primary, confirmed_at)| Owned {
        address: EmailAddress::stored(address),
        is_primary,
        confirmed_at,
    });
    Ok(owned.collect())
}

/// An address that waits for its link.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Which.
    pub id: AddressClaimId,
    /// The address that the link proves.
    pub address: EmailAddress,
    /// When it was asked for, the last time.
    pub sent_at: DateTime<Utc>,
    /// Until when the link works.
    pub expires_at: DateTime<Utc>,
}

/// The claims of an account whose links work.
pub fn claims(connection: &mut PgConnection, account: AccountId) -> Result<Vec<Claim>, Stop> {
    let found: Vec<(AddressClaimId, String, DateTime<Utc>, DateTime<Utc>)> = address_claims::table
        .filter(address_claims::account_id.eq(account))
        .filter(address_claims::expires_at.gt(roster_now()))
        .order(address_claims::address)
        .select((address_claims::id, address_claims::address, address_claims::created_at, address_claims::expires_at))
        .load(connection)?;
    let claims = found.into_iter().map(|(id, address, sent_at, expires_at)| Claim {
        id,
        address: EmailAddress::stored(address),
        sent_at,
        expires_at,
    });
    Ok(claims.collect())
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// How many addresses an account has and waits for, one aside.
pub fn count_beside(connection: &mut PgConnection, account: AccountId, address: &EmailAddress) -> Result<i64, Stop> {
    let counted: Counted = prepared!(
        "SELECT (SELECT count(*) FROM email_addresses WHERE account_id = $1 AND address <> $2) \
              + (SELECT count(*) FROM address_claims WHERE account_id = $1 AND address <> $2 AND expires_at > roster_now()) AS number",
    )
    .bind::<SqlUuid, _>(account)
    .bind::<Text, _>(address.as_str())
    .get_result(connection)?;
    Ok(counted.number)
}

/// Keeps a claim, or renews the one there is: asking again means the same link.
pub fn open_claim(
    connection: &mut PgConnection,
    account: AccountId,
    address: &EmailAddress,
    until: DateTime<Utc>,
) -> Result<AddressClaimId, Stop> {
    Ok(diesel::insert_into(address_claims::table)
        .values((
            address_claims::id.eq(AddressClaimId::fresh()),
            address_claims::account_id.eq(account),
            address_claims::address.eq(address.as_str()),
            address_claims::expires_at.eq(until),
        ))
        .on_conflict((address_claims::account_id, address_claims::address))
        .do_update()
        .set((address_claims::created_at.eq(roster_now()), address_claims::expires_at.eq(until)))
        .returning(address_claims::id)
        .get_result(connection)?)
}

/// Who claims what, while the link works.
pub fn find_claim(
    connection: &mut PgConnection,
    id: AddressClaimId,
) -> Result<Option<(AccountId, EmailAddress)>, Stop> {
    let found: Option<(AccountId, String)> = address_claims::table
        .find(id)
        .filter(address_claims::expires_at.gt(roster_now()))
        .select((address_claims::account_id, address_claims::address))
        .first(connection)
        .optional()?;
    Ok(found.map(|(account, address)| (account, EmailAddress::stored(address))))
}

/// Takes a claim of an account, while it lasts: whoever comes second finds none. Answers the address
/// that its link has proven.
pub fn take_claim(
    connection: &mut PgConnection,
    account: AccountId,
    id: AddressClaimId,
) -> Result<Option<EmailAddress>, Stop> {
    let taken: Option<String> = diesel::delete(address_claims::table.find(id))
        .filter(address_claims::account_id.eq(account))
        .filter(address_claims::expires_at.gt(roster_now()))
        .returning(address_claims::address)
        .get_result(connection)
        .optional()?;
    Ok(taken.map(EmailAddress::stored))
}

/// Ends an account's own claim of an address, which was proven in another way.
pub fn end_claim_of(connection: &mut PgConnection, account: AccountId, address: &EmailAddress) -> Result<(), Stop> {
    diesel::delete(address_claims::table)
        .filter(address_claims::account_id.eq(account))
        .filter(address_claims::address.eq(address.as_str()))
        .execute(connection)?;
    Ok(())
}

/// Ends every claim of an account.
pub fn end_claims(connection: &mut PgConnection, account: AccountId) -> Result<(), Stop> {
    diesel::delete(address_claims::table.filter(address_claims::account_id.eq(account))).execute(connection)?;
    Ok(())
}

/// Leaves an account without a primary address, on the way to another.
pub fn clear_primary(connection: &mut PgConnection, account: AccountId) -> Result<(), Stop> {
    diesel::update(email_addresses::table)
        .filter(email_addresses::account_id.eq(account))
        .filter(email_addresses::is_primary)
        .set(email_addresses::is_primary.eq(false))
        .execute(connection)?;
    Ok(())
}

/// Makes an address the primary one of its account.
pub fn make_primary(connection: &mut PgConnection, account: AccountId, address: &EmailAddress) -> Result<(), Stop> {
    diesel::update(email_addresses::table.find(address.as_str()))
        .filter(email_addresses::account_id.eq(account))
        .set(email_addresses::is_primary.eq(true))
        .execute(connection)?;
    Ok(())
}

/// Takes an address from its account.
pub fn remove(connection: &mut PgConnection, account: AccountId, address: &EmailAddress) -> Result<(), Stop> {
    diesel::delete(email_addresses::table.find(address.as_str()))
        .filter(email_addresses::account_id.eq(account))
        .execute(connection)?;
    Ok(())
}
