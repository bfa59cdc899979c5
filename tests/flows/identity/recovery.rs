//! AUTH-4: after a reset nothing that a thief added gets in, and a young address resets nothing.

use crate::shared::{Browser, World};

const ANOTHER: &str = "lanterns over quiet harbours";
const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
const PAGE: &str = "/forgot-password/additions";

/// Ada, whose address is forty days old, with an address, a passkey of that time; and what a thief has added today.
async fn robbed() -> (World, Browser) {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    world.runs(
        "UPDATE accounts SET created_at = roster_now() - interval '40 days'; \
         UPDATE email_addresses SET confirmed_at = roster_now() - interval '40 days'; \
         UPDATE known_devices SET last_seen_at = roster_now() - interval '1 day'; \
         INSERT INTO email_addresses (address, account_id, confirmed_at) \
            SELECT 'countess@example.org', id, roster_now() - interval '35 days' FROM accounts; \
         INSERT INTO email_addresses (address, account_id) SELECT 'thief@evil.example', id FROM accounts; \
         INSERT INTO passkeys (id, account_id, credential_id, name, fixed_state, moving_state, created_at) \
            SELECT gen_random_uuid(), id, decode(repeat('07', 16), 'hex'), 'Key of the desk', '', '', roster_now() - interval '35 days' FROM accounts; \
         INSERT INTO passkeys (id, account_id, credential_id, name, fixed_state, moving_state) \
            SELECT gen_random_uuid(), id, decode(repeat('08', 16), 'hex'), 'Key of a thief', '', '' FROM accounts; \
         INSERT INTO second_factors (account_id, sealed_secret, confirmed_at) \
            SELECT id, decode(repeat('00', 48), 'hex'), roster_now() FROM accounts",
    );
    (world, ada)
}

async fn asks(world: &World, address: &str) {
    let visitor = world.visitor().await;
    visitor.opens("/forgot-password").await.fills("Email", address).presses("Send Reset Link").await;
    visitor.status(200).reads(&format!("If {address} belongs to an account, we sent an email there."));
}

/// Resets the password by the link to an address.
async fn resets(world: &World, browser: &Browser, address: &str) {
    asks(world, address).await;
    browser.opens_link(&world.message(address, "Reset your password").await).await;
    browser.fills("New Password", ANOTHER).fills("Confirm Password", ANOTHER).presses("Reset Password").await;
}

fn addresses(world: &World) -> Vec<String> {
    world.texts(
        "SELECT address || CASE WHEN is_primary THEN ' primary' ELSE '' END AS text FROM email_addresses ORDER BY 1",
    )
}

#[actix_web::test]
async fn auth_4_what_was_added_lately_is_shown_after_a_reset_and_goes_by_one_button() {
    let (world, ada) = robbed().await;
    resets(&world, &ada, "ada@example.org").await;
    ada.is_at(PAGE).is_titled("Added in the last 30 days").reads("Your password was changed.");
    ada.reads("thief@evil.example").reads("Key of a thief").reads("Two-factor authentication");
    ada.does_not_read("countess@example.org").does_not_read("Key of the desk").does_not_read("ask the operator");
    ada.presses("Remove All").await.is_at("/sign-in").reads("It was removed. Sign in with your new password.");
    assert_eq!(addresses(&world), ["ada@example.org primary", "countess@example.org"]);
    assert_eq!(world.texts("SELECT name AS text FROM passkeys"), ["Key of the desk"]);
    assert_eq!(world.number("SELECT count(*) AS number FROM second_factors"), 0);
    assert_eq!(world.number("SELECT count(*) AS number FROM sessions"), 0);
    for (address, about) in [
        ("thief@evil.example", "An address was deleted"),
        ("ada@example.org", "An address was deleted"),
        ("ada@example.org", "A passkey was removed"),
        ("ada@example.org", "Two-factor Authentication is off"),
    ] {
        world.message(address, about).await;
    }
    // Once is enough, and the page is gone with it.
    ada.posts(&format!("{PAGE}/removal"), &[]).await.status(303);
    ada.opens(PAGE).await.is_at("/sign-in").signs_in_here("ada", ANOTHER).await.is_at("/dashboard");
    ada.opens("/account/security").await.reads("thief@evil.example");
}

/// A person who only reads the mailbox does not get past a second factor: from a browser that the account does not know
/// it stays, and the page says who turns it off.
#[actix_web::test]
async fn auth_4_a_second_factor_stays_where_the_browser_is_not_known() {
    let (world, _ada) = robbed().await;
    let elsewhere = world.visitor_sending(&[("user-agent", FIREFOX)]).await;
    resets(&world, &elsewhere, "ada@example.org").await;
    elsewhere.is_at(PAGE).reads("ask the operator of this Roster to turn it off");
    elsewhere.presses("Remove All").await.is_at("/sign-in");
    assert_eq!(world.number("SELECT count(*) AS number FROM second_factors"), 1);
    assert_eq!(addresses(&world), ["ada@example.org primary", "countess@example.org"]);
    elsewhere.signs_in_here("ada", ANOTHER).await.is_at("/sign-in/code");
}

/// A thief who has made his address the primary one loses that, too.
#[actix_web::test]
async fn auth_4_the_proven_address_becomes_the_primary_one_again() {
    let (world, ada) = robbed().await;
    world.runs(
        "UPDATE email_addresses SET is_primary = false; \
         UPDATE email_addresses SET is_primary = true WHERE address = 'thief@evil.example'",
    );
    resets(&world, &ada, "countess@example.org").await;
    ada.is_at(PAGE).presses("Remove All").await;
    assert_eq!(addresses(&world), ["ada@example.org", "countess@example.org primary"]);
}

/// What is older than the proven address is shown, and stays.
#[actix_web::test]
async fn auth_4_an_address_of_a_thief_that_has_come_of_age_disowns_nothing_older() {
    let (world, thief) = robbed().await;
    world.runs(
        "UPDATE email_addresses SET confirmed_at = roster_now() - interval '5 days' WHERE address = 'thief@evil.example'; \
         UPDATE email_addresses SET confirmed_at = roster_now() - interval '10 days' WHERE address = 'countess@example.org'; \
         UPDATE passkeys SET created_at = roster_now() - interval '10 days'; DELETE FROM second_factors",
    );
    resets(&world, &thief, "thief@evil.example").await;
    thief.is_at(PAGE).reads("countess@example.org").reads("Key of the desk").may_not("Remove All");
    thief.does_not_read("ada@example.org").reads("It is older than the address you used, so it stays.");
    thief.posts(&format!("{PAGE}/removal"), &[]).await.status(303);
    assert_eq!(addresses(&world).len(), 3);
    assert_eq!(world.number("SELECT count(*) AS number FROM passkeys"), 2);
}

/// The page is the browser's that made the reset, for half an hour, and until the password is changed again.
#[actix_web::test]
async fn auth_4_the_page_is_shown_where_the_reset_was_made_and_not_for_long() {
    let (world, ada) = robbed().await;
    resets(&world, &ada, "ada@example.org").await;
    world.visitor().await.opens(PAGE).await.is_at("/sign-in");
    ada.reloads().await.is_at(PAGE);
    world.clock.minutes(31);
    ada.reloads().await.is_at("/sign-in");
    assert_eq!(ada.posts(&format!("{PAGE}/removal"), &[]).await.status(303).location(), "/sign-in");
    assert_eq!(addresses(&world).len(), 3);

    resets(&world, &ada, "ada@example.org").await;
    ada.is_at(PAGE);
    let other = world.visitor().await;
    resets(&world, &other, "ada@example.org").await;
    ada.reloads().await.is_at("/sign-in");
}

#[actix_web::test]
async fn auth_4_a_young_address_resets_nothing_and_the_older_ones_are_told() {
    let (world, _ada) = robbed().await;
    asks(&world, "thief@evil.example").await;
    world.no_email_to("thief@evil.example").await;
    for older in ["ada@example.org", "countess@example.org"] {
        let message = world.message(older, "A new address tried to reset your password").await;
        message.reads("thief@evil.example").reads("less than 72 hours ago");
    }
    // The primary address, too, where it is the young one.
    world.runs(
        "UPDATE email_addresses SET is_primary = false; \
         UPDATE email_addresses SET is_primary = true WHERE address = 'thief@evil.example'",
    );
    asks(&world, "thief@evil.example").await;
    world.no_email_to("thief@evil.example").await;
    world.message("ada@example.org", "A new address tried to reset your password").await;

    world.clock.hours(73);
    asks(&world, "thief@evil.example").await;
    world.message("thief@evil.example", "Reset your password").await;
}

/// The address that an account was created with is not young: it is all there is.
#[actix_web::test]
async fn auth_4_the_first_address_of_an_account_resets_at_once() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.visitor().await;
    world.account("ada").await;
    resets(&world, &ada, "ada@example.org").await;
    ada.is_at("/sign-in").reads("Your password was changed, and nothing was added to your account");
}
