//! What is posted when an organization goes, and when it comes back.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use serde::{Deserialize, Serialize};

use super::store;
use crate::db::DbError;
use crate::ids::OrganizationId;
use crate::mail::{Draft, EmailTemplate, unlinked};
use crate::signed_links::Purpose;
use crate::text::{Slug, Title};
use crate::web::Site;
use crate::web::clock::Clock;

/// To everyone in it: an organization was deleted. Owners get the link to restore it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrganizationDeleted {
    pub organization: OrganizationId,
    pub name: Title,
    pub by: String,
    /// Which of its deletions the link is for, and until when it works; none when it was erased at once.
    pub restorable: Option<(u16, DateTime<Utc>)>,
    pub for_owner: bool,
}

impl EmailTemplate for OrganizationDeleted {
    const KIND: &'static str = "organization_deleted";

    fn draft(&self, site: &Site, clock: Clock) -> Draft {
        let name = unlinked(self.name.as_str());
        let draft = Draft::new(format!("{name} was deleted on Roster")).about_place(&name);
        let gone = format!(
            "{} deleted {name}. It is gone for everyone, with its projects, its billing details and its open invitations.",
            self.by
        );
        match (&self.restorable, self.for_owner) {
            (None, _) => draft.paragraph(gone).paragraph("It was erased at once, and cannot be restored."),
            (Some((deletion, at)), true) => draft
                .paragraph(gone)
                .paragraph(format!(
                    "You are an owner, so you can restore it until {}. Then it is erased.",
                    clock.written(*at)
                ))
                .button(
                    "Restore the organization",
                    site.link(Purpose::Restoration, self.organization.uuid(), *deletion),
                )
                .note("The link works for the owners of the organization alone, once they are signed in."),
            (Some((_, at)), false) => draft.paragraph(gone).paragraph(format!(
                "Until {} one of its owners can restore it. Then it is erased.",
                clock.written(*at)
            )),
        }
    }

    fn still_true(&self, connection: &mut PgConnection) -> Result<bool, DbError> {
        Ok(!store::is_there(connection, self.organization)?)
    }
}

/// To everyone in it: an organization is back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrganizationRestored {
    pub organization: OrganizationId,
    pub name: Title,
    pub slug: Slug,
    pub by: String,
}

impl EmailTemplate for OrganizationRestored {
    const KIND: &'static str = "organization_restored";

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        let name = unlinked(self.name.as_str());
        Draft::new(format!("{name} was restored on Roster"))
            .about_place(&name)
            .paragraph(format!(
                "{} restored {name}. Its people, its projects and its billing details are as they were.",
                self.by
            ))
            .button("Open the organization", site.address(&format!("/{}", self.slug)))
            .note("Invitations that were open when it was deleted work again, unless they have expired.")
    }

    fn still_true(&self, connection: &mut PgConnection) -> Result<bool, DbError> {
        store::is_there(connection, self.organization)
    }
}
