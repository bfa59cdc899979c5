//! What is shown of what happened.

use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};

use crate::authority::{May, Permission, Scope};
use crate::db::Db;
use crate::history::{Eyes, Topic};
use crate::members::pages::Frame;
use crate::organizations::{Filter, Line, LinePage, SeeActivity, activity};
use crate::web::clock::Clock;
use crate::web::show::{Moment, Picture};
use crate::web::{Desk, Page, Routes, Shell};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/{organization}/activity", index);
}

#[derive(Template)]
#[template(path = "organizations/activity.html")]
struct Index {
    shell: Shell,
    frame: Frame,
    /// Where the filter is sent, and where there is none.
    action: String,
    filter: Filter,
    is_filtered: bool,
    kinds: Vec<Choice>,
    /// What is sought, as the end of a sentence.
    told: String,
    /// Where one part of the filter is loosened.
    looser: Vec<(&'static str, String)>,
    /// Whether the filter could be read.
    is_read: bool,
    days: Vec<Day>,
    /// Where the newest are, on a later page.
    newest: Option<String>,
    next: Option<String>,
    previous: Option<String>,
}

/// One of several to choose from.
struct Choice {
    value: &'static str,
    label: &'static str,
}

impl Index {
    fn page(by: &May<SeeActivity>, filter: Filter, found: Option<&LinePage>, desk: &Desk) -> Self {
        let at = |filter: &Filter, after| by.link(&format!("activity{}", filter.query(after)));
        let eyes = if by.may(Permission::SeeAddresses) { Eyes::Owner } else { Eyes::Member };
        let looser = filter.loosened().into_iter().map(|(label, looser)| (label, at(&looser, None)));
        Self {
            shell: desk.shell("Activity"),
            frame: Frame::of(by, "Activity"),
            action: by.link("activity"),
            is_filtered: !filter.asked().is_empty(),
            kinds: Topic::OFFERED.map(|topic| Choice { value: topic.key(), label: topic.label() }).into(),
            told: filter.told(),
            looser: looser.collect(),
            is_read: found.is_some(),
            days: found.map(|found| by_day(&found.lines, eyes, by.clock(), by.now())).unwrap_or_default(),
            newest: filter.after().map(|_| at(&filter, None)),
            next: found.and_then(|found| found.next).map(|next| at(&filter, Some(next))),
            previous: None,
            filter,
        }
    }
}

/// What happened on one day.
struct Day {
    title: String,
    deeds: Vec<Deed>,
}

/// Who did what, when.
struct Deed {
    picture: Picture,
    who: String,
    what: String,
    at: Moment,
}

impl Deed {
    fn of(line: &Line, eyes: Eyes, clock: Clock, now: DateTime<Utc>) -> Self {
        Self {
            picture: Picture::of(&line.actor),
            who: line.actor.clone(),
            // Written by another version of Roster: that something was done is still to be told.
            what: line.happened.as_ref().map_or_else(|| "did something".to_owned(), |happened| happened.phrase(eyes)),
            at: clock.seen(line.at, now),
        }
    }
}

/// The lines under the days on which they were written, where their reader is.
fn by_day(lines: &[Line], eyes: Eyes, clock: Clock, now: DateTime<Utc>) -> Vec<Day> {
    lines
        .chunk_by(|a, b| clock.is_same_day(a.at, b.at))
        .filter_map(|lines| {
            let title = clock.heading(lines.first()?.at, now);
            Some(Day { title, deeds: lines.iter().map(|line| Deed::of(line, eyes, clock, now)).collect() })
        })
        .collect()
}

/// `GET /{organization}/activity`
async fn index(by: May<SeeActivity>, web::Query(mut filter): web::Query<Filter>, db: Db, desk: Desk) -> Page {
    let Some(sought) = filter.read(by.clock()) else {
        return desk.ask_again(&Index::page(&by, filter, None, &desk));
    };
    let after = filter.after();
    let found = db.read(&by, move |read| activity(read, &sought, after)).await?;
    desk.draw(&Index::page(&by, filter, Some(&found), &desk))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Role;
    use crate::history::Happened;
    use crate::ids::EventId;
    use crate::text::EmailAddress;

    fn line(at: &str, happened: Option<Happened>) -> Line {
        Line { id: EventId::fresh(), actor: "ada".to_owned(), happened, at: at.parse().unwrap() }
    }

    #[test]
    fn lines_stand_under_their_days() {
        let now = "2026-03-05T08:00:00Z".parse().unwrap();
        let lines = [
            line("2026-03-05T07:00:00Z", None),
            line("2026-03-05T06:00:00Z", None),
            line("2026-03-04T23:00:00Z", None),
            line("2026-02-01T23:00:00Z", None),
        ];
        let days = by_day(&lines, Eyes::Member, Clock::default(), now);
        let told: Vec<_> = days.iter().map(|day| (day.title.as_str(), day.deeds.len())).collect();
        assert_eq!(told, [("Today", 2), ("Yesterday", 1), ("1 February 2026", 1)]);
    }

    #[test]
    fn members_read_whom_but_not_the_address() {
        let email = EmailAddress::parse("grace@example.org").unwrap();
        let invited = line("2026-03-05T07:00:00Z", Some(Happened::Invited { email, role: Role::Member }));
        let what = |eyes| Deed::of(&invited, eyes, Clock::default(), invited.at).what;
        assert_eq!(what(Eyes::Owner), "invited grace@example.org as Member");
        assert_eq!(what(Eyes::Member), "invited someone as Member");
    }
}
