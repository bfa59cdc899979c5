//! Forgot your password?

use actix_web::web;
use askama::Template;

use super::recovery::{HERE as ADDITIONS, keep};
use super::sent::{Sent, sent_to};
use super::sign_in::device_of;
use super::{allowed, dead_link, opened, too_many};
use crate::accounts::credentials::own_words;
use crate::accounts::forms::{ForgottenForm, NewPasswordForm};
use crate::accounts::password::Hasher;
use crate::accounts::{ResetPassword, recovery, store};
use crate::authority::{May, Scope};
use crate::db::{Db, Queries};
use crate::ids::{AccountId, PasswordResetId};
use crate::signed_links::Purpose;
use crate::text::Username;
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/forgot-password", forgotten)
        .post("/forgot-password", ask_for_reset)
        .get("/forgot-password/sent", asked_for_reset)
        .get("/reset-password/{token}", reset_page)
        .post("/reset-password/{token}", reset);
}

#[derive(Template)]
#[template(path = "accounts/forgotten.html")]
struct Forgotten {
    layout: Layout,
    form: ForgottenForm,
}

/// `GET /forgot-password`
async fn forgotten(_by: May<ResetPassword>, respond: Responder) -> Page {
    respond.render(&Forgotten { layout: respond.layout("Forgot your password?"), form: ForgottenForm::default() })
}

/// `POST /forgot-password`
async fn ask_for_reset(
    by: May<ResetPassword>,
    Form(mut form): Form<ForgottenForm>,
    db: Db,
    respond: Responder,
) -> Page {
    let Some(email) = form.read() else {
        return respond.render_invalid(&Forgotten { layout: respond.layout("Forgot your password?"), form });
    };
    allowed(&db, "reset", by.source()).await?;
    let typed = email.clone();
    match db.write(&by, move |tx| recovery::ask_for_reset(tx, &email)).await? {
        Ok(()) => sent_to(&typed, "/forgot-password/sent", &db, &respond),
        Err(rate_limited) => Err(too_many(&rate_limited, by.now(), "emails were asked for to this address")),
    }
}

/// `GET /forgot-password/sent`
async fn asked_for_reset(_by: May<ResetPassword>, db: Db, respond: Responder) -> Page {
    respond.render(&Sent::page(
        (
            "If ",
            "the address",
            " belongs to an account, we sent an email there. Its link leads to a new password. It works for one hour.",
        ),
        "/forgot-password",
        &db,
        &respond,
    ))
}

#[derive(Template)]
#[template(path = "accounts/new_password.html")]
struct NewPassword {
    layout: Layout,
    username: String,
    form: NewPasswordForm,
}

/// `GET /reset-password/{token}`
async fn reset_page(by: May<ResetPassword>, token: web::Path<String>, db: Db, respond: Responder) -> Page {
    let (_, _, username) = open_reset(&by, &token, &db, &respond).await?;
    respond.render(&NewPassword {
        layout: respond.layout("New Password"),
        username: username.to_string(),
        form: NewPasswordForm::default(),
    })
}

async fn open_reset(
    by: &May<ResetPassword>,
    token: &str,
    db: &Db,
    respond: &Responder,
) -> Result<(PasswordResetId, AccountId, Username), PageError> {
    let id = PasswordResetId::from(opened(Purpose::PasswordReset, token, respond.request()).await?);
    let found = db.read(by, move |read| store::find_reset(read.connection(), id)).await?;
    match found {
        Some((account, username)) => Ok((id, account, username)),
        None => Err(dead_link(respond.request()).await),
    }
}

/// `POST /reset-password/{token}`
async fn reset(
    by: May<ResetPassword>,
    token: web::Path<String>,
    Form(mut form): Form<NewPasswordForm>,
    db: Db,
    hasher: web::Data<Hasher>,
    respond: Responder,
) -> Page {
    let (id, account, username) = open_reset(&by, &token, &db, &respond).await?;
    let counted = allowed(&db, "new password", by.source()).await?;
    let own = db.read(&by, move |read| own_words(read, account)).await?;
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let Some(password) = form.read(&own, &hasher, &counted).await? else {
        return respond.render_invalid(&NewPassword {
            layout: respond.layout("New Password"),
            username: username.to_string(),
            form,
        });
    };
    let password_hash = hasher.hash(password).await?;
    let device = device_of(&respond);
    match db.write(&by, move |tx| recovery::reset_password(tx, id, &password_hash, &device)).await? {
        Ok(Some(recovery)) => {
            keep(respond.session(), recovery)?;
            respond.redirect(ADDITIONS).without_notice()
        }
        Ok(None) => respond.redirect("/sign-in").notice(
            "Your password was changed, and nothing was added to your account in the last 30 days. Sign in with the new password.",
        ),
        Err(recovery::DeadLink) => Err(dead_link(respond.request()).await),
    }
}
