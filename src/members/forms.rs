//! What was typed about members.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::rules::bulk::{BulkAction, LONGEST as PEOPLE, people};
use super::rules::expiry::LastDay;
use super::rules::notifications::NotificationPreferences;
use crate::authority::Role;
use crate::text::Username;
use crate::web::Field;
pub use crate::web::form::NoFields;

/// Make Owner, Make Member, Change Role.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoleForm {
    /// Which role.
    pub role: Field,
    /// Present once what comes of it was confirmed.
    pub confirmed: Option<Field>,
    /// Present where one press would do it, and what comes of it was not shown yet.
    pub ask: Option<Field>,
}

impl RoleForm {
    /// With the role that somebody has.
    pub fn of(role: Role) -> Self {
        Self { role: Field::filled(role.key()), confirmed: None, ask: None }
    }

    /// The role, and whether what ends with it was confirmed.
    pub fn read(&mut self) -> Option<(Role, bool)> {
        let role = self.role.read(Role::parse);
        Some((role?, self.confirmed.is_some()))
    }
}

/// The same with several people: the usernames are in one field, with spaces between them.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeveralForm {
    #[serde(rename = "do")]
    pub deed: Field,
    pub people: Field<PEOPLE>,
}

impl SeveralForm {
    /// What is done, and with whom.
    pub fn read(&self) -> Option<(BulkAction, Vec<Username>)> {
        let people = people(self.people.text.split(' '));
        Some((BulkAction::parse(&self.deed.text)?, people)).filter(|(_, people)| !people.is_empty())
    }
}

/// Hand Over.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HandOverForm {
    pub to: Field,
}

impl HandOverForm {
    /// Who takes over.
    pub fn read(&mut self) -> Option<Username> {
        self.to.read(|typed| Username::parse(typed).map_err(|_| "Choose an owner.".into()))
    }
}

/// The end of a membership, on its own page and where somebody is restored.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EndDateForm {
    pub ends_on: Field,
}

impl EndDateForm {
    /// With the last day that is set.
    pub fn of(last_day: Option<LastDay>) -> Self {
        Self { ends_on: Field::filled(last_day.map(|day| day.to_string()).unwrap_or_default()) }
    }

    /// The last day, or that there is none.
    pub fn read(&mut self, now: DateTime<Utc>) -> Option<Option<LastDay>> {
        self.ends_on.read(|typed| LastDay::parse(typed, now))
    }
}

/// Which mail one gets as an owner.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailForm {
    pub people: Field,
    pub invitations: Field,
    pub settings: Field,
}

impl MailForm {
    /// The form as it is.
    pub fn of(wants: NotificationPreferences) -> Self {
        let ticked = |wanted: bool| Field::filled(if wanted { "yes" } else { "" });
        Self { people: ticked(wants.people), invitations: ticked(wants.invitations), settings: ticked(wants.settings) }
    }

    /// What was chosen: a box that is not ticked is not posted.
    pub fn read(&self) -> NotificationPreferences {
        let is_ticked = |typed: &Field| typed.text == "yes";
        NotificationPreferences {
            people: is_ticked(&self.people),
            invitations: is_ticked(&self.invitations),
            settings: is_ticked(&self.settings),
        }
    }
}
