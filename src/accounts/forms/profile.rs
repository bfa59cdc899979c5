//! What was typed on the Profile page.

use serde::Deserialize;

use crate::accounts::profile::Profile;
use crate::text::{PersonName, Username};
use crate::web::Field;

/// Display Name and Username.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileForm {
    pub display_name: Field,
    pub username: Field,
    pub version: Field,
}

impl ProfileForm {
    /// The form as it is drawn first.
    pub fn of(profile: &Profile) -> Self {
        let display_name = profile.display_name.as_ref().map(ToString::to_string);
        Self {
            display_name: Field::filled(display_name.unwrap_or_default()),
            username: Field::filled(profile.username.as_str()),
            version: Field::filled(profile.version.to_string()),
        }
    }

    /// The version it was drawn from, if it is a form of ours.
    pub fn version(&self) -> Option<i32> {
        self.version.text.parse().ok()
    }

    /// Reads both lines before judging. Without a display name, people are called by their username.
    pub fn read(&mut self, version: i32) -> Option<Profile> {
        let display_name = self.display_name.read(|typed| match typed.trim() {
            "" => Ok(None),
            typed => PersonName::parse(typed).map(Some),
        });
        let username = self.username.read(Username::parse);
        Some(Profile { display_name: display_name?, username: username?, version })
    }
}
