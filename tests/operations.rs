//! The private PostgreSQL through everything that happens to one in years: made, restarted, killed,
//! started twice.

#![allow(clippy::expect_used)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use roster::db::embedded::{Cluster, EmbeddedError};
use tempfile::TempDir;

/// A killed server must keep what was committed, but no test cuts the power.
const FAST: &[(&str, &str)] = &[("fsync", "off")];

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    answer: bool,
}

/// A folder that the server's user can pass through.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).expect("its mode");
    folder
}

fn start(folder: &Path) -> Cluster {
    Cluster::start(folder, FAST).expect("a cluster")
}

fn connect(cluster: &Cluster) -> PgConnection {
    PgConnection::establish(&cluster.url("roster")).expect("a connection")
}

fn write(cluster: &Cluster, word: &str) {
    let mut connection = connect(cluster);
    diesel::sql_query("CREATE TABLE IF NOT EXISTS words (word text)").execute(&mut connection).expect("a table");
    diesel::sql_query("INSERT INTO words VALUES ($1)").bind::<Text, _>(word).execute(&mut connection).expect("a row");
}

fn words(cluster: &Cluster) -> Vec<String> {
    let rows: Vec<Word> =
        diesel::sql_query("SELECT word FROM words ORDER BY word").load(&mut connect(cluster)).expect("rows");
    rows.into_iter().map(|row| row.word).collect()
}

fn server_of(folder: &Path) -> Pid {
    let note = fs::read_to_string(folder.join("cluster/postmaster.pid")).expect("a note");
    Pid::from_raw(note.lines().next().and_then(|line| line.parse().ok()).expect("a number"))
}

fn ends(pid: Pid) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        if line.is_empty() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

#[test]
fn a_cluster_is_made_once_and_keeps_what_was_written() {
    let folder = folder();
    let mut cluster = start(folder.path());
    write(&cluster, "kept");
    let server = server_of(folder.path());
    cluster.stop();
    assert!(ends(server));

    let cluster = start(folder.path());
    assert_eq!(words(&cluster), ["kept"]);
    drop(cluster);
    assert!(!folder.path().join("cluster/postmaster.pid").exists());
}

#[test]
fn only_who_owns_the_cluster_can_reach_it() {
    let folder = folder();
    let cluster = start(folder.path());
    let place = fs::metadata(folder.path().join("cluster")).expect("the cluster");
    assert_eq!(place.mode() & 0o777, 0o700);
    assert_eq!(nix::unistd::geteuid().is_root(), place.uid() != 0);
    let mut connection = connect(&cluster);
    let asked = |connection: &mut PgConnection, query: &str| {
        let answer: Answer = diesel::sql_query(query).get_result(connection).expect("an answer");
        answer.answer
    };
    assert!(asked(&mut connection, "SELECT current_setting('listen_addresses') = '' AS answer"));
    assert!(asked(
        &mut connection,
        "SELECT NOT rolsuper AND NOT rolcreaterole AS answer FROM pg_roles WHERE rolname = current_user"
    ));
}

#[test]
fn a_killed_server_leaves_nothing_that_stops_the_next_start() {
    let folder = folder();
    let mut cluster = start(folder.path());
    write(&cluster, "kept");
    // A connection at work, whose backend outlives its server for a moment.
    let _busy = connect(&cluster);
    let server = server_of(folder.path());
    kill(server, Signal::SIGKILL).expect("killed");
    assert!(ends(server));
    assert!(folder.path().join("cluster/postmaster.pid").exists());
    cluster.stop();
    drop(cluster);

    assert_eq!(words(&start(folder.path())), ["kept"]);
}

#[test]
fn a_note_whose_number_has_gone_to_somebody_else_is_cleared() {
    let folder = folder();
    drop(start(folder.path()));
    let note = folder.path().join("cluster/postmaster.pid");
    let mine = std::process::id();
    fs::write(&note, format!("{mine}\nx\n0\n5432\nx\n\n0 0\nready\n")).expect("a note");
    let cluster = start(folder.path());
    assert_ne!(server_of(folder.path()).as_raw(), mine.cast_signed());
    drop(cluster);
}

#[test]
fn a_half_made_cluster_is_made_anew() {
    let folder = folder();
    fs::create_dir(folder.path().join("cluster.new")).expect("a folder");
    fs::write(folder.path().join("cluster.new/PG_VERSION"), "15").expect("a file");
    write(&start(folder.path()), "whole");
    assert!(!folder.path().join("cluster.new").exists());
}

#[test]
fn two_at_once_are_refused_but_one_may_join_the_other() {
    let folder = folder();
    let first = start(folder.path());
    write(&first, "shared");
    let refusal = Cluster::start(folder.path(), FAST).err().expect("a refusal");
    let told = refusal.to_string();
    assert!(told.contains(&format!("process {}", std::process::id())), "{told}");
    assert!(told.contains("ROSTER_DATA_DIR") && !told.contains('\n'), "{told}");

    let joined = Cluster::start_or_join(folder.path(), FAST).expect("joined");
    assert_eq!(words(&joined), ["shared"]);
    drop(joined);
    assert_eq!(words(&first), ["shared"]);
}

#[test]
fn the_log_holds_nothing_that_was_typed() {
    let folder = folder();
    let cluster = start(folder.path());
    let mut connection = connect(&cluster);
    for query in [
        "SELECT 'canary-1'::uuid",
        "SELECT 1/0 AS canary2",
        "CREATE TABLE t (x text UNIQUE)",
        "INSERT INTO t VALUES ('canary-3')",
        "INSERT INTO t VALUES ('canary-3')",
    ] {
        let _ = diesel::sql_query(query).execute(&mut connection);
    }
    let _ = diesel::sql_query("SELECT ($1::text)::uuid").bind::<Text, _>("canary-4").execute(&mut connection);
    drop(cluster);
    let log = fs::read_to_string(folder.path().join("server.log")).expect("a log");
    assert!(log.contains("ready to accept connections"), "{log}");
    assert!(!log.contains("canary"), "{log}");
}

#[test]
fn odd_paths_are_fine_and_impossible_ones_are_refused() {
    let folder = folder();
    let odd = folder.path().join("a \"b\" %c'é");
    write(&start(&odd), "odd");

    let comma = folder.path().join("a,b");
    let refusal = Cluster::start(&comma, FAST).err().expect("a refusal");
    assert!(matches!(refusal, EmbeddedError::Comma { .. }), "{refusal}");

    let long = folder.path().join("x".repeat(100));
    let refusal = Cluster::start(&long, FAST).err().expect("a refusal");
    assert!(matches!(refusal, EmbeddedError::TooLong { .. }), "{refusal}");
}

#[test]
fn a_cluster_of_another_version_is_left_alone() {
    let folder = folder();
    fs::create_dir(folder.path().join("cluster")).expect("a folder");
    fs::write(folder.path().join("cluster/PG_VERSION"), "9\n").expect("a file");
    let refusal = Cluster::start(folder.path(), FAST).err().expect("a refusal");
    assert!(refusal.to_string().contains("postgresql-9"), "{refusal}");
}

#[test]
fn root_is_told_which_folder_its_server_cannot_enter() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let folder = folder();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).expect("a folder");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).expect("its mode");
    let refusal = Cluster::start(&closed.join("var"), FAST).err().expect("a refusal");
    let told = refusal.to_string();
    assert!(matches!(refusal, EmbeddedError::Unreachable { .. }), "{told}");
    assert!(told.contains(&closed.display().to_string()) && !told.contains('\n'), "{told}");
}

#[test]
fn the_server_outlives_the_thread_that_asked_for_it() {
    let folder = folder();
    let path = folder.path().to_owned();
    let cluster = std::thread::spawn(move || start(&path)).join().expect("a cluster");
    std::thread::sleep(Duration::from_millis(300));
    write(&cluster, "still here");
}
