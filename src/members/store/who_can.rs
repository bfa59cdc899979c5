//! Who can do what somebody else cannot.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::authority::{Role, Standing};
use crate::db::Stop;
use crate::ids::OrganizationId;
use crate::schema::{accounts, memberships, organizations};
use crate::text::Username;

/// How many names are told of those who can help.
const NAMES: i64 = 5;

/// Some of the people of an organization who are no less than this, the longest there first.
pub fn some_who_are(
    connection: &mut PgConnection,
    organization: OrganizationId,
    least: Standing,
) -> Result<Vec<Username>, Stop> {
    let people = memberships::table
        .inner_join(accounts::table)
        .inner_join(organizations::table.on(organizations::id.eq(memberships::organization_id)))
        .filter(memberships::organization_id.eq(organization))
        .filter(accounts::suspended_at.is_null())
        .order((memberships::joined_at, memberships::account_id))
        .limit(NAMES)
        .select(accounts::username)
        .into_boxed();
    let found: Vec<String> = match least {
        Standing::Member => people.load(connection)?,
        Standing::Owner => people.filter(memberships::role.eq(Role::Owner.key())).load(connection)?,
        Standing::PrimaryOwner => {
            people.filter(memberships::account_id.eq(organizations::primary_owner_id)).load(connection)?
        }
    };
    Ok(found.into_iter().map(Username::stored).collect())
}
