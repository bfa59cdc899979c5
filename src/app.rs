//! Puts the parts together: the pool, the keys, the cookies, every feature's routes, the workers.

pub mod commands;
#[cfg(test)]
mod cost;
#[cfg(test)]
#[path = "../fuzz/judges.rs"]
mod fuzz;
mod serving;
mod stopping;
mod sweeps;
pub mod workers;

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_server::Server;
use actix_service::{ServiceFactoryExt, fn_service, map_config};
use actix_web::cookie::Key;
use actix_web::dev::AppConfig;
use actix_web::http::header;
use actix_web::middleware::{Compress, from_fn};
use actix_web::rt::net::TcpStream;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpResponse};
use diesel::pg::PgConnection;
use metrics_exporter_prometheus::PrometheusHandle;
use sha2::{Digest, Sha256};

use crate::account_deletion;
use crate::accounts;
use crate::accounts::operator::EndInvitations;
use crate::accounts::password::Hasher;
use crate::authority::May;
use crate::billing;
use crate::config::Config;
use crate::dashboard;
use crate::db::embedded::EmbeddedError;
use crate::db::{ConnectError, Db, DbError};
use crate::encryption::SecretBox;
use crate::exports;
use crate::help;
use crate::ids::OrganizationId;
use crate::invitations;
use crate::mail::EmailTemplates;
use crate::mail::dev_mailbox::{self, DevMailbox};
use crate::members::{self, MembershipDependents};
use crate::organizations::{self, BillingFacts, CardFace, TellsBilling};
use crate::overview;
use crate::pictures;
use crate::projects;
use crate::reviews;
use crate::search;
use crate::signed_links::LinkSigner;
use crate::web::admission::Fetch;
use crate::web::assets::{self, Assets};
use crate::web::cookies::{self, SessionCookie};
use crate::web::help_link::HelpLinks;
use crate::web::network_rate_limits::NetworkRateLimits;
use crate::web::readiness::Readiness;
use crate::web::routes::Mounted;
use crate::web::same_origin::is_loopback;
use crate::web::timeouts::{Bounded, Timeouts};
use crate::web::upload::Uploads;
use crate::web::watchdog::Watchdog;
use crate::web::{Page, PageError, Responder, Routes, Site, error, headers, kit, log, request_target, same_origin};
pub use serving::serve;
use workers::Health;

/// Connections to the database, in each process.
const CONNECTIONS: u32 = 16;

/// Connections that are open at once; anyone who comes beyond them waits until one is closed. A slow one
/// holds at most a form in memory, and all of them together are to fit.
const CONNECTED: usize = 8192;

/// Why Roster does not start, in one line.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The private PostgreSQL does not run.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] ConnectError),
    /// The machine refuses something: the address is in use, say.
    #[error("{0}")]
    System(String),
}

/// All that an application is made of. Tests build their own, with a database and a carrier of theirs.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub db: Db,
    /// The site.
    pub site: Site,
    /// Who compares passwords.
    pub hasher: Hasher,
    /// The keys of the cookies, the newest first.
    pub cookies: Vec<Key>,
    /// Where mail is kept, where none is sent.
    pub mailbag: Option<DevMailbox>,
    /// What `/metrics` shows.
    pub metrics: Option<PrometheusHandle>,
    /// How long slow connections are waited for.
    pub timeouts: Timeouts,
    /// What bounds the reading of files.
    pub uploads: Uploads,
    /// How the process is: `/readyz` tells.
    pub health: Health,
    /// What measures how long the event loops are blocked.
    pub watchdog: Watchdog,
}

/// Every kind of letter.
pub fn emails() -> EmailTemplates {
    let emails = accounts::emails(EmailTemplates::default());
    let emails = members::emails(emails);
    let emails = organizations::emails(emails);
    let emails = invitations::emails(emails);
    let emails = overview::emails(emails);
    let emails = reviews::emails(emails);
    account_deletion::emails(emails)
}

/// What hangs on memberships.
pub fn membership_dependents() -> MembershipDependents {
    MembershipDependents::new(vec![
        Box::new(invitations::dependents::OpenInvitations),
        Box::new(reviews::dependents::ReviewedPeople),
    ])
}

/// What ends the invitations of an account that the operator suspends.
pub fn end_invitations() -> EndInvitations {
    let dependents = membership_dependents();
    Arc::new(move |work, account| members::leave_all::end_in_name_of(work, &dependents, account))
}

/// Who tells the Settings page who pays.
fn billing_told() -> Data<dyn TellsBilling> {
    let told: Arc<dyn TellsBilling> = Arc::new(KeptBilling);
    Data::from(told)
}

/// Tells what `billing` keeps, in the words of `organizations`: neither knows the other.
struct KeptBilling;

impl TellsBilling for KeptBilling {
    fn tell(
        &self,
        connection: &mut PgConnection,
        organization: OrganizationId,
    ) -> Result<Option<BillingFacts>, DbError> {
        let kept = billing::facts(connection, organization)?;
        Ok(kept.map(|billing::BillingRecord { details, card, .. }| BillingFacts {
            card: card.map(|card| CardFace {
                brand: card.brand,
                last_four: card.last_four,
                expiry: card.expiry.to_string(),
            }),
            cardholder: details.cardholder.as_str().to_owned(),
            address_lines: details.address_lines(),
            contact_email: details.contact_email.to_string(),
        }))
    }
}

/// Every route of every feature.
pub fn routes() -> Routes {
    let mut routes = Routes::default();
    assets::routes(&mut routes);
    dev_mailbox::routes(&mut routes);
    kit::routes(&mut routes);
    accounts::routes(&mut routes);
    members::routes(&mut routes);
    organizations::routes(&mut routes);
    invitations::routes(&mut routes);
    projects::routes(&mut routes);
    billing::routes(&mut routes);
    reviews::routes(&mut routes);
    dashboard::routes(&mut routes);
    overview::routes(&mut routes);
    pictures::routes(&mut routes);
    exports::routes(&mut routes);
    account_deletion::routes(&mut routes);
    search::routes(&mut routes);
    help::routes(&mut routes);
    routes.get("/healthz", alive).get("/readyz", is_ready).get("/metrics", metrics_page);
    routes
}

/// Every mounted route, for the tests that walk them.
pub fn table() -> Vec<Mounted> {
    routes().table().to_vec()
}

impl AppState {
    /// What a site is made of, from the settings.
    pub fn site(config: &Config) -> Site {
        Site {
            url: config.url.clone(),
            links: LinkSigner::new(config.secret_keys.all()),
            secret_box: SecretBox::new(config.secret_keys.all()),
            assets: Assets::load(),
            session_hours: config.session_hours,
            invitation_days: config.invitation_days,
            restore_days: config.restore_days,
            trusted_proxies: config.trusted_proxies.clone(),
            shows_mail: config.shows_mail(),
            sends_mail: config.smtp_url.is_some(),
            metrics_token: config.metrics_token.clone(),
        }
    }

    /// Adds everything to an application, the middleware aside.
    pub fn configure(&self, config: &mut ServiceConfig) {
        config
            .app_data(Data::new(self.db.clone()))
            .app_data(Data::new(self.site.clone()))
            .app_data(Data::new(self.hasher.clone()))
            .app_data(Data::new(membership_dependents()))
            .app_data(Data::new(self.timeouts))
            .app_data(Data::new(self.uploads.clone()))
            .app_data(Data::new(self.health.clone()))
            .app_data(Data::new(SessionCookie::new(&self.site, &self.cookies)))
            .app_data(Data::new(HelpLinks(help::help_links::help_link)))
            .app_data(billing_told());
        if let Some(mailbag) = &self.mailbag {
            config.app_data(Data::new(mailbag.clone()));
        }
        if let Some(metrics) = &self.metrics {
            config.app_data(Data::new(metrics.clone()));
        }
        routes().configure(config);
        config.default_service(web::to(nowhere));
    }

    /// Serves at a listener until told to stop.
    pub fn serve(self, listener: std::net::TcpListener, workers: usize) -> std::io::Result<Server> {
        let network_rate_limits = Data::new(NetworkRateLimits::default());
        let readiness = Data::new(Readiness::default());
        let gate = Data::new(exports::ExportLimiter::default());
        let searches = Data::new(search::SearchLimiter::default());
        let (timeouts, watchdog) = (self.timeouts, self.watchdog.clone());
        let furnished = move || {
            App::new()
                .app_data(network_rate_limits.clone())
                .app_data(readiness.clone())
                .app_data(gate.clone())
                .app_data(searches.clone())
                .configure(|config| self.configure(config))
                .wrap(from_fn(cookies::renewed))
                .wrap(SessionCookie::new(&self.site, &self.cookies).session())
                .wrap(from_fn(cookies::reencrypted))
                .wrap(from_fn(same_origin::only))
                .wrap(from_fn(request_target::bounded))
                .wrap(from_fn(error::drawn))
                .wrap(from_fn(headers::added))
                .wrap(Compress::default())
                .wrap(from_fn(request_target::plainly_encoded))
                .wrap(from_fn(log::logged))
                .wrap(from_fn(stopping::announced))
        };
        let server = Server::build();
        let stopping = server.graceful_shutdown_signal();
        let server = server
            .workers(workers)
            .worker_max_blocking_threads(64)
            .max_concurrent_connections(CONNECTED / workers.max(1))
            .shutdown_timeout(30)
            .disable_signals()
            .listen("roster", listener, move || {
                watchdog.watch();
                let stopping = stopping.clone();
                let http = HttpService::build()
                    .client_request_timeout(timeouts.head)
                    .client_disconnect_timeout(Duration::from_secs(1))
                    .keep_alive(timeouts.idle)
                    .graceful_shutdown_signal(move || {
                        let stopping = stopping.clone();
                        async move { stopping.notified().await }
                    })
                    .h1(map_config(furnished(), |()| AppConfig::default()));
                fn_service(move |stream: TcpStream| {
                    let peer = stream.peer_addr().ok();
                    let connection = Bounded::accepted(stream, timeouts.silence).map_err(DispatchError::Io);
                    ready(connection.map(|connection| (connection, peer)))
                })
                .and_then(http)
            })?;
        Ok(server.run())
    }
}

/// Whatever no route answers. Who is signed in is asked all the same: the menu is on every page.
async fn nowhere(_by: May<accounts::SignIn>) -> Page {
    Err(PageError::NotFound)
}

/// `GET /healthz`
async fn alive(_by: May<Fetch>) -> Page {
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("alive\n"))
}

/// `GET /readyz`: whether the database answers and the background tasks run. A process that stops is not ready.
async fn is_ready(_by: May<Fetch>, readiness: Data<Readiness>, health: Data<Health>, db: Db) -> Page {
    let words = match health.failing().as_slice() {
        _ if health.is_stopping() => Err("not ready: stopping\n".to_owned()),
        [] if readiness.of(&db).await => Ok("ready\n"),
        [] => Err("not ready\n".to_owned()),
        failing => Err(format!("not ready: {}\n", failing.join(", "))),
    };
    Ok(match words {
        Ok(words) => HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(words),
        Err(words) => HttpResponse::ServiceUnavailable().content_type("text/plain; charset=utf-8").body(words),
    })
}

/// `GET /metrics`: to the person who brings the token; without one it is a page for this machine, and only where the
/// public address is this machine's own. What the bind or the connection says is no proof: behind a proxy on the same
/// machine both are local. What `Host` says opens nothing, and must be ours as for any page.
async fn metrics_page(_by: May<Fetch>, handle: Option<Data<PrometheusHandle>>, respond: Responder) -> Page {
    let site = respond.site();
    let brought = respond
        .request()
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let opens = match &site.metrics_token {
        Some(token) => brought.is_some_and(|brought| same(brought, token)),
        None => is_loopback(site.url.host_str()) && same_origin::is_asked_by_name(respond.request()),
    };
    let handle = handle.filter(|_| opens).ok_or(PageError::NotFound)?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(handle.render()))
}

/// Compares by hash, so that time tells nothing of how much was right.
fn same(a: &str, b: &str) -> bool {
    Sha256::digest(a) == Sha256::digest(b)
}

/// Says something to the person who started Roster.
#[expect(clippy::print_stdout, reason = "the address is what the command prints")]
fn say(text: &str) {
    println!("{text}");
}

fn start_log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log).unwrap_or_else(|_| "info".into());
    let log = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr);
    // Where the log cannot be written, on a full disk say, its complaint could not be written either, and would panic.
    let log = log.log_internal_errors(false);
    // A second call finds the log already started, and changes nothing.
    let _ = log.try_init();
}
