//! What is remembered of all that concerns one person, in one question.
//!
//! Of each organization only as many lines of history are read as are shown in all, by index, so it
//! costs the same however long the history is.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use serde::Deserialize;
use serde_json::Value;

use crate::authority::{Permission, Role, Standing};
use crate::db::Stop;
use crate::ids::{AccountId, InvitationId, PictureId};
use crate::members::standing;
use crate::prepared;
use crate::text::{PersonName, Username};

/// What happened lately, in all organizations together.
pub const EVENTS: i64 = 12;

/// Organizations and invitations on the page.
pub const ROWS: i64 = 50;

/// Of the organizations only those are joined whose last lines are the latest: no other can have one of the latest in
/// all. Each row of another table is looked up by its key, behind `OFFSET 0`, so that no estimate makes PostgreSQL read
/// the table instead.
const OVERVIEW: &str = "
WITH mine AS MATERIALIZED (
    SELECT organization.id, organization.name, memberships.role, organization.primary_owner_id = $1 AS is_primary_owner,
           memberships.organization_id NOT IN (
               SELECT organization_id FROM active_memberships WHERE account_id = $1
           ) AS is_suspended,
           organization.member_count, organization.picture_id
    FROM memberships CROSS JOIN LATERAL (
        SELECT id, name, primary_owner_id, member_count, picture_id FROM organizations
        WHERE id = memberships.organization_id AND deleted_at IS NULL OFFSET 0
    ) AS organization
    WHERE memberships.account_id = $1
), shown AS MATERIALIZED (
    SELECT mine.*, address.slug
    FROM (SELECT * FROM mine ORDER BY name, id LIMIT $3 + 1) AS mine CROSS JOIN LATERAL (
        SELECT slug FROM organization_addresses WHERE organization_id = mine.id AND is_current OFFSET 0
    ) AS address
), latest AS (
    SELECT mine.id, mine.name, mine.role FROM mine CROSS JOIN LATERAL (
        SELECT at, id FROM history WHERE organization_id = mine.id ORDER BY at DESC, id DESC LIMIT 1
    ) AS last
    WHERE mine.role = ANY ($4) AND NOT mine.is_suspended
    ORDER BY last.at DESC, last.id DESC LIMIT $2
), happened AS MATERIALIZED (
    SELECT lines.id, lines.actor_name, lines.details, lines.at, lines.name, address.slug, lines.role, actor.picture_id
    FROM (
        SELECT line.*, latest.id AS place, latest.name, latest.role FROM latest CROSS JOIN LATERAL (
            SELECT history.id, actor_id, actor_name, details, at FROM history WHERE organization_id = latest.id
            ORDER BY at DESC, history.id DESC LIMIT $2
        ) AS line
        ORDER BY line.at DESC, line.id DESC LIMIT $2
    ) AS lines CROSS JOIN LATERAL (
        SELECT slug FROM organization_addresses WHERE organization_id = lines.place AND is_current OFFSET 0
    ) AS address LEFT JOIN LATERAL (
        SELECT picture_id FROM accounts WHERE id = lines.actor_id OFFSET 0
    ) AS actor ON true
), invited AS MATERIALIZED (
    SELECT open.id, open.role, open.expires_at, open.sent_at, organization.name, organization.picture_id,
           inviter.username AS inviter, inviter.display_name AS inviter_called
    FROM email_addresses CROSS JOIN LATERAL (
        SELECT * FROM invitations WHERE email = email_addresses.address AND ended_at IS NULL AND expires_at > roster_now() OFFSET 0
    ) AS open CROSS JOIN LATERAL (
        SELECT name, picture_id FROM organizations WHERE id = open.organization_id AND deleted_at IS NULL OFFSET 0
    ) AS organization CROSS JOIN LATERAL (
        SELECT role FROM active_memberships WHERE organization_id = open.organization_id AND account_id = open.inviter_id OFFSET 0
    ) AS owner CROSS JOIN LATERAL (
        SELECT username, display_name FROM accounts WHERE id = open.inviter_id OFFSET 0
    ) AS inviter
    WHERE email_addresses.account_id = $1 AND owner.role = 'owner'
    ORDER BY open.sent_at DESC, open.id DESC LIMIT $3
)
SELECT json_build_object(
    'organizations', coalesce((SELECT json_agg(shown ORDER BY name, id) FROM shown), '[]'),
    'happened', coalesce((SELECT json_agg(happened ORDER BY at DESC, id DESC) FROM happened), '[]'),
    'invitations', coalesce((SELECT json_agg(invited ORDER BY sent_at DESC, id DESC) FROM invited), '[]')
)::text AS overview";

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    overview: String,
}

/// What concerns a person.
#[derive(Deserialize)]
pub struct Overview {
    /// Where they belong, by name; one more than is shown when there are more.
    pub organizations: Vec<Belonging>,
    /// What happened there, the last first.
    pub happened: Vec<Line>,
    /// Who invites them, the last first.
    pub invitations: Vec<Invitation>,
}

/// An organization of theirs.
#[derive(Deserialize)]
pub struct Belonging {
    pub name: String,
    pub slug: String,
    pub role: String,
    pub is_primary_owner: bool,
    pub is_suspended: bool,
    pub member_count: i64,
    pub picture_id: Option<PictureId>,
}

impl Belonging {
    /// What they are in it.
    pub fn standing(&self) -> Standing {
        standing(&self.role, self.is_primary_owner, self.is_suspended)
    }
}

/// A line of history, and their role where it was written.
#[derive(Deserialize)]
pub struct Line {
    pub actor_name: String,
    pub details: Value,
    pub at: DateTime<Utc>,
    pub name: String,
    pub slug: String,
    pub role: String,
    pub picture_id: Option<PictureId>,
}

/// An invitation that they can accept.
#[derive(Deserialize)]
pub struct Invitation {
    pub id: InvitationId,
    pub role: Role,
    pub expires_at: DateTime<Utc>,
    pub name: String,
    pub inviter: Username,
    pub inviter_called: Option<PersonName>,
    pub picture_id: Option<PictureId>,
}

/// All of it.
pub fn overview(connection: &mut PgConnection, account: AccountId) -> Result<Overview, Stop> {
    let seeing: Vec<&str> = Role::allowing(Permission::SeeActivity).map(Role::key).collect();
    let told = prepared!(OVERVIEW)
        .bind::<SqlUuid, _>(account)
        .bind::<BigInt, _>(EVENTS)
        .bind::<BigInt, _>(ROWS)
        .bind::<Array<Text>, _>(seeing)
        .get_result::<Told>(connection)?;
    serde_json::from_str(&told.overview).map_err(|error| Stop::Broken(format!("the dashboard cannot be read: {error}")))
}
