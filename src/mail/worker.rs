//! Delivers what is due.
//!
//! A worker takes a few letters by moving their next attempt ahead ([`bundles`]), with what leaves as one
//! letter with them; then it sends them outside any transaction. If it dies in between, they
//! are due again two minutes later, with the same message id. What fails is tried again after
//! growing pauses for two days, then marked as failed, where an owner sees it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use tokio::time::timeout;

use super::Letters;
use super::bundles::{self, Due, Parcel};
use super::carriers::{Carrier, Outgoing, Undelivered};
use crate::db::{Db, Stop};
use crate::ids::LetterId;
use crate::schema::outbox;
use crate::web::Site;
use crate::web::clock::Clock;

/// The longest a single letter may take: a stalled server holds nothing up (MAIL-03).
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How long the worker sleeps when nothing wakes it.
const NAP: Duration = Duration::from_secs(2);

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

/// How an attempt ended, for some rows.
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

    /// Takes what is due, at most a few, with what leaves with it, and delivers it. Returns how many were taken.
    pub async fn deliver_due(&self) -> Result<usize, Stop> {
        let (taken, parcels) = self.db.unproven(bundles::claim).await?;
        futures_util::future::try_join_all(parcels.into_iter().map(|parcel| self.deliver(parcel))).await?;
        Ok(taken)
    }

    /// Delivers what leaves as one letter; then all of it ends, or waits again, in one transaction.
    async fn deliver(&self, parcel: Parcel) -> Result<(), Stop> {
        let outcomes = self.attempt(parcel).await?;
        self.db
            .unproven(move |connection| {
                connection.transaction(|connection| {
                    for (outcome, rows) in outcomes {
                        let ids: Vec<LetterId> = rows.iter().map(|due| due.id).collect();
                        match outcome {
                            Outcome::Again(pause) => {
                                let Some(due) = rows.iter().map(|due| due.now + pause).max() else { continue };
                                let waiting = outbox::table.filter(outbox::id.eq_any(ids));
                                diesel::update(waiting).set(outbox::next_attempt_at.eq(due)).execute(connection)?
                            }
                            Outcome::Sent => end(ids, "sent", connection)?,
                            Outcome::Dropped => end(ids, "dropped", connection)?,
                            Outcome::Failed => end(ids, "failed", connection)?,
                        };
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Sends what of a parcel is still true and can be written.
    async fn attempt(&self, parcel: Parcel) -> Result<Vec<(Outcome, Vec<Due>)>, Stop> {
        let letters = self.letters.clone();
        let asked = self.db.unproven(move |connection| {
            let (mut true_still, mut true_no_more) = (Vec::new(), Vec::new());
            let is_for_them = match parcel.first() {
                Some(Due { recipient, bundle: Some(about), bundle_to_owner: true, .. }) => {
                    letters.is_for(connection, recipient, *about)?
                }
                _ => true,
            };
            for due in parcel {
                let is_true = is_for_them && letters.still_true(&due.kind, &due.facts, connection)?;
                if is_true { true_still.push(due) } else { true_no_more.push(due) }
            }
            let clocks = match true_still.first() {
                Some(due) => letters.clocks(connection, &[&due.recipient])?,
                None => HashMap::new(),
            };
            Ok((true_still, true_no_more, clocks))
        });
        let (true_still, true_no_more, clocks) = asked.await?;
        for Due { id, kind, .. } in &true_no_more {
            tracing::info!(%id, kind, "letter dropped: true no more");
        }
        let mut outcomes = vec![(Outcome::Dropped, true_no_more)];
        let clock = true_still.first().and_then(|due| clocks.get(&due.recipient)).copied().unwrap_or_default();
        let (mut readable, mut unreadable) = (Vec::new(), Vec::new());
        for due in true_still {
            match self.letters.draft(&due.kind, &due.facts, &self.site, clock) {
                Ok(_) => readable.push(due),
                Err(told) => {
                    tracing::error!(id = %due.id, kind = due.kind, told, "letter cannot be written");
                    unreadable.push(due);
                }
            }
        }
        outcomes.push((Outcome::Failed, unreadable));
        if !readable.is_empty() {
            outcomes.push((self.send(&readable, clock).await, readable));
        }
        outcomes.retain(|(_, rows)| !rows.is_empty());
        Ok(outcomes)
    }

    /// Sends some rows as one letter. It bears the id of the last, so that one that others have joined since is
    /// not taken for a repeat.
    async fn send(&self, rows: &[Due], clock: Clock) -> Outcome {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Outcome::Dropped };
        let (kind, facts) = bundles::enclosed(rows);
        let (id, attempts) = (last.id, rows.iter().map(|due| due.attempts).max().unwrap_or(1));
        let draft = self.letters.draft(&kind, &facts, &self.site, clock);
        let written = match draft.and_then(|draft| draft.written(&self.site).map_err(|error| error.to_string())) {
            Ok(written) => written,
            Err(told) => {
                tracing::error!(%id, kind, told, "letter cannot be written");
                return Outcome::Failed;
            }
        };
        let outgoing = Outgoing { id, kind: kind.clone(), facts, to: last.recipient.clone(), written, at: last.now };
        let carried = timeout(self.patience, self.carrier.carry(&outgoing)).await;
        match carried.unwrap_or_else(|_| Err(Undelivered::NotNow("no answer in time".to_owned()))) {
            Ok(()) => {
                tracing::info!(%id, kind, "letter sent");
                Outcome::Sent
            }
            Err(Undelivered::Refused(told)) => {
                tracing::warn!(%id, kind, told, "letter refused");
                Outcome::Failed
            }
            Err(Undelivered::NotNow(told)) if last.now - first.created_at > GIVING_UP => {
                tracing::warn!(%id, kind, told, "letter given up");
                Outcome::Failed
            }
            Err(Undelivered::NotNow(told)) => {
                tracing::warn!(%id, kind, told, attempts, "letter delayed");
                Outcome::Again(pause_after(attempts))
            }
        }
    }
}

/// Ends letters. What they were about is forgotten with them: the facts of a letter that has left are of use to nobody.
fn end(ids: Vec<LetterId>, state: &str, connection: &mut PgConnection) -> Result<usize, Stop> {
    let rows = diesel::sql_query(
        "UPDATE outbox SET state = $2, ended_at = roster_now(), facts = '{}' WHERE id = ANY($1) AND state = 'queued'",
    );
    Ok(rows.bind::<Array<SqlUuid>, _>(ids).bind::<Text, _>(state).execute(connection)?)
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
