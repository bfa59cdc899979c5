//! The database dies or freezes, the disk is full, and the mail server is away, slow, or refuses.

use std::fs;
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use nix::sys::signal::{Signal, kill};

use super::crowd::{Crowd, Done, People};
use super::disk::Disk;
use super::ledger::{hurries, nothing_is_lost, posts};
use super::site::{Person, Site, until};
use super::{is_long, times};
use crate::shared::smtp::{MailServer, Manner};

async fn comes_back(ada: &Person) -> Duration {
    let back = until("pages are back", async || ada.gets("/dashboard").await == Some(200)).await;
    until("it is ready", async || ada.gets("/readyz").await == Some(200)).await;
    back
}

/// The private PostgreSQL is killed while people work: it comes back by itself, and nothing is lost.
#[actix_web::test]
async fn loss_5_a_killed_postgresql_is_started_again() {
    let mail = MailServer::start(Manner::Takes).await;
    let site = Site::start(Some(mail.address)).await;
    let people = People::of(&site).await;
    let done = Arc::new(Done::default());
    let (kills, mut longest) = (times(1, 20), Duration::ZERO);
    for _ in 0..kills {
        let crowd = Crowd::works(&people, &done);
        crowd.goes_on_for(6).await;
        let server = site.postgresql();
        kill(server, Signal::SIGKILL).expect("killed");
        let killed = Instant::now();
        // It may be back before any page has noticed.
        until("another one runs", async || site.postgresql_now().is_some_and(|other| other != server)).await;
        comes_back(&people.ada).await;
        longest = longest.max(killed.elapsed());
        crowd.goes_on_for(2).await;
        crowd.ends().await;
        hurries(&site);
    }
    let repeated = nothing_is_lost(&site, &mail, &done).await.0;
    println!(
        "{kills} kills of PostgreSQL: {}, none lost, none invented; ready again after {longest:?} at most; {repeated} emails repeated",
        done.told()
    );
    assert_eq!(repeated, 0, "the process lives, and knows what it has sent");
    assert!(longest < Duration::from_secs(if is_long() { 5 } else { 20 }), "{longest:?}");
}

/// PostgreSQL is frozen: every page is answered soon, and so is the probe; afterwards all is as before.
#[actix_web::test]
async fn loss_4_a_frozen_postgresql_is_answered_for() {
    let mail = MailServer::start(Manner::Takes).await;
    let site = Site::start(Some(mail.address)).await;
    let people = People::of(&site).await;
    let (freezes, done) = (times(1, 5), Arc::new(Done::default()));
    let (mut slowest, mut slowest_probe) = (Duration::ZERO, Duration::ZERO);
    let timed = async |path: &str| {
        let begun = Instant::now();
        (people.ada.gets(path).await, begun.elapsed())
    };
    for _ in 0..freezes {
        let crowd = Crowd::works(&people, &done);
        crowd.goes_on_for(6).await;
        site.signals_postgresql(Signal::SIGSTOP);
        // More than there are connections, twice: the second time none is left.
        for _ in 0..2 {
            let (probe, pages) = tokio::join!(
                until("it is not ready", async || people.ada.gets("/readyz").await == Some(503)),
                join_all((0..40).map(|_| timed("/dashboard")))
            );
            slowest_probe = slowest_probe.max(probe);
            for (status, took) in pages {
                assert_eq!(status, Some(503));
                slowest = slowest.max(took);
            }
        }
        assert_eq!(people.ada.gets("/healthz").await, Some(200));
        site.signals_postgresql(Signal::SIGCONT);
        comes_back(&people.ada).await;
        crowd.goes_on_for(2).await;
        crowd.ends().await;
        hurries(&site);
    }
    let repeated = nothing_is_lost(&site, &mail, &done).await.0;
    println!(
        "{freezes} freezes: {}, none lost, none invented; pages answered 503 within {slowest:?}, /readyz said so within {slowest_probe:?}; {repeated} emails repeated",
        done.told()
    );
    // On a machine with other work, a second more.
    assert!(slowest < Duration::from_secs(7), "{slowest:?}");
    assert!(slowest_probe < Duration::from_secs(3), "{slowest_probe:?}");
    assert_eq!(repeated, 0);
}

/// A mail server that is away, answers "later", is slow, or breaks off loses no email that it can take later; what it
/// refuses for good is noted as failed, and keeps no other.
#[actix_web::test]
async fn loss_3_a_mail_server_in_trouble_loses_no_email() {
    let mail = MailServer::start(Manner::Takes).await;
    let site = Site::start(Some(mail.address)).await;
    let people = People::of(&site).await;
    let done = Arc::new(Done::default());
    let slow = Manner::Pauses(Duration::from_millis(200));
    for manner in [Manner::BreaksOff, Manner::Delays, slow] {
        mail.changes_to(manner);
        let crowd = Crowd::works(&people, &done);
        crowd.goes_on_for(10).await;
        crowd.ends().await;
        let tried = "SELECT count(*) AS number FROM outbox WHERE attempts > 0 AND kind = 'invitation'";
        until("an email is tried", async || site.number(tried) > 0).await;
        assert_eq!(people.ada.gets("/readyz").await, Some(200), "a mail server is no reason to send nobody");
    }
    mail.changes_to(Manner::Takes);
    let repeated = nothing_is_lost(&site, &mail, &done).await.0;
    println!("a mail server in trouble: {}, {} emails, {repeated} repeated", done.told(), mail.taken().len());
    assert_eq!(repeated, 0);

    // What is refused for good fails; the next email leaves all the same.
    mail.changes_to(Manner::Refuses);
    let crowd = Crowd::works(&people, &done);
    crowd.goes_on_for(5).await;
    crowd.ends().await;
    posts(&site).await;
    let refused = site.number("SELECT count(*) AS number FROM outbox WHERE state = 'failed'");
    assert!(refused >= 5, "{refused}");
    mail.changes_to(Manner::Takes);
    let before = mail.taken().len();
    let crowd = Crowd::works(&people, &done);
    crowd.goes_on_for(5).await;
    crowd.ends().await;
    nothing_is_lost(&site, &mail, &done).await;
    assert!(mail.taken().len() >= before + 5);
}

/// The disk is full: what cannot be written is answered with an error and is not there; with room again, all goes on.
#[actix_web::test]
async fn loss_1_a_full_disk_loses_nothing_that_was_answered() {
    let Some(disk) = Disk::mounted("192m") else {
        println!("a full disk: left out, because only root can mount a small one");
        return;
    };
    let mail = MailServer::start(Manner::Takes).await;
    let site = Site::at(disk.folder(), Some(mail.address)).await;
    let people = People::of(&site).await;
    let done = Arc::new(Done::default());
    let fills = times(1, 5);
    for _ in 0..fills {
        let crowd = Crowd::works(&people, &done);
        crowd.goes_on_for(6).await;
        let filling = disk.folder().join("filling");
        let mut file = fs::File::create(&filling).expect("a file");
        let block = vec![0; 64 << 10];
        while file.write_all(&block).is_ok() {}
        crowd.is_refused(3).await;
        // For a while nothing can be written.
        tokio::time::sleep(Duration::from_secs(2)).await;
        drop(file);
        fs::remove_file(&filling).expect("room again");
        comes_back(&people.ada).await;
        crowd.goes_on_for(2).await;
        crowd.ends().await;
        hurries(&site);
    }
    let repeated = nothing_is_lost(&site, &mail, &done).await.0;
    println!("{fills} times a full disk: {}, none lost, none invented; {repeated} emails repeated", done.told());
    drop(site);
}
