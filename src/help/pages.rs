//! The pages of the manual.

use actix_web::web;
use askama::Template;

use super::ReadHelp;
use super::topics::{self, Group, HelpTopic, MANUAL, TopicPart};
use super::words::{Piece, pieces};
use crate::authority::May;
use crate::members::pages::permissions::Policy;
use crate::web::assets::{Assets, HelpPicture};
use crate::web::{Layout, Page, PageError, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/help", index).get("/help/{topic}", show);
}

#[derive(Template)]
#[template(path = "help/index.html")]
struct Index {
    layout: Layout,
    groups: &'static [Group],
}

#[derive(Template)]
#[template(path = "help/show.html")]
struct Show {
    layout: Layout,
    groups: &'static [Group],
    topic: &'static HelpTopic,
    parts: Vec<Shown>,
    related: Vec<&'static HelpTopic>,
    previous: Option<&'static HelpTopic>,
    next: Option<&'static HelpTopic>,
}

/// A part of a topic, as its page shows it.
enum Shown {
    Says(Vec<Piece>),
    Note(Vec<Piece>),
    Heading(&'static str),
    Steps(Vec<Vec<Piece>>),
    List(Vec<Vec<Piece>>),
    Picture(HelpPicture, &'static str),
    Policy(Policy),
}

impl Shown {
    /// A part; a picture that was not made yet shows nothing.
    fn of(part: &TopicPart, assets: &Assets) -> Option<Self> {
        let all = |sentences: &[&'static str]| sentences.iter().map(|sentence| pieces(sentence)).collect();
        Some(match part {
            TopicPart::Says(sentence) => Self::Says(pieces(sentence)),
            TopicPart::Note(sentence) => Self::Note(pieces(sentence)),
            TopicPart::Heading(heading) => Self::Heading(heading),
            TopicPart::Steps(steps) => Self::Steps(all(steps)),
            TopicPart::List(list) => Self::List(all(list)),
            TopicPart::Shows(picture) => Self::Picture(assets.help(picture.name)?.clone(), picture.alt),
            TopicPart::Policy => Self::Policy(Policy::whole()),
        })
    }
}

/// `GET /help`
async fn index(_by: May<ReadHelp>, respond: Responder) -> Page {
    respond.render(&Index { layout: respond.layout("Help"), groups: &MANUAL })
}

/// `GET /help/{topic}`
async fn show(_by: May<ReadHelp>, slug: web::Path<String>, respond: Responder) -> Page {
    let topic = topics::find(&slug).ok_or(PageError::NotFound)?;
    let (previous, next) = topic.neighbours();
    let assets = &respond.site().assets;
    respond.render(&Show {
        layout: respond.layout(format!("{} · Help", topic.title)),
        groups: &MANUAL,
        topic,
        parts: topic.parts.iter().filter_map(|part| Shown::of(part, assets)).collect(),
        related: topic.related.iter().filter_map(|slug| topics::find(slug)).collect(),
        previous,
        next,
    })
}
