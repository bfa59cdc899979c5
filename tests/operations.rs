//! Roster as its operator meets it: the command line, and the private PostgreSQL through everything
//! that happens to one in years: made, restarted, killed, started twice.

#![allow(clippy::expect_used)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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
    assert_ne!(place.uid(), 0);
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

/// The program in a folder, with nothing set.
fn roster(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roster"));
    command.current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Starts a site and waits until it says where it is. What keeps its output open comes along.
fn serve(folder: &Path) -> (Child, BufReader<std::process::ChildStdout>) {
    let (child, output, _) = serve_as(roster(folder));
    (child, output)
}

/// Starts a site with settings of its own, and answers where it is, too.
fn serve_as(mut command: Command) -> (Child, BufReader<std::process::ChildStdout>, SocketAddr) {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    command.args(["serve", "--log=warn", "--bind", &free.to_string()]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("a process");
    let mut output = BufReader::new(child.stdout.take().expect("its output"));
    let mut line = String::new();
    output.read_line(&mut line).expect("a line");
    assert!(line.trim_end().ends_with(&format!("http://{free}")), "{line}");
    // A person who is answered is served by a site that also listens to signals.
    assert!(asks(free, "GET", "/healthz", "").contains(" 200 OK"));
    (child, output, free)
}

/// Asks as a page of the site would, with a form if there is one, and answers all that comes back.
fn asks(site: SocketAddr, method: &str, path: &str, form: &str) -> String {
    let mut asking = TcpStream::connect(site).expect("a connection");
    let length = form.len();
    let question = format!(
        "{method} {path} HTTP/1.0\r\nHost: {site}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    );
    asking.write_all(question.as_bytes()).expect("a question");
    let mut answer = String::new();
    asking.read_to_string(&mut answer).expect("an answer");
    answer
}

fn server_in(data_dir: &Path) -> Pid {
    let places = fs::read_dir(data_dir).expect("a data folder");
    let home = places.flatten().map(|place| place.path()).find(|place| place.join("cluster").exists());
    server_of(&home.expect("a private PostgreSQL"))
}

#[test]
fn a_killed_roster_takes_its_server_along_and_a_stopped_one_too() {
    let folder = folder();
    let data_dir = folder.path().join("var");
    let (mut site, _output) = serve(folder.path());
    let server = server_in(&data_dir);
    site.kill().expect("killed");
    site.wait().expect("gone");
    assert!(ends(server));

    let (mut site, _output) = serve(folder.path());
    let server = server_in(&data_dir);
    kill(Pid::from_raw(site.id().cast_signed()), Signal::SIGTERM).expect("asked to stop");
    assert!(site.wait().expect("an end").success());
    assert!(ends(server));
}

/// The path that begins with this on a page.
fn path_on(page: &str, beginning: &str) -> Option<String> {
    let after = page.split_once(beginning)?.1;
    let rest: String = after.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_.~".contains(*c)).collect();
    Some(format!("{beginning}{rest}"))
}

/// A secret key as `docs/operating.md` makes one.
fn secret_key() -> String {
    let mut bytes = [0; 64];
    fs::File::open("/dev/urandom").and_then(|mut chance| chance.read_exact(&mut bytes)).expect("chance");
    STANDARD.encode(bytes)
}

/// The steps of changing the key: a link that was mailed under the old one opens under both, and under
/// the new one alone no more.
#[test]
fn a_link_outlives_the_change_of_the_key() {
    let folder = folder();
    let (old, new) = (secret_key(), secret_key());
    let serve_under = |keys: &str| {
        let mut command = roster(folder.path());
        command.env("ROSTER_SECRET_KEY", keys);
        serve_as(command)
    };
    let stops = |mut site: Child| {
        kill(Pid::from_raw(site.id().cast_signed()), Signal::SIGTERM).expect("asked to stop");
        assert!(site.wait().expect("an end").success());
    };

    let (site, _output, address) = serve_under(&old);
    let form = "email=ada@example.org&username=ada";
    let answer = asks(address, "POST", "/create-account", form);
    assert!(answer.contains("location: /create-account/sent"), "{answer}");
    let begun = Instant::now();
    let message = loop {
        if let Some(message) = path_on(&asks(address, "GET", "/dev/mail", ""), "/dev/mail/") {
            break message;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "no letter");
        std::thread::sleep(Duration::from_millis(100));
    };
    let link = path_on(&asks(address, "GET", &message, ""), "/confirmations/").expect("a link");
    stops(site);

    for (keys, opens) in [(format!("{new},{old}"), true), (new.clone(), false)] {
        let (site, _output, address) = serve_under(&keys);
        assert_eq!(asks(address, "GET", &link, "").contains("Create Account</button>"), opens);
        stops(site);
    }
}

#[test]
fn wrong_settings_stop_the_start_a_line_for_each() {
    let folder = folder();
    fs::write(folder.path().join(".env"), "ROSTER_RESTORE_DAYS=ever\n").expect("a file");
    let mut command = roster(folder.path());
    command.env("ROSTER_URL", "http://roster.example.org").env("ROSTER_SECRET_KEY", "aHVudGVyMg==");
    let output = command.args(["serve", "--bind", "8080"]).output().expect("an end");
    assert_eq!(output.status.code(), Some(2));
    let told = told(&output);
    let words: Vec<_> = told.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(words, ["ROSTER_BIND", "ROSTER_URL", "ROSTER_RESTORE_DAYS", "ROSTER_SECRET_KEY"], "{told}");
    assert!(!told.contains("aHVudGVyMg") && !told.contains("hunter2"), "{told}");
    assert!(!folder.path().join("var").exists());
}

#[test]
fn a_line_of_dotenv_that_cannot_be_read_is_counted_and_not_shown() {
    let folder = folder();
    fs::write(folder.path().join(".env"), "ROSTER_LOG=info\nROSTER_SMTP_URL=smtps://a:hunter2 @b\n").expect("a file");
    let output = roster(folder.path()).arg("serve").output().expect("an end");
    let told = told(&output);
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("line 2") && !told.contains("hunter2"), "{told}");
}

#[test]
fn the_help_lists_every_command_and_setting_and_no_secret() {
    let folder = folder();
    let mut command = roster(folder.path());
    command.env("ROSTER_SECRET_KEY", "hunter2").env("DATABASE_URL", "hunter2").env("ROSTER_SMTP_URL", "hunter2");
    let output = command.env("ROSTER_METRICS_TOKEN", "hunter2").arg("--help").output().expect("an end");
    let help = String::from_utf8_lossy(&output.stdout);
    for word in ["serve", "migrate", "seed", "--bind", "ROSTER_BIND", "127.0.0.1:8080", "ROSTER_URL", "./var"] {
        assert!(help.contains(word), "{word}: {help}");
    }
    for name in ["DATABASE_URL", "ROSTER_DATA_DIR", "ROSTER_SECRET_KEY", "ROSTER_SMTP_URL", "ROSTER_MAIL_FROM"] {
        assert!(help.contains(name), "{name}: {help}");
    }
    for name in ["ROSTER_SESSION_HOURS", "ROSTER_INVITATION_DAYS_MAX", "ROSTER_RESTORE_DAYS", "ROSTER_TRUSTED_PROXIES"]
    {
        assert!(help.contains(name), "{name}: {help}");
    }
    for name in ["ROSTER_LOG", "ROSTER_METRICS_TOKEN", "336", "no-reply@localhost"] {
        assert!(help.contains(name), "{name}: {help}");
    }
    assert!(!help.contains("hunter2"), "{help}");
}
