//! What was added to an account before its password was reset.

use actix_session::Session;
use askama::Template;

use crate::accounts::forms::NoFields;
use crate::accounts::recovery::{self, Added, Addition, DeadLink, RemoveAdditions, Stays};
use crate::authority::{May, Scope};
use crate::db::Db;
use crate::ids::RecoveryId;
use crate::web::show::Moment;
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

/// Where the page is.
pub(super) const HERE: &str = "/forgot-password/additions";

/// The key of the reset in the session's cookie.
const RECOVERY: &str = "recovery";

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/forgot-password/additions", index).post("/forgot-password/additions/removal", create_removal);
}

/// Keeps by what this browser comes back to what was added.
pub(super) fn keep(session: &Session, id: RecoveryId) -> Result<(), PageError> {
    session.insert(RECOVERY, id).map_err(|error| PageError::Internal(error.to_string()))
}

fn kept(respond: &Responder) -> Option<RecoveryId> {
    respond.session().get(RECOVERY).ok().flatten()
}

/// Something that was added, as it is shown.
struct Row {
    sign: &'static str,
    what: String,
    /// What it does that a thief would want.
    why: &'static str,
    /// Why it stays, and what to do about it.
    stays: Option<&'static str>,
    at: Moment,
}

impl Row {
    fn of(added: &Added, by: &May<RemoveAdditions>) -> Self {
        let (sign, what, why) = match &added.what {
            Addition::Address(address) => {
                ("mail", address.to_string(), "An email address. It can sign in and reset your password.")
            }
            Addition::Passkey(_, name) => ("key", name.to_string(), "A passkey. It can sign in without your password."),
            Addition::TwoFactor => ("shield", "Two-factor authentication".to_owned(), "Signing in asks for a code."),
        };
        let stays = added.stays.map(|stays| match stays {
            Stays::Older => {
                "It is older than the address you used, so it stays. Sign in to remove it in Account Settings."
            }
            Stays::UnknownBrowser => {
                "It stays on. If you did not turn it on, ask the operator of this Roster to turn it off."
            }
        });
        Self { sign, what, why, stays, at: by.clock().seen(added.at, by.now()) }
    }
}

#[derive(Template)]
#[template(path = "accounts/additions.html")]
struct Additions {
    layout: Layout,
    rows: Vec<Row>,
    /// Whether the button removes anything.
    removes: bool,
    action: &'static str,
}

/// `GET /forgot-password/additions`
async fn index(by: May<RemoveAdditions>, db: Db, respond: Responder) -> Page {
    let Some(id) = kept(&respond) else { return respond.redirect("/sign-in").without_notice() };
    let Some(added) = db.read(&by, move |read| recovery::additions(read, id)).await? else {
        return respond.redirect("/sign-in").without_notice();
    };
    respond.render(&Additions {
        layout: respond.layout("Added in the last 30 days"),
        rows: added.iter().map(|added| Row::of(added, &by)).collect(),
        removes: added.iter().any(|added| added.stays.is_none()),
        action: "/forgot-password/additions/removal",
    })
}

/// `POST /forgot-password/additions/removal`
async fn create_removal(
    by: May<RemoveAdditions>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let Some(id) = kept(&respond) else { return respond.redirect("/sign-in").without_notice() };
    let removed = db.write(&by, move |tx| recovery::remove_additions(tx, id)).await?;
    respond.session().remove(RECOVERY);
    match removed {
        Ok(()) => respond.redirect("/sign-in").notice("It was removed. Sign in with your new password."),
        Err(DeadLink) => respond.redirect("/sign-in").warning(
            "Too much time has passed since you reset your password. Sign in, and look through Account Settings.",
        ),
    }
}
