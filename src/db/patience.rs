//! How long a request waits for a database that does not answer.
//!
//! A statement runs on a thread that cannot be interrupted. A server that lives ends every statement in time
//! ([`TIMEOUTS`](super::connections::TIMEOUTS)); one that is frozen, or whose machine is gone, says nothing at all. So
//! each call notes when its present statement began, and whoever waits for the call gives up once that is too long
//! ago, however long the call takes as a whole. The thread stays behind until the system ends its wait; it holds one
//! of as many seats as there are connections, so that a frozen server takes no more threads than that, and the next
//! requests are answered soon.
//!
//! What was given up is not committed afterwards, if that can still be helped: [`Patience::is_given_up`] is asked
//! before a transaction commits.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::Stop;

/// A statement that takes longer is not answered any more: longer than the server lets one run.
const SILENCE: Duration = Duration::from_millis(4_500);

/// How long a request waits for a seat.
pub(super) const SEATED_WITHIN: Duration = Duration::from_millis(1_500);

/// What times are counted from.
static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

fn milliseconds() -> u64 {
    // Never zero, which says that nothing is under way.
    u64::try_from(BEGINNING.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
}

/// One call of the database, seen from both of its ends.
#[derive(Clone, Default)]
pub(super) struct Patience(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// When the present statement began; zero between two.
    since: AtomicU64,
    given_up: AtomicBool,
    /// Whether the server has done anything for the call.
    is_answered: AtomicBool,
}

impl Patience {
    /// Something is asked of the server.
    pub(super) fn begins(&self) {
        self.0.since.store(milliseconds(), Ordering::Relaxed);
    }

    /// The server has answered.
    pub(super) fn ends(&self) {
        self.0.since.store(0, Ordering::Relaxed);
    }

    /// Whether the server has done anything for the call. If not, the same call can be made once more.
    pub(super) fn is_answered(&self) -> bool {
        self.0.is_answered.load(Ordering::Relaxed)
    }

    /// Whether nobody waits for the call any more.
    pub(super) fn is_given_up(&self) -> bool {
        self.0.given_up.load(Ordering::SeqCst)
    }

    fn silence(&self) -> Duration {
        match self.0.since.load(Ordering::Relaxed) {
            0 => Duration::ZERO,
            since => Duration::from_millis(milliseconds().saturating_sub(since)),
        }
    }

    /// Waits for the call as long as the server answers.
    pub(super) async fn wait<T>(self, mut call: JoinHandle<Result<T, Stop>>) -> Result<T, Stop> {
        loop {
            let silence = self.silence();
            if silence >= SILENCE {
                self.0.given_up.store(true, Ordering::SeqCst);
                return Err(Stop::Away("no answer in time".to_owned()));
            }
            if let Ok(answered) = timeout(SILENCE - silence, &mut call).await {
                return answered.unwrap_or_else(|error| Err(Stop::Broken(error.to_string())));
            }
        }
    }
}

/// Notes the statements of a call, and counts those that cost a page its time: not the brackets of transactions.
pub(super) struct Watch {
    patience: Patience,
    queries: Arc<AtomicU64>,
    is_bracket: bool,
}

impl Watch {
    pub(super) fn over(patience: &Patience, queries: &Arc<AtomicU64>) -> Self {
        Self { patience: patience.clone(), queries: Arc::clone(queries), is_bracket: false }
    }
}

impl Instrumentation for Watch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            // Told right before the statement that does it.
            InstrumentationEvent::BeginTransaction { .. }
            | InstrumentationEvent::CommitTransaction { .. }
            | InstrumentationEvent::RollbackTransaction { .. } => self.is_bracket = true,
            InstrumentationEvent::StartQuery { .. } => {
                self.patience.begins();
                if !std::mem::take(&mut self.is_bracket) {
                    self.queries.fetch_add(1, Ordering::Relaxed);
                }
            }
            InstrumentationEvent::FinishQuery { error, .. } => {
                self.patience.ends();
                if error.is_none() {
                    self.patience.0.is_answered.store(true, Ordering::Relaxed);
                }
            }
            _ => {}
        }
    }
}
