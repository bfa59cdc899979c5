//! Create an Account, and the link that confirms the address.

use actix_web::web;
use askama::Template;

use super::sent::{Sent, sent_to};
use super::sign_in::{log_beginning, new_session_for};
use super::{allowed, dead_link, opened, too_many};
use crate::accounts::forms::{ConfirmForm, SignUpForm};
use crate::accounts::password::Hasher;
use crate::accounts::registration::{self, ConfirmRegistrationError, RegisterRefusal};
use crate::accounts::session::{Token, forget_pending_sign_in};
use crate::accounts::store::registrations::Registration;
use crate::accounts::{ConfirmAddress, Register, SignIn, store};
use crate::audit_log::Proof;
use crate::authority::{May, Scope};
use crate::db::{Db, Queries};
use crate::ids::RegistrationId;
use crate::signed_links::Purpose;
use crate::web::{Field, Form, Layout, Page, PageError, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/create-account", new)
        .post("/create-account", create)
        .get("/create-account/sent", registered)
        .get("/confirmations/{token}", confirmation)
        .post("/confirmations/{token}", confirm);
}

#[derive(Template)]
#[template(path = "accounts/new.html")]
struct New {
    layout: Layout,
    form: SignUpForm,
}

/// `GET /create-account`
async fn new(by: May<SignIn>, respond: Responder) -> Page {
    if by.me().is_some() {
        return respond.redirect("/dashboard").without_notice();
    }
    respond.render(&New { layout: respond.layout("Create an Account"), form: SignUpForm::default() })
}

/// `POST /create-account`
async fn create(by: May<Register>, Form(mut form): Form<SignUpForm>, db: Db, respond: Responder) -> Page {
    // A form with errors counts, too (COST-2).
    allowed(&db, "new account", by.source()).await?;
    let Some((email, username)) = form.read() else {
        return respond.render_invalid(&New { layout: respond.layout("Create an Account"), form });
    };
    let typed = email.clone();
    match db.write(&by, move |tx| registration::register(tx, &email, &username)).await? {
        Ok(()) => sent_to(&typed, "/create-account/sent", &db, &respond),
        Err(RegisterRefusal::UsernameTaken) => {
            form.username.add_error("This username is taken.");
            respond.render_invalid(&New { layout: respond.layout("Create an Account"), form })
        }
        Err(RegisterRefusal::EnoughMail(rate_limited)) => {
            Err(too_many(&rate_limited, by.now(), "emails were asked for to this address"))
        }
    }
}

/// `GET /create-account/sent`
async fn registered(_by: May<Register>, db: Db, respond: Responder) -> Page {
    respond.render(&Sent::page(
        (
            "We sent an email to ",
            "the address you gave",
            ". Its link lets you choose a password and creates your account. It works for 48 hours.",
        ),
        "/create-account",
        &db,
        &respond,
    ))
}

#[derive(Template)]
#[template(path = "accounts/confirmation.html")]
struct Confirmation {
    layout: Layout,
    email: String,
    username: Field,
    form: ConfirmForm,
}

impl Confirmation {
    fn page(found: &Registration, mut form: ConfirmForm, respond: &Responder) -> Self {
        let username = form.username.take().unwrap_or_else(|| Field::filled(found.username.as_str()));
        Self { layout: respond.layout("Choose a password"), email: found.email.to_string(), username, form }
    }
}

/// What is said beside a name that somebody else has by now.
const TAKEN: &str = "This username was taken in the meantime. Choose another one.";

/// `GET /confirmations/{token}`
async fn confirmation(by: May<ConfirmAddress>, token: web::Path<String>, db: Db, respond: Responder) -> Page {
    let found = waiting(&by, &token, &db, &respond).await?;
    let wished = found.username.clone();
    let mut form = ConfirmForm::default();
    if db.read(&by, move |read| store::is_taken(read.connection(), &wished)).await? {
        let mut username = Field::filled(found.username.as_str());
        username.add_error(TAKEN);
        form.username = Some(username);
    }
    respond.render(&Confirmation::page(&found, form, &respond))
}

async fn waiting(
    by: &May<ConfirmAddress>,
    token: &str,
    db: &Db,
    respond: &Responder,
) -> Result<Registration, PageError> {
    let id = RegistrationId::from(opened(Purpose::Confirmation, token, respond.request()).await?);
    let found = db.read(by, move |read| store::registrations::find(read.connection(), id)).await?;
    match found {
        Some(found) => Ok(found),
        None => Err(dead_link(respond.request()).await),
    }
}

/// `POST /confirmations/{token}`
async fn confirm(
    by: May<ConfirmAddress>,
    token: web::Path<String>,
    Form(mut form): Form<ConfirmForm>,
    db: Db,
    hasher: web::Data<Hasher>,
    respond: Responder,
) -> Page {
    let counted = allowed(&db, "confirmation", &respond.site().source(respond.request())).await?;
    let found = waiting(&by, &token, &db, &respond).await?;
    let Some((username, password)) = form.read((&found.email, &found.username), &hasher, &counted).await? else {
        return respond.render_invalid(&Confirmation::page(&found, form, &respond));
    };
    let password_hash = hasher.hash(password).await?;
    // It goes into the cookie only with the account: a session that is there already goes on where nothing comes of
    // this.
    let token = Token::fresh()?;
    let session = new_session_for(token.hash(), &respond, Proof::Password);
    let (id, told) = (found.id, session.clone());
    let confirming = db.write(&by, move |tx| registration::confirm(tx, id, &username, &password_hash, &session));
    match confirming.await? {
        Ok(()) => {
            token.put_into(respond.session())?;
            forget_pending_sign_in(respond.session());
            log_beginning(&respond, None, &told);
            respond.redirect("/dashboard").notice("Your account is ready.")
        }
        Err(ConfirmRegistrationError::DeadLink) => Err(dead_link(respond.request()).await),
        Err(ConfirmRegistrationError::UsernameTaken) => {
            form.username.get_or_insert_default().add_error(TAKEN);
            respond.render_invalid(&Confirmation::page(&found, form, &respond))
        }
    }
}
