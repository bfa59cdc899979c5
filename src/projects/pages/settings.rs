//! Project Settings, and deleting a project.

use actix_web::http::{Method, StatusCode};
use actix_web::web;
use askama::Template;

use super::{Choice, visibilities};
use crate::authority::{Action, May, OrganizationScope, Permission};
use crate::db::{Db, Queries};
use crate::members::pages::OrganizationLayout;
use crate::members::rules::why_not;
use crate::members::{self, OrganizationMember};
use crate::projects::forms::{NoFields, ProjectForm};
use crate::projects::rules::{ChangeRefusal, DeleteProjectError, Project, Visibility};
use crate::projects::{ChangeProject, DeleteProject, addresses, store};
use crate::text::{Slug, Title};
use crate::web::{Form, Layout, Page, PageError, Responder};

/// The URL of a project in the address of a request.
fn slug(path: web::Path<(String, String)>) -> Result<Slug, PageError> {
    Slug::parse_within(&path.into_inner().1, 1, addresses::MOST).map_err(|_| PageError::NotFound)
}

/// The project at a URL, for a page about it at `rest`; a page that is opened by a former URL moves.
async fn project<A>(by: &May<A>, slug: Slug, rest: &str, db: &Db, respond: &Responder) -> Result<Project, PageError>
where
    A: Action<Scope = OrganizationMember>,
{
    let (organization, asked) = (by.organization_id(), slug.clone());
    let found = db.read(by, move |read| store::find(read.connection(), organization, &asked)).await?;
    let project = found.ok_or(PageError::NotFound)?;
    if project.slug != slug && matches!(*respond.request().method(), Method::GET | Method::HEAD) {
        return Err(PageError::Moved(by.link(&format!("{}/{rest}", project.slug))));
    }
    Ok(project)
}

#[derive(Template)]
#[template(path = "projects/edit.html")]
struct Edit {
    layout: Layout,
    organization_layout: OrganizationLayout,
    form: ProjectForm,
    visibilities: Vec<Choice>,
    action: String,
    back: String,
    /// Whether somebody else saved.
    is_stale: bool,
    deletion: Option<String>,
    /// Why it cannot be deleted by the reader, and where the page says who can do what.
    why_not: Option<(String, String)>,
}

impl Edit {
    async fn page(
        by: &May<ChangeProject>,
        slug: &Slug,
        form: ProjectForm,
        db: &Db,
        respond: &Responder,
    ) -> Result<Self, PageError> {
        let why_not = if by.may(Permission::DeleteProjects) {
            None
        } else {
            let who_can = db.read(by, |read| members::who_can(read, Permission::DeleteProjects)).await?;
            Some((why_not(Permission::DeleteProjects, &who_can), by.link("permissions")))
        };
        Ok(Self {
            layout: respond.layout("Project Settings"),
            organization_layout: OrganizationLayout::of(by, "Projects"),
            form,
            visibilities: visibilities(),
            action: by.link(&format!("{slug}/settings")),
            back: by.link(slug.as_str()),
            is_stale: false,
            deletion: by.may(Permission::DeleteProjects).then(|| by.link(&format!("{slug}/deletion"))),
            why_not,
        })
    }
}

/// `GET /{organization}/{project}/settings`
pub(super) async fn edit(
    by: May<ChangeProject>,
    path: web::Path<(String, String)>,
    db: Db,
    respond: Responder,
) -> Page {
    let project = project(&by, slug(path)?, "settings", &db, &respond).await?;
    respond.render(&Edit::page(&by, &project.slug, ProjectForm::of(&project), &db, &respond).await?)
}

/// `POST /{organization}/{project}/settings`
pub(super) async fn update(
    by: May<ChangeProject>,
    path: web::Path<(String, String)>,
    Form(mut form): Form<ProjectForm>,
    db: Db,
    respond: Responder,
) -> Page {
    let slug = slug(path)?;
    let version = form.version()?;
    let Some(details) = form.read() else {
        let project = project(&by, slug, "settings", &db, &respond).await?;
        return respond.render_invalid(&Edit::page(&by, &project.slug, form, &db, &respond).await?);
    };
    let (name, at) = (details.name.clone(), slug.clone());
    match db.write(&by, move |tx| crate::projects::change(tx, &at, version, &details)).await? {
        Ok(slug) => respond.redirect(by.link(slug.as_str())).notice(format!("{name} is saved.")),
        Err(ChangeRefusal::NotHere) => Err(PageError::NotFound),
        Err(ChangeRefusal::Name(refusal)) => {
            form.name.add_error(refusal.to_string());
            respond.render_invalid(&Edit::page(&by, &slug, form, &db, &respond).await?)
        }
        Err(ChangeRefusal::Stale(project)) => {
            form.conflict(&project);
            let page = Edit { is_stale: true, ..Edit::page(&by, &project.slug, form, &db, &respond).await? };
            respond.render_with_status(StatusCode::CONFLICT, &page)
        }
    }
}

#[derive(Template)]
#[template(path = "projects/deletion.html")]
struct NewDeletion {
    layout: Layout,
    organization_layout: OrganizationLayout,
    name: Title,
    is_public: bool,
    action: String,
    back: String,
}

/// `GET /{organization}/{project}/deletion`
pub(super) async fn new_deletion(
    by: May<DeleteProject>,
    path: web::Path<(String, String)>,
    db: Db,
    respond: Responder,
) -> Page {
    let project = project(&by, slug(path)?, "deletion", &db, &respond).await?;
    respond.render(&NewDeletion {
        layout: respond.layout(format!("Delete {}", project.details.name)),
        organization_layout: OrganizationLayout::of(&by, "Projects"),
        is_public: project.details.visibility == Visibility::Public,
        action: by.link(&format!("{}/deletion", project.slug)),
        back: by.link(&format!("{}/settings", project.slug)),
        name: project.details.name,
    })
}

/// `POST /{organization}/{project}/deletion`
pub(super) async fn create_deletion(
    by: May<DeleteProject>,
    path: web::Path<(String, String)>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    let slug = slug(path)?;
    match db.write(&by, move |tx| crate::projects::delete(tx, &slug)).await? {
        Ok(()) => respond.redirect(by.link("")).notice("The project is deleted."),
        Err(DeleteProjectError::NotHere) => Err(PageError::NotFound),
    }
}
