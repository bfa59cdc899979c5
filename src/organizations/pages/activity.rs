//! What is shown of what happened.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::audit_log::{ActivityCategory, Audience, EventKind};
use crate::authority::{May, Permission, Scope};
use crate::db::Db;
use crate::ids::UndoId;
use crate::members;
use crate::members::pages::OrganizationLayout;
use crate::organizations::{AuditLine, Filter, LinePage, SeeActivity, activity};
use crate::web::clock::Clock;
use crate::web::paging::PAGE;
use crate::web::show::{Moment, Picture};
use crate::web::{Layout, Page, Query, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/{organization}/activity", index);
}

#[derive(Template)]
#[template(path = "organizations/activity.html")]
struct Index {
    layout: Layout,
    organization_layout: OrganizationLayout,
    /// Where the filter is sent, and where there is none.
    action: String,
    filter: Filter,
    is_filtered: bool,
    kinds: Vec<Choice>,
    /// What is sought, as the end of a sentence.
    told: String,
    /// Where what is shown is exported, for those who may.
    export: Option<String>,
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
    fn page(
        by: &May<SeeActivity>,
        filter: Filter,
        found: Option<(LinePage, Vec<UndoId>)>,
        respond: &Responder,
    ) -> Self {
        let at = |filter: &Filter, after| by.link(&format!("activity{}", filter.query(after)));
        let looser = filter.loosened().into_iter().map(|(label, looser)| (label, at(&looser, None)));
        let is_read = found.is_some();
        let (page, undoings) = found.unwrap_or_default();
        let reader = Reader {
            audience: if by.may(Permission::SeeAddresses) { Audience::Owner } else { Audience::Member },
            clock: by.clock(),
            now: by.now(),
            undoings: undoings.into_iter().map(|id| (id, by.link(&format!("undoings/{id}")))).collect(),
        };
        Self {
            layout: respond.layout("Activity"),
            organization_layout: OrganizationLayout::of(by, "Activity"),
            action: by.link("activity"),
            is_filtered: !filter.asked().is_empty(),
            kinds: ActivityCategory::OFFERED.map(|topic| Choice { value: topic.key(), label: topic.label() }).into(),
            told: filter.told(),
            export: (is_read && by.may(Permission::Export))
                .then(|| by.link(&format!("activity/export{}", filter.query(None)))),
            looser: looser.collect(),
            is_read,
            days: by_day(&page.lines, &reader),
            newest: filter.after().map(|_| at(&filter, None)),
            next: page.next.map(|next| at(&filter, Some(next))),
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

/// Who reads, and what they may know and do.
struct Reader {
    audience: Audience,
    clock: Clock,
    now: DateTime<Utc>,
    /// What they can undo, and where.
    undoings: Vec<(UndoId, String)>,
}

impl Reader {
    fn undo(&self, line: &AuditLine) -> Option<String> {
        let undoing = line.event.as_ref().and_then(EventKind::undoing)?;
        self.undoings.iter().find(|(id, _)| *id == undoing).map(|(_, href)| href.clone())
    }
}

/// Who did what, when.
struct Deed {
    picture: Picture,
    who: String,
    what: String,
    at: Moment,
    /// Where it can be undone, for those who may.
    undo: Option<String>,
}

impl Deed {
    fn of(line: &AuditLine, reader: &Reader) -> Self {
        Self {
            picture: Picture::of(&line.actor).showing(line.picture),
            who: line.actor.clone(),
            // Written by another version of Roster: that something was done is still to be shown.
            what: match &line.event {
                None => "did something".to_owned(),
                Some(event) => event.describe(reader.audience),
            },
            at: reader.clock.seen(line.at, reader.now),
            undo: reader.undo(line),
        }
    }
}

/// The lines under the days on which they were written, where their reader is.
fn by_day(lines: &[AuditLine], reader: &Reader) -> Vec<Day> {
    lines
        .chunk_by(|a, b| reader.clock.is_same_day(a.at, b.at))
        .filter_map(|lines| {
            let title = reader.clock.heading(lines.first()?.at, reader.now);
            Some(Day { title, deeds: lines.iter().map(|line| Deed::of(line, reader)).collect() })
        })
        .collect()
}

/// `GET /{organization}/activity`
async fn index(by: May<SeeActivity>, Query(mut filter): Query<Filter>, db: Db, respond: Responder) -> Page {
    let Some(sought) = filter.read(by.clock()) else {
        return respond.render_invalid(&Index::page(&by, filter, None, &respond));
    };
    let after = filter.after();
    let manages = by.may(Permission::ManageMembers);
    let found = db
        .read(&by, move |read| {
            let page = activity(read, &sought, after, PAGE)?;
            let told = page.lines.iter().filter_map(|line| line.event.as_ref()?.undoing());
            let told: Vec<_> = told.filter(|_| manages).collect();
            let undoings = members::undo::still_open(read, &told)?;
            Ok((page, undoings))
        })
        .await?;
    respond.render(&Index::page(&by, filter, Some(found), &respond))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Role;
    use crate::ids::AuditEntryId;
    use crate::text::EmailAddress;

    fn line(at: &str, event: Option<EventKind>) -> AuditLine {
        AuditLine { id: AuditEntryId::fresh(), actor: "ada".to_owned(), picture: None, event, at: at.parse().unwrap() }
    }

    fn reader(audience: Audience, now: DateTime<Utc>) -> Reader {
        Reader { audience, clock: Clock::default(), now, undoings: Vec::new() }
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
        let days = by_day(&lines, &reader(Audience::Member, now));
        let told: Vec<_> = days.iter().map(|day| (day.title.as_str(), day.deeds.len())).collect();
        assert_eq!(told, [("Today", 2), ("Yesterday", 1), ("1 February 2026", 1)]);
    }

    #[test]
    fn members_read_whom_but_not_the_address() {
        let email = EmailAddress::parse("grace@example.org").unwrap();
        let invited = line("2026-03-05T07:00:00Z", Some(EventKind::Invited { email, role: Role::Member }));
        let what = |audience| Deed::of(&invited, &reader(audience, invited.at)).what;
        assert_eq!(what(Audience::Owner), "invited grace@example.org as Member");
        assert_eq!(what(Audience::Member), "invited someone as Member");
    }
}
