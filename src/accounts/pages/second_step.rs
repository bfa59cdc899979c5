//! The code, after the password: from the app, or one for recovery.

use actix_web::HttpResponse;
use askama::Template;

use super::sign_in::new_session;
use super::too_many;
use crate::accounts::SignIn;
use crate::accounts::forms::{CodeForm, RecoveryForm};
use crate::accounts::second_step::{self, CodeInput, CodeOutcome, GiveRefusal};
use crate::accounts::session::{PendingSignIn, forget_pending_sign_in, forget_token, pending_sign_in};
use crate::authority::{May, Scope};
use crate::db::Db;
use crate::web::responder::local_path;
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/sign-in/code", code_page)
        .post("/sign-in/code", give_code)
        .get("/sign-in/recovery-code", recovery_page)
        .post("/sign-in/recovery-code", give_recovery_code);
}

#[derive(Template)]
#[template(path = "accounts/code.html")]
struct CodePage {
    layout: Layout,
    form: CodeForm,
}

impl CodePage {
    fn of(form: CodeForm, respond: &Responder) -> Self {
        Self { layout: respond.layout("Six-digit code"), form }
    }
}

#[derive(Template)]
#[template(path = "accounts/recovery_code.html")]
struct RecoveryPage {
    layout: Layout,
    form: RecoveryForm,
}

impl RecoveryPage {
    fn of(form: RecoveryForm, respond: &Responder) -> Self {
        Self { layout: respond.layout("Recovery Code"), form }
    }
}

/// `GET /sign-in/code`
async fn code_page(by: May<SignIn>, db: Db, respond: Responder) -> Page {
    match turned_away(&by, &db, &respond).await? {
        Some(elsewhere) => Ok(elsewhere),
        None => respond.render(&CodePage::of(CodeForm::default(), &respond)),
    }
}

/// `POST /sign-in/code`
async fn give_code(by: May<SignIn>, Form(mut form): Form<CodeForm>, db: Db, respond: Responder) -> Page {
    match give(&by, form.read().map(CodeInput::Code), &db, &respond).await? {
        Ok(elsewhere) => Ok(elsewhere),
        Err(tries) => {
            form.code
                .add_error(format!("This code is not right, or was used before. Type the one your app shows. {tries}"));
            respond.render_invalid(&CodePage::of(form, &respond))
        }
    }
}

/// `GET /sign-in/recovery-code`
async fn recovery_page(by: May<SignIn>, db: Db, respond: Responder) -> Page {
    match turned_away(&by, &db, &respond).await? {
        Some(elsewhere) => Ok(elsewhere),
        None => respond.render(&RecoveryPage::of(RecoveryForm::default(), &respond)),
    }
}

/// `POST /sign-in/recovery-code`
async fn give_recovery_code(by: May<SignIn>, Form(mut form): Form<RecoveryForm>, db: Db, respond: Responder) -> Page {
    match give(&by, form.read().map(CodeInput::Recovery), &db, &respond).await? {
        Ok(elsewhere) => Ok(elsewhere),
        Err(tries) => {
            form.recovery_code
                .add_error(format!("This is none of your recovery codes, or it was used before. {tries}"));
            respond.render_invalid(&RecoveryPage::of(form, &respond))
        }
    }
}

/// Where somebody is sent who owes no code: on, if they are signed in, and otherwise to the password.
async fn turned_away(by: &May<SignIn>, db: &Db, respond: &Responder) -> Result<Option<HttpResponse>, PageError> {
    if by.me().is_some() {
        return respond.redirect("/dashboard").without_notice().map(Some);
    }
    let pending_sign_in = pending_sign_in(respond.session()).ok_or(PageError::SignInFirst { back: String::new() })?;
    let hash = pending_sign_in.token_hash();
    if db.read(by, move |read| second_step::is_pending(read, &hash)).await? {
        return Ok(None);
    }
    from_the_start(&pending_sign_in, respond, OVER).map(Some)
}

/// Why a code is not asked for any more: it took too long, or something else ended it.
const OVER: &str = "Please sign in again: this took longer than ten minutes, or was ended from elsewhere.";

/// Gives what was read, and answers where that leads; or, for what cannot be read or is not right, how
/// many tries are left.
async fn give(
    by: &May<SignIn>,
    given: Option<CodeInput>,
    db: &Db,
    respond: &Responder,
) -> Result<Result<HttpResponse, String>, PageError> {
    let Some(given) = given else {
        return Ok(turned_away(by, db, respond).await?.ok_or_else(String::new));
    };
    let pending_sign_in = pending_sign_in(respond.session()).ok_or(PageError::SignInFirst { back: String::new() })?;
    let (secret_box, hash, session) =
        (respond.site().secret_box.clone(), pending_sign_in.token_hash(), new_session(respond, given.proof())?);
    let outcome = db.write(by, move |tx| second_step::give(tx, &hash, &given, &secret_box, &session)).await?;
    if !matches!(outcome, Ok(CodeOutcome::Arrived)) {
        forget_token(respond.session());
    }
    match outcome {
        Ok(CodeOutcome::Arrived) => {
            forget_pending_sign_in(respond.session());
            respond
                .redirect(local_path(&pending_sign_in.back).unwrap_or_else(|| "/dashboard".to_owned()))
                .without_notice()
                .map(Ok)
        }
        Ok(CodeOutcome::Wrong(1)) => Ok(Err("One try is left.".to_owned())),
        Ok(CodeOutcome::Wrong(left)) => Ok(Err(format!("{left} tries are left."))),
        Ok(CodeOutcome::Ended) => {
            from_the_start(&pending_sign_in, respond, "Five codes were wrong. Please sign in again.").map(Ok)
        }
        Err(GiveRefusal::NothingPending) => from_the_start(&pending_sign_in, respond, OVER).map(Ok),
        Err(GiveRefusal::TooMany(rate_limited)) => Err(too_many(
            &rate_limited,
            by.now(),
            "wrong codes were given for this account. Go back and use a recovery code, or wait",
        )),
    }
}

/// To the password again, and from there to where the person wanted to go.
fn from_the_start(pending_sign_in: &PendingSignIn, respond: &Responder, why: &str) -> Page {
    forget_pending_sign_in(respond.session());
    let to = match local_path(&pending_sign_in.back) {
        Some(back) => format!("/sign-in?back={}", form_urlencoded::byte_serialize(back.as_bytes()).collect::<String>()),
        None => "/sign-in".to_owned(),
    };
    respond.redirect(to).warning(why)
}
