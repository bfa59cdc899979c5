//! Deleting and restoring organizations, large ones and their invitations.

use roster::invitations::reminders;
use roster::organizations::erase_due;

use crate::shared::World;

const FORM: &str = "01900000-0000-7000-8000-0000000000";

/// What was open before the deletion is open after the restoring, and works.
#[actix_web::test]
async fn loss_11_open_invitations_come_back_with_their_organization() {
    let world = World::new().await;
    let ada = world.founder("ada", "Acme").await;
    let grace = world.person("grace").await;
    let marie = world.person("marie").await;
    for (number, person) in ["grace", "marie"].iter().enumerate() {
        let email = format!("{person}@example.org");
        let form = [("email", email.as_str()), ("role", "member"), ("form_key", &format!("{FORM}0{number}"))];
        ada.posts("/acme/invitations", &form).await.status(303);
    }
    let (to_grace, to_marie) = (world.email_to("grace@example.org").await, world.email_to("marie@example.org").await);
    world.runs("UPDATE invitations SET expires_at = roster_now() + interval '1 day' WHERE email LIKE 'marie%'");

    ada.opens("/acme/deletion").await.reads("The open invitation of grace@example.org, which ada sent, stops working.");
    ada.reads("an owner can restore it in Account Settings").presses("Yes").await.is_at("/dashboard");
    // While it is deleted nobody joins, and nobody is reminded.
    grace.opens_link(&to_grace).await.status(404);
    grace.opens("/dashboard").await.does_not_read("Acme");
    world.clock.days(2);
    assert_eq!(reminders::remind_due(&world.db).await.unwrap(), 0);
    world.message("ada@example.org", "Acme was deleted").await;

    ada.opens("/account/organizations").await.reads("Recently deleted");
    ada.follows_in("Acme", "Restore").await.reads("Its open invitations work again, unless they have expired.");
    ada.presses("Restore").await.is_at("/acme").reads("Acme is back, as it was.");
    ada.opens("/account/organizations").await.does_not_read("Recently deleted");
    ada.opens("/acme/members").await.reads("grace@example.org").reads("marie@example.org");
    world.message("ada@example.org", "restored").await.reads("work again");
    grace.opens_link(&to_grace).await.status(200).presses("Accept Invitation").await;
    ada.opens("/acme/members").await.lists(["ada", "grace"]);
    // Hers has expired in between.
    marie.opens_link(&to_marie).await.status(404);
    world.ignores_emails();
}

/// Only owners see what they can restore, and only as long as they can.
#[actix_web::test]
async fn loss_11_only_owners_see_what_was_deleted() {
    let world = World::new().await;
    world.ignores_emails();
    let (ada, alan, grace) = (world.person("ada").await, world.person("alan").await, world.person("grace").await);
    world.organization("Acme", &[("ada", "owner"), ("alan", "owner"), ("grace", "member")]);
    ada.posts("/acme/deletion", &[]).await.status(303);
    alan.opens("/account/organizations").await.reads("Recently deleted").may_in("Acme", "Restore");
    grace.opens("/account/organizations").await.does_not_read("Recently deleted").does_not_read("Acme");
    world.clock.days(14);
    alan.signs_in("alan").await.opens("/account/organizations").await.does_not_read("Recently deleted");
}

/// Somebody deletes an organization of many: one row for each audience, and everyone gets one email.
#[actix_web::test]
async fn loss_12_many_are_told_in_portions() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    world.account("alan").await;
    world.organization("Acme", &[("ada", "owner"), ("alan", "owner")]);
    world.runs(
        "WITH people AS (INSERT INTO accounts (id, username, password_hash) \
             SELECT gen_random_uuid(), 'person' || n, '$argon2id$' FROM generate_series(1, 1200) n RETURNING id, username), \
         addresses AS (INSERT INTO email_addresses (address, account_id, is_primary) \
             SELECT username || '@example.org', id, true FROM people) \
         INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, people.id, 'member' FROM organizations, people; \
         UPDATE organizations SET member_count = 1202",
    );
    ada.posts("/acme/deletion", &[]).await.status(303);
    assert_eq!(world.number("SELECT count(*) AS number FROM outbox"), 0);
    assert_eq!(world.number("SELECT count(*) AS number FROM outbox_fan_outs"), 2);
    let worker = world.worker_of(std::sync::Arc::new(world.mail.clone()), roster::mail::worker::PATIENCE);
    assert!(worker.deliver_due().await.unwrap() <= 501);
    // It is not erased before everyone is informed, and is not told twice by a worker that begins again.
    world.runs("UPDATE organizations SET erase_at = roster_now(), deleted_at = roster_now() - interval '1 hour'");
    assert_eq!(erase_due(&world.db).await.unwrap(), 0);
    world.post().await;
    let told = world.mail.all();
    let mut people: Vec<_> = told.iter().map(|message| message.to.clone()).collect();
    people.sort();
    people.dedup();
    assert_eq!((people.len(), told.len()), (1202, 1202));
    let with_link = told.iter().filter(|message| message.text.contains("/restorations/")).count();
    assert_eq!(with_link, 2, "the owners alone");
    assert_eq!(erase_due(&world.db).await.unwrap(), 1);
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 0);
}

/// A page lists so many of somebody's organizations, and says so.
#[actix_web::test]
async fn loss_12_lists_have_a_limit() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.runs(
        "BEGIN; WITH made AS (INSERT INTO organizations (id, name, primary_owner_id, form_key) \
             SELECT gen_random_uuid(), 'Company ' || n, accounts.id, gen_random_uuid() FROM accounts, generate_series(1, 250) n RETURNING id, name, primary_owner_id), \
         seats AS (INSERT INTO memberships (organization_id, account_id, role) SELECT id, primary_owner_id, 'owner' FROM made) \
         INSERT INTO organization_addresses SELECT lower(replace(name, ' ', '-')), id, true FROM made; COMMIT",
    );
    ada.opens("/account/organizations").await.reads("These are the first 200.");
    ada.opens("/account/notifications").await.status(200);
}
