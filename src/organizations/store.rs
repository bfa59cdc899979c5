//! What is remembered of organizations.
//!
//! The primary owner and the number of members are in the same row, and are written by `members`.

mod activity;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use super::NewOrganization;
use super::rules::OrganizationSettings;
use crate::accounts::session::SessionRow;
use crate::authority::Role;
use crate::db::{DbError, may_be_tried, roster_now};
use crate::ids::{AccountId, FormKey, OrganizationId, PictureId, SessionId};
use crate::schema::{organization_addresses, organizations, outbox_fan_outs, projects};
use crate::text::{Slug, Title};
use crate::views::{active_memberships, live_sessions};
pub use activity::lines;

/// What a form has made: the organization's current URL and its name, and whether it is there.
pub fn find_by_form(
    connection: &mut PgConnection,
    founder: AccountId,
    form: FormKey,
) -> Result<Option<(Slug, Title, bool)>, DbError> {
    let found: Option<(String, String, bool)> = organizations::table
        .inner_join(
            organization_addresses::table.on(organization_addresses::organization_id
                .eq(organizations::id.nullable())
                .and(organization_addresses::is_current)),
        )
        .filter(organizations::primary_owner_id.eq(founder))
        .filter(organizations::form_key.eq(form))
        .select((organization_addresses::slug, organizations::name, organizations::deleted_at.is_null()))
        .first(connection)
        .optional()?;
    Ok(found.map(|(slug, name, is_there)| (Slug::stored(slug), Title::stored(name), is_there)))
}

/// Makes an organization, still without a URL or a member.
pub fn open(
    connection: &mut PgConnection,
    founding: &NewOrganization,
    founder: AccountId,
) -> Result<OrganizationId, DbError> {
    let id = OrganizationId::fresh();
    diesel::insert_into(organizations::table)
        .values((
            organizations::id.eq(id),
            organizations::name.eq(founding.name.as_str()),
            organizations::primary_owner_id.eq(founder),
            organizations::form_key.eq(founding.form_key),
        ))
        .execute(connection)?;
    Ok(id)
}

/// Makes a URL the current one of an organization that has none: one that nobody ever had, or one of
/// its own. Answers whether it could.
pub fn give_address(connection: &mut PgConnection, organization: OrganizationId, slug: &Slug) -> Result<bool, DbError> {
    let given = diesel::insert_into(organization_addresses::table)
        .values((
            organization_addresses::slug.eq(slug.as_str()),
            organization_addresses::organization_id.eq(organization),
            organization_addresses::is_current.eq(true),
        ))
        .on_conflict(organization_addresses::slug)
        .do_update()
        .set(organization_addresses::is_current.eq(true));
    let given =
        diesel::query_dsl::methods::FilterDsl::filter(given, organization_addresses::organization_id.eq(organization));
    Ok(given.execute(connection)? == 1)
}

/// Makes the current URL an older one, which leads to the one that is current next.
pub fn retire_address(connection: &mut PgConnection, organization: OrganizationId) -> Result<(), DbError> {
    let current = organization_addresses::table
        .filter(organization_addresses::organization_id.eq(organization))
        .filter(organization_addresses::is_current);
    diesel::update(current).set(organization_addresses::is_current.eq(false)).execute(connection)?;
    Ok(())
}

/// Keeps the name, and that the settings were changed.
pub fn set(
    connection: &mut PgConnection,
    organization: OrganizationId,
    settings: &OrganizationSettings,
) -> Result<(), DbError> {
    diesel::update(organizations::table.find(organization))
        .set((organizations::name.eq(settings.name.as_str()), organizations::version.eq(organizations::version + 1)))
        .execute(connection)?;
    Ok(())
}

/// Keeps where the picture is. That is no change of the settings: a form with the name stays fresh.
pub fn set_picture(
    connection: &mut PgConnection,
    organization: OrganizationId,
    picture: Option<PictureId>,
) -> Result<(), DbError> {
    diesel::update(organizations::table.find(organization))
        .set(organizations::picture_id.eq(picture))
        .execute(connection)?;
    Ok(())
}

/// How many projects an organization has, for the page that says what will go.
pub fn count_projects(connection: &mut PgConnection, organization: OrganizationId) -> Result<i64, DbError> {
    Ok(projects::table.filter(projects::organization_id.eq(organization)).count().get_result(connection)?)
}

/// Hides an organization until it is erased. Answers which of its deletions this is.
pub fn hide(
    connection: &mut PgConnection,
    organization: OrganizationId,
    erase_at: DateTime<Utc>,
) -> Result<i16, DbError> {
    Ok(diesel::update(organizations::table.find(organization))
        .set((
            organizations::deleted_at.eq(roster_now().nullable()),
            organizations::erase_at.eq(erase_at),
            organizations::deletions.eq(organizations::deletions + 1),
        ))
        .returning(organizations::deletions)
        .get_result(connection)?)
}

/// Shows a hidden organization again.
pub fn show(connection: &mut PgConnection, organization: OrganizationId) -> Result<(), DbError> {
    diesel::update(organizations::table.find(organization))
        .set((organizations::deleted_at.eq(None::<DateTime<Utc>>), organizations::erase_at.eq(None::<DateTime<Utc>>)))
        .execute(connection)?;
    Ok(())
}

/// Erases an organization with all that is its own. Its URLs stay, so that nobody else gets them.
pub fn erase(connection: &mut PgConnection, organization: OrganizationId) -> Result<(), DbError> {
    diesel::delete(organizations::table.find(organization)).execute(connection)?;
    Ok(())
}

/// Erases an organization that was deleted already, before its time. Answers whether it was.
pub fn erase_deleted(connection: &mut PgConnection, organization: OrganizationId) -> Result<bool, DbError> {
    let deleted = organizations::table.find(organization).filter(organizations::deleted_at.is_not_null());
    Ok(diesel::delete(deleted).execute(connection)? == 1)
}

/// An organization whose time has come, but for those that may not be tried. It waits until everyone is informed that
/// it was deleted.
pub fn one_to_erase(connection: &mut PgConnection, task: &str) -> Result<Option<OrganizationId>, DbError> {
    let telling = outbox_fan_outs::table.filter(outbox_fan_outs::organization_id.eq(organizations::id));
    let now = crate::db::now(connection)?;
    Ok(organizations::table
        .filter(organizations::erase_at.is_not_null())
        .filter(organizations::erase_at.le(now))
        .filter(diesel::dsl::not(diesel::dsl::exists(telling)))
        .filter(may_be_tried(task, organizations::id, Uuid::nil()))
        .order(organizations::erase_at)
        .select(organizations::id)
        .first(connection)
        .optional()?)
}

/// Erases an organization whose time has come. Answers its name, if it was there still.
pub fn erase_due(connection: &mut PgConnection, organization: OrganizationId) -> Result<Option<Title>, DbError> {
    let due = organizations::table.find(organization).filter(organizations::erase_at.le(roster_now().nullable()));
    let name: Option<String> = diesel::delete(due).returning(organizations::name).get_result(connection).optional()?;
    Ok(name.map(Title::stored))
}

/// Whether an organization is there for its people.
pub fn is_there(connection: &mut PgConnection, organization: OrganizationId) -> Result<bool, DbError> {
    let there = organizations::table.find(organization).filter(organizations::deleted_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(there)).get_result(connection)?)
}

/// A deleted organization as one of its owners finds it.
#[derive(Queryable)]
pub struct Restorable {
    pub organization: OrganizationId,
    pub name: String,
    pub member_count: i32,
    pub deleted_at: DateTime<Utc>,
    pub erase_at: DateTime<Utc>,
    pub slug: String,
}

/// The session behind a token's hash, with the organization that its account can restore: the one
/// query of authority.
pub fn find_restorable(
    connection: &mut PgConnection,
    token_hash: &[u8],
    organization: OrganizationId,
    deletion: i16,
) -> Result<Option<(SessionRow, Option<Restorable>)>, DbError> {
    Ok(live_sessions::table
        .left_join(
            organizations::table.on(organizations::id
                .eq(organization)
                .and(organizations::deletions.eq(deletion))
                .and(organizations::erase_at.gt(roster_now().nullable()))),
        )
        .left_join(
            active_memberships::table.on(active_memberships::organization_id
                .eq(organizations::id)
                .and(active_memberships::account_id.eq(live_sessions::account_id))
                .and(active_memberships::role.eq(Role::Owner.key()))),
        )
        // Reached through the membership, so that there is nothing to find for those who are no owner.
        .left_join(
            organization_addresses::table.on(organization_addresses::organization_id
                .eq(active_memberships::organization_id.nullable())
                .and(organization_addresses::is_current)),
        )
        .filter(live_sessions::token_hash.eq(token_hash))
        .select((
            SessionRow::as_select(),
            (
                organizations::id,
                organizations::name,
                organizations::member_count,
                organizations::deleted_at.assume_not_null(),
                organizations::erase_at.assume_not_null(),
                organization_addresses::slug,
            )
                .nullable(),
        ))
        .first(connection)
        .optional()?)
}

/// Locks a deleted organization while it can be restored, and answers the time.
pub fn lock_restorable(
    connection: &mut PgConnection,
    organization: OrganizationId,
    deletion: i16,
) -> Result<Option<DateTime<Utc>>, DbError> {
    Ok(organizations::table
        .find(organization)
        .filter(organizations::deletions.eq(deletion))
        .filter(organizations::erase_at.gt(roster_now().nullable()))
        .select(roster_now())
        .for_no_key_update()
        .first(connection)
        .optional()?)
}

/// Whether somebody who is signed in owns an organization, deleted or not.
pub fn is_owner(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
    session: Option<SessionId>,
) -> Result<bool, DbError> {
    let owner = active_memberships::table
        .inner_join(live_sessions::table.on(live_sessions::account_id.eq(active_memberships::account_id)))
        .filter(active_memberships::organization_id.eq(organization))
        .filter(active_memberships::account_id.eq(account))
        .filter(active_memberships::role.eq(Role::Owner.key()))
        .filter(live_sessions::id.nullable().eq(session));
    Ok(diesel::select(diesel::dsl::exists(owner)).get_result(connection)?)
}

/// The moment so many days from another.
pub fn days_from(at: DateTime<Utc>, days: u32) -> DateTime<Utc> {
    at + TimeDelta::days(days.into())
}
