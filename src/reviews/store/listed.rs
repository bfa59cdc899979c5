//! The people of a review, a page at a time: each page by an index that has just those, however many there are.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::authority::Role;
use crate::db::DbError;
use crate::has_access;
use crate::ids::{AccountId, PictureId, ReviewId};
use crate::members::rules::expiry::LastDay;
use crate::reviews::rules::{AT_ONCE, Decision, DecisionFilter};
use crate::schema::{accounts, memberships, review_people, reviews};
use crate::text::{PersonName, Username};

/// Somebody who must be looked at, as they are now.
pub struct Open {
    pub account: AccountId,
    pub username: Username,
    /// As they wish to be called, if they have said so.
    pub called: Option<PersonName>,
    pub picture: Option<PictureId>,
    pub role: Role,
    pub has_two_factor: bool,
    pub is_suspended: bool,
    pub last_day: Option<LastDay>,
    pub joined_at: DateTime<Utc>,
    pub last_active_at: DateTime<Utc>,
    /// The name they had when the review was begun: for the order.
    place: String,
}

/// One of those about whom nobody has decided, as they are now: account, both names, picture and place; role, whether
/// there is a second factor and no access; when it ends, since when, when last active.
type OpenRow = (
    (AccountId, String, Option<String>, Option<PictureId>, String),
    (String, bool, bool),
    (Option<DateTime<Utc>>, DateTime<Utc>, DateTime<Utc>),
);

/// Those about whom nobody has decided, by username, a page of them, and where the next page begins.
pub fn still_open(
    connection: &mut PgConnection,
    id: ReviewId,
    after: &str,
) -> Result<(Vec<Open>, Option<String>), DbError> {
    let found: Vec<OpenRow> = review_people::table
        .inner_join(reviews::table)
        .inner_join(accounts::table.on(accounts::id.eq(review_people::account_id)))
        .inner_join(
            memberships::table.on(memberships::organization_id
                .eq(reviews::organization_id)
                .and(memberships::account_id.eq(review_people::account_id))),
        )
        .filter(review_people::review_id.eq(id))
        .filter(review_people::decision.is_null())
        .filter(review_people::username.gt(after))
        .order(review_people::username)
        .limit(i64::try_from(AT_ONCE + 1).unwrap_or(i64::MAX))
        .select((
            (
                review_people::account_id,
                accounts::username,
                accounts::display_name,
                accounts::picture_id,
                review_people::username,
            ),
            (memberships::role, memberships::has_two_factor, diesel::dsl::not(has_access!())),
            (memberships::ends_at, memberships::joined_at, memberships::last_active_at),
        ))
        .load(connection)?;
    let mut people: Vec<Open> = found
        .into_iter()
        .map(|((account, username, called, picture, place), (role, has_two_factor, is_suspended), at)| Open {
            account,
            username: Username::stored(username),
            called: called.map(PersonName::stored),
            picture,
            role: Role::stored(&role),
            has_two_factor,
            is_suspended,
            last_day: at.0.map(LastDay::stored),
            joined_at: at.1,
            last_active_at: at.2,
            place,
        })
        .collect();
    let is_full = people.len() > AT_ONCE;
    people.truncate(AT_ONCE);
    let next = people.last().filter(|_| is_full).map(|person| person.place.clone());
    Ok((people, next))
}

/// Somebody of a review, as it was written down.
pub struct Listed {
    /// The name they had when the review was begun.
    pub username: Username,
    /// The role they had then.
    pub role: Role,
    pub decision: Option<Decision>,
    /// Who decided, by the name they had.
    pub by: Option<String>,
    pub at: Option<DateTime<Utc>>,
    pub undone_at: Option<DateTime<Utc>>,
}

/// Name and role; what was decided; by whom, when, and when it was undone.
type ListedRow = (
    (String, String),
    (Option<String>, Option<String>),
    (Option<String>, Option<DateTime<Utc>>, Option<DateTime<Utc>>),
);

/// The people of a review, or of a part of it, by username: so many, and where the next page begins.
pub fn listed(
    connection: &mut PgConnection,
    id: ReviewId,
    part: Option<DecisionFilter>,
    after: &str,
    length: usize,
) -> Result<(Vec<Listed>, Option<String>), DbError> {
    let of = review_people::table
        .filter(review_people::review_id.eq(id))
        .filter(review_people::username.gt(after))
        .order(review_people::username)
        .limit(i64::try_from(length + 1).unwrap_or(i64::MAX))
        .select((
            (review_people::username, review_people::role),
            (review_people::decision, review_people::new_role),
            (review_people::decided_by_name, review_people::decided_at, review_people::undone_at),
        ))
        .into_boxed();
    let found: Vec<ListedRow> = match part {
        None => of.load(connection)?,
        Some(DecisionFilter::Left) => of.filter(review_people::decision.is_null()).load(connection)?,
        Some(part) => of.filter(review_people::decision.eq(part.key())).load(connection)?,
    };
    let mut people: Vec<Listed> = found
        .into_iter()
        .map(|((username, role), (decision, new_role), (by, at, undone_at))| Listed {
            username: Username::stored(username),
            role: Role::stored(&role),
            decision: decision.and_then(|key| Decision::stored(&key, new_role.as_deref())),
            by,
            at,
            undone_at,
        })
        .collect();
    let is_full = people.len() > length;
    people.truncate(length);
    let next = people.last().filter(|_| is_full).map(|person| person.username.to_string());
    Ok((people, next))
}
