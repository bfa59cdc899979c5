//! Passkeys in a real browser, which has a device of its own that keeps them.

use serde_json::json;

use crate::chromium::{Screen, on_screen};
use crate::shared::World;
use crate::shared::world::site;

/// A Roster whose public address is a name: passkeys belong to one.
async fn world() -> World {
    let world = World::with(|app_state| {
        let port = app_state.site.url.port().expect("a port");
        app_state.site = site(&format!("http://localhost:{port}"));
    })
    .await;
    world.account("ada").await;
    world.ignores_emails();
    world
}

async fn signs_out(ada: &Screen) {
    ada.opens("/account").await.presses("ada").await.presses("Sign Out").await.is_at("/sign-in").await;
}

/// Adds a passkey by its page.
async fn adds(ada: &Screen, name: &str) {
    ada.opens("/account/passkeys").await.presses("Add a Passkey").await.is_at("/account/passkeys/new").await;
    ada.fills("Name", name).await.presses("Add a Passkey").await.is_at("/account/passkeys").await;
    ada.sees(&format!("The passkey {name} is added.")).await;
}

#[actix_web::test]
async fn a_passkey_is_added_signs_in_and_is_removed() {
    let world = world().await;
    on_screen(&world, async |ada| {
        ada.has_device().await;
        ada.signs_in("ada").await;
        ada.opens("/account/passkeys").await.sees("No passkeys yet").await;
        adds(ada, "Key of the desk").await;
        ada.sees("Never used").await;
        signs_out(ada).await;

        // By the link, in place; and to where the person wanted to go.
        ada.opens("/account/passkeys").await.is_at("/sign-in").await.presses("Sign In with a Passkey").await;
        ada.is_at("/account/passkeys").await.sees("Last used just now").await;

        ada.presses_in("Key of the desk", "Rename").await.sees("Rename this passkey").await;
        ada.fills("Name", "Key of the kitchen").await.presses("Save").await.sees("Key of the kitchen").await;
        signs_out(ada).await;

        // By the page, as somebody comes to it who opened the link elsewhere.
        ada.opens("/sign-in/passkey").await.presses("Sign In with a Passkey").await.sees("Your Dashboard").await;

        ada.opens("/account/passkeys").await.presses_in("Key of the kitchen", "Remove").await;
        ada.sees("Remove Key of the kitchen?").await.presses("Yes").await.sees("No passkeys yet").await;
        signs_out(ada).await;
        ada.presses("Sign In with a Passkey").await.is_at("/sign-in/passkey").await;
        ada.sees("This passkey was not accepted.").await;
    })
    .await;
}

/// An answer is taken once: anyone who has copied it, with the cookie it belongs to, comes too late.
#[actix_web::test]
async fn an_answer_of_a_real_device_is_taken_once() {
    let world = world().await;
    on_screen(&world, async |ada| {
        ada.has_device().await;
        ada.signs_in("ada").await;
        adds(ada, "A key").await;
        signs_out(ada).await;
        ada.opens("/sign-in/passkey").await;
        let keep = "addEventListener('submit', (event) => sessionStorage.setItem('answer', event.target.elements.credential.value))";
        ada.runs(keep).await;
        let waiting = ada.cookies().await;
        ada.presses("Sign In with a Passkey").await.sees("Your Dashboard").await;
        let answer = ada.runs("return sessionStorage.getItem('answer')").await;
        let answer = answer.as_str().expect("an answer");
        assert!(answer.contains("signature"), "{answer}");
        // The count is forgotten, so that the challenge alone is left to tell.
        world.runs("UPDATE passkeys SET moving_state = overlay(moving_state placing '\\x00000000'::bytea from 3)");
        let again = world.raw("POST", "/sign-in/passkey").from_our_page().header("cookie", &waiting);
        again.form(&[("credential", answer)]).sends().await.status(422).reads("This passkey was not accepted.");
    })
    .await;
}

/// What the device refuses is said on the page, and can be tried again.
#[actix_web::test]
async fn what_a_device_refuses_is_said() {
    let world = world().await;
    on_screen(&world, async |ada| {
        let device = ada.has_device().await;
        ada.signs_in("ada").await;
        adds(ada, "A key").await;
        ada.opens("/account/passkeys/new").await.presses("Add a Passkey").await;
        ada.sees("This device keeps a passkey for your account already.").await;
        ada.fills("Name", "").await.presses("Add a Passkey").await.is_at("/account/passkeys/new").await;
        assert_eq!(world.number("SELECT count(*) AS number FROM passkeys"), 1);
        signs_out(ada).await;

        let unverified = json!({ "authenticatorId": device, "isUserVerified": false });
        ada.cdp("WebAuthn.setUserVerified", unverified).await;
        ada.opens("/sign-in/passkey").await.presses("Sign In with a Passkey").await;
        ada.sees("It was cancelled, or took too long. Try again.").await;
        let verified = json!({ "authenticatorId": device, "isUserVerified": true });
        ada.cdp("WebAuthn.setUserVerified", verified).await;
        ada.presses("Sign In with a Passkey").await.sees("Your Dashboard").await;
    })
    .await;
}

/// A browser that knows no passkeys says so, and what to do; a small telephone shows all of it.
#[actix_web::test]
async fn a_browser_without_passkeys_says_so() {
    let world = world().await;
    on_screen(&world, async |ada| {
        ada.has_device().await;
        ada.is_narrow().await;
        let fits = "document.documentElement.scrollWidth <= 320";
        ada.signs_in("ada").await;
        adds(ada, "A key with a rather long name that its owner likes").await;
        for path in ["/account/passkeys", "/account/passkeys/new"] {
            ada.opens(path).await.finds(fits).await;
        }
        let forget = json!({ "source": "delete window.PublicKeyCredential" });
        ada.cdp("Page.addScriptToEvaluateOnNewDocument", forget).await;
        ada.opens("/account/passkeys/new").await.sees("this browser knows no passkeys").await.finds(fits).await;
        signs_out(ada).await;
        ada.presses("Sign In with a Passkey").await.is_at("/sign-in/passkey").await;
        ada.sees("this browser knows no passkeys").await.finds(fits).await;
        ada.presses("Sign in with your password").await.is_at("/sign-in").await;
    })
    .await;
}
