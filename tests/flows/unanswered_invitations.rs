//! A new organization is nobody's yet: its invitations are few until people accept them.

use roster::invitations::worker::send_portion;

use crate::shared::{Answer, Browser, World};

/// Why no more are sent, as it is shown.
const FULL: &str = "50 invitations of Acme have no answer yet. That is the most it can have now.";

async fn invites(by: &Browser, n: usize) -> Answer {
    let (email, form) = (format!("guest{n}@example.org"), format!("01900000-0000-7000-8000-{n:012}"));
    by.posts("/acme/invitations", &[("email", &email), ("role", "member"), ("days", "7"), ("form_key", &form)]).await
}

/// Ada has founded Acme, and invited fifty people.
async fn full() -> (World, Browser) {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.founder("ada", "Acme").await;
    for n in 0..50 {
        invites(&ada, n).await.status(303);
    }
    (world, ada)
}

/// Ada, days later.
async fn back(world: &World) -> Browser {
    let ada = world.visitor().await;
    ada.signs_in("ada").await;
    ada
}

fn sent(world: &World) -> i64 {
    world.number("SELECT count(*) AS number FROM outbox WHERE kind = 'invitation'")
}

/// AUTH-7: fifty, and no more until somebody answers; taking one back makes no room for the next on the same day.
///
/// Fails without `room.take()` in `invitations::invite_unless`.
#[actix_web::test]
async fn auth_7_a_new_organization_has_fifty_unanswered_invitations_at_once() {
    let (world, ada) = full().await;
    invites(&ada, 50).await.status(422).reads(FULL);
    let id = world.texts("SELECT id::text AS text FROM invitations ORDER BY id LIMIT 1").remove(0);
    ada.posts(&format!("/acme/invitations/{id}/cancellation"), &[]).await.status(303);
    invites(&ada, 50).await.status(422).reads(FULL);
    assert_eq!(sent(&world), 50);
    // Sending one again is no new one, as long as it is open.
    let open = world.texts("SELECT id::text AS text FROM invitations WHERE ended_at IS NULL LIMIT 1").remove(0);
    ada.posts(&format!("/acme/invitations/{open}/delivery"), &[]).await.status(303);
    assert_eq!(sent(&world), 51);
    // A day later the one that was taken back no longer counts.
    world.clock.hours(25);
    let ada = back(&world).await;
    invites(&ada, 51).await.status(303);
    invites(&ada, 52).await.status(422).reads(FULL);
    // When the others have expired for a day, they no longer count; sent again, they do.
    world.clock.hours(8 * 24 + 1);
    let ada = back(&world).await;
    invites(&ada, 53).await.status(303);
    world.runs("UPDATE invitations SET expires_at = sent_at + interval '30 days' WHERE email <> 'guest7@example.org'");
    let expired = world.texts("SELECT id::text AS text FROM invitations WHERE email = 'guest7@example.org'").remove(0);
    ada.posts(&format!("/acme/invitations/{expired}/delivery"), &[]).await.status(303);
    ada.opens("/acme/members").await.reads("invitations of Acme have no answer yet");
}

/// AUTH-7: the person who accepts makes room for ten more, and the person who declines for one.
#[actix_web::test]
async fn auth_7_the_number_grows_as_invitations_are_accepted() {
    let (world, ada) = full().await;
    let grace = world.person("guest3").await;
    grace
        .opens("/dashboard")
        .await
        .follows("View Invitation")
        .await
        .presses("Accept Invitation")
        .await
        .reads("You joined");
    for n in 50..61 {
        invites(&ada, n).await.status(303);
    }
    invites(&ada, 61).await.status(422).reads("60 invitations of Acme have no answer yet");
    let alan = world.person("guest4").await;
    alan.opens("/dashboard").await.follows("View Invitation").await.presses("Decline").await.reads("You declined");
    invites(&ada, 61).await.status(303);
    invites(&ada, 62).await.status(422);
}

/// AUTH-7: a list is no way around it. Its rest waits, the page says for what, and goes on by itself.
#[actix_web::test]
async fn auth_7_a_list_waits_until_people_answer() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.founder("ada", "Acme").await;
    let list: String = (0..70).map(|n| format!("guest{n}@example.org\n")).collect();
    ada.opens("/acme/invitations/several").await.fills("Addresses", &list).presses("Preview").await;
    ada.reads("70 of 70 lines will be invited.").reads("A new organization can have 50 invitations without an answer");
    ada.presses("Send Invites").await;
    let sends = async || while send_portion(&world.db).await.unwrap().is_some() {};
    sends().await;
    assert_eq!(sent(&world), 50);
    ada.reloads().await.reads("50 of 70").reads(FULL).reads("The list goes on by itself.");
    world.clock.minutes(6);
    sends().await;
    assert_eq!(sent(&world), 50);
    let grace = world.person("guest3").await;
    grace.opens("/dashboard").await.follows("View Invitation").await.presses("Accept Invitation").await;
    world.clock.minutes(6);
    sends().await;
    assert_eq!(sent(&world), 61);
    world.runs("UPDATE invitation_allowances SET unanswered = 1000");
    world.clock.minutes(6);
    sends().await;
    assert_eq!(sent(&world), 70);
    ada.reloads().await.is_titled("Invites Sent").reads("70 of 70 lines were invited.");
}
