//! How long the event loop of a worker is blocked.
//!
//! Everything that a worker answers passes through one event loop. Work that keeps it busy keeps everybody waiting
//! whom this worker serves, `/healthz` too, and no log line tells why. So each worker has a task that sleeps for
//! [`TICK`] and looks how much later it wakes: that is how long somebody who came then had to wait.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use tokio::time::{Instant, sleep};

/// How often it looks. A block is measured to this much exactly, and a shorter one is none.
pub const TICK: Duration = Duration::from_millis(20);

/// A block of this length is in the log: a person notices it.
const NOTICED: Duration = Duration::from_millis(250);

/// The metric: a histogram, in seconds.
pub const METRIC: &str = "roster_event_loop_blocked_seconds";

/// What was measured in one process: for the tests, as a metric of a process cannot be distinguished by worlds.
#[derive(Clone, Debug, Default)]
pub struct Watchdog {
    blocked: Arc<AtomicU64>,
    busy: Arc<AtomicU64>,
}

thread_local! {
    /// Whether the event loop of this thread is watched.
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

impl Watchdog {
    /// Watches the event loop of this thread, from the first time it is asked to.
    pub fn watch(&self) {
        if WATCHED.replace(true) {
            return;
        }
        actix_web::rt::spawn(self.clone().run());
    }

    async fn run(self) {
        loop {
            let (begun, worked) = (Instant::now(), processor_time());
            sleep(TICK).await;
            let blocked = begun.elapsed().saturating_sub(TICK);
            let busy = processor_time().saturating_sub(worked).min(begun.elapsed());
            metrics::histogram!(METRIC).record(blocked.as_secs_f64());
            longest(&self.blocked, blocked);
            longest(&self.busy, busy);
            if blocked >= NOTICED {
                tracing::warn!(ms = blocked.as_secs_f64() * 1e3, "the event loop was blocked");
            }
        }
    }

    /// The longest time that somebody had to wait for an event loop.
    pub fn longest_block(&self) -> Duration {
        Duration::from_micros(self.blocked.load(Ordering::Relaxed))
    }

    /// The longest time that an event loop worked between two looks: without the time in which the machine did
    /// something else.
    pub fn longest_work(&self) -> Duration {
        Duration::from_micros(self.busy.load(Ordering::Relaxed))
    }

    /// Forgets what was measured so far.
    pub fn begin_anew(&self) {
        self.blocked.store(0, Ordering::Relaxed);
        self.busy.store(0, Ordering::Relaxed);
    }
}

fn longest(of: &AtomicU64, time: Duration) {
    of.fetch_max(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
}

/// The time that this thread has worked so far.
pub fn processor_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Works on this thread without a pause, as code would that judges too long a text.
    fn works(for_so_long: Duration) {
        let begun = processor_time();
        while processor_time() - begun < for_so_long {}
    }

    #[actix_web::test]
    async fn cost_1_a_blocked_event_loop_is_measured() {
        let watchdog = Watchdog::default();
        watchdog.watch();
        watchdog.watch();
        // Until it has looked once.
        while watchdog.longest_work() == Duration::ZERO {
            sleep(TICK).await;
        }
        watchdog.begin_anew();
        works(Duration::from_millis(150));
        while watchdog.longest_work() < Duration::from_millis(100) {
            sleep(TICK).await;
        }
        assert!(watchdog.longest_block() >= Duration::from_millis(100), "{watchdog:?}");
    }
}
