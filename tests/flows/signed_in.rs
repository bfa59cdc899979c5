//! Where one is signed in, and signing out from elsewhere.

use crate::shared::{Browser, PASSWORD, World};

const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/// Somebody signed in with another browser.
async fn with(world: &World, username: &str, agent: &'static str) -> Browser {
    let browser = world.visitor_sending(&[("user-agent", agent)]).await;
    browser.signs_in(username).await.may("Sign Out");
    browser
}

/// The path that signs out the browser of a row.
fn ending(browser: &Browser, row: &str) -> String {
    let page = browser.page();
    match page.button_in(row, "Sign Out") {
        crate::shared::page::Step::Send(to, _) => to.path().to_owned(),
        crate::shared::page::Step::Upload(to, _) | crate::shared::page::Step::Open(to) => {
            panic!("no form of fields to {to}")
        }
    }
}

fn ended(world: &World) -> Vec<String> {
    world.texts("SELECT kind AS text FROM history WHERE kind IN ('session_ended', 'sessions_ended') ORDER BY at")
}

#[actix_web::test]
async fn each_browser_is_told_and_can_be_signed_out() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    let respond = with(&world, "ada", FIREFOX).await;
    world.clock.hours(3);
    let phone = with(&world, "ada", SAFARI).await;

    ada.opens("/account").await.follows("Sessions").await.is_titled("Sessions");
    ada.lists(["An unknown browser on Linux", "Safari on iPhone", "Firefox on Windows"]);
    ada.reads_in("An unknown browser on Linux", "This Session");
    ada.reads_in("An unknown browser on Linux", "use Sign Out in the menu");
    ada.may_not_in("An unknown browser on Linux", "Sign Out");
    ada.reads_in("Firefox on Windows", "This machine").reads_in("Firefox on Windows", "Signed in 3 hours ago");

    ada.presses_in("Safari on iPhone", "Sign Out").await.is_titled("Confirm your password");
    ada.fills("Password", PASSWORD).presses("Continue").await;
    ada.is_at("/account/sessions").reads("That session has ended.");
    ada.lists(["An unknown browser on Linux", "Firefox on Windows"]);
    phone.opens("/account").await.is_at("/sign-in");
    respond.opens("/account").await.is_at("/account");

    with(&world, "ada", SAFARI).await;
    ada.reloads().await.presses("Sign Out All Others").await;
    ada.reads("You are signed in here alone.").lists(["An unknown browser on Linux"]).may_not("Sign Out All Others");
    respond.opens("/account").await.is_at("/sign-in");
    assert_eq!(ended(&world), ["session_ended", "sessions_ended"]);
    assert_eq!(
        world.texts("SELECT details ->> 'device' AS text FROM history WHERE kind = 'session_ended'"),
        ["Safari on iPhone"]
    );
}

/// What is kept of a browser are words, not what it said of itself.
#[actix_web::test]
async fn what_is_kept_of_a_browser_are_words() {
    let world = World::new().await;
    world.account("ada").await;
    with(&world, "ada", "Evil/1.0 (http://evil.example; Windows NT 10.0) <b>").await;
    assert!(!world.everything_kept().to_lowercase().contains("evil"));
    assert_eq!(world.texts("SELECT device AS text FROM sessions"), ["An unknown browser on Windows"]);
}

/// ACC-30: the sessions of others are neither seen nor ended.
#[actix_web::test]
async fn acc_30_a_session_of_somebody_else_is_not_there() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let mallory = world.person("mallory").await;
    let id = world.texts("SELECT sessions.id::text AS text FROM sessions JOIN accounts ON accounts.id = account_id WHERE username = 'ada'").remove(0);
    mallory.opens("/account/sessions").await.lists(["This Session"]);
    assert!(!mallory.page().body.contains(&id));
    for foreign in [id.as_str(), "01900000-0000-7000-8000-000000000001", "nonsense"] {
        mallory.posts(&format!("/account/sessions/{foreign}/ending"), &[]).await.status(404);
    }
    mallory.posts("/account/sessions/ending", &[]).await.status(303);
    ada.opens("/account").await.is_at("/account");
    assert!(ended(&world).is_empty());
    // Nor once it has ended, by whomever.
    ada.signs_out().await;
    mallory.posts(&format!("/account/sessions/{id}/ending"), &[]).await.status(404);
}

/// A double click, and a tab that was still open: what was asked for is so, and told once.
#[actix_web::test]
async fn a_session_that_has_ended_already_has_ended() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    with(&world, "ada", FIREFOX).await;
    let phone = with(&world, "ada", SAFARI).await;
    ada.opens("/account/sessions").await;
    let (firefox, safari) = (ending(&ada, "Firefox on Windows"), ending(&ada, "Safari on iPhone"));
    for _ in 0..2 {
        ada.posts(&firefox, &[]).await.status(303);
    }
    phone.signs_out().await;
    ada.posts(&safari, &[]).await.status(303);
    for _ in 0..2 {
        ada.posts("/account/sessions/ending", &[]).await.status(303);
    }
    assert_eq!(ended(&world), ["session_ended"]);
    // One's own is left to the menu.
    let own = world.texts("SELECT id::text AS text FROM sessions").remove(0);
    ada.posts(&format!("/account/sessions/{own}/ending"), &[]).await.status(303);
    ada.opens("/account/sessions").await.reads("Sign Out is in the menu at the top right.").is_at("/account/sessions");
}

/// Signing out elsewhere asks for the password when it was given a while ago (ASVS 7.5.2).
#[actix_web::test]
async fn ending_sessions_is_grave() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    let phone = with(&world, "ada", SAFARI).await;
    world.clock.minutes(31);
    for deed in ["Sign Out All Others", "Sign Out"] {
        ada.opens("/account/sessions").await;
        if deed == "Sign Out" {
            ada.presses_in("Safari on iPhone", deed).await
        } else {
            ada.presses(deed).await
        };
        ada.is_titled("Confirm your password").fills("Password", "not the password").presses("Continue").await;
        ada.status(422);
        phone.opens("/account").await.is_at("/account");
    }
    ada.fills("Password", PASSWORD).presses("Continue").await.is_at("/account/sessions").lists(["This Session"]);
    phone.opens("/account").await.is_at("/sign-in");
}
