//! The code, after the password: from the app, or one for recovery.

use actix_web::HttpResponse;
use askama::Template;

use super::sign_in::beginning;
use super::too_many;
use crate::accounts::SignIn;
use crate::accounts::forms::{CodeForm, RecoveryForm};
use crate::accounts::second_step::{self, GiveRefusal, Given, Outcome};
use crate::accounts::session::{Begun, begun, forget_begun, forget_token};
use crate::authority::{May, Scope};
use crate::db::Db;
use crate::web::desk::local_path;
use crate::web::{Desk, Page, PageError, Posted, Routes, Shell};

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
    shell: Shell,
    form: CodeForm,
}

impl CodePage {
    fn of(form: CodeForm, desk: &Desk) -> Self {
        Self { shell: desk.shell("Six-digit code"), form }
    }
}

#[derive(Template)]
#[template(path = "accounts/recovery_code.html")]
struct RecoveryPage {
    shell: Shell,
    form: RecoveryForm,
}

impl RecoveryPage {
    fn of(form: RecoveryForm, desk: &Desk) -> Self {
        Self { shell: desk.shell("Recovery Code"), form }
    }
}

/// `GET /sign-in/code`
async fn code_page(by: May<SignIn>, db: Db, desk: Desk) -> Page {
    match turned_away(&by, &db, &desk).await? {
        Some(elsewhere) => Ok(elsewhere),
        None => desk.draw(&CodePage::of(CodeForm::default(), &desk)),
    }
}

/// `POST /sign-in/code`
async fn give_code(by: May<SignIn>, Posted(mut form): Posted<CodeForm>, db: Db, desk: Desk) -> Page {
    match give(&by, form.read().map(Given::Code), &db, &desk).await? {
        Ok(elsewhere) => Ok(elsewhere),
        Err(tries) => {
            form.code
                .blame(format!("This code is not right, or was used before. Type the one your app shows. {tries}"));
            desk.ask_again(&CodePage::of(form, &desk))
        }
    }
}

/// `GET /sign-in/recovery-code`
async fn recovery_page(by: May<SignIn>, db: Db, desk: Desk) -> Page {
    match turned_away(&by, &db, &desk).await? {
        Some(elsewhere) => Ok(elsewhere),
        None => desk.draw(&RecoveryPage::of(RecoveryForm::default(), &desk)),
    }
}

/// `POST /sign-in/recovery-code`
async fn give_recovery_code(by: May<SignIn>, Posted(mut form): Posted<RecoveryForm>, db: Db, desk: Desk) -> Page {
    match give(&by, form.read().map(Given::Recovery), &db, &desk).await? {
        Ok(elsewhere) => Ok(elsewhere),
        Err(tries) => {
            form.recovery_code.blame(format!("This is none of your recovery codes, or it was used before. {tries}"));
            desk.ask_again(&RecoveryPage::of(form, &desk))
        }
    }
}

/// Where somebody is sent who owes no code: on, if they are signed in, and otherwise to the password.
async fn turned_away(by: &May<SignIn>, db: &Db, desk: &Desk) -> Result<Option<HttpResponse>, PageError> {
    if by.me().is_some() {
        return desk.go("/dashboard").silently().map(Some);
    }
    let begun = begun(desk.session()).ok_or(PageError::SignInFirst { back: String::new() })?;
    let hash = begun.token_hash();
    if db.read(by, move |read| second_step::is_begun(read, &hash)).await? {
        return Ok(None);
    }
    from_the_start(&begun, desk, OVER).map(Some)
}

/// Why a code is not asked for any more: it took too long, or something else ended it.
const OVER: &str = "Please sign in again: this took longer than ten minutes, or was ended from elsewhere.";

/// Gives what was read, and answers where that leads; or, for what cannot be read or is not right, how
/// many tries are left.
async fn give(
    by: &May<SignIn>,
    given: Option<Given>,
    db: &Db,
    desk: &Desk,
) -> Result<Result<HttpResponse, String>, PageError> {
    let Some(given) = given else {
        return Ok(turned_away(by, db, desk).await?.ok_or_else(String::new));
    };
    let begun = begun(desk.session()).ok_or(PageError::SignInFirst { back: String::new() })?;
    let (seal, hash, session) = (desk.site().seal.clone(), begun.token_hash(), beginning(desk, given.proof())?);
    let outcome = db.write(by, move |tx| second_step::give(tx, &hash, &given, &seal, &session)).await?;
    if !matches!(outcome, Ok(Outcome::Arrived)) {
        forget_token(desk.session());
    }
    match outcome {
        Ok(Outcome::Arrived) => {
            forget_begun(desk.session());
            desk.go(local_path(&begun.back).unwrap_or_else(|| "/dashboard".to_owned())).silently().map(Ok)
        }
        Ok(Outcome::Wrong(1)) => Ok(Err("One try is left.".to_owned())),
        Ok(Outcome::Wrong(left)) => Ok(Err(format!("{left} tries are left."))),
        Ok(Outcome::Ended) => from_the_start(&begun, desk, "Five codes were wrong. Please sign in again.").map(Ok),
        Err(GiveRefusal::NothingBegun) => from_the_start(&begun, desk, OVER).map(Ok),
        Err(GiveRefusal::TooMany(exhausted)) => Err(too_many(
            &exhausted,
            by.now(),
            "wrong codes were given for this account. Go back and use a recovery code, or wait",
        )),
    }
}

/// To the password again, and from there to where the person wanted to go.
fn from_the_start(begun: &Begun, desk: &Desk, why: &str) -> Page {
    forget_begun(desk.session());
    let to = match local_path(&begun.back) {
        Some(back) => format!("/sign-in?back={}", form_urlencoded::byte_serialize(back.as_bytes()).collect::<String>()),
        None => "/sign-in".to_owned(),
    };
    desk.go(to).warning(why)
}
