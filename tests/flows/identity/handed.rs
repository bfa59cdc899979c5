//! AUTH-3: where no email leaves, a copied link brings somebody into its organization, and proves no address.

use roster::signed_links::Purpose;
use uuid::Uuid;

use crate::shared::{Browser, PASSWORD, World};

/// A Roster at a public address without a mail server.
async fn silent() -> World {
    let world = World::with(|app_state| {
        app_state.site.sends_mail = false;
        app_state.site.shows_mail = false;
    })
    .await;
    world.ignores_emails();
    world
}

/// An owner invites an address on her Members tab, and copies the link. Answers its path.
async fn copies_link(world: &World, owner: &Browser, slug: &str, address: &str) -> String {
    owner.opens(&format!("/{slug}/members")).await.fills("Email", address).chooses("Owner");
    owner.presses("Send Invite").await.status(200).follows_in(address, "Copy Link").await;
    owner.holds_value("Invitation link").trim_start_matches(&world.site.origin()).to_owned()
}

/// Somebody founds an organization, invites an address that is not theirs, and uses the link: they are in their own
/// organization, and nowhere else.
#[actix_web::test]
async fn auth_3_a_copied_link_counts_for_its_organization_alone() {
    let world = silent().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let mallory = world.founder("mallory", "Rival Works").await;
    copies_link(&world, &ada, "analytical-engines", "grace@example.org").await;
    let wanted = world.texts("SELECT id::text AS text FROM invitations").remove(0);
    let link = copies_link(&world, &mallory, "rival-works", "grace@example.org").await;
    mallory.reads("It does not prove the address, and counts for no other organization.");

    let stranger = world.visitor().await;
    stranger.opens(&link).await.follows("Create an Account").await;
    stranger.reads("It does not prove that grace@example.org is yours");
    stranger.creates_account("stranger").await.presses("Accept Invitation").await.reads("Rival Works");
    stranger.opens("/dashboard").await.reads("Rival Works").does_not_read("Analytical Engines");
    stranger.gets(&format!("/invitations/{wanted}")).await.status(404);
    stranger.posts(&format!("/invitations/{wanted}/acceptance"), &[]).await.status(404);
    stranger.opens("/account/email-addresses").await.status(200).does_not_read("grace@example.org");
    assert_eq!(world.number("SELECT count(*) AS number FROM email_addresses WHERE address = 'grace@example.org'"), 0);

    // The address is still free for the person who proves it, and its invitation waits there.
    let grace = world.visitor().await;
    grace.asks_for_account("grace@example.org", "grace").await;
    grace.opens_link(&world.message("grace@example.org", "Confirm").await).await.creates_with_password(PASSWORD).await;
    grace.opens("/dashboard").await.reads("Analytical Engines");
}

/// Somebody who is signed in joins with the account they have, and gets no address by it.
#[actix_web::test]
async fn auth_3_an_account_that_is_there_joins_without_the_address() {
    let world = silent().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let alan = world.person("alan").await;
    let link = copies_link(&world, &ada, "analytical-engines", "grace@example.org").await;
    alan.opens(&link).await.may("Accept Invitation").may_not("Add this Address and Join");
    let here = alan.page().address.path().to_owned();
    alan.posts(&format!("{here}/address"), &[]).await.status(404);
    alan.presses("Accept Invitation").await.reads("Analytical Engines");
    assert_eq!(
        world.texts("SELECT address AS text FROM email_addresses ORDER BY 1"),
        ["ada@example.org", "alan@example.org"]
    );
}

/// A link that an earlier version copied says that it was mailed; where no email leaves, none was.
#[actix_web::test]
async fn auth_3_a_link_from_before_proves_no_address_either() {
    let world = silent().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let alan = world.person("alan").await;
    copies_link(&world, &ada, "analytical-engines", "grace@example.org").await;
    let id = Uuid::parse_str(&world.texts("SELECT id::text AS text FROM invitations")[0]).unwrap();
    let link = world.site.link(Purpose::Invitation, id, 1);
    alan.opens(link.trim_start_matches(&world.site.origin())).await.may_not("Add this Address and Join");
}

/// On this machine alone a copied link is worth what an email is: both are shown to everybody there.
#[actix_web::test]
async fn auth_3_on_this_machine_a_copied_link_is_as_good_as_an_email() {
    let world = World::with(|app_state| {
        app_state.site.sends_mail = false;
        app_state.site.shows_mail = true;
    })
    .await;
    world.ignores_emails();
    let ada = world.founder("ada", "Analytical Engines").await;
    let link = copies_link(&world, &ada, "analytical-engines", "grace@example.org").await;
    let grace = world.visitor().await;
    grace.opens(&link).await.creates_account("grace").await.presses("Accept Invitation").await;
    grace.opens("/account/email-addresses").await.reads("grace@example.org");
}

/// An account without an address works, and the first one that is proven becomes the primary one.
#[actix_web::test]
async fn auth_3_an_account_without_an_address_gets_its_first_one() {
    let world = silent().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let link = copies_link(&world, &ada, "analytical-engines", "grace@example.org").await;
    let grace = world.visitor().await;
    grace.opens(&link).await.creates_account("grace").await.presses("Accept Invitation").await;
    for page in ["/account", "/account/profile", "/account/security", "/account/password", "/account/notifications"] {
        grace.opens(page).await.status(200);
    }
    grace.signs_out().await.signs_in("grace").await.may("Sign Out");
    ada.opens("/analytical-engines/members").await.reads("grace").follows("Activity").await.status(200);

    grace.opens("/account/email-addresses").await.fills("Email", "hopper@example.org").presses("Add").await;
    grace.opens_link(&world.message("hopper@example.org", "Confirm").await).await.presses("Confirm").await;
    assert_eq!(
        world.texts("SELECT address AS text FROM email_addresses WHERE is_primary ORDER BY 1"),
        ["ada@example.org", "hopper@example.org"]
    );
}
