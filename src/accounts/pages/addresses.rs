//! Email Addresses.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::{AccountTab, account_links, too_many};
use crate::accounts::CurrentAccount;
use crate::accounts::addresses::{
    self, AddAddress, ClaimRefusal, DeleteAddress, DeleteAddressError, MOST, ManageClaims, NoClaim, NotYours,
    SeeAddresses, SetPrimaryAddress,
};
use crate::accounts::forms::NoFields;
use crate::accounts::forms::addresses::{AddForm, AddressForm};
use crate::accounts::store::addresses::{Claim, Owned};
use crate::authority::{Action, May, Scope};
use crate::db::Db;
use crate::ids::AddressClaimId;
use crate::text::EmailAddress;
use crate::web::show::Moment;
use crate::web::{Form, Layout, Page, PageError, Query, Responder, Routes};

/// Where the page is.
pub(super) const HERE: &str = "/account/email-addresses";

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/account/email-addresses", index)
        .post("/account/email-addresses", create)
        .post("/account/email-addresses/primary", update_primary)
        .get("/account/email-addresses/removal", new_removal)
        .post("/account/email-addresses/removal", create_removal)
        .post("/account/email-addresses/claims/{claim}/delivery", create_delivery)
        .post("/account/email-addresses/claims/{claim}/cancellation", create_cancellation);
}

#[derive(Template)]
#[template(path = "accounts/addresses.html")]
struct Index {
    layout: Layout,
    links: Vec<AccountTab>,
    rows: Vec<Row>,
    claims: Vec<ClaimRow>,
    form: AddForm,
    is_full: bool,
}

/// An address, and what can be done with it.
struct Row {
    address: String,
    is_primary: bool,
    confirmed: Moment,
    delete: Option<String>,
}

/// An address that waits for its link.
struct ClaimRow {
    address: String,
    sent: Moment,
    expires: Moment,
    send_again: String,
    cancel: String,
}

impl Row {
    fn of(owned: &Owned, by: &CurrentAccount) -> Self {
        let address = owned.address.to_string();
        let query: String = form_urlencoded::byte_serialize(address.as_bytes()).collect();
        Self {
            is_primary: owned.is_primary,
            confirmed: by.clock().seen(owned.confirmed_at, by.now()),
            delete: (!owned.is_primary).then(|| format!("{HERE}/removal?address={query}")),
            address,
        }
    }
}

impl ClaimRow {
    fn of(claim: &Claim, by: &CurrentAccount) -> Self {
        let rest = |what: &str| format!("{HERE}/claims/{}/{what}", claim.id);
        Self {
            address: claim.address.to_string(),
            sent: by.clock().seen(claim.sent_at, by.now()),
            expires: by.clock().seen(claim.expires_at, by.now()),
            send_again: rest("delivery"),
            cancel: rest("cancellation"),
        }
    }
}

async fn page<A: Action<Scope = CurrentAccount>>(
    by: &May<A>,
    form: AddForm,
    db: &Db,
    respond: &Responder,
) -> Result<Index, PageError> {
    let account = by.account();
    let (owned, claims) = db.read(by, move |read| addresses::all(read, account)).await?;
    Ok(Index {
        layout: respond.layout("Email Addresses"),
        links: account_links(HERE),
        is_full: i64::try_from(owned.len() + claims.len()).unwrap_or(MOST) >= MOST,
        rows: owned.iter().map(|owned| Row::of(owned, by)).collect(),
        claims: claims.iter().map(|claim| ClaimRow::of(claim, by)).collect(),
        form,
    })
}

/// `GET /account/email-addresses`
async fn index(by: May<SeeAddresses>, db: Db, respond: Responder) -> Page {
    respond.render(&page(&by, AddForm::default(), &db, &respond).await?)
}

/// `POST /account/email-addresses`
async fn create(by: May<AddAddress>, Form(mut form): Form<AddForm>, db: Db, respond: Responder) -> Page {
    let Some(address) = form.read() else {
        return respond.render_invalid(&page(&by, form, &db, &respond).await?);
    };
    let wished = address.clone();
    let (told, rate_limited) = match db.write(&by, move |tx| addresses::claim(tx, &wished)).await? {
        Ok(()) => {
            return respond.redirect(HERE).notice(format!("A link was sent to {address}. Open it to add the address."));
        }
        Err(ClaimRefusal::Yours) => ("This address belongs to your account already.".to_owned(), None),
        Err(ClaimRefusal::Full) => (format!("An account has at most {MOST} addresses. Delete one first."), None),
        Err(ClaimRefusal::TooManyToAddress(rate_limited)) => (
            format!("This address has received too many emails. Try again {}.", rate_limited.wait(by.now())),
            Some(rate_limited),
        ),
        Err(ClaimRefusal::TooManyFromYou(rate_limited)) => (
            format!("You asked for enough links for now. Try again {}.", rate_limited.wait(by.now())),
            Some(rate_limited),
        ),
        Err(ClaimRefusal::NotHere) => return Err(PageError::NotFound),
    };
    form.email.add_error(told);
    let view = page(&by, form, &db, &respond).await?;
    let Some(rate_limited) = rate_limited else { return respond.render_invalid(&view) };
    let mut answer = respond.render_with_status(StatusCode::TOO_MANY_REQUESTS, &view)?;
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(rate_limited.seconds(by.now())));
    Ok(answer)
}

/// `POST /account/email-addresses/primary`
async fn update_primary(
    by: May<SetPrimaryAddress>,
    Form(mut form): Form<AddressForm>,
    db: Db,
    respond: Responder,
) -> Page {
    let Some(address) = form.read() else { return Err(PageError::NotFound) };
    let wished = address.clone();
    match db.write(&by, move |tx| addresses::set_primary(tx, &wished)).await? {
        Ok(()) => respond.redirect(HERE).notice(format!("{address} is now your primary address.")),
        Err(NotYours) => Err(PageError::NotFound),
    }
}

#[derive(Template)]
#[template(path = "accounts/address_removal.html")]
struct NewRemoval {
    layout: Layout,
    address: String,
    primary: String,
}

/// Which address is asked about.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    address: String,
}

/// `GET /account/email-addresses/removal?address=…`
async fn new_removal(by: May<DeleteAddress>, asked: Query<Asked>, db: Db, respond: Responder) -> Page {
    let Ok(address) = EmailAddress::parse(&asked.address) else { return Err(PageError::NotFound) };
    let (account, wished) = (by.account(), address.clone());
    match db.read(&by, move |read| addresses::deletable(read, account, &wished)).await? {
        Ok(primary) => respond.render(&NewRemoval {
            layout: respond.layout("Delete an address"),
            address: address.to_string(),
            primary: primary.to_string(),
        }),
        Err(refusal) => kept(&address, refusal, &respond),
    }
}

/// `POST /account/email-addresses/removal`
async fn create_removal(by: May<DeleteAddress>, Form(mut form): Form<AddressForm>, db: Db, respond: Responder) -> Page {
    let Some(address) = form.read() else { return Err(PageError::NotFound) };
    let wished = address.clone();
    match db.write(&by, move |tx| addresses::delete(tx, &wished)).await? {
        Ok(()) => respond.redirect(HERE).notice(format!("{address} was deleted from your account.")),
        Err(refusal) => kept(&address, refusal, &respond),
    }
}

/// Why an address stays.
fn kept(address: &EmailAddress, refusal: DeleteAddressError, respond: &Responder) -> Page {
    match refusal {
        DeleteAddressError::NotYours => Err(PageError::NotFound),
        DeleteAddressError::Primary => respond
            .redirect(HERE)
            .warning(format!("{address} is your primary address. Set another one as primary first, then delete it.")),
        DeleteAddressError::Only => respond
            .redirect(HERE)
            .warning(format!("{address} is your only address. Add another one and set it as primary first.")),
    }
}

fn id(path: &str) -> Result<AddressClaimId, PageError> {
    AddressClaimId::parse(path).ok_or(PageError::NotFound)
}

/// `POST /account/email-addresses/claims/{claim}/delivery`
async fn create_delivery(
    by: May<ManageClaims>,
    path: web::Path<String>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let id = id(&path)?;
    match db.write(&by, move |tx| addresses::send_again(tx, id)).await? {
        Ok(address) => respond.redirect(HERE).notice(format!("A link was sent to {address} again.")),
        Err(ClaimRefusal::TooManyToAddress(rate_limited)) => {
            Err(too_many(&rate_limited, by.now(), "emails were sent to this address"))
        }
        Err(ClaimRefusal::TooManyFromYou(rate_limited)) => {
            Err(too_many(&rate_limited, by.now(), "links were asked for"))
        }
        Err(ClaimRefusal::NotHere | ClaimRefusal::Yours | ClaimRefusal::Full) => ended(&respond),
    }
}

/// `POST /account/email-addresses/claims/{claim}/cancellation`
async fn create_cancellation(
    by: May<ManageClaims>,
    path: web::Path<String>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let id = id(&path)?;
    match db.write(&by, move |tx| addresses::cancel_claim(tx, id)).await? {
        Ok(address) => {
            respond.redirect(HERE).notice(format!("{address} was not added. The link in the email no longer works."))
        }
        Err(NoClaim) => ended(&respond),
    }
}

/// What is informed about a claim that is over, and of one that never was.
fn ended(respond: &Responder) -> Page {
    respond
        .redirect(HERE)
        .warning("This address waits for its link no longer. Look at the list, and add it again if it is missing.")
}
