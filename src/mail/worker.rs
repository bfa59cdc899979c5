//! Delivers what is due.
//!
//! A worker takes a few letters by moving their next attempt ahead, in one statement that skips what
//! another worker has taken; then it sends them outside any transaction. If it dies in between, they
//! are due again two minutes later, with the same message id. What fails is tried again after
//! growing pauses for two days, then marked as failed, where an owner sees it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Jsonb, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;
use tokio::time::timeout;

use super::Letters;
use super::carriers::{Carrier, Outgoing, Undelivered};
use crate::db::{Db, Stop};
use crate::ids::LetterId;
use crate::schema::outbox;
use crate::web::Site;

/// The longest a single letter may take: a stalled server holds nothing up (MAIL-03).
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How long the worker sleeps when nothing wakes it.
const NAP: Duration = Duration::from_secs(2);

/// How many letters are under way at once.
const AT_ONCE: i64 = 8;

/// After so long a letter that never left has failed.
const GIVING_UP: TimeDelta = TimeDelta::days(2);

/// Carries letters from the outbox.
#[derive(Clone)]
pub struct Worker {
    /// Where they wait.
    pub db: Db,
    /// What the links need.
    pub site: Site,
    /// The kinds it can write.
    pub letters: Letters,
    /// Who takes them.
    pub carrier: Arc<dyn Carrier>,
    /// The longest a single letter may take: [`PATIENCE`].
    pub patience: Duration,
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = SqlUuid)]
    id: LetterId,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Jsonb)]
    facts: Value,
    #[diesel(sql_type = Text)]
    recipient: String,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
}

/// How an attempt ended.
enum Outcome {
    Sent,
    Dropped,
    Failed,
    Again(TimeDelta),
}

impl Worker {
    /// Delivers whatever comes, until it is dropped.
    pub async fn run(self) {
        loop {
            match self.deliver_due().await {
                Ok(0) => {
                    let _ = timeout(NAP, self.db.posted()).await;
                }
                Ok(_) => {}
                Err(stop) => {
                    tracing::warn!(%stop, "the outbox cannot be read");
                    tokio::time::sleep(NAP).await;
                }
            }
        }
    }

    /// Takes what is due, at most a few, and delivers it. Returns how many were taken.
    pub async fn deliver_due(&self) -> Result<usize, Stop> {
        let due = self.db.unproven(|connection| {
            let taken = diesel::sql_query(
                "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = roster_now() + interval '2 minutes' \
                 WHERE id IN (SELECT id FROM outbox WHERE state = 'queued' AND next_attempt_at <= roster_now() \
                 ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED) \
                 RETURNING id, kind, facts, recipient, attempts, created_at, roster_now() AS now",
            )
            .bind::<diesel::sql_types::BigInt, _>(AT_ONCE);
            Ok(taken.load::<Due>(connection)?)
        });
        let due = due.await?;
        let taken = due.len();
        futures_util::future::try_join_all(due.into_iter().map(|letter| self.deliver(letter))).await?;
        Ok(taken)
    }

    async fn deliver(&self, letter: Due) -> Result<(), Stop> {
        let outcome = self.attempt(&letter).await?;
        let id = letter.id;
        self.db
            .unproven(move |connection| {
                let row = outbox::table.find(id);
                match outcome {
                    Outcome::Again(pause) => {
                        diesel::update(row).set(outbox::next_attempt_at.eq(letter.now + pause)).execute(connection)?
                    }
                    Outcome::Sent => end(id, "sent", connection)?,
                    Outcome::Dropped => end(id, "dropped", connection)?,
                    Outcome::Failed => end(id, "failed", connection)?,
                };
                Ok(())
            })
            .await
    }

    async fn attempt(&self, letter: &Due) -> Result<Outcome, Stop> {
        let Due { id, kind, .. } = letter;
        let (letters, facts, known_as) = (self.letters.clone(), letter.facts.clone(), kind.clone());
        let to = letter.recipient.clone();
        let asked = self.db.unproven(move |connection| {
            let still_true = letters.still_true(&known_as, &facts, connection)?;
            Ok((still_true, letters.clocks(connection, &[&to])?.remove(&to)))
        });
        let (still_true, clock) = asked.await?;
        if !still_true {
            tracing::info!(%id, kind, "letter dropped: true no more");
            return Ok(Outcome::Dropped);
        }
        let draft = self.letters.draft(kind, &letter.facts, &self.site, clock.unwrap_or_default());
        let written = match draft.and_then(|draft| draft.written(&self.site).map_err(|error| error.to_string())) {
            Ok(written) => written,
            Err(told) => {
                tracing::error!(%id, kind, told, "letter cannot be written");
                return Ok(Outcome::Failed);
            }
        };
        let outgoing = Outgoing {
            id: *id,
            kind: kind.clone(),
            facts: letter.facts.clone(),
            to: letter.recipient.clone(),
            written,
            at: letter.now,
        };
        let carried = timeout(self.patience, self.carrier.carry(&outgoing)).await;
        Ok(match carried.unwrap_or_else(|_| Err(Undelivered::NotNow("no answer in time".to_owned()))) {
            Ok(()) => {
                tracing::info!(%id, kind, "letter sent");
                Outcome::Sent
            }
            Err(Undelivered::Refused(told)) => {
                tracing::warn!(%id, kind, told, "letter refused");
                Outcome::Failed
            }
            Err(Undelivered::NotNow(told)) if letter.now - letter.created_at > GIVING_UP => {
                tracing::warn!(%id, kind, told, "letter given up");
                Outcome::Failed
            }
            Err(Undelivered::NotNow(told)) => {
                tracing::warn!(%id, kind, told, attempts = letter.attempts, "letter delayed");
                Outcome::Again(pause_after(letter.attempts))
            }
        })
    }
}

/// Ends a letter. What it was about is forgotten with it: the facts of a letter that has left are of use to nobody.
fn end(id: LetterId, state: &str, connection: &mut PgConnection) -> Result<usize, Stop> {
    let row = diesel::sql_query(
        "UPDATE outbox SET state = $2, ended_at = roster_now(), facts = '{}' WHERE id = $1 AND state = 'queued'",
    );
    Ok(row.bind::<SqlUuid, _>(id).bind::<Text, _>(state).execute(connection)?)
}

/// 15 seconds, doubled with each attempt, at most three hours.
fn pause_after(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 12) - 1).unwrap_or_default();
    TimeDelta::seconds(15 * 2_i64.pow(doublings)).min(TimeDelta::hours(3))
}

/// Forgets letters that ended over 90 days ago. Returns how many.
pub fn forget_old(connection: &mut PgConnection) -> Result<usize, Stop> {
    Ok(diesel::sql_query("DELETE FROM outbox WHERE ended_at < roster_now() - interval '90 days'")
        .execute(connection)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let pauses: Vec<i64> = (1..=30).map(|attempts| pause_after(attempts).num_seconds()).collect();
        assert_eq!(pauses[..4], [15, 30, 60, 120]);
        assert!(pauses.is_sorted());
        assert_eq!(pauses[29], 3 * 3600);
    }
}
