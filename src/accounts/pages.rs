//! What is shown about accounts.

mod addresses;
mod claims;
mod clock;
mod overview;
mod passkeys;
mod password;
mod picture;
mod profile;
mod recovery;
mod reset;
mod second_step;
mod security;
mod sent;
mod sessions;
mod sign_in;
mod sign_up;
mod strength;
mod two_factor;

use actix_web::{HttpMessage, HttpRequest, web};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::login_attempts::{self, Counted};
use super::session::current_account;
use crate::authority::Source;
use crate::db::Db;
use crate::db::throttle::RateLimited;
use crate::signed_links::Purpose;
use crate::web::network_rate_limits::NetworkRateLimits;
use crate::web::responder::Person;
use crate::web::{PageError, Routes, Site};
pub use sign_in::{leave_for, log_beginning, new_session};

pub(super) fn routes(routes: &mut Routes) {
    sign_up::routes(routes);
    sign_in::routes(routes);
    second_step::routes(routes);
    reset::routes(routes);
    recovery::routes(routes);
    clock::routes(routes);
    overview::routes(routes);
    profile::routes(routes);
    picture::routes(routes);
    sessions::routes(routes);
    security::routes(routes);
    passkeys::routes(routes);
    addresses::routes(routes);
    claims::routes(routes);
    password::routes(routes);
    strength::routes(routes);
    two_factor::routes(routes);
}

/// A link of the side navigation of Account Settings.
pub struct AccountTab {
    /// As it is shown.
    pub label: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// Whether this is the page.
    pub current: bool,
}

/// The side navigation of Account Settings, with the page that is open.
pub fn account_links(here: &str) -> Vec<AccountTab> {
    let listed = overview::LISTED.iter().map(|page| (page.label, page.href));
    let links = [("Account", "/account")].into_iter().chain(listed);
    links.map(|(label, href)| AccountTab { label, href, current: href == here }).collect()
}

/// The row an emailed token stands for, or the page for dead links.
async fn opened(purpose: Purpose, token: &str, request: &HttpRequest) -> Result<Uuid, PageError> {
    match Site::of(request).links.open(purpose, token) {
        Some((id, _)) => Ok(id),
        None => Err(dead_link(request).await),
    }
}

/// Lets a source once more do what costs something, such as having a new password hashed.
pub async fn allowed(db: &Db, what: &'static str, source: &Source) -> Result<Counted, PageError> {
    let asked = login_attempts::asked(db, what, source).await?;
    asked.map_err(|rate_limited| {
        too_many(&rate_limited, db.approximate_now(), "requests like this came from your network")
    })
}

/// What a link that opens nothing is answered with. Somebody who is signed in reads it so, whatever the link was for:
/// the scopes of most links ask nobody who they are, so it is asked here.
pub async fn dead_link(request: &HttpRequest) -> PageError {
    let is_known = request.extensions().contains::<Person>();
    if !is_known && let Err(error) = current_account(request, false).await {
        tracing::debug!(%error, "a dead link is shown as to a visitor");
    }
    let source = Site::of(request).source(request);
    request
        .app_data::<web::Data<NetworkRateLimits>>()
        .map_or(PageError::DeadLink, |network_rate_limits| network_rate_limits.dead_link(&source))
}

fn too_many(rate_limited: &RateLimited, now: DateTime<Utc>, what: &str) -> PageError {
    PageError::TooMany {
        seconds: rate_limited.seconds(now),
        told: format!("Too many {what}. Try again {}.", rate_limited.wait(now)),
    }
}
