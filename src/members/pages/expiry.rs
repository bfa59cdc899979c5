//! The last day of a membership: set, changed, taken away.

use actix_web::web;
use askama::Template;

use super::{OrganizationLayout, person};
use crate::authority::{May, OrganizationScope, Scope};
use crate::db::{Db, Queries};
use crate::members::expiry::limit;
use crate::members::forms::EndDateForm;
use crate::members::rules::expiry::LimitRefusal;
use crate::members::{ManageMembers, store};
use crate::text::{Username, named};
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/{organization}/members/{username}/end-date", edit)
        .post("/{organization}/members/{username}/end-date", update);
}

#[derive(Template)]
#[template(path = "members/end_date.html")]
struct Edit {
    layout: Layout,
    organization_layout: OrganizationLayout,
    /// Who, by both names.
    whom: String,
    username: String,
    form: EndDateForm,
    action: String,
    back: String,
}

impl Edit {
    fn of(
        by: &May<ManageMembers>,
        person: &Username,
        member: &store::Member,
        form: EndDateForm,
        respond: &Responder,
    ) -> Self {
        Self {
            layout: respond.layout(format!("Access end date of {person}")),
            organization_layout: OrganizationLayout::of(by, "Members"),
            whom: named(person, member.called.as_ref()),
            username: person.to_string(),
            form,
            action: by.link(&format!("members/{person}/end-date")),
            back: by.link("members"),
        }
    }
}

async fn member_called(by: &May<ManageMembers>, person: &Username, db: &Db) -> Result<store::Member, PageError> {
    let (organization, whom) = (by.organization_id(), person.clone());
    let found = db.read(by, move |read| store::member_by_name(read.connection(), organization, &whom)).await?;
    found.ok_or(PageError::NotFound)
}

/// `GET /{organization}/members/{username}/end-date`
async fn edit(by: May<ManageMembers>, path: web::Path<(String, String)>, db: Db, respond: Responder) -> Page {
    let person = person(path)?;
    let member = member_called(&by, &person, &db).await?;
    if member.account == by.primary_owner() {
        return respond.redirect(by.link("members")).warning(told(LimitRefusal::PrimaryOwner, &person));
    }
    let form = EndDateForm::of(member.last_day);
    respond.render(&Edit::of(&by, &person, &member, form, &respond))
}

/// `POST /{organization}/members/{username}/end-date`
async fn update(
    by: May<ManageMembers>,
    path: web::Path<(String, String)>,
    Form(mut form): Form<EndDateForm>,
    db: Db,
    respond: Responder,
) -> Page {
    let person = person(path)?;
    let Some(last_day) = form.read(by.now()) else {
        let member = member_called(&by, &person, &db).await?;
        return respond.render_invalid(&Edit::of(&by, &person, &member, form, &respond));
    };
    let whom = person.clone();
    match db.write(&by, move |tx| limit(tx, &whom, last_day)).await? {
        Ok(()) => respond.redirect(by.link("members")).notice(match last_day {
            Some(day) => {
                format!("The membership of {person} in {} ends with {}.", by.name(), by.clock().calendar(day.day()))
            }
            None => format!("The membership of {person} in {} has no end date.", by.name()),
        }),
        Err(LimitRefusal::NotAMember) => Err(PageError::NotFound),
        Err(refusal) => respond.redirect(by.link("members")).warning(told(refusal, &person)),
    }
}

/// Why not.
fn told(refusal: LimitRefusal, person: &Username) -> String {
    match refusal {
        LimitRefusal::NotAMember => format!("{person} is no longer a member."),
        LimitRefusal::PrimaryOwner => {
            format!(
                "{person} is the primary owner: the organization rests on them, so their membership has no end date."
            )
        }
        LimitRefusal::Oneself => "You cannot change your own end date. Another owner can.".to_owned(),
        LimitRefusal::Suspended => format!("{person} is suspended. Press Restore, which asks for a new end date."),
        LimitRefusal::Over => "That day is over. Choose a later one.".to_owned(),
    }
}
