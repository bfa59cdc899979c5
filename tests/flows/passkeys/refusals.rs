//! What no passkey and no device gets past.

use diesel::connection::SimpleConnection;

use super::{REFUSED, adds, asked, device, signs_in, with_passkey, world};
use crate::shared::device::Device;
use crate::shared::{Answer, Browser, World};

/// The page without the question to the device, which is another each time.
fn told(answer: &Answer) -> String {
    let body = answer.body_text();
    let (before, after) = body.split_once("data-passkey-options").unwrap_or((&body, ""));
    format!("{before}{}", after.split_once('>').unwrap_or_default().1)
}

/// Lets a device answer after something of it was changed.
async fn signs_in_with(browser: &Browser, device: &Device, change: impl FnOnce(&mut Device)) -> Answer {
    let mut changed = device.clone();
    changed.count += 10;
    change(&mut changed);
    signs_in(browser, &mut changed).await
}

async fn is_signed_out(browser: &Browser) -> bool {
    browser.gets("/account").await.location().starts_with("/sign-in")
}

/// ACC-31 and the like: whatever is wrong, the answer is one and the same sentence.
#[actix_web::test]
async fn every_refusal_is_the_same_sentence() {
    let world = world().await;
    let (ada, known) = with_passkey(&world, "ada", 1).await;
    let (_, of_grace) = with_passkey(&world, "grace", 2).await;
    let mut pages = vec![
        // Not verified by its owner; at another address; for another domain.
        signs_in_with(&ada, &known, |device| device.verifies = false).await,
        signs_in_with(&ada, &known, |device| device.origin = "https://evil.example".into()).await,
        signs_in_with(&ada, &known, |device| device.origin = device.origin.replace("localhost", "evil.localhost"))
            .await,
        signs_in_with(&ada, &known, |device| device.domain = "evil.example".into()).await,
        // A passkey nobody has; ada's by another key; ada's, said to be grace's.
        signs_in_with(&ada, &known, |device| device.credential = vec![9; 16]).await,
        signs_in_with(&ada, &of_grace, |device| device.credential = known.credential.clone()).await,
        signs_in_with(&ada, &known, |device| device.user = of_grace.user.clone()).await,
        signs_in_with(&ada, &known, |device| device.user = String::new()).await,
    ];
    // A foreign question; one that was never asked here; one that was asked too long ago.
    let elsewhere = world.visitor().await;
    elsewhere.opens("/sign-in/passkey").await;
    let foreign = known.clone().signs(&asked(&elsewhere));
    ada.opens("/sign-in/passkey").await;
    pages.push(ada.posts("/sign-in/passkey", &[("credential", &foreign)]).await);
    pages.push(world.visitor().await.posts("/sign-in/passkey", &[("credential", &foreign)]).await);
    ada.opens("/sign-in/passkey").await;
    let late = known.clone().signs(&asked(&ada));
    world.clock.minutes(6);
    pages.push(ada.posts("/sign-in/passkey", &[("credential", &late)]).await);
    // Garbage of every kind.
    for garbage in ["", "{}", "[]", "null", "\u{0}", "{\"id\":1}", &"[".repeat(4_000), &late[..late.len() / 2]] {
        ada.opens("/sign-in/passkey").await;
        pages.push(ada.posts("/sign-in/passkey", &[("credential", garbage)]).await);
    }
    // Suspended.
    world.runs("UPDATE accounts SET suspended_at = roster_now()");
    pages.push(signs_in_with(&ada, &known, |_| {}).await);
    world.runs("UPDATE accounts SET suspended_at = NULL");

    assert!(is_signed_out(&ada).await && is_signed_out(&elsewhere).await);
    for (n, page) in pages.iter().enumerate() {
        page.status(422).reads(REFUSED);
        assert_eq!(told(page), told(&pages[0]), "the page number {n} tells more");
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'passkey_refused'"), 0);
    // All of it for nothing: the passkey itself is as good as before.
    signs_in_with(&ada, &known, |_| {}).await.status(303);
}

/// What a device was asked is answered once, even by anyone who has copied the cookie with it.
#[actix_web::test]
async fn an_answer_that_was_given_before_is_refused() {
    let world = world().await;
    world.ignores_emails();
    let (ada, mut device) = with_passkey(&world, "ada", 1).await;
    // A device that does not count: only the challenge tells the first answer from the second.
    device.count = 0;
    world.runs("UPDATE passkeys SET moving_state = set_byte(moving_state, 2, 0)");
    ada.opens("/sign-in/passkey").await;
    let (answer, waiting) = (device.signs(&asked(&ada)), ada.cookies());
    let replay = || {
        let request = world.raw("POST", "/sign-in/passkey").from_our_page().header("cookie", &waiting);
        request.form(&[("credential", &answer)]).sends()
    };
    replay().await.status(303);
    replay().await.status(422).reads(REFUSED);
    // Two at once: one of them is first.
    ada.opens("/sign-in/passkey").await;
    let (answer, waiting) = (device.signs(&asked(&ada)), ada.cookies());
    let both = (0..2).map(|_| {
        let request = world.raw("POST", "/sign-in/passkey").from_our_page().header("cookie", &waiting);
        request.form(&[("credential", &answer)]).sends()
    });
    let mut statuses: Vec<_> = futures_util::future::join_all(both).await.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    // One that was answered wrongly is spent, too.
    ada.opens("/sign-in/passkey").await;
    let waiting = ada.cookies();
    let send = |answer: String| {
        let request = world.raw("POST", "/sign-in/passkey").from_our_page().header("cookie", &waiting);
        request.form(&[("credential", &answer)]).sends()
    };
    let mut unverified = device.clone();
    unverified.verifies = false;
    send(unverified.signs(&asked(&ada))).await.status(422);
    send(device.signs(&asked(&ada))).await.status(422);
}

/// A passkey that counts back is one of two: it is refused, and its owner can read of it.
#[actix_web::test]
async fn a_copied_passkey_is_refused_and_told_of() {
    let world = world().await;
    let (ada, mut device) = with_passkey(&world, "ada", 1).await;
    let mut copy = device.clone();
    for _ in 0..2 {
        signs_in(&world.visitor().await, &mut device).await.status(303);
    }
    signs_in(&ada, &mut copy).await.status(422).reads(REFUSED);
    assert!(is_signed_out(&ada).await);
    let told = world.texts(
        "SELECT actor_name || ' ' || username || ' ' || (details->>'name') AS text FROM history JOIN accounts ON accounts.id = account_id \
         WHERE kind = 'passkey_refused'",
    );
    assert_eq!(told, ["somebody ada A key"]);
    // A person who has not the key cannot have such a line written.
    signs_in_with(&ada, &super::device(&world, 7), |forged| {
        forged.credential = device.credential.clone();
        forged.user = device.user.clone();
        forged.count = 0;
    })
    .await
    .status(422);
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'passkey_refused'"), 1);
}

#[actix_web::test]
async fn the_passkey_of_a_deleted_account_is_gone_with_it() {
    let world = world().await;
    let (ada, mut device) = with_passkey(&world, "ada", 1).await;
    world.runs("DELETE FROM accounts");
    assert_eq!(world.number("SELECT count(*) AS number FROM passkeys"), 0);
    signs_in(&ada, &mut device).await.status(422).reads(REFUSED);
}

/// ACC-30: nobody names or removes another's passkey, or learns whether there is one.
#[actix_web::test]
async fn the_passkey_of_somebody_else_is_not_there() {
    let world = world().await;
    let (_ada, _) = with_passkey(&world, "ada", 1).await;
    let mallory = world.person("mallory").await;
    let hers = world.texts("SELECT id::text AS text FROM passkeys").remove(0);
    for id in [hers.as_str(), "01900000-0000-7000-8000-000000000001", "x", "%00"] {
        for page in ["name", "removal"] {
            let path = format!("/account/passkeys/{id}/{page}");
            mallory.gets(&path).await.status(404);
            let fields: &[(&str, &str)] = if page == "name" { &[("name", "Mine")] } else { &[] };
            mallory.posts(&path, fields).await.status(404);
        }
        mallory.posts(&format!("/account/passkeys/{id}/name"), &[("name", "")]).await.status(404);
    }
    assert_eq!(world.texts("SELECT name AS text FROM passkeys"), ["A key"]);
    mallory.opens("/account/passkeys").await.reads("No passkeys yet");
}

/// What is no answer to what was asked here, of this account, adds nothing.
#[actix_web::test]
async fn only_what_was_asked_for_is_added() {
    let world = world().await;
    let (ada, mallory) = (world.person("ada").await, world.person("mallory").await);
    let fresh = device(&world, 1);
    let mut changed = [fresh.clone(), fresh.clone(), fresh.clone(), fresh.clone()];
    changed[0].verifies = false;
    changed[1].origin = "https://evil.example".into();
    changed[2].domain = "evil.example".into();
    changed[3].credential = vec![1; 15];
    for wrong in &mut changed {
        adds(&ada, wrong, "A key").await.status(422).reads("The passkey was not added");
    }
    for garbage in ["", "{}", "null", "{\"response\":{}}", "what?"] {
        let posted = ada.posts("/account/passkeys", &[("name", "Kept name"), ("credential", garbage)]).await;
        posted.status(422).reads("The passkey was not added");
        assert!(posted.body_text().contains("Kept name"));
    }
    // A question to mallory, answered in ada's browser; and one that was answered too late.
    mallory.opens("/account/passkeys/new").await;
    let foreign = fresh.clone().makes(&asked(&mallory));
    ada.opens("/account/passkeys/new").await;
    ada.posts("/account/passkeys", &[("name", "A key"), ("credential", &foreign)]).await.status(422);
    ada.opens("/account/passkeys/new").await;
    let late = fresh.clone().makes(&asked(&ada));
    world.clock.minutes(6);
    ada.posts("/account/passkeys", &[("name", "A key"), ("credential", &late)]).await.status(422);
    assert_eq!(world.number("SELECT count(*) AS number FROM passkeys"), 0);

    // A name that cannot be: it is shown beside its line, and the device is asked again.
    ada.opens("/account/passkeys/new").await;
    let made = fresh.clone().makes(&asked(&ada));
    let posted = ada.posts("/account/passkeys", &[("name", "https://evil.example"), ("credential", &made)]).await;
    let body = posted.status(422).body_text();
    assert!(body.contains("A name cannot hold a web address.") && body.contains("data-passkey-options"));
}

/// What was asked of one person is not taken from another who signs in to the same browser.
#[actix_web::test]
async fn what_one_was_asked_the_next_cannot_answer() {
    let world = world().await;
    world.account("grace").await;
    let ada = world.person("ada").await;
    ada.opens("/account/passkeys/new").await;
    let made = device(&world, 1).makes(&asked(&ada));
    ada.posts("/sign-in", &[("login", "grace"), ("password", crate::shared::PASSWORD)]).await.status(303);
    ada.opens("/account").await.reads("Signed in as grace");
    ada.posts("/account/passkeys", &[("name", "A key"), ("credential", &made)]).await.status(422);
    assert_eq!(world.number("SELECT count(*) AS number FROM passkeys"), 0);
}

/// A passkey belongs to one account, and is kept once.
#[actix_web::test]
async fn a_passkey_is_kept_once() {
    let world = world().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    let mut key = device(&world, 1);
    adds(&ada, &mut key, "A key").await.status(303);
    world.email_to("ada@example.org").await;
    ada.opens("/account/passkeys/new").await;
    let known = asked(&ada)["excludeCredentials"].as_array().map(Vec::len);
    assert_eq!(known, Some(1), "the device is told what it need not make again");
    for again in [&ada, &grace] {
        adds(again, &mut key, "A key").await.status(422).reads("kept already");
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM passkeys"), 1);
}

/// Twenty are enough, also for two tabs that were opened with nineteen.
#[actix_web::test]
async fn there_are_twenty_at_most() {
    let world = world().await;
    let ada = world.person("ada").await;
    world.runs(
        "INSERT INTO passkeys (id, account_id, credential_id, name, fixed_state, moving_state) \
         SELECT gen_random_uuid(), accounts.id, decode(lpad(to_hex(n), 32, '0'), 'hex'), 'Key ' || n, '', '' FROM accounts, generate_series(1, 19) n",
    );
    ada.opens("/account/passkeys/new").await;
    let (nineteen, waiting) = (asked(&ada), ada.cookies());
    adds(&ada, &mut device(&world, 101), "The twentieth").await.status(303);
    world.email_to("ada@example.org").await;
    let made = device(&world, 102).makes(&nineteen);
    let late = world.raw("POST", "/account/passkeys").from_our_page().header("cookie", &waiting);
    late.form(&[("name", "One more"), ("credential", &made)]).sends().await.status(422).reads("You have 20 passkeys");
    ada.opens("/account/passkeys").await.reads("You have 20 passkeys").may_not("Add a Passkey");
    ada.opens("/account/passkeys/new").await.reads("Remove one before you add another").may_not("Add a Passkey");
    assert_eq!(world.number("SELECT count(*) AS number FROM passkeys"), 20);
}

/// ACC-18: the person who tries many is slowed down.
#[actix_web::test]
async fn trying_many_is_slowed_down() {
    let world = world().await;
    let visitor = world.visitor().await;
    let mut statuses = Vec::new();
    for n in 0..32 {
        statuses.push(signs_in(&visitor, &mut stranger(&world, n)).await.status);
    }
    assert_eq!(statuses[..30], [422; 30]);
    assert_eq!(statuses[30..], [429; 2]);
    world.clock.minutes(15);
    signs_in(&visitor, &mut stranger(&world, 99)).await.status(422);
}

/// A device that nobody knows, and which says it is somebody's.
fn stranger(world: &World, number: u8) -> Device {
    let mut stranger = device(world, number);
    stranger.user = "A".repeat(22);
    stranger
}

/// What was spent is forgotten once nobody could answer it any more, and not before.
#[actix_web::test]
async fn spent_challenges_are_swept_when_they_have_lapsed() {
    let world = world().await;
    let (ada, mut device) = with_passkey(&world, "ada", 1).await;
    signs_in(&ada, &mut device).await.status(303);
    let mut connection = world.connection();
    let mut now = 0;
    let mut sweeps = |seconds: i64| {
        let clock = format!(
            "SELECT set_config('roster.clock_offset', (current_setting('roster.clock_offset')::bigint + {})::text, false)",
            seconds - std::mem::replace(&mut now, seconds)
        );
        connection.batch_execute(&clock).expect("a clock");
        roster::accounts::forget_lapsed(&mut connection).expect("a sweep");
        world.number("SELECT count(*) AS number FROM spent_challenges")
    };
    assert_eq!(sweeps(290), 2);
    assert_eq!(sweeps(310), 0);
}
