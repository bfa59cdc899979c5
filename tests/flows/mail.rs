//! Letters on their way out: through a real SMTP conversation, to servers that take, refuse, delay and
//! stall.

use std::sync::Arc;
use std::time::Duration;

use roster::mail::transports::Smtp;
use roster::mail::worker::Worker;

use crate::shared::World;
use crate::shared::smtp::{MailServer, Manner};

/// How long a test waits for a server that says nothing.
const SHORTLY: Duration = Duration::from_millis(300);

fn worker(world: &World, server: &MailServer, timeouts: Duration) -> Worker {
    let from = "Roster <roster@example.org>".parse().unwrap();
    let smtp = Smtp::new(&format!("smtp://{}", server.address), from, "roster.example.org").unwrap();
    world.worker_of(Arc::new(smtp), timeouts)
}

/// A world in which one email waits: the link that confirms grace's address.
async fn one_email() -> World {
    let world = World::new().await;
    world.ignores_emails();
    let grace = world.visitor().await;
    grace.asks_for_account("grace@example.org", "grace").await.reads("Check your email");
    world
}

fn state(world: &World) -> Vec<String> {
    world.texts("SELECT state || ' ' || attempts AS text FROM outbox ORDER BY id")
}

/// MAIL-01: the headers are exactly these, whatever anybody has typed.
#[actix_web::test]
async fn mail_01_a_letter_has_exactly_the_headers_of_a_letter() {
    let world = one_email().await;
    let server = MailServer::start(Manner::Takes).await;
    assert_eq!(worker(&world, &server, Duration::from_secs(10)).deliver_due().await.unwrap(), 1);
    let message = server.taken().pop().expect("a message");
    let (head, body) = message.split_once("\n\n").expect("a head and a body");
    let mut names: Vec<_> = head
        .lines()
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split(':').next().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"]
    );
    assert!(head.contains("To: grace@example.org") && head.contains("@roster.example.org>"), "{head}");
    assert!(body.contains("text/plain") && body.contains("text/html"), "{body}");
    let links = body.replace("=\n", "");
    let alone = links.lines().any(|line| line.trim().starts_with(&format!("{}/confirmations/", world.site.origin())));
    assert!(alone, "no link on a line of its own in\n{links}");
    assert_eq!(state(&world), ["sent 1"]);
}

/// MAIL-01: what would break a line is refused where it is typed, and by the database.
#[actix_web::test]
async fn mail_01_no_line_break_gets_into_anything_that_is_mailed() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    for broken in [
        "Acme\r\nBcc: x@evil.example",
        "Acme\nBcc: x@evil.example",
        "Acme\rBcc: x",
        "Acme\u{2028}Bcc: x",
        "Acme\u{85}Bcc: x",
    ] {
        let answer = ada
            .posts(
                "/account/organizations",
                &[("name", broken), ("slug", "acme"), ("form_key", "01900000-0000-7000-8000-000000000009")],
            )
            .await;
        answer.status(422);
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM organizations"), 0);
    let refused =
        world.visitor().await.posts("/forgot-password", &[("email", "ada@example.org\r\nBcc: x@evil.example")]).await;
    refused.status(422);
}

/// MAIL-02: TLS that is asked for is had, or nothing is sent.
#[actix_web::test]
async fn mail_02_nothing_is_sent_in_plain_text_where_tls_is_asked_for() {
    let world = one_email().await;
    // This server speaks no TLS at all.
    let server = MailServer::start(Manner::Takes).await;
    let from = "Roster <roster@example.org>".parse().unwrap();
    let smtp = Smtp::new(&format!("smtp://{}?tls=required", server.address), from, "roster.example.org").unwrap();
    world.worker_of(Arc::new(smtp), Duration::from_secs(10)).deliver_due().await.unwrap();
    assert!(server.taken().is_empty());
    assert_ne!(state(&world), ["sent 1"]);
}

/// MAIL-03: a server that stops answering, at whatever point, holds nothing up.
#[actix_web::test]
async fn mail_03_a_stalled_server_holds_nothing_up() {
    for at in ["", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        let world = one_email().await;
        let server = MailServer::start(Manner::StallsAt(at)).await;
        let worker = worker(&world, &server, SHORTLY);
        assert_eq!(worker.deliver_due().await.unwrap(), 1, "stalled at {at:?}");
        assert_eq!(state(&world), ["queued 1"], "stalled at {at:?}");
        // When the server answers again, the email leaves, and once.
        server.changes_to(Manner::Takes);
        world.clock.minutes(5);
        let again = world.worker_of(Arc::clone(&worker.carrier), Duration::from_secs(10));
        assert_eq!(again.deliver_due().await.unwrap(), 1);
        assert_eq!(state(&world), ["sent 2"], "stalled at {at:?}");
        assert_eq!(server.taken().len(), 1);
    }
}

/// A server that says "later" is asked later, for two days; then the email has failed.
#[actix_web::test]
async fn a_delayed_letter_is_tried_again_and_given_up_after_two_days() {
    let world = one_email().await;
    world.runs("UPDATE registrations SET expires_at = roster_now() + interval '9 days'");
    let server = MailServer::start(Manner::Delays).await;
    let worker = worker(&world, &server, Duration::from_secs(10));
    worker.deliver_due().await.unwrap();
    assert_eq!(worker.deliver_due().await.unwrap(), 0, "it is not asked again at once");
    world.clock.minutes(1);
    assert_eq!(worker.deliver_due().await.unwrap(), 1);
    assert_eq!(state(&world), ["queued 2"]);
    world.clock.days(2);
    worker.deliver_due().await.unwrap();
    assert_eq!(state(&world), ["failed 3"]);
}

/// MAIL-06: an address that is refused for good has failed at once.
#[actix_web::test]
async fn mail_06_a_refused_letter_has_failed() {
    let world = one_email().await;
    let server = MailServer::start(Manner::Refuses).await;
    worker(&world, &server, Duration::from_secs(10)).deliver_due().await.unwrap();
    assert_eq!(state(&world), ["failed 1"]);
}

/// An email that cannot be written holds up no other.
#[actix_web::test]
async fn a_letter_that_cannot_be_written_is_put_aside() {
    let world = one_email().await;
    world.runs("INSERT INTO outbox (id, kind, facts, recipient) VALUES (gen_random_uuid(), 'of no kind', '{}', 'x@example.org')");
    world.post().await;
    let mut states = world.texts("SELECT kind || ' ' || state AS text FROM outbox");
    states.sort();
    assert_eq!(states, ["confirmation sent", "of no kind failed"]);
}

/// Two workers at once send each email once, and one that died leaves its letter to the next.
#[actix_web::test]
async fn letters_are_taken_by_one_worker_at_a_time() {
    let world = one_email().await;
    world.runs("UPDATE outbox SET next_attempt_at = roster_now() + interval '2 minutes', attempts = 1");
    let server = MailServer::start(Manner::Takes).await;
    let (one, other) =
        (worker(&world, &server, Duration::from_secs(10)), worker(&world, &server, Duration::from_secs(10)));
    assert_eq!(one.deliver_due().await.unwrap(), 0, "a living worker holds it");
    world.clock.minutes(3);
    let (a, b) = tokio::join!(one.deliver_due(), other.deliver_due());
    assert_eq!(a.unwrap() + b.unwrap(), 1);
    assert_eq!(server.taken().len(), 1);
}

/// MAIL-04, MAIL-05, OPS-04: no link and no address is at rest or in the log, and what is mailed to
/// the person who somebody names holds no word of that somebody's.
#[actix_web::test]
async fn mail_04_no_usable_link_is_at_rest() {
    let world = one_email().await;
    let message = world.email_to("grace@example.org").await;
    let token = message.link().rsplit('/').next().expect("a token").to_owned();
    assert!(token.len() > 60);
    assert!(!world.everything_kept().contains(&token));
    assert!(!message.text.contains(" grace ") && !message.subject.contains("grace"), "MAIL-05: {}", message.text);
}
