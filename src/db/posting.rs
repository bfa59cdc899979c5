//! Letters go into the outbox, and when they are due.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Uuid as SqlUuid};

use super::Stop;
use crate::ids::LetterId;
use crate::post::{Envelope, FanOut, Pace};
use crate::schema::{outbox, outbox_fan_outs};

/// News that waits is due a minute after it was posted: what is of one of several, and what comes within a minute
/// of other news for the same person about the same organization.
const SPACED: &str = "UPDATE outbox SET next_attempt_at = created_at + interval '1 minute' \
    WHERE id = ANY($1) OR (id = ANY($2) AND EXISTS (SELECT FROM outbox earlier \
    WHERE earlier.recipient = outbox.recipient AND earlier.bundle = outbox.bundle AND NOT earlier.id = ANY($2) \
    AND earlier.created_at > (SELECT roster_now()) - interval '1 minute'))";

/// Puts the letters of a change into the outbox.
pub(super) fn post(connection: &mut PgConnection, envelopes: &[Envelope]) -> Result<(), Stop> {
    // A statement takes at most 65,535 parameters.
    for some in envelopes.chunks(5_000) {
        let (mut held, mut spaced) = (Vec::new(), Vec::new());
        let letters: Vec<_> = some
            .iter()
            .map(|envelope| {
                let id = LetterId::fresh();
                match envelope.bundle.map(|bundle| bundle.pace) {
                    Some(Pace::Held) => held.push(id),
                    Some(Pace::Spaced) => spaced.push(id),
                    Some(Pace::Urgent) | None => {}
                }
                (
                    outbox::id.eq(id),
                    outbox::kind.eq(envelope.kind),
                    outbox::facts.eq(&envelope.facts),
                    outbox::recipient.eq(envelope.to.as_str()),
                    outbox::about.eq(envelope.about),
                    outbox::bundle.eq(envelope.bundle.map(|bundle| bundle.organization.uuid())),
                )
            })
            .collect();
        diesel::insert_into(outbox::table).values(letters).execute(connection)?;
        if !(held.is_empty() && spaced.is_empty()) {
            let spacing = diesel::sql_query(SPACED);
            spacing.bind::<Array<SqlUuid>, _>(held).bind::<Array<SqlUuid>, _>(spaced).execute(connection)?;
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
