//! More than one machine: `bin/cluster` starts them, and `bin/lib/cluster.sh` does to them what happens to machines.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use tempfile::TempDir;

use super::crowd::{Crowd, Done, People};
use super::ledger::{HURRY, nothing_is_lost};
use super::site::{Person, Site, until};
use crate::shared::smtp::{MailServer, Manner};

/// Two PostgreSQL, two Rosters, and what is in front of them. They stop when it is dropped.
struct Machines {
    folder: TempDir,
}

impl Machines {
    /// Starts them. Answers with their site, whose people can sign in.
    async fn start(mail: &MailServer) -> (Self, Site) {
        let program = std::env::var("ROSTER_CLUSTER_PROGRAM").expect("bin/cluster names a program");
        let machines = Self { folder: tempfile::tempdir().expect("a folder") };
        let told = machines.are_told(&["start"], &[&program, &mail.address.to_string()]);
        let mut lines = told.lines();
        let address = lines.next().and_then(|line| line.parse().ok()).expect("an address");
        let site = Site::of_others(address, lines.next().expect("a database")).await;
        (machines, site)
    }

    fn command(&self, verb: &str, more: &[&str]) -> Command {
        let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("bin/lib/cluster.sh"));
        command.arg(verb).arg(self.folder.path()).args(more);
        command
    }

    fn are_told(&self, verb: &[&str; 1], more: &[&str]) -> String {
        let output = self.command(verb[0], more).output().expect("bin/lib/cluster.sh");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", verb[0]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Does something to them while people work.
    async fn go_through(&self, verb: &'static str) -> String {
        let mut command = self.command(verb, &[]);
        let done = tokio::task::spawn_blocking(move || command.output()).await;
        let output = done.expect("a thread").expect("bin/lib/cluster.sh");
        assert!(output.status.success(), "{verb}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

/// Clears what people have used up, over and over, whenever the database answers: a test has no days.
struct Hurry {
    stops: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Hurry {
    fn of(site: &Site) -> Self {
        let (stops, url) = (Arc::new(AtomicBool::new(false)), site.database_url());
        let told = Arc::clone(&stops);
        let thread = std::thread::spawn(move || {
            while !told.load(Ordering::Relaxed) {
                if let Ok(mut connection) = PgConnection::establish(&url) {
                    // While there is no primary, or it may only be read, nothing comes of it.
                    let _ = connection.batch_execute(HURRY);
                }
                std::thread::park_timeout(Duration::from_millis(200));
            }
        });
        Self { stops, thread: Some(thread) }
    }
}

impl Drop for Hurry {
    fn drop(&mut self) {
        self.stops.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Machines {
    fn drop(&mut self) {
        let _ = self.command("stop", &[]).status();
    }
}

/// Somebody who reads pages until told to stop, and counts those that did not come.
struct Reader {
    stops: Arc<AtomicBool>,
    read: Arc<AtomicUsize>,
    failed: Arc<AtomicUsize>,
}

impl Reader {
    fn reads(person: Person) -> Self {
        let reader = Self { stops: Arc::default(), read: Arc::default(), failed: Arc::default() };
        let (stops, read, failed) = (Arc::clone(&reader.stops), Arc::clone(&reader.read), Arc::clone(&reader.failed));
        actix_web::rt::spawn(async move {
            while !stops.load(Ordering::Relaxed) {
                for path in ["/dashboard", "/acme/members", "/acme/activity"] {
                    let counted = if person.gets(path).await == Some(200) { &read } else { &failed };
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        reader
    }

    fn ends(self) -> (usize, usize) {
        self.stops.store(true, Ordering::Relaxed);
        (self.read.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }
}

#[actix_web::test]
#[ignore = "needs more than one machine: bin/cluster runs it"]
async fn more_than_one_machine_loses_nothing_and_is_restarted_unseen() {
    let mail = MailServer::start(Manner::Takes).await;
    let (machines, site) = Machines::start(&mail).await;
    let people = People::of(&site).await;
    let done = Arc::new(Done::default());

    site.changes(
        "INSERT INTO invitation_allowances (organization_id, unanswered) SELECT id, 1000000 FROM organizations \
         ON CONFLICT (organization_id) DO UPDATE SET unanswered = excluded.unanswered",
    );
    let hurry = Hurry::of(&site);
    let crowd = Crowd::works(&people, &done);
    crowd.goes_on_for(20).await;
    let killed_at = Instant::now();
    let killed = machines.go_through("kill-primary").await;
    crowd.is_refused(1).await;
    crowd.goes_on_for(1).await;
    let refused_for = killed_at.elapsed();
    crowd.goes_on_for(20).await;
    machines.go_through("heal").await;
    crowd.goes_on_for(20).await;
    crowd.ends().await;
    nothing_is_lost(&site, &mail, &done).await;
    println!(
        "the primary ({killed}) was killed: {}, none lost; writes were refused for {refused_for:.1?}",
        done.told()
    );
    assert!(refused_for < Duration::from_secs(60), "writes were refused for {refused_for:?}");

    // Both are restarted while people read and write.
    let before = done.refusals();
    let crowd = Crowd::works(&people, &done);
    let reader = Reader::reads(people.alan.clone());
    crowd.goes_on_for(10).await;
    let rolled = Instant::now();
    let rolling = machines.go_through("roll");
    rolling.await;
    let rolled = rolled.elapsed();
    crowd.goes_on_for(10).await;
    crowd.ends().await;
    let (read, failed) = reader.ends();
    println!("both processes were restarted in {rolled:.1?}: {read} pages were read, {failed} failed; {}", done.told());
    assert_eq!((failed, done.refusals() - before), (0, 0), "a page, or an invitation, failed");
    drop(hurry);
    nothing_is_lost(&site, &mail, &done).await;
    until("no invitation waits", async || {
        site.number("SELECT count(*) AS number FROM outbox WHERE state = 'queued'") == 0
    })
    .await;
}
