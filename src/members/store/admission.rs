//! Who asks, and what they are where they ask: read when a request is admitted, and again under the lock.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};

use crate::accounts::session::Presence;
use crate::authority::Standing;
use crate::db::prepared::Prepared;
use crate::db::{Stop, roster_now};
use crate::has_access;
use crate::ids::{AccountId, OrganizationId, PictureId, SessionId};
use crate::members::standing;
use crate::prepared;
use crate::schema::{memberships, organization_addresses, organizations};
use crate::text::Slug;
use crate::views::live_sessions;

/// The session behind a token's hash, with the organization at a URL if its account belongs to it. The membership is
/// looked up by both parts of its key, behind `OFFSET 0`: left to choose, PostgreSQL reads every membership of a large
/// organization where most are small.
const FIND: &str = "
SELECT live.account_id, live.username, live.display_name, live.time_zone, live.time_format, live.picture_id,
       live.id AS session_id, live.last_seen_at, live.password_given_at, roster_now() AS now, place.*
FROM live_sessions AS live
LEFT JOIN LATERAL (
    SELECT organizations.id AS organization, organizations.name, organizations.primary_owner_id AS primary_owner,
           organizations.member_count, organizations.version, organizations.picture_id AS picture,
           current.slug AS current, seat.role, seat.is_suspended, seat.ends_at, seat.last_active_at
    FROM organization_addresses AS asked
    JOIN organizations ON organizations.id = asked.organization_id AND organizations.deleted_at IS NULL
    CROSS JOIN LATERAL (
        SELECT memberships.role, memberships.ends_at, memberships.last_active_at, NOT EXISTS (
            SELECT FROM active_memberships AS active
            WHERE active.organization_id = memberships.organization_id AND active.account_id = memberships.account_id OFFSET 0
        ) AS is_suspended
        FROM memberships
        WHERE memberships.organization_id = organizations.id AND memberships.account_id = live.account_id OFFSET 0
    ) AS seat
    CROSS JOIN LATERAL (
        SELECT slug FROM organization_addresses WHERE organization_id = organizations.id AND is_current OFFSET 0
    ) AS current
    WHERE asked.slug = $2
) AS place ON true
WHERE live.token_hash = $1";

#[derive(QueryableByName)]
struct Admitted {
    #[diesel(embed)]
    presence: Presence,
    #[diesel(embed)]
    found: Option<Found>,
}

/// An organization as one of its people sees it.
#[derive(Queryable, QueryableByName)]
pub struct Found {
    #[diesel(sql_type = SqlUuid)]
    pub organization: OrganizationId,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = SqlUuid)]
    pub primary_owner: AccountId,
    #[diesel(sql_type = Integer)]
    pub member_count: i32,
    #[diesel(sql_type = Integer)]
    pub version: i32,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub picture: Option<PictureId>,
    #[diesel(sql_type = Text)]
    pub current: String,
    #[diesel(sql_type = Text)]
    pub role: String,
    /// Whether they have no access: suspended, here or as an account, or past the last day, whether or not a worker
    /// has been there.
    #[diesel(sql_type = Bool)]
    pub is_suspended: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ends_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    pub last_active_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub now: DateTime<Utc>,
}

impl Found {
    /// What an account is in it, which is the one it was found for.
    pub fn standing(&self, account: AccountId) -> Standing {
        standing(&self.role, self.primary_owner == account, self.is_suspended)
    }
}

/// The session behind a token's hash, with the organization at a URL if its account belongs to it:
/// the one query of authority.
pub fn find(
    connection: &mut PgConnection,
    token_hash: &[u8],
    slug: &str,
) -> Result<Option<(Presence, Option<Found>)>, Stop> {
    let admitted = prepared!(FIND)
        .bind::<Binary, _>(token_hash)
        .bind::<Text, _>(slug)
        .get_result::<Admitted>(connection)
        .optional()?;
    Ok(admitted.map(|Admitted { presence, found }| (presence, found)))
}

/// Notes that somebody is active in an organization now.
pub fn touch(connection: &mut PgConnection, organization: OrganizationId, account: AccountId) -> Result<(), Stop> {
    let touched = diesel::update(memberships::table.find((organization, account)));
    Prepared::by_text(touched.set(memberships::last_active_at.eq(roster_now()))).execute(connection)?;
    Ok(())
}

/// Locks an organization, and answers whether it is there and not deleted. What time it is must be asked
/// afterwards: this statement may begin long before the lock is had (INV-19).
pub fn lock(connection: &mut PgConnection, organization: OrganizationId) -> Result<bool, Stop> {
    let locked: Option<OrganizationId> = organizations::table
        .find(organization)
        .filter(organizations::deleted_at.is_null())
        .select(organizations::id)
        .for_no_key_update()
        .first(connection)
        .optional()?;
    Ok(locked.is_some())
}

/// The organization as one of its people sees it now, if they still belong and are signed in.
pub fn find_again(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
    session: Option<SessionId>,
) -> Result<Option<Found>, Stop> {
    let found = memberships::table
        .inner_join(organizations::table.on(organizations::id.eq(memberships::organization_id)))
        .inner_join(
            organization_addresses::table.on(organization_addresses::organization_id
                .eq(memberships::organization_id.nullable())
                .and(organization_addresses::is_current)),
        )
        .filter(memberships::organization_id.eq(organization))
        .filter(memberships::account_id.eq(account))
        .filter(organizations::deleted_at.is_null())
        .select((
            organizations::id,
            organizations::name,
            organizations::primary_owner_id,
            organizations::member_count,
            organizations::version,
            organizations::picture_id,
            organization_addresses::slug,
            memberships::role,
            diesel::dsl::not(has_access!()),
            memberships::ends_at,
            memberships::last_active_at,
            roster_now(),
        ))
        .into_boxed();
    let found = match session {
        None => found,
        Some(session) => found.filter(diesel::dsl::exists(
            live_sessions::table.filter(live_sessions::id.eq(session)).filter(live_sessions::account_id.eq(account)),
        )),
    };
    Ok(found.first(connection).optional()?)
}

/// The organization at a URL.
pub fn find_by_slug(connection: &mut PgConnection, slug: &Slug) -> Result<Option<OrganizationId>, Stop> {
    let found: Option<Option<OrganizationId>> = organization_addresses::table
        .find(slug.as_str())
        .select(organization_addresses::organization_id)
        .first(connection)
        .optional()?;
    Ok(found.flatten())
}
