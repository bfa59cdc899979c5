//! How many invitations may wait for an answer, and how many do.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Uuid as SqlUuid};

use crate::db::Stop;
use crate::ids::OrganizationId;
use crate::prepared;
use crate::schema::invitation_allowances;

/// How many may wait, where that was ever changed.
pub fn unanswered_allowed(connection: &mut PgConnection, organization: OrganizationId) -> Result<Option<i32>, Stop> {
    let allowed = invitation_allowances::table.find(organization).select(invitation_allowances::unanswered);
    Ok(allowed.first(connection).optional()?)
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// How many do wait, as far as it matters: of more than `most` no more are read.
pub fn count_unanswered(connection: &mut PgConnection, organization: OrganizationId, most: i64) -> Result<i64, Stop> {
    let counted = prepared!(
        "SELECT count(*) AS number FROM ( \
         (SELECT 1 FROM invitations WHERE organization_id = $1 AND ended_at IS NULL \
         AND expires_at > (SELECT roster_now()) - interval '1 day' LIMIT $2) UNION ALL \
         (SELECT 1 FROM invitations WHERE organization_id = $1 AND ended_how NOT IN ('accepted', 'declined') \
         AND ended_at > (SELECT roster_now()) - interval '1 day' LIMIT $2)) AS unanswered",
    );
    let counted = counted.bind::<SqlUuid, _>(organization).bind::<BigInt, _>(most);
    Ok(counted.get_result::<Counted>(connection)?.number)
}

/// Lets so many more wait; where nothing was changed before, on top of `new`.
pub fn raise(connection: &mut PgConnection, organization: OrganizationId, new: i32, more: i32) -> Result<(), Stop> {
    prepared!(
        "INSERT INTO invitation_allowances (organization_id, unanswered) VALUES ($1, $2 + $3) \
         ON CONFLICT ON CONSTRAINT invitation_allowances_have_one_row_each \
         DO UPDATE SET unanswered = least(invitation_allowances.unanswered, 1000000000) + $3",
    )
    .bind::<SqlUuid, _>(organization)
    .bind::<Integer, _>(new)
    .bind::<Integer, _>(more)
    .execute(connection)?;
    Ok(())
}
