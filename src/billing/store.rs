//! What is remembered of who pays.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::cards::{Card, Expiry};
use super::countries::Country;
use super::rules::{AddressLine, BillingDetails, BillingRecord};
use crate::db::{DbError, roster_now};
use crate::ids::OrganizationId;
use crate::schema::{billing_details, cards};
use crate::text::EmailAddress;

#[derive(Queryable)]
struct Row {
    cardholder: String,
    address_line_1: String,
    address_line_2: String,
    city: String,
    region: String,
    postal_code: String,
    country: String,
    contact_email: String,
    version: i32,
    card: Option<(String, String, i16, i16)>,
}

/// What is kept for an organization.
pub fn find(connection: &mut PgConnection, organization: OrganizationId) -> Result<Option<BillingRecord>, DbError> {
    let found = billing_details::table
        .left_join(cards::table.on(cards::organization_id.eq(billing_details::organization_id)))
        .filter(billing_details::organization_id.eq(organization))
        .select((
            billing_details::cardholder,
            billing_details::address_line_1,
            billing_details::address_line_2,
            billing_details::city,
            billing_details::region,
            billing_details::postal_code,
            billing_details::country,
            billing_details::contact_email,
            billing_details::version,
            (cards::brand, cards::last_four, cards::expiry_month, cards::expiry_year).nullable(),
        ))
        .first::<Row>(connection)
        .optional()?;
    Ok(found.map(|row| BillingRecord {
        details: BillingDetails {
            cardholder: AddressLine::stored(row.cardholder),
            address_line_1: AddressLine::stored(row.address_line_1),
            address_line_2: AddressLine::stored(row.address_line_2),
            city: AddressLine::stored(row.city),
            region: AddressLine::stored(row.region),
            postal_code: AddressLine::stored(row.postal_code),
            country: Country::stored(row.country),
            contact_email: EmailAddress::stored(row.contact_email),
        },
        card: row.card.map(|(brand, last_four, month, year)| Card { brand, last_four, expiry: Expiry { month, year } }),
        version: row.version,
    }))
}

/// Writes who pays, and raises the version.
pub fn save(
    connection: &mut PgConnection,
    organization: OrganizationId,
    details: &BillingDetails,
) -> Result<(), DbError> {
    let columns = (
        billing_details::cardholder.eq(details.cardholder.as_str()),
        billing_details::address_line_1.eq(details.address_line_1.as_str()),
        billing_details::address_line_2.eq(details.address_line_2.as_str()),
        billing_details::city.eq(details.city.as_str()),
        billing_details::region.eq(details.region.as_str()),
        billing_details::postal_code.eq(details.postal_code.as_str()),
        billing_details::country.eq(details.country.code()),
        billing_details::contact_email.eq(details.contact_email.as_str()),
    );
    diesel::insert_into(billing_details::table)
        .values((billing_details::organization_id.eq(organization), columns))
        .on_conflict(billing_details::organization_id)
        .do_update()
        .set((
            columns,
            billing_details::version.eq(billing_details::version + 1),
            billing_details::modified_at.eq(roster_now()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Writes what may be kept of a card, in place of what was kept of another. How a provider called the
/// other is forgotten with it.
pub fn save_card(connection: &mut PgConnection, organization: OrganizationId, card: &Card) -> Result<(), DbError> {
    let columns = (
        cards::brand.eq(&card.brand),
        cards::last_four.eq(&card.last_four),
        cards::expiry_month.eq(card.expiry.month),
        cards::expiry_year.eq(card.expiry.year),
        cards::provider_reference.eq(None::<String>),
    );
    diesel::insert_into(cards::table)
        .values((cards::organization_id.eq(organization), columns.clone()))
        .on_conflict(cards::organization_id)
        .do_update()
        .set((columns, cards::modified_at.eq(roster_now())))
        .execute(connection)?;
    Ok(())
}
