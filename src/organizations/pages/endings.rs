//! What is shown when an organization goes, and when it comes back.

use actix_web::web;
use askama::Template;

use crate::accounts::pages::dead_link;
use crate::authority::{May, Permission, Scope};
use crate::db::{Db, DbError};
use crate::members::MembershipDependents;
use crate::members::pages::OrganizationLayout;
use crate::organizations::forms::NoFields;
use crate::organizations::{DeleteOrganization, DeletionMode, RestoreOrganization, delete, restore, would_go};
use crate::web::show::{Moment, count};
use crate::web::{Form, Layout, Page, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .get("/{organization}/deletion", new_deletion)
        .post("/{organization}/deletion", create_deletion)
        .get("/restorations/{token}", new_restoration)
        .post("/restorations/{token}", create_restoration);
}

#[derive(Template)]
#[template(path = "organizations/deletion.html")]
struct NewDeletion {
    layout: Layout,
    organization_layout: OrganizationLayout,
    name: String,
    slug: String,
    action: String,
    back: String,
    /// Where all of it is exported before, for those who may.
    export: Option<String>,
    /// "3 members lose access to it."
    people: String,
    projects: Option<String>,
    ends: Vec<String>,
    /// "14 days", or none when it is erased at once.
    restorable: Option<String>,
}

/// `GET /{organization}/deletion`
async fn new_deletion(
    by: May<DeleteOrganization>,
    db: Db,
    dependents: web::Data<MembershipDependents>,
    respond: Responder,
) -> Page {
    let dependents = MembershipDependents::clone(&dependents);
    let going = db.read(&by, move |read| would_go(read, &dependents)).await?;
    respond.render(&NewDeletion {
        layout: respond.layout(format!("Delete {}", by.name())),
        organization_layout: OrganizationLayout::of(&by, "Settings"),
        name: by.name().to_string(),
        slug: by.slug().to_string(),
        action: by.link("deletion"),
        back: by.link("settings"),
        export: by.may(Permission::Export).then(|| by.link("settings/export")),
        people: match by.member_count() {
            1 => "You are the only member, and lose access to it.".to_owned(),
            people => format!("All {people} members lose access to it, you too."),
        },
        projects: (going.projects > 0).then(|| count(going.projects, "project")),
        ends: going.ends,
        restorable: match DeletionMode::after(respond.site().restore_days) {
            DeletionMode::Erased => None,
            DeletionMode::Hidden { days } => Some(count(days.into(), "day")),
        },
    })
}

/// `POST /{organization}/deletion`
async fn create_deletion(
    by: May<DeleteOrganization>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let fate = DeletionMode::after(respond.site().restore_days);
    let until = match db.write(&by, move |tx| delete(tx, fate)).await? {
        Ok(until) => until,
        Err(never) => match never {},
    };
    let name = by.name();
    respond.redirect("/dashboard").notice(match until {
        None => format!("{name} was deleted, and erased at once."),
        Some(at) => format!(
            "{name} was deleted. Until {} an owner can restore it in Account Settings, or from the link in the email.",
            by.clock().day(at).words
        ),
    })
}

#[derive(Template)]
#[template(path = "organizations/restoration.html")]
struct NewRestoration {
    layout: Layout,
    name: String,
    slug: String,
    action: String,
    people: String,
    deleted: Moment,
    until: String,
}

/// `GET /restorations/{token}`
async fn new_restoration(by: May<RestoreOrganization>, respond: Responder) -> Page {
    respond.render(&NewRestoration {
        layout: respond.layout(format!("Restore {}", by.name())),
        name: by.name().to_string(),
        slug: by.slug().to_string(),
        action: respond.request().path().to_owned(),
        people: match by.member_count() {
            1 => "You can use it again, as its only member.".to_owned(),
            people => format!("Its {people} members can use it again, each with the role they had."),
        },
        deleted: by.clock().seen(by.deleted_at(), by.now()),
        until: by.clock().written(by.erase_at()),
    })
}

/// `POST /restorations/{token}`
async fn create_restoration(
    by: May<RestoreOrganization>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let slug = match db.write(&by, restore).await {
        Ok(Ok(slug)) => slug,
        Ok(Err(never)) => match never {},
        // Between admission and the lock somebody else was first: the link is as dead as any.
        Err(DbError::NotFound) => return Err(dead_link(respond.request()).await),
        Err(error) => return Err(error.into()),
    };
    respond.redirect(format!("/{slug}")).notice(format!("{} is back, as it was.", by.name()))
}
