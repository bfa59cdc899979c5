//! Emails go into the outbox: when they are due, and whose turn comes before whose.
//!
//! **When.** What tells one person about one organization is merged where it comes within a minute. And of what one
//! actor's acts tell one person, [`NOTICES`] in an hour leave as usual; the rest leaves once an hour, as one email.
//!
//! **Whose turn.** Links that were asked for leave before security notices, and those before news. Among equals each
//! organization has a fair share: an email of one that has others waiting has its turn a second after the last of
//! them, so a thousand of them stand behind the first ones of everybody else.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Timestamptz, Uuid as SqlUuid};

use super::Stop;
use super::prepared::{FEW_ROWS, Prepared};
use crate::ids::{AccountId, LetterId, OrganizationId};
use crate::post::{Envelope, FanOut, Pace};
use crate::prepared;
use crate::schema::{outbox, outbox_fan_outs};

/// So many notices one person gets in an hour about the acts of one actor before they are held.
const NOTICES: i64 = 30;

/// What is urgent waits like other news once so many came within a minute.
const URGENT: i64 = 3;

/// News that waits is due a minute after it was posted: what is of one of several ($1), what comes within a minute of
/// other news for the same person about the same organization ($2), and what is urgent, after several ($3). What is
/// beyond the quota of an actor and a person is due in an hour.
const SPACED: &str = "UPDATE outbox SET next_attempt_at = created_at + CASE WHEN held.is_over THEN interval '1 hour' ELSE interval '1 minute' END \
    FROM (SELECT posted.id, (SELECT count(*) >= $4 FROM (SELECT FROM outbox told WHERE told.actor = posted.actor \
    AND told.recipient = posted.recipient AND told.bundle IS NOT NULL AND NOT told.id = ANY($1 || $2 || $3) \
    AND told.created_at > (SELECT roster_now()) - interval '1 hour' LIMIT $4) AS few) AS is_over, \
    (SELECT count(*) FROM (SELECT FROM outbox earlier WHERE earlier.recipient = posted.recipient \
    AND earlier.bundle = posted.bundle AND earlier.bundle_to_owner = posted.bundle_to_owner \
    AND NOT earlier.id = ANY($1 || $2 || $3) \
    AND earlier.created_at > (SELECT roster_now()) - interval '1 minute' LIMIT $5) AS few) AS earlier \
    FROM outbox posted WHERE posted.id = ANY($1 || $2 || $3)) AS held \
    WHERE outbox.id = held.id AND (held.is_over OR outbox.id = ANY($1) \
    OR (outbox.id = ANY($2) AND held.earlier > 0) OR (outbox.id = ANY($3) AND held.earlier >= $5))";

#[derive(QueryableByName)]
struct Turn {
    #[diesel(sql_type = Timestamptz)]
    turn: DateTime<Utc>,
}

/// The turn of the next email of an organization, or of none.
fn next_turn(connection: &mut PgConnection, share: Option<OrganizationId>) -> Result<DateTime<Utc>, Stop> {
    let Some(share) = share else { return super::now(connection) };
    let next = prepared!(
        "SELECT greatest((SELECT roster_now()), max(turn) + interval '1 second') AS turn \
         FROM outbox WHERE state = 'queued' AND share = $1",
    );
    Ok(next.bind::<SqlUuid, _>(share).get_result::<Turn>(connection)?.turn)
}

/// Puts the emails of a change into the outbox: of an act of somebody, inside an organization or not.
pub(super) fn post(
    connection: &mut PgConnection,
    envelopes: &[Envelope],
    actor: Option<AccountId>,
    within: Option<OrganizationId>,
) -> Result<(), Stop> {
    if envelopes.is_empty() {
        return Ok(());
    }
    let share = within.or_else(|| envelopes.iter().find_map(|envelope| Some(envelope.bundle?.organization)));
    let mut turn = next_turn(connection, share)?;
    // A statement takes at most 65,535 parameters.
    for some in envelopes.chunks(5_000) {
        let (mut held, mut spaced, mut urgent) = (Vec::new(), Vec::new(), Vec::new());
        let letters: Vec<_> = some
            .iter()
            .map(|envelope| {
                let id = LetterId::fresh();
                match envelope.bundle.map(|bundle| bundle.pace) {
                    Some(Pace::Held) => held.push(id),
                    Some(Pace::Spaced) => spaced.push(id),
                    Some(Pace::Urgent) => urgent.push(id),
                    None => {}
                }
                let its_turn = turn;
                turn += TimeDelta::seconds(1);
                (
                    outbox::id.eq(id),
                    outbox::kind.eq(envelope.kind),
                    outbox::facts.eq(&envelope.facts),
                    outbox::recipient.eq(envelope.to.as_str()),
                    outbox::about.eq(envelope.about),
                    outbox::bundle.eq(envelope.bundle.map(|bundle| bundle.organization.uuid())),
                    outbox::bundle_to_owner.eq(envelope.bundle.is_none_or(|bundle| bundle.to_owner)),
                    outbox::priority.eq(envelope.priority.rank()),
                    outbox::turn.eq(its_turn),
                    outbox::share.eq(share.map(OrganizationId::uuid)),
                    outbox::actor.eq(actor.map(AccountId::uuid)),
                )
            })
            .collect();
        let is_small = letters.len() <= FEW_ROWS;
        let insert = diesel::insert_into(outbox::table).values(letters);
        if is_small {
            Prepared::by_text(insert).execute(connection)?
        } else {
            insert.execute(connection)?
        };
        if !(held.is_empty() && spaced.is_empty() && urgent.is_empty()) {
            prepared!(SPACED)
                .bind::<Array<SqlUuid>, _>(held)
                .bind::<Array<SqlUuid>, _>(spaced)
                .bind::<Array<SqlUuid>, _>(urgent)
                .bind::<BigInt, _>(NOTICES)
                .bind::<BigInt, _>(URGENT)
                .execute(connection)?;
        }
    }
    Ok(())
}

/// Notes the emails of a change that go to many people.
pub(super) fn fan_out(connection: &mut PgConnection, fan_outs: Vec<FanOut>) -> Result<(), Stop> {
    for FanOut { organization, audience, kind, facts } in fan_outs {
        diesel::insert_into(outbox_fan_outs::table)
            .values((
                outbox_fan_outs::id.eq(LetterId::fresh()),
                outbox_fan_outs::organization_id.eq(organization),
                outbox_fan_outs::audience.eq(audience.key()),
                outbox_fan_outs::kind.eq(kind),
                outbox_fan_outs::facts.eq(facts),
            ))
            .execute(connection)?;
    }
    Ok(())
}
