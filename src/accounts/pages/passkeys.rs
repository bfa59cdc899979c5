//! Passkeys: looking at one's own, adding, naming and removing them.

mod sign_in;

use actix_web::http::header;
use actix_web::web;
use askama::Template;
use woothee::parser::Parser;

use super::{AccountTab, account_links};
use crate::accounts::forms::NoFields;
use crate::accounts::forms::passkeys::{NewPasskeyForm, PasskeyNameForm};
use crate::accounts::passkeys::ceremony::{CeremonyStart, Domain, Waiting};
use crate::accounts::passkeys::{
    self, AddPasskey, AddPasskeyError, MOST, NotMine, Passkey, RemovePasskey, RenamePasskey, SeePasskeys,
};
use crate::authority::{Action, May, Scope};
use crate::db::Db;
use crate::ids::PasskeyId;
use crate::text::Title;
use crate::web::show::Moment;
use crate::web::{Field, Form, Layout, Page, PageError, Responder, Routes};
pub(super) use sign_in::way_in;

/// Where the passkeys are.
const HERE: &str = "/account/passkeys";

/// The key in the session's cookie for what a device was asked when a passkey is added.
const ADDING: &str = "adding a passkey";

/// What is said of an answer that cannot be taken.
const UNFIT: &str = "The passkey was not added: your device did not answer in time, or not as it was asked. Try again.";

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/account/passkeys", index)
        .post("/account/passkeys", create)
        .get("/account/passkeys/new", new)
        .get("/account/passkeys/{passkey}/name", edit)
        .post("/account/passkeys/{passkey}/name", update)
        .get("/account/passkeys/{passkey}/removal", new_removal)
        .post("/account/passkeys/{passkey}/removal", create_removal);
    sign_in::routes(routes);
}

/// What a device was asked goes into the session's cookie, and the question into the page.
fn remember(respond: &Responder, key: &str, asked: Option<CeremonyStart>) -> Result<String, PageError> {
    let (options, waiting) = asked.ok_or_else(|| PageError::Internal("a device cannot be asked".to_owned()))?;
    respond.session().insert(key, waiting).map_err(|error| PageError::Internal(error.to_string()))?;
    Ok(options)
}

/// What was waited for, taken out of the session's cookie.
fn recall(respond: &Responder, key: &str) -> Option<Waiting> {
    let waiting = respond.session().get(key).ok().flatten();
    respond.session().remove(key);
    waiting
}

struct Row {
    name: Title,
    added: Moment,
    used: Option<Moment>,
    rename: String,
    removal: String,
}

#[derive(Template)]
#[template(path = "accounts/passkeys/index.html")]
struct Index {
    layout: Layout,
    links: Vec<AccountTab>,
    rows: Vec<Row>,
    new: Option<&'static str>,
    unable: Option<String>,
    most: usize,
}

/// `GET /account/passkeys`
async fn index(by: May<SeePasskeys>, db: Db, respond: Responder) -> Page {
    let mine = db.read(&by, passkeys::mine).await?;
    let (now, clock) = (by.now(), by.clock());
    let unable = Domain::of(&respond.site().url).err().map(|unable| unable.to_string());
    let may_add = unable.is_none() && mine.len() < MOST;
    let row = |passkey: Passkey| Row {
        added: clock.seen(passkey.added_at, now),
        used: passkey.used_at.map(|used_at| clock.seen(used_at, now)),
        rename: format!("{HERE}/{}/name", passkey.id),
        removal: format!("{HERE}/{}/removal", passkey.id),
        name: passkey.name,
    };
    respond.render(&Index {
        layout: respond.layout("Passkeys"),
        links: account_links(HERE),
        rows: mine.into_iter().map(row).collect(),
        new: may_add.then_some("/account/passkeys/new"),
        unable,
        most: MOST,
    })
}

#[derive(Template)]
#[template(path = "accounts/passkeys/new.html")]
struct New {
    layout: Layout,
    links: Vec<AccountTab>,
    form: NewPasskeyForm,
    error: Option<&'static str>,
    /// What the device is asked, or why it cannot be.
    options: Result<String, String>,
}

impl New {
    /// The page, with a fresh question to the device.
    async fn page(
        by: &May<AddPasskey>,
        form: NewPasskeyForm,
        error: Option<&'static str>,
        db: &Db,
        respond: &Responder,
    ) -> Result<Self, PageError> {
        let kept = db.read(by, passkeys::credentials_of_mine).await?;
        let options = match Domain::of(&respond.site().url) {
            Err(unable) => Err(unable.to_string()),
            Ok(_) if kept.len() >= MOST => Err(format!("You have {MOST} passkeys. Remove one before you add another.")),
            Ok(domain) => {
                let asked = domain.ask_for_new(by.account(), by.username(), kept, by.now());
                Ok(remember(respond, ADDING, asked)?)
            }
        };
        Ok(Self { layout: respond.layout("Add a Passkey"), links: account_links(HERE), form, error, options })
    }
}

/// `GET /account/passkeys/new`
async fn new(by: May<AddPasskey>, db: Db, respond: Responder) -> Page {
    let form = NewPasskeyForm { name: Field::filled(suggested_name(&respond)), ..NewPasskeyForm::default() };
    respond.render(&New::page(&by, form, None, &db, &respond).await?)
}

/// The device at hand, in the words its owner would use: "Firefox on Linux".
fn suggested_name(respond: &Responder) -> String {
    let agent = respond.request().headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    match agent.and_then(|agent| Parser::new().parse(agent)) {
        Some(device) if device.name != "UNKNOWN" && device.os != "UNKNOWN" => {
            format!("{} on {}", device.name, device.os)
        }
        _ => "My passkey".to_owned(),
    }
}

/// `POST /account/passkeys`
async fn create(by: May<AddPasskey>, Form(mut form): Form<NewPasskeyForm>, db: Db, respond: Responder) -> Page {
    let (name, answer) = form.read();
    let waiting = recall(&respond, ADDING);
    let Some(name) = name else { return respond.render_invalid(&New::page(&by, form, None, &db, &respond).await?) };
    let ready = Domain::of(&respond.site().url).ok().zip(waiting).zip(answer);
    let error = match ready {
        None => UNFIT,
        Some(((domain, waiting), answer)) => {
            let wished = name.clone();
            match db.write(&by, move |tx| passkeys::add(tx, &domain, &waiting, &answer, &wished)).await? {
                Ok(()) => return respond.redirect(HERE).notice(format!("The passkey {name} is added.")),
                Err(AddPasskeyError::KeptAlready) => {
                    "This passkey is kept already. Use another device, or another key."
                }
                Err(AddPasskeyError::AssertionError | AddPasskeyError::TooMany) => UNFIT,
            }
        }
    };
    respond.render_invalid(&New::page(&by, form, Some(error), &db, &respond).await?)
}

/// The passkey that the address of a request names, if it is the person's own.
async fn named<A>(by: &May<A>, path: &str, db: &Db) -> Result<Passkey, PageError>
where
    A: Action<Scope = crate::accounts::CurrentAccount>,
{
    let id = PasskeyId::parse(path).ok_or(PageError::NotFound)?;
    db.read(by, move |read| passkeys::one_of_mine(read, id)).await?.ok_or(PageError::NotFound)
}

#[derive(Template)]
#[template(path = "accounts/passkeys/edit.html")]
struct Edit {
    layout: Layout,
    links: Vec<AccountTab>,
    form: PasskeyNameForm,
    action: String,
}

impl Edit {
    fn page(id: PasskeyId, form: PasskeyNameForm, respond: &Responder) -> Self {
        let layout = respond.layout("Rename a passkey");
        Self { layout, links: account_links(HERE), form, action: format!("{HERE}/{id}/name") }
    }
}

/// `GET /account/passkeys/{passkey}/name`
async fn edit(by: May<RenamePasskey>, path: web::Path<String>, db: Db, respond: Responder) -> Page {
    let passkey = named(&by, &path, &db).await?;
    let form = PasskeyNameForm { name: Field::filled(passkey.name.as_str()) };
    respond.render(&Edit::page(passkey.id, form, &respond))
}

/// `POST /account/passkeys/{passkey}/name`
async fn update(
    by: May<RenamePasskey>,
    path: web::Path<String>,
    Form(mut form): Form<PasskeyNameForm>,
    db: Db,
    respond: Responder,
) -> Page {
    let id = PasskeyId::parse(&path).ok_or(PageError::NotFound)?;
    let Some(name) = form.name.read(Title::parse) else {
        named(&by, &path, &db).await?;
        return respond.render_invalid(&Edit::page(id, form, &respond));
    };
    let wished = name.clone();
    match db.write(&by, move |tx| passkeys::rename(tx, id, &wished)).await? {
        Ok(()) => respond.redirect(HERE).notice(format!("The passkey is called {name}.")),
        Err(NotMine) => Err(PageError::NotFound),
    }
}

#[derive(Template)]
#[template(path = "accounts/passkeys/removal.html")]
struct NewRemoval {
    layout: Layout,
    links: Vec<AccountTab>,
    name: Title,
    action: String,
}

/// `GET /account/passkeys/{passkey}/removal`
async fn new_removal(by: May<RemovePasskey>, path: web::Path<String>, db: Db, respond: Responder) -> Page {
    let passkey = named(&by, &path, &db).await?;
    respond.render(&NewRemoval {
        layout: respond.layout(format!("Remove {}", passkey.name)),
        links: account_links(HERE),
        action: format!("{HERE}/{}/removal", passkey.id),
        name: passkey.name,
    })
}

/// `POST /account/passkeys/{passkey}/removal`
async fn create_removal(
    by: May<RemovePasskey>,
    path: web::Path<String>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let id = PasskeyId::parse(&path).ok_or(PageError::NotFound)?;
    match db.write(&by, move |tx| passkeys::remove(tx, id)).await? {
        Ok(name) => respond.redirect(HERE).notice(format!("The passkey {name} is removed.")),
        Err(NotMine) => Err(PageError::NotFound),
    }
}
