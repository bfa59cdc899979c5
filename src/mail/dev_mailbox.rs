//! The letters in the folder, for reading where no mail server is set: `/dev/mail`, on a loopback
//! bind alone.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::transports::DevEmail;
use super::{EmailTemplates, RenderedEmail};
use crate::authority::{May, Scope};
use crate::db::{Db, Queries};
use crate::ids::EmailId;
use crate::web::admission::Fetch;
use crate::web::clock::Clock;
use crate::web::show::Moment;
use crate::web::{Layout, Page, PageError, Query, Responder, Routes, Site};

/// So many emails are shown, the newest.
const MOST: usize = 200;

/// Where the emails are, and who can write them out.
#[derive(Clone)]
pub struct DevMailbox {
    /// The folder.
    pub folder: PathBuf,
    /// The kinds of emails.
    pub emails: EmailTemplates,
}

impl DevMailbox {
    /// The newest letters, at most [`MOST`], each with its row's id, and whether there are older ones.
    fn newest(&self) -> (Vec<DevEmail>, bool) {
        let mut names: Vec<_> = std::fs::read_dir(&self.folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        // Ids are made in order of time, so the names sort by it.
        names.sort_unstable_by(|a, b| b.cmp(a));
        let older = names.len() > MOST;
        let mut kept: Vec<DevEmail> =
            names.into_iter().take(MOST).filter_map(|name| read(&self.folder.join(name))).collect();
        kept.sort_by_key(|email| std::cmp::Reverse(email.at));
        (kept, older)
    }

    fn find(&self, id: EmailId) -> Option<DevEmail> {
        read(&self.folder.join(format!("{id}.json")))
    }

    /// How those read dates and times whom emails go to.
    async fn clocks(&self, kept: &[DevEmail], by: &May<Fetch>, db: &Db) -> Result<HashMap<String, Clock>, PageError> {
        let (emails, to) = (self.emails.clone(), kept.iter().map(|kept| kept.to.clone()).collect::<Vec<_>>());
        let asked = db
            .read(by, move |read| emails.clocks(read.connection(), &to.iter().map(String::as_str).collect::<Vec<_>>()));
        Ok(asked.await?)
    }

    /// As anyone who gets it reads it.
    async fn written(
        &self,
        kept: &DevEmail,
        by: &May<Fetch>,
        db: &Db,
        site: &Site,
    ) -> Result<RenderedEmail, PageError> {
        let clock = self.clocks(std::slice::from_ref(kept), by, db).await?.remove(&kept.to);
        self.written_for(clock.unwrap_or_default(), kept, site)
    }

    fn written_for(&self, clock: Clock, kept: &DevEmail, site: &Site) -> Result<RenderedEmail, PageError> {
        let draft = self.emails.draft(&kept.kind, &kept.facts, site, clock).map_err(PageError::Internal)?;
        Ok(draft.written(site)?)
    }
}

fn read(path: &Path) -> Option<DevEmail> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// The routes of the kept mail.
pub fn routes(routes: &mut Routes) {
    routes.get("/dev/mail", index).get("/dev/mail/{letter}", show).get("/dev/mail/{letter}/html", show_html);
}

#[derive(Template)]
#[template(path = "mail/index.html")]
struct Index {
    layout: Layout,
    /// What they are filtered by.
    wanted: String,
    emails: Vec<Line>,
    /// That there are older ones, which are neither shown nor looked through.
    older: Option<String>,
}

/// The part of an address that says which emails are wanted.
#[derive(Default, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

struct Line {
    href: String,
    to: String,
    subject: String,
    sent: Moment,
}

impl Line {
    /// Whether each word that is wanted is in its subject or in the address it went to.
    fn fits(&self, wanted: &str) -> bool {
        let text = format!("{} {}", self.subject, self.to).to_lowercase();
        wanted.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}

#[derive(Template)]
#[template(path = "mail/show.html")]
struct Show {
    layout: Layout,
    to: String,
    subject: String,
    sent: Moment,
    html: String,
    parts: Vec<Part>,
}

/// A line of the text part: words, or a link.
enum Part {
    Words(String),
    Link(String),
}

/// `GET /dev/mail`
async fn index(
    by: May<Fetch>,
    bag: Option<web::Data<DevMailbox>>,
    asked: Query<Asked>,
    db: Db,
    respond: Responder,
) -> Page {
    let wanted = asked.into_inner().q;
    let bag = open(bag, &respond)?;
    let folder = bag.clone();
    let (kept, older) =
        web::block(move || folder.newest()).await.map_err(|error| PageError::Internal(error.to_string()))?;
    let clocks = bag.clocks(&kept, &by, &db).await?;
    let (clock, now) = (by.clock(), by.now());
    let emails = kept
        .into_iter()
        .filter_map(|kept| {
            let theirs = clocks.get(&kept.to).copied().unwrap_or_default();
            Some(Line {
                href: format!("/dev/mail/{}", kept.id),
                subject: bag.written_for(theirs, &kept, respond.site()).ok()?.subject,
                to: kept.to,
                sent: clock.seen(kept.at, now),
            })
        })
        .filter(|line| line.fits(&wanted))
        .collect();
    let older = older.then(|| {
        let what = if wanted.is_empty() { "shown" } else { "looked through" };
        format!("Only the newest {MOST} emails are {what}.")
    });
    respond.render(&Index { layout: respond.layout("Mail"), wanted, emails, older })
}

/// `GET /dev/mail/{email}`
async fn show(
    by: May<Fetch>,
    bag: Option<web::Data<DevMailbox>>,
    email: web::Path<String>,
    db: Db,
    respond: Responder,
) -> Page {
    let bag = open(bag, &respond)?;
    let kept = EmailId::parse(&email).and_then(|id| bag.find(id)).ok_or(PageError::NotFound)?;
    let written = bag.written(&kept, &by, &db, respond.site()).await?;
    let parts = written
        .text
        .lines()
        .map(|line| if line.starts_with("http") { Part::Link(line.to_owned()) } else { Part::Words(line.to_owned()) });
    respond.render(&Show {
        layout: respond.layout(written.subject.clone()),
        to: kept.to,
        subject: written.subject.clone(),
        sent: by.clock().seen(kept.at, by.now()),
        html: format!("/dev/mail/{}/html", kept.id),
        parts: parts.collect(),
    })
}

/// `GET /dev/mail/{email}/html`
async fn show_html(
    by: May<Fetch>,
    bag: Option<web::Data<DevMailbox>>,
    email: web::Path<String>,
    db: Db,
    respond: Responder,
) -> Page {
    let bag = open(bag, &respond)?;
    let kept = EmailId::parse(&email).and_then(|id| bag.find(id)).ok_or(PageError::NotFound)?;
    let written = bag.written(&kept, &by, &db, respond.site()).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        // A letter brings its style along, as mail does.
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"))
        .body(written.html))
}

fn open(bag: Option<web::Data<DevMailbox>>, respond: &Responder) -> Result<web::Data<DevMailbox>, PageError> {
    bag.filter(|_| respond.site().shows_mail).ok_or(PageError::NotFound)
}
