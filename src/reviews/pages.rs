//! What is shown of access reviews: the one that is under way, page by page, and how it is finished.

mod deciding;
mod index;
mod result;

use actix_web::web;
use askama::Template;

use super::forms::{KeepForm, NoFields, ReviewQuery, address};
use super::rules::{DecideRefusal, Decision, Review};
use super::{ReviewAccess, SeeReviews, find, finish, keep, store};
use crate::authority::{May, Scope};
use crate::db::{Db, Queries};
use crate::ids::ReviewId;
use crate::members::pages::OrganizationLayout;
use crate::members::{ManageMembers, OrganizationMember};
use crate::text::Username;
use crate::web::show::{Moment, Picture, grouped, people};
use crate::web::{Form, Layout, Page, PageError, Query, Responder, Routes};

/// After so many days without a visit somebody is pointed out.
const LONG_AWAY: chrono::TimeDelta = chrono::TimeDelta::days(90);

pub(super) fn routes(routes: &mut Routes) {
    index::routes(routes);
    deciding::routes(routes);
    result::routes(routes);
    routes
        .get("/{organization}/reviews/{review}", show)
        .post("/{organization}/reviews/{review}/decisions", create_decisions)
        .get("/{organization}/reviews/{review}/completion", new_completion)
        .post("/{organization}/reviews/{review}/completion", create_completion);
}

/// The review whom a path names.
fn id(text: &str) -> Result<ReviewId, PageError> {
    ReviewId::parse(text).ok_or(PageError::NotFound)
}

/// The page of a review that is under way, behind a place.
fn walk(by: &OrganizationMember, id: ReviewId, after: &str) -> String {
    address(&by.link(&format!("reviews/{id}")), &[("after", after)])
}

/// The page with what came of a review.
fn outcome(by: &OrganizationMember, id: ReviewId) -> String {
    by.link(&format!("reviews/{id}/result"))
}

/// How far a review has come, in a sentence.
fn told(review: &Review) -> String {
    let (reviewed, all) = (grouped(review.reviewed().into()), people(review.people.into()));
    format!("{reviewed} of {all} reviewed")
}

/// Somebody to be looked at, with what one needs to judge.
struct Row {
    username: String,
    display_name: Option<String>,
    picture: Picture,
    standing: &'static str,
    is_suspended: bool,
    is_me: bool,
    has_two_factor: bool,
    is_long_away: bool,
    joined: Moment,
    last_here: Moment,
    /// The last day in words, if there is one.
    until: Option<String>,
    /// Where Change Role leads.
    roles: Option<String>,
    /// Where Remove leads.
    removal: Option<String>,
    /// In place of both: why not.
    instead: Option<&'static str>,
}

impl Row {
    fn of(person: &store::Open, by: &OrganizationMember, id: ReviewId, after: &str) -> Self {
        let is_me = person.account == by.me().account();
        let is_primary = person.account == by.primary_owner();
        let way = |what: &str| {
            let path = by.link(&format!("reviews/{id}/people/{}/{what}", person.username));
            (!is_me && !is_primary).then(|| address(&path, &[("after", after)]))
        };
        Self {
            username: person.username.to_string(),
            display_name: person.called.as_ref().map(ToString::to_string),
            picture: Picture::of_person(&person.username, person.called.as_ref()).showing(person.picture),
            standing: if is_primary { "Primary owner" } else { person.role.label() },
            is_suspended: person.is_suspended,
            is_me,
            has_two_factor: person.has_two_factor,
            is_long_away: person.last_active_at + LONG_AWAY < by.now(),
            joined: by.clock().day(person.joined_at),
            last_here: by.clock().day(person.last_active_at),
            until: person.last_day.map(|last| {
                let word = if last.is_over(by.now()) { "Ended with" } else { "Until" };
                format!("{word} {}", by.clock().calendar(last.day()))
            }),
            roles: way("role"),
            removal: way("removal"),
            instead: match (is_me, is_primary) {
                (true, _) => Some("Another owner changes your access"),
                (false, true) => Some("Stays until they hand over"),
                (false, false) => None,
            },
        }
    }
}

#[derive(Template)]
#[template(path = "reviews/show.html")]
struct Show {
    layout: Layout,
    organization_layout: OrganizationLayout,
    told: String,
    reviewed: i32,
    all: i32,
    /// How many are left, on this page or not.
    left: i32,
    rows: Vec<Row>,
    /// Where Keep is posted, and those of this page.
    action: String,
    everyone: String,
    finish: String,
    outcome: String,
    all_reviews: String,
    first: Option<String>,
    more: Option<String>,
}

/// `GET /{organization}/reviews/{review}`
async fn show(
    by: May<SeeReviews>,
    path: web::Path<(String, String)>,
    Query(asked): Query<ReviewQuery>,
    db: Db,
    respond: Responder,
) -> Page {
    let (id, after) = (id(&path.1)?, asked.after());
    let behind = after.clone();
    let found = db.read(&by, move |read| {
        let Some(review) = find(read, id)? else { return Ok(None) };
        if review.finished.is_some() {
            return Ok(Some((review, Vec::new(), None)));
        }
        let (open, next) = store::still_open(read.connection(), id, &behind)?;
        Ok(Some((review, open, next)))
    });
    let Some((review, open, next)) = found.await? else { return Err(PageError::NotFound) };
    if review.finished.is_some() {
        return respond.redirect(outcome(&by, id)).without_notice();
    }
    let rows: Vec<Row> = open.iter().map(|person| Row::of(person, &by, id, &after)).collect();
    let decisions = by.link(&format!("reviews/{id}/decisions"));
    respond.render(&Show {
        layout: respond.layout("Access Review"),
        organization_layout: OrganizationLayout::of(&by, "Members"),
        told: told(&review),
        reviewed: review.reviewed(),
        all: review.people,
        left: review.left(),
        everyone: rows.iter().map(|row| row.username.as_str()).collect::<Vec<_>>().join(" "),
        rows,
        action: address(&decisions, &[("after", &after)]),
        finish: by.link(&format!("reviews/{id}/completion")),
        outcome: outcome(&by, id),
        all_reviews: by.link("reviews"),
        first: (!after.is_empty()).then(|| walk(&by, id, "")),
        more: next.map(|next| walk(&by, id, &next)),
    })
}

/// Why nothing was decided about somebody, on the page from which it was tried.
fn refused(
    by: &OrganizationMember,
    id: ReviewId,
    back: String,
    person: &Username,
    refusal: &DecideRefusal,
    respond: &Responder,
) -> Page {
    match refusal {
        DecideRefusal::Unknown => Err(PageError::NotFound),
        DecideRefusal::Finished => respond.redirect(outcome(by, id)).warning(refusal.told(person)),
        _ => respond.redirect(back).warning(refusal.told(person)),
    }
}

/// `POST /{organization}/reviews/{review}/decisions`
async fn create_decisions(
    by: May<ManageMembers>,
    path: web::Path<(String, String)>,
    Query(asked): Query<ReviewQuery>,
    Form(form): Form<KeepForm>,
    db: Db,
    respond: Responder,
) -> Page {
    let (id, chosen) = (id(&path.1)?, form.read());
    let back = walk(&by, id, &asked.after());
    let Some(first) = chosen.first().cloned() else {
        return respond.redirect(back).warning("Choose somebody in the list first.");
    };
    let asked_for = chosen.len();
    match db.write(&by, move |tx| keep(tx, id, &chosen)).await? {
        Ok(_) if asked_for == 1 => respond.redirect(back).notice(format!("{first} was kept.")),
        Ok(kept) if kept == asked_for => respond.redirect(back).notice(format!("{} were kept.", heads(kept))),
        Ok(kept) => respond.redirect(back).warning(format!(
            "{} kept. {} already had a decision, which was not changed.",
            match kept {
                1 => "1 person was".to_owned(),
                kept => format!("{} were", heads(kept)),
            },
            heads(asked_for - kept)
        )),
        // A second click, or the same in another tab.
        Err(DecideRefusal::Decided(Decision::Kept, _, true)) => {
            respond.redirect(back).notice(format!("{first} was kept."))
        }
        Err(refusal) => refused(&by, id, back, &first, &refusal, &respond),
    }
}

fn heads(number: usize) -> String {
    people(i64::try_from(number).unwrap_or(i64::MAX))
}

#[derive(Template)]
#[template(path = "reviews/completion.html")]
struct NewCompletion {
    layout: Layout,
    organization_layout: OrganizationLayout,
    action: String,
    back: String,
    /// What came of it so far, a sentence each.
    told: Vec<String>,
    /// How many were not looked at.
    left: Option<String>,
}

/// `GET /{organization}/reviews/{review}/completion`
async fn new_completion(by: May<ReviewAccess>, path: web::Path<(String, String)>, db: Db, respond: Responder) -> Page {
    let id = id(&path.1)?;
    let Some(review) = db.read(&by, move |read| find(read, id)).await? else { return Err(PageError::NotFound) };
    if review.finished.is_some() {
        return respond.redirect(outcome(&by, id)).without_notice();
    }
    let counted = [
        (review.kept, "kept"),
        (review.changed, "given another role"),
        (review.removed, "removed"),
        (review.gone, "left before a decision"),
    ];
    let counted = counted.iter().filter(|(number, _)| *number > 0);
    respond.render(&NewCompletion {
        layout: respond.layout("Finish Review"),
        organization_layout: OrganizationLayout::of(&by, "Members"),
        action: by.link(&format!("reviews/{id}/completion")),
        back: walk(&by, id, ""),
        told: counted.map(|(number, what)| format!("{} {what}.", people((*number).into()))).collect(),
        left: (review.left() > 0).then(|| people(review.left().into())),
    })
}

/// `POST /{organization}/reviews/{review}/completion`
async fn create_completion(
    by: May<ReviewAccess>,
    path: web::Path<(String, String)>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let id = id(&path.1)?;
    let Ok(review) = db.write(&by, move |tx| finish(tx, id)).await?;
    let Some(review) = review else { return Err(PageError::NotFound) };
    let done = respond.redirect(outcome(&by, id));
    match review.finished {
        None => done.notice("The access review is finished."),
        Some((who, _)) => done.notice(format!("The access review was finished by {who}.")),
    }
}
