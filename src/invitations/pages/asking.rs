//! Asking for a new invitation, and what owners answer.

use actix_web::web;
use askama::Template;

use super::super::InviteRefusal;
use super::super::asking::{self, AnswerRefusal, ApproveRequest, Approved, AskForInvitation, DismissRequest, SeeAsked};
use super::super::forms::{AskForm, Press};
use super::{id, over};
use crate::accounts::pages::allowed;
use crate::authority::{May, Scope};
use crate::db::Db;
use crate::db::throttle::Exhausted;
use crate::ids::InvitationId;
use crate::links::Purpose;
use crate::members::Within;
use crate::web::{Desk, Page, PageError, Posted, Routes, Shell};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/invitations/requests", show)
        .post("/invitations/requests", create)
        .post("/{organization}/invitations/{invitation}/approval", create_approval)
        .post("/{organization}/invitations/{invitation}/dismissal", create_dismissal);
}

/// The one answer to whoever asks.
#[derive(Template)]
#[template(path = "invitations/asked.html")]
struct Show {
    shell: Shell,
    is_signed_in: bool,
}

/// `GET /invitations/requests`
async fn show(_by: May<SeeAsked>, desk: Desk) -> Page {
    let shell = desk.shell("Asked for a new invitation");
    desk.draw(&Show { is_signed_in: shell.person.is_some(), shell })
}

/// `POST /invitations/requests`: the same is done and answered whatever the link is.
async fn create(by: May<AskForInvitation>, Posted(form): Posted<AskForm>, db: Db, desk: Desk) -> Page {
    allowed(&db, "new invitation", by.source()).await?;
    let named = desk.site().links.open(Purpose::NewInvitation, &form.link.text);
    let id = named.map_or_else(InvitationId::fresh, |(id, _)| InvitationId::from(id));
    match db.write(&by, move |tx| asking::ask(tx, id)).await? {
        Ok(()) => desk.go("/invitations/requests").silently(),
        Err(never) => match never {},
    }
}

/// `POST /{organization}/invitations/{invitation}/approval`
async fn create_approval(
    by: May<ApproveRequest>,
    path: web::Path<(String, String)>,
    Posted(Press {}): Posted<Press>,
    db: Db,
    desk: Desk,
) -> Page {
    let (id, lifetimes) = (id(path)?, desk.site().invitation_days);
    let back = || desk.go(by.link("members"));
    match db.write(&by, move |tx| asking::approve(tx, id, lifetimes)).await? {
        Ok(Approved::Sent(email)) => back().saying(format!("Invitation sent to {email}.")),
        Ok(Approved::Answered(email)) => back().warning(format!("What {email} asked for was answered already.")),
        Err(AnswerRefusal::NotHere) => Err(PageError::NotFound),
        Err(AnswerRefusal::NotSent(InviteRefusal::AlreadyAMember)) => {
            back().warning("This person belongs here already.")
        }
        Err(AnswerRefusal::NotSent(InviteRefusal::AlreadyInvited(_))) => {
            back().warning("This address is already invited. You can send the invitation again.")
        }
        Err(AnswerRefusal::NoRoom(room) | AnswerRefusal::NotSent(InviteRefusal::NoRoom(room))) => {
            back().warning(room.told(by.name()))
        }
        Err(AnswerRefusal::Over(email)) => back().warning(over(&email)),
        Err(AnswerRefusal::TooMany(until)) => Err(too_many(until, &by)),
        Err(AnswerRefusal::NotSent(refusal)) => match refusal.exhausted() {
            Some(until) => Err(too_many(until, &by)),
            None => Err(PageError::Conflict),
        },
    }
}

fn too_many(until: Exhausted, by: &Within) -> PageError {
    PageError::TooMany {
        seconds: until.seconds(by.now()),
        told: format!("Enough invitations were sent for now. Try again {}.", until.wait(by.now())),
    }
}

/// `POST /{organization}/invitations/{invitation}/dismissal`
async fn create_dismissal(
    by: May<DismissRequest>,
    path: web::Path<(String, String)>,
    Posted(Press {}): Posted<Press>,
    db: Db,
    desk: Desk,
) -> Page {
    let id = id(path)?;
    match db.write(&by, move |tx| asking::dismiss(tx, id)).await? {
        Ok(email) => desk.go(by.link("members")).saying(format!("No new invitation is sent to {email}.")),
        Err(_) => Err(PageError::NotFound),
    }
}
