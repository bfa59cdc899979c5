//! What is posted when the settings of an organization change.

use serde::{Deserialize, Serialize};

use crate::mail::{Draft, EmailTemplate, Owner, unlinked};
use crate::members::changed::{Setting, SettingsPart};
use crate::text::{Slug, Title};
use crate::web::Site;
use crate::web::clock::Clock;

/// To owners: what one save changed, as it was and as it is. Of a card it has what the audit log has: its
/// brand, its last four digits, until when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SettingsChangedEmail {
    pub organization: Title,
    pub slug: Slug,
    pub by: String,
    pub part: SettingsPart,
    pub settings: Vec<Setting>,
}

/// A value between quotation marks, or that there was none.
fn quoted(value: &str) -> String {
    if value.is_empty() { "nothing".to_owned() } else { format!("“{}”", unlinked(value)) }
}

impl EmailTemplate for SettingsChangedEmail {
    const KIND: &'static str = "settings_changed";

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        let organization = unlinked(self.organization.as_str());
        let part = self.part.noun();
        let told = Draft::new(format!("{} changed the {part} of {organization} on Roster", self.by))
            .paragraph(format!("What {} changed, as it was and as it is now:", self.by));
        let told = self.settings.iter().fold(told, |draft, Setting { label, from, to }| {
            draft.paragraph(format!("{label}: {} before, {} now.", quoted(from), quoted(to)))
        });
        told.button("Open the Settings", site.address(&format!("/{}/settings", self.slug)))
            .note("If it should not be so, you can change it back there.")
            .to_owner(Owner::of(&self.organization, &self.slug, site))
    }
}
