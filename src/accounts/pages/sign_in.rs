//! Sign In, Sign Out, and the password once more on the way to something sensitive.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{passkeys, too_many};
use crate::accounts::credentials::renew_hash;
use crate::accounts::forms::{NoFields, SignInForm};
use crate::accounts::login_attempts::LoginAttempt;
use crate::accounts::password::Hasher;
use crate::accounts::session::{forget_pending_sign_in, forget_token, given_again, new_token, require_second_factor};
use crate::accounts::store::Credentials;
use crate::accounts::{
    self, ChangedMeanwhile, GivePasswordAgain, NewSession, SignIn, SignInStep, SignOut, device, store,
};
use crate::audit_log::Proof;
use crate::authority::{May, Scope};
use crate::db::{Db, Queries};
use crate::ids::AccountId;
use crate::text::{Secret, Username};
use crate::web::error::Reauthentication;
use crate::web::form::{FormData, PASSWORD_AGAIN};
use crate::web::headers::CLEAR_SITE_DATA;
use crate::web::log::reference;
use crate::web::responder::local_path;
use crate::web::{Field, Form, Layout, Page, PageError, Query, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/", home)
        .get("/sign-in", sign_in_page)
        .post("/sign-in", sign_in)
        .post("/sign-out", sign_out)
        .post("/reauthentication", give_password_again);
}

/// `GET /`
async fn home(_by: May<SignIn>, respond: Responder) -> Page {
    respond.redirect("/dashboard").without_notice()
}

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignInPage {
    layout: Layout,
    form: SignInForm,
    error: Option<&'static str>,
    passkey: Option<String>,
}

impl SignInPage {
    fn page(form: SignInForm, error: Option<&'static str>, respond: &Responder) -> Self {
        Self { layout: respond.layout("Sign In"), passkey: passkeys::way_in(respond, &form.back.text), form, error }
    }
}

/// Where signing in is asked to lead.
#[derive(Deserialize)]
pub(super) struct Back {
    pub back: Option<String>,
}

/// `GET /sign-in`
async fn sign_in_page(by: May<SignIn>, query: Query<Back>, respond: Responder) -> Page {
    let back = query.into_inner().back.and_then(|path| local_path(&path));
    if by.me().is_some() {
        return respond.redirect(back.unwrap_or_else(|| "/dashboard".to_owned())).without_notice();
    }
    let form = SignInForm { back: Field::filled(back.unwrap_or_default()), ..SignInForm::default() };
    respond.render(&SignInPage::page(form, None, &respond))
}

/// `POST /sign-in`
async fn sign_in(
    by: May<SignIn>,
    Form(mut form): Form<SignInForm>,
    db: Db,
    hasher: web::Data<Hasher>,
    respond: Responder,
) -> Page {
    let Some((login, password)) = form.read() else {
        return respond.render_invalid(&SignInPage::page(form, None, &respond));
    };
    let source = respond.site().source(respond.request());
    let _entered = hasher.enter().await?;
    let tried = LoginAttempt::begin(&db, &login, &source).await?;
    let tried = tried.map_err(|rate_limited| too_many(&rate_limited, by.now(), "passwords were tried"))?;
    let found = db.read(&by, move |read| store::find_credentials(read.connection(), &login)).await?;
    let matches = hasher.verify(password.clone(), found.as_ref().map(|found| found.password_hash.clone())).await?;
    let account = found.as_ref().map(|found| tracing::field::display(found.account));
    let Some(found) = found.as_ref().filter(|found| matches && !found.is_suspended) else {
        tracing::info!(reference = reference(respond.request()), account, %source, "sign-in refused");
        let error = Some("The name or the password is not right.");
        return respond.render_invalid(&SignInPage::page(form, error, &respond));
    };
    let who = Known {
        account: found.account,
        username: Username::stored(found.username.clone()),
        compared_with: Some(rehash_if_needed(&by, found, password, &db, &hasher).await?),
        tried: Some(tried),
    };
    arrive(&by, who, Proof::Password, &form.back.text, &db, &respond).await
}

/// Hashes a password again that was just found right, where its hash is cheaper to guess by than those
/// made today. A busy machine does that at another sign-in. Answers the hash that is kept from here on.
async fn rehash_if_needed(
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
    /// What the try took: given back only once they are in. A person who still owes a code may be a thief with
    /// the password, and no longer gets tries than one without.
    pub tried: Option<LoginAttempt>,
}

/// Signs somebody in who has proven who they are, and sends them where they wanted to go: by way of
/// the code, where the password alone is not enough.
pub(super) async fn arrive(
    by: &May<SignIn>,
    who: Known,
    proof: Proof,
    back: &str,
    db: &Db,
    respond: &Responder,
) -> Page {
    let new_session = new_session(respond, proof)?;
    let Known { account, username, compared_with, tried } = who;
    let told = new_session.clone();
    let signing =
        db.write(by, move |tx| accounts::sign_in(tx, account, &username, compared_with.as_deref(), &new_session));
    let back = local_path(back);
    match signing.await? {
        Ok(SignInStep::Arrived) => {
            if let Some(tried) = tried {
                tried.succeeded(db).await?;
            }
            log_beginning(respond, Some(account), &told);
            forget_pending_sign_in(respond.session());
            respond.redirect(back.unwrap_or_else(|| "/dashboard".to_owned())).without_notice()
        }
        Ok(SignInStep::SecondFactorRequired) => {
            require_second_factor(respond.session(), back.unwrap_or_default())?;
            respond.redirect("/sign-in/code").without_notice()
        }
        Err(ChangedMeanwhile) => {
            forget_token(respond.session());
            Err(PageError::SignInFirst { back: back.unwrap_or_default() })
        }
    }
}

/// Logs that somebody signed in, where nobody's name is in what is logged.
pub fn log_beginning(respond: &Responder, account: Option<AccountId>, new_session: &NewSession) {
    let NewSession { source, device, proof, .. } = new_session;
    let account = account.map(tracing::field::display);
    tracing::info!(reference = reference(respond.request()), account, %source, device, proof = %proof, "signed in");
}

/// The browser behind a request, in words.
pub(super) fn device_of(respond: &Responder) -> String {
    let agent = respond.request().headers().get(header::USER_AGENT);
    device::in_words(&String::from_utf8_lossy(agent.map(HeaderValue::as_bytes).unwrap_or_default()))
}

/// A session to begin in this browser: its cookie gets a new token at once, and is worth nothing
/// until the row is there.
pub fn new_session(respond: &Responder, proof: Proof) -> Result<NewSession, PageError> {
    Ok(new_session_for(new_token(respond.session())?, respond, proof))
}

/// A session to begin in this browser, found by the hash of a token that its cookie gets later.
pub(super) fn new_session_for(token_hash: Vec<u8>, respond: &Responder, proof: Proof) -> NewSession {
    NewSession {
        token_hash,
        device: device_of(respond),
        source: respond.site().source(respond.request()),
        hours: respond.site().session_hours,
        proof,
    }
}

/// `POST /sign-out`
async fn sign_out(by: May<SignOut>, Form(NoFields {}): Form<NoFields>, db: Db, respond: Responder) -> Page {
    match db.write(&by, accounts::sign_out).await? {
        Ok(()) => respond.session().purge(),
        Err(never) => match never {},
    }
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, "/sign-in")).insert_header(CLEAR_SITE_DATA).finish())
}

/// Signs out here alone, and sends anyone who comes next to sign in: what the cookie carries besides the
/// token stays, a link that was opened above all.
pub async fn leave_for(by: &May<SignOut>, sign_in: String, db: &Db, respond: &Responder) -> Page {
    match db.write(by, accounts::sign_out).await? {
        Ok(()) => forget_token(respond.session()),
        Err(never) => match never {},
    }
    let mut answer = respond.redirect(sign_in).without_notice()?;
    let (name, value) = CLEAR_SITE_DATA;
    answer.headers_mut().insert(name, value);
    Ok(answer)
}

/// `POST /reauthentication?back=…`
async fn give_password_again(by: May<GivePasswordAgain>, query: Query<Back>, db: Db, respond: Responder) -> Page {
    let request = respond.request();
    let fields = FormData::of(request);
    let typed = Secret::new(fields.get(PASSWORD_AGAIN).unwrap_or_default().to_owned());
    // Admission has looked at it already where it was needed.
    if !by.gave_password_now()
        && let Some(error) = given_again(request, &db, &by, typed).await?
    {
        let password = Field { text: String::new(), error: Some(error) };
        return Err(PageError::Reauthenticate(Reauthentication {
            action: request.uri().to_string(),
            fields,
            password,
        }));
    }
    let back = query.into_inner().back.and_then(|path| local_path(&path));
    respond.redirect(back.unwrap_or_else(|| "/account".to_owned())).without_notice()
}
