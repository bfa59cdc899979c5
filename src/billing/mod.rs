//! Who pays, and where the bill goes.
//!
//! Owners keep the name, the address and the contact for bills, and a card. Of the card only what may
//! be kept is kept: brand, last four digits, expiry. Its number and its security code are read into a
//! type that wipes them, judged in [`cards`], and forgotten in the same function: no row, no log, no
//! history, no page has them, not even the page that asks again (PAY-01, PAY-02, PAY-09). Nothing can
//! be charged: that takes a payment provider, which would hand back a reference for the card.
//!
//! Saving asks for the password when it was last given over 30 minutes ago, and cards are tried at
//! most a few times an hour, so that nobody finds out with this form which numbers are good (PAY-12).

pub mod cards;
pub mod countries;
mod forms;
mod pages;
pub(crate) mod rules;
mod store;

use diesel::pg::PgConnection;

use crate::action;
use crate::audit_log::EventKind;
use crate::authority::{OrganizationScope, Permission};
use crate::db::throttle::{Quota, RateLimited, consume};
use crate::db::{Change, DbError, Queries, Verdict, WriteTx};
use crate::ids::OrganizationId;
use crate::members::OrganizationMember;
use crate::members::changed::{self, LastChange, SettingsPart};
use crate::web::Routes;
use cards::Card;
pub use rules::{AddressLine, BillingDetails, BillingRecord};

action! {
    /// Seeing and changing who pays.
    pub ManageBilling: OrganizationMember, Permission::ManageBilling, requires_recent_password
}

/// Cards that one person tries in an hour for one organization.
const CARDS: Quota = Quota::hourly(5);

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}

/// What is kept for an organization, for a page of another feature that shows it to owners; `app`
/// brings them together.
pub fn facts(connection: &mut PgConnection, organization: OrganizationId) -> Result<Option<BillingRecord>, DbError> {
    store::find(connection, organization)
}

/// Why billing details are not saved.
#[derive(Debug)]
pub enum SaveRefusal {
    /// Somebody saved after the form was opened.
    Stale {
        /// What is there now.
        stands: Box<BillingRecord>,
        /// Who did it.
        last: Option<LastChange>,
    },
    /// Too many cards were tried.
    TooMany(RateLimited),
}

/// Saves who pays, and the new card if there is one, unless somebody did after the form was opened; and tells
/// all owners.
pub fn save(
    tx: &mut WriteTx<ManageBilling>,
    version: i32,
    details: &BillingDetails,
    card: Option<&Card>,
) -> Verdict<Change<()>, SaveRefusal> {
    let organization = tx.scope().organization_id();
    if card.is_some() {
        let (where_, who) = (organization.to_string(), tx.scope().me().account().to_string());
        if let Err(rate_limited) = consume(tx.connection(), &["card", &where_, &who], CARDS)? {
            return Ok(Err(SaveRefusal::TooMany(rate_limited)));
        }
    }
    let kept = store::find(tx.connection(), organization)?;
    let has_same_details = kept.as_ref().is_some_and(|kept| kept.details == *details);
    let new_card = card.filter(|card| kept.as_ref().and_then(|kept| kept.card.as_ref()) != Some(*card));
    if has_same_details && new_card.is_none() {
        return Ok(Ok(Change::unchanged(())));
    }
    let told = rules::told(kept.as_ref(), details, new_card);
    match kept {
        Some(kept) if kept.version != version => {
            let last = changed::last(tx, SettingsPart::Billing)?;
            return Ok(Err(SaveRefusal::Stale { stands: Box::new(kept), last }));
        }
        _ => {}
    }
    let mut change = Change::unchanged(());
    store::save(tx.connection(), organization, details)?;
    if !has_same_details {
        change = change.and(EventKind::BillingChanged);
    }
    if let Some(card) = new_card {
        store::save_card(tx.connection(), organization, card)?;
        let (brand, last_four) = (card.brand.clone(), card.last_four.clone());
        change = change.and(EventKind::CardChanged { brand, last_four });
    }
    let slug = tx.scope().slug().clone();
    Ok(Ok(change.with_emails(changed::tell_owners(tx, SettingsPart::Billing, &slug, told)?)))
}
