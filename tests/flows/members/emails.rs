//! Who is informed about what, and that they are informed once.

use crate::shared::World;
use crate::shared::browser::Browser;

/// The emails that arrived since the last look, each as `to: subject`, in order of their receivers.
async fn finish_authentication(world: &World) -> Vec<String> {
    world.post().await;
    let mut told = Vec::new();
    while let Some(message) = world.mail.take(|_| true) {
        told.push(format!("{}: {}", message.to.trim_end_matches("@example.org"), message.subject));
    }
    told.sort();
    told
}

async fn invites(world: &World, by: &Browser, whom: &str, role: &str) -> String {
    let key = format!("01900000-0000-7000-8000-{:012}", world.number("SELECT count(*) AS number FROM invitations"));
    let email = format!("{whom}@example.org");
    by.posts("/acme/invitations", &[("email", &email), ("role", role), ("form_key", &key)]).await.status(303);
    world.email_to(&email).await.reads("Acme");
    world.texts("SELECT id::text AS text FROM invitations ORDER BY created_at DESC, id DESC LIMIT 1").concat()
}

/// MEM-14: whatever becomes of somebody, they and all owners read it, each once, and nobody else does.
#[actix_web::test]
async fn mem_14_the_person_and_all_owners_are_told_once() {
    let world = World::new().await;
    let (ada, alan, grace) = (world.person("ada").await, world.person("alan").await, world.person("grace").await);
    let (joan, marie) = (world.person("joan").await, world.person("marie").await);
    world.account("member").await;
    world.organization("Acme", &[("ada", "owner"), ("alan", "owner"), ("member", "member")]);

    let invitation = invites(&world, &ada, "grace", "owner").await;
    grace.posts(&format!("/invitations/{invitation}/acceptance"), &[]).await.status(303);
    let joined =
        ["ada: grace joined Acme on Roster", "alan: grace joined Acme on Roster", "grace: You joined Acme on Roster"];
    assert_eq!(finish_authentication(&world).await, joined);

    let invitation = invites(&world, &alan, "joan", "member").await;
    joan.posts(&format!("/invitations/{invitation}/refusal"), &[]).await.status(303);
    let declined = finish_authentication(&world).await;
    assert_eq!(declined.len(), 4, "{declined:?}");
    for (message, to) in declined.iter().zip(["ada", "alan", "grace", "joan"]) {
        assert!(message.starts_with(&format!("{to}: ")) && message.contains("declined"), "{message}");
    }

    let invitation = invites(&world, &grace, "marie", "member").await;
    marie.posts(&format!("/invitations/{invitation}/acceptance"), &[]).await.status(303);
    assert_eq!(
        finish_authentication(&world).await,
        ["ada: marie", "alan: marie", "grace: marie", "marie: You"].map(|who| format!("{who} joined Acme on Roster"))
    );
    ada.posts("/acme/members/marie/role", &[("role", "owner")]).await.status(303);
    let now = |who: &str, what: &str| {
        let verb = if who.ends_with("You") { "are" } else { "is" };
        format!("{who} {verb} now {what} of Acme on Roster")
    };
    assert_eq!(
        finish_authentication(&world).await,
        ["ada: marie", "alan: marie", "grace: marie", "marie: You"].map(|who| now(who, "an owner"))
    );
    // The one who is no longer an owner is informed as the person, not as an owner.
    ada.posts("/acme/members/marie/role", &[("role", "member")]).await.status(303);
    assert_eq!(
        finish_authentication(&world).await,
        ["ada: marie", "alan: marie", "grace: marie", "marie: You"].map(|who| now(who, "a member"))
    );
    // What is so already is asked to nobody.
    ada.posts("/acme/members/marie/role", &[("role", "member")]).await.status(303);
    assert_eq!(finish_authentication(&world).await, [""; 0]);

    ada.posts("/acme/members/marie/removal", &[]).await.status(303);
    assert_eq!(
        finish_authentication(&world).await,
        ["ada: marie was", "alan: marie was", "grace: marie was", "marie: You were"]
            .map(|who| format!("{who} removed from Acme on Roster"))
    );
    ada.posts("/account/organizations/acme/handover", &[("to", "alan")]).await.status(303);
    assert_eq!(
        finish_authentication(&world).await,
        ["ada: alan", "alan: You", "grace: alan"].map(|who| now(who, "the primary owner"))
    );
    grace.posts("/account/organizations/acme/departure", &[]).await.status(303);
    assert_eq!(
        finish_authentication(&world).await,
        ["ada: grace", "alan: grace", "grace: You"].map(|who| format!("{who} left Acme on Roster"))
    );

    // Deleted and restored: everyone in it.
    let everyone = |what: &str| ["ada", "alan", "member"].map(|who| format!("{who}: Acme was {what} on Roster"));
    ada.posts("/acme/deletion", &[]).await.status(303);
    world.post().await;
    let link = world
        .mail
        .all()
        .into_iter()
        .find(|message| message.to == "ada@example.org" && message.subject.contains("deleted"))
        .unwrap();
    assert_eq!(finish_authentication(&world).await, everyone("deleted"));
    ada.opens_link(&link).await.presses("Restore").await.is_at("/acme");
    assert_eq!(finish_authentication(&world).await, everyone("restored"));
    assert_eq!(world.number("SELECT count(*) AS number FROM outbox WHERE state <> 'sent'"), 0);
}

/// What is not done is asked to nobody.
#[actix_web::test]
async fn what_is_refused_is_told_to_nobody() {
    let world = World::new().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    world.organization("Acme", &[("ada", "owner"), ("grace", "member")]);
    ada.posts("/acme/members/ada/removal", &[]).await.status(303);
    ada.posts("/account/organizations/acme/departure", &[]).await.status(303);
    ada.posts("/account/organizations/acme/handover", &[("to", "grace")]).await.status(422);
    grace.posts("/acme/deletion", &[]).await.status(403);
    grace.posts("/acme/members/ada/role", &[("role", "member")]).await.status(403);
    assert_eq!(finish_authentication(&world).await, [""; 0]);
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE organization_id IS NOT NULL"), 0);
}
