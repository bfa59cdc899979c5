//! A Roster in a process of its own, with its private PostgreSQL, and people who use it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::Client;
use reqwest::redirect::Policy;
use roster::accounts;
use roster::accounts::password::{Cost, Hasher};
use roster::db::Db;
use roster::text::{EmailAddress, Username};
use tempfile::TempDir;

use crate::shared::PASSWORD;

/// Far longer than anything here takes, also on a machine with other work.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A Roster and its folder.
pub struct Site {
    folder: PathBuf,
    /// Removed with it, where it is its own.
    _own: Option<TempDir>,
    pub address: SocketAddr,
    smtp: Option<SocketAddr>,
    running: Option<(Child, BufReader<ChildStdout>)>,
    /// Where its database is, if that is not its own.
    database: Option<String>,
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

impl Site {
    /// Starts one in a folder of its own.
    pub async fn start(smtp: Option<SocketAddr>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).expect("its mode");
        let mut site = Self::at(folder.path().to_owned(), smtp).await;
        site._own = Some(folder);
        site
    }

    /// Starts one with the accounts ada, alan and person0 to person9, and the organization Acme that ada and alan own.
    pub async fn at(folder: PathBuf, smtp: Option<SocketAddr>) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
        let mut site = Self { folder, _own: None, address, smtp, running: None, database: None };
        site.runs();
        site.is_peopled().await;
        site
    }

    /// One that others have started, with the same accounts and organization.
    pub async fn of_others(address: SocketAddr, database: &str) -> Self {
        let database = Some(database.to_owned());
        let site = Self { folder: PathBuf::new(), _own: None, address, smtp: None, running: None, database };
        site.is_peopled().await;
        site
    }

    /// Another process at a database that has its people.
    pub fn beside(database: &str) -> Self {
        let own = tempfile::tempdir().expect("a folder");
        let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
        let (folder, database) = (own.path().to_owned(), Some(database.to_owned()));
        let mut site = Self { folder, _own: Some(own), address, smtp: None, running: None, database };
        site.runs();
        site
    }

    async fn is_peopled(&self) {
        let site = self;
        let db = Db::connect(&site.database_url(), 2).expect("the database");
        let hasher = Hasher::new(Cost::Least).expect("a hasher");
        let people = ["ada".to_owned(), "alan".to_owned()].into_iter();
        let people = people.chain((0..10).map(|number| format!("person{number}")));
        for person in people {
            let name = Username::parse(&person).expect("a username");
            let email = EmailAddress::parse(&format!("{person}@example.org")).expect("an address");
            assert!(accounts::seed(&db, &hasher, &name, &email, PASSWORD).await.expect("an account"));
        }
        site.changes(
            "BEGIN; INSERT INTO organizations (id, name, primary_owner_id, form_key, member_count) \
             SELECT gen_random_uuid(), 'Acme', id, gen_random_uuid(), 12 FROM accounts WHERE username = 'ada'; \
             INSERT INTO organization_addresses SELECT 'acme', id, true FROM organizations; \
             INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, \
                 CASE WHEN username LIKE 'a%' THEN 'owner' ELSE 'member' END FROM organizations, accounts; COMMIT",
        );
    }

    /// Starts the process, and waits until it says where it is.
    pub fn runs(&mut self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roster"));
        command.current_dir(&self.folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.args(["serve", "--log=warn", "--bind", &self.address.to_string()]);
        if let Some(smtp) = self.smtp {
            command.env("ROSTER_SMTP_URL", format!("smtp://{smtp}"));
        }
        if let Some(database) = &self.database {
            command.env("DATABASE_URL", database);
        }
        let said = fs::OpenOptions::new().create(true).append(true).open(self.folder.join("said")).expect("a log");
        let mut child = command.stdout(Stdio::piped()).stderr(said).spawn().expect("a process");
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        output.read_line(&mut line).expect("a line");
        assert!(line.trim_end().ends_with(&format!("http://{}", self.address)), "{line}{}", self.said());
        self.running = Some((child, output));
    }

    /// What it has logged so far.
    pub fn said(&self) -> String {
        fs::read_to_string(self.folder.join("said")).unwrap_or_default()
    }

    /// Kills the process.
    pub fn is_killed(&mut self) {
        let (mut child, _output) = self.running.take().expect("a process");
        child.kill().expect("killed");
        child.wait().expect("gone");
    }

    /// Tells the process to stop.
    pub fn is_told_to_stop(&self) {
        let (child, _) = self.running.as_ref().expect("a process");
        kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).expect("a signal");
    }

    /// Waits until the process has stopped in peace. The mail server of a test answers.
    pub async fn has_stopped(&mut self) {
        let (mut child, _output) = self.running.take().expect("a process");
        let begun = Instant::now();
        let ended = loop {
            match child.try_wait().expect("an end") {
                Some(status) => break status,
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
            assert!(begun.elapsed() < PATIENCE, "it does not stop\n{}", self.said());
        };
        assert!(ended.success(), "{}", self.said());
        assert!(!self.said().contains("panicked"), "{}", self.said());
    }

    /// Where its database is.
    pub fn database_url(&self) -> String {
        if let Some(database) = &self.database {
            return database.clone();
        }
        let path = self.folder.canonicalize().expect("a path").join("var/postgres/cluster");
        let path: String = path.display().to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
        format!("postgresql://roster@/roster?host={path}&port=5432&sslmode=disable")
    }

    fn connection(&self) -> PgConnection {
        PgConnection::establish(&self.database_url()).expect("a connection")
    }

    /// Runs statements on its database.
    pub fn changes(&self, statements: &str) {
        self.connection().batch_execute(statements).expect("statements that run");
    }

    /// The one number that a query finds.
    pub fn number(&self, query: &str) -> i64 {
        diesel::sql_query(query).get_result::<Number>(&mut self.connection()).expect("a number").number
    }

    /// The texts that a query finds.
    pub fn texts(&self, query: &str) -> Vec<String> {
        let rows: Vec<Words> = diesel::sql_query(query).load(&mut self.connection()).expect("texts");
        rows.into_iter().map(|row| row.text).collect()
    }

    /// The folder of the socket of its PostgreSQL.
    pub fn socket_folder(&self) -> PathBuf {
        self.folder.canonicalize().expect("a path").join("var/postgres/cluster")
    }

    /// The process of its PostgreSQL.
    pub fn postgresql(&self) -> Pid {
        self.postgresql_now().expect("a running PostgreSQL")
    }

    /// The process of its PostgreSQL, if one runs.
    pub fn postgresql_now(&self) -> Option<Pid> {
        let note = fs::read_to_string(self.folder.join("var/postgres/cluster/postmaster.pid")).ok()?;
        Some(Pid::from_raw(note.lines().next()?.parse().ok()?))
    }

    /// Sends a signal to its PostgreSQL and to all that it has started.
    pub fn signals_postgresql(&self, signal: Signal) {
        let server = self.postgresql();
        kill(server, signal).expect("a server");
        for entry in fs::read_dir("/proc").expect("processes").flatten() {
            let Ok(pid) = entry.file_name().to_string_lossy().parse::<i32>() else { continue };
            let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse::<i32>().ok());
            if parent == Some(server.as_raw()) {
                // It may have ended by itself.
                let _ = kill(Pid::from_raw(pid), signal);
            }
        }
    }

    /// Somebody who is signed in.
    pub async fn person(&self, username: &str) -> Person {
        let mut person = self.visitor();
        let answer = person.asks("POST", "/sign-in", &[("login", username), ("password", PASSWORD)]).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status().as_u16(), 303, "{}", self.said());
        let cookies = answer.headers().get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
        person.cookie = cookies.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ");
        person
    }

    /// Somebody who is not.
    pub fn visitor(&self) -> Person {
        let http = Client::builder().redirect(Policy::none()).timeout(PATIENCE).no_proxy().pool_max_idle_per_host(0);
        Person {
            http: http.build().expect("a client"),
            origin: format!("http://{}", self.address),
            cookie: String::new(),
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some((child, _)) = &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Somebody with a browser that opens a connection for each request.
#[derive(Clone)]
pub struct Person {
    http: Client,
    origin: String,
    cookie: String,
}

impl Person {
    /// Sends a request, as a page of the site would.
    pub async fn asks(
        &self,
        method: &str,
        path: &str,
        form: &[(&str, &str)],
    ) -> Result<reqwest::Response, reqwest::Error> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.http.request(method.parse().expect("a method"), format!("{}{path}", self.origin));
        let request = request
            .header("sec-fetch-site", "same-origin")
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        request.body(body).send().await
    }

    /// The status of a page; none where there was no answer.
    pub async fn gets(&self, path: &str) -> Option<u16> {
        self.asks("GET", path, &[]).await.ok().map(|answer| answer.status().as_u16())
    }

    /// What a page says; none where there was no answer.
    pub async fn reads(&self, path: &str) -> Option<String> {
        self.asks("GET", path, &[]).await.ok()?.text().await.ok()
    }

    /// Where a press of a button leads; none where it leads nowhere.
    pub async fn lands(&self, path: &str) -> Option<String> {
        let answer = self.asks("POST", path, &[]).await.ok()?;
        Some(answer.headers().get("location")?.to_str().ok()?.to_owned())
    }

    /// The status of what a form is answered with; none where there was no answer.
    pub async fn posts(&self, path: &str, form: &[(&str, &str)]) -> Option<u16> {
        self.asks("POST", path, form).await.ok().map(|answer| answer.status().as_u16())
    }
}

/// Waits until something is so. Answers how long that took.
pub async fn until(what: &str, is_so: impl AsyncFn() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    begun.elapsed()
}
