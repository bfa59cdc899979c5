//! Suspending somebody, and restoring them: each asked first, with what it means.

use actix_web::web;
use askama::Template;

use super::{Frame, person};
use crate::authority::{May, Role, WithinOrganization};
use crate::db::{Asking, Db};
use crate::members::forms::Press;
use crate::members::rules::{RestoreRefusal, SuspendRefusal};
use crate::members::suspending::{restore, suspend};
use crate::members::{Attachments, Loss, ManageMembers, store};
use crate::text::named;
use crate::web::{Desk, Oops, Page, Posted, Routes, Shell};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/{organization}/members/{username}/suspension", new)
        .post("/{organization}/members/{username}/suspension", create)
        .get("/{organization}/members/{username}/restoration", new_restoration)
        .post("/{organization}/members/{username}/restoration", create_restoration);
}

#[derive(Template)]
#[template(path = "members/suspension.html")]
struct New {
    shell: Shell,
    frame: Frame,
    /// Who, by both names.
    whom: String,
    username: String,
    role: Role,
    action: String,
    back: String,
    ends: Vec<String>,
}

/// `GET /{organization}/members/{username}/suspension`
async fn new(
    by: May<ManageMembers>,
    path: web::Path<(String, String)>,
    db: Db,
    hanging: web::Data<Attachments>,
    desk: Desk,
) -> Page {
    let person = person(path)?;
    let (organization, hanging, whom) = (by.organization_id(), Attachments::clone(&hanging), person.clone());
    let found = db.read(&by, move |read| {
        let Some(member) = store::member_by_name(read.connection(), organization, &whom)? else {
            return Ok(None);
        };
        let ends = hanging.would_end(read.connection(), organization, &[member.account], Loss::Access)?;
        Ok(Some((member, ends)))
    });
    let Some((member, ends)) = found.await? else { return Err(Oops::NotHere) };
    desk.draw(&New {
        shell: desk.shell(format!("Suspend {person}")),
        frame: Frame::of(&by, "Members"),
        whom: named(&person, member.called.as_ref()),
        username: person.to_string(),
        role: member.role,
        action: by.link(&format!("members/{person}/suspension")),
        back: by.link("members"),
        ends,
    })
}

/// `POST /{organization}/members/{username}/suspension`
async fn create(
    by: May<ManageMembers>,
    path: web::Path<(String, String)>,
    Posted(Press {}): Posted<Press>,
    db: Db,
    hanging: web::Data<Attachments>,
    desk: Desk,
) -> Page {
    let person = person(path)?;
    let (hanging, whom) = (Attachments::clone(&hanging), person.clone());
    let back = desk.go(by.link("members"));
    match db.change(&by, move |work| suspend(work, &hanging, &whom)).await? {
        Ok(_) => back.saying(format!("{person} is suspended in {}.", by.name())),
        Err(SuspendRefusal::NotAMember) => Err(Oops::NotHere),
        Err(SuspendRefusal::PrimaryOwner) => {
            back.warning(format!("{person} is the primary owner and cannot be suspended."))
        }
        Err(SuspendRefusal::Oneself) => back.warning("You cannot suspend yourself. Another owner can."),
    }
}

#[derive(Template)]
#[template(path = "members/restoration.html")]
struct NewRestoration {
    shell: Shell,
    frame: Frame,
    /// Who, by both names.
    whom: String,
    username: String,
    noun: &'static str,
    action: String,
    back: String,
}

/// `GET /{organization}/members/{username}/restoration`
async fn new_restoration(by: May<ManageMembers>, path: web::Path<(String, String)>, db: Db, desk: Desk) -> Page {
    let person = person(path)?;
    let (organization, whom) = (by.organization_id(), person.clone());
    let found = db.read(&by, move |read| store::member_by_name(read.connection(), organization, &whom)).await?;
    let Some(member) = found else { return Err(Oops::NotHere) };
    desk.draw(&NewRestoration {
        shell: desk.shell(format!("Restore {person}")),
        frame: Frame::of(&by, "Members"),
        whom: named(&person, member.called.as_ref()),
        username: person.to_string(),
        noun: member.role.noun(),
        action: by.link(&format!("members/{person}/restoration")),
        back: by.link("members"),
    })
}

/// `POST /{organization}/members/{username}/restoration`
async fn create_restoration(
    by: May<ManageMembers>,
    path: web::Path<(String, String)>,
    Posted(Press {}): Posted<Press>,
    db: Db,
    desk: Desk,
) -> Page {
    let person = person(path)?;
    let whom = person.clone();
    match db.change(&by, move |work| restore(work, &whom)).await? {
        Ok(_) => desk.go(by.link("members")).saying(format!("{person} is restored in {}.", by.name())),
        Err(RestoreRefusal::NotAMember) => Err(Oops::NotHere),
    }
}
