//! Access reviews, and what was decided in them.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::json;

use super::{After, LIMIT, goes_on};
use crate::authority::Role;
use crate::db::Stop;
use crate::exports::sheet::{Columns, Row};
use crate::ids::{OrganizationId, ReviewId};
use crate::prepared;
use crate::schema::reviews;
use crate::web::paging::Cursor;

/// The columns of reviews.
pub const REVIEWS: Columns = Columns::plain(&[
    "begun_at",
    "begun_by",
    "finished_at",
    "finished_by",
    "people",
    "kept",
    "other_role",
    "removed",
    "gone",
]);

/// The columns of what was decided about people. In which review is plain for a program, which may read several.
pub const DECISIONS: Columns = Columns {
    names: &[
        "username",
        "role_then",
        "decision",
        "new_role",
        "decided_by",
        "decided_at",
        "undone_at",
        "review_begun_at",
    ],
    plain: 7,
};

/// The columns of a review: id, who began it and when; who finished it and when; how many people.
type ReviewRow =
    ((ReviewId, String, DateTime<Utc>), (Option<String>, Option<DateTime<Utc>>), (i32, i32, i32, i32, i32));

/// The access reviews of an organization, in the order in which they were begun.
pub fn reviews(
    connection: &mut PgConnection,
    organization: OrganizationId,
    after: Option<Cursor>,
) -> Result<(Vec<Row>, Option<After>), Stop> {
    let of = reviews::table
        .filter(reviews::organization_id.eq(organization))
        .order((reviews::begun_at, reviews::id))
        .limit(LIMIT)
        .select((
            (reviews::id, reviews::begun_by_name, reviews::begun_at),
            (reviews::finished_by_name, reviews::finished_at),
            (
                reviews::people_count,
                reviews::kept_count,
                reviews::changed_count,
                reviews::removed_count,
                reviews::gone_count,
            ),
        ))
        .into_boxed();
    let found: Vec<ReviewRow> = match after {
        None => of.load(connection)?,
        Some(Cursor { at, id }) => {
            let behind = reviews::begun_at.gt(at).or(reviews::id.gt(ReviewId::from(id)));
            of.filter(reviews::begun_at.ge(at).and(behind)).load(connection)?
        }
    };
    let after = goes_on(&found, |((id, _, at), ..)| After::Row(Cursor { at: *at, id: id.uuid() }));
    let rows = found.into_iter().map(|((_, begun_by, begun_at), (finished_by, finished_at), counts)| {
        let (people, kept, changed, removed, gone) = counts;
        vec![
            json!(begun_at),
            json!(begun_by),
            json!(finished_at),
            json!(finished_by),
            json!(people),
            json!(kept),
            json!(changed),
            json!(removed),
            json!(gone),
        ]
    });
    Ok((rows.collect(), after))
}

/// Goes through one review after another, and in each through its people by username: so many rows, each by key.
const READ: &str = "
SELECT review.id AS review_id, review.begun_at, people.* FROM (
    SELECT id, begun_at FROM reviews
    WHERE organization_id = $1 AND id >= $3 AND ($2 IS NULL OR id = $2) ORDER BY id LIMIT $5
) AS review CROSS JOIN LATERAL (
    SELECT username, role, decision, new_role, decided_by_name, decided_at, undone_at FROM review_people
    WHERE review_id = review.id AND username > CASE WHEN review.id = $3 THEN $4 ELSE '' END COLLATE \"C\"
    ORDER BY username LIMIT $5
) AS people ORDER BY review.id, people.username LIMIT $5";

#[derive(QueryableByName)]
struct Decided {
    #[diesel(sql_type = SqlUuid)]
    review_id: ReviewId,
    #[diesel(sql_type = Timestamptz)]
    begun_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Nullable<Text>)]
    decision: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    new_role: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    decided_by_name: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    decided_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    undone_at: Option<DateTime<Utc>>,
}

/// What was decided about the people of one review of an organization, or of all of them.
pub fn decisions(
    connection: &mut PgConnection,
    organization: OrganizationId,
    of: Option<ReviewId>,
    after: Option<(ReviewId, String)>,
) -> Result<(Vec<Row>, Option<After>), Stop> {
    let (review, username) = after.unwrap_or_else(|| (ReviewId::from(uuid::Uuid::nil()), String::new()));
    let found: Vec<Decided> = prepared!(READ)
        .bind::<SqlUuid, _>(organization)
        .bind::<Nullable<SqlUuid>, _>(of)
        .bind::<SqlUuid, _>(review)
        .bind::<Text, _>(username)
        .bind::<BigInt, _>(LIMIT)
        .load(connection)?;
    let after = goes_on(&found, |row| After::Reviewed(row.review_id, row.username.clone()));
    let rows = found.into_iter().map(|row| {
        let label = |role: &str| Role::stored(role).label();
        vec![
            json!(row.username),
            json!(label(&row.role)),
            json!(row.decision.as_deref().unwrap_or("not reviewed")),
            json!(row.new_role.as_deref().map(label)),
            json!(row.decided_by_name),
            json!(row.decided_at),
            json!(row.undone_at),
            json!(row.begun_at),
        ]
    });
    Ok((rows.collect(), after))
}
