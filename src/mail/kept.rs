//! The letters in the folder, for reading where no mail server is set: `/dev/mail`, on a loopback
//! bind alone.

use std::path::{Path, PathBuf};

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::carriers::Kept;
use super::{Letters, Written};
use crate::authority::May;
use crate::ids::LetterId;
use crate::web::admission::Fetch;
use crate::web::show::Moment;
use crate::web::{Desk, Oops, Page, Routes, Shell, Site};

/// Where the letters are, and who can write them out.
#[derive(Clone)]
pub struct Mailbag {
    /// The folder.
    pub folder: PathBuf,
    /// The kinds of letters.
    pub letters: Letters,
}

impl Mailbag {
    /// The newest letters, at most 200, each with its row's id.
    fn newest(&self) -> Vec<Kept> {
        let mut names: Vec<_> = std::fs::read_dir(&self.folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        // Ids are made in order of time, so the names sort by it.
        names.sort_unstable_by(|a, b| b.cmp(a));
        let mut kept: Vec<Kept> =
            names.into_iter().take(200).filter_map(|name| read(&self.folder.join(name))).collect();
        kept.sort_by_key(|letter| std::cmp::Reverse(letter.at));
        kept
    }

    fn find(&self, id: LetterId) -> Option<Kept> {
        read(&self.folder.join(format!("{id}.json")))
    }

    fn written(&self, kept: &Kept, site: &Site) -> Result<Written, Oops> {
        let draft = self.letters.draft(&kept.kind, &kept.facts, site).map_err(Oops::Broken)?;
        Ok(draft.written(site)?)
    }
}

fn read(path: &Path) -> Option<Kept> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// The routes of the kept mail.
pub fn routes(routes: &mut Routes) {
    routes.get("/dev/mail", index).get("/dev/mail/{letter}", show).get("/dev/mail/{letter}/html", show_html);
}

#[derive(Template)]
#[template(path = "mail/index.html")]
struct Index {
    shell: Shell,
    letters: Vec<Line>,
}

struct Line {
    href: String,
    to: String,
    subject: String,
    sent: Moment,
}

#[derive(Template)]
#[template(path = "mail/show.html")]
struct Show {
    shell: Shell,
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
async fn index(by: May<Fetch>, bag: Option<web::Data<Mailbag>>, desk: Desk) -> Page {
    let bag = open(bag, &desk)?;
    let site = desk.site().clone();
    let kept =
        web::block(move || bag.newest().into_iter().map(|kept| (bag.written(&kept, &site), kept)).collect::<Vec<_>>());
    let kept = kept.await.map_err(|error| Oops::Broken(error.to_string()))?;
    let now = crate::authority::Scope::now(&*by);
    let letters = kept
        .into_iter()
        .filter_map(|(written, kept)| {
            Some(Line {
                href: format!("/dev/mail/{}", kept.id),
                to: kept.to,
                subject: written.ok()?.subject,
                sent: Moment::seen(kept.at, now),
            })
        })
        .collect();
    desk.draw(&Index { shell: desk.shell("Mail"), letters })
}

/// `GET /dev/mail/{letter}`
async fn show(by: May<Fetch>, bag: Option<web::Data<Mailbag>>, letter: web::Path<String>, desk: Desk) -> Page {
    let bag = open(bag, &desk)?;
    let kept = LetterId::parse(&letter).and_then(|id| bag.find(id)).ok_or(Oops::NotHere)?;
    let written = bag.written(&kept, desk.site())?;
    let parts = written
        .text
        .lines()
        .map(|line| if line.starts_with("http") { Part::Link(line.to_owned()) } else { Part::Words(line.to_owned()) });
    desk.draw(&Show {
        shell: desk.shell(written.subject.clone()),
        to: kept.to,
        subject: written.subject.clone(),
        sent: Moment::seen(kept.at, crate::authority::Scope::now(&*by)),
        html: format!("/dev/mail/{}/html", kept.id),
        parts: parts.collect(),
    })
}

/// `GET /dev/mail/{letter}/html`
async fn show_html(_by: May<Fetch>, bag: Option<web::Data<Mailbag>>, letter: web::Path<String>, desk: Desk) -> Page {
    let bag = open(bag, &desk)?;
    let kept = LetterId::parse(&letter).and_then(|id| bag.find(id)).ok_or(Oops::NotHere)?;
    let written = bag.written(&kept, desk.site())?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        // A letter brings its style along, as mail does.
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"))
        .body(written.html))
}

fn open(bag: Option<web::Data<Mailbag>>, desk: &Desk) -> Result<web::Data<Mailbag>, Oops> {
    bag.filter(|_| desk.site().shows_mail).ok_or(Oops::NotHere)
}
