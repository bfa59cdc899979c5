//! A whole Roster for one test, and everything around it: a database, a server, a clock, a mailbag.

use std::future::Future;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use actix_web::cookie::Key;
use actix_web::dev::ServerHandle;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use roster::accounts;
use roster::accounts::password::{Cost, Hasher};
use roster::app::workers::Health;
use roster::app::{self, AppState};
use roster::config::Lifetimes;
use roster::db::Db;
use roster::encryption::SecretBox;
use roster::mail::transports::Transport;
use roster::mail::worker::Worker;
use roster::signed_links::LinkSigner;
use roster::text::{EmailAddress, Slug, Username};
use roster::web::Site;
use roster::web::assets::Assets;
use roster::web::timeouts::Timeouts;
use roster::web::upload::Uploads;
use roster::web::watchdog::Watchdog;
use url::Url;

use super::browser::{Browser, Faults};
use super::cluster::Database;
use super::emails::{DevMailbox, EmailTemplate};
use super::log;
use super::raw::Raw;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// Connections of one server: enough for races.
const CONNECTIONS: u32 = 8;

/// A whole Roster for one test.
pub struct World {
    /// Its time, which can be moved.
    pub clock: Clock,
    /// The application's way to the database.
    pub db: Db,
    /// What the application knows of itself.
    pub site: Site,
    /// The mail server.
    pub mail: DevMailbox,
    local: String,
    hasher: Hasher,
    faults: Faults,
    ignores_emails: AtomicBool,
    expects_failures: AtomicBool,
    server: Option<(ServerHandle, JoinHandle<()>)>,
    database: Option<Database>,
    behind: Mutex<Option<PgConnection>>,
}

impl World {
    /// A Roster as it is, empty.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A Roster that is put together a little differently.
    pub async fn with(change: impl FnOnce(&mut AppState)) -> Self {
        Self::connected(CONNECTIONS, change).await
    }

    /// A Roster with so many connections to its database.
    pub async fn connected(connections: u32, change: impl FnOnce(&mut AppState)) -> Self {
        Self::on(Database::migrated(), connections, change).await
    }

    /// A Roster on a database that is there already, with so many connections to it.
    pub async fn on(database: Database, connections: u32, change: impl FnOnce(&mut AppState)) -> Self {
        log::listen();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut app_state = AppState {
            db: Db::connect(&database.url(), connections).expect("a connection"),
            site: site(&format!("http://{address}")),
            hasher: Hasher::new(Cost::Least).expect("a hasher"),
            cookies: vec![Key::from(&[3; 64])],
            mailbag: None,
            metrics: None,
            timeouts: Timeouts::default(),
            uploads: Uploads::default(),
            health: Health::default(),
            watchdog: Watchdog::default(),
        };
        change(&mut app_state);
        let AppState { db, site, hasher, .. } = app_state.clone();
        Self {
            clock: Clock { db: db.clone(), ahead: AtomicI64::new(0) },
            mail: DevMailbox::new(site.origin()),
            db,
            site,
            local: format!("http://{address}"),
            hasher,
            faults: Faults::default(),
            ignores_emails: AtomicBool::new(false),
            expects_failures: AtomicBool::new(false),
            server: Some(serve(app_state, listener)),
            database: Some(database),
            behind: Mutex::new(None),
        }
    }

    // People.

    /// Somebody who is not signed in.
    pub async fn visitor(&self) -> Browser {
        Browser::new(self.site.url.clone(), Arc::clone(&self.faults))
    }

    /// Somebody whose browser sends these headers: another browser, or from behind a proxy.
    pub async fn visitor_sending(&self, headers: &[(&'static str, &str)]) -> Browser {
        Browser::sending(self.site.url.clone(), Arc::clone(&self.faults), headers)
    }

    /// Somebody with an account, signed in: `ada` has the confirmed address `ada@example.org`.
    pub async fn person(&self, username: &str) -> Browser {
        self.account(username).await;
        let browser = self.visitor().await;
        browser.signs_in(username).await;
        assert!(browser.page().has_button("Sign Out"), "not signed in\n{}", browser.page().told());
        browser
    }

    /// An account with a confirmed address, which nobody is signed in to yet.
    pub async fn account(&self, username: &str) {
        let name = Username::parse(username).expect("a username");
        let email = EmailAddress::parse(&format!("{username}@example.org")).expect("an address");
        let made = accounts::seed(&self.db, &self.hasher, &name, &email, PASSWORD).await.expect("an account");
        assert!(made, "{username} is taken");
    }

    /// Somebody who has just created an organization by its pages, and sees its Members tab.
    pub async fn founder(&self, username: &str, organization: &str) -> Browser {
        let browser = self.person(username).await;
        self.founds(&browser, organization).await;
        browser
    }

    /// Lets somebody create an organization by its pages; its URL is the one suggested for the name.
    pub async fn founds(&self, browser: &Browser, organization: &str) {
        browser.opens("/account/organizations/new").await.fills("Organization Name", organization);
        browser.fills("URL", &Slug::suggestion(organization, 40)).presses("Create Organization").await;
        browser.status(200).reads(organization);
    }

    /// An organization of people who have accounts, the first its primary owner, put there behind the
    /// pages: for tests that are about something else. Answers its URL.
    pub fn organization(&self, name: &str, people: &[(&str, &str)]) -> String {
        let slug = Slug::suggestion(name, 40);
        let mut statements = format!(
            "BEGIN; INSERT INTO organizations (id, name, primary_owner_id, form_key, member_count) \
             SELECT gen_random_uuid(), '{name}', id, gen_random_uuid(), {} FROM accounts WHERE username = '{}'; \
             INSERT INTO organization_addresses SELECT '{slug}', id, true FROM organizations WHERE name = '{name}';",
            people.len(),
            people[0].0
        );
        for (username, role) in people {
            statements.push_str(&format!(
                "INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, '{role}' \
                 FROM organizations, accounts WHERE name = '{name}' AND username = '{username}';"
            ));
        }
        self.runs(&format!("{statements} COMMIT"));
        slug
    }

    // Letters.

    /// Delivers what waits in the outbox, each piece of news as a letter of its own and at once, so that a story reads
    /// it wherever it looks: a test's clock stands still, and all it does would be shown as one. Stories about that
    /// use [`World::posts_in_time`].
    pub async fn post(&self) {
        self.runs("UPDATE outbox SET bundle = NULL, next_attempt_at = created_at WHERE bundle IS NOT NULL AND state = 'queued' AND attempts = 0");
        deliver(self.worker()).await;
    }

    /// Delivers what is due, as a Roster does.
    pub async fn posts_in_time(&self) {
        deliver(self.worker()).await;
    }

    /// The newest letter to an address that was not read yet.
    pub async fn email_to(&self, address: &str) -> EmailTemplate {
        self.message(address, "").await
    }

    /// The newest unread letter to an address whose subject says this.
    pub async fn message(&self, address: &str, subject: &str) -> EmailTemplate {
        self.post().await;
        let found = self.mail.take(|message| message.to == address && message.subject.contains(subject));
        found.unwrap_or_else(|| panic!("no letter to {address} about {subject:?}, but {}", told(&self.mail.unread())))
    }

    /// Fails if there is an unread letter to an address.
    pub async fn no_email_to(&self, address: &str) {
        self.post().await;
        if let Some(message) = self.mail.take(|message| message.to == address) {
            panic!("a letter to {address}: {}\n{}", message.subject, message.text);
        }
    }

    /// From here on nobody minds emails that are never read: for tests that are not about them.
    pub fn ignores_emails(&self) -> &Self {
        self.ignores_emails.store(true, Ordering::Relaxed);
        self
    }

    /// Delivers what waits in the outbox to another carrier than the mailbag.
    pub async fn post_into(&self, carrier: impl Transport) {
        deliver(Worker { carrier: Arc::new(carrier), ..self.worker() }).await;
    }

    fn worker(&self) -> Worker {
        self.worker_of(Arc::new(self.mail.clone()), roster::mail::worker::PATIENCE)
    }

    /// A worker that delivers this world's letters through another carrier.
    pub fn worker_of(&self, carrier: Arc<dyn Transport>, timeouts: Duration) -> Worker {
        Worker { db: self.db.clone(), site: self.site.clone(), emails: app::emails(), carrier, patience: timeouts }
    }

    // Looking behind the pages.

    /// A request that no honest browser makes: nothing is added to what is said here.
    pub fn raw(&self, method: &str, path: &str) -> Raw {
        Raw::new(method, self.site.address(path))
    }

    /// Where the server listens, which is not its public address when that was changed.
    pub fn local_address(&self) -> &str {
        &self.local
    }

    /// How many statements the database was sent.
    pub async fn queries_of(&self, work: impl Future) -> u64 {
        let before = self.db.queries();
        work.await;
        self.db.queries() - before
    }

    /// From here on nobody minds answers of status 500 and more: for tests that provoke them.
    pub fn expects_failures(&self) -> &Self {
        self.expects_failures.store(true, Ordering::Relaxed);
        self
    }

    /// A connection of one's own to the database, for what no page can arrange.
    pub fn connection(&self) -> PgConnection {
        self.database.as_ref().expect("a database").connection()
    }

    /// Where its database is, for programs that look at it from outside.
    pub fn database_url(&self) -> String {
        self.database.as_ref().expect("a database").url()
    }

    /// Runs statements on the database as a superuser.
    pub fn runs_as_superuser(&self, statements: &str) {
        use diesel::connection::SimpleConnection;
        let mut superuser = self.database.as_ref().expect("a database").superuser();
        superuser.batch_execute(statements).expect("statements that run");
    }

    /// What PostgreSQL has logged of its database since a position in the log, which moves on.
    pub fn postgres_log_since(&self, position: &mut u64) -> Vec<String> {
        self.database.as_ref().expect("a database").log_since(position)
    }

    /// The connection that looks behind the pages: opened once, when it is first needed.
    fn behind(&self) -> MappedConnection<'_> {
        let mut connection = self.behind.lock().expect("nobody else");
        connection.get_or_insert_with(|| self.connection());
        MappedConnection(connection)
    }

    /// Runs statements on the database.
    pub fn runs(&self, statements: &str) {
        use diesel::connection::SimpleConnection;
        self.behind().batch_execute(statements).expect("statements that run");
    }

    /// The one number that a query finds: `SELECT count(*) AS number FROM …`.
    pub fn number(&self, query: &str) -> i64 {
        let found: Number = diesel::sql_query(query).get_result(&mut *self.behind()).expect("a number");
        found.number
    }

    /// The texts that a query finds: `SELECT username AS text FROM …`.
    pub fn texts(&self, query: &str) -> Vec<String> {
        let found: Vec<Words> = diesel::sql_query(query).load(&mut *self.behind()).expect("texts");
        found.into_iter().map(|row| row.text).collect()
    }

    /// Every row of every table as text: what somebody would have who stole the database.
    pub fn everything_kept(&self) -> String {
        let tables = self.texts("SELECT tablename::text AS text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
        let rows = |table: &String| self.texts(&format!("SELECT t::text AS text FROM \"{table}\" t ORDER BY 1"));
        tables.iter().map(|table| format!("{table}\n{}\n", rows(table).join("\n"))).collect()
    }
}

/// A connection that is there.
struct MappedConnection<'w>(MutexGuard<'w, Option<PgConnection>>);

impl std::ops::Deref for MappedConnection<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.0.as_ref().expect("a connection")
    }
}

impl std::ops::DerefMut for MappedConnection<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.0.as_mut().expect("a connection")
    }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    text: String,
}

/// What a Roster at an address knows of itself.
pub fn site(address: &str) -> Site {
    static ASSETS: OnceLock<Assets> = OnceLock::new();
    Site {
        url: Url::parse(address).expect("an address"),
        links: LinkSigner::new([[7; 64].as_slice()]),
        secret_box: SecretBox::new([[7; 64].as_slice()]),
        assets: ASSETS.get_or_init(Assets::load).clone(),
        session_hours: 336,
        invitation_days: Lifetimes { usual: 7, most: 30 },
        restore_days: 14,
        trusted_proxies: Vec::new(),
        shows_mail: false,
        sends_mail: true,
        metrics_token: None,
    }
}

/// Serves in a thread of its own, so that it can be waited for when the world ends.
pub(super) fn serve(app_state: AppState, listener: TcpListener) -> (ServerHandle, JoinHandle<()>) {
    let (tell, told) = mpsc::channel();
    let thread = thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = app_state.serve(listener, 1).expect("a server");
            tell.send(server.handle()).expect("somebody who waits");
            server.await.expect("a server that ends in peace");
        });
    });
    (told.recv().expect("a server"), thread)
}

async fn deliver(worker: Worker) {
    while worker.deliver_due().await.expect("an outbox") > 0 {}
}

fn told(emails: &[EmailTemplate]) -> String {
    let lines: Vec<_> = emails.iter().map(|message| format!("to {}: {}", message.to, message.subject)).collect();
    if lines.is_empty() { "none at all".to_owned() } else { lines.join("; ") }
}

impl Drop for World {
    /// Takes everything down; then fails if something was amiss that the test did not look at.
    fn drop(&mut self) {
        let mut amiss = Vec::new();
        if !thread::panicking() {
            amiss = self.amiss();
        }
        if let Some((handle, thread)) = self.server.take() {
            drop(handle.stop(false));
            // A server that died has said so by itself.
            let _ = thread.join();
        }
        drop(self.behind.lock().map(|mut connection| connection.take()));
        drop(self.database.take());
        assert!(amiss.is_empty(), "{}", amiss.join("\n"));
    }
}

impl World {
    fn amiss(&self) -> Vec<String> {
        let mut amiss = Vec::new();
        if !self.ignores_emails.load(Ordering::Relaxed) {
            let worker = self.worker();
            // A runtime cannot be waited for inside another.
            let posted = thread::spawn(move || actix_web::rt::System::new().block_on(deliver(worker)));
            if posted.join().is_err() {
                amiss.push("the outbox cannot be delivered".to_owned());
            }
            let unread = self.mail.unread();
            if !unread.is_empty() {
                amiss.push(format!("letters that nobody read: {}", told(&unread)));
            }
        }
        if !self.expects_failures.load(Ordering::Relaxed) {
            amiss.extend(self.faults.lock().expect("the faults").iter().map(|fault| format!("unexpected: {fault}")));
        }
        amiss
    }
}

/// The time of a world: the database's, moved ahead.
pub struct Clock {
    db: Db,
    ahead: AtomicI64,
}

impl Clock {
    /// Moves it ahead.
    pub fn moves(&self, by: TimeDelta) {
        let ahead = self.ahead.fetch_add(by.num_seconds(), Ordering::Relaxed) + by.num_seconds();
        self.db.set_clock(TimeDelta::seconds(ahead));
    }

    /// What it shows.
    pub fn now(&self) -> DateTime<Utc> {
        self.db.approximate_now()
    }

    /// Moves it ahead by minutes.
    pub fn minutes(&self, count: i64) {
        self.moves(TimeDelta::minutes(count));
    }

    /// Moves it ahead by hours.
    pub fn hours(&self, count: i64) {
        self.moves(TimeDelta::hours(count));
    }

    /// Moves it ahead by days.
    pub fn days(&self, count: i64) {
        self.moves(TimeDelta::days(count));
    }
}
