//! Create an Account, and the link that confirms the address.

use actix_web::web;
use askama::Template;

use super::sent::{Sent, sent_to};
use super::sign_in::{begins, log_beginning};
use super::{allowed, dead_link, opened, too_many};
use crate::accounts::forms::{AccountForm, ConfirmForm};
use crate::accounts::password::Hasher;
use crate::accounts::registration::{self, ConfirmRefusal, RegisterRefusal};
use crate::accounts::session::{Token, forget_begun};
use crate::accounts::store::registrations::Registration;
use crate::accounts::{ConfirmAddress, Register, SignIn, store};
use crate::authority::{May, Scope};
use crate::db::{Db, Queries};
use crate::history::Proof;
use crate::ids::RegistrationId;
use crate::links::Purpose;
use crate::web::{Desk, Page, PageError, Posted, Routes, Shell, Typed};

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
    shell: Shell,
    form: AccountForm,
}

/// `GET /create-account`
async fn new(by: May<SignIn>, desk: Desk) -> Page {
    if by.me().is_some() {
        return desk.go("/dashboard").silently();
    }
    desk.draw(&New { shell: desk.shell("Create an Account"), form: AccountForm::default() })
}

/// `POST /create-account`
async fn create(by: May<Register>, Posted(mut form): Posted<AccountForm>, db: Db, desk: Desk) -> Page {
    // A form with errors counts, too (COST-2).
    allowed(&db, "new account", by.source()).await?;
    let Some((email, username)) = form.read() else {
        return desk.ask_again(&New { shell: desk.shell("Create an Account"), form });
    };
    let typed = email.clone();
    match db.write(&by, move |tx| registration::register(tx, &email, &username)).await? {
        Ok(()) => sent_to(&typed, "/create-account/sent", &db, &desk),
        Err(RegisterRefusal::UsernameTaken) => {
            form.username.blame("This username is taken.");
            desk.ask_again(&New { shell: desk.shell("Create an Account"), form })
        }
        Err(RegisterRefusal::EnoughMail(exhausted)) => {
            Err(too_many(&exhausted, by.now(), "emails were asked for to this address"))
        }
    }
}

/// `GET /create-account/sent`
async fn registered(_by: May<Register>, db: Db, desk: Desk) -> Page {
    desk.draw(&Sent::page(
        (
            "We sent an email to ",
            "the address you gave",
            ". Its link lets you choose a password and creates your account. It works for 48 hours.",
        ),
        "/create-account",
        &db,
        &desk,
    ))
}

#[derive(Template)]
#[template(path = "accounts/confirmation.html")]
struct Confirmation {
    shell: Shell,
    email: String,
    username: Typed,
    form: ConfirmForm,
}

impl Confirmation {
    fn page(found: &Registration, mut form: ConfirmForm, desk: &Desk) -> Self {
        let username = form.username.take().unwrap_or_else(|| Typed::filled(found.username.as_str()));
        Self { shell: desk.shell("Choose a password"), email: found.email.to_string(), username, form }
    }
}

/// What is said beside a name that somebody else has by now.
const TAKEN: &str = "This username was taken in the meantime. Choose another one.";

/// `GET /confirmations/{token}`
async fn confirmation(by: May<ConfirmAddress>, token: web::Path<String>, db: Db, desk: Desk) -> Page {
    let found = waiting(&by, &token, &db, &desk).await?;
    let wished = found.username.clone();
    let mut form = ConfirmForm::default();
    if db.read(&by, move |read| store::is_taken(read.connection(), &wished)).await? {
        let mut username = Typed::filled(found.username.as_str());
        username.blame(TAKEN);
        form.username = Some(username);
    }
    desk.draw(&Confirmation::page(&found, form, &desk))
}

async fn waiting(by: &May<ConfirmAddress>, token: &str, db: &Db, desk: &Desk) -> Result<Registration, PageError> {
    let id = RegistrationId::from(opened(Purpose::Confirmation, token, desk.request()).await?);
    let found = db.read(by, move |read| store::registrations::find(read.connection(), id)).await?;
    match found {
        Some(found) => Ok(found),
        None => Err(dead_link(desk.request()).await),
    }
}

/// `POST /confirmations/{token}`
async fn confirm(
    by: May<ConfirmAddress>,
    token: web::Path<String>,
    Posted(mut form): Posted<ConfirmForm>,
    db: Db,
    hasher: web::Data<Hasher>,
    desk: Desk,
) -> Page {
    let counted = allowed(&db, "confirmation", &desk.site().source(desk.request())).await?;
    let found = waiting(&by, &token, &db, &desk).await?;
    let Some((username, password)) = form.read((&found.email, &found.username), &hasher, &counted).await? else {
        return desk.ask_again(&Confirmation::page(&found, form, &desk));
    };
    let password_hash = hasher.hash(password).await?;
    // It goes into the cookie only with the account: a session that is there already goes on where nothing comes of this.
    let token = Token::fresh()?;
    let session = begins(token.hash(), &desk, Proof::Password);
    let (id, told) = (found.id, session.clone());
    let confirming = db.write(&by, move |tx| registration::confirm(tx, id, &username, &password_hash, &session));
    match confirming.await? {
        Ok(()) => {
            token.put_into(desk.session())?;
            forget_begun(desk.session());
            log_beginning(&desk, None, &told);
            desk.go("/dashboard").saying("Your account is ready.")
        }
        Err(ConfirmRefusal::DeadLink) => Err(dead_link(desk.request()).await),
        Err(ConfirmRefusal::UsernameTaken) => {
            form.username.get_or_insert_default().blame(TAKEN);
            desk.ask_again(&Confirmation::page(&found, form, &desk))
        }
    }
}
