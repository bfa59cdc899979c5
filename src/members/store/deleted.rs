//! Organizations that somebody can restore.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::authority::Role;
use crate::db::{DbError, roster_now};
use crate::has_access;
use crate::ids::{AccountId, OrganizationId, PictureId};
use crate::schema::{memberships, organizations};
use crate::text::Title;

/// Organizations that one page lists, at most.
const MOST: i64 = 100;

/// A deleted organization as one of its owners sees it.
#[derive(Clone, Debug)]
pub struct DeletedOrganization {
    pub organization: OrganizationId,
    pub name: Title,
    /// Which of its deletions this is: a link to restore it belongs to one.
    pub deletion: u16,
    pub deleted_at: DateTime<Utc>,
    /// When it is erased.
    pub erase_at: DateTime<Utc>,
    pub picture: Option<PictureId>,
}

/// The deleted organizations that an account can restore, the latest first.
pub fn recently_deleted(
    connection: &mut PgConnection,
    account: AccountId,
) -> Result<Vec<DeletedOrganization>, DbError> {
    type Row = (OrganizationId, String, i16, DateTime<Utc>, DateTime<Utc>, Option<PictureId>);
    let found: Vec<Row> = memberships::table
        .inner_join(organizations::table.on(organizations::id.eq(memberships::organization_id)))
        .filter(memberships::account_id.eq(account))
        .filter(memberships::role.eq(Role::Owner.key()))
        .filter(has_access!())
        .filter(organizations::erase_at.gt(roster_now().nullable()))
        .order((organizations::deleted_at.desc(), organizations::id))
        .limit(MOST)
        .select((
            organizations::id,
            organizations::name,
            organizations::deletions,
            organizations::deleted_at.assume_not_null(),
            organizations::erase_at.assume_not_null(),
            organizations::picture_id,
        ))
        .load(connection)?;
    let row = |(organization, name, deletion, deleted_at, erase_at, picture): Row| DeletedOrganization {
        organization,
        name: Title::stored(name),
        deletion: u16::try_from(deletion).unwrap_or_default(),
        deleted_at,
        erase_at,
        picture,
    };
    Ok(found.into_iter().map(row).collect())
}
