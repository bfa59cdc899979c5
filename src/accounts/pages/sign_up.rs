//! Create an Account, and the link that confirms it.

use actix_web::web;
use askama::Template;

use super::{Sent, allowed, dead_link, opened, too_many};
use crate::accounts::forms::{AccountForm, ConfirmForm};
use crate::accounts::password::Hasher;
use crate::accounts::{self, ConfirmAddress, ConfirmRefusal, Register, RegisterRefusal, SignIn, store};
use crate::authority::{May, Scope};
use crate::db::{Asking, Db};
use crate::ids::RegistrationId;
use crate::links::Purpose;
use crate::text::Username;
use crate::web::{Desk, Page, Posted, Routes, Shell, Typed};

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
async fn create(
    by: May<Register>,
    Posted(mut form): Posted<AccountForm>,
    db: Db,
    hasher: web::Data<Hasher>,
    desk: Desk,
) -> Page {
    // Before the password is judged and hashed, which costs more than all the rest.
    let counted = allowed(&db, "new account", by.source()).await?;
    let Some(wished) = form.read(&hasher, &counted).await? else {
        return desk.ask_again(&New { shell: desk.shell("Create an Account"), form });
    };
    let wish = wished.hashed(hasher.hash(wished.password.clone()).await?);
    match db.change(&by, move |work| accounts::register(work, &wish)).await? {
        Ok(()) => desk.go("/create-account/sent").silently(),
        Err(RegisterRefusal::UsernameTaken) => {
            form.username.blame("This username is taken.");
            desk.ask_again(&New { shell: desk.shell("Create an Account"), form })
        }
        Err(RegisterRefusal::EnoughMail(exhausted)) => {
            Err(too_many(&exhausted, by.now(), "letters were asked for to this address"))
        }
    }
}

/// `GET /create-account/sent`
async fn registered(_by: May<Register>, desk: Desk) -> Page {
    desk.draw(&Sent {
        shell: desk.shell("Check your mail"),
        text: "We sent a letter to the address you gave. Its link confirms the address and makes your account; it works for 48 hours.",
        again: "/create-account",
        dev_mail: desk.site().shows_mail,
    })
}

#[derive(Template)]
#[template(path = "accounts/confirmation.html")]
struct Confirmation {
    shell: Shell,
    email: String,
    username: String,
    another: Option<Typed>,
}

/// `GET /confirmations/{token}`
async fn confirmation(by: May<ConfirmAddress>, token: web::Path<String>, db: Db, desk: Desk) -> Page {
    let id = RegistrationId::from(opened(Purpose::Confirmation, &token, desk.request())?);
    let Some(found) = db.read(&by, move |read| store::find_registration(read.connection(), id)).await? else {
        return Err(dead_link(desk.request()));
    };
    desk.draw(&Confirmation {
        shell: desk.shell("Confirm your address"),
        email: found.email,
        username: found.username,
        another: None,
    })
}

/// `POST /confirmations/{token}`
async fn confirm(
    by: May<ConfirmAddress>,
    token: web::Path<String>,
    Posted(form): Posted<ConfirmForm>,
    db: Db,
    desk: Desk,
) -> Page {
    allowed(&db, "confirmation", by.source()).await?;
    let id = RegistrationId::from(opened(Purpose::Confirmation, &token, desk.request())?);
    let mut another = form.username;
    let wished = match &mut another {
        None => None,
        Some(typed) => match typed.read(Username::parse) {
            Some(username) => Some(username),
            None => return ask_for_another_name(by, id, another, &db, &desk).await,
        },
    };
    match db.change(&by, move |work| accounts::confirm_registration(work, id, wished.as_ref())).await? {
        Ok(()) => desk.go("/sign-in").saying("Your account is ready. Sign in to begin."),
        Err(ConfirmRefusal::DeadLink) => Err(dead_link(desk.request())),
        Err(ConfirmRefusal::UsernameTaken) => {
            let mut another = another.unwrap_or_default();
            another.blame("This username was taken meanwhile. Choose another one.");
            ask_for_another_name(by, id, Some(another), &db, &desk).await
        }
    }
}

async fn ask_for_another_name(
    by: May<ConfirmAddress>,
    id: RegistrationId,
    another: Option<Typed>,
    db: &Db,
    desk: &Desk,
) -> Page {
    let Some(found) = db.read(&by, move |read| store::find_registration(read.connection(), id)).await? else {
        return Err(dead_link(desk.request()));
    };
    desk.ask_again(&Confirmation {
        shell: desk.shell("Confirm your address"),
        email: found.email,
        username: found.username,
        another,
    })
}
