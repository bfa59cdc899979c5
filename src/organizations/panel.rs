//! What the Settings page shows of who pays. Billing is a feature of the same rank, which this one
//! does not name: `app` registers somebody who can tell.

use diesel::pg::PgConnection;

use crate::db::DbError;
use crate::ids::OrganizationId;

/// Who pays, in words for the Settings page.
#[derive(Clone, Debug, Default)]
pub struct BillingFacts {
    /// The card, if one is known.
    pub card: Option<CardFace>,
    /// The name on the card.
    pub cardholder: String,
    /// Where the bill goes, line by line, without empty ones.
    pub address_lines: Vec<String>,
    /// Who is asked about it.
    pub contact_email: String,
}

/// What may be shown of a card.
#[derive(Clone, Debug)]
pub struct CardFace {
    /// "Visa".
    pub brand: String,
    /// Its last four digits.
    pub last_four: String,
    /// "04/29".
    pub expiry: String,
}

/// Can tell who pays for an organization; put in by `app` as `Data<dyn TellsBilling>`.
pub trait TellsBilling: Send + Sync + 'static {
    /// With one query; none when nothing was given yet.
    fn tell(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
    ) -> Result<Option<BillingFacts>, DbError>;
}
