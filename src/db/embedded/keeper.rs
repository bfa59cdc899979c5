//! Keeps the server running: one that ends is started again.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::EmbeddedError;
use super::programs::{Programs, Runner};
use super::site::Site;

/// How often it is looked whether the server is there.
const WATCH: Duration = Duration::from_millis(100);

/// The pause before the next try, where the server cannot be started.
const PAUSE: Duration = Duration::from_secs(2);

/// A server that is kept running until it is stopped.
pub(super) struct Keeper {
    stops: Sender<()>,
    thread: JoinHandle<()>,
}

impl Keeper {
    /// Starts the server, and returns when it takes connections.
    pub fn start(
        site: Site,
        programs: Programs,
        runner: Runner,
        settings: &[(&str, &str)],
    ) -> Result<Self, EmbeddedError> {
        let settings: Vec<(String, String)> =
            settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let run = move || {
            let settings: Vec<(&str, &str)> =
                settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            site.stop_earlier()?;
            site.run(&programs, &runner, &settings)
        };
        let mut server = run()?;
        let (stops, stop) = mpsc::channel();
        let keep = move || {
            let mut pause = WATCH;
            while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(pause) {
                pause = WATCH;
                if server.has_ended() {
                    tracing::error!("the private PostgreSQL has ended, and is started again");
                    metrics::counter!("roster_private_postgresql_restarts_total").increment(1);
                    match run() {
                        Ok(next) => server = next,
                        Err(error) => {
                            tracing::error!(%error, "the private PostgreSQL cannot be started");
                            pause = PAUSE;
                        }
                    }
                }
            }
            if !server.stop() {
                tracing::warn!(pid = server.pid(), "the private PostgreSQL does not stop");
            }
        };
        let thread = thread::Builder::new().name("postgresql-keeper".to_owned()).spawn(keep);
        let thread = thread.map_err(|why| EmbeddedError::Files { path: "a thread".into(), why })?;
        Ok(Self { stops, thread })
    }

    /// Stops the server, and waits until it has ended.
    pub fn stop(self) {
        drop(self.stops);
        let _ = self.thread.join();
    }
}
