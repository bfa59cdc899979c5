//! What is remembered of projects.

mod across;

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::addresses::Given;
use super::rules::{Description, Project, ProjectDetails, Visibility, WebAddress};
use crate::db::{DbError, roster_now};
use crate::ids::{AccountId, FormKey, OrganizationId, ProjectId};
use crate::schema::{project_addresses, projects};
use crate::text::{Slug, Title};
use crate::web::paging::{Cursor, PAGE, cut};
pub use across::{Lately, LatelyPage, VisibleProject, find_visible_project, lately_modified, lately_modified_page};

diesel::alias!(project_addresses as current_addresses: CurrentAddresses);

/// One more row than a page holds.
fn one_more() -> i64 {
    i64::try_from(PAGE + 1).unwrap_or(i64::MAX)
}

type Row = (ProjectId, String, String, String, String, String, i32, DateTime<Utc>, DateTime<Utc>);

fn project(row: Row) -> Project {
    let (id, slug, name, description, web_address, visibility, version, created_at, modified_at) = row;
    let details = ProjectDetails {
        name: Title::stored(name),
        description: Description::stored(description),
        web_address: WebAddress::stored(web_address),
        visibility: Visibility::stored(&visibility),
    };
    Project { id, slug: Slug::stored(slug), details, version, created_at, modified_at }
}

/// Selects the columns of a [`Row`].
macro_rules! row {
    ($slug:expr) => {
        (
            projects::id,
            $slug,
            projects::name,
            projects::description,
            projects::web_address,
            projects::visibility,
            projects::version,
            projects::created_at,
            projects::modified_at,
        )
    };
}

/// A page of projects, and where the next begins.
pub struct ProjectsPage {
    /// The projects, the last modified first.
    pub projects: Vec<Project>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// A page of an organization's projects.
pub fn projects(
    connection: &mut PgConnection,
    organization: OrganizationId,
    after: Option<Cursor>,
) -> Result<ProjectsPage, DbError> {
    let found = projects::table
        .inner_join(
            project_addresses::table
                .on(project_addresses::project_id.eq(projects::id.nullable()).and(project_addresses::is_current)),
        )
        .filter(projects::organization_id.eq(organization))
        .order((projects::modified_at.desc(), projects::id.desc()))
        .limit(one_more())
        .select(row!(project_addresses::slug))
        .into_boxed();
    let found: Vec<Row> = match after {
        None => found.load(connection)?,
        Some(Cursor { at, id }) => found
            .filter(
                projects::modified_at.le(at).and(projects::modified_at.lt(at).or(projects::id.lt(ProjectId::from(id)))),
            )
            .load(connection)?,
    };
    let mut projects: Vec<Project> = found.into_iter().map(project).collect();
    let next = cut(&mut projects, |project| Cursor { at: project.modified_at, id: project.id.uuid() });
    Ok(ProjectsPage { projects, next })
}

/// The project at a URL of an organization, current or former.
pub fn find(
    connection: &mut PgConnection,
    organization: OrganizationId,
    slug: &Slug,
) -> Result<Option<Project>, DbError> {
    let current = current_addresses;
    let found = project_addresses::table
        .inner_join(projects::table)
        .inner_join(
            current.on(current
                .field(project_addresses::project_id)
                .eq(projects::id.nullable())
                .and(current.field(project_addresses::is_current))),
        )
        .filter(project_addresses::organization_id.eq(organization))
        .filter(project_addresses::slug.eq(slug.as_str()))
        .select(row!(current.field(project_addresses::slug)))
        .first::<Row>(connection)
        .optional()?;
    Ok(found.map(project))
}

/// Whether a deleted project was at a URL.
pub fn was_deleted(connection: &mut PgConnection, organization: OrganizationId, slug: &Slug) -> Result<bool, DbError> {
    let stone =
        project_addresses::table.find((organization, slug.as_str())).filter(project_addresses::project_id.is_null());
    Ok(diesel::select(diesel::dsl::exists(stone)).get_result(connection)?)
}

/// The URL and the name of the project that a form made in an organization.
pub fn find_by_form(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
    form_key: FormKey,
) -> Result<Option<(Slug, Title)>, DbError> {
    let found: Option<(String, String)> = projects::table
        .inner_join(
            project_addresses::table
                .on(project_addresses::project_id.eq(projects::id.nullable()).and(project_addresses::is_current)),
        )
        .filter(projects::created_by.eq(account.uuid()))
        .filter(projects::form_key.eq(form_key.uuid()))
        .filter(projects::organization_id.eq(organization))
        .select((project_addresses::slug, projects::name))
        .first(connection)
        .optional()?;
    Ok(found.map(|(slug, name)| (Slug::stored(slug), Title::stored(name))))
}

/// The addresses that were given to the same name, and those that begin alike.
pub fn given(
    connection: &mut PgConnection,
    organization: OrganizationId,
    name_key: &str,
    beginning: &str,
) -> Result<Vec<Given>, DbError> {
    let found: Vec<(String, String, Option<ProjectId>, bool)> = project_addresses::table
        .filter(project_addresses::organization_id.eq(organization))
        .filter(
            project_addresses::name_key
                .eq(name_key)
                .or(project_addresses::slug.eq(beginning))
                .or(project_addresses::slug.like(format!("{beginning}-%"))),
        )
        .select((
            project_addresses::slug,
            project_addresses::name_key,
            project_addresses::project_id,
            project_addresses::is_current,
        ))
        .load(connection)?;
    let given = |(slug, name_key, project, is_current)| Given { slug, name_key, project, is_current };
    Ok(found.into_iter().map(given).collect())
}

/// Writes a new project. Answers none when the same form made one elsewhere.
pub fn create(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
    form_key: FormKey,
    details: &ProjectDetails,
) -> Result<Option<ProjectId>, DbError> {
    let id = ProjectId::fresh();
    let written = diesel::insert_into(projects::table)
        .values((
            projects::id.eq(id),
            projects::organization_id.eq(organization),
            projects::name.eq(details.name.as_str()),
            projects::description.eq(details.description.as_str()),
            projects::web_address.eq(details.web_address.as_str()),
            projects::visibility.eq(details.visibility.key()),
            projects::created_by.eq(account.uuid()),
            projects::form_key.eq(form_key.uuid()),
        ))
        .on_conflict((projects::created_by, projects::form_key))
        .do_nothing()
        .execute(connection)?;
    Ok((written == 1).then_some(id))
}

/// Takes its current address from a project; the address goes on leading to it.
pub fn retire_address(connection: &mut PgConnection, project: ProjectId) -> Result<(), DbError> {
    diesel::update(project_addresses::table)
        .filter(project_addresses::project_id.eq(project))
        .filter(project_addresses::is_current)
        .set(project_addresses::is_current.eq(false))
        .execute(connection)?;
    Ok(())
}

/// Gives a project an address: a new one, or one that it had before.
pub fn give_address(
    connection: &mut PgConnection,
    organization: OrganizationId,
    project: ProjectId,
    slug: &Slug,
    name_key: &str,
) -> Result<(), DbError> {
    diesel::insert_into(project_addresses::table)
        .values((
            project_addresses::organization_id.eq(organization),
            project_addresses::slug.eq(slug.as_str()),
            project_addresses::project_id.eq(project),
            project_addresses::is_current.eq(true),
            project_addresses::name_key.eq(name_key),
        ))
        .on_conflict((project_addresses::organization_id, project_addresses::slug))
        .do_update()
        .set((project_addresses::is_current.eq(true), project_addresses::name_key.eq(name_key)))
        .execute(connection)?;
    Ok(())
}

/// Writes what is said of a project now.
pub fn change(connection: &mut PgConnection, project: ProjectId, details: &ProjectDetails) -> Result<(), DbError> {
    diesel::update(projects::table.find(project))
        .set((
            projects::name.eq(details.name.as_str()),
            projects::description.eq(details.description.as_str()),
            projects::web_address.eq(details.web_address.as_str()),
            projects::visibility.eq(details.visibility.key()),
            projects::version.eq(projects::version + 1),
            projects::modified_at.eq(roster_now()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Deletes a project. Its addresses stay, as nobody's.
pub fn delete(connection: &mut PgConnection, project: ProjectId) -> Result<(), DbError> {
    diesel::delete(projects::table.find(project)).execute(connection)?;
    Ok(())
}
