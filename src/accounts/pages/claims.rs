//! The link that adds an address.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::addresses::HERE;
use super::{dead_link, leave_for, opened};
use crate::accounts::addresses::{ConfirmClaim, ConfirmClaimRefusal, confirm_claim};
use crate::accounts::forms::NoFields;
use crate::accounts::{SignOut, store};
use crate::authority::May;
use crate::db::{Db, Queries};
use crate::ids::AddressClaimId;
use crate::signed_links::Purpose;
use crate::text::EmailAddress;
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/address-claims/{token}", show)
        .post("/address-claims/{token}", confirm)
        .post("/address-claims/{token}/departure", create_departure);
}

#[derive(Template)]
#[template(path = "accounts/address_claim.html")]
struct Show {
    layout: Layout,
    address: String,
    username: String,
    action: String,
}

/// To the person who opens the link signed in to another account than the one that asked: nothing is informed about
/// that one.
#[derive(Template)]
#[template(path = "accounts/address_claim_of_another.html")]
struct OfAnother {
    layout: Layout,
    username: String,
    departure: String,
}

/// What a link means to the person who opens it.
enum Meaning {
    Theirs(AddressClaimId, EmailAddress),
    OfAnother,
}

async fn open(by: &May<ConfirmClaim>, token: &str, db: &Db, respond: &Responder) -> Result<Meaning, PageError> {
    let id = AddressClaimId::from(opened(Purpose::AddressClaim, token, respond.request()).await?);
    let found = db.read(by, move |read| store::addresses::find_claim(read.connection(), id)).await?;
    let Some((whose, address)) = found else { return Err(dead_link(respond.request()).await) };
    Ok(if whose == by.account() { Meaning::Theirs(id, address) } else { Meaning::OfAnother })
}

/// `GET /address-claims/{token}`
async fn show(by: May<ConfirmClaim>, token: web::Path<String>, db: Db, respond: Responder) -> Page {
    match open(&by, &token, &db, &respond).await? {
        Meaning::Theirs(_, address) => respond.render(&Show {
            layout: respond.layout("Confirm this address"),
            address: address.to_string(),
            username: by.username().to_string(),
            action: here(&token),
        }),
        Meaning::OfAnother => of_another(&by, &token, &respond),
    }
}

/// A token needs no escaping in an address.
fn here(token: &str) -> String {
    format!("/address-claims/{token}")
}

fn of_another(by: &May<ConfirmClaim>, token: &str, respond: &Responder) -> Page {
    let view = OfAnother {
        layout: respond.layout("Another account asked for this"),
        username: by.username().to_string(),
        departure: format!("{}/departure", here(token)),
    };
    respond.render_with_status(StatusCode::FORBIDDEN, &view)
}

/// `POST /address-claims/{token}`
async fn confirm(
    by: May<ConfirmClaim>,
    token: web::Path<String>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let Meaning::Theirs(id, address) = open(&by, &token, &db, &respond).await? else {
        return of_another(&by, &token, &respond);
    };
    match db.write(&by, move |tx| confirm_claim(tx, id)).await? {
        Ok(address) => respond.redirect(HERE).notice(format!("{address} was added to your account.")),
        Err(ConfirmClaimRefusal::DeadLink) => Err(dead_link(respond.request()).await),
        Err(ConfirmClaimRefusal::BelongsToAnother) => respond.redirect(HERE).warning(format!(
            "{address} now belongs to another account, so it was not added. Sign in with it to see which one."
        )),
    }
}

/// `POST /address-claims/{token}/departure`: signs out, and comes back with the person who signs in next.
async fn create_departure(
    by: May<SignOut>,
    token: web::Path<String>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    opened(Purpose::AddressClaim, &token, respond.request()).await?;
    leave_for(&by, format!("/sign-in?back={}", here(&token)), &db, &respond).await
}
