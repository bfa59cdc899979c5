//! One PostgreSQL for the process, a migrated template in it, and a database for each test.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, OnceLock};

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use nix::sys::statvfs::statvfs;
use roster::db::Db;
use roster::db::embedded::Cluster;
use tempfile::TempDir;

/// Nothing here must survive anything, and every test has connections of its own.
const NO_FSYNC: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("autovacuum", "off"),
    ("max_connections", "500"),
    // Whose line it is: all worlds of a process share the log.
    ("log_line_prefix", "%m [%p] %d "),
];

/// The database that all others are copies of.
const TEMPLATE: &str = "migrated";

/// Copies that are made before a test asks for one.
const AHEAD: usize = 3;

/// A database takes about 9 MB. With less than this left they are dropped after each test; otherwise they stay, and
/// go with the whole cluster.
const ROOM: u64 = 4 << 30;

/// The moment at which the clock of every test database starts: an ordinary Wednesday, whatever the date is where the
/// tests run. `ROSTER_TEST_NOW` names another one; `bin/test full` tries those on which software tends to fail.
pub fn start() -> DateTime<Utc> {
    static START: OnceLock<DateTime<Utc>> = OnceLock::new();
    *START.get_or_init(|| {
        let named = std::env::var("ROSTER_TEST_NOW").ok();
        let text = named.as_deref().unwrap_or("2026-06-17T10:00:00Z");
        text.parse()
            .unwrap_or_else(|error| panic!("ROSTER_TEST_NOW={text}: {error}; write it like 2028-02-29T22:30:00Z"))
    })
}

/// The server, and what is kept ready on it.
struct Server {
    cluster: Cluster,
    folder: PathBuf,
    admin: Mutex<PgConnection>,
    ready: Mutex<Receiver<String>>,
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let folder = folder();
        let cluster = Cluster::start(&folder, NO_FSYNC).expect("a private PostgreSQL");
        remove_at_exit(&folder);
        let connect = || PgConnection::establish(&cluster.url("roster")).expect("a connection");
        let (mut admin, mut copier) = (connect(), connect());
        admin.batch_execute(&format!("CREATE DATABASE {TEMPLATE}")).expect("a database");
        let db = Db::connect(&cluster.url(TEMPLATE), 1).expect("a connection");
        db.migrate().expect("migrations");
        drop(db);
        // PostgreSQL copies only what nobody is connected to, and the pool closes in its own time.
        admin
            .batch_execute(&format!(
                "ALTER DATABASE {TEMPLATE} WITH ALLOW_CONNECTIONS false; \
                 SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{TEMPLATE}'"
            ))
            .expect("the template to be left alone");
        let (copies, ready) = sync_channel(AHEAD);
        std::thread::spawn(move || {
            loop {
                let name = new_name();
                let copied = copier.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}"));
                // A person who waits for a copy fails, and says so.
                if copied.is_err() || copies.send(name).is_err() {
                    break;
                }
            }
        });
        Server { cluster, folder, admin: Mutex::new(admin), ready: Mutex::new(ready) }
    })
}

fn new_name() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    format!("test_{}", MADE.fetch_add(1, Ordering::Relaxed))
}

/// A folder that the server's user can pass through: in memory, where there is enough of it.
fn folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let folder = if free(memory) > 2 * ROOM {
        TempDir::with_prefix_in("roster-tests-", memory)
    } else {
        TempDir::with_prefix("roster-tests-")
    };
    let folder = folder.expect("a folder").keep();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o711)).expect("its mode");
    folder
}

/// Free bytes where a folder is; none where it is not.
fn free(folder: &Path) -> u64 {
    statvfs(folder).map_or(0, |there| there.blocks_available() * there.fragment_size())
}

/// Removes the folder once this process has ended, in whatever way: what is static is never dropped.
/// The server stops by itself then; a shell that reads from a pipe of this process notices, too.
fn remove_at_exit(folder: &Path) {
    let script = r#"cat >/dev/null
        for try in $(seq 200); do [ -e "$1/cluster/postmaster.pid" ] || break; sleep 0.1; done
        rm -rf -- "$1""#;
    let layout = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("a shell");
    // Its end of the pipe stays open as long as this process lives.
    std::mem::forget(layout);
}

/// A database for one test, whose clock begins at [`start`].
pub struct Database {
    name: String,
    /// Seconds from the machine's clock to this database's.
    clock_offset: i64,
}

impl Database {
    /// A copy of the migrated template.
    pub fn migrated() -> Self {
        Self::starting(server().ready.lock().expect("the copies").recv().expect("a copy of the template"))
    }

    /// A database with nothing in it.
    pub fn empty() -> Self {
        let name = new_name();
        execute(&format!("CREATE DATABASE {name}"));
        Self::starting(name)
    }

    /// A copy of the migrated template whose connections have these settings, which only a superuser may choose.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        let database = Self::migrated();
        let mut superuser = database.superuser();
        for (name, value) in settings {
            let statement = format!("ALTER DATABASE {} SET {name} = '{value}'", database.name);
            superuser.batch_execute(&statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        database
    }

    /// A connection that may do anything.
    pub fn superuser(&self) -> PgConnection {
        PgConnection::establish(&self.url().replace("://roster@", "://postgres@")).expect("a superuser")
    }

    /// What PostgreSQL has written into its log about this database since a position in bytes, which moves to the end of
    /// the log: entries of one line or several.
    pub fn log_since(&self, position: &mut u64) -> Vec<String> {
        let mut file = File::open(server().folder.join("server.log")).expect("a log");
        file.seek(SeekFrom::Start(*position)).expect("a position in the log");
        let mut log = String::new();
        *position += file.read_to_string(&mut log).expect("a log of text") as u64;
        let mut entries: Vec<String> = Vec::new();
        let mut is_ours = false;
        for line in log.lines() {
            if line.starts_with('\t') {
                if let Some(last) = entries.last_mut().filter(|_| is_ours) {
                    last.push('\n');
                    last.push_str(line);
                }
                continue;
            }
            is_ours = line.contains(&format!("] {} ", self.name));
            if is_ours {
                entries.push(line.to_owned());
            }
        }
        entries
    }

    fn starting(name: String) -> Self {
        Self { name, clock_offset: (start() - Utc::now()).num_seconds() }
    }

    /// Its address, which tells each connection the time, too.
    pub fn url(&self) -> String {
        format!("{}&options=-c%20roster.clock_offset%3D{}", server().cluster.url(&self.name), self.clock_offset)
    }

    /// A connection to it, beside those of the application.
    pub fn connection(&self) -> PgConnection {
        PgConnection::establish(&self.url()).expect("a connection")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if free(&server().folder) < ROOM
            && let Ok(mut admin) = server().admin.lock()
        {
            let _ = admin.batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

fn execute(statement: &str) {
    let mut admin = server().admin.lock().expect("the administrator's connection");
    admin.batch_execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
}
