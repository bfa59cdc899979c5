//! Questions that no single organization answers: who stands before a project, and what was lately
//! modified wherever somebody belongs.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use super::one_more;
use crate::accounts::session::Presence;
use crate::authority::{Permission, Role, Standing};
use crate::db::Stop;
use crate::ids::{AccountId, OrganizationId, PictureId, ProjectId};
use crate::members::standing;
use crate::prepared;
use crate::projects::rules::{Description, Details, Project, Visibility, WebAddress};
use crate::text::{Slug, Title};
use crate::web::paging::{Cursor, cut};

/// The session behind a token's hash, if there is one, and the project at two URLs, if it may be seen
/// there. One row always comes back: the time.
const ONLOOK: &str = "
SELECT clock.now, who.*, place.*
FROM (SELECT roster_now() AS now) AS clock
LEFT JOIN LATERAL (
    SELECT account_id, username, display_name, time_zone, time_format, picture_id, id AS session_id, last_seen_at,
           password_given_at
    FROM live_sessions WHERE token_hash = $1
) AS who ON true
LEFT JOIN LATERAL (
    SELECT organizations.id AS organization, organizations.name AS organization_name,
           organizations.primary_owner_id AS primary_owner, organizations.picture_id AS organization_picture, home.slug AS organization_slug, active.role,
           projects.id AS project, projects.name, projects.description, projects.web_address,
           projects.visibility, projects.version, projects.created_at, projects.modified_at, door.slug
    FROM organization_addresses AS asked
    JOIN organizations ON organizations.id = asked.organization_id AND organizations.deleted_at IS NULL
    JOIN organization_addresses AS home ON home.organization_id = organizations.id AND home.is_current
    JOIN project_addresses AS wanted ON wanted.organization_id = organizations.id AND wanted.slug = $3
    JOIN projects ON projects.id = wanted.project_id
    JOIN project_addresses AS door ON door.project_id = projects.id AND door.is_current
    LEFT JOIN LATERAL (
        SELECT role FROM active_memberships
        WHERE organization_id = organizations.id AND account_id = who.account_id OFFSET 0
    ) AS active ON true
    WHERE asked.slug = $2 AND (projects.visibility = 'public' OR active.role = ANY ($4))
) AS place ON true";

/// The roles by which somebody sees projects.
fn seeing() -> Vec<&'static str> {
    Role::allowing(Permission::SeeProjects).map(Role::key).collect()
}

#[derive(QueryableByName)]
struct Onlooked {
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
    #[diesel(embed)]
    presence: Option<Presence>,
    #[diesel(embed)]
    place: Option<Place>,
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = SqlUuid)]
    organization: OrganizationId,
    #[diesel(sql_type = Text)]
    organization_name: String,
    #[diesel(sql_type = SqlUuid)]
    primary_owner: AccountId,
    #[diesel(sql_type = Text)]
    organization_slug: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    organization_picture: Option<PictureId>,
    #[diesel(sql_type = Nullable<Text>)]
    role: Option<String>,
    #[diesel(sql_type = SqlUuid)]
    project: ProjectId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    description: String,
    #[diesel(sql_type = Text)]
    web_address: String,
    #[diesel(sql_type = Text)]
    visibility: String,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    modified_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    slug: String,
}

/// A project as one sees it who may see it.
pub struct Sight {
    pub organization: OrganizationId,
    pub organization_name: Title,
    pub organization_slug: Slug,
    pub organization_picture: Option<PictureId>,
    pub standing: Option<Standing>,
    pub project: Project,
}

/// Who stands there, and what they see.
pub struct Onlooking {
    /// Who asks, if signed in.
    pub presence: Option<Presence>,
    /// What they see, if anything.
    pub sight: Option<Sight>,
    /// The time.
    pub now: DateTime<Utc>,
}

/// Who asks, and what they see at two URLs.
pub fn onlook(
    connection: &mut PgConnection,
    token_hash: &[u8],
    organization: &str,
    project: &str,
) -> Result<Onlooking, Stop> {
    let found = prepared!(ONLOOK)
        .bind::<Binary, _>(token_hash)
        .bind::<Text, _>(organization)
        .bind::<Text, _>(project)
        .bind::<Array<Text>, _>(seeing())
        .get_result::<Onlooked>(connection)?;
    let Onlooked { now, presence, place } = found;
    let account = presence.as_ref().map(|presence| presence.account_id);
    let sight = place.map(|place| Sight {
        organization: place.organization,
        organization_name: Title::stored(place.organization_name),
        organization_slug: Slug::stored(place.organization_slug),
        organization_picture: place.organization_picture,
        standing: place.role.map(|role| standing(&role, account == Some(place.primary_owner), false)),
        project: Project {
            id: place.project,
            slug: Slug::stored(place.slug),
            details: Details {
                name: Title::stored(place.name),
                description: Description::stored(place.description),
                web_address: WebAddress::stored(place.web_address),
                visibility: Visibility::stored(&place.visibility),
            },
            version: place.version,
            created_at: place.created_at,
            modified_at: place.modified_at,
        },
    });
    Ok(Onlooking { presence, sight, now })
}

/// The projects an account sees by a role in their organization, the last modified first, from a place on. Only the
/// organizations are joined whose first project from there on was modified last, and of each only so many rows are read
/// as are wanted in all, by index: it costs the same however many there are.
const LATELY: &str = "
SELECT recent.id, recent.name, recent.visibility, recent.modified_at, door.slug, recent.organization_name,
       home.slug AS organization_slug
FROM (
    SELECT project.*, latest.name AS organization_name
    FROM (
        SELECT organization.id, organization.name
        FROM (
            SELECT organization_id FROM active_memberships WHERE account_id = $1 AND role = ANY ($5) OFFSET 0
        ) AS mine CROSS JOIN LATERAL (
            SELECT id, name FROM organizations WHERE id = mine.organization_id AND deleted_at IS NULL OFFSET 0
        ) AS organization CROSS JOIN LATERAL (
            SELECT modified_at, id FROM projects
            WHERE organization_id = mine.organization_id AND (modified_at, id) < ($2, $3)
            ORDER BY modified_at DESC, id DESC LIMIT 1
        ) AS first
        ORDER BY first.modified_at DESC, first.id DESC LIMIT $4
    ) AS latest CROSS JOIN LATERAL (
        SELECT id, organization_id, name, visibility, modified_at FROM projects
        WHERE organization_id = latest.id AND (modified_at, id) < ($2, $3)
        ORDER BY modified_at DESC, id DESC LIMIT $4
    ) AS project
    ORDER BY project.modified_at DESC, project.id DESC LIMIT $4
) AS recent CROSS JOIN LATERAL (
    SELECT slug FROM organization_addresses WHERE organization_id = recent.organization_id AND is_current OFFSET 0
) AS home CROSS JOIN LATERAL (
    SELECT slug FROM project_addresses WHERE project_id = recent.id AND is_current OFFSET 0
) AS door
ORDER BY recent.modified_at DESC, recent.id DESC";

#[derive(QueryableByName)]
struct Recent {
    #[diesel(sql_type = SqlUuid)]
    id: ProjectId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    visibility: String,
    #[diesel(sql_type = Timestamptz)]
    modified_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = Text)]
    organization_name: String,
    #[diesel(sql_type = Text)]
    organization_slug: String,
}

/// A project among those of several organizations.
#[derive(Clone, Debug)]
pub struct Lately {
    /// Its row.
    pub id: ProjectId,
    /// Its name.
    pub name: Title,
    /// Who sees it.
    pub visibility: Visibility,
    /// When it was last changed.
    pub modified_at: DateTime<Utc>,
    /// Its address.
    pub href: String,
    /// The name of its organization.
    pub organization: Title,
}

/// A page of them, and where the next begins.
pub struct LatelyPage {
    /// The projects, the last modified first.
    pub projects: Vec<Lately>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// The last modified projects of all organizations of an account.
pub fn lately_modified(
    connection: &mut PgConnection,
    account: AccountId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Lately>, Stop> {
    let after = after.unwrap_or_else(Cursor::before_all);
    let found = prepared!(LATELY)
        .bind::<SqlUuid, _>(account)
        .bind::<Timestamptz, _>(after.at)
        .bind::<SqlUuid, _>(after.id)
        .bind::<BigInt, _>(limit)
        .bind::<Array<Text>, _>(seeing())
        .load::<Recent>(connection)?;
    let lately = found.into_iter().map(|recent| Lately {
        id: recent.id,
        name: Title::stored(recent.name),
        visibility: Visibility::stored(&recent.visibility),
        modified_at: recent.modified_at,
        href: format!("/{}/{}", recent.organization_slug, recent.slug),
        organization: Title::stored(recent.organization_name),
    });
    Ok(lately.collect())
}

/// A page of the last modified projects of all organizations of an account.
pub fn lately_modified_page(
    connection: &mut PgConnection,
    account: AccountId,
    after: Option<Cursor>,
) -> Result<LatelyPage, Stop> {
    let mut projects = lately_modified(connection, account, after, one_more())?;
    let next = cut(&mut projects, |project| Cursor { at: project.modified_at, id: project.id.uuid() });
    Ok(LatelyPage { projects, next })
}
