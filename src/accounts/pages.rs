//! What is shown about accounts.

mod reset;
mod second_step;
mod sign_in;
mod sign_up;
mod two_factor;

use actix_web::{HttpRequest, web};
use askama::Template;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::SeeAccount;
use crate::authority::May;
use crate::db::Db;
use crate::db::throttle::Exhausted;
use crate::links::Purpose;
use crate::text::EmailAddress;
use crate::web::guesses::Guesses;
use crate::web::{Desk, Oops, Page, Routes, Shell, Site};
pub use sign_in::beginning;

pub(super) fn routes(routes: &mut Routes) {
    sign_up::routes(routes);
    sign_in::routes(routes);
    second_step::routes(routes);
    reset::routes(routes);
    two_factor::routes(routes);
    routes.get("/account", show);
}

/// A link of the side navigation of Account Settings.
pub struct Tab {
    /// As it is shown.
    pub label: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// Whether this is the page.
    pub current: bool,
}

/// The side navigation of Account Settings, with the page that is open.
pub fn account_links(here: &str) -> Vec<Tab> {
    [
        ("Account", "/account"),
        ("Two-factor Authentication", "/account/two-factor"),
        ("Organizations", "/account/organizations"),
    ]
    .into_iter()
    .map(|(label, href)| Tab { label, href, current: href == here })
    .collect()
}

#[derive(Template)]
#[template(path = "accounts/sent.html")]
struct Sent {
    shell: Shell,
    text: &'static str,
    again: &'static str,
    dev_mail: bool,
}

/// The row a mailed token stands for, or the page for dead links.
fn opened(purpose: Purpose, token: &str, request: &HttpRequest) -> Result<Uuid, Oops> {
    let site = Site::of(request);
    site.links.open(purpose, token).map(|(id, _)| id).ok_or_else(|| dead_link(request))
}

/// What a link that opens nothing is answered with.
pub fn dead_link(request: &HttpRequest) -> Oops {
    let source = Site::of(request).source(request);
    request.app_data::<web::Data<Guesses>>().map_or(Oops::DeadLink, |guesses| guesses.dead_link(&source))
}

fn too_many(exhausted: &Exhausted, now: DateTime<Utc>, what: &str) -> Oops {
    Oops::TooMany {
        seconds: exhausted.seconds(now),
        told: format!("Too many {what}. Try again {}.", exhausted.wait(now)),
    }
}

#[derive(Template)]
#[template(path = "accounts/show.html")]
struct Show {
    shell: Shell,
    links: Vec<Tab>,
    username: String,
    addresses: Vec<EmailAddress>,
}

/// `GET /account`
async fn show(by: May<SeeAccount>, db: Db, desk: Desk) -> Page {
    let account = by.account();
    let addresses = db.read(&by, move |read| super::addresses(read, account)).await?;
    desk.draw(&Show {
        shell: desk.shell("Account Settings"),
        links: account_links("/account"),
        username: by.username().to_string(),
        addresses,
    })
}
