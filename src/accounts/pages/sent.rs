//! "Check your email", with the address that was typed.
//!
//! The address comes back out of the encrypted cookie of the browser that typed it: in the page's own address it
//! would let anybody make a page of ours that names an address of their choice.

use askama::Template;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::db::Db;
use crate::text::EmailAddress;
use crate::web::{Layout, Page, PageError, Responder};

/// The key of the address in the session's cookie.
const SENT: &str = "sent";

/// How long the page goes on naming the address.
const NAMED: TimeDelta = TimeDelta::hours(1);

/// Where an email was said to go.
#[derive(Serialize, Deserialize)]
struct SentTo {
    /// The page that says so.
    page: String,
    address: String,
    /// Seconds since 1970.
    at: i64,
}

/// The page that follows a form that asked for an email: the same for every address.
#[derive(Template)]
#[template(path = "accounts/sent.html")]
pub(super) struct Sent {
    layout: Layout,
    before: &'static str,
    /// The address, where this browser typed one recently.
    address: Option<String>,
    unnamed: &'static str,
    after: &'static str,
    again: &'static str,
    /// Where email is kept instead of being sent, if it can be read there.
    dev_mail: bool,
    /// Whether email leaves this Roster.
    sends_mail: bool,
}

impl Sent {
    /// The page at the address of the request. `text` is what is before the address, in place of it where it is
    /// not known, and after it.
    pub fn page(
        (before, unnamed, after): (&'static str, &'static str, &'static str),
        again: &'static str,
        db: &Db,
        respond: &Responder,
    ) -> Self {
        let sent: Option<SentTo> = respond.session().get(SENT).ok().flatten();
        let earliest = (db.approximate_now() - NAMED).timestamp();
        let address = sent.filter(|sent| sent.page == respond.request().path() && sent.at >= earliest);
        Self {
            layout: respond.layout("Check your email"),
            before,
            address: address.map(|sent| sent.address),
            unnamed,
            after,
            again,
            dev_mail: respond.site().shows_mail,
            sends_mail: respond.site().sends_mail,
        }
    }
}

/// Leads to the page that names the address.
pub(super) fn sent_to(address: &EmailAddress, page: &str, db: &Db, respond: &Responder) -> Page {
    let sent = SentTo { page: page.to_owned(), address: address.to_string(), at: db.approximate_now().timestamp() };
    respond.session().insert(SENT, sent).map_err(|error| PageError::Internal(error.to_string()))?;
    respond.redirect(page).without_notice()
}
