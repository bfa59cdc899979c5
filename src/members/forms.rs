//! What was typed about members.

use serde::Deserialize;

use super::rules::several::{Deed, people};
use crate::authority::Role;
use crate::text::Username;
use crate::web::Typed;

/// Make Owner, Make Member, Change Role.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoleForm {
    pub role: Typed,
    pub confirmed: Option<String>,
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
    pub deed: String,
    pub people: String,
}

impl SeveralForm {
    /// What is done, and with whom.
    pub fn read(&self) -> Option<(Deed, Vec<Username>)> {
        let people = people(self.people.split(' '));
        Some((Deed::parse(&self.deed)?, people)).filter(|(_, people)| !people.is_empty())
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

/// A form that is only its button.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Press {}
