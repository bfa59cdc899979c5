//! The people of an organization, as the manual says.

use super::Reader;
use crate::shared::{Browser, World};

/// Ada owns an organization, and grace is a member of it.
async fn two(world: &World) -> (Browser, Browser) {
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    world.organization("Analytical Engines", &[("ada", "owner"), ("grace", "member")]);
    (ada, grace)
}

#[actix_web::test]
async fn the_tab_members() {
    let world = World::new().await;
    let (ada, _) = two(&world).await;
    let mut reader = Reader::of(&world, "members").await;
    reader.knows([("the organization", "Analytical Engines")]).follows(&ada).await;
    ada.is_at("/analytical-engines/members").reads("grace@example.org").may_in("grace", "Make Owner");
}

#[actix_web::test]
async fn inviting_a_new_member() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let mut reader = Reader::of(&world, "inviting-a-new-member").await;
    reader.knows([("the organization", "Analytical Engines"), ("Email", "alan@example.org")]).follows(&ada).await;
    ada.lists_under("Pending Invites", ["alan@example.org"]);
}

#[actix_web::test]
async fn inviting_several() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let mut reader = Reader::of(&world, "inviting-several").await;
    reader.knows([("the organization", "Analytical Engines"), ("Addresses", "alan@example.org, mary@example.org")]);
    reader.follows(&ada).await;
    ada.is_titled("Sending Invites").reads("0 of 2");
}

#[actix_web::test]
async fn pending_invites() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    ada.fills("Email", "alan@example.org").presses("Send Invite").await.status(200);
    let mut reader = Reader::of(&world, "pending-invites").await;
    let first = world.email_to("alan@example.org").await;
    reader.knows([("the organization", "Analytical Engines"), ("row", "alan@example.org")]);
    reader.follows(&ada).await;
    // The earlier link works, too, as the manual says.
    world.email_to("alan@example.org").await;
    world.visitor().await.opens_link(&first).await.status(200);
    reader.follows(&ada).await;
    reader.follows(&ada).await;
    ada.reads("No pending invites");
    world.visitor().await.opens_link(&first).await.status(404);
}

#[actix_web::test]
async fn roles() {
    let world = World::new().await;
    let (ada, grace) = two(&world).await;
    let mut reader = Reader::of(&world, "roles").await;
    reader.knows([("the organization", "Analytical Engines"), ("row", "grace")]).follows(&ada).await;
    // An open invitation of hers ends when she is no longer an owner, so it is asked first.
    grace.opens("/analytical-engines/members").await.fills("Email", "alan@example.org").presses("Send Invite").await;
    reader.follows(&ada).await;
    ada.reads_in("grace", "Member").may_in("grace", "Make Owner");
    reader.follows(&ada).await;
    ada.is_at("/analytical-engines/members").reads_in("grace", "Viewer");
}

#[actix_web::test]
async fn removing_a_member() {
    let world = World::new().await;
    let (ada, grace) = two(&world).await;
    let mut reader = Reader::of(&world, "removing-a-member").await;
    reader.knows([("the organization", "Analytical Engines"), ("row", "grace")]).follows(&ada).await;
    assert_eq!(grace.gets("/analytical-engines").await.status, 404);
    reader.follows(&ada).await;
    assert_eq!(grace.gets("/analytical-engines").await.status, 200);
}

#[actix_web::test]
async fn suspending_a_member() {
    let world = World::new().await;
    let (ada, grace) = two(&world).await;
    let mut reader = Reader::of(&world, "suspending-a-member").await;
    reader.knows([("the organization", "Analytical Engines"), ("row", "grace")]).follows(&ada).await;
    assert_eq!(grace.gets("/analytical-engines").await.status, 403);
    ada.reads_in("grace", "Suspended");
    reader.follows(&ada).await;
    assert_eq!(grace.gets("/analytical-engines").await.status, 200);
}

#[actix_web::test]
async fn access_review() {
    let world = World::new().await;
    let (ada, _) = two(&world).await;
    let mut reader = Reader::of(&world, "access-review").await;
    reader.knows([("the organization", "Analytical Engines"), ("row", "grace")]).follows(&ada).await;
    ada.reads("grace was kept.").reads("1 of 2 people reviewed");
}

#[actix_web::test]
async fn leaving_and_handing_over() {
    let world = World::new().await;
    let (ada, grace) = two(&world).await;
    let mut reader = Reader::of(&world, "leaving-and-handing-over").await;
    reader.knows([("row", "Analytical Engines")]).follows(&grace).await;
    assert_eq!(grace.gets("/analytical-engines").await.status, 404);
    let (_, alan) = (world.account("alan").await, world.visitor().await);
    alan.signs_in("alan").await;
    world.runs(
        "INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, 'owner' \
         FROM organizations, accounts WHERE name = 'Analytical Engines' AND username = 'alan'; \
         UPDATE organizations SET member_count = 2",
    );
    reader.knows([("New primary owner", "alan")]).follows(&ada).await;
    alan.opens("/account/organizations").await.may("Hand Over").may_not("Leave");
    ada.opens("/account/organizations").await.may("Leave").may_not("Hand Over");
}
