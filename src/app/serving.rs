//! `roster serve`: puts a site together from the settings, and runs it with its background tasks.

use std::sync::Arc;
use std::time::Duration;

use actix_web::cookie::Key;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use sha2::{Digest, Sha512};

use super::stopping::{Signals, drain};
use super::workers::{Health, Next, Workers};
use super::{AppState, CONNECTED, StartError, commands, emails, say, start_log, sweeps};
use crate::accounts::password::{Cost, Hasher};
use crate::config::Config;
use crate::db::Db;
use crate::db::embedded::Cluster;
use crate::invitations;
use crate::mail;
use crate::mail::dev_mailbox::DevMailbox;
use crate::mail::transports::{Folder, Smtp, Transport};
use crate::mail::worker::Worker;
use crate::web::timeouts::Timeouts;
use crate::web::upload::Uploads;
use crate::web::watchdog::{self, Watchdog};

/// How often the sweeps look for what is due or has lapsed.
const SWEEP: Duration = Duration::from_secs(600);

/// How long a task waits when there was nothing to do.
const NAP: Duration = Duration::from_secs(2);

/// Lets this process open as many files as it may have connections, where the system allows it: at first it is often a
/// thousand, and slow visitors would take those from the database.
fn allow_connections() {
    let Ok((at_first, at_most)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    let wanted = at_most.min(2 * CONNECTED as u64);
    if at_first < wanted
        && let Err(error) = setrlimit(Resource::RLIMIT_NOFILE, wanted, at_most)
    {
        tracing::warn!(%error, at_first, "few connections can be held at once");
    }
}

/// Migrates, serves until SIGTERM or Ctrl-C, then drains.
pub fn serve(config: Config) -> Result<(), StartError> {
    start_log(&config);
    allow_connections();
    let metrics = measuring();
    let (db, cluster) = commands::open(&config, Cluster::start)?;
    if let Some(warning) = config.mail_warning() {
        tracing::warn!("{warning}");
    }
    let listener = std::net::TcpListener::bind(config.bind)
        .map_err(|error| StartError::System(format!("cannot listen at {}: {error} (ROSTER_BIND)", config.bind)))?;
    let served = actix_web::rt::System::new().block_on(serve_at(listener, &config, db, metrics));
    drop(cluster);
    served
}

/// Serves at a listener, with the background tasks beside it.
async fn serve_at(
    listener: std::net::TcpListener,
    config: &Config,
    db: Db,
    metrics: Option<PrometheusHandle>,
) -> Result<(), StartError> {
    let machine = |error: &dyn std::fmt::Display| StartError::System(error.to_string());
    let site = AppState::site(config);
    let folder = config.data_dir.join("mail");
    // It keeps house in tasks of its own, so it is made and ended where tasks run.
    let carrier: Arc<dyn Transport> = match &config.smtp_url {
        Some(url) => {
            let host = site.url.host_str().unwrap_or("localhost");
            Arc::new(Smtp::new(url, config.mail_from.clone(), host).map_err(|error| machine(&error))?)
        }
        None => Arc::new(Folder::closed(folder.clone()).map_err(|error| machine(&error))?),
    };
    let health = Health::default();
    let app_state = AppState {
        db: db.clone(),
        site: site.clone(),
        hasher: Hasher::new(Cost::Full).map_err(|error| machine(&error))?,
        cookies: config.secret_keys.all().map(|key| Key::derive_from(&cookie_secret(key))).collect(),
        mailbag: site.shows_mail.then(|| DevMailbox { folder, emails: emails() }),
        metrics: metrics.clone(),
        timeouts: Timeouts::default(),
        uploads: Uploads::default(),
        health: health.clone(),
        watchdog: Watchdog::default(),
    };
    let door = listener.try_clone().map_err(|error| machine(&error))?;
    let mut signals = Signals::listen().map_err(|error| machine(&error))?;
    let origin = site.origin();
    let mail = Worker {
        db: db.clone(),
        site,
        emails: emails(),
        carrier: Arc::clone(&carrier),
        patience: mail::worker::PATIENCE,
    };
    let workers = start_workers(db, mail, metrics, health.clone());
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let server = app_state.serve(listener, cores).map_err(|error| machine(&error))?;
    let handle = server.handle();
    let mut serving = actix_web::rt::spawn(server);
    // Once the server runs it can be stopped; only then is the address given away.
    tokio::task::yield_now().await;
    say(&format!("Roster is at {origin}"));
    let served = tokio::select! {
        served = &mut serving => served,
        () = signals.next() => {
            drain(door, handle, &health, &mut signals).await;
            serving.await
        }
    };
    workers.stop().await;
    carrier.close().await;
    served.unwrap_or_else(|error| Err(std::io::Error::other(error))).map_err(|error| machine(&error))
}

/// Starts the background tasks.
fn start_workers(db: Db, mail: Worker, metrics: Option<PrometheusHandle>, health: Health) -> Workers {
    let mut workers = Workers::new(health);
    let next = |more: bool| if more { Next::AtOnce } else { Next::Later };
    let idle = mail.clone();
    let round = move || {
        let mail = mail.clone();
        async move { mail.deliver_due().await.map(|rows| next(rows > 0)) }
    };
    let waits = move || {
        let idle = idle.clone();
        async move { idle.wait().await }
    };
    workers.run("mail", round, waits);
    let inviting = db.clone();
    let round = move || {
        let db = inviting.clone();
        async move { invitations::worker::run_due(&db).await.map(next) }
    };
    workers.run("invitations", round, || tokio::time::sleep(NAP));
    let round = move || {
        let db = db.clone();
        async move {
            sweeps::sweep(&db).await;
            Ok(Next::Later)
        }
    };
    workers.run("sweeps", round, || tokio::time::sleep(SWEEP));
    if let Some(metrics) = metrics {
        // Sorts what was measured into its buckets, so that it takes no room when nobody asks for it.
        let round = move || {
            metrics.run_upkeep();
            async { Ok(Next::Later) }
        };
        workers.run("metrics", round, || tokio::time::sleep(Duration::from_secs(10)));
    }
    workers
}

/// Begins to measure, in buckets of seconds. None when somebody in this process measures already.
fn measuring() -> Option<PrometheusHandle> {
    const BUCKETS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0];
    const BLOCKS: [f64; 9] = [0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
    let blocks = Matcher::Full(watchdog::METRIC.to_owned());
    let measuring = PrometheusBuilder::new().set_buckets(&BUCKETS).ok()?;
    measuring.set_buckets_for_metric(blocks, &BLOCKS).ok()?.install_recorder().ok()
}

/// The secret the cookies' key is derived from: another one than that of the links.
fn cookie_secret(secret_key: &[u8]) -> Vec<u8> {
    Sha512::new().chain_update(b"roster cookies").chain_update(secret_key).finalize().to_vec()
}
