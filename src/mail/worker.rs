//! Delivers what is due.
//!
//! A worker takes one letter by moving its next attempt ahead ([`bundles`]), with what leaves as one
//! letter with it; then it sends it outside any transaction, and notes that it was sent. If it dies in between, the
//! letter is due again two minutes later, with the same message id; no other letter is under way by then. What the
//! mail server fails is tried again after growing pauses for two days, then marked as failed, where an owner sees it.
//! What fails through a fault of ours is counted ([`failures`]), and marked as failed after ten times.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use futures_util::FutureExt;
use tokio::time::timeout;

use super::bundles::{self, Due, Parcel};
use super::carriers::{Carrier, Outgoing, Undelivered};
use super::{Letters, fan_outs};
use crate::db::failures::{self, Subject};
use crate::db::sweep::{Lapsing, forget};
use crate::db::{Db, Stop};
use crate::ids::LetterId;
use crate::prepared;
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
    /// Not the mail server's doing, but ours: counted, and given up after ten times.
    Broken(String),
    Again(TimeDelta),
}

/// The task, as its failures are counted.
const TASK: &str = "mail";

/// How often the outcome of an email is written down again after an error that is no mere absence of the database.
const WRITTEN_AGAIN: u32 = 60;

/// What a parcel has come to.
type Outcomes = Vec<(Outcome, Vec<Due>)>;

impl Worker {
    /// Waits until something may be due.
    pub async fn wait(&self) {
        let _ = timeout(NAP, self.db.posted()).await;
    }

    /// Takes the letter that is due next, with what leaves with it, and delivers it. Then adds to the outbox what is
    /// to go to many people. Returns how many rows were taken and added.
    ///
    /// One at a time: if the process is killed, at most one letter has left that is still to be noted as sent.
    pub async fn deliver_due(&self) -> Result<usize, Stop> {
        let (taken, parcels) = self.db.unproven(bundles::claim).await?;
        for parcel in parcels {
            self.deliver(parcel).await?;
        }
        Ok(taken + self.fan_out().await?)
    }

    /// Adds a portion of what goes to many people.
    async fn fan_out(&self) -> Result<usize, Stop> {
        let Some(id) = self.db.unproven(fan_outs::next).await? else { return Ok(0) };
        let letters = self.letters.clone();
        match self.db.unproven(move |connection| fan_outs::expand(connection, &letters, id)).await {
            Ok(added) => Ok(added),
            Err(stop) => self.db.set_back(fan_outs::TASK, Subject::of(id), stop).await.map(|()| 0),
        }
    }

    /// Delivers what leaves as one letter; then all of it ends, or waits again, in one transaction.
    async fn deliver(&self, parcel: Parcel) -> Result<(), Stop> {
        let outcomes = self.attempt(parcel).await?;
        self.note(outcomes).await
    }

    /// Writes down what has come of a parcel. Its letter may have left by now, so this is tried until the database is
    /// there: given up, the letter would leave again.
    async fn note(&self, outcomes: Outcomes) -> Result<(), Stop> {
        let outcomes = Arc::new(outcomes);
        let mut errors = 0;
        loop {
            let noted = Arc::clone(&outcomes);
            let written =
                self.db.unproven(move |connection| connection.transaction(|connection| note(connection, &noted)));
            let reports = match written.await {
                Ok(reports) => reports,
                Err(stop) => {
                    errors += u32::from(!matches!(stop, Stop::Away(_)));
                    if errors > WRITTEN_AGAIN {
                        return Err(stop);
                    }
                    tracing::warn!(%stop, "what has come of a letter is not noted yet");
                    tokio::time::sleep(NAP / 2).await;
                    continue;
                }
            };
            for (id, failures, told) in reports {
                failures::report(TASK, Subject::of(id.uuid()), failures, &told);
            }
            return Ok(());
        }
    }

    /// Sends what of a parcel is still true and can be written.
    async fn attempt(&self, parcel: Parcel) -> Result<Outcomes, Stop> {
        let (mut outcomes, mut true_still, mut clocks) = (Vec::new(), Vec::new(), HashMap::new());
        let mut judge = async |rows: Vec<Due>| -> Result<Option<Vec<Due>>, Stop> {
            let kept = rows.clone();
            match self.judge(rows).await {
                Ok(judged) => {
                    true_still.extend(judged.true_still);
                    outcomes.push((Outcome::Dropped, judged.true_no_more));
                    clocks.extend(judged.clocks);
                    Ok(None)
                }
                Err(stop @ Stop::Away(_)) => Err(stop),
                Err(_) if kept.len() > 1 => Ok(Some(kept)),
                Err(stop) => {
                    outcomes.push((Outcome::Broken(stop.to_string()), kept));
                    Ok(None)
                }
            }
        };
        // Where one of several cannot be judged, the others are judged without it.
        for row in judge(parcel).await?.into_iter().flatten() {
            judge(vec![row]).await?;
        }
        let clock = true_still.first().and_then(|due: &Due| clocks.get(&due.recipient)).copied().unwrap_or_default();
        let (mut readable, mut unreadable) = (Vec::new(), Vec::new());
        for due in true_still {
            match caught(|| self.letters.draft(&due.kind, &due.facts, &self.site, clock)) {
                Ok(Ok(_)) => readable.push(due),
                Ok(Err(told)) => {
                    tracing::error!(id = %due.id, kind = due.kind, told, "letter cannot be written");
                    unreadable.push(due);
                }
                Err(told) => outcomes.push((Outcome::Broken(told), vec![due])),
            }
        }
        outcomes.push((Outcome::Failed, unreadable));
        if !readable.is_empty() {
            outcomes.push((self.send(&readable, clock).await, readable));
        }
        outcomes.retain(|(_, rows)| !rows.is_empty());
        Ok(outcomes)
    }

    /// Tells which rows of a parcel are still to be sent, and how their reader reads times.
    async fn judge(&self, parcel: Parcel) -> Result<Judged, Stop> {
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
            Ok(Judged { true_still, true_no_more, clocks })
        });
        let judged = asked.await?;
        for Due { id, kind, .. } in &judged.true_no_more {
            tracing::info!(%id, kind, "letter dropped: true no more");
        }
        Ok(judged)
    }

    /// Sends some rows as one letter. It bears the id of the last, so that one that others have joined since is
    /// not taken for a repeat.
    async fn send(&self, rows: &[Due], clock: Clock) -> Outcome {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Outcome::Dropped };
        let (kind, facts) = bundles::enclosed(rows);
        let (id, attempts) = (last.id, rows.iter().map(|due| due.attempts).max().unwrap_or(1));
        let written = caught(|| {
            let draft = self.letters.draft(&kind, &facts, &self.site, clock);
            draft.and_then(|draft| draft.written(&self.site).map_err(|error| error.to_string()))
        });
        let written = match written {
            Ok(Ok(written)) => written,
            Ok(Err(told)) => {
                tracing::error!(%id, kind, told, "letter cannot be written");
                return Outcome::Failed;
            }
            Err(told) => return Outcome::Broken(told),
        };
        let outgoing = Outgoing { id, kind: kind.clone(), facts, to: last.recipient.clone(), written, at: last.now };
        let carried = timeout(self.patience, AssertUnwindSafe(self.carrier.carry(&outgoing)).catch_unwind()).await;
        let carried = match carried {
            Ok(Ok(carried)) => carried,
            Ok(Err(_)) => return Outcome::Broken("the carrier panicked".to_owned()),
            Err(_) => Err(Undelivered::NotNow("no answer in time".to_owned())),
        };
        match carried {
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

/// Which rows of a parcel are still to be sent.
struct Judged {
    true_still: Vec<Due>,
    true_no_more: Vec<Due>,
    clocks: HashMap<String, Clock>,
}

/// What something comes to, or that it panicked.
fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| "writing it panicked".to_owned())
}

/// Writes down how attempts ended. Returns the rows that failed through our own fault, with how often and why.
fn note(connection: &mut PgConnection, outcomes: &[(Outcome, Vec<Due>)]) -> Result<Vec<(LetterId, i32, String)>, Stop> {
    let mut reports = Vec::new();
    for (outcome, rows) in outcomes {
        let ids: Vec<LetterId> = rows.iter().map(|due| due.id).collect();
        match outcome {
            Outcome::Again(pause) => put_off(connection, rows, *pause)?,
            Outcome::Sent => end(ids, "sent", connection)?,
            Outcome::Dropped => end(ids, "dropped", connection)?,
            Outcome::Failed => end(ids, "failed", connection)?,
            Outcome::Broken(told) => {
                for due in rows {
                    let failures = failures::count(connection, TASK, Subject::of(due.id.uuid()), true)?;
                    if failures < failures::LIMIT {
                        put_off(connection, std::slice::from_ref(due), pause_after(failures))?;
                    } else {
                        end(vec![due.id], "failed", connection)?;
                    }
                    reports.push((due.id, failures, told.clone()));
                }
                rows.len()
            }
        };
    }
    Ok(reports)
}

/// Lets rows wait.
fn put_off(connection: &mut PgConnection, rows: &[Due], pause: TimeDelta) -> Result<usize, Stop> {
    let Some(due) = rows.iter().map(|due| due.now + pause).max() else { return Ok(0) };
    let ids: Vec<LetterId> = rows.iter().map(|due| due.id).collect();
    let waiting = outbox::table.filter(outbox::id.eq_any(ids)).filter(outbox::state.eq("queued"));
    Ok(diesel::update(waiting).set(outbox::next_attempt_at.eq(due)).execute(connection)?)
}

/// Ends letters. What they were about is forgotten with them: the facts of a letter that has left are of use to nobody.
fn end(ids: Vec<LetterId>, state: &str, connection: &mut PgConnection) -> Result<usize, Stop> {
    let rows = prepared!(
        "UPDATE outbox SET state = $2, ended_at = roster_now(), facts = '{}' WHERE id = ANY($1) AND state = 'queued'",
    );
    Ok(rows.bind::<Array<SqlUuid>, _>(ids).bind::<Text, _>(state).execute(connection)?)
}

/// 15 seconds, doubled with each attempt, at most three hours.
fn pause_after(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 12) - 1).unwrap_or_default();
    TimeDelta::seconds(15 * 2_i64.pow(doublings)).min(TimeDelta::hours(3))
}

/// Letters that ended over 90 days ago.
pub const LAPSING: &[Lapsing] = &[("outbox", "ended_at < (SELECT roster_now()) - interval '90 days'")];

/// Forgets letters that ended over 90 days ago, in bounded batches. Returns how many.
pub fn forget_old(connection: &mut PgConnection) -> Result<usize, Stop> {
    LAPSING.iter().try_fold(0, |sum, (table, condition)| Ok(sum + forget(connection, table, condition)?))
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
