//! What is looked at for an overview, in one question.
//!
//! Each part of it goes by an index and stops after a few rows, so it costs the same however many belong, were
//! invited, or have written history.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::exists;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text, Timestamptz, Uuid as SqlUuid};
use serde::Deserialize;

use super::rules::{COUNTED, DAYS, Day, INACTIVE_DAYS, SHOWN};
use crate::authority::Role;
use crate::db::Stop;
use crate::has_access;
use crate::ids::{AccountId, InvitationId, OrganizationId, PictureId};
use crate::prepared;
use crate::schema::{accounts, email_addresses, memberships, second_factors};
use crate::text::{EmailAddress, PersonName, Username};
use crate::views::active_memberships;

/// Owners that are looked at, and invitations that are looked at for letters that failed: those that were sent
/// last, for a letter is given up within two days.
const LOOKED_AT: i64 = 200;

const LOOK: &str = "
WITH owners AS MATERIALIZED (
    SELECT account.id, account.username, account.display_name, account.picture_id, guard.confirmed_at IS NOT NULL AS is_guarded
    FROM (
        SELECT account_id FROM memberships WHERE organization_id = $1 AND role = 'owner' ORDER BY account_id LIMIT $2
    ) AS seat CROSS JOIN LATERAL (
        SELECT account_id FROM active_memberships WHERE organization_id = $1 AND account_id = seat.account_id OFFSET 0
    ) AS active CROSS JOIN LATERAL (
        SELECT id, username, display_name, picture_id FROM accounts WHERE id = seat.account_id OFFSET 0
    ) AS account LEFT JOIN LATERAL (
        SELECT confirmed_at FROM second_factors WHERE account_id = seat.account_id OFFSET 0
    ) AS guard ON true
), unguarded AS (
    SELECT * FROM owners WHERE NOT is_guarded ORDER BY username LIMIT $3 + 1
), expired AS (
    SELECT id, email, role, sent_at, expires_at FROM invitations
    WHERE organization_id = $1 AND ended_at IS NULL AND expires_at <= $4
    ORDER BY expires_at DESC, id DESC LIMIT $3 + 1
), lately AS (
    SELECT id, email, role, sent_at, expires_at FROM invitations
    WHERE organization_id = $1 AND ended_at IS NULL AND expires_at > $4
    ORDER BY expires_at DESC, id DESC LIMIT $2
), failed AS (
    SELECT lately.* FROM lately CROSS JOIN LATERAL (
        SELECT state FROM outbox WHERE outbox.about = lately.id ORDER BY created_at DESC, id DESC LIMIT 1
    ) AS letter
    WHERE letter.state = 'failed' ORDER BY sent_at DESC, id DESC LIMIT $3 + 1
), quiet AS MATERIALIZED (
    SELECT seat.account_id, seat.last_active_at FROM (
        SELECT account_id, last_active_at FROM memberships
        WHERE organization_id = $1 AND last_active_at <= $4 - make_interval(days => $5)
        ORDER BY last_active_at, account_id LIMIT 4 * ($6 + 1)
    ) AS seat CROSS JOIN LATERAL (
        SELECT account_id FROM active_memberships WHERE organization_id = $1 AND account_id = seat.account_id OFFSET 0
    ) AS active
    LIMIT $6 + 1
), inactive AS (
    SELECT account.id, account.username, account.display_name, account.picture_id, longest.last_active_at
    FROM (SELECT * FROM quiet ORDER BY last_active_at, account_id LIMIT $3) AS longest CROSS JOIN LATERAL (
        SELECT id, username, display_name, picture_id FROM accounts WHERE id = longest.account_id OFFSET 0
    ) AS account
), days AS (
    SELECT day, deeds, member_count FROM organization_days WHERE organization_id = $1 ORDER BY day DESC LIMIT $7
)
SELECT json_build_object(
    'owner_count', (SELECT count(*) FROM owners),
    'unguarded', coalesce((SELECT json_agg(to_json(unguarded) ORDER BY username) FROM unguarded), '[]'),
    'expired', coalesce((SELECT json_agg(to_json(expired) ORDER BY expires_at DESC, id DESC) FROM expired), '[]'),
    'failed', coalesce((SELECT json_agg(to_json(failed) ORDER BY sent_at DESC, id DESC) FROM failed), '[]'),
    'inactive', coalesce((SELECT json_agg(to_json(inactive) ORDER BY last_active_at, id) FROM inactive), '[]'),
    'inactive_count', (SELECT count(*) FROM quiet),
    'days', coalesce((SELECT json_agg(json_build_array(day, deeds, member_count) ORDER BY day) FROM days), '[]'),
    'review_due_since', (SELECT coalesce(told_at, due_at) FROM review_reminders
        WHERE organization_id = $1 AND due_at IS NOT NULL AND (told_at IS NOT NULL OR due_at <= $4)),
    'founded', (SELECT (created_at AT TIME ZONE 'UTC')::date FROM organizations WHERE id = $1),
    'today', ($4 AT TIME ZONE 'UTC')::date
)::text AS looked";

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    looked: String,
}

/// What there is to be told of an organization.
#[derive(Deserialize)]
pub struct Sight {
    /// How many own it, as far as they were looked at.
    pub owner_count: i64,
    /// The owners without a second factor, by name; one more than is shown when there are more.
    pub unguarded: Vec<Owner>,
    /// The open invitations that have expired, the last first; one more than is shown when there are more.
    pub expired: Vec<Stuck>,
    /// Those whose letter failed, alike.
    pub failed: Vec<Stuck>,
    /// The first of those who were not here for long, the longest first.
    pub inactive: Vec<Quiet>,
    /// How many they are, at most one more than is counted.
    pub inactive_count: i64,
    /// The last days on which something happened, in order.
    pub days: Vec<Day>,
    /// Since when an access review is due, where owners want to be reminded.
    pub review_due_since: Option<DateTime<Utc>>,
    /// When it was founded.
    pub founded: NaiveDate,
    /// The day it is, by Universal Time.
    pub today: NaiveDate,
}

/// An owner whose account is guarded by a password alone.
#[derive(Deserialize)]
pub struct Owner {
    pub id: AccountId,
    pub username: Username,
    pub display_name: Option<PersonName>,
    pub picture_id: Option<PictureId>,
}

/// An invitation that comes to nothing as it stands.
#[derive(Deserialize)]
pub struct Stuck {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    pub sent_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Somebody who was not here for long.
#[derive(Deserialize)]
pub struct Quiet {
    pub id: AccountId,
    pub username: Username,
    pub display_name: Option<PersonName>,
    pub picture_id: Option<PictureId>,
    pub last_active_at: DateTime<Utc>,
}

/// All of it, as it is at a moment.
pub fn look(connection: &mut PgConnection, organization: OrganizationId, now: DateTime<Utc>) -> Result<Sight, Stop> {
    let shown = i64::try_from(SHOWN).unwrap_or(i64::MAX);
    let told = prepared!(LOOK)
        .bind::<SqlUuid, _>(organization)
        .bind::<BigInt, _>(LOOKED_AT)
        .bind::<BigInt, _>(shown)
        .bind::<Timestamptz, _>(now)
        .bind::<Integer, _>(INACTIVE_DAYS)
        .bind::<BigInt, _>(COUNTED)
        .bind::<BigInt, _>(DAYS)
        .get_result::<Told>(connection)?;
    serde_json::from_str(&told.looked).map_err(|error| Stop::Broken(format!("the overview cannot be read: {error}")))
}

/// Somebody here who may be reminded.
pub struct Found {
    pub account: AccountId,
    /// With access, that is: not suspended.
    pub is_owner: bool,
    pub is_guarded: bool,
    /// The primary address.
    pub address: Option<EmailAddress>,
}

/// Somebody here, by name.
pub fn find_person(
    connection: &mut PgConnection,
    organization: OrganizationId,
    person: &Username,
) -> Result<Option<Found>, Stop> {
    type Row = (AccountId, bool, Option<DateTime<Utc>>, Option<String>);
    let found = memberships::table
        .inner_join(accounts::table)
        .left_join(second_factors::table.on(second_factors::account_id.eq(memberships::account_id)))
        .left_join(
            email_addresses::table
                .on(email_addresses::account_id.eq(memberships::account_id).and(email_addresses::is_primary)),
        )
        .filter(memberships::organization_id.eq(organization))
        .filter(accounts::username.eq(person.as_str()))
        .select((
            memberships::account_id,
            memberships::role.eq(Role::Owner.key()).and(has_access!()),
            second_factors::confirmed_at.nullable(),
            email_addresses::address.nullable(),
        ))
        .first::<Row>(connection)
        .optional()?;
    Ok(found.map(|(account, is_owner, confirmed_at, address)| Found {
        account,
        is_owner,
        is_guarded: confirmed_at.is_some(),
        address: address.map(EmailAddress::stored),
    }))
}

/// Whether somebody owns an organization and has no second factor.
pub fn is_unguarded_owner(
    connection: &mut PgConnection,
    organization: OrganizationId,
    account: AccountId,
) -> Result<bool, Stop> {
    let guarded = second_factors::table
        .filter(second_factors::account_id.eq(account))
        .filter(second_factors::confirmed_at.is_not_null());
    let owner = active_memberships::table
        .find((organization, account))
        .filter(active_memberships::role.eq(Role::Owner.key()))
        .filter(diesel::dsl::not(exists(guarded)));
    Ok(diesel::select(exists(owner)).get_result(connection)?)
}
