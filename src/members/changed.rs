//! What was changed of an organization's settings, whichever feature keeps them: told to all owners, with what
//! was and what is, in one email for one save; and who did it last, for anyone who comes with a form that was
//! opened before.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::emails::settings::SettingsChangedEmail;
use super::notifications::emails_to_owners;
use super::{NotificationTopic, OrganizationMember, store};
use crate::authority::{Action, OrganizationScope, Scope};
use crate::db::{DbError, Queries, WriteTx};
use crate::outbox::OutboxMessage;
use crate::text::Slug;
use crate::web::clock::Clock;

/// A part of the settings: what one form saves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingsPart {
    /// The name, the URL and the picture.
    Settings,
    /// Who pays, where the bill goes, and the card.
    Billing,
}

impl SettingsPart {
    /// As it is named in a sentence.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Billing => "billing details",
        }
    }

    /// What the audit log writes of a save of its form.
    const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Settings => &["organization_renamed", "organization_moved"],
            Self::Billing => &["billing_changed", "card_changed"],
        }
    }
}

/// One setting, as it was and as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// What it is called on its page.
    pub label: String,
    /// As it was; empty where there was nothing.
    pub from: String,
    /// As it is.
    pub to: String,
}

impl Setting {
    /// What differs, of all that was looked at.
    pub fn changed(label: &str, from: &str, to: &str) -> Option<Self> {
        (from != to).then(|| Self { label: label.to_owned(), from: from.to_owned(), to: to.to_owned() })
    }
}

/// The emails that tell owners what was changed, the person who of them did it. `slug` is the URL from now on.
pub fn tell_owners<A>(
    tx: &mut WriteTx<A>,
    part: SettingsPart,
    slug: &Slug,
    settings: Vec<Setting>,
) -> Result<Vec<OutboxMessage>, DbError>
where
    A: Action<Scope = OrganizationMember>,
{
    if settings.is_empty() {
        return Ok(Vec::new());
    }
    let message = SettingsChangedEmail {
        organization: tx.scope().name().clone(),
        slug: slug.clone(),
        by: tx.scope().actor().name,
        part,
        settings,
    };
    emails_to_owners(tx, NotificationTopic::Settings, &message, |_, _| false)
}

/// Who changed a part of the settings last, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastChange {
    /// By the name they had then.
    pub by: String,
    /// Whether it was the person who asks: in another window.
    pub is_own: bool,
    /// When.
    pub at: DateTime<Utc>,
}

impl LastChange {
    /// Who changed what since a form was opened, and when: as far as the audit log tells.
    pub fn told(last: Option<&Self>, part: SettingsPart, clock: Clock) -> String {
        let noun = part.noun();
        match last {
            None => format!("The {noun} were changed by someone else."),
            Some(Self { is_own: true, at, .. }) => {
                format!("You changed the {noun} in another window on {}.", clock.written(*at))
            }
            Some(Self { by, at, .. }) => format!("{by} changed the {noun} on {}.", clock.written(*at)),
        }
    }
}

/// Who changed a part of the settings last.
pub fn last<A: Action<Scope = OrganizationMember>>(
    tx: &mut WriteTx<A>,
    part: SettingsPart,
) -> Result<Option<LastChange>, DbError> {
    let (organization, account) = (tx.scope().organization_id(), tx.scope().me().account());
    let found = store::last_change(tx.connection(), organization, part.kinds())?;
    Ok(found.map(|(by, who, at)| LastChange { by, is_own: who == Some(account), at }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        assert_eq!(Setting::changed("City", "Paris", "Paris"), None);
        let moved = Setting::changed("City", "", "Paris").unwrap();
        assert_eq!((moved.label.as_str(), moved.from.as_str(), moved.to.as_str()), ("City", "", "Paris"));
    }

    #[test]
    fn who_came_first_is_told_as_far_as_it_is_known() {
        let at = "2026-11-26T06:50:00Z".parse().unwrap();
        let told = |last: Option<&LastChange>| LastChange::told(last, SettingsPart::Billing, Clock::default());
        let by = |is_own| LastChange { by: "grace".into(), is_own, at };
        assert!(told(Some(&by(false))).starts_with("grace changed the billing details on 26 Nov 2026"));
        assert!(told(Some(&by(true))).starts_with("You changed the billing details in another window"));
        assert_eq!(told(None), "The billing details were changed by someone else.");
    }
}
