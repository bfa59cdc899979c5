//! What is remembered of all that concerns one person, in one question.
//!
//! Of each organization only as many audit entries are read as are shown in all, by index, so it
//! costs the same however long the audit log is.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Text, Uuid as SqlUuid};
use serde::Deserialize;
use serde_json::Value;

use crate::authority::{EffectiveRole, Permission, Role};
use crate::db::DbError;
use crate::ids::{AccountId, InvitationId, PictureId};
use crate::members::standing;
use crate::text::{PersonName, Username};

/// What happened recently, in all organizations together.
pub const EVENTS: i64 = 12;

/// Organizations and invitations on the page.
pub const ROWS: i64 = 50;

const OVERVIEW: &str = "
WITH mine AS MATERIALIZED (
    SELECT organizations.id, organizations.name, organization_addresses.slug, memberships.role,
           organizations.primary_owner_id = $1 AS is_primary_owner,
           NOT EXISTS (
               SELECT FROM active_memberships AS active
               WHERE active.organization_id = memberships.organization_id AND active.account_id = memberships.account_id
           ) AS is_suspended,
           organizations.member_count, organizations.picture_id
    FROM memberships
    JOIN organizations ON organizations.id = memberships.organization_id AND organizations.deleted_at IS NULL
    JOIN organization_addresses
        ON organization_addresses.organization_id = organizations.id AND organization_addresses.is_current
    WHERE memberships.account_id = $1
), happened AS (
    SELECT line.id, line.actor_name, line.details, line.at, mine.name, mine.slug, mine.role, line.picture_id
    FROM mine CROSS JOIN LATERAL (
        SELECT history.*, accounts.picture_id FROM history LEFT JOIN accounts ON accounts.id = history.actor_id
        WHERE history.organization_id = mine.id
        ORDER BY history.at DESC, history.id DESC LIMIT $2
    ) AS line
    WHERE mine.role = ANY ($4) AND NOT mine.is_suspended
    ORDER BY line.at DESC, line.id DESC LIMIT $2
), invited AS (
    SELECT invitations.id, invitations.role, invitations.expires_at, invitations.sent_at, organizations.name, organizations.picture_id,
           accounts.username AS inviter, accounts.display_name AS inviter_called
    FROM email_addresses
    JOIN invitations ON invitations.email = email_addresses.address AND invitations.ended_at IS NULL
        AND invitations.expires_at > roster_now()
    JOIN organizations ON organizations.id = invitations.organization_id AND organizations.deleted_at IS NULL
    JOIN active_memberships AS active ON active.organization_id = invitations.organization_id
        AND active.account_id = invitations.inviter_id AND active.role = 'owner'
    JOIN accounts ON accounts.id = invitations.inviter_id
    WHERE email_addresses.account_id = $1
    ORDER BY invitations.sent_at DESC, invitations.id DESC LIMIT $3
), shown AS (
    SELECT * FROM mine ORDER BY name, id LIMIT $3 + 1
)
SELECT jsonb_build_object(
    'organizations', coalesce((SELECT jsonb_agg(to_jsonb(shown) ORDER BY shown.name, shown.id) FROM shown), '[]'),
    'events', coalesce((SELECT jsonb_agg(to_jsonb(happened) ORDER BY at DESC, id DESC) FROM happened), '[]'),
    'invitations', coalesce((SELECT jsonb_agg(to_jsonb(invited) ORDER BY sent_at DESC, id DESC) FROM invited), '[]')
) AS overview";

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Jsonb)]
    overview: Value,
}

/// What concerns a person.
#[derive(Deserialize)]
pub struct Overview {
    /// Where they belong, by name; one more than is shown when there are more.
    pub organizations: Vec<Belonging>,
    /// What happened there, the last first.
    pub events: Vec<ActivityRow>,
    /// Who invites them, the last first.
    pub invitations: Vec<DashboardInvitation>,
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
    pub fn standing(&self) -> EffectiveRole {
        standing(&self.role, self.is_primary_owner, self.is_suspended)
    }
}

/// An audit entry, and their role where it was written.
#[derive(Deserialize)]
pub struct ActivityRow {
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
pub struct DashboardInvitation {
    pub id: InvitationId,
    pub role: Role,
    pub expires_at: DateTime<Utc>,
    pub name: String,
    pub inviter: Username,
    pub inviter_called: Option<PersonName>,
    pub picture_id: Option<PictureId>,
}

/// All of it.
pub fn overview(connection: &mut PgConnection, account: AccountId) -> Result<Overview, DbError> {
    let seeing: Vec<&str> = Role::allowing(Permission::SeeActivity).map(Role::key).collect();
    let told = diesel::sql_query(OVERVIEW)
        .bind::<SqlUuid, _>(account)
        .bind::<BigInt, _>(EVENTS)
        .bind::<BigInt, _>(ROWS)
        .bind::<Array<Text>, _>(seeing)
        .get_result::<Told>(connection)?;
    serde_json::from_value(told.overview)
        .map_err(|error| DbError::Internal(format!("the dashboard cannot be read: {error}")))
}
