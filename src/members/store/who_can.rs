//! Who can do what somebody else cannot.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::authority::{Permission, Role, Standing};
use crate::db::{Stop, lasts};
use crate::ids::OrganizationId;
use crate::schema::{accounts, memberships, organizations};
use crate::text::Username;

/// How many names are told of those who can help.
const NAMES: i64 = 5;

/// Some of the people of an organization who may do something and are not suspended, the longest there first.
pub fn some_who_may(
    connection: &mut PgConnection,
    organization: OrganizationId,
    permission: Permission,
) -> Result<Vec<Username>, Stop> {
    let roles: Vec<&str> = Role::allowing(permission).map(Role::key).collect();
    let has_role = memberships::role.eq_any(roles);
    let is_primary_owner = memberships::account_id.eq(organizations::primary_owner_id);
    let primary_owner_may = Standing::PrimaryOwner.allows(permission).into_sql::<diesel::sql_types::Bool>();
    let found: Vec<String> = memberships::table
        .inner_join(accounts::table)
        .inner_join(organizations::table.on(organizations::id.eq(memberships::organization_id)))
        .filter(memberships::organization_id.eq(organization))
        .filter(has_role.or(is_primary_owner.and(primary_owner_may)))
        .filter(accounts::suspended_at.is_null())
        .filter(memberships::is_in_force)
        .filter(lasts(memberships::ends_at))
        .order((memberships::joined_at, memberships::account_id))
        .limit(NAMES)
        .select(accounts::username)
        .load(connection)?;
    Ok(found.into_iter().map(Username::stored).collect())
}
