//! What is posted about access reviews.

use diesel::pg::PgConnection;
use serde::{Deserialize, Serialize};

use super::store;
use crate::db::DbError;
use crate::ids::{AccountId, OrganizationId};
use crate::mail::{Draft, EmailTemplate, Owner, unlinked};
use crate::text::{Slug, Title};
use crate::web::Site;
use crate::web::clock::Clock;

/// To an owner: the next access review is due.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReviewDue {
    pub organization: OrganizationId,
    pub name: Title,
    pub slug: Slug,
    pub account: AccountId,
}

impl EmailTemplate for ReviewDue {
    const KIND: &'static str = "access_review_due";

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        let organization = unlinked(self.name.as_str());
        Draft::new(format!("An access review of {organization} on Roster is due"))
            .paragraph(format!(
                "90 days have gone by without an access review of {organization}. Go through everyone who belongs, and keep, change or remove each."
            ))
            .button("Access Review", site.address(&format!("/{}/reviews", self.slug)))
            .note("It comes once a quarter while reminders are on. They are turned off for all owners on the same page.")
            .to_owner(Owner::of(&self.name, &self.slug, site))
    }

    /// Not to the person who is no owner any more, nor once a review was begun or the reminders are off.
    fn still_true(&self, connection: &mut PgConnection) -> Result<bool, DbError> {
        store::is_still_due(connection, self.organization, self.account)
    }
}
