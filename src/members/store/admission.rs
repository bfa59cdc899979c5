//! Who asks, and what they are where they ask: read when a request is admitted, and again under the lock.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::accounts::session::SessionRow;
use crate::authority::EffectiveRole;
use crate::db::{DbError, roster_now};
use crate::has_access;
use crate::ids::{AccountId, OrganizationId, PictureId, SessionId};
use crate::members::standing;
use crate::schema::{memberships, organization_addresses, organizations};
use crate::text::Slug;
use crate::views::live_sessions;

diesel::alias!(organization_addresses as current_addresses: CurrentAddresses);

/// An organization as one of its people sees it.
#[derive(Queryable)]
pub struct AdmissionRow {
    pub organization: OrganizationId,
    pub name: String,
    pub primary_owner: AccountId,
    pub member_count: i32,
    pub version: i32,
    pub picture: Option<PictureId>,
    pub current: String,
    pub role: String,
    /// Whether they have no access: suspended, here or as an account, or past the last day, whether or not a worker
    /// has been there.
    pub is_suspended: bool,
    pub ends_at: Option<DateTime<Utc>>,
    pub last_active_at: DateTime<Utc>,
    pub now: DateTime<Utc>,
}

impl AdmissionRow {
    /// What an account is in it, which is the one it was found for.
    pub fn standing(&self, account: AccountId) -> EffectiveRole {
        standing(&self.role, self.primary_owner == account, self.is_suspended)
    }
}

/// The session behind a token's hash, with the organization at a URL if its account belongs to it:
/// the one query of authority.
pub fn find(
    connection: &mut PgConnection,
    token_hash: &[u8],
    slug: &str,
) -> Result<Option<(SessionRow, Option<AdmissionRow>)>, DbError> {
    let current = current_addresses;
    Ok(live_sessions::table
        .left_join(organization_addresses::table.on(organization_addresses::slug.eq(slug.to_owned())))
        .left_join(
            organizations::table.on(organizations::id
                .nullable()
                .eq(organization_addresses::organization_id)
                .and(organizations::deleted_at.is_null())),
        )
        .left_join(
            memberships::table.on(memberships::organization_id
                .eq(organizations::id)
                .and(memberships::account_id.eq(live_sessions::account_id))),
        )
        .left_join(
            current.on(current
                .field(organization_addresses::organization_id)
                .eq(memberships::organization_id.nullable())
                .and(current.field(organization_addresses::is_current))),
        )
        .filter(live_sessions::token_hash.eq(token_hash))
        .select((
            SessionRow::as_select(),
            (
                organizations::id,
                organizations::name,
                organizations::primary_owner_id,
                organizations::member_count,
                organizations::version,
                organizations::picture_id,
                current.field(organization_addresses::slug),
                memberships::role,
                diesel::dsl::not(has_access!()),
                memberships::ends_at,
                memberships::last_active_at,
                roster_now(),
            )
                .nullable(),
        ))
        .first(connection)
        .optional()?)
}

/// Notes that somebody is active in an organization now.
pub fn touch(connection: &mut PgConnection, organization: OrganizationId, account: AccountId) -> Result<(), DbError> {
    diesel::update(memberships::table.find((organization, account)))
        .set(memberships::last_active_at.eq(roster_now()))
        .execute(connection)?;
    Ok(())
}

/// Locks an organization, and answers whether it is there and not deleted. What time it is must be asked
/// afterwards: this statement may begin long before the lock is had (INV-19).
pub fn lock(connection: &mut PgConnection, organization: OrganizationId) -> Result<bool, DbError> {
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
) -> Result<Option<AdmissionRow>, DbError> {
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
pub fn find_by_slug(connection: &mut PgConnection, slug: &Slug) -> Result<Option<OrganizationId>, DbError> {
    let found: Option<Option<OrganizationId>> = organization_addresses::table
        .find(slug.as_str())
        .select(organization_addresses::organization_id)
        .first(connection)
        .optional()?;
    Ok(found.flatten())
}
