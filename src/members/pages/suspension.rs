//! Suspending somebody, and restoring them: each asked first, with what it means.

use actix_web::web;
use askama::Template;

use super::{Frame, person};
use crate::authority::{May, Role, Scope, WithinOrganization};
use crate::db::{Db, Queries};
use crate::members::forms::{EndDateForm, Press};
use crate::members::rules::{RestoreRefusal, SuspendRefusal};
use crate::members::suspending::{restore, suspend};
use crate::members::{Attachments, Loss, ManageMembers, store};
use crate::text::{Username, named};
use crate::web::{Desk, Page, PageError, Posted, Routes, Shell};

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
    let Some((member, ends)) = found.await? else { return Err(PageError::NotFound) };
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
    match db.write(&by, move |tx| suspend(tx, &hanging, &whom)).await? {
        Ok(_) => back.saying(format!("{person} is suspended in {}.", by.name())),
        Err(SuspendRefusal::NotAMember) => Err(PageError::NotFound),
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
    /// That the last day is over, where it is.
    ended: Option<String>,
    form: EndDateForm,
    action: String,
    back: String,
}

/// The page that asks, with the last day that is set as long as it lies ahead; or with what was typed.
async fn restoration(
    by: &May<ManageMembers>,
    person: &Username,
    typed: Option<EndDateForm>,
    db: &Db,
    desk: &Desk,
) -> Result<NewRestoration, PageError> {
    let (organization, whom) = (by.organization_id(), person.clone());
    let found = db.read(by, move |read| store::member_by_name(read.connection(), organization, &whom)).await?;
    let member = found.ok_or(PageError::NotFound)?;
    let (over, ahead) = match member.last_day {
        Some(day) if day.is_over(by.now()) => (Some(day), None),
        ahead => (None, ahead),
    };
    Ok(NewRestoration {
        shell: desk.shell(format!("Restore {person}")),
        frame: Frame::of(by, "Members"),
        whom: named(person, member.called.as_ref()),
        username: person.to_string(),
        noun: member.role.noun(),
        ended: over.map(|day| format!("The last day of {person} was {}.", by.clock().calendar(day.day()))),
        form: typed.unwrap_or_else(|| EndDateForm::of(ahead)),
        action: by.link(&format!("members/{person}/restoration")),
        back: by.link("members"),
    })
}

/// `GET /{organization}/members/{username}/restoration`
async fn new_restoration(by: May<ManageMembers>, path: web::Path<(String, String)>, db: Db, desk: Desk) -> Page {
    let person = person(path)?;
    desk.draw(&restoration(&by, &person, None, &db, &desk).await?)
}

/// `POST /{organization}/members/{username}/restoration`
async fn create_restoration(
    by: May<ManageMembers>,
    path: web::Path<(String, String)>,
    Posted(mut form): Posted<EndDateForm>,
    db: Db,
    desk: Desk,
) -> Page {
    let person = person(path)?;
    let Some(last_day) = form.read(by.now()) else {
        return desk.ask_again(&restoration(&by, &person, Some(form), &db, &desk).await?);
    };
    let whom = person.clone();
    match db.write(&by, move |tx| restore(tx, &whom, last_day)).await? {
        Ok(_) => desk.go(by.link("members")).saying(format!("{person} is restored in {}.", by.name())),
        Err(RestoreRefusal::NotAMember) => Err(PageError::NotFound),
        Err(RestoreRefusal::Over) => {
            form.ends_on.blame("This day is over. Choose today or a later one.");
            desk.ask_again(&restoration(&by, &person, Some(form), &db, &desk).await?)
        }
    }
}
