//! The page Notifications: which mail one gets as an owner, for each organization.

use actix_web::web;
use askama::Template;

use crate::accounts::pages::{AccountTab, account_links};
use crate::authority::May;
use crate::db::Db;
use crate::members::forms::MailForm;
use crate::members::notifications::{self, ChooseMail, ChooseRefusal};
use crate::text::Slug;
use crate::web::show::Picture;
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

/// Where it is.
const HERE: &str = "/account/notifications";

pub(super) fn routes(routes: &mut Routes) {
    routes.get(HERE, index).get("/account/notifications/{place}", edit).post("/account/notifications/{place}", update);
}

#[derive(Template)]
#[template(path = "members/notifications.html")]
struct Index {
    layout: Layout,
    links: Vec<AccountTab>,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    picture: Picture,
    standing: &'static str,
    /// What is sent, in words.
    told: String,
    /// Where it is chosen, if there is anything to choose.
    choice: Option<String>,
}

/// `GET /account/notifications`
async fn index(by: May<ChooseMail>, db: Db, respond: Responder) -> Page {
    let mine = db.read(&by, |read| notifications::all(read)).await?;
    let rows = mine.into_iter().map(|mine| Row {
        name: mine.name.to_string(),
        picture: Picture::of(mine.name.as_str()).showing(mine.picture),
        standing: mine.standing.label(),
        told: match mine.is_to_owner() {
            true => mine.wants.told(),
            false => "You receive emails about your own access. Owners can choose more.".to_owned(),
        },
        choice: mine.is_to_owner().then(|| format!("{HERE}/{}", mine.slug)),
    });
    respond.render(&Index { layout: respond.layout("Notifications"), links: account_links(HERE), rows: rows.collect() })
}

#[derive(Template)]
#[template(path = "members/notifications_of_one.html")]
struct Edit {
    layout: Layout,
    links: Vec<AccountTab>,
    name: String,
    action: String,
    back: &'static str,
    /// Where there is something to choose.
    form: Option<MailForm>,
}

/// `GET /account/notifications/{place}`
async fn edit(by: May<ChooseMail>, place: web::Path<String>, db: Db, respond: Responder) -> Page {
    let slug = Slug::parse(&place).map_err(|_| PageError::NotFound)?;
    let mine = db.read(&by, move |read| notifications::one(read, &slug)).await?.ok_or(PageError::NotFound)?;
    respond.render(&Edit {
        layout: respond.layout(format!("Emails about {}", mine.name)),
        links: account_links(HERE),
        name: mine.name.to_string(),
        action: format!("{HERE}/{}", mine.slug),
        back: HERE,
        form: mine.is_to_owner().then(|| MailForm::of(mine.wants)),
    })
}

/// `POST /account/notifications/{place}`
async fn update(
    by: May<ChooseMail>,
    place: web::Path<String>,
    Form(form): Form<MailForm>,
    db: Db,
    respond: Responder,
) -> Page {
    let slug = Slug::parse(&place).map_err(|_| PageError::NotFound)?;
    let wants = form.read();
    match db.write(&by, move |tx| notifications::choose(tx, &slug, wants)).await? {
        Ok(name) => respond.redirect(HERE).notice(wants.promised(name.as_str())),
        Err(ChooseRefusal::NotAMember) => Err(PageError::NotFound),
        Err(ChooseRefusal::NotAnOwner) => {
            respond.redirect(HERE).warning("Nothing was changed. Only owners can choose emails.".to_owned())
        }
    }
}
