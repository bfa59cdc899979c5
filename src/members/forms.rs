//! What was typed about members.

use serde::Deserialize;

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
