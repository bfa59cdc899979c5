//! What is shown on the overview.

use actix_web::web;
use askama::Template;

use super::charts::{Bar, HEIGHT, LineChart, WIDTH, bars, line};
use super::concerns::{Billing, Concern, concerns};
use super::rules::{Size, Week, growth, weeks};
use super::{RemindOwner, RemindRefusal, SeeOverview, store};
use crate::authority::{May, OrganizationScope, Permission, Scope};
use crate::billing;
use crate::db::{Db, Queries};
use crate::members::pages::OrganizationLayout;
use crate::text::Username;
use crate::web::clock::Clock;
use crate::web::form::NoFields;
use crate::web::show::count;
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/{organization}/overview", show).post("/{organization}/members/{username}/reminder", create_reminder);
}

#[derive(Template)]
#[template(path = "overview/show.html")]
struct Show {
    layout: Layout,
    organization_layout: OrganizationLayout,
    /// How many things want attention, in a sentence.
    told: String,
    concerns: Vec<Concern>,
    growth: Growth,
    activity: Activity,
}

/// What is on the axes and in the table of a picture.
struct Entry {
    day: String,
    number: i64,
}

/// A picture of members over time.
struct Growth {
    /// None while there is only one day to tell of.
    line: Option<LineChart>,
    width: i64,
    height: i64,
    /// What the picture shows, for the person who does not see it.
    told: String,
    entries: Vec<Entry>,
    heads: [&'static str; 2],
}

impl Growth {
    fn of(sizes: &[Size], clock: Clock) -> Self {
        let entry = |size: &Size| Entry { day: clock.calendar(size.day), number: size.members };
        let entries: Vec<Entry> = sizes.iter().map(entry).collect();
        let told = match (entries.first(), entries.last()) {
            (Some(first), Some(last)) => {
                format!("From {} on {} to {}.", count(first.number, "member"), first.day, last.number)
            }
            _ => String::new(),
        };
        Self { line: line(sizes), width: WIDTH, height: HEIGHT, told, entries, heads: ["Day", "Members"] }
    }
}

/// A picture of what was done week by week.
struct Activity {
    bars: Vec<Bar>,
    width: i64,
    height: i64,
    told: String,
    entries: Vec<Entry>,
    heads: [&'static str; 2],
}

impl Activity {
    fn of(weeks: &[Week], clock: Clock) -> Self {
        let entry = |week: &Week| Entry { day: clock.calendar(week.begins), number: week.deeds };
        let entries: Vec<Entry> = weeks.iter().map(entry).collect();
        let all = weeks.iter().map(|week| week.deeds).sum();
        let this_week = entries.last().map_or(0, |last| last.number);
        let told = match weeks.len() {
            ..=1 => format!("{} this week.", count(all, "change")),
            weeks => format!("{} in {weeks} weeks, {this_week} of them this week.", count(all, "change")),
        };
        Self { bars: bars(weeks), width: WIDTH, height: HEIGHT, told, entries, heads: ["Week from", "Changes"] }
    }
}

/// `GET /{organization}/overview`
async fn show(by: May<SeeOverview>, db: Db, respond: Responder) -> Page {
    let (organization, now, bills) = (by.organization_id(), by.now(), by.may(Permission::ManageBilling));
    let looked = db.read(&by, move |read| {
        let kept = if bills { billing::facts(read.connection(), organization)? } else { None };
        Ok((store::look(read.connection(), organization, now)?, kept))
    });
    let (sight, kept) = looked.await?;
    let billing = kept.map_or(Billing::Missing, |kept| Billing::Kept(kept.card));
    let concerns = concerns(&by, &sight, &billing);
    let sizes = growth(&sight.days, sight.founded, sight.today, by.member_count().into());
    respond.render(&Show {
        layout: respond.layout("Overview"),
        organization_layout: OrganizationLayout::of(&by, "Overview"),
        told: match concerns.len() {
            0 => format!("All is well with {}.", by.name()),
            1 => "One thing wants your attention.".to_owned(),
            things => format!("{things} things want your attention."),
        },
        concerns,
        growth: Growth::of(&sizes, by.clock()),
        activity: Activity::of(&weeks(&sight.days, sight.founded, sight.today), by.clock()),
    })
}

/// `POST /{organization}/members/{username}/reminder`
async fn create_reminder(
    by: May<RemindOwner>,
    path: web::Path<(String, String)>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let person = Username::parse(&path.into_inner().1).map_err(|_| PageError::NotFound)?;
    let (back, whom) = (by.link("overview"), person.clone());
    match db.write(&by, move |tx| super::remind(tx, &whom)).await? {
        Ok(()) => respond.redirect(back).notice(format!("A reminder is on its way to {person}.")),
        Err(RemindRefusal::NotAMember) => Err(PageError::NotFound),
        Err(RemindRefusal::Oneself) => respond.redirect("/account/two-factor").without_notice(),
        Err(RemindRefusal::NotAnOwner) => {
            respond.redirect(back).warning(format!("{person} is no owner of {}: owners alone are reminded.", by.name()))
        }
        Err(RemindRefusal::AlreadyOn) => {
            respond.redirect(back).notice(format!("{person} has two-factor authentication on already."))
        }
        Err(RemindRefusal::TooOften(rate_limited)) => respond.redirect(back).warning(format!(
            "{person} was reminded already. You can remind them again {}.",
            rate_limited.wait(by.now())
        )),
    }
}
