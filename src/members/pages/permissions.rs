//! Who can do what: the policy itself, as a table.

use askama::Template;

use super::OrganizationLayout;
use crate::authority::{EffectiveRole, May, Permission};
use crate::db::Db;
use crate::members::{SeePermissions, who_can};
use crate::web::{Layout, Page, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/{organization}/permissions", index);
}

#[derive(Template)]
#[template(path = "members/permissions.html")]
struct Index {
    layout: Layout,
    organization_layout: OrganizationLayout,
    policy: Policy,
    /// What the reader is here.
    own: &'static str,
    /// Who can help, where the reader may not do everything.
    helpers: Vec<String>,
}

/// The policy, for the table of `templates/members/policy.html`.
pub struct Policy {
    /// What is above the columns.
    pub heads: Vec<&'static str>,
    /// The permissions.
    pub rows: Vec<PermissionRow>,
}

/// A permission, and for each standing whether it is allowed.
pub struct PermissionRow {
    /// What it lets one do.
    pub deed: String,
    /// Each standing.
    pub cells: Vec<Cell>,
}

/// Whether a standing allows something.
pub struct Cell {
    /// The standing, as it is shown.
    pub standing: &'static str,
    /// Whether it allows it.
    pub allowed: bool,
}

impl Policy {
    /// The policy as it is, for every standing.
    pub fn whole() -> Self {
        Self::of(&EffectiveRole::ALL)
    }

    /// What each of these standings allows.
    pub fn of(standings: &[EffectiveRole]) -> Self {
        let heads = std::iter::once("What").chain(standings.iter().map(|standing| standing.label()));
        Self {
            heads: heads.collect(),
            rows: Permission::ALL.into_iter().map(|permission| PermissionRow::of(permission, standings)).collect(),
        }
    }
}

impl PermissionRow {
    fn of(permission: Permission, standings: &[EffectiveRole]) -> Self {
        let cell = |standing: &EffectiveRole| Cell { standing: standing.label(), allowed: standing.allows(permission) };
        let mut emails = permission.deed().chars();
        let first = emails.next().map(|message| message.to_ascii_uppercase());
        Self { deed: first.into_iter().chain(emails).collect(), cells: standings.iter().map(cell).collect() }
    }
}

/// `GET /{organization}/permissions`
async fn index(by: May<SeePermissions>, db: Db, respond: Responder) -> Page {
    // A person who gives roles can give the one that is missing, and so helps with everything but what is theirs
    // to be missing, too.
    let asked = std::iter::once(Permission::ManageMembers).chain(Permission::ALL);
    let missing = asked.into_iter().find(|permission| !by.may(*permission));
    let helpers = match missing {
        Some(permission) => db.read(&by, move |read| who_can(read, permission)).await?,
        None => Vec::new(),
    };
    respond.render(&Index {
        layout: respond.layout("Who can do what"),
        organization_layout: OrganizationLayout::of(&by, "Members"),
        policy: Policy::whole(),
        own: by.standing().label(),
        helpers: helpers.iter().map(ToString::to_string).collect(),
    })
}
