//! Delivers what is due.
//!
//! A worker takes one email by moving its next attempt ahead ([`bundles`]), with what leaves as one
//! letter with it; then it sends it outside any transaction, and notes that it was sent. If it dies in between, the
//! letter is due again two minutes later, with the same message id; no other letter is under way by then. What the
//! mail server fails is tried again after growing pauses for two days, then marked as failed, where an owner sees it.
//! What fails through an error of ours is counted ([`failures`]), and marked as failed after ten times.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use futures_util::FutureExt;
use tokio::time::timeout;

use super::bundles::{self, Batch, Due};
use super::transports::{DeliveryError, OutgoingEmail, Transport};
use super::{EmailTemplates, fan_outs};
use crate::db::failures::{self, FailureSubject};
use crate::db::sweep::{Lapsing, forget};
use crate::db::{Db, DbError};
use crate::ids::EmailId;
use crate::prepared;
use crate::schema::outbox;
use crate::web::Site;
use crate::web::clock::Clock;

/// The longest a single letter may take: a stalled server holds nothing up (MAIL-03).
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How long the worker sleeps when nothing wakes it.
const NAP: Duration = Duration::from_secs(2);

/// After so long an email that never left has failed.
const GIVING_UP: TimeDelta = TimeDelta::days(2);

/// Carries letters from the outbox.
#[derive(Clone)]
pub struct Worker {
    /// Where they wait.
    pub db: Db,
    /// What the links need.
    pub site: Site,
    /// The kinds it can write.
    pub emails: EmailTemplates,
    /// Who takes them.
    pub carrier: Arc<dyn Transport>,
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
        let _ = timeout(NAP, self.db.outbox_filled()).await;
    }

    /// Takes the email that is due next, with what leaves with it, and delivers it. Then adds to the outbox what is
    /// to go to many people. Returns how many rows were taken and added.
    ///
    /// One at a time: if the process is killed, at most one email has left that is still to be noted as sent.
    pub async fn deliver_due(&self) -> Result<usize, DbError> {
        let (taken, batches) = self.db.without_authorization(bundles::claim).await?;
        for batch in batches {
            self.deliver(batch).await?;
        }
        Ok(taken + self.fan_out().await?)
    }

    /// Adds a portion of what goes to many people.
    async fn fan_out(&self) -> Result<usize, DbError> {
        let Some(id) = self.db.without_authorization(fan_outs::next).await? else { return Ok(0) };
        let emails = self.emails.clone();
        match self.db.without_authorization(move |connection| fan_outs::expand(connection, &emails, id)).await {
            Ok(added) => Ok(added),
            Err(error) => self.db.set_back(fan_outs::TASK, FailureSubject::of(id), error).await.map(|()| 0),
        }
    }

    /// Delivers what leaves as one email; then all of it ends, or waits again, in one transaction.
    async fn deliver(&self, batch: Batch) -> Result<(), DbError> {
        let outcomes = self.attempt(batch).await?;
        self.note(outcomes).await
    }

    /// Writes down what has come of a parcel. Its letter may have left by now, so this is tried until the database is
    /// there: given up, the email would leave again.
    async fn note(&self, outcomes: Outcomes) -> Result<(), DbError> {
        let outcomes = Arc::new(outcomes);
        let mut errors = 0;
        loop {
            let noted = Arc::clone(&outcomes);
            let written = self
                .db
                .without_authorization(move |connection| connection.transaction(|connection| note(connection, &noted)));
            let reports = match written.await {
                Ok(reports) => reports,
                Err(error) => {
                    errors += u32::from(!matches!(error, DbError::Unavailable(_)));
                    if errors > WRITTEN_AGAIN {
                        return Err(error);
                    }
                    tracing::warn!(%error, "the result of an email is not recorded yet");
                    tokio::time::sleep(NAP / 2).await;
                    continue;
                }
            };
            for (id, failures, told) in reports {
                failures::report(TASK, FailureSubject::of(id.uuid()), failures, &told);
            }
            return Ok(());
        }
    }

    /// Sends what of a parcel is still true and can be written.
    async fn attempt(&self, batch: Batch) -> Result<Outcomes, DbError> {
        let (mut outcomes, mut true_still, mut clocks) = (Vec::new(), Vec::new(), HashMap::new());
        let mut judge = async |rows: Vec<Due>| -> Result<Option<Vec<Due>>, DbError> {
            let kept = rows.clone();
            match self.judge(rows).await {
                Ok(judged) => {
                    true_still.extend(judged.true_still);
                    outcomes.push((Outcome::Dropped, judged.true_no_more));
                    clocks.extend(judged.clocks);
                    Ok(None)
                }
                Err(error @ DbError::Unavailable(_)) => Err(error),
                Err(_) if kept.len() > 1 => Ok(Some(kept)),
                Err(error) => {
                    outcomes.push((Outcome::Broken(error.to_string()), kept));
                    Ok(None)
                }
            }
        };
        // Where one of several cannot be judged, the others are judged without it.
        for row in judge(batch).await?.into_iter().flatten() {
            judge(vec![row]).await?;
        }
        let clock = true_still.first().and_then(|due: &Due| clocks.get(&due.recipient)).copied().unwrap_or_default();
        let (mut readable, mut unreadable) = (Vec::new(), Vec::new());
        for due in true_still {
            match caught(|| self.emails.draft(&due.kind, &due.facts, &self.site, clock)) {
                Ok(Ok(_)) => readable.push(due),
                Ok(Err(told)) => {
                    tracing::error!(id = %due.id, kind = due.kind, told, "email cannot be rendered");
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
    async fn judge(&self, batch: Batch) -> Result<Judged, DbError> {
        let emails = self.emails.clone();
        let asked = self.db.without_authorization(move |connection| {
            let (mut true_still, mut true_no_more) = (Vec::new(), Vec::new());
            let is_for_them = match batch.first() {
                Some(Due { recipient, bundle: Some(about), bundle_to_owner: true, .. }) => {
                    emails.is_for(connection, recipient, *about)?
                }
                _ => true,
            };
            for due in batch {
                let is_true = is_for_them && emails.still_true(&due.kind, &due.facts, connection)?;
                if is_true { true_still.push(due) } else { true_no_more.push(due) }
            }
            let clocks = match true_still.first() {
                Some(due) => emails.clocks(connection, &[&due.recipient])?,
                None => HashMap::new(),
            };
            Ok(Judged { true_still, true_no_more, clocks })
        });
        let judged = asked.await?;
        for Due { id, kind, .. } in &judged.true_no_more {
            tracing::info!(%id, kind, "email dropped: no longer true");
        }
        Ok(judged)
    }

    /// Sends some rows as one email. It bears the id of the last, so that one that others have joined since is
    /// not taken for a repeat.
    async fn send(&self, rows: &[Due], clock: Clock) -> Outcome {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Outcome::Dropped };
        let (kind, facts) = bundles::enclosed(rows);
        let (id, attempts) = (last.id, rows.iter().map(|due| due.attempts).max().unwrap_or(1));
        let written = caught(|| {
            let draft = self.emails.draft(&kind, &facts, &self.site, clock);
            draft.and_then(|draft| draft.written(&self.site).map_err(|error| error.to_string()))
        });
        let written = match written {
            Ok(Ok(written)) => written,
            Ok(Err(told)) => {
                tracing::error!(%id, kind, told, "email cannot be rendered");
                return Outcome::Failed;
            }
            Err(told) => return Outcome::Broken(told),
        };
        let outgoing =
            OutgoingEmail { id, kind: kind.clone(), facts, to: last.recipient.clone(), written, at: last.now };
        let carried = timeout(self.patience, AssertUnwindSafe(self.carrier.carry(&outgoing)).catch_unwind()).await;
        let carried = match carried {
            Ok(Ok(carried)) => carried,
            Ok(Err(_)) => return Outcome::Broken("the carrier panicked".to_owned()),
            Err(_) => Err(DeliveryError::NotNow("no answer in time".to_owned())),
        };
        match carried {
            Ok(()) => {
                tracing::info!(%id, kind, "email sent");
                Outcome::Sent
            }
            Err(DeliveryError::Refused(told)) => {
                tracing::warn!(%id, kind, told, "email refused");
                Outcome::Failed
            }
            Err(DeliveryError::NotNow(told)) if last.now - first.created_at > GIVING_UP => {
                tracing::warn!(%id, kind, told, "email given up");
                Outcome::Failed
            }
            Err(DeliveryError::NotNow(told)) => {
                tracing::warn!(%id, kind, told, attempts, "email delayed");
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

/// Writes down how attempts ended. Returns the rows that failed through our own error, with how often and why.
fn note(
    connection: &mut PgConnection,
    outcomes: &[(Outcome, Vec<Due>)],
) -> Result<Vec<(EmailId, i32, String)>, DbError> {
    let mut reports = Vec::new();
    for (outcome, rows) in outcomes {
        let ids: Vec<EmailId> = rows.iter().map(|due| due.id).collect();
        match outcome {
            Outcome::Again(pause) => put_off(connection, rows, *pause)?,
            Outcome::Sent => end(ids, "sent", connection)?,
            Outcome::Dropped => end(ids, "dropped", connection)?,
            Outcome::Failed => end(ids, "failed", connection)?,
            Outcome::Broken(told) => {
                for due in rows {
                    let failures = failures::count(connection, TASK, FailureSubject::of(due.id.uuid()), true)?;
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
fn put_off(connection: &mut PgConnection, rows: &[Due], pause: TimeDelta) -> Result<usize, DbError> {
    let Some(due) = rows.iter().map(|due| due.now + pause).max() else { return Ok(0) };
    let ids: Vec<EmailId> = rows.iter().map(|due| due.id).collect();
    let waiting = outbox::table.filter(outbox::id.eq_any(ids)).filter(outbox::state.eq("queued"));
    Ok(diesel::update(waiting).set(outbox::next_attempt_at.eq(due)).execute(connection)?)
}

/// Ends emails. What they were about is forgotten with them: the facts of an email that has left are of use to nobody.
fn end(ids: Vec<EmailId>, state: &str, connection: &mut PgConnection) -> Result<usize, DbError> {
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

/// Emails that ended over 90 days ago.
pub const LAPSING: &[Lapsing] = &[("outbox", "ended_at < (SELECT roster_now()) - interval '90 days'")];

/// Forgets emails that ended over 90 days ago, in bounded batches. Returns how many.
pub fn forget_old(connection: &mut PgConnection) -> Result<usize, DbError> {
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
