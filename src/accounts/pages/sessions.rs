//! Sessions: where one is signed in.

use actix_web::web;
use askama::Template;

use super::{AccountTab, account_links};
use crate::accounts::forms::NoFields;
use crate::accounts::sessions::{self, EndOtherSessions, EndRefusal, EndSession, SeeSessions};
use crate::accounts::store::signed_in::{self, SignedIn};
use crate::authority::{May, Scope};
use crate::db::{Db, Queries};
use crate::ids::SessionId;
use crate::web::show::Moment;
use crate::web::{Form, Layout, Page, PageError, Responder, Routes, network};

/// Where the page is.
const HERE: &str = "/account/sessions";

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get(HERE, index)
        .post("/account/sessions/ending", end_others)
        .post("/account/sessions/{session}/ending", end);
}

#[derive(Template)]
#[template(path = "accounts/sessions.html")]
struct Index {
    layout: Layout,
    links: Vec<AccountTab>,
    rows: Vec<Row>,
    /// Whether more are signed in than are here.
    has_more: bool,
    /// Where all others are signed out, if there are any.
    end_others: Option<&'static str>,
}

/// One browser.
struct Row {
    device: String,
    place: String,
    started: Moment,
    last_seen: Moment,
    /// Where it is signed out; none for this one.
    end: Option<String>,
}

impl Row {
    fn of(session: &SignedIn, by: &May<SeeSessions>) -> Self {
        let is_this = by.session() == Some(session.id);
        Self {
            device: session.device.clone(),
            place: network::told(&session.source),
            started: by.clock().seen(session.begun_at, by.now()),
            last_seen: by.clock().seen(session.last_seen_at, by.now()),
            end: (!is_this).then(|| format!("{HERE}/{}/ending", session.id)),
        }
    }
}

/// `GET /account/sessions`
async fn index(by: May<SeeSessions>, db: Db, respond: Responder) -> Page {
    let account = by.account();
    let mut found = db.read(&by, move |read| signed_in::sessions(read.connection(), account)).await?;
    let has_more = found.len() > signed_in::MOST;
    found.truncate(signed_in::MOST);
    // This one first: what a person looks for to find their way.
    found.sort_by_key(|session| by.session() != Some(session.id));
    respond.render(&Index {
        layout: respond.layout("Sessions"),
        links: account_links(HERE),
        has_more,
        end_others: (found.len() > 1).then_some("/account/sessions/ending"),
        rows: found.iter().map(|session| Row::of(session, &by)).collect(),
    })
}

/// `POST /account/sessions/{session}/ending`
async fn end(
    by: May<EndSession>,
    path: web::Path<String>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let id = SessionId::parse(&path).ok_or(PageError::NotFound)?;
    match db.write(&by, move |tx| sessions::end(tx, id)).await? {
        Ok(()) => respond.redirect(HERE).notice("That session has ended."),
        Err(EndRefusal::ThisOne) => {
            respond.redirect(HERE).warning("This is the session you are in. Sign Out is in the menu at the top right.")
        }
        Err(EndRefusal::NotHere) => Err(PageError::NotFound),
    }
}

/// `POST /account/sessions/ending`
async fn end_others(by: May<EndOtherSessions>, Form(NoFields {}): Form<NoFields>, db: Db, respond: Responder) -> Page {
    match db.write(&by, sessions::end_others).await? {
        Ok(()) => respond.redirect(HERE).notice("You are signed in here alone."),
        Err(never) => match never {},
    }
}
