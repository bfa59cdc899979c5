//! All access reviews of an organization: where one is begun, gone on with, and read later; and whether to be reminded.

use askama::Template;

use super::{address, outcome, told, walk};
use crate::authority::{May, OrganizationScope, Scope};
use crate::db::{Db, Queries};
use crate::members::pages::OrganizationLayout;
use crate::reviews::forms::{NoFields, RemindersForm};
use crate::reviews::rules::{BeginRefusal, Review};
use crate::reviews::{ReviewAccess, SeeReviews, begin, store, want_reminders};
use crate::web::paging::Asked;
use crate::web::show::{Moment, people};
use crate::web::{Form, Layout, Page, PageError, Query, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/{organization}/reviews", index)
        .post("/{organization}/reviews", create)
        .post("/{organization}/reviews/reminders", update_reminders);
}

/// A review in the list of all.
struct Line {
    title: String,
    href: String,
    /// Who finished it, and when.
    finished: Option<(String, Moment)>,
    /// Who began it, and when.
    begun: (String, Moment),
    told: String,
}

#[derive(Template)]
#[template(path = "reviews/index.html")]
struct Index {
    layout: Layout,
    organization_layout: OrganizationLayout,
    /// Where one is begun, unless one is under way.
    begin: Option<String>,
    /// The one that is under way, and how far it has come.
    under_way: Option<(Line, i32, i32)>,
    earlier: Vec<Line>,
    /// How many people would be gone through.
    people: String,
    /// What is posted to turn reminders on or off, and where.
    reminders: (&'static str, String),
    is_reminded: bool,
    /// When owners are reminded next.
    next_reminder: Option<Moment>,
    next: Option<String>,
}

/// `GET /{organization}/reviews`
async fn index(by: May<SeeReviews>, Query(asked): Query<Asked>, db: Db, respond: Responder) -> Page {
    let (organization, after, clock, now) = (by.organization_id(), asked.after(), by.clock(), by.now());
    let found = db.read(&by, move |read| {
        let all = store::all(read.connection(), organization, after)?;
        Ok((all, store::reminder(read.connection(), organization)?))
    });
    let ((all, next), reminder) = found.await?;
    let line = |review: &Review| Line {
        title: format!("Access review of {}", clock.day(review.begun.1).words),
        href: match review.finished {
            Some(_) => outcome(&by, review.id),
            None => walk(&by, review.id, ""),
        },
        finished: review.finished.as_ref().map(|(who, at)| (who.clone(), clock.seen(*at, now))),
        begun: (review.begun.0.clone(), clock.seen(review.begun.1, now)),
        told: told(review),
    };
    // The one that is under way is the last that was begun.
    let under_way = all.first().filter(|review| review.finished.is_none());
    let is_reminded = reminder.is_some();
    respond.render(&Index {
        layout: respond.layout("Access Review"),
        organization_layout: OrganizationLayout::of(&by, "Members"),
        begin: (under_way.is_none() && after.is_none()).then(|| by.link("reviews")),
        under_way: under_way.map(|review| (line(review), review.reviewed(), review.people)),
        earlier: all.iter().filter(|review| review.finished.is_some()).map(line).collect(),
        people: people(by.member_count().into()),
        reminders: (if is_reminded { "no" } else { "yes" }, by.link("reviews/reminders")),
        is_reminded,
        next_reminder: reminder.and_then(|reminder| reminder.due_at).map(|at| clock.day(at)),
        next: next.map(|at| address(&by.link("reviews"), &[("after", &at.written())])),
    })
}

/// `POST /{organization}/reviews`
async fn create(by: May<ReviewAccess>, Form(NoFields {}): Form<NoFields>, db: Db, respond: Responder) -> Page {
    match db.write(&by, begin).await? {
        Ok(id) => respond.redirect(walk(&by, id, "")).without_notice(),
        Err(BeginRefusal::TooOften(rate_limited)) => Err(PageError::TooMany {
            seconds: rate_limited.seconds(by.now()),
            told: format!("Too many reviews were started. Try again {}.", rate_limited.wait(by.now())),
        }),
    }
}

/// `POST /{organization}/reviews/reminders`
async fn update_reminders(by: May<ReviewAccess>, Form(form): Form<RemindersForm>, db: Db, respond: Responder) -> Page {
    let Some(wanted) = form.read() else { return Err(PageError::Malformed("neither on nor off")) };
    let Ok(()) = db.write(&by, move |tx| want_reminders(tx, wanted)).await?;
    let back = respond.redirect(by.link("reviews"));
    back.notice(match wanted {
        true => "Reminders are on: all owners receive an email after 90 days without a review.",
        false => "Reminders are off.",
    })
}
