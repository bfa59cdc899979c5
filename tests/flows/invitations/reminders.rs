//! An invitation is reminded once, two days before its end.

use roster::invitations::reminders::remind_due;

use super::{invited, invites};
use crate::shared::World;

const REMINDER: &str = "expires soon";

/// How many reminders were posted so far.
fn reminders(world: &World) -> i64 {
    world.number("SELECT count(*) AS number FROM outbox WHERE kind = 'invitation_reminder'")
}

#[actix_web::test]
async fn whoever_was_invited_is_reminded_once_in_a_lifetime() {
    let (world, ada, message) = invited().await;
    world.clock.hours(5 * 24 - 1);
    assert_eq!(remind_due(&world.db).await.unwrap(), 0, "more than two days are left");
    world.clock.hours(2);
    assert_eq!(remind_due(&world.db).await.unwrap(), 1);
    let reminder = world.message("grace@example.org", REMINDER).await;
    assert_eq!(reminder.subject, "Your invitation to join Analytical Engines on Roster expires soon");
    assert_eq!(reminder.link(), message.link(), "the same link");
    reminder.reads("ada").reads("Member").reads("expires on");
    world.clock.hours(20);
    assert_eq!(remind_due(&world.db).await.unwrap(), 0, "once is enough");

    ada.opens("/analytical-engines/activity").await.reads("reminded grace@example.org");
    ada.opens("/analytical-engines/members").await.presses_in("grace@example.org", "Resend").await;
    world.message("grace@example.org", "invited you").await;
    world.clock.hours(5 * 24 + 1);
    assert_eq!(remind_due(&world.db).await.unwrap(), 1, "another lifetime, another reminder");
    world.message("grace@example.org", REMINDER).await;
}

/// Several Rosters at once, and started again: each invitation is reminded once.
#[actix_web::test]
async fn of_several_rosters_one_reminds() {
    let (world, _ada, _letter) = invited().await;
    world.ignores_emails();
    world.runs(
        "INSERT INTO invitations (id, organization_id, email, role, inviter_id, form_key, expires_at) \
         SELECT gen_random_uuid(), organization_id, 'guest' || n || '@example.org', 'member', inviter_id, gen_random_uuid(), expires_at \
         FROM invitations, generate_series(1, 39) n",
    );
    world.clock.hours(5 * 24 + 1);
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let db = world.db.clone();
            actix_web::rt::spawn(async move { remind_due(&db).await.unwrap() })
        })
        .collect();
    let mut reminded = 0;
    for worker in workers {
        reminded += worker.await.unwrap();
    }
    assert_eq!((reminded, reminders(&world)), (40, 40));
    let addresses = "SELECT count(DISTINCT recipient) AS number FROM outbox WHERE kind = 'invitation_reminder'";
    assert_eq!(world.number(addresses), 40);
}

/// INV-38: what was answered or taken back is not reminded, not even when it ends on the way.
#[actix_web::test]
async fn what_has_ended_is_not_called_to_mind() {
    let (world, ada, _letter) = invited().await;
    invites(&ada, "mary@example.org", "Member").await;
    world.email_to("mary@example.org").await;
    ada.presses_in("mary@example.org", "Cancel").await;
    world.clock.hours(5 * 24 + 1);
    assert_eq!(remind_due(&world.db).await.unwrap(), 1, "grace alone");
    ada.opens("/analytical-engines/members").await;
    ada.presses_in("grace@example.org", "Cancel").await;
    world.no_email_to("grace@example.org").await;
    assert_eq!(world.texts("SELECT state AS text FROM outbox WHERE kind = 'invitation_reminder'"), ["dropped"]);
}

#[actix_web::test]
async fn a_short_lifetime_needs_no_reminder() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    for (address, lifetime) in [("grace@example.org", "2 days"), ("mary@example.org", "3 days")] {
        ada.opens("/analytical-engines/members").await.fills("Email", address).chooses(lifetime);
        ada.presses("Send Invite").await;
        world.email_to(address).await;
    }
    world.clock.hours(25);
    assert_eq!(remind_due(&world.db).await.unwrap(), 1);
    world.no_email_to("grace@example.org").await;
    world.message("mary@example.org", REMINDER).await;
}

/// INV-35: reminders count among the emails that an address gets in a day.
#[actix_web::test]
async fn inv_35_reminders_are_letters_too() {
    let world = World::new().await;
    world.ignores_emails();
    world.account("ada").await;
    for n in 0..12 {
        world.organization(&format!("Works {n}"), &[("ada", "owner")]);
    }
    world.runs(
        "INSERT INTO invitations (id, organization_id, email, role, inviter_id, form_key, expires_at) \
         SELECT gen_random_uuid(), id, 'grace@example.org', 'member', primary_owner_id, gen_random_uuid(), roster_now() + interval '7 days' \
         FROM organizations",
    );
    world.clock.hours(5 * 24 + 1);
    assert_eq!(remind_due(&world.db).await.unwrap(), 12);
    assert_eq!(reminders(&world), 10);
}
