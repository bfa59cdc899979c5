//! Sign In, Sign Out, and the password once more on the way to something grave.

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::too_many;
use crate::accounts::forms::{Press, SignInForm};
use crate::accounts::password::Hasher;
use crate::accounts::session::{forget_begun, forget_token, given_again, new_token, owe_code};
use crate::accounts::{
    self, Beginning, ChangedMeanwhile, GivePasswordAgain, SignIn, SignOut, TRIES_FOR_ONE, Way, store,
};
use crate::authority::{May, Scope};
use crate::db::throttle::take;
use crate::db::{Asking, Db};
use crate::history::Proof;
use crate::ids::AccountId;
use crate::text::{Secret, Username};
use crate::web::desk::local_path;
use crate::web::oops::Again;
use crate::web::posted::{Fields, PASSWORD_AGAIN};
use crate::web::{Desk, Oops, Page, Posted, Routes, Shell, Typed};

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
    let who = Known {
        account: found.account,
        username: Username::stored(found.username),
        compared_with: Some(found.password_hash),
    };
    arrive(&by, who, Proof::Password, &form.back.text, &db, &desk).await
}

/// Somebody who has proven who they are.
pub(super) struct Known {
    pub account: AccountId,
    pub username: Username,
    /// The hash that the password was compared with, where it was one.
    pub compared_with: Option<String>,
}

/// Signs somebody in who has proven who they are, and sends them where they wanted to go: by way of
/// the code, where the password alone is not enough.
pub(super) async fn arrive(by: &May<SignIn>, who: Known, proof: Proof, back: &str, db: &Db, desk: &Desk) -> Page {
    let beginning = beginning(desk, proof)?;
    let Known { account, username, compared_with } = who;
    let signing =
        db.change(by, move |work| accounts::sign_in(work, account, &username, compared_with.as_deref(), &beginning));
    let back = local_path(back);
    match signing.await? {
        Ok(Way::Arrived) => {
            forget_begun(desk.session());
            desk.go(back.unwrap_or_else(|| "/dashboard".to_owned())).silently()
        }
        Ok(Way::CodeOwed) => {
            owe_code(desk.session(), back.unwrap_or_default())?;
            desk.go("/sign-in/code").silently()
        }
        Err(ChangedMeanwhile) => {
            forget_token(desk.session());
            Err(Oops::SignInFirst { back: back.unwrap_or_default() })
        }
    }
}

/// A session to begin in this browser: its cookie gets a new token at once, and is worth nothing
/// until the row is there.
pub fn beginning(desk: &Desk, proof: Proof) -> Result<Beginning, Oops> {
    let agent = desk.request().headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    Ok(Beginning {
        token_hash: new_token(desk.session())?,
        device: agent.unwrap_or_default().chars().take(200).collect(),
        source: desk.site().source(desk.request()),
        hours: desk.site().session_hours,
        proof,
    })
}

/// `POST /sign-out`
async fn sign_out(by: May<SignOut>, Posted(Press {}): Posted<Press>, db: Db, desk: Desk) -> Page {
    match db.change(&by, accounts::sign_out).await? {
        Ok(()) => desk.session().purge(),
        Err(never) => match never {},
    }
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/sign-in"))
        // Nothing that was seen comes back by the back button (ACC-28).
        .insert_header((HeaderName::from_static("clear-site-data"), "\"cache\", \"cookies\", \"storage\""))
        .finish())
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
