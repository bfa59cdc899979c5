//! One email to many people: put into the outbox a portion at a time.
//!
//! A person who deletes an organization of 100,000 people writes one row. Its email joins the outbox behind what is due
//! already, so that nobody's own email waits for thousands of others. The row remembers how far it is: so each person
//! gets it once, whatever ends in between.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use uuid::Uuid;

use super::EmailTemplates;
use crate::db::{DbError, may_be_tried, roster_now};
use crate::ids::EmailId;
use crate::outbox::RecipientGroup;
use crate::schema::{outbox, outbox_fan_outs};

/// The task, as its failures are counted.
pub(super) const TASK: &str = "fan out";

/// Rows that one portion adds.
const PORTION: usize = 500;

/// No portion is added while so many emails are due.
const ROOM: i64 = 200;

/// The row whose next portion is due, if there is room for it.
pub(super) fn next(connection: &mut PgConnection) -> Result<Option<Uuid>, DbError> {
    let found: Option<Uuid> = outbox_fan_outs::table
        .filter(may_be_tried(TASK, outbox_fan_outs::id, Uuid::nil()))
        .order(outbox_fan_outs::created_at)
        .select(outbox_fan_outs::id)
        .first(connection)
        .optional()?;
    let Some(id) = found else { return Ok(None) };
    let due: Vec<Uuid> = outbox::table
        .filter(outbox::state.eq("queued"))
        .filter(outbox::next_attempt_at.le(roster_now()))
        .limit(ROOM)
        .select(outbox::id)
        .load(connection)?;
    Ok(i64::try_from(due.len()).is_ok_and(|due| due < ROOM).then_some(id))
}

/// Adds the next portion. Returns how many emails it has; none where another worker is at it.
pub(super) fn expand(connection: &mut PgConnection, emails: &EmailTemplates, id: Uuid) -> Result<usize, DbError> {
    connection.transaction(|connection| {
        let found: Option<(Uuid, String, String, serde_json::Value, Uuid)> = outbox_fan_outs::table
            .find(id)
            .select((
                outbox_fan_outs::organization_id,
                outbox_fan_outs::audience,
                outbox_fan_outs::kind,
                outbox_fan_outs::facts,
                outbox_fan_outs::reached,
            ))
            .for_update()
            .skip_locked()
            .first(connection)
            .optional()?;
        let Some((organization, audience, kind, facts, reached)) = found else { return Ok(0) };
        let audience =
            RecipientGroup::of(&audience).ok_or_else(|| DbError::Internal(format!("no audience {audience}")))?;
        let people = emails.people(connection, organization, audience, reached, PORTION)?;
        let rows: Vec<_> = people
            .iter()
            .map(|(_, address)| {
                (
                    outbox::id.eq(EmailId::fresh()),
                    outbox::kind.eq(&kind),
                    outbox::facts.eq(&facts),
                    outbox::recipient.eq(address.as_str()),
                    outbox::share.eq(organization),
                )
            })
            .collect();
        diesel::insert_into(outbox::table).values(&rows).execute(connection)?;
        match people.last() {
            Some((last, _)) if people.len() == PORTION => {
                diesel::update(outbox_fan_outs::table.find(id))
                    .set(outbox_fan_outs::reached.eq(last))
                    .execute(connection)?;
            }
            _ => {
                diesel::delete(outbox_fan_outs::table.find(id)).execute(connection)?;
            }
        }
        Ok(rows.len())
    })
}
