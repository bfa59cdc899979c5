//! Rows that a background task fails on.
//!
//! A failing row is counted and tried again after a growing pause, so that the rows behind it have their turn. After
//! ten failures it is set aside: the task does not look at it again until somebody removes its row from
//! `task_failures`, or 90 days have passed. Both are logged and counted.
//!
//! A store leaves such rows out with `may_be_tried`; [`Db::each_due`] does the rest.

use std::future::Future;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text, Uuid as SqlUuid};
use uuid::Uuid;

use super::sweep::Lapsing;
use super::{Db, Stop};
use crate::prepared;
use crate::schema::task_failures;

/// After so many failures a row is set aside.
pub const LIMIT: i32 = 10;

/// Rows that one round of a task works on, at most.
const ROUND: usize = 10_000;

/// Failures that are old enough to be forgotten.
pub const LAPSING: Lapsing = ("task_failures", "failed_at < (SELECT roster_now()) - interval '90 days'");

/// What a task works on, by its id, and the organization where the id alone does not name the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    id: Uuid,
    within: Uuid,
}

impl Subject {
    /// A row with an id of its own.
    pub const fn of(id: Uuid) -> Self {
        Self { id, within: Uuid::nil() }
    }

    /// A row of an organization.
    pub const fn within(id: Uuid, organization: Uuid) -> Self {
        Self { id, within: organization }
    }
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Integer)]
    failures: i32,
}

/// Puts a row off, for a minute and a minute longer with each failure, and counts the failure where it is one.
/// Returns how many there were.
pub fn count(connection: &mut PgConnection, task: &str, subject: Subject, is_failure: bool) -> Result<i32, Stop> {
    let counted: Counted = prepared!(
        "INSERT INTO task_failures (task, subject, within, failures, try_at) \
         VALUES ($1, $2, $3, $4, roster_now() + interval '1 minute') \
         ON CONFLICT ON CONSTRAINT task_failures_one_row_per_subject DO UPDATE SET failures = task_failures.failures + $4, \
         failed_at = roster_now(), try_at = CASE WHEN task_failures.failures + $4 < $5 \
         THEN roster_now() + greatest(task_failures.failures + $4, 1) * interval '1 minute' END RETURNING failures",
    )
    .bind::<Text, _>(task)
    .bind::<SqlUuid, _>(subject.id)
    .bind::<SqlUuid, _>(subject.within)
    .bind::<Integer, _>(i32::from(is_failure))
    .bind::<Integer, _>(LIMIT)
    .get_result(connection)?;
    Ok(counted.failures)
}

/// Whether any row of a task has failed and was not done since.
fn has_failed(connection: &mut PgConnection, task: &str) -> Result<bool, Stop> {
    let failed = task_failures::table.filter(task_failures::task.eq(task)).select(task_failures::subject).limit(1);
    Ok(failed.first::<Uuid>(connection).optional()?.is_some())
}

/// Forgets the failures of a row that is done.
fn forgive(connection: &mut PgConnection, task: &str, subject: Subject) -> Result<(), Stop> {
    let row = task_failures::table.find((task, subject.id, subject.within));
    diesel::delete(row).execute(connection)?;
    Ok(())
}

/// Says that a row failed: in the log and in the metrics.
pub fn report(task: &'static str, subject: Subject, failures: i32, told: &str) {
    let (id, within) = (subject.id, subject.within);
    metrics::counter!("roster_row_failures_total", "task" => task).increment(1);
    if failures < LIMIT {
        tracing::warn!(task, %id, %within, failures, told, "a row failed, and is tried again later");
    } else {
        metrics::counter!("roster_rows_set_aside_total", "task" => task).increment(1);
        tracing::error!(task, %id, %within, failures, told, "a row is set aside: see docs/operating.md");
    }
}

impl Db {
    /// Puts a row off because of a failure, and reports it. A lock that was not had in time does not count. A
    /// database that does not answer is no row's fault at all: that is returned instead.
    pub async fn set_back(&self, task: &'static str, subject: Subject, stop: Stop) -> Result<(), Stop> {
        let is_failure = match stop {
            Stop::Away(_) => return Err(stop),
            Stop::Busy => false,
            _ => true,
        };
        let failures = self.unproven(move |connection| count(connection, task, subject, is_failure)).await?;
        report(task, subject, failures, &stop.to_string());
        Ok(())
    }

    /// Works on one due row after another, each in a transaction of its own, until none is due. A row that fails is
    /// counted and put off, and the next one has its turn. Returns how many rows were worked on.
    ///
    /// `next` leaves out what may not be tried, and whatever was worked on. `work` says whether it did anything: it
    /// did not where another worker was first.
    pub async fn each_due<K, F>(
        &self,
        task: &'static str,
        next: impl Fn(&mut PgConnection) -> Result<Option<K>, Stop> + Clone + Send + 'static,
        subject: impl Fn(&K) -> Subject,
        work: impl Fn(K) -> F,
    ) -> Result<usize, Stop>
    where
        K: Send + 'static,
        F: Future<Output = Result<bool, Stop>>,
    {
        let (mut done, mut last) = (0, None);
        let has_failed = self.unproven(move |connection| has_failed(connection, task)).await?;
        for _ in 0..ROUND {
            let Some(key) = self.unproven(next.clone()).await? else { break };
            let this = subject(&key);
            let outcome = match work(key).await {
                Ok(true) => {
                    done += 1;
                    if has_failed {
                        self.unproven(move |connection| forgive(connection, task, this)).await?;
                    }
                    Ok(())
                }
                // Somebody else was first, or its organization went: then it is not the next one again.
                Ok(false) | Err(Stop::NotHere) if last != Some(this) => Ok(()),
                Ok(false) => Err(Stop::Broken("it is due, and nothing comes of it".to_owned())),
                Err(stop) => Err(stop),
            };
            last = Some(this);
            if let Err(stop) = outcome {
                self.set_back(task, this, stop).await?;
            }
        }
        Ok(done)
    }
}
