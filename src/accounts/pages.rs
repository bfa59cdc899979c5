//! What is shown about accounts.

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::forms::{AccountForm, ConfirmForm, ForgottenForm, NewPasswordForm, Press, SignInForm};
use super::password::Hasher;
use super::session::{given_again, new_token};
use super::{
    Beginning, ConfirmAddress, ConfirmRefusal, GivePasswordAgain, Register, RegisterRefusal, ResetPassword, SeeAccount,
    SignIn, SignOut, TRIES_FOR_ONE, begin_session, store,
};
use crate::authority::{May, Scope};
use crate::db::throttle::{Exhausted, take};
use crate::db::{Asking, Db};
use crate::ids::{AccountId, PasswordResetId, RegistrationId};
use crate::links::Purpose;
use crate::text::{EmailAddress, Secret, Username};
use crate::web::desk::local_path;
use crate::web::guesses::Guesses;
use crate::web::oops::Again;
use crate::web::posted::{Fields, PASSWORD_AGAIN};
use crate::web::{Desk, Oops, Page, Posted, Routes, Shell, Site, Typed};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/", home)
        .get("/create-account", new)
        .post("/create-account", create)
        .get("/create-account/sent", registered)
        .get("/confirmations/{token}", confirmation)
        .post("/confirmations/{token}", confirm)
        .get("/sign-in", sign_in_page)
        .post("/sign-in", sign_in)
        .post("/sign-out", sign_out)
        .get("/forgot-password", forgotten)
        .post("/forgot-password", ask_for_reset)
        .get("/forgot-password/sent", asked_for_reset)
        .get("/reset-password/{token}", reset_page)
        .post("/reset-password/{token}", reset)
        .post("/reauthentication", give_password_again)
        .get("/account", show);
}

/// A link of the side navigation of Account Settings.
pub struct Tab {
    /// As it is shown.
    pub label: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// Whether this is the page.
    pub current: bool,
}

/// The side navigation of Account Settings, with the page that is open.
pub fn account_links(here: &str) -> Vec<Tab> {
    [("Account", "/account"), ("Organizations", "/account/organizations")]
        .into_iter()
        .map(|(label, href)| Tab { label, href, current: href == here })
        .collect()
}

/// `GET /`
async fn home(_by: May<SignIn>, desk: Desk) -> Page {
    desk.go("/dashboard").silently()
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
    let Some(wished) = form.read() else {
        return desk.ask_again(&New { shell: desk.shell("Create an Account"), form });
    };
    let wish = wished.hashed(hasher.hash(wished.password.clone()).await?);
    match db.change(&by, move |work| super::register(work, &wish)).await? {
        Ok(()) => desk.go("/create-account/sent").silently(),
        Err(RegisterRefusal::UsernameTaken) => {
            form.username.blame("This username is taken.");
            desk.ask_again(&New { shell: desk.shell("Create an Account"), form })
        }
        Err(RegisterRefusal::TooMany(exhausted)) => {
            Err(too_many(&exhausted, by.now(), "accounts were asked for from your network"))
        }
    }
}

fn too_many(exhausted: &Exhausted, now: chrono::DateTime<chrono::Utc>, what: &str) -> Oops {
    Oops::TooMany {
        seconds: exhausted.seconds(now),
        told: format!("Too many {what}. Try again {}.", exhausted.wait(now)),
    }
}

#[derive(Template)]
#[template(path = "accounts/sent.html")]
struct Sent {
    shell: Shell,
    text: &'static str,
    again: &'static str,
    dev_mail: bool,
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

/// The row a mailed token stands for, or the page for dead links.
fn opened(purpose: Purpose, token: &str, request: &HttpRequest) -> Result<uuid::Uuid, Oops> {
    let site = Site::of(request);
    site.links.open(purpose, token).map(|(id, _)| id).ok_or_else(|| dead_link(request))
}

/// What a link that opens nothing is answered with.
pub fn dead_link(request: &HttpRequest) -> Oops {
    let source = Site::of(request).source(request);
    request.app_data::<web::Data<Guesses>>().map_or(Oops::DeadLink, |guesses| guesses.dead_link(&source))
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
    let id = RegistrationId::from(opened(Purpose::Confirmation, &token, desk.request())?);
    let mut another = form.username;
    let wished = match &mut another {
        None => None,
        Some(typed) => match typed.read(Username::parse) {
            Some(username) => Some(username),
            None => return ask_for_another_name(by, id, another, &db, &desk).await,
        },
    };
    match db.change(&by, move |work| super::confirm(work, id, wished.as_ref())).await? {
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

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignInPage {
    shell: Shell,
    form: SignInForm,
    fault: Option<&'static str>,
}

/// Where signing in is asked to lead.
#[derive(Deserialize)]
struct Back {
    back: Option<String>,
}

/// `GET /sign-in`
async fn sign_in_page(by: May<SignIn>, query: web::Query<Back>, desk: Desk) -> Page {
    let back = query.into_inner().back.and_then(|path| local_path(&path));
    if by.me().is_some() {
        return desk.go(back.unwrap_or_else(|| "/dashboard".to_owned())).silently();
    }
    let form = SignInForm { back: Typed::filled(back.unwrap_or_default()), ..SignInForm::default() };
    desk.draw(&SignInPage { shell: desk.shell("Sign In"), form, fault: None })
}

/// `POST /sign-in`
async fn sign_in(
    by: May<SignIn>,
    Posted(mut form): Posted<SignInForm>,
    db: Db,
    hasher: web::Data<Hasher>,
    desk: Desk,
) -> Page {
    let Some((login, password)) = form.read() else {
        return desk.ask_again(&SignInPage { shell: desk.shell("Sign In"), form, fault: None });
    };
    let source = desk.site().source(desk.request());
    let allowed = {
        let (login, source) = (login.to_ascii_lowercase(), source.clone());
        db.unproven(move |connection| take(connection, &["sign in", &login, &source], TRIES_FOR_ONE)).await?
    };
    if let Err(exhausted) = allowed {
        return Err(too_many(&exhausted, by.now(), "passwords were tried"));
    }
    let found = db.read(&by, move |read| store::find_credentials(read.connection(), &login)).await?;
    let matches = hasher.verify(password, found.as_ref().map(|found| found.password_hash.clone())).await?;
    let Some(found) = found.filter(|found| matches && !found.is_suspended) else {
        tracing::info!(source, "sign-in refused");
        let fault = Some("The name or the password is not right.");
        return desk.ask_again(&SignInPage { shell: desk.shell("Sign In"), form, fault });
    };
    let (account, username) = (found.account, Username::stored(found.username));
    begin(&by, account, username, &db, &desk).await?;
    desk.go(local_path(&form.back.text).unwrap_or_else(|| "/dashboard".to_owned())).silently()
}

async fn begin(by: &May<SignIn>, account: AccountId, username: Username, db: &Db, desk: &Desk) -> Result<(), Oops> {
    let beginning = beginning(desk)?;
    match db
        .change(by, move |work| {
            Ok(Ok::<_, std::convert::Infallible>(begin_session(work, account, &username, &beginning)?))
        })
        .await?
    {
        Ok(()) => Ok(()),
        Err(never) => match never {},
    }
}

/// A session to begin in this browser: its cookie gets a new token at once, and is worth nothing
/// until the row is there.
pub fn beginning(desk: &Desk) -> Result<Beginning, Oops> {
    let agent = desk.request().headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    Ok(Beginning {
        token_hash: new_token(desk.session())?,
        device: agent.unwrap_or_default().chars().take(200).collect(),
        source: desk.site().source(desk.request()),
        hours: desk.site().session_hours,
    })
}

/// `POST /sign-out`
async fn sign_out(by: May<SignOut>, Posted(Press {}): Posted<Press>, db: Db, desk: Desk) -> Page {
    match db.change(&by, super::sign_out).await? {
        Ok(()) => desk.session().purge(),
        Err(never) => match never {},
    }
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/sign-in"))
        // Nothing that was seen comes back by the back button (ACC-28).
        .insert_header((HeaderName::from_static("clear-site-data"), "\"cache\", \"cookies\", \"storage\""))
        .finish())
}

#[derive(Template)]
#[template(path = "accounts/forgotten.html")]
struct Forgotten {
    shell: Shell,
    form: ForgottenForm,
}

/// `GET /forgot-password`
async fn forgotten(_by: May<ResetPassword>, desk: Desk) -> Page {
    desk.draw(&Forgotten { shell: desk.shell("Forgot your password?"), form: ForgottenForm::default() })
}

/// `POST /forgot-password`
async fn ask_for_reset(by: May<ResetPassword>, Posted(mut form): Posted<ForgottenForm>, db: Db, desk: Desk) -> Page {
    let Some(email) = form.read() else {
        return desk.ask_again(&Forgotten { shell: desk.shell("Forgot your password?"), form });
    };
    match db.change(&by, move |work| super::ask_for_reset(work, &email)).await? {
        Ok(()) => desk.go("/forgot-password/sent").silently(),
        Err(exhausted) => Err(too_many(&exhausted, by.now(), "resets were asked for from your network")),
    }
}

/// `GET /forgot-password/sent`
async fn asked_for_reset(_by: May<ResetPassword>, desk: Desk) -> Page {
    desk.draw(&Sent {
        shell: desk.shell("Check your mail"),
        text: "If the address belongs to an account, a letter is on its way there. Its link leads to a new password; it works for one hour.",
        again: "/forgot-password",
        dev_mail: desk.site().shows_mail,
    })
}

#[derive(Template)]
#[template(path = "accounts/new_password.html")]
struct NewPassword {
    shell: Shell,
    username: String,
    form: NewPasswordForm,
}

/// `GET /reset-password/{token}`
async fn reset_page(by: May<ResetPassword>, token: web::Path<String>, db: Db, desk: Desk) -> Page {
    let (_, username) = open_reset(&by, &token, &db, &desk).await?;
    desk.draw(&NewPassword {
        shell: desk.shell("New Password"),
        username: username.to_string(),
        form: NewPasswordForm::default(),
    })
}

async fn open_reset(
    by: &May<ResetPassword>,
    token: &str,
    db: &Db,
    desk: &Desk,
) -> Result<(PasswordResetId, Username), Oops> {
    let id = PasswordResetId::from(opened(Purpose::PasswordReset, token, desk.request())?);
    let found = db.read(by, move |read| store::find_reset(read.connection(), id)).await?;
    found.map(|(_, username)| (id, username)).ok_or_else(|| dead_link(desk.request()))
}

/// `POST /reset-password/{token}`
async fn reset(
    by: May<ResetPassword>,
    token: web::Path<String>,
    Posted(mut form): Posted<NewPasswordForm>,
    db: Db,
    hasher: web::Data<Hasher>,
    desk: Desk,
) -> Page {
    let (id, username) = open_reset(&by, &token, &db, &desk).await?;
    let Some(password) = form.read(&[username.as_str()]) else {
        return desk.ask_again(&NewPassword {
            shell: desk.shell("New Password"),
            username: username.to_string(),
            form,
        });
    };
    let password_hash = hasher.hash(password).await?;
    match db.change(&by, move |work| super::reset_password(work, id, &password_hash)).await? {
        Ok(()) => desk.go("/sign-in").saying("Your password was changed. Sign in with the new one."),
        Err(super::DeadLink) => Err(dead_link(desk.request())),
    }
}

/// `POST /reauthentication?back=…`
async fn give_password_again(by: May<GivePasswordAgain>, query: web::Query<Back>, db: Db, desk: Desk) -> Page {
    let request = desk.request();
    let fields = Fields::of(request);
    let typed = Secret::new(fields.get(PASSWORD_AGAIN).unwrap_or_default().to_owned());
    if let Some(fault) = given_again(request, &db, &by, typed).await? {
        let password = Typed { text: String::new(), fault: Some(fault) };
        return Err(Oops::PasswordAgain(Again { action: request.uri().to_string(), fields, password }));
    }
    let back = query.into_inner().back.and_then(|path| local_path(&path));
    desk.go(back.unwrap_or_else(|| "/account".to_owned())).silently()
}

#[derive(Template)]
#[template(path = "accounts/show.html")]
struct Show {
    shell: Shell,
    links: Vec<Tab>,
    username: String,
    addresses: Vec<EmailAddress>,
}

/// `GET /account`
async fn show(by: May<SeeAccount>, db: Db, desk: Desk) -> Page {
    let account = by.account();
    let addresses = db.read(&by, move |read| super::addresses(read, account)).await?;
    desk.draw(&Show {
        shell: desk.shell("Account Settings"),
        links: account_links("/account"),
        username: by.username().to_string(),
        addresses,
    })
}
