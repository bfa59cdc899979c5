//! The private PostgreSQL: a cluster in the data folder, run with the machine's own server programs.
//!
//! So that Roster starts with nothing set, and yet keeps its data in the same database as a grown
//! installation does. The folder holds:
//!
//! | name | what | whose |
//! |---|---|---|
//! | `lock` | held while a Roster uses the cluster; the number of its process | ours |
//! | `server.log` | what the server says; no statement, no value | ours |
//! | `cluster` | PostgreSQL's files and its socket, mode 0700 | PostgreSQL's |
//!
//! PostgreSQL refuses to run as root. When Roster is root, the server runs as the user `postgres`
//! (else `nobody`), who owns `cluster` and nothing else. There is no TCP: who may not enter
//! `cluster` cannot reach the server, so its accounts need no password.
//!
//! What may go wrong is a process that dies at the wrong moment, and every start expects it:
//! - a killed `initdb` leaves `cluster.new`, never half a `cluster`: it is renamed when it is whole;
//! - a killed Roster takes its server along ([`server`]), or else the next start stops that server;
//! - a killed server leaves `postmaster.pid`, which is cleared once its process is surely gone;
//! - a server that ends while Roster runs is started again ([`keeper`]).

mod keeper;
mod programs;
mod server;
mod site;

use std::fmt::Write;
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use self::keeper::Keeper;
use self::programs::{Programs, Runner};
use self::server::Note;
use self::site::Site;

/// Why the private PostgreSQL is not to be had, and what to do about it: one line each.
#[derive(Debug, Error)]
pub enum EmbeddedError {
    /// The machine has no usable server programs.
    #[error(
        "no PostgreSQL server programs (15 or later) found: install them (Debian: `apt-get install postgresql`), \
         or set DATABASE_URL to a PostgreSQL elsewhere"
    )]
    NoPrograms,
    /// There are programs, but of a version that cannot read the cluster.
    #[error(
        "{} was made by PostgreSQL {major}, whose server programs are not found: install them \
         (Debian: `apt-get install postgresql-{major}`); docs/operating.md tells how to move to a newer version", folder.display()
    )]
    OtherVersion {
        /// The cluster.
        folder: PathBuf,
        /// What made it.
        major: u32,
    },
    /// Roster is root, and there is nobody else to run the server.
    #[error(
        "PostgreSQL refuses to run as root, and this machine has neither a user `postgres` nor `nobody`: start Roster as another user"
    )]
    NoUser,
    /// The server's user cannot come to the cluster.
    #[error(
        "the user {user}, who runs the private PostgreSQL because root may not, cannot enter {}: set ROSTER_DATA_DIR to a folder \
         that everyone can pass through, such as /var/lib/roster, or `chmod o+x {}`", folder.display(), folder.display()
    )]
    Unreachable {
        /// The closed folder.
        folder: PathBuf,
        /// Who cannot enter.
        user: String,
    },
    /// The system limits how long the path of a socket may be.
    #[error("the path {} is too long for a socket by {excess} bytes: set ROSTER_DATA_DIR to a shorter one, such as /var/lib/roster", folder.display())]
    TooLong {
        /// The cluster.
        folder: PathBuf,
        /// By how much.
        excess: usize,
    },
    /// libpq reads a comma as the end of a host.
    #[error("the path {} has a comma, which no address of a database can hold: set ROSTER_DATA_DIR to a folder without", folder.display())]
    Comma {
        /// The cluster's folder.
        folder: PathBuf,
    },
    /// Another Roster uses the cluster.
    #[error("another Roster ({holder}) already uses the private PostgreSQL in {}: stop that one first, or give this one a ROSTER_DATA_DIR of its own", folder.display())]
    Busy {
        /// The cluster's folder.
        folder: PathBuf,
        /// Which.
        holder: String,
    },
    /// The file system refused.
    #[error("the private PostgreSQL in {} cannot be prepared: {why}", path.display())]
    Files {
        /// Where.
        path: PathBuf,
        /// What it said.
        why: io::Error,
    },
    /// A server program could not be run, or failed.
    #[error("{program} failed ({told}): look into {}", log.display())]
    Program {
        /// Which.
        program: &'static str,
        /// The end of what it said.
        told: String,
        /// Where it says more.
        log: PathBuf,
    },
    /// A server of an earlier run would not stop.
    #[error("the PostgreSQL of an earlier run (process {pid}) does not stop: end it, then start again")]
    Stubborn {
        /// Its process.
        pid: i32,
    },
}

/// A running private PostgreSQL. It stops when this is dropped.
pub struct Cluster {
    folder: PathBuf,
    /// Who keeps the server running, and the lock that goes with it: the system lets go of a lock even when Roster is
    /// killed. None once stopped, or when the server is another Roster's that this one merely joined.
    server: Option<(Keeper, File)>,
}

/// Who connects, and owns the database of the same name: may create databases, is no superuser.
const ROLE: &str = "roster";
/// Part of the socket's file name; one for all, as a cluster has one socket.
const PORT: &str = "5432";

impl Cluster {
    /// Starts the cluster in the folder, and makes it first where there is none, with the database
    /// `roster` in it. Returns when it takes connections.
    ///
    /// `settings` are further settings of the server, such as `("fsync", "off")` in tests.
    pub fn start(folder: &Path, settings: &[(&str, &str)]) -> Result<Cluster, EmbeddedError> {
        let runner = Runner::choose()?;
        let site = Site::prepare(folder, &runner)?;
        let lock = site.lock()?;
        let programs = Programs::find(&site.cluster)?;
        if !site.cluster.exists() {
            site.make(&programs, &runner, settings.contains(&("fsync", "off")))?;
        }
        let folder = site.folder.clone();
        let keeper = Keeper::start(site, programs, runner, settings)?;
        Ok(Cluster { folder, server: Some((keeper, lock)) })
    }

    /// Starts the cluster, or joins it where another Roster runs it already: so `roster seed` works
    /// beside `roster serve`. A joined server is left running when this is dropped.
    pub fn start_or_join(folder: &Path, settings: &[(&str, &str)]) -> Result<Cluster, EmbeddedError> {
        match Cluster::start(folder, settings) {
            Err(EmbeddedError::Busy { folder, .. })
                if Note::read(&folder.join("cluster")).is_some_and(|note| note.ready) =>
            {
                Ok(Cluster { folder, server: None })
            }
            other => other,
        }
    }

    /// The address of one of its databases, as libpq reads it.
    ///
    /// Host and port are spelled out so that no `PG…` variable of the environment gets a say.
    pub fn url(&self, database: &str) -> String {
        let host = encoded(self.folder.join("cluster").as_os_str().as_bytes());
        let database = encoded(database.as_bytes());
        format!("postgresql://{ROLE}@/{database}?host={host}&port={PORT}&sslmode=disable")
    }

    /// Stops the server and waits until it has. Open connections end, what they had not committed
    /// is rolled back.
    pub fn stop(&mut self) {
        if let Some((keeper, _lock)) = self.server.take() {
            keeper.stop();
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Bytes as they may be in an address: all but the plainest as `%XX`.
fn encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => text.push(char::from(*byte)),
            // Writing to a String cannot fail.
            _ => drop(write!(text, "%{byte:02X}")),
        }
        text
    })
}
