//! What was typed about an organization.

pub mod activity;

use serde::Deserialize;

use super::NewOrganization;
use super::rules::{OrganizationSettings, address, suggested};
use crate::ids::FormKey;
use crate::text::{Slug, Title};
use crate::web::Field;
pub use crate::web::form::NoFields;

/// Create a New Organization.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewForm {
    pub name: Field,
    pub slug: Field,
    pub form_key: Field,
}

impl NewForm {
    /// An empty form, which can make one organization.
    pub fn fresh() -> Self {
        let mut form = Self::default();
        form.renew();
        form
    }

    /// Lets the form make another organization.
    pub fn renew(&mut self) {
        self.form_key = Field::filled(FormKey::fresh().to_string());
    }

    /// The key it was drawn with, if it is a form of ours.
    pub fn key(&self) -> Option<FormKey> {
        FormKey::parse(&self.form_key.text)
    }

    /// Reads both lines before judging. Where no URL was typed it comes from the name, and is filled
    /// in for anyone who has to mend it. A browser that goes back brings the form with its key: filled with
    /// another URL it is another wish, so the key is about the URL, too.
    pub fn read(&mut self, form_key: FormKey) -> Option<NewOrganization> {
        let name = self.name.read(Title::parse);
        let slug = if self.slug.text.trim().is_empty() {
            match suggested(name.as_ref()?) {
                Ok(slug) => {
                    self.slug = Field::filled(slug.to_string());
                    Some(slug)
                }
                Err((start, error)) => {
                    self.slug = Field::filled(start);
                    self.slug.add_error(error);
                    None
                }
            }
        } else {
            self.slug.read(address)
        };
        let slug = slug?;
        Some(NewOrganization { name: name?, form_key: form_key.about(slug.as_str()), slug })
    }
}

/// Name and URL.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SettingsForm {
    pub name: Field,
    pub slug: Field,
    pub version: Field,
}

impl SettingsForm {
    /// The form as it is drawn first.
    pub fn of(settings: &OrganizationSettings) -> Self {
        Self {
            name: Field::filled(settings.name.as_str()),
            slug: Field::filled(settings.slug.as_str()),
            version: Field::filled(settings.version.to_string()),
        }
    }

    /// The version it was drawn from, if it is a form of ours.
    pub fn version(&self) -> Option<i32> {
        self.version.text.parse().ok()
    }

    /// Keeps what was typed, and says beside each line what is there now. Sent once more, it is an answer to
    /// that.
    pub fn conflict(&mut self, stands: &OrganizationSettings) {
        self.version = Field::filled(stands.version.to_string());
        if self.name.text.trim() != stands.name.as_str() {
            self.name.add_error(format!("It is {} now.", stands.name));
        }
        if self.slug.text.trim() != stands.slug.as_str() {
            self.slug.add_error(format!("It is {} now.", stands.slug));
        }
    }

    /// Reads both lines before judging. The URL an organization has is always good enough for it,
    /// even when the word was reserved since.
    pub fn read(&mut self, current: &Slug, version: i32) -> Option<OrganizationSettings> {
        let name = self.name.read(Title::parse);
        let slug = self.slug.read(|typed| if typed == current.as_str() { Ok(current.clone()) } else { address(typed) });
        Some(OrganizationSettings { name: name?, slug: slug?, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(name: &str, slug: &str) -> NewForm {
        NewForm { name: Field::filled(name), slug: Field::filled(slug), form_key: Field::default() }
    }

    #[test]
    fn an_empty_url_comes_from_the_name() {
        let mut typed = form("Analytical Engines", " ");
        let founding = typed.read(FormKey::fresh()).unwrap();
        assert_eq!(founding.slug.as_str(), "analytical-engines");
        assert_eq!(typed.slug.text, "analytical-engines");
    }

    #[test]
    fn a_url_that_cannot_come_from_the_name_is_asked_for() {
        for (name, start) in [("🚀", ""), ("Help", "help"), ("Io", "io")] {
            let mut typed = form(name, "");
            assert!(typed.read(FormKey::fresh()).is_none());
            assert!(typed.name.error.is_none());
            assert!(typed.slug.error.is_some());
            assert_eq!(typed.slug.text, start);
        }
    }

    #[test]
    fn every_fault_is_told_at_once_and_what_was_typed_stays() {
        let mut typed = form(" \u{202e} ", "Acme Corp");
        assert!(typed.read(FormKey::fresh()).is_none());
        assert!(typed.name.error.is_some() && typed.slug.error.is_some());
        assert_eq!(typed.slug.text, "Acme Corp");
    }
}
