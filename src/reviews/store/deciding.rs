//! What was decided about the people of a review. Each of these statements keeps the counts, too; the
//! organization's lock is had.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Uuid as SqlUuid};

use super::Counted;
use crate::authority::Role;
use crate::db::Stop;
use crate::ids::{AccountId, OrganizationId, ReviewId, UndoingId};
use crate::prepared;
use crate::reviews::rules::{Decision, Standing};
use crate::schema::{accounts, memberships, review_people, reviews};
use crate::text::Username;

/// How it stands with somebody in a review, by the username they have now.
pub fn standing(connection: &mut PgConnection, id: ReviewId, person: &Username) -> Result<Option<Standing>, Stop> {
    type Row = (AccountId, Option<String>, (Option<String>, Option<String>), (Option<AccountId>, Option<String>));
    let found: Option<Row> = review_people::table
        .inner_join(reviews::table)
        .inner_join(accounts::table.on(accounts::id.eq(review_people::account_id)))
        .left_join(
            memberships::table.on(memberships::organization_id
                .eq(reviews::organization_id)
                .and(memberships::account_id.eq(review_people::account_id))),
        )
        .filter(review_people::review_id.eq(id))
        .filter(accounts::username.eq(person.as_str()))
        .select((
            review_people::account_id,
            memberships::role.nullable(),
            (review_people::decision, review_people::new_role),
            (review_people::decided_by, review_people::decided_by_name),
        ))
        .first(connection)
        .optional()?;
    Ok(found.map(|(account, role, (decision, new_role), (by, name))| Standing {
        account,
        role: role.as_deref().map(Role::stored),
        decided: decision.and_then(|key| Decision::stored(&key, new_role.as_deref())).map(|is| (is, by.zip(name))),
    }))
}

/// Decides about somebody, if nobody has. Answers whether.
pub fn decide(
    connection: &mut PgConnection,
    id: ReviewId,
    account: AccountId,
    decision: Decision,
    (by, name): (AccountId, &str),
) -> Result<bool, Stop> {
    let decided = prepared!(
        "WITH decided AS (UPDATE review_people SET decision = $3, new_role = $4, decided_by = $5, decided_by_name = $6, \
            decided_at = roster_now() WHERE review_id = $1 AND account_id = $2 AND decision IS NULL RETURNING decision) \
         UPDATE reviews SET changed_count = changed_count + (SELECT count(*) FROM decided WHERE decision = 'changed'), \
            removed_count = removed_count + (SELECT count(*) FROM decided WHERE decision = 'removed') \
         WHERE id = $1 RETURNING (SELECT count(*) FROM decided)::integer AS number",
    );
    let decided: Counted = decided
        .bind::<SqlUuid, _>(id)
        .bind::<SqlUuid, _>(account)
        .bind::<Text, _>(decision.key())
        .bind::<Nullable<Text>, _>(decision.new_role().map(Role::key))
        .bind::<SqlUuid, _>(by)
        .bind::<Text, _>(name)
        .get_result(connection)?;
    Ok(decided.number == 1)
}

/// Keeps those of some people, by the usernames they have now, about whom nobody has decided. Answers how many.
pub fn keep(
    connection: &mut PgConnection,
    id: ReviewId,
    people: &[Username],
    (by, name): (AccountId, &str),
) -> Result<usize, Stop> {
    let names: Vec<&str> = people.iter().map(Username::as_str).collect();
    let kept = prepared!(
        "WITH kept AS (UPDATE review_people SET decision = 'kept', decided_by = $3, decided_by_name = $4, decided_at = roster_now() \
            WHERE review_id = $1 AND account_id = ANY (ARRAY(SELECT id FROM accounts WHERE username = ANY ($2))) AND decision IS NULL \
            RETURNING true) \
         UPDATE reviews SET kept_count = kept_count + (SELECT count(*) FROM kept) \
         WHERE id = $1 RETURNING (SELECT count(*) FROM kept)::integer AS number",
    );
    let kept: Counted = kept
        .bind::<SqlUuid, _>(id)
        .bind::<Array<Text>, _>(names)
        .bind::<SqlUuid, _>(by)
        .bind::<Text, _>(name)
        .get_result(connection)?;
    Ok(usize::try_from(kept.number).unwrap_or_default())
}

/// Notes what undoes a decision.
pub fn note_undoing(
    connection: &mut PgConnection,
    id: ReviewId,
    person: &Username,
    undoing: UndoingId,
) -> Result<(), Stop> {
    let whose = accounts::table.filter(accounts::username.eq(person.as_str())).select(accounts::id);
    let theirs =
        review_people::table.filter(review_people::review_id.eq(id)).filter(review_people::account_id.eq_any(whose));
    diesel::update(theirs).set(review_people::undoing_id.eq(undoing)).execute(connection)?;
    Ok(())
}

/// Notes that somebody goes, in the review that is under way, if nobody has decided about them.
pub fn note_gone(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
    undoing: Option<UndoingId>,
) -> Result<(), Stop> {
    prepared!(
        "WITH gone AS (UPDATE review_people SET decision = 'gone', decided_at = roster_now(), undoing_id = $3 \
            FROM reviews WHERE reviews.organization_id = $1 AND reviews.finished_at IS NULL AND review_id = reviews.id \
                AND account_id = $2 AND decision IS NULL RETURNING review_id) \
         UPDATE reviews SET gone_count = gone_count + 1 FROM gone WHERE id = gone.review_id",
    )
    .bind::<SqlUuid, _>(organization)
    .bind::<SqlUuid, _>(account)
    .bind::<Nullable<SqlUuid>, _>(undoing)
    .execute(connection)?;
    Ok(())
}

/// Opens again what was decided, in a review that is under way, and is undone now.
pub fn reopen(connection: &mut PgConnection, undoing: UndoingId) -> Result<(), Stop> {
    prepared!(
        "WITH undone AS (SELECT review_id, account_id, decision FROM review_people JOIN reviews ON reviews.id = review_id \
            WHERE undoing_id = $1 AND finished_at IS NULL), \
         open AS (UPDATE review_people SET decision = NULL, new_role = NULL, decided_by = NULL, decided_by_name = NULL, \
            decided_at = NULL, undoing_id = NULL FROM undone \
            WHERE review_people.review_id = undone.review_id AND review_people.account_id = undone.account_id) \
         UPDATE reviews SET changed_count = changed_count - (undone.decision = 'changed')::integer, \
            removed_count = removed_count - (undone.decision = 'removed')::integer, \
            gone_count = gone_count - (undone.decision = 'gone')::integer \
         FROM undone WHERE reviews.id = undone.review_id",
    )
    .bind::<SqlUuid, _>(undoing)
    .execute(connection)?;
    Ok(())
}

/// Notes that what was decided in a review that is finished is undone now.
pub fn note_undone(connection: &mut PgConnection, undoing: UndoingId) -> Result<(), Stop> {
    prepared!(
        "UPDATE review_people SET undone_at = roster_now() FROM reviews \
         WHERE undoing_id = $1 AND reviews.id = review_id AND reviews.finished_at IS NOT NULL",
    )
    .bind::<SqlUuid, _>(undoing)
    .execute(connection)?;
    Ok(())
}
