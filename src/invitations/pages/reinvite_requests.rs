//! Asking for a new invitation, and what owners answer.

use actix_web::web;
use askama::Template;

use super::super::InviteRefusal;
use super::super::forms::{AskForm, NoFields};
use super::super::reinvite_requests::{
    self, AnswerRefusal, ApproveRequest, Approved, AskForInvitation, DismissRequest, SeeAsked,
};
use super::{id, over};
use crate::accounts::pages::allowed;
use crate::authority::{May, Scope};
use crate::db::Db;
use crate::db::throttle::RateLimited;
use crate::ids::InvitationId;
use crate::members::OrganizationMember;
use crate::signed_links::Purpose;
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/invitations/requests", show)
        .post("/invitations/requests", create)
        .post("/{organization}/invitations/{invitation}/approval", create_approval)
        .post("/{organization}/invitations/{invitation}/dismissal", create_dismissal);
}

/// The one answer to the person who asks.
#[derive(Template)]
#[template(path = "invitations/asked.html")]
struct Show {
    layout: Layout,
    is_signed_in: bool,
}

/// `GET /invitations/requests`
async fn show(_by: May<SeeAsked>, respond: Responder) -> Page {
    let layout = respond.layout("Asked for a new invitation");
    respond.render(&Show { is_signed_in: layout.person.is_some(), layout })
}

/// `POST /invitations/requests`: the same is done and answered whatever the link is.
async fn create(by: May<AskForInvitation>, Form(form): Form<AskForm>, db: Db, respond: Responder) -> Page {
    allowed(&db, "new invitation", by.source()).await?;
    let named = respond.site().links.open(Purpose::NewInvitation, &form.link.text);
    let id = named.map_or_else(InvitationId::fresh, |(id, _)| InvitationId::from(id));
    match db.write(&by, move |tx| reinvite_requests::ask(tx, id)).await? {
        Ok(()) => respond.redirect("/invitations/requests").without_notice(),
        Err(never) => match never {},
    }
}

/// `POST /{organization}/invitations/{invitation}/approval`
async fn create_approval(
    by: May<ApproveRequest>,
    path: web::Path<(String, String)>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let (id, lifetimes) = (id(path)?, respond.site().invitation_days);
    let back = || respond.redirect(by.link("members"));
    match db.write(&by, move |tx| reinvite_requests::approve(tx, id, lifetimes)).await? {
        Ok(Approved::Sent(email)) => back().notice(format!("Invitation sent to {email}.")),
        Ok(Approved::Answered(email)) => back().warning(format!("What {email} asked for was answered already.")),
        Err(AnswerRefusal::NotHere) => Err(PageError::NotFound),
        Err(AnswerRefusal::NotSent(InviteRefusal::AlreadyAMember)) => {
            back().warning("This person belongs here already.")
        }
        Err(AnswerRefusal::NotSent(InviteRefusal::AlreadyInvited(_))) => {
            back().warning("This address is already invited. You can send the invitation again.")
        }
        Err(AnswerRefusal::LimitReached(room) | AnswerRefusal::NotSent(InviteRefusal::LimitReached(room))) => {
            back().warning(room.told(by.name()))
        }
        Err(AnswerRefusal::Over(email)) => back().warning(over(&email)),
        Err(AnswerRefusal::TooMany(until)) => Err(too_many(until, &by)),
        Err(AnswerRefusal::NotSent(refusal)) => match refusal.rate_limited() {
            Some(until) => Err(too_many(until, &by)),
            None => Err(PageError::Conflict),
        },
    }
}

fn too_many(until: RateLimited, by: &OrganizationMember) -> PageError {
    PageError::TooMany {
        seconds: until.seconds(by.now()),
        told: format!("Enough invitations were sent for now. Try again {}.", until.wait(by.now())),
    }
}

/// `POST /{organization}/invitations/{invitation}/dismissal`
async fn create_dismissal(
    by: May<DismissRequest>,
    path: web::Path<(String, String)>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let id = id(path)?;
    match db.write(&by, move |tx| reinvite_requests::dismiss(tx, id)).await? {
        Ok(email) => respond.redirect(by.link("members")).notice(format!("No new invitation is sent to {email}.")),
        Err(_) => Err(PageError::NotFound),
    }
}
