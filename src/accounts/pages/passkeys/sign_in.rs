//! Sign In with a Passkey.

use askama::Template;

use super::{recall, remember};
use crate::accounts::forms::passkeys::PasskeySignInForm;
use crate::accounts::pages::sign_in::{Back, Known, arrive};
use crate::accounts::pages::too_many;
use crate::accounts::passkeys::ceremony::Domain;
use crate::accounts::{SignIn, passkeys};
use crate::audit_log::Proof;
use crate::authority::{May, Scope};
use crate::db::Db;
use crate::web::responder::local_path;
use crate::web::{Field, Form, Layout, Page, PageError, Query, Responder, Routes};

/// The key in the session's cookie for what a device was asked when somebody signs in.
const SIGNING_IN: &str = "passkey";

/// The one sentence for every answer that is not taken, whatever is wrong with it or with the account.
const REFUSED: &str = "This passkey was not accepted. Try again, or sign in with your password.";

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/sign-in/passkey", new).post("/sign-in/passkey", create);
}

/// Where to sign in with a passkey and then go `back`, if this Roster can have passkeys at all.
pub(in crate::accounts::pages) fn way_in(respond: &Responder, back: &str) -> Option<String> {
    Domain::of(&respond.site().url).ok()?;
    Some(address("/sign-in/passkey", back))
}

/// A page that leads on to `back` in the end.
fn address(page: &str, back: &str) -> String {
    let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
    if back.is_empty() { page.to_owned() } else { format!("{page}?back={back}") }
}

#[derive(Template)]
#[template(path = "accounts/passkeys/sign_in.html")]
struct SignInPage {
    layout: Layout,
    form: PasskeySignInForm,
    error: Option<&'static str>,
    with_password: String,
    /// What the device is asked, or why it cannot be.
    options: Result<String, String>,
}

impl SignInPage {
    /// The page, with a fresh question to the device.
    fn page(
        by: &May<SignIn>,
        form: PasskeySignInForm,
        error: Option<&'static str>,
        respond: &Responder,
    ) -> Result<Self, PageError> {
        let options = match Domain::of(&respond.site().url) {
            Ok(domain) => Ok(remember(respond, SIGNING_IN, domain.ask_for_known(by.now()))?),
            Err(unable) => Err(unable.to_string()),
        };
        let with_password = address("/sign-in", &form.back.text);
        Ok(Self { layout: respond.layout("Sign In with a Passkey"), form, error, with_password, options })
    }
}

/// `GET /sign-in/passkey`
async fn new(by: May<SignIn>, query: Query<Back>, respond: Responder) -> Page {
    let back = query.into_inner().back.and_then(|path| local_path(&path));
    if by.me().is_some() {
        return respond.redirect(back.unwrap_or_else(|| "/dashboard".to_owned())).without_notice();
    }
    let form = PasskeySignInForm { back: Field::filled(back.unwrap_or_default()), ..PasskeySignInForm::default() };
    respond.render(&SignInPage::page(&by, form, None, &respond)?)
}

/// `POST /sign-in/passkey`
async fn create(by: May<SignIn>, Form(mut form): Form<PasskeySignInForm>, db: Db, respond: Responder) -> Page {
    let answer = form.read();
    let waiting = recall(&respond, SIGNING_IN);
    form.back.text = local_path(&form.back.text).unwrap_or_default();
    if let (Ok(domain), Some(waiting), Some(answer)) = (Domain::of(&respond.site().url), waiting, answer) {
        match db.write(&by, move |tx| passkeys::recognize(tx, &domain, &waiting, &answer)).await? {
            Ok(Some((account, username))) => {
                return arrive(
                    &by,
                    Known { account, username, compared_with: None, tried: None },
                    Proof::Passkey,
                    &form.back.text,
                    &db,
                    &respond,
                )
                .await;
            }
            Ok(None) => {
                tracing::info!(source = %respond.site().source(respond.request()), "sign-in by passkey refused")
            }
            Err(rate_limited) => return Err(too_many(&rate_limited, by.now(), "passkeys were tried")),
        }
    }
    respond.render_invalid(&SignInPage::page(&by, form, Some(REFUSED), &respond)?)
}
