//! Who changed something last, as the audit log tells it.

use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::audit_log::ActivityCategory;
use crate::db::DbError;
use crate::ids::{AccountId, OrganizationId};
use crate::schema::history;

/// Who did something, by the name they had then and by account, and when.
pub type LastChangeRow = (String, Option<AccountId>, DateTime<Utc>);

/// Who did one of these last in an organization.
pub fn last_change(
    connection: &mut PgConnection,
    organization: OrganizationId,
    kinds: &[&str],
) -> Result<Option<LastChangeRow>, DbError> {
    Ok(history::table
        .filter(history::organization_id.eq(organization))
        .filter(
            history::topic.eq_any([ActivityCategory::Settings, ActivityCategory::Billing].map(ActivityCategory::key)),
        )
        .filter(history::kind.eq_any(kinds.to_vec()))
        .order((history::at.desc(), history::id.desc()))
        .select((history::actor_name, history::actor_id, history::at))
        .first(connection)
        .optional()?)
}
