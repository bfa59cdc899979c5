//! Sign In, Sign Out, and the password once more on the way to something grave.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{passkeys, too_many};
use crate::accounts::credentials::renew_hash;
use crate::accounts::forms::{Press, SignInForm};
use crate::accounts::password::Hasher;
use crate::accounts::session::{forget_begun, forget_token, given_again, new_token, owe_code};
use crate::accounts::store::Credentials;
use crate::accounts::tries::Try;
use crate::accounts::{self, Beginning, ChangedMeanwhile, GivePasswordAgain, SignIn, SignOut, Way, device, store};
use crate::authority::{May, Scope};
use crate::db::{Db, Queries};
use crate::history::Proof;
use crate::ids::AccountId;
use crate::text::{Secret, Username};
use crate::web::desk::local_path;
use crate::web::error::Reauthentication;
use crate::web::headers::CLEAR_SITE_DATA;
use crate::web::log::reference;
use crate::web::posted::{Fields, PASSWORD_AGAIN};
use crate::web::{Desk, Page, PageError, Posted, Query, Routes, Shell, Typed};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/", home)
        .get("/sign-in", sign_in_page)
        .post("/sign-in", sign_in)
        .post("/sign-out", sign_out)
        .post("/reauthentication", give_password_again);
}

/// `GET /`
async fn home(_by: May<SignIn>, desk: Desk) -> Page {
    desk.go("/dashboard").silently()
}

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignInPage {
    shell: Shell,
    form: SignInForm,
    fault: Option<&'static str>,
    passkey: Option<String>,
}

impl SignInPage {
    fn page(form: SignInForm, fault: Option<&'static str>, desk: &Desk) -> Self {
        Self { shell: desk.shell("Sign In"), passkey: passkeys::way_in(desk, &form.back.text), form, fault }
    }
}

/// Where signing in is asked to lead.
#[derive(Deserialize)]
pub(super) struct Back {
    pub back: Option<String>,
}

/// `GET /sign-in`
async fn sign_in_page(by: May<SignIn>, query: Query<Back>, desk: Desk) -> Page {
    let back = query.into_inner().back.and_then(|path| local_path(&path));
    if by.me().is_some() {
        return desk.go(back.unwrap_or_else(|| "/dashboard".to_owned())).silently();
    }
    let form = SignInForm { back: Typed::filled(back.unwrap_or_default()), ..SignInForm::default() };
    desk.draw(&SignInPage::page(form, None, &desk))
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
        return desk.ask_again(&SignInPage::page(form, None, &desk));
    };
    let source = desk.site().source(desk.request());
    let _entered = hasher.enter().await?;
    let tried = Try::begin(&db, &login, &source).await?;
    let tried = tried.map_err(|exhausted| too_many(&exhausted, by.now(), "passwords were tried"))?;
    let found = db.read(&by, move |read| store::find_credentials(read.connection(), &login)).await?;
    let matches = hasher.verify(password.clone(), found.as_ref().map(|found| found.password_hash.clone())).await?;
    let account = found.as_ref().map(|found| tracing::field::display(found.account));
    let Some(found) = found.as_ref().filter(|found| matches && !found.is_suspended) else {
        tracing::info!(reference = reference(desk.request()), account, %source, "sign-in refused");
        let fault = Some("The name or the password is not right.");
        return desk.ask_again(&SignInPage::page(form, fault, &desk));
    };
    let who = Known {
        account: found.account,
        username: Username::stored(found.username.clone()),
        compared_with: Some(strengthened(&by, found, password, &db, &hasher).await?),
        tried: Some(tried),
    };
    arrive(&by, who, Proof::Password, &form.back.text, &db, &desk).await
}

/// Hashes a password anew that was just found right, where its hash is cheaper to guess by than those
/// made today. A busy machine does that at another sign-in. Answers the hash that is kept from here on.
async fn strengthened(
    by: &May<SignIn>,
    found: &Credentials,
    password: Secret,
    db: &Db,
    hasher: &Hasher,
) -> Result<String, PageError> {
    let (account, old) = (found.account, found.password_hash.clone());
    if !hasher.is_outdated(&old) {
        return Ok(old);
    }
    let Ok(new) = hasher.hash(password).await else { return Ok(old) };
    let (from, to) = (old.clone(), new.clone());
    match db.write(by, move |tx| renew_hash(tx, account, &from, &to)).await? {
        Ok(true) => Ok(new),
        Ok(false) => Ok(old),
        Err(never) => match never {},
    }
}

/// Somebody who has proven who they are.
pub(super) struct Known {
    pub account: AccountId,
    pub username: Username,
    /// The hash that the password was compared with, where it was one.
    pub compared_with: Option<String>,
    /// What the try took: given back only once they are in. Whoever still owes a code may be a thief with
    /// the password, and gets no more tries than one without.
    pub tried: Option<Try>,
}

/// Signs somebody in who has proven who they are, and sends them where they wanted to go: by way of
/// the code, where the password alone is not enough.
pub(super) async fn arrive(by: &May<SignIn>, who: Known, proof: Proof, back: &str, db: &Db, desk: &Desk) -> Page {
    let beginning = beginning(desk, proof)?;
    let Known { account, username, compared_with, tried } = who;
    let told = beginning.clone();
    let signing =
        db.write(by, move |tx| accounts::sign_in(tx, account, &username, compared_with.as_deref(), &beginning));
    let back = local_path(back);
    match signing.await? {
        Ok(Way::Arrived) => {
            if let Some(tried) = tried {
                tried.succeeded(db).await?;
            }
            log_beginning(desk, Some(account), &told);
            forget_begun(desk.session());
            desk.go(back.unwrap_or_else(|| "/dashboard".to_owned())).silently()
        }
        Ok(Way::CodeOwed) => {
            owe_code(desk.session(), back.unwrap_or_default())?;
            desk.go("/sign-in/code").silently()
        }
        Err(ChangedMeanwhile) => {
            forget_token(desk.session());
            Err(PageError::SignInFirst { back: back.unwrap_or_default() })
        }
    }
}

/// Logs that somebody signed in, where nobody's name stands in what is logged.
pub fn log_beginning(desk: &Desk, account: Option<AccountId>, beginning: &Beginning) {
    let Beginning { source, device, proof, .. } = beginning;
    let account = account.map(tracing::field::display);
    tracing::info!(reference = reference(desk.request()), account, %source, device, proof = %proof, "signed in");
}

/// The browser behind a request, in words.
pub(super) fn device_of(desk: &Desk) -> String {
    let agent = desk.request().headers().get(header::USER_AGENT);
    device::in_words(&String::from_utf8_lossy(agent.map(HeaderValue::as_bytes).unwrap_or_default()))
}

/// A session to begin in this browser: its cookie gets a new token at once, and is worth nothing
/// until the row is there.
pub fn beginning(desk: &Desk, proof: Proof) -> Result<Beginning, PageError> {
    Ok(begins(new_token(desk.session())?, desk, proof))
}

/// A session to begin in this browser, found by the hash of a token that its cookie gets later.
pub(super) fn begins(token_hash: Vec<u8>, desk: &Desk, proof: Proof) -> Beginning {
    Beginning {
        token_hash,
        device: device_of(desk),
        source: desk.site().source(desk.request()),
        hours: desk.site().session_hours,
        proof,
    }
}

/// `POST /sign-out`
async fn sign_out(by: May<SignOut>, Posted(Press {}): Posted<Press>, db: Db, desk: Desk) -> Page {
    match db.write(&by, accounts::sign_out).await? {
        Ok(()) => desk.session().purge(),
        Err(never) => match never {},
    }
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, "/sign-in")).insert_header(CLEAR_SITE_DATA).finish())
}

/// Signs out here alone, and sends whoever comes next to sign in: what the cookie carries besides the
/// token stays, a link that was opened above all.
pub async fn leave_for(by: &May<SignOut>, sign_in: String, db: &Db, desk: &Desk) -> Page {
    match db.write(by, accounts::sign_out).await? {
        Ok(()) => forget_token(desk.session()),
        Err(never) => match never {},
    }
    let mut answer = desk.go(sign_in).silently()?;
    let (name, value) = CLEAR_SITE_DATA;
    answer.headers_mut().insert(name, value);
    Ok(answer)
}

/// `POST /reauthentication?back=…`
async fn give_password_again(by: May<GivePasswordAgain>, query: Query<Back>, db: Db, desk: Desk) -> Page {
    let request = desk.request();
    let fields = Fields::of(request);
    let typed = Secret::new(fields.get(PASSWORD_AGAIN).unwrap_or_default().to_owned());
    // Admission has looked at it already where it was needed.
    if !by.gave_password_now()
        && let Some(fault) = given_again(request, &db, &by, typed).await?
    {
        let password = Typed { text: String::new(), fault: Some(fault) };
        return Err(PageError::Reauthenticate(Reauthentication {
            action: request.uri().to_string(),
            fields,
            password,
        }));
    }
    let back = query.into_inner().back.and_then(|path| local_path(&path));
    desk.go(back.unwrap_or_else(|| "/account".to_owned())).silently()
}
