//! What was typed about members.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::rules::limiting::LastDay;
use super::rules::mail::Wants;
use super::rules::several::{Deed, LONGEST as PEOPLE, people};
use crate::authority::Role;
use crate::text::Username;
use crate::web::Typed;

/// Make Owner, Make Member, Change Role.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoleForm {
    /// Which role.
    pub role: Typed,
    /// Present once what ends with it was confirmed.
    pub confirmed: Option<Typed>,
}

impl RoleForm {
    /// With the role that somebody has.
    pub fn of(role: Role) -> Self {
        Self { role: Typed::filled(role.key()), confirmed: None }
    }

    /// The role, and whether what ends with it was confirmed.
    pub fn read(&mut self) -> Option<(Role, bool)> {
        let role = self.role.read(Role::parse);
        Some((role?, self.confirmed.is_some()))
    }
}

/// The same with several people: the usernames stand in one field, with spaces between them.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeveralForm {
    #[serde(rename = "do")]
    pub deed: Typed,
    pub people: Typed<PEOPLE>,
}

impl SeveralForm {
    /// What is done, and with whom.
    pub fn read(&self) -> Option<(Deed, Vec<Username>)> {
        let people = people(self.people.text.split(' '));
        Some((Deed::parse(&self.deed.text)?, people)).filter(|(_, people)| !people.is_empty())
    }
}

/// Hand Over.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HandOverForm {
    pub to: Typed,
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
    pub ends_on: Typed,
}

impl EndDateForm {
    /// With the last day that is set.
    pub fn of(last_day: Option<LastDay>) -> Self {
        Self { ends_on: Typed::filled(last_day.map(|day| day.to_string()).unwrap_or_default()) }
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
    pub people: Typed,
    pub invitations: Typed,
    pub settings: Typed,
}

impl MailForm {
    /// The form as it stands.
    pub fn of(wants: Wants) -> Self {
        let ticked = |wanted: bool| Typed::filled(if wanted { "yes" } else { "" });
        Self { people: ticked(wants.people), invitations: ticked(wants.invitations), settings: ticked(wants.settings) }
    }

    /// What was chosen: a box that is not ticked is not posted.
    pub fn read(&self) -> Wants {
        let is_ticked = |typed: &Typed| typed.text == "yes";
        Wants {
            people: is_ticked(&self.people),
            invitations: is_ticked(&self.invitations),
            settings: is_ticked(&self.settings),
        }
    }
}

/// A form that is only its button.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Press {}
