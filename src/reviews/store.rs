//! What is remembered of access reviews.

mod deciding;
mod listed;
mod reminders;

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Uuid as SqlUuid};

use super::rules::Review;
use crate::db::{Stop, roster_now};
use crate::ids::{AccountId, OrganizationId, ReviewId};
use crate::prepared;
use crate::schema::reviews;
use crate::web::paging::{Cursor, PAGE, cut};
pub use deciding::{decide, keep, note_gone, note_undoing, note_undone, reopen, standing};
pub use listed::{Listed, Open, listed, still_open};
pub use reminders::{
    is_still_due, one_due, pause_reminder, reminder, resume_reminder, take_reminder, want_no_reminder, want_reminder,
};

type ReviewColumns = (
    (reviews::id, reviews::begun_by_name, reviews::begun_at),
    (reviews::finished_by_name, reviews::finished_at),
    (reviews::people_count, reviews::kept_count, reviews::changed_count, reviews::removed_count, reviews::gone_count),
);

const REVIEW: ReviewColumns = (
    (reviews::id, reviews::begun_by_name, reviews::begun_at),
    (reviews::finished_by_name, reviews::finished_at),
    (reviews::people_count, reviews::kept_count, reviews::changed_count, reviews::removed_count, reviews::gone_count),
);

type ReviewRow =
    ((ReviewId, String, DateTime<Utc>), (Option<String>, Option<DateTime<Utc>>), (i32, i32, i32, i32, i32));

fn review(((id, begun_by, begun_at), finished, counts): ReviewRow) -> Review {
    let (people, kept, changed, removed, gone) = counts;
    Review {
        id,
        begun: (begun_by, begun_at),
        finished: finished.0.zip(finished.1),
        people,
        kept,
        changed,
        removed,
        gone,
    }
}

/// A review of an organization.
pub fn find(connection: &mut PgConnection, organization: OrganizationId, id: ReviewId) -> Result<Option<Review>, Stop> {
    let found = reviews::table.find(id).filter(reviews::organization_id.eq(organization)).select(REVIEW);
    Ok(found.first::<ReviewRow>(connection).optional()?.map(review))
}

/// The review of an organization that is under way, if one is.
pub fn under_way(connection: &mut PgConnection, organization: OrganizationId) -> Result<Option<ReviewId>, Stop> {
    Ok(reviews::table
        .filter(reviews::organization_id.eq(organization))
        .filter(reviews::finished_at.is_null())
        .select(reviews::id)
        .first(connection)
        .optional()?)
}

/// When the last review of an organization was finished.
pub fn last_finished(
    connection: &mut PgConnection,
    organization: OrganizationId,
) -> Result<Option<DateTime<Utc>>, Stop> {
    let found: Option<Option<DateTime<Utc>>> = reviews::table
        .filter(reviews::organization_id.eq(organization))
        .filter(reviews::finished_at.is_not_null())
        .order((reviews::begun_at.desc(), reviews::id.desc()))
        .select(reviews::finished_at)
        .first(connection)
        .optional()?;
    Ok(found.flatten())
}

/// A page of the reviews of an organization, the last first, and where the next begins.
pub fn all(
    connection: &mut PgConnection,
    organization: OrganizationId,
    after: Option<Cursor>,
) -> Result<(Vec<Review>, Option<Cursor>), Stop> {
    let of = reviews::table
        .filter(reviews::organization_id.eq(organization))
        .order((reviews::begun_at.desc(), reviews::id.desc()))
        .limit(i64::try_from(PAGE + 1).unwrap_or(i64::MAX))
        .select(REVIEW)
        .into_boxed();
    let found: Vec<ReviewRow> = match after {
        None => of.load(connection)?,
        Some(Cursor { at, id }) => {
            let behind = reviews::begun_at.lt(at).or(reviews::id.lt(ReviewId::from(id)));
            of.filter(reviews::begun_at.le(at).and(behind)).load(connection)?
        }
    };
    let mut found: Vec<Review> = found.into_iter().map(review).collect();
    let next = cut(&mut found, |review| Cursor { at: review.begun.1, id: review.id.uuid() });
    Ok((found, next))
}

/// Begins a review, with nobody in it yet.
pub fn begin(connection: &mut PgConnection, organization: OrganizationId, by: &str) -> Result<ReviewId, Stop> {
    let id = ReviewId::fresh();
    diesel::insert_into(reviews::table)
        .values((reviews::id.eq(id), reviews::organization_id.eq(organization), reviews::begun_by_name.eq(by)))
        .execute(connection)?;
    Ok(id)
}

/// So many people are written down by one statement: however many there are, none runs into the limit of its time.
const WRITTEN_AT_ONCE: i64 = 20_000;

/// Writes down the next of those who belong to an organization, in its new review: so many behind an account. Answers
/// who was the last, or none where nobody is left.
pub fn write_down(
    connection: &mut PgConnection,
    organization: OrganizationId,
    id: ReviewId,
    after: AccountId,
) -> Result<Option<AccountId>, Stop> {
    let written = prepared!(
        "WITH those AS MATERIALIZED (SELECT account_id, role FROM memberships WHERE organization_id = $2 AND account_id > $3 \
            ORDER BY account_id LIMIT $4), \
         people AS (INSERT INTO review_people (review_id, account_id, username, role) \
            SELECT $1, accounts.id, accounts.username, those.role FROM those JOIN accounts ON accounts.id = those.account_id \
            RETURNING true) \
         UPDATE reviews SET people_count = people_count + (SELECT count(*) FROM people) WHERE id = $1 \
         RETURNING (SELECT account_id FROM those ORDER BY account_id DESC LIMIT 1) AS last",
    );
    let written: Written = written
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(organization)
        .bind::<SqlUuid, _>(after)
        .bind::<BigInt, _>(WRITTEN_AT_ONCE)
        .get_result(connection)?;
    Ok(written.last)
}

#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    last: Option<AccountId>,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    number: i32,
}

/// Finishes a review.
pub fn finish(connection: &mut PgConnection, id: ReviewId, by: &str) -> Result<(), Stop> {
    diesel::update(reviews::table.find(id))
        .filter(reviews::finished_at.is_null())
        .set((reviews::finished_at.eq(roster_now().nullable()), reviews::finished_by_name.eq(by)))
        .execute(connection)?;
    Ok(())
}
