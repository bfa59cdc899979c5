//! Who can do what: the policy itself, as a table.

use askama::Template;

use super::Frame;
use crate::authority::{May, Permission, Standing};
use crate::db::Db;
use crate::members::{SeePermissions, who_can};
use crate::web::{Desk, Page, Routes, Shell};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/{organization}/permissions", index);
}

#[derive(Template)]
#[template(path = "members/permissions.html")]
struct Index {
    shell: Shell,
    frame: Frame,
    heads: Vec<&'static str>,
    rows: Vec<Row>,
    /// What the reader is here.
    own: &'static str,
    /// Who can help, where the reader may not do everything.
    helpers: Vec<String>,
}

/// A permission, and for each standing whether it is allowed.
pub(super) struct Row {
    pub(super) deed: String,
    pub(super) cells: Vec<Cell>,
}

/// Whether a standing allows it.
pub(super) struct Cell {
    pub(super) standing: &'static str,
    pub(super) allowed: bool,
}

impl Row {
    pub(super) fn of(permission: Permission, standings: &[Standing]) -> Self {
        let cell = |standing: &Standing| Cell { standing: standing.label(), allowed: standing.allows(permission) };
        let mut letters = permission.deed().chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        Self { deed: first.into_iter().chain(letters).collect(), cells: standings.iter().map(cell).collect() }
    }
}

/// `GET /{organization}/permissions`
async fn index(by: May<SeePermissions>, db: Db, desk: Desk) -> Page {
    // Whoever gives roles can give the one that is missing, and so helps with everything but what is theirs
    // to be missing, too.
    let asked = std::iter::once(Permission::ManageMembers).chain(Permission::ALL);
    let missing = asked.into_iter().find(|permission| !by.may(*permission));
    let helpers = match missing {
        Some(permission) => db.read(&by, move |read| who_can(read, permission)).await?,
        None => Vec::new(),
    };
    let heads = std::iter::once("What").chain(Standing::ALL.into_iter().map(Standing::label));
    desk.draw(&Index {
        shell: desk.shell("Who can do what"),
        frame: Frame::of(&by, "Members"),
        heads: heads.collect(),
        rows: Permission::ALL.into_iter().map(|permission| Row::of(permission, &Standing::ALL)).collect(),
        own: by.standing().label(),
        helpers: helpers.iter().map(ToString::to_string).collect(),
    })
}
