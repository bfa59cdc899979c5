//! What came of a review: on the screen a part at a time, and on paper all of it.

use actix_web::web;
use askama::Template;

use super::{address, id, outcome, walk};
use crate::authority::{May, Permission};
use crate::db::{Db, Queries};
use crate::ids::ReviewId;
use crate::members::OrganizationMember;
use crate::members::pages::{OrganizationLayout, OrganizationTab};
use crate::reviews::forms::ReviewQuery;
use crate::reviews::rules::{DecisionFilter, Review};
use crate::reviews::{SeeReviews, find, store};
use crate::web::clock::Clock;
use crate::web::paging::PAGE;
use crate::web::show::{Moment, grouped};
use crate::web::{Layout, Page, PageError, Query, Responder, Routes};

/// Rows of one sheet for the printer: some thirty pages of paper.
const SHEET: usize = 1_000;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/{organization}/reviews/{review}/result", show)
        .get("/{organization}/reviews/{review}/result/sheet", print);
}

/// Somebody of the review.
struct Line {
    /// By the name they had.
    username: String,
    /// As what.
    role: &'static str,
    decision: String,
    /// How it looks: what was changed stands out.
    kind: &'static str,
    /// When it was undone.
    undone: Option<Moment>,
    /// Who decided.
    by: String,
    at: Option<Moment>,
}

impl Line {
    fn of(person: &store::Listed, clock: Clock) -> Self {
        Self {
            username: person.username.to_string(),
            role: person.role.label(),
            decision: person.decision.map_or_else(|| "Not reviewed".to_owned(), |decision| decision.label()),
            kind: match person.decision.map(|decision| decision.key()) {
                None => "warn",
                Some("kept") => "good",
                Some(_) => "plain",
            },
            undone: person.undone_at.map(|at| clock.exactly(at)),
            by: person.by.clone().unwrap_or_default(),
            at: person.at.map(|at| clock.exactly(at)),
        }
    }
}

/// What a review is, above what came of it.
struct Head {
    title: String,
    facts: Vec<(&'static str, String, Option<Moment>)>,
    counts: Vec<(&'static str, String)>,
}

impl Head {
    fn of(review: &Review, clock: Clock) -> Self {
        let when = |at| Some(clock.exactly(at));
        let (who, at) = &review.begun;
        let mut facts = vec![("Begun by", who.clone(), when(*at))];
        facts.push(match &review.finished {
            Some((who, at)) => ("Finished by", who.clone(), when(*at)),
            None => ("Finished by", "Nobody yet".to_owned(), None),
        });
        let mut counts = vec![("People", grouped(review.people.into()))];
        counts.extend(DecisionFilter::ALL.map(|part| (part.label(), grouped(review.of(part).into()))));
        Self { title: format!("Access review of {}", clock.day(*at).words), facts, counts }
    }
}

#[derive(Template)]
#[template(path = "reviews/result.html")]
struct Result {
    layout: Layout,
    organization_layout: OrganizationLayout,
    head: Head,
    heads: [&'static str; 5],
    parts: Vec<OrganizationTab>,
    lines: Vec<Line>,
    /// Back to it, while it is under way.
    goes_on: Option<String>,
    /// Where the file comes from, for those who may.
    export: Option<String>,
    sheet: String,
    all_reviews: String,
    first: Option<String>,
    more: Option<String>,
}

const HEADS: [&str; 5] = ["Person", "Role then", "Decision", "By", "When"];

/// A review, and some of its people.
async fn look(
    by: &May<SeeReviews>,
    path: &web::Path<(String, String)>,
    part: Option<DecisionFilter>,
    after: String,
    length: usize,
    db: &Db,
) -> std::result::Result<(Review, Vec<store::Listed>, Option<String>), PageError> {
    let id = id(&path.1)?;
    let found = db.read(by, move |read| {
        let Some(review) = find(read, id)? else { return Ok(None) };
        let (people, next) = store::listed(read.connection(), id, part, &after, length)?;
        Ok(Some((review, people, next)))
    });
    found.await?.ok_or(PageError::NotFound)
}

/// The page of a part, behind a place.
fn part_of(by: &OrganizationMember, id: ReviewId, part: Option<DecisionFilter>, after: &str) -> String {
    address(&outcome(by, id), &[("show", part.map_or("", DecisionFilter::key)), ("after", after)])
}

/// `GET /{organization}/reviews/{review}/result`
async fn show(
    by: May<SeeReviews>,
    path: web::Path<(String, String)>,
    Query(asked): Query<ReviewQuery>,
    db: Db,
    respond: Responder,
) -> Page {
    let (part, after) = (asked.part(), asked.after());
    let (review, people, next) = look(&by, &path, part, after.clone(), PAGE, &db).await?;
    let id = review.id;
    let tab = |label: &'static str, shown: Option<DecisionFilter>| OrganizationTab {
        label,
        href: part_of(&by, id, shown, ""),
        current: shown == part,
    };
    let there = DecisionFilter::ALL.into_iter().filter(|shown| review.of(*shown) > 0 || Some(*shown) == part);
    respond.render(&Result {
        layout: respond.layout("Access Review"),
        organization_layout: OrganizationLayout::of(&by, "Members"),
        head: Head::of(&review, by.clock()),
        heads: HEADS,
        parts: std::iter::once(tab("Everyone", None)).chain(there.map(|part| tab(part.label(), Some(part)))).collect(),
        lines: people.iter().map(|person| Line::of(person, by.clock())).collect(),
        goes_on: review.finished.is_none().then(|| walk(&by, id, "")),
        export: by.may(Permission::Export).then(|| by.link(&format!("reviews/{id}/export"))),
        sheet: by.link(&format!("reviews/{id}/result/sheet")),
        all_reviews: by.link("reviews"),
        first: (!after.is_empty()).then(|| part_of(&by, id, part, "")),
        more: next.map(|next| part_of(&by, id, part, &next)),
    })
}

#[derive(Template)]
#[template(path = "reviews/sheet.html")]
struct Sheet {
    layout: Layout,
    organization_layout: OrganizationLayout,
    head: Head,
    heads: [&'static str; 5],
    lines: Vec<Line>,
    back: String,
    first: Option<String>,
    more: Option<String>,
}

/// `GET /{organization}/reviews/{review}/result/sheet`
async fn print(
    by: May<SeeReviews>,
    path: web::Path<(String, String)>,
    Query(asked): Query<ReviewQuery>,
    db: Db,
    respond: Responder,
) -> Page {
    let after = asked.after();
    let (review, people, next) = look(&by, &path, None, after.clone(), SHEET, &db).await?;
    let here = by.link(&format!("reviews/{}/result/sheet", review.id));
    respond.render(&Sheet {
        layout: respond.layout("Access Review"),
        organization_layout: OrganizationLayout::of(&by, "Members"),
        head: Head::of(&review, by.clock()),
        heads: HEADS,
        lines: people.iter().map(|person| Line::of(person, by.clock())).collect(),
        back: outcome(&by, review.id),
        first: (!after.is_empty()).then(|| here.clone()),
        more: next.map(|next| address(&here, &[("after", &next)])),
    })
}
