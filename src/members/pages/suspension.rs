//! Suspending somebody, and restoring them: each asked first, with what it means.

use actix_web::web;
use askama::Template;

use super::{OrganizationLayout, person};
use crate::authority::{May, OrganizationScope, Role, Scope};
use crate::db::{Db, Queries};
use crate::members::forms::{EndDateForm, NoFields};
use crate::members::rules::{RestoreRefusal, SuspendRefusal};
use crate::members::suspension::{restore, suspend};
use crate::members::{ManageMembers, MembershipChange, MembershipDependents, store};
use crate::text::{Username, named};
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

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
    layout: Layout,
    organization_layout: OrganizationLayout,
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
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    let person = person(path)?;
    let (organization, dependents, whom) =
        (by.organization_id(), MembershipDependents::clone(&dependents), person.clone());
    let found = db.read(&by, move |read| {
        let Some(member) = store::member_by_name(read.connection(), organization, &whom)? else {
            return Ok(None);
        };
        let ends =
            dependents.would_end(read.connection(), organization, &[member.account], MembershipChange::Access)?;
        Ok(Some((member, ends)))
    });
    let Some((member, ends)) = found.await? else { return Err(PageError::NotFound) };
    respond.render(&New {
        layout: respond.layout(format!("Suspend {person}")),
        organization_layout: OrganizationLayout::of(&by, "Members"),
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
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    let person = person(path)?;
    let (dependents, whom) = (MembershipDependents::clone(&dependents), person.clone());
    let back = respond.redirect(by.link("members"));
    match db.write(&by, move |tx| suspend(tx, &dependents, &whom)).await? {
        Ok(_) => back.notice(format!("{person} is suspended in {}.", by.name())),
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
    layout: Layout,
    organization_layout: OrganizationLayout,
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
    respond: &Responder,
) -> Result<NewRestoration, PageError> {
    let (organization, whom) = (by.organization_id(), person.clone());
    let found = db.read(by, move |read| store::member_by_name(read.connection(), organization, &whom)).await?;
    let member = found.ok_or(PageError::NotFound)?;
    let (over, ahead) = match member.last_day {
        Some(day) if day.is_over(by.now()) => (Some(day), None),
        ahead => (None, ahead),
    };
    Ok(NewRestoration {
        layout: respond.layout(format!("Restore {person}")),
        organization_layout: OrganizationLayout::of(by, "Members"),
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
async fn new_restoration(
    by: May<ManageMembers>,
    path: web::Path<(String, String)>,
    db: Db,
    respond: Responder,
) -> Page {
    let person = person(path)?;
    respond.render(&restoration(&by, &person, None, &db, &respond).await?)
}

/// `POST /{organization}/members/{username}/restoration`
async fn create_restoration(
    by: May<ManageMembers>,
    path: web::Path<(String, String)>,
    Form(mut form): Form<EndDateForm>,
    db: Db,
    respond: Responder,
) -> Page {
    let person = person(path)?;
    let Some(last_day) = form.read(by.now()) else {
        return respond.render_invalid(&restoration(&by, &person, Some(form), &db, &respond).await?);
    };
    let whom = person.clone();
    match db.write(&by, move |tx| restore(tx, &whom, last_day)).await? {
        Ok(_) => respond.redirect(by.link("members")).notice(format!("{person} has access to {} again.", by.name())),
        Err(RestoreRefusal::NotAMember) => Err(PageError::NotFound),
        Err(RestoreRefusal::Over) => {
            form.ends_on.add_error("This day is over. Choose today or a later one.");
            respond.render_invalid(&restoration(&by, &person, Some(form), &db, &respond).await?)
        }
    }
}
