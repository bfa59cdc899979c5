//! What is shown of what was found.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::places::{self, Place};
use super::rules::{Fit, SHOWN, Wanted, best, told};
use super::store::{Found, MOST, Mine, Person, Project};
use super::{Gate, Search, Switch};
use crate::authority::May;
use crate::db::Db;
use crate::ids::OrganizationId;
use crate::web::paging::Cursor;
use crate::web::show::{Picture, count};
use crate::web::{Desk, Page, Query, Routes, Shell};

/// Organizations on the page that lists them.
const ROWS: usize = 50;

/// Whoever has no more than these sees them at one glance.
const FEW: usize = 8;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/search", show).get("/organizations", index);
}

/// The part of an address that says what is wanted.
#[derive(Default, Deserialize)]
struct Asked {
    q: Option<String>,
}

impl Asked {
    fn wanted(&self) -> Wanted {
        self.q.as_deref().map(Wanted::read).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "finding/show.html")]
struct Show {
    shell: Shell,
    wanted: String,
    groups: Vec<Group>,
    told: String,
}

/// What was found of one kind.
struct Group {
    title: &'static str,
    id: &'static str,
    hits: Vec<Hit>,
    /// What to do when there is more than is shown.
    more: Option<&'static str>,
}

impl Group {
    /// The first of these, and whether there are more.
    fn of(title: &'static str, id: &'static str, mut hits: Vec<Hit>, more: &'static str) -> Self {
        let more = (hits.len() > SHOWN).then_some(more);
        hits.truncate(SHOWN);
        Self { title, id, hits, more }
    }
}

/// Something that was found.
struct Hit {
    name: String,
    note: String,
    href: String,
    /// What stands before it: a picture, and its shape; or the name of an icon.
    face: Result<(Picture, &'static str), &'static str>,
}

impl Hit {
    fn organization(mine: &Mine) -> Self {
        Self {
            name: mine.name.to_string(),
            note: format!("{}, {}", mine.standing.label(), count(mine.member_count.into(), "member")),
            href: format!("/{}", mine.slug),
            face: Ok((Picture::of(mine.name.as_str()).showing(mine.picture), "square")),
        }
    }

    fn project(project: &Project, home: &Mine) -> Self {
        let private = if project.is_private() { ", private" } else { "" };
        Self {
            name: project.name.to_string(),
            note: format!("{}{private}", home.name),
            href: format!("/{}/{}", home.slug, project.slug),
            face: Err("folder"),
        }
    }

    /// Leads to the Members tab, where it begins with this person.
    fn person(person: &Person, home: &Mine) -> Self {
        let just_before =
            Cursor { at: person.joined_at - chrono::TimeDelta::microseconds(1), id: person.account.uuid() };
        let called = person.display_name.as_ref();
        let notes = called.map(|_| person.username.to_string()).into_iter();
        let notes = notes.chain(person.address.as_ref().map(ToString::to_string)).chain([home.name.to_string()]);
        Self {
            name: called.map_or_else(|| person.username.to_string(), ToString::to_string),
            note: notes.collect::<Vec<_>>().join(", "),
            href: format!("/{}/members?after={}", home.slug, just_before.written()),
            face: Ok((Picture::of_person(&person.username, called).showing(person.picture_id), "round")),
        }
    }

    fn place(place: Place) -> Self {
        Self { name: place.label, note: place.within, href: place.href, face: Err("right") }
    }
}

/// What stands there while nothing is wanted: where one was last, and the pages that most people want.
fn beginning(mine: &[Mine]) -> Vec<Group> {
    let recent = mine.iter().take(SHOWN).map(Hit::organization).collect();
    let pages = places::first().into_iter().map(Hit::place).collect();
    vec![Group::of("Recently used", "recent", recent, ""), Group::of("Pages", "pages", pages, "")]
}

/// What was found, kind by kind.
fn groups(wanted: &Wanted, mine: &[Mine], found: &Found) -> Vec<Group> {
    let homes: HashMap<OrganizationId, &Mine> = mine.iter().map(|one| (one.organization, one)).collect();
    let organizations = best(mine, |one| wanted.fits(one.name.as_str()).or_else(|| wanted.fits(one.slug.as_str())));
    let projects =
        found.projects.iter().filter_map(|one| Some(Hit::project(one, homes.get(&one.organization)?))).collect();
    let people = found.people.iter().filter_map(|one| Some(Hit::person(one, homes.get(&one.organization)?))).collect();
    let places = places::of_everybody().into_iter().chain(mine.iter().flat_map(places::of_organization));
    let pages = best(places, |place| place.fits(wanted)).into_iter().map(Hit::place).collect();
    let help = best(places::of_manual(), |place| place.fits(wanted)).into_iter().map(Hit::place).collect();
    vec![
        Group::of(
            "Organizations",
            "organizations",
            organizations.into_iter().map(Hit::organization).collect(),
            "There are more organizations like this. Type more of the name.",
        ),
        Group::of("Projects", "projects", projects, "There are more projects like this. Type more of the name."),
        Group::of("People", "people", people, "There are more people like this. Type more of the name."),
        Group::of("Pages", "pages", pages, "There are more pages like this. Type more, or add an organization."),
        Group::of("Help", "help", help, "There are more topics like this. Type more of the title."),
    ]
}

/// `GET /search`
async fn show(by: May<Search>, asked: Query<Asked>, gate: web::Data<Gate>, db: Db, desk: Desk) -> Page {
    let wanted = asked.wanted();
    let place = Arc::new(gate.enter(by.account()).await?);
    let looking = {
        let wanted = wanted.clone();
        db.read(&by, move |read| {
            // Given back by the work: a search that nobody waits for any more still goes on.
            let _place = place;
            let (mine, found) = super::look_for(read, &wanted)?;
            // Pages and topics are compared here, too: there are some for each organization.
            let mut groups = if wanted.is_nothing() { beginning(&mine) } else { groups(&wanted, &mine, &found) };
            groups.retain(|group| !group.hits.is_empty());
            Ok(groups)
        })
    };
    let groups = looking.await?;
    let all = groups.iter().map(|group| group.hits.len()).sum();
    desk.draw(&Show {
        shell: desk.shell("Search"),
        told: told(&wanted, all, groups.iter().any(|group| group.more.is_some())),
        wanted: wanted.as_str().to_owned(),
        groups,
    })
}

#[derive(Template)]
#[template(path = "finding/organizations.html")]
struct Index {
    shell: Shell,
    /// What they are filtered by; none where they can be seen at one glance.
    wanted: Option<String>,
    rows: Vec<Row>,
    /// That there are more than are shown, and what to do.
    more: Option<String>,
}

/// An organization in the list.
struct Row {
    name: String,
    picture: Picture,
    href: String,
    standing: &'static str,
    members: String,
}

impl Row {
    fn of(mine: &Mine) -> Self {
        Self {
            name: mine.name.to_string(),
            picture: Picture::of(mine.name.as_str()).showing(mine.picture),
            href: format!("/{}", mine.slug),
            standing: mine.standing.label(),
            members: count(mine.member_count.into(), "member"),
        }
    }
}

/// `GET /organizations`
async fn index(by: May<Switch>, asked: Query<Asked>, db: Db, desk: Desk) -> Page {
    let wanted = asked.wanted();
    let looking = {
        let wanted = wanted.clone();
        db.read(&by, move |read| {
            let mine = super::lately_used(read)?;
            let all = mine.len();
            let mut fitting: Vec<(Fit, Mine)> =
                mine.into_iter().filter_map(|one| Some((wanted.fits(one.name.as_str())?, one))).collect();
            fitting.sort_by_key(|(fit, _)| *fit);
            Ok((all, fitting))
        })
    };
    let (all, fitting) = looking.await?;
    let more = match (fitting.len() > ROWS, all == MOST) {
        (true, _) => Some(format!("The {ROWS} that you used last are shown. Filter by name to find the others.")),
        (false, true) => Some(format!("The {MOST} that you used last are looked through.")),
        _ => None,
    };
    desk.draw(&Index {
        shell: desk.shell("Your Organizations"),
        wanted: (all > FEW || !wanted.is_nothing()).then(|| wanted.as_str().to_owned()),
        rows: fitting.into_iter().take(ROWS).map(|(_, one)| Row::of(&one)).collect(),
        more,
    })
}
