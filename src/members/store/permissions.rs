//! Who can do what somebody else cannot.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::authority::{EffectiveRole, Permission, Role};
use crate::db::DbError;
use crate::ids::OrganizationId;
use crate::schema::{accounts, organizations};
use crate::text::Username;
use crate::views::active_memberships;

/// How many names are informed about those who can help.
const NAMES: i64 = 5;

/// Some of the people of an organization who may do something now, the longest there first.
pub fn some_who_may(
    connection: &mut PgConnection,
    organization: OrganizationId,
    permission: Permission,
) -> Result<Vec<Username>, DbError> {
    let roles: Vec<&str> = Role::allowing(permission).map(Role::key).collect();
    let has_role = active_memberships::role.eq_any(roles);
    let is_primary_owner = active_memberships::account_id.eq(organizations::primary_owner_id);
    let primary_owner_may = EffectiveRole::PrimaryOwner.allows(permission).into_sql::<diesel::sql_types::Bool>();
    let found: Vec<String> = active_memberships::table
        .inner_join(accounts::table.on(accounts::id.eq(active_memberships::account_id)))
        .inner_join(organizations::table.on(organizations::id.eq(active_memberships::organization_id)))
        .filter(active_memberships::organization_id.eq(organization))
        .filter(has_role.or(is_primary_owner.and(primary_owner_may)))
        .order((active_memberships::joined_at, active_memberships::account_id))
        .limit(NAMES)
        .select(accounts::username)
        .load(connection)?;
    Ok(found.into_iter().map(Username::stored).collect())
}
