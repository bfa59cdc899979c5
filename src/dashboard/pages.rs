//! What is shown on the dashboard.

use askama::Template;
use chrono::{DateTime, Utc};

use super::{SeeDashboard, store};
use crate::audit_log::{Audience, EventKind};
use crate::authority::{EffectiveRole, May, Permission, Role, Scope};
use crate::db::{Db, Queries};
use crate::projects::rules::Visibility;
use crate::projects::{Lately, lately_modified, lately_modified_page};
use crate::text::named;
use crate::web::clock::Clock;
use crate::web::paging::Asked;
use crate::web::show::{Moment, Picture, count};
use crate::web::{Layout, Page, Query, Responder, Routes};

/// Projects on the first page of it.
const PROJECTS: i64 = 6;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/dashboard", show).get("/dashboard/projects", projects);
}

/// A tab of the dashboard.
struct Tab {
    label: &'static str,
    href: &'static str,
    current: bool,
}

fn tabs(here: &str) -> Vec<Tab> {
    [("Overview", "/dashboard"), ("Projects", "/dashboard/projects")]
        .into_iter()
        .map(|(label, href)| Tab { label, href, current: label == here })
        .collect()
}

#[derive(Template)]
#[template(path = "dashboard/show.html")]
struct Show {
    layout: Layout,
    tabs: Vec<Tab>,
    invitations: Vec<Invitation>,
    organizations: Vec<Organization>,
    /// Whether there are more than are shown.
    has_more: bool,
    projects: Vec<Project>,
    /// Where to make a project, when there is none.
    first_project: Option<String>,
    days: Vec<Day>,
}

/// An organization in the list.
struct Organization {
    name: String,
    picture: Picture,
    href: String,
    standing: &'static str,
    members: String,
}

impl Organization {
    fn of(one: &store::Belonging) -> Self {
        Self {
            picture: Picture::of(&one.name).showing(one.picture_id),
            href: format!("/{}", one.slug),
            standing: one.standing().label(),
            members: count(one.member_count, "member"),
            name: one.name.clone(),
        }
    }
}

/// An invitation for the person.
struct Invitation {
    organization: String,
    picture: Picture,
    inviter: String,
    role: &'static str,
    expires: Moment,
    href: String,
}

impl Invitation {
    fn of(one: &store::DashboardInvitation, clock: Clock, now: DateTime<Utc>) -> Self {
        Self {
            picture: Picture::of(&one.name).showing(one.picture_id),
            organization: one.name.clone(),
            inviter: named(&one.inviter, one.inviter_called.as_ref()),
            role: one.role.label(),
            expires: clock.seen(one.expires_at, now),
            href: format!("/invitations/{}", one.id),
        }
    }
}

/// A project among those of several organizations.
struct Project {
    name: String,
    href: String,
    is_private: bool,
    organization: String,
    modified: Moment,
}

impl Project {
    fn of(one: &Lately, clock: Clock, now: DateTime<Utc>) -> Self {
        Self {
            name: one.name.to_string(),
            href: one.href.clone(),
            is_private: one.visibility == Visibility::Private,
            organization: one.organization.to_string(),
            modified: clock.seen(one.modified_at, now),
        }
    }
}

/// What happened on one day.
struct Day {
    title: String,
    deeds: Vec<Deed>,
}

/// Who did what, where and when.
struct Deed {
    picture: Picture,
    who: String,
    what: String,
    organization: String,
    href: String,
    at: Moment,
}

impl Deed {
    /// As the Activity page of the organization tells it to the same person.
    fn of(line: &store::ActivityRow, clock: Clock, now: DateTime<Utc>) -> Self {
        let sees_all = EffectiveRole::of(Role::stored(&line.role)).allows(Permission::SeeAddresses);
        let audience = if sees_all { Audience::Owner } else { Audience::Member };
        let event = serde_json::from_value::<EventKind>(line.details.clone());
        Self {
            picture: Picture::of(&line.actor_name).showing(line.picture_id),
            who: line.actor_name.clone(),
            // Written by another version of Roster: that something was done is still to be shown.
            what: event.map_or_else(|_| "did something".to_owned(), |event| event.describe(audience)),
            organization: line.name.clone(),
            href: format!("/{}", line.slug),
            at: clock.seen(line.at, now),
        }
    }
}

/// The lines under the days on which they were written, where their reader is.
fn by_day(lines: &[store::ActivityRow], clock: Clock, now: DateTime<Utc>) -> Vec<Day> {
    let days = lines.chunk_by(|a, b| clock.is_same_day(a.at, b.at));
    days.filter_map(|lines| {
        let title = clock.heading(lines.first()?.at, now);
        Some(Day { title, deeds: lines.iter().map(|line| Deed::of(line, clock, now)).collect() })
    })
    .collect()
}

/// `GET /dashboard`
async fn show(by: May<SeeDashboard>, db: Db, respond: Responder) -> Page {
    let (account, clock, now) = (by.account(), by.clock(), by.now());
    let (mut overview, projects) = db
        .read(&by, move |read| {
            Ok((store::overview(read.connection(), account)?, lately_modified(read, account, PROJECTS)?))
        })
        .await?;
    let shown = usize::try_from(store::ROWS).unwrap_or(usize::MAX);
    let has_more = overview.organizations.len() > shown;
    overview.organizations.truncate(shown);
    respond.render(&Show {
        layout: respond.layout("Your Dashboard"),
        tabs: tabs("Overview"),
        invitations: overview.invitations.iter().map(|one| Invitation::of(one, clock, now)).collect(),
        first_project: overview
            .organizations
            .iter()
            .find(|one| one.standing().allows(Permission::WorkOnProjects))
            .map(|one| format!("/{}/new-project", one.slug)),
        organizations: overview.organizations.iter().map(Organization::of).collect(),
        has_more,
        projects: projects.iter().map(|one| Project::of(one, clock, now)).collect(),
        days: by_day(&overview.events, clock, now),
    })
}

#[derive(Template)]
#[template(path = "dashboard/projects.html")]
struct Projects {
    layout: Layout,
    tabs: Vec<Tab>,
    projects: Vec<Project>,
    /// Where the list begins, on a later page.
    first: Option<String>,
    next: Option<String>,
    previous: Option<String>,
}

/// `GET /dashboard/projects`
async fn projects(by: May<SeeDashboard>, asked: Query<Asked>, db: Db, respond: Responder) -> Page {
    let (account, clock, now, after) = (by.account(), by.clock(), by.now(), asked.after());
    let page = db.read(&by, move |read| lately_modified_page(read, account, after)).await?;
    respond.render(&Projects {
        layout: respond.layout("Projects"),
        tabs: tabs("Projects"),
        projects: page.projects.iter().map(|one| Project::of(one, clock, now)).collect(),
        first: after.map(|_| "/dashboard/projects".to_owned()),
        next: page.next.map(|next| format!("/dashboard/projects?after={}", next.written())),
        previous: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::EmailAddress;

    fn line(at: &str, role: &str) -> store::ActivityRow {
        let email = EmailAddress::parse("grace@example.org").unwrap();
        store::ActivityRow {
            actor_name: "ada".into(),
            details: serde_json::to_value(EventKind::Invited { email, role: Role::Member }).unwrap(),
            at: at.parse().unwrap(),
            name: "Acme".into(),
            slug: "acme".into(),
            role: role.into(),
            picture_id: None,
        }
    }

    #[test]
    fn each_organization_tells_by_the_role_in_it() {
        let now = "2026-03-06T07:00:00Z".parse().unwrap();
        let what = |role| Deed::of(&line("2026-03-05T07:00:00Z", role), Clock::default(), now).what;
        assert_eq!(what("owner"), "invited grace@example.org as Member");
        assert_eq!(what("member"), "invited someone as Member");
    }

    #[test]
    fn what_cannot_be_read_is_still_told() {
        let mut strange = line("2026-03-05T07:00:00Z", "owner");
        strange.details = serde_json::json!({ "kind": "teleported" });
        assert_eq!(Deed::of(&strange, Clock::default(), strange.at).what, "did something");
    }

    #[test]
    fn lines_stand_under_their_days() {
        let now = "2026-03-05T08:00:00Z".parse().unwrap();
        let lines = ["2026-03-05T07:00:00Z", "2026-03-05T06:00:00Z", "2026-03-04T23:00:00Z"];
        let days = by_day(&lines.map(|at| line(at, "member")), Clock::default(), now);
        let told: Vec<_> = days.iter().map(|day| (day.title.as_str(), day.deeds.len())).collect();
        assert_eq!(told, [("Today", 2), ("Yesterday", 1)]);
    }
}
