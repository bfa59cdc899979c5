//! One PostgreSQL for the process, a migrated template in it, and a database for each test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use roster::db::Db;
use roster::db::embedded::Cluster;
use tempfile::TempDir;

/// Nothing here must survive anything, and every test has connections of its own.
const CARELESS: &[(&str, &str)] = &[
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("autovacuum", "off"),
    ("max_connections", "500"),
];

/// The database that all others are copies of.
const TEMPLATE: &str = "migrated";

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static MADE: AtomicU32 = AtomicU32::new(0);

fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(|| {
        let folder = folder();
        let cluster = Cluster::start(&folder, CARELESS).expect("a private PostgreSQL");
        clear_away_after_us(&folder);
        let mut admin = PgConnection::establish(&cluster.url("roster")).expect("a connection");
        admin.batch_execute(&format!("CREATE DATABASE {TEMPLATE}")).expect("a database");
        let db = Db::connect(&cluster.url(TEMPLATE), 1).expect("a connection");
        db.migrate().expect("migrations");
        drop(db);
        // Nobody may be connected to what is copied: the pool closes in its own time.
        admin
            .batch_execute(&format!(
                "ALTER DATABASE {TEMPLATE} WITH ALLOW_CONNECTIONS false; \
                 SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{TEMPLATE}'"
            ))
            .expect("the template to be left alone");
        cluster
    })
}

/// A folder that the server's user can pass through.
fn folder() -> std::path::PathBuf {
    let folder = TempDir::with_prefix("roster-tests-").expect("a folder").keep();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o711)).expect("its mode");
    folder
}

/// Removes the folder once this process has ended, however it ends: what is static is never dropped.
/// The server stops by itself then; whoever holds the other end of a pipe notices, too.
fn clear_away_after_us(folder: &Path) {
    let script = r#"cat >/dev/null
        for try in $(seq 200); do [ -e "$1/cluster/postmaster.pid" ] || break; sleep 0.1; done
        rm -rf -- "$1""#;
    let sweeper = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("a shell");
    // Its end of the pipe stays open as long as this process lives.
    std::mem::forget(sweeper);
}

/// A database for one test; it is dropped with this.
pub struct Database {
    name: String,
}

impl Database {
    /// A copy of the migrated template.
    pub fn migrated() -> Self {
        Self::made(&format!("TEMPLATE {TEMPLATE}"))
    }

    /// A database with nothing in it.
    pub fn empty() -> Self {
        Self::made("")
    }

    fn made(how: &str) -> Self {
        let name = format!("test_{}", MADE.fetch_add(1, Ordering::Relaxed));
        admin().batch_execute(&format!("CREATE DATABASE {name} {how}")).expect("a database");
        Self { name }
    }

    /// Its address.
    pub fn url(&self) -> String {
        cluster().url(&self.name)
    }

    /// A connection to it, beside those of the application.
    pub fn connection(&self) -> PgConnection {
        PgConnection::establish(&self.url()).expect("a connection")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A database that stays does no harm: the whole cluster goes when the process ends.
        let _ = admin().batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn admin() -> PgConnection {
    PgConnection::establish(&cluster().url("roster")).expect("a connection")
}
