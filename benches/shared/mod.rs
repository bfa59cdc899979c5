//! What the measurements share: a really started Roster with people in it, and a plain client.

#![allow(dead_code, reason = "each program uses its part")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};
use roster::accounts::password::{Cost, Hasher};
use roster::text::Secret;
use tempfile::TempDir;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// A Roster of its own process, with its private PostgreSQL, behind this program as its proxy: so every request
/// can come from another network, and no throttle has a say.
pub struct Site {
    process: Child,
    /// Where it listens.
    pub address: String,
    folder: TempDir,
}

impl Site {
    /// Starts one, and waits until it serves.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).expect("its mode");
        let port = std::env::var("ROSTER_BENCH_PORT").unwrap_or_else(|_| "0".to_owned());
        let free = TcpListener::bind(format!("127.0.0.1:{port}")).and_then(|listener| listener.local_addr());
        let address = free.expect("a port").to_string();
        Self { process: started(&address, &folder), address, folder }
    }

    /// Kills the process where it stands, and starts another one on what it left.
    pub fn dies_and_starts_again(&mut self) {
        self.process.kill().expect("a process to kill");
        self.process.wait().expect("its end");
        self.process = started(&self.address, &self.folder);
    }

    /// Where it keeps what it has.
    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("var")
    }

    /// Runs statements on its database.
    pub fn runs(&self, statements: &str) {
        let mut connection = self.connection();
        // What a trigger plans for an empty table would go through all of it for each of half a million rows.
        connection.batch_execute("SET plan_cache_mode = force_custom_plan").expect("a setting");
        connection.batch_execute(statements).expect("statements that run");
    }

    /// The one number that a query finds: `SELECT count(*) AS number FROM …`.
    pub fn number(&self, query: &str) -> i64 {
        let found: Number = diesel::sql_query(query).get_result(&mut self.connection()).expect("a number");
        found.number
    }

    fn connection(&self) -> PgConnection {
        let socket = self.data().join("postgres/cluster");
        let url = format!("host={} port=5432 user=roster dbname=roster", socket.display());
        PgConnection::establish(&url).expect("a connection")
    }

    /// Makes people `BEGINNING1` … with an address and the same password each.
    pub fn people(&self, beginning: &str, count: usize) {
        let hasher = Hasher::new(Cost::Full).expect("a hasher");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let hash = runtime.block_on(hasher.hash(Secret::new(PASSWORD.to_owned()))).expect("a hash");
        self.runs(&format!(
            "INSERT INTO accounts (id, username, password_hash) SELECT gen_random_uuid(), '{beginning}' || n, '{hash}' FROM generate_series(1, {count}) n; \
             INSERT INTO email_addresses (address, account_id, is_primary) SELECT username || '@example.org', id, true FROM accounts WHERE username LIKE '{beginning}%'; \
             ANALYZE"
        ));
    }

    /// Makes an organization of these people, which the first one owns. Each is a name of [`Site::people`] and how many
    /// of them. When they were last here is as mixed among a few of them as among many, and does not go with when they
    /// joined.
    pub fn organization(&self, slug: &str, owner: &str, beginning: &str, members: usize) {
        self.runs(&format!(
            "BEGIN; INSERT INTO organizations (id, name, primary_owner_id, form_key, member_count) \
                SELECT gen_random_uuid(), '{slug}', id, gen_random_uuid(), {members} + 1 FROM accounts WHERE username = '{owner}'; \
             INSERT INTO organization_addresses SELECT '{slug}', id, true FROM organizations WHERE name = '{slug}'; \
             INSERT INTO memberships (organization_id, account_id, role, joined_at, last_active_at, suspended_at) \
                SELECT organizations.id, accounts.id, CASE WHEN n = 0 THEN 'owner' WHEN n % 100 = 7 THEN 'billing' WHEN n % 100 = 8 THEN 'viewer' ELSE 'member' END, \
                    now() - interval '1 day' * (n % 700), now() - interval '1 day' * (n * 67 % 199), CASE n % 1000 WHEN 9 THEN now() END \
                FROM organizations, accounts CROSS JOIN LATERAL (SELECT CASE username WHEN '{owner}' THEN 0 \
                    ELSE substr(username, length('{beginning}') + 1)::int END AS n) AS numbered \
                WHERE name = '{slug}' AND (username = '{owner}' OR username ~ '^{beginning}[0-9]+$') AND n <= {members}; \
             COMMIT; ANALYZE"
        ));
    }

    /// Its memory in KiB: a line of its status, `VmRSS` or `VmHWM`.
    pub fn memory(&self, line: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("its status");
        let found = status.lines().find_map(|told| told.strip_prefix(line)?.strip_prefix(':'));
        found.and_then(|told| told.split_whitespace().next()?.parse().ok()).expect("a number")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let pid = nix::unistd::Pid::from_raw(self.process.id().cast_signed());
        let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
        let _ = self.process.wait();
    }
}

/// Starts a process, and waits until it serves.
fn started(address: &str, folder: &TempDir) -> Child {
    let mut process = Command::new(env!("CARGO_BIN_EXE_roster"))
        .args(["serve", "--log=error", "--bind", address, "--trusted-proxies", "127.0.0.1"])
        .arg("--data-dir")
        .arg(folder.path().join("var"))
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut line = String::new();
    BufReader::new(process.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    assert!(line.contains("Roster is at"), "{line}");
    process
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

/// What came back.
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its head, in lower case.
    pub head: String,
    /// Where it leads, if it leads anywhere.
    pub location: String,
    /// From the first byte that was sent to the last one that came.
    pub took: Duration,
    /// From the first byte that was sent to the first one of the body.
    pub began: Duration,
    /// The bytes of the body.
    pub size: usize,
}

/// A client that keeps its connection, as a proxy does.
pub struct Client {
    address: String,
    stream: Option<BufReader<TcpStream>>,
}

impl Client {
    /// A new one.
    pub fn to(site: &Site) -> Self {
        Self { address: site.address.clone(), stream: None }
    }

    /// Asks for a page, as whom the cookie says.
    pub fn get(&mut self, path: &str, cookie: &str) -> Reply {
        self.exchange(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n\r\n", self.address))
    }

    /// Posts a form of a page, as whom the cookie says.
    pub fn sends(&mut self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.exchange(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        ))
    }

    /// Posts a form from a network of its own.
    pub fn post(&mut self, path: &str, source: &str, fields: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.exchange(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nX-Forwarded-For: {source}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        ))
    }

    /// Posts a form of several parts, which may be large.
    pub fn post_parts(&mut self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Reply {
        let part = |(name, text): &(&str, &str)| {
            format!("--parts\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let body = fields.iter().map(part).collect::<String>() + "--parts--\r\n";
        self.exchange(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: multipart/form-data; boundary=parts\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        ))
    }

    /// Presses a button, as whom the cookie says.
    pub fn press(&mut self, path: &str, cookie: &str) -> Reply {
        self.exchange(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 0\r\n\r\n",
            self.address
        ))
    }

    /// Sends a request and reads the answer; on a connection that was closed, once more.
    fn exchange(&mut self, request: &str) -> Reply {
        loop {
            let fresh = self.stream.is_none();
            match self.once(request) {
                Some(reply) => return reply,
                None if fresh => std::thread::sleep(Duration::from_millis(5)),
                None => {}
            }
            self.stream = None;
        }
    }

    fn once(&mut self, request: &str) -> Option<Reply> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(&self.address).ok()?;
            stream.set_nodelay(true).ok()?;
            stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
            self.stream = Some(BufReader::new(stream));
        }
        let stream = self.stream.as_mut()?;
        let begun = Instant::now();
        stream.get_mut().write_all(request.as_bytes()).ok()?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let head = head.to_ascii_lowercase();
        let (mut began, mut came) = (begun.elapsed(), 0);
        if head.contains("transfer-encoding: chunked") {
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).ok()?;
                let size = usize::from_str_radix(line.trim(), 16).ok()?;
                if came == 0 {
                    began = begun.elapsed();
                }
                came += size;
                let mut chunk = vec![0; size + 2];
                stream.read_exact(&mut chunk).ok()?;
                if size == 0 {
                    break;
                }
            }
        } else {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
            let mut body = vec![0; length];
            stream.read_exact(&mut body).ok()?;
            came = length;
        }
        let took = begun.elapsed();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let location = head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default().to_owned();
        if head.contains("connection: close") {
            self.stream = None;
        }
        Some(Reply { status, head, location, took, began, size: came })
    }

    /// Signs in, and answers the cookie.
    pub fn signs_in(&mut self, login: &str, source: &str) -> String {
        let fields = [("login", login), ("password", PASSWORD)];
        // The head is in lower case, and a cookie is not.
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = format!(
            "POST /sign-in HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\nX-Forwarded-For: {source}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let cookie = answer.split("set-cookie: ").nth(1).expect("a cookie");
        cookie.split(';').next().expect("a cookie").to_owned()
    }
}

/// A network of one's own.
pub fn source(n: usize) -> String {
    format!("10.{}.{}.{}", n / 62_500 % 250, n / 250 % 250, n % 250 + 1)
}

/// The value below which this share of the sorted values lies, in milliseconds.
pub fn percentile(sorted: &[Duration], share: f64) -> f64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let at = ((sorted.len() as f64 - 1.0) * share).round() as usize;
    sorted.get(at).map_or(0.0, |value| value.as_secs_f64() * 1e3)
}

/// How busy the machine is.
pub fn load() -> String {
    let told = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    told.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
