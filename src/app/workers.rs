//! The background tasks of this process, each of them supervised.
//!
//! A task works in rounds. A round that panics or fails is logged and counted, and the task starts again after a
//! pause; the other tasks do not notice. Until it has finished a round again, the task counts as failing: `/readyz`
//! and `/metrics` say so. So does a round that takes far too long.

use std::any::Any;
use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::db::DbError;

/// The pause after a failure; doubled with each further one.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A round that takes longer counts as a failure: every statement and every email has a time limit far below it.
const STALLED: Duration = Duration::from_secs(600);

/// How long a stopping process waits for the rounds under way: longer than an email may take.
const FINISHED_WITHIN: Duration = Duration::from_secs(40);

/// What a round leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There may be more to do: the next round begins at once.
    AtOnce,
    /// Nothing is left to do for now.
    Later,
}

/// How the process is: its tasks, and whether it stops.
#[derive(Clone, Default)]
pub struct Health(Arc<State>);

#[derive(Default)]
struct State {
    tasks: Mutex<BTreeMap<&'static str, Condition>>,
    stopping: AtomicBool,
}

#[derive(Clone, Copy, Default)]
struct Condition {
    failures: u32,
    /// When the present round began.
    since: Option<Instant>,
}

impl Health {
    fn conditions(&self) -> MutexGuard<'_, BTreeMap<&'static str, Condition>> {
        // A condition is written in one step.
        self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The process was asked to stop.
    pub fn stops(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether the process was asked to stop.
    pub fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Relaxed)
    }

    /// The tasks that do not do their work at present.
    pub fn failing(&self) -> Vec<&'static str> {
        let is_failing = |condition: &Condition| {
            condition.failures > 0 || condition.since.is_some_and(|since| since.elapsed() > STALLED)
        };
        self.conditions().iter().filter(|(_, condition)| is_failing(condition)).map(|(task, _)| *task).collect()
    }

    fn starting(&self, task: &'static str) {
        self.conditions().entry(task).or_default().since = Some(Instant::now());
    }

    /// Notes how a round ended. Returns how many have failed in a row.
    fn ends(&self, task: &'static str, failed: bool) -> u32 {
        let failures = {
            let mut conditions = self.conditions();
            let condition = conditions.entry(task).or_default();
            condition.since = None;
            condition.failures = if failed { condition.failures.saturating_add(1) } else { 0 };
            condition.failures
        };
        metrics::gauge!("roster_task_failing", "task" => task).set(if failed { 1 } else { 0 });
        if failed {
            metrics::counter!("roster_task_failures_total", "task" => task).increment(1);
        }
        failures
    }
}

/// The tasks that run. They end when this is stopped, each after the round it is in.
pub struct Workers {
    health: Health,
    stops: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Workers {
    /// None so far.
    pub fn new(health: Health) -> Self {
        Self { health, stops: watch::Sender::new(false), tasks: Vec::new() }
    }

    /// Runs a task, round after round; between two, `idle` waits until there may be something to do again.
    pub fn run<R, F, I, W>(&mut self, task: &'static str, round: R, idle: I)
    where
        R: Fn() -> F + 'static,
        F: Future<Output = Result<Next, DbError>> + 'static,
        I: Fn() -> W + 'static,
        W: Future<Output = ()> + 'static,
    {
        let (health, mut stops) = (self.health.clone(), self.stops.subscribe());
        self.tasks.push(actix_web::rt::spawn(async move {
            while !*stops.borrow() {
                let pause = match attempt(&health, task, &round).await {
                    Ok(Next::AtOnce) => continue,
                    Ok(Next::Later) => None,
                    Err(pause) => Some(pause),
                };
                let waits = async {
                    match pause {
                        Some(pause) => sleep(pause).await,
                        None => idle().await,
                    }
                };
                tokio::select! {
                    () = waits => {}
                    _ = stops.changed() => {}
                }
            }
        }));
    }

    /// Lets every task finish its round, and ends them.
    pub async fn stop(self) {
        self.stops.send_replace(true);
        for task in self.tasks {
            let mut task = task;
            if timeout(FINISHED_WITHIN, &mut task).await.is_err() {
                tracing::warn!("a background task does not finish its round, and is ended");
                task.abort();
                let _ = task.await;
            }
        }
    }
}

/// One round. After a failure, returns how long to pause.
async fn attempt<R, F>(health: &Health, task: &'static str, round: &R) -> Result<Next, Duration>
where
    R: Fn() -> F,
    F: Future<Output = Result<Next, DbError>>,
{
    health.starting(task);
    let outcome = match AssertUnwindSafe(async { round().await }).catch_unwind().await {
        Ok(Ok(next)) => {
            health.ends(task, false);
            return Ok(next);
        }
        Ok(Err(error)) => error,
        Err(panic) => DbError::Internal(format!("panicked: {}", told(&*panic))),
    };
    let failures = health.ends(task, true);
    // A database that is away may be back at any moment, and has no part in what the task does wrong.
    let doublings = if matches!(outcome, DbError::Unavailable(_)) { 0 } else { failures.saturating_sub(1).min(8) };
    let pause = (PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE);
    tracing::error!(task, failures, error = %outcome, pause = pause.as_secs(), "a background task failed, and starts again");
    Err(pause)
}

/// What somebody who panicked has said.
pub(super) fn told(panic: &(dyn Any + Send)) -> &str {
    let words = panic.downcast_ref::<&str>().copied();
    words.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    /// Waits until something is so.
    async fn until(is_so: impl Fn() -> bool) {
        let started = Instant::now();
        while !is_so() {
            assert!(started.elapsed() < Duration::from_secs(60), "it never comes");
            tokio::task::yield_now().await;
        }
    }

    #[actix_web::test]
    async fn loss_2_a_task_that_panics_is_restarted_and_seen() {
        let health = Health::default();
        let mut workers = Workers::new(health.clone());
        let (bad, good) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let counts = |rounds: &Rc<Cell<u32>>| {
            let rounds = Rc::clone(rounds);
            move || {
                rounds.set(rounds.get() + 1);
                rounds.get()
            }
        };
        let (fails, works) = (counts(&bad), counts(&good));
        let round = move || {
            let number = fails();
            async move {
                match number {
                    1 => panic!("the first round"),
                    2 => Err(DbError::Unavailable("the second round".to_owned())),
                    _ => Ok(Next::Later),
                }
            }
        };
        workers.run("bad", round, std::future::pending);
        let round = move || {
            works();
            async { Ok(Next::Later) }
        };
        workers.run("good", round, || sleep(Duration::from_millis(1)));
        until(|| bad.get() == 1 && !health.failing().is_empty()).await;
        assert_eq!(health.failing(), ["bad"]);
        let before = good.get();
        until(|| good.get() > before).await;
        until(|| health.failing().is_empty()).await;
        assert_eq!(bad.get(), 3);
        workers.stop().await;
    }

    #[actix_web::test]
    async fn loss_3_a_round_is_finished_before_the_tasks_end() {
        let mut workers = Workers::new(Health::default());
        let (started, done) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
        let (starting, ends) = (Rc::clone(&started), Rc::clone(&done));
        let round = move || {
            let (starting, ends) = (Rc::clone(&starting), Rc::clone(&ends));
            async move {
                starting.set(true);
                sleep(Duration::from_millis(50)).await;
                ends.set(true);
                Ok(Next::AtOnce)
            }
        };
        workers.run("slow", round, std::future::pending);
        until(|| started.get()).await;
        workers.stop().await;
        assert!(done.get());
    }
}
