//! AUTH-2: the password of a new account is chosen on the page of the link, by the person who reads the mailbox.

use roster::accounts::operator::{AccountSelector, OperatorCommand, OperatorCommandError, carry_out};
use roster::app::end_invitations;
use roster::signed_links::Purpose;
use roster::text::EmailAddress;
use uuid::Uuid;

use crate::shared::{PASSWORD, World};

const ANOTHER: &str = "lanterns over quiet harbours";

/// A stranger asks for an account with an address that is not theirs. The person who reads it opens the unexpected
/// email and goes on: nothing that the stranger typed is a way in.
#[actix_web::test]
async fn auth_2_a_password_of_a_stranger_never_works() {
    let world = World::new().await;
    let (mallory, grace) = (world.visitor().await, world.visitor().await);
    let fields =
        [("email", "grace@example.org"), ("username", "grace"), ("password", ANOTHER), ("confirm_password", ANOTHER)];
    mallory.posts("/create-account", &fields).await.status(400);
    mallory.opens("/create-account").await;
    assert!(!mallory.page().has_field("Password"));
    mallory.asks_for_account("grace@example.org", "grace").await.status(200);
    assert!(!world.everything_kept().contains("$argon2id$"), "a password is kept before the address is proven");

    let message = world.email_to("grace@example.org").await;
    message.reads("choose a password").reads("If it was not you, ignore this email");
    grace.opens_link(&message).await.reads("If you did not ask for one, close this page.");
    let fields = |css: &str| grace.page().all(css).len();
    assert_eq!(fields("input[autocomplete=username][value=grace]"), 1, "a password manager needs the name");
    assert_eq!(fields("input[autocomplete=new-password]"), 2);
    let path = message.link().trim_start_matches(&world.site.origin()).to_owned();
    // The page takes no other address, and nobody gets past it without a password.
    let fields = [("email", "mallory@evil.example"), ("password", PASSWORD), ("confirm_password", PASSWORD)];
    mallory.posts(&path, &fields).await.status(400);
    mallory.posts(&path, &[]).await.status(422);
    assert_eq!(world.number("SELECT count(*) AS number FROM accounts"), 0);
    grace.creates_with_password(PASSWORD).await.is_at("/dashboard").may("Sign Out");

    for login in ["grace", "grace@example.org"] {
        mallory.opens("/sign-in").await.signs_in_here(login, ANOTHER).await.status(422);
    }
    mallory.opens("/dashboard").await.is_at("/sign-in");
}

/// Where the name is still free the form may leave it out, and the account gets the one that was wished for.
#[actix_web::test]
async fn auth_2_the_password_alone_is_enough() {
    let world = World::new().await;
    let ada = world.visitor().await;
    ada.asks_for_account("ada@example.org", "ada").await;
    let message = world.email_to("ada@example.org").await;
    let path = message.link().trim_start_matches(&world.site.origin()).to_owned();
    let fields = [("password", PASSWORD), ("confirm_password", PASSWORD)];
    assert_eq!(ada.posts(&path, &fields).await.status(303).location(), "/dashboard");
    assert_eq!(world.texts("SELECT username AS text FROM accounts"), ["ada"]);
}

/// Somebody who is signed in to another account keeps that session until the new account is there, and not longer.
#[actix_web::test]
async fn auth_2_a_browser_that_is_signed_in_changes_accounts_once_the_new_one_is_there() {
    let world = World::new().await;
    let browser = world.person("ada").await;
    world.visitor().await.asks_for_account("countess@example.org", "countess").await;
    let message = world.email_to("countess@example.org").await;
    browser.opens_link(&message).await.reads("You are signed in as ada.");
    let before = browser.cookies();
    browser.creates_with_password("short").await.status(422).opens("/account").await.reads("ada@example.org");
    browser.opens_link(&message).await.creates_with_password(PASSWORD).await.is_at("/dashboard");
    browser.opens("/account").await.reads("countess@example.org");
    world.raw("GET", "/account").header("cookie", &before).sends().await.status(303);
    assert_eq!(world.number("SELECT count(*) AS number FROM sessions"), 1);
}

/// The page that follows names the address that was typed, in the browser that typed it and for an hour; no link makes
/// it name another.
#[actix_web::test]
async fn auth_2_the_sent_page_names_the_address_that_was_typed() {
    let world = World::new().await;
    world.ignores_emails();
    world.account("grace").await;
    let (ada, other) = (world.visitor().await, world.visitor().await);
    for (email, shown) in [
        ("Grace@Example.org", "grace@example.org"),
        ("a&b'c@example.org", "a&b'c@example.org"),
        ("nobody@example.org", "nobody@example.org"),
    ] {
        ada.asks_for_account(email, "somebody").await.is_at("/create-account/sent");
        ada.reads(&format!("We sent an email to {shown}.")).reloads().await.reads(shown);
        ada.opens("/forgot-password/sent").await.does_not_read("@");
        ada.opens("/forgot-password").await.fills("Email", email).presses("Send Reset Link").await;
        ada.is_at("/forgot-password/sent").reads(&format!("If {shown} belongs to an account, we sent an email there."));
    }
    for page in ["/create-account/sent", "/forgot-password/sent"] {
        other.opens(&format!("{page}?email=evil@example.org&address=evil@example.org")).await.does_not_read("@");
    }
    ada.reads("nobody@example.org");
    world.clock.minutes(61);
    ada.reloads().await.status(200).does_not_read("@");
}

/// The operator vouches for an address whose email never came: the person gets the link, and chooses the password.
#[actix_web::test]
async fn auth_2_the_operator_has_no_password_to_open_an_account_with() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.visitor().await;
    ada.asks_for_account("ada@example.org", "ada").await;
    let confirms = async |address: &str| {
        let order = OperatorCommand::ConfirmAddress(EmailAddress::parse(address).unwrap());
        let told =
            carry_out(&world.db, AccountSelector::parse("ada").unwrap(), order, end_invitations()).await.unwrap();
        told.map(|told| told.said(&world.site))
    };
    assert_eq!(confirms("mallory@example.org").await, Err(OperatorCommandError::NoSuchAccount));
    let said = confirms("ada@example.org").await.unwrap();
    assert!(
        said.starts_with("ada has no account yet. Give this link to the person who owns ada@example.org"),
        "{said}"
    );
    assert_eq!(world.number("SELECT count(*) AS number FROM accounts"), 0);
    let link = said.lines().last().unwrap();
    ada.opens(link.trim_start_matches(&world.site.origin())).await.creates_with_password(PASSWORD).await;
    ada.is_at("/dashboard").signs_out().await.signs_in("ada").await.is_at("/dashboard");
}

/// A registration from before the migration loses its password, and its link asks for one.
#[actix_web::test]
async fn auth_2_a_registration_from_before_keeps_working_without_its_password() {
    const UP: &str = include_str!("../../../migrations/2026-11-30-025001_a_registration_keeps_no_password/up.sql");
    const DOWN: &str = include_str!("../../../migrations/2026-11-30-025001_a_registration_keeps_no_password/down.sql");
    let world = World::new().await;
    let id = Uuid::now_v7();
    world.runs(DOWN);
    world.runs(&format!(
        "INSERT INTO registrations (id, email, username, password_hash, expires_at) \
         VALUES ('{id}', 'grace@example.org', 'grace', '$argon2id$of-a-stranger', roster_now() + interval '1 day')"
    ));
    world.runs(UP);
    assert!(!world.everything_kept().contains("of-a-stranger"));
    let grace = world.visitor().await;
    let link = world.site.link(Purpose::Confirmation, id, 1);
    grace.opens(link.trim_start_matches(&world.site.origin())).await.holds("Username", "grace");
    grace.creates_with_password(PASSWORD).await.is_at("/dashboard");
}
