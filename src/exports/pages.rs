//! What is shown before something is exported, and the file itself.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::document::{Document, Progress};
use super::forms::ExportForm;
use super::gate::Full;
use super::rules::ExportFormat;
use super::{Export, ExportLimiter, download, record};
use crate::authority::{May, Scope};
use crate::db::Db;
use crate::ids::ReviewId;
use crate::members::pages::OrganizationLayout;
use crate::organizations::{Filter, Sought};
use crate::reviews;
use crate::web::{Form, Layout, Page, PageError, Query, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/{organization}/members/export", new_members)
        .post("/{organization}/members/export", create_members)
        .get("/{organization}/activity/export", new_activity)
        .post("/{organization}/activity/export", create_activity)
        .post("/{organization}/reviews/{review}/export", create_review)
        .get("/{organization}/settings/export", new_organization)
        .post("/{organization}/settings/export", create_organization);
}

#[derive(Template)]
#[template(path = "exports/new.html")]
struct New {
    layout: Layout,
    organization_layout: OrganizationLayout,
    title: &'static str,
    /// What the file holds, in sentences.
    holds: Vec<String>,
    form: ExportForm,
    /// The shapes to choose from, where there are several.
    formats: Vec<Choice>,
    action: String,
    back: String,
}

/// A shape to choose.
struct Choice {
    value: &'static str,
    label: &'static str,
    hint: &'static str,
}

impl Choice {
    fn all() -> Vec<Self> {
        ExportFormat::ALL
            .map(|format| Self { value: format.key(), label: format.label(), hint: format.meaning() })
            .into()
    }
}

/// One of the pages that ask before something is exported.
struct Question {
    tab: &'static str,
    title: &'static str,
    holds: Vec<String>,
    formats: Vec<Choice>,
    /// Where the file comes from, and where the reader came from.
    action: String,
    back: String,
}

impl Question {
    fn members(by: &May<Export>) -> Self {
        let people = match by.member_count() {
            1 => "you alone".to_owned(),
            people => format!("all {people} people"),
        };
        Self {
            tab: "Members",
            title: "Export Members",
            holds: vec![format!(
                "The file holds {people}: names, address, role, whether they are suspended and have two-factor authentication, who invited them, and when they joined and were last active."
            )],
            formats: Choice::all(),
            action: by.link("members/export"),
            back: by.link("members"),
        }
    }

    fn activity(by: &May<Export>, filter: &Filter) -> Self {
        let told = filter.told();
        let what = if told.is_empty() { String::new() } else { format!(" {told}") };
        Self {
            tab: "Activity",
            title: "Export Activity",
            holds: vec![format!(
                "The file holds everything that happened{what}, the newest first: when, who, and what. Times are in UTC."
            )],
            formats: Choice::all(),
            action: by.link(&format!("activity/export{}", filter.query(None))),
            back: by.link(&format!("activity{}", filter.query(None))),
        }
    }

    fn organization(by: &May<Export>) -> Self {
        Self {
            tab: "Settings",
            title: "Export this Organization",
            holds: vec![
                "The file holds the name and all URLs, the billing details, the projects, the pending invites, the members with their addresses, and everything that happened. Of a card it holds the brand, the last four digits and the expiry.".to_owned(),
                "It is one file of JSON, for a program. Times are in UTC.".to_owned(),
            ],
            formats: Vec::new(),
            action: by.link("settings/export"),
            back: by.link("settings"),
        }
    }

    fn page(self, by: &May<Export>, form: ExportForm, respond: &Responder) -> New {
        New {
            layout: respond.layout(self.title),
            organization_layout: OrganizationLayout::of(by, self.tab),
            title: self.title,
            holds: self.holds,
            form,
            formats: self.formats,
            action: self.action,
            back: self.back,
        }
    }
}

/// `GET /{organization}/members/export`
async fn new_members(by: May<Export>, respond: Responder) -> Page {
    respond.render(&Question::members(&by).page(&by, ExportForm::usual(), &respond))
}

/// `POST /{organization}/members/export`
async fn create_members(
    by: May<Export>,
    Form(mut form): Form<ExportForm>,
    gate: web::Data<ExportLimiter>,
    db: Db,
    respond: Responder,
) -> Page {
    let question = Question::members(&by);
    match form.read() {
        None => respond.render_invalid(&question.page(&by, form, &respond)),
        Some(format) => sent(&by, Document::Members(format), question.back, &gate, db, &respond).await,
    }
}

/// The filter in an address, as it was read when its page was drawn. What cannot be read belongs to that page.
fn sought(by: &May<Export>, filter: &mut Filter) -> Result<Sought, PageError> {
    filter.read(by.clock()).ok_or(PageError::Malformed("a filter that no page of ours has"))
}

/// `GET /{organization}/activity/export`
async fn new_activity(by: May<Export>, Query(mut filter): Query<Filter>, respond: Responder) -> Page {
    sought(&by, &mut filter)?;
    respond.render(&Question::activity(&by, &filter).page(&by, ExportForm::usual(), &respond))
}

/// `POST /{organization}/activity/export`
async fn create_activity(
    by: May<Export>,
    Query(mut filter): Query<Filter>,
    Form(mut form): Form<ExportForm>,
    gate: web::Data<ExportLimiter>,
    db: Db,
    respond: Responder,
) -> Page {
    let sought = sought(&by, &mut filter)?;
    let question = Question::activity(&by, &filter);
    match form.read() {
        None => respond.render_invalid(&question.page(&by, form, &respond)),
        Some(format) => sent(&by, Document::Activity(format, sought), question.back, &gate, db, &respond).await,
    }
}

/// `POST /{organization}/reviews/{review}/export`: what came of it is in sight where the button is, so nothing is
/// asked.
async fn create_review(
    by: May<Export>,
    path: web::Path<(String, String)>,
    Form(mut form): Form<ExportForm>,
    gate: web::Data<ExportLimiter>,
    db: Db,
    respond: Responder,
) -> Page {
    let id = ReviewId::parse(&path.1).ok_or(PageError::NotFound)?;
    let Some(format) = form.read() else { return Err(PageError::Malformed("neither CSV nor JSON")) };
    if db.read(&by, move |read| reviews::find(read, id)).await?.is_none() {
        return Err(PageError::NotFound);
    }
    let back = by.link(&format!("reviews/{id}/result"));
    sent(&by, Document::Review(format, id), back, &gate, db, &respond).await
}

/// `GET /{organization}/settings/export`
async fn new_organization(by: May<Export>, respond: Responder) -> Page {
    respond.render(&Question::organization(&by).page(&by, ExportForm::usual(), &respond))
}

/// `POST /{organization}/settings/export`
async fn create_organization(
    by: May<Export>,
    Form(ExportForm { .. }): Form<ExportForm>,
    gate: web::Data<ExportLimiter>,
    db: Db,
    respond: Responder,
) -> Page {
    let back = by.link("settings/export");
    sent(&by, Document::Organization, back, &gate, db, &respond).await
}

/// The file, or why it has to wait.
async fn sent(
    by: &May<Export>,
    document: Document,
    back: String,
    gate: &ExportLimiter,
    db: Db,
    respond: &Responder,
) -> Page {
    let place = match gate.enter(by.me().account()) {
        Ok(place) => place,
        Err(full) => {
            return respond.redirect(back).warning(match full {
                Full::OfOne => {
                    "Two exports of yours are on their way. Wait until one is there, or stop it in your browser."
                }
                Full::OfAll => "Many exports are on their way. Try again in some minutes.",
            });
        }
    };
    let recorded = document.clone();
    if let Err(rate_limited) = db.write(by, move |tx| record(tx, &recorded)).await? {
        return Err(PageError::TooMany {
            seconds: rate_limited.seconds(by.now()),
            told: format!("You exported too often. Try again {}.", rate_limited.wait(by.now())),
        });
    }
    // Made of what Roster has judged itself: letters, digits and hyphens.
    let day = by.clock().sortable(by.now());
    let name = format!("{}-{}-{day}.{}", by.slug(), document.noun(), document.format().key());
    Ok(HttpResponse::Ok()
        .content_type(document.format().media_type())
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .streaming(download::stream(by, db, place, Progress::of(document))))
}
