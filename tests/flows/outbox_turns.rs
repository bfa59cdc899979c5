//! Whose email leaves first when many wait, and how many one person gets.

use std::sync::Arc;

use roster::invitations::worker::send_portion;
use roster::mail::worker::PATIENCE;

use crate::shared::{Browser, PASSWORD, World};

/// The kinds and recipients in the order in which they were delivered, from the last so many.
fn delivered(world: &World) -> Vec<String> {
    world.texts("SELECT kind || ' ' || recipient AS text FROM outbox WHERE state = 'sent' ORDER BY ended_at, turn")
}

/// How many emails about changes somebody was sent, whatever each of them told.
fn emails_to(world: &World, address: &str) -> usize {
    let mut number = 0;
    while world.mail.take(|message| message.to == address).is_some() {
        number += 1;
    }
    number
}

async fn asks_for_reset(visitor: &Browser, address: &str) {
    visitor.opens("/forgot-password").await.fills("Email", address).presses("Send Reset Link").await;
}

/// AUTH-8: 1,500 notices of one organization wait; somebody else's link leaves with the first eight.
///
/// Fails when `LEADS` in `mail::bundles` orders by `next_attempt_at` alone.
#[actix_web::test]
async fn auth_8_a_link_that_was_asked_for_leaves_first() {
    let world = World::new().await;
    world.ignores_emails();
    world.account("ada").await;
    world.account("grace").await;
    world.runs(
        "INSERT INTO outbox (id, kind, facts, recipient, share, turn) SELECT gen_random_uuid(), 'none', '{}', \
         'person' || n || '@example.org', '01900000-0000-7000-8000-000000000001', roster_now() + n * interval '1 second' \
         FROM generate_series(0, 1499) n",
    );
    // A security notice, and then a link that was asked for.
    let grace = world.visitor().await;
    grace.signs_in("grace").await;
    grace.opens("/account/password").await.fills("Current Password", PASSWORD);
    grace.fills("New Password", "lanterns over quiet harbours");
    grace.fills("Confirm New Password", "lanterns over quiet harbours").presses("Save Changes").await;
    asks_for_reset(&world.visitor().await, "ada@example.org").await;
    let turns = "SELECT kind AS text FROM outbox WHERE kind <> 'new_sign_in' ORDER BY priority, turn LIMIT 2";
    assert_eq!(world.texts(turns), ["password_reset", "password_changed"]);
    let worker = world.worker_of(Arc::new(world.mail.clone()), PATIENCE);
    // One leaves at a time: a kill repeats one at most (LOSS-3).
    let mut left = 0;
    while left < 8 {
        left += worker.deliver_due().await.unwrap();
    }
    let first = delivered(&world);
    for one in ["password_reset ada@example.org", "password_changed grace@example.org"] {
        assert!(first.contains(&one.to_owned()), "{one} not among {first:?}");
    }
}

/// AUTH-8: among news, each organization has its share: the first of a small one leaves before the rest of a large one.
#[actix_web::test]
async fn auth_8_each_organization_has_a_fair_share() {
    let world = World::new().await;
    world.ignores_emails();
    let (ada, eve) = (world.person("ada").await, world.person("eve").await);
    world.account("grace").await;
    world.organization("Large", &[("eve", "owner")]);
    world.organization("Small", &[("ada", "owner"), ("grace", "member")]);
    world.runs("DELETE FROM outbox");
    world.trusts_organizations();
    let list: String = (0..200).map(|n| format!("guest{n}@example.org\n")).collect();
    eve.opens("/large/invitations/several").await.fills("Addresses", &list).presses("Preview").await;
    eve.presses("Send Invites").await;
    // Four portions, as fast as the worker sends them.
    while send_portion(&world.db).await.unwrap().is_some_and(|sent| sent > 0) {}
    ada.posts("/small/members/grace/role", &[("role", "viewer")]).await.status(303);
    let worker = world.worker_of(Arc::new(world.mail.clone()), PATIENCE);
    while !delivered(&world).contains(&"membership grace@example.org".to_owned()) {
        assert!(worker.deliver_due().await.unwrap() > 0, "it never leaves");
    }
    let left = world.number("SELECT count(*) AS number FROM outbox WHERE kind = 'invitation' AND state = 'queued'");
    assert!(left >= 50, "only {left} of 200 were left behind it");
}

/// AUTH-8: sixty changes of one person's role within a minute are two emails: the first at once, the rest together.
///
/// Fails without `about_ones_place_in` in `members::tell`.
#[actix_web::test]
async fn auth_8_notices_to_one_person_within_a_minute_are_one_email() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    world.account("grace").await;
    world.organization("Acme", &[("ada", "owner"), ("grace", "member")]);
    world.runs("DELETE FROM outbox");
    for n in 0..20 {
        let role = ["viewer", "member"][n % 2];
        ada.posts("/acme/members/grace/role", &[("role", role)]).await.status(303);
        world.posts_in_time().await;
    }
    // The first at once; and one more where the machine took over a minute for all of it.
    let at_once = emails_to(&world, "grace@example.org");
    assert!((1..=2).contains(&at_once), "{at_once} emails at once");
    world.clock.minutes(1);
    world.posts_in_time().await;
    let rest = world.mail.take(|message| message.to == "grace@example.org").expect("the rest");
    assert!(rest.subject.ends_with(" changes of your place in Acme on Roster"), "{}", rest.subject);
    rest.reads("You are now a viewer of Acme").reads("ada changed your role from Member to Viewer.");
    assert_eq!(emails_to(&world, "grace@example.org"), 0);
    assert_eq!(world.number("SELECT count(*) AS number FROM outbox WHERE state = 'queued'"), 0);
}

/// AUTH-8: what one actor's acts tell one person has a quota; beyond it an hour's worth is one email, and none is lost.
#[actix_web::test]
async fn auth_8_one_actor_emails_one_person_so_often_and_no_oftener() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    world.account("grace").await;
    world.organization("Acme", &[("ada", "owner"), ("grace", "member")]);
    world.runs("DELETE FROM outbox");
    let mut emails = 0;
    // One every minute and a half for an hour and a half.
    for n in 0..60 {
        let role = ["viewer", "member"][n % 2];
        ada.posts("/acme/members/grace/role", &[("role", role)]).await.status(303);
        world.posts_in_time().await;
        emails += emails_to(&world, "grace@example.org");
        world.clock.moves(chrono::TimeDelta::seconds(70));
        world.posts_in_time().await;
        emails += emails_to(&world, "grace@example.org");
    }
    assert!((30..=33).contains(&emails), "{emails} emails");
    world.clock.hours(1);
    world.posts_in_time().await;
    assert_eq!(emails_to(&world, "grace@example.org"), 1);
    assert_eq!(world.number("SELECT count(*) AS number FROM outbox WHERE state <> 'sent' AND kind = 'membership'"), 0);
}

/// AUTH-8: deleting and restoring an organization over and over emails nobody for each time.
#[actix_web::test]
async fn auth_8_deleting_and_restoring_is_told_together() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    world.account("grace").await;
    world.organization("Acme", &[("ada", "owner"), ("grace", "member")]);
    world.runs("DELETE FROM outbox");
    for _ in 0..5 {
        world.runs("UPDATE organizations SET deleted_at = NULL, erase_at = NULL");
        ada.posts("/acme/deletion", &[]).await.status(303);
    }
    world.posts_in_time().await;
    world.clock.minutes(1);
    world.posts_in_time().await;
    let told = world.mail.take(|message| message.to == "grace@example.org").expect("an email");
    assert_eq!(told.subject, "5 changes of your place in Acme on Roster");
    assert_eq!(emails_to(&world, "grace@example.org"), 0);
}
