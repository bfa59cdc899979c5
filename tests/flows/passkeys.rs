//! Passkeys, with a device that can also answer as no honest one would. What a real browser does with
//! them is in `tests/browser/passkeys.rs`.

mod refusals;

use serde_json::Value;

use crate::shared::device::Device;
use crate::shared::world::site;
use crate::shared::{Answer, Browser, World};

/// The one sentence for every passkey that does not sign in.
const REFUSED: &str = "This passkey was not accepted. Try again, or sign in with your password.";

/// A Roster whose public address is a name: passkeys belong to one.
async fn world() -> World {
    let at_a_name = |app_state: &mut roster::app::AppState| {
        let port = app_state.site.url.port().expect("a port");
        app_state.site = site(&format!("http://localhost:{port}"));
    };
    World::with(at_a_name).await
}

/// A device in a browser that shows this Roster; another number makes another device.
fn device(world: &World, number: u8) -> Device {
    Device::at(&world.site.origin(), number)
}

/// What the page that is open asks a device.
fn asked(browser: &Browser) -> Value {
    let page = browser.page();
    let Some(form) = page.all("form[data-passkey]").first().copied() else { page.fail("no device is asked") };
    serde_json::from_str(form.attr("data-passkey-options").expect("options")).expect("options")
}

/// Adds a passkey by its page, as the script does.
async fn adds(browser: &Browser, device: &mut Device, name: &str) -> Answer {
    browser.opens("/account/passkeys/new").await;
    let made = device.makes(&asked(browser));
    browser.posts("/account/passkeys", &[("name", name), ("credential", &made)]).await
}

/// Signs in by the page, as the script does.
async fn signs_in(browser: &Browser, device: &mut Device) -> Answer {
    browser.opens("/sign-in/passkey").await;
    let answer = device.signs(&asked(browser));
    browser.posts("/sign-in/passkey", &[("credential", &answer), ("back", "")]).await
}

/// Somebody with a passkey on a device, signed out; the email about it is read.
async fn with_passkey(world: &World, username: &str, number: u8) -> (Browser, Device) {
    let (browser, mut device) = (world.person(username).await, device(world, number));
    adds(&browser, &mut device, "A key").await.status(303);
    world.email_to(&format!("{username}@example.org")).await.reads("A passkey was added");
    browser.opens("/account").await.signs_out().await;
    (browser, device)
}

#[actix_web::test]
async fn a_passkey_is_added_named_used_and_removed() {
    let world = world().await;
    let (ada, mut device) = (world.person("ada").await, device(&world, 1));
    ada.opens("/account").await.follows("Passkeys").await.reads("No passkeys yet").follows("Add a Passkey").await;
    let suggested = ada.page().all("input[name=name]")[0].attr("value").map(str::to_owned);
    assert!(suggested.is_some_and(|name| !name.is_empty()));
    adds(&ada, &mut device, "Key of the desk").await.status(303);
    let message = world.email_to("ada@example.org").await;
    message.reads("A passkey was added to your account").does_not_read("desk");
    ada.opens("/account/passkeys").await.reads("The passkey Key of the desk is added.");
    ada.lists(["Key of the desk"]).reads_in("Key of the desk", "Added just now").reads_in("desk", "Never used");

    ada.follows_in("Key of the desk", "Rename").await.holds("Name", "Key of the desk").fills("Name", " ");
    ada.presses("Save").await.status(422).reads_beside("Name", "required");
    ada.fills("Name", "Key of the kitchen").presses("Save").await.is_at("/account/passkeys");
    ada.lists(["Key of the kitchen"]).signs_out().await;

    signs_in(&ada, &mut device).await.status(303);
    ada.opens("/account/passkeys").await.reads_in("kitchen", "Last used just now");
    ada.follows_in("kitchen", "Remove").await.reads("Remove Key of the kitchen?").presses("Yes").await;
    ada.reads("The passkey Key of the kitchen is removed.").reads("No passkeys yet");
    world.email_to("ada@example.org").await.reads("A passkey was removed from your account");
    ada.signs_out().await;
    signs_in(&ada, &mut device).await.status(422).reads(REFUSED);

    let told = world
        .texts("SELECT kind || ' ' || details::text AS text FROM history WHERE kind LIKE 'passkey%' ORDER BY at, id");
    let begins = ["passkey_added", "passkey_renamed", "passkey_removed"];
    assert!(told.len() == 3 && told.iter().zip(begins).all(|(told, begins)| told.starts_with(begins)), "{told:?}");
}

/// A verified passkey stands for both factors, and leads where the person wanted to go.
#[actix_web::test]
async fn a_passkey_needs_neither_name_nor_password_nor_code() {
    let world = world().await;
    let (ada, mut device) = with_passkey(&world, "ada", 1).await;
    world.runs(
        "INSERT INTO second_factors (account_id, sealed_secret, confirmed_at) \
         SELECT id, decode(repeat('00', 60), 'hex'), roster_now() FROM accounts",
    );
    ada.opens("/account/organizations").await.is_at("/sign-in").follows("Sign In with a Passkey").await;
    ada.is_at("/sign-in/passkey?back=%2Faccount%2Forganizations");
    let answer = device.signs(&asked(&ada));
    let back = ada.page().all("input[name=back]")[0].attr("value").unwrap_or_default().to_owned();
    let signed_in = ada.posts("/sign-in/passkey", &[("credential", &answer), ("back", &back)]).await;
    assert_eq!((signed_in.status, signed_in.location()), (303, "/account/organizations"));
    ada.opens("/account").await.may("Sign Out").opens("/sign-in/passkey").await.is_at("/dashboard");
    let told = world.texts("SELECT details->>'proof' AS text FROM history WHERE kind = 'signed_in' ORDER BY at, id");
    assert_eq!(told, ["password", "passkey"]);
}

/// ACC-29: signing in by a passkey leads to no other site either.
#[actix_web::test]
async fn a_passkey_leads_to_no_other_site() {
    let world = world().await;
    let (ada, mut device) = with_passkey(&world, "ada", 1).await;
    for elsewhere in ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"] {
        let visitor = world.visitor().await;
        visitor.opens("/sign-in/passkey").await;
        let answer = device.signs(&asked(&visitor));
        let signed_in = visitor.posts("/sign-in/passkey", &[("credential", &answer), ("back", elsewhere)]).await;
        assert_eq!((signed_in.status, signed_in.location()), (303, "/dashboard"), "{elsewhere}");
    }
    drop(ada);
}

/// ACC-14: the session that was there before ends.
#[actix_web::test]
async fn signing_in_by_a_passkey_begins_a_new_session() {
    let world = world().await;
    let (ada, mut device) = with_passkey(&world, "ada", 1).await;
    let mallory = world.person("mallory").await;
    ada.opens("/sign-in/passkey").await;
    let (answer, waiting) = (device.signs(&asked(&ada)), ada.cookies());
    ada.posts("/sign-in/passkey", &[("credential", &answer)]).await.status(303);
    assert_ne!(ada.cookies(), waiting);
    ada.opens("/account").await.reads("Signed in as ada");
    // Who is signed in already, and signs in as somebody else, is that from then on.
    let planted = mallory.cookies();
    let visitor = world.visitor().await;
    visitor.plants(&planted).opens("/account").await.reads("Signed in as mallory");
    let posted = visitor.posts("/sign-in/passkey", &[("credential", &answer)]).await;
    posted.status(422);
    visitor.opens("/account").await.reads("Signed in as mallory");
}

/// What is sensitive asks for the password again, and no page carries what a device has answered.
#[actix_web::test]
async fn adding_and_removing_are_grave() {
    let world = world().await;
    let (ada, mut device) = with_passkey(&world, "ada", 1).await;
    signs_in(&ada, &mut device).await.status(303);
    world.clock.minutes(31);
    ada.opens("/account/passkeys").await.follows_in("A key", "Rename").await.holds("Name", "A key");
    ada.opens("/account/passkeys").await.follows("Add a Passkey").await.is_titled("Confirm your password");
    ada.opens("/account/passkeys").await.follows_in("A key", "Remove").await.is_titled("Confirm your password");
    let posted = ada.posts("/account/passkeys", &[("name", "Another"), ("credential", "what a device said")]).await;
    posted.status(200).reads("Confirm your password");
    assert!(posted.body_text().contains("Another") && !posted.body_text().contains("what a device said"));
    assert_eq!(world.number("SELECT count(*) AS number FROM passkeys"), 1);
}

/// A passkey belongs to a name: where the public address is a number, the pages say so, and what to do.
#[actix_web::test]
async fn where_there_can_be_no_passkeys_the_pages_say_so() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    ada.opens("/account/passkeys").await.reads("ROSTER_URL").may_not("Add a Passkey");
    ada.opens("/account/passkeys/new").await.reads("ROSTER_URL").may_not("Add a Passkey").signs_out().await;
    ada.opens("/sign-in").await.may_not("Sign In with a Passkey").opens("/sign-in/passkey").await.reads("ROSTER_URL");
    ada.posts("/sign-in/passkey", &[("credential", "{}")]).await.status(422).reads("ROSTER_URL");
}

/// Without scripts no device can be asked: the page says so, and shows no button that does nothing.
#[actix_web::test]
async fn without_scripts_the_pages_say_what_to_do() {
    let world = world().await;
    let ada = world.person("ada").await;
    ada.opens("/account/passkeys/new").await.reads("Turn scripts on").may_not("Add a Passkey").signs_out().await;
    ada.opens("/sign-in").await.follows("Sign In with a Passkey").await.reads("Turn scripts on");
    ada.may_not("Sign In with a Passkey").follows("Sign in with your password").await.is_at("/sign-in");
}

#[actix_web::test]
async fn pages_about_passkeys_ask_little_of_the_database() {
    let world = world().await;
    let (ada, mut device) = with_passkey(&world, "ada", 1).await;
    assert_eq!(world.queries_of(ada.opens("/sign-in/passkey")).await, 0);
    signs_in(&ada, &mut device).await.status(303);
    for path in ["/account/passkeys", "/account/passkeys/new"] {
        let asked = world.queries_of(async { ada.opens(path).await.status(200) }).await;
        assert!(asked <= 3, "{path} asks {asked} times");
    }
}
