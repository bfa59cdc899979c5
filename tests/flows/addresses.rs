//! Email Addresses: added by a mailed link, chosen as primary, deleted; and what dies with each change.

use crate::shared::{Browser, EmailTemplate, PASSWORD, World};

pub const PAGE: &str = "/account/email-addresses";
const ANOTHER: &str = "lanterns over quiet harbours";

/// Asks on the page to add an address.
pub async fn asks_for(person: &Browser, address: &str) {
    person.opens(PAGE).await.fills("Email", address).presses("Add").await;
}

/// The link that somebody is mailed who asks to add an address.
pub async fn claims(world: &World, person: &Browser, address: &str) -> EmailTemplate {
    asks_for(person, address).await;
    world.message(address, "Confirm this address").await
}

/// Adds an address, all the way.
pub async fn adds(world: &World, person: &Browser, address: &str) {
    let message = claims(world, person, address).await;
    person.opens_link(&message).await.presses("Confirm").await.is_at(PAGE).reads("was added");
}

/// Asks for a link to a new password.
pub async fn forgets_password(world: &World, address: &str) -> EmailTemplate {
    let visitor = world.visitor().await;
    visitor.opens("/forgot-password").await.fills("Email", address).presses("Send Reset Link").await;
    world.message(address, "Reset your password").await
}

/// The addresses of an account, the primary one first.
pub fn addresses(world: &World, username: &str) -> Vec<String> {
    world.texts(&format!(
        "SELECT address AS text FROM email_addresses JOIN accounts ON accounts.id = account_id \
         WHERE username = '{username}' ORDER BY is_primary DESC, address"
    ))
}

#[actix_web::test]
async fn an_address_is_added_by_the_link_in_its_mail() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    ada.opens("/account").await.follows("Email Addresses").await.is_titled("Email Addresses");
    ada.lists(["ada@example.org"]).reads_in("ada@example.org", "Primary").may_not("Delete").may_not("Set as Primary");
    ada.fills("Email", " Countess@Example.org ").presses("Add").await.is_at(PAGE);
    ada.reads("A link was sent to countess@example.org.").lists(["countess@example.org Waits for its link"]);
    ada.lists(["ada@example.org"]);

    let message = world.email_to("countess@example.org").await;
    message.reads("Confirm this address").does_not_read("ada").does_not_read("countess");
    world.no_email_to("ada@example.org").await;

    // INV-30: what a mail scanner fetches changes nothing, and without signing in nothing is seen.
    let path = message.link().strip_prefix(&world.site.origin()).unwrap();
    for method in ["GET", "HEAD"] {
        world.raw(method, path).sends().await.status(303);
        ada.opens(path).await.reads("This adds countess@example.org to your account ada.");
    }
    assert_eq!(addresses(&world, "ada"), ["ada@example.org"]);

    let phone = world.visitor().await;
    phone.opens_link(&message).await.is_at("/sign-in").signs_in_here("ada", PASSWORD).await;
    phone.is_titled("Confirm this address").presses("Confirm").await.is_at(PAGE);
    phone.reads("countess@example.org was added to your account.").lists(["ada@example.org", "countess@example.org"]);
    phone.does_not_read("Waits for its link");
    world.message("ada@example.org", "An address was added").await.reads("countess@example.org");

    // Any confirmed address signs in, in any case.
    for login in ["ada@example.org", "COUNTESS@example.org"] {
        world.visitor().await.signs_in(login).await.may("Sign Out");
    }
    // The link works once.
    phone.opens_link(&message).await.status(404).reads("This link is not valid");
    let told = world.texts(
        "SELECT kind AS text FROM history WHERE kind LIKE 'address%' AND account_id IS NOT NULL ORDER BY at, id",
    );
    assert_eq!(told, ["address_claimed", "address_added"]);
}

#[actix_web::test]
async fn what_is_no_address_or_yours_already_is_told_beside_the_field() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    asks_for(&ada, "ada@").await;
    ada.status(422).reads_beside("Email", "name@example.org").holds("Email", "ada@");
    asks_for(&ada, "Ada@example.org").await;
    ada.status(422).reads_beside("Email", "belongs to your account already");
    ada.posts(PAGE, &[("email", "b@example.org"), ("is_primary", "true")]).await.status(400);
    ada.posts(PAGE, &[("email", "b@example.org,c@example.org")]).await.status(422);
    assert_eq!(world.number("SELECT count(*) AS number FROM address_claims"), 0);
    let asked = world.queries_of(async { ada.opens(PAGE).await.status(200) }).await;
    assert!(asked <= 3, "the page asks {asked} times");
}

/// ACC-25: adding, choosing and deleting an address is sensitive; the filled form is kept.
#[actix_web::test]
async fn acc_25_the_password_is_asked_for_again() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    adds(&world, &ada, "countess@example.org").await;
    world.message("ada@example.org", "An address was added").await;
    world.clock.minutes(31);
    ada.fills("Email", "third@example.org").presses("Add").await.is_titled("Confirm your password");
    assert_eq!(world.number("SELECT count(*) AS number FROM address_claims"), 0);
    ada.fills("Password", ANOTHER).presses("Continue").await.status(422).reads("This is not your password.");
    ada.fills("Password", PASSWORD).presses("Continue").await.reads("A link was sent to third@example.org.");
    world.email_to("third@example.org").await;

    world.clock.minutes(31);
    ada.presses_in("countess@example.org", "Set as Primary").await.is_titled("Confirm your password");
    ada.fills("Password", PASSWORD).presses("Continue").await.reads("countess@example.org is now your primary");
    world.message("ada@example.org", "primary address").await;
    world.message("countess@example.org", "primary address").await;

    world.clock.minutes(31);
    ada.follows_in("ada@example.org", "Delete").await.is_titled("Confirm your password");
    ada.fills("Password", PASSWORD).presses("Continue").await.is_titled("Delete ada@example.org?");
    world.clock.minutes(31);
    ada.presses("Yes").await.is_titled("Confirm your password").fills("Password", PASSWORD).presses("Continue").await;
    ada.reads("ada@example.org was deleted");
    world.message("ada@example.org", "deleted").await;
    world.message("countess@example.org", "deleted").await;
    assert_eq!(addresses(&world, "ada"), ["countess@example.org"]);
}

#[actix_web::test]
async fn another_address_becomes_the_primary_one_and_the_old_one_is_deleted() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    adds(&world, &ada, "countess@example.org").await;
    world.message("ada@example.org", "An address was added").await;
    ada.may_not_in("ada@example.org", "Delete").presses_in("countess@example.org", "Set as Primary").await;
    ada.reads("countess@example.org is now your primary address.").lists(["countess@example.org", "ada@example.org"]);
    ada.reads_in("countess@example.org", "Primary").may_not_in("countess@example.org", "Set as Primary");
    for address in ["ada@example.org", "countess@example.org"] {
        let message = world.message(address, "primary address").await;
        message.reads("Until now: ada@example.org").reads("From now on: countess@example.org");
    }

    ada.follows_in("ada@example.org", "Delete").await.is_titled("Delete ada@example.org?");
    ada.reads("It cannot be used to sign in").follows("Cancel").await.is_at(PAGE);
    assert_eq!(addresses(&world, "ada").len(), 2);
    ada.follows_in("ada@example.org", "Delete").await.presses("Yes").await.is_at(PAGE);
    ada.reads("ada@example.org was deleted").lists(["countess@example.org"]).may_not("Delete");
    for address in ["ada@example.org", "countess@example.org"] {
        world.message(address, "deleted").await.reads("ada@example.org");
    }
    world.visitor().await.signs_in("ada@example.org").await.status(422);
    world.visitor().await.signs_in("countess@example.org").await.may("Sign Out");
    let told = world.texts("SELECT kind AS text FROM history WHERE kind ~ 'primary|removed' ORDER BY at, id");
    assert_eq!(told, ["primary_address_changed", "address_removed"]);
}

#[actix_web::test]
async fn the_primary_address_stays_and_so_do_those_of_others() {
    let world = World::new().await;
    world.account("grace").await;
    let ada = world.person("ada").await;
    ada.opens(&format!("{PAGE}/removal?address=ada@example.org")).await.is_at(PAGE).reads("is your only address");
    adds(&world, &ada, "countess@example.org").await;
    world.message("ada@example.org", "An address was added").await;
    let primary = ada.posts(&format!("{PAGE}/removal"), &[("address", "ada@example.org")]).await;
    primary.status(303);
    ada.opens(PAGE).await.reads("ada@example.org is your primary address. Set another one as primary first");
    for address in ["grace@example.org", "nobody@example.org", "", "%"] {
        for deed in ["removal", "primary"] {
            ada.posts(&format!("{PAGE}/{deed}"), &[("address", address)]).await.status(404);
        }
        ada.gets(&format!("{PAGE}/removal?address={address}")).await.status(404);
    }
    // One's claims are one's own.
    let message = claims(&world, &ada, "third@example.org").await;
    let grace = world.visitor().await;
    grace.signs_in("grace").await;
    let claim = world.texts("SELECT id::text AS text FROM address_claims").remove(0);
    for deed in ["delivery", "cancellation"] {
        grace.posts(&format!("{PAGE}/claims/{claim}/{deed}"), &[]).await.status(303);
        grace.posts(&format!("{PAGE}/claims/none/{deed}"), &[]).await.status(404);
    }
    ada.opens_link(&message).await.may("Confirm");
    assert_eq!(addresses(&world, "grace"), ["grace@example.org"]);
}

/// ACC-09: every link that waits in the mail dies with a change of the password or of the addresses,
/// whichever was asked for first.
#[actix_web::test]
async fn acc_09_links_die_with_every_change_of_a_credential() {
    for change in ["password", "reset", "primary", "delete"] {
        for reset_first in [true, false] {
            let world = World::new().await;
            world.ignores_emails();
            let ada = world.person("ada").await;
            adds(&world, &ada, "countess@example.org").await;
            // Old enough for a link to it to reset the password.
            world.runs("UPDATE email_addresses SET confirmed_at = confirmed_at - interval '4 days'");
            let (reset, claim) = if reset_first {
                let reset = forgets_password(&world, "countess@example.org").await;
                (reset, claims(&world, &ada, "third@example.org").await)
            } else {
                let claim = claims(&world, &ada, "third@example.org").await;
                (forgets_password(&world, "countess@example.org").await, claim)
            };
            match change {
                "password" => {
                    ada.opens("/account/password").await.fills("Current Password", PASSWORD);
                    ada.fills("New Password", ANOTHER).fills("Confirm New Password", ANOTHER);
                    ada.presses("Save Changes").await.reads("Your password was changed");
                }
                "reset" => {
                    ada.opens_link(&reset).await.fills("New Password", ANOTHER).fills("Confirm Password", ANOTHER);
                    ada.presses("Reset Password").await.is_at("/sign-in").signs_in_here("ada", ANOTHER).await;
                }
                "primary" => {
                    ada.opens(PAGE).await.presses_in("countess@example.org", "Set as Primary").await;
                    ada.reads("is now your primary");
                }
                _ => {
                    ada.opens(PAGE).await.follows_in("countess@example.org", "Delete").await.presses("Yes").await;
                    ada.reads("was deleted");
                }
            }
            ada.opens_link(&claim).await.status(404).reads("This link is not valid");
            world.visitor().await.opens_link(&reset).await.status(404).reads("This link is not valid");
            let left =
                "SELECT (SELECT count(*) FROM password_resets) + (SELECT count(*) FROM address_claims) AS number";
            assert_eq!(world.number(left), 0, "{change}, {reset_first}");
        }
    }
}

/// ACC-25: an invitation to a deleted address stays with the address.
#[actix_web::test]
async fn acc_25_invitations_are_not_transferred() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    adds(&world, &ada, "countess@example.org").await;
    let charles = world.founder("charles", "Analytical Engines").await;
    charles.opens("/analytical-engines/members").await.fills("Email", "countess@example.org");
    charles.presses("Send Invite").await;
    let message = world.message("countess@example.org", "invited you").await;
    ada.opens("/dashboard").await.reads("Analytical Engines");
    let id = world.texts("SELECT id::text AS text FROM invitations").remove(0);

    ada.opens(PAGE).await.follows_in("countess@example.org", "Delete").await.presses("Yes").await;
    ada.opens("/dashboard").await.does_not_read("Analytical Engines");
    ada.gets(&format!("/invitations/{id}")).await.status(404);
    ada.posts(&format!("/invitations/{id}/acceptance"), &[]).await.status(404);
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 1);

    // A person who proves the address next has it, and the invitation with it.
    let grace = world.person("grace").await;
    adds(&world, &grace, "countess@example.org").await;
    grace.opens_link(&message).await.presses("Accept Invitation").await.reads("You joined Analytical Engines");
}
