//! What has happened to an account, as its person reads it, and the email about a new device.

use roster::accounts;
use roster::app::AppState;

use crate::shared::{Browser, PASSWORD, World};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15";

/// A Roster behind a proxy on the same machine.
fn proxied(app_state: &mut AppState) {
    app_state.site.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
}

/// Signs somebody in with a browser, from an address.
async fn signs_in(world: &World, username: &str, agent: &'static str, source: &'static str) -> Browser {
    let browser = world.visitor_sending(&[("user-agent", agent), ("x-forwarded-for", source)]).await;
    browser.signs_in(username).await.may("Sign Out");
    browser
}

#[actix_web::test]
async fn a_person_reads_what_happened_to_their_account() {
    let world = World::with(proxied).await;
    world.ignores_emails();
    world.account("ada").await;
    world.person("mallory").await;
    signs_in(&world, "ada", SAFARI, "198.51.100.7").await.signs_out().await;
    world.clock.days(1);
    world.runs(
        "INSERT INTO history (id, actor_name, kind, details, source, at, account_id) \
         SELECT gen_random_uuid(), 'the operator', 'two_factor_disabled', '{\"kind\": \"two_factor_disabled\"}', '', roster_now() + interval '3 hours', id FROM accounts WHERE username = 'ada'; \
         INSERT INTO history (id, actor_id, actor_name, kind, details, source, at, account_id) \
         SELECT gen_random_uuid(), id, 'ada', 'password_reset_asked', '{\"kind\": \"password_reset_asked\"}', '192.0.2.66', roster_now() + interval '2 hours', id FROM accounts WHERE username = 'ada'; \
         INSERT INTO history (id, actor_id, actor_name, kind, details, source, at, account_id) \
         SELECT gen_random_uuid(), id, 'ada', 'teleported', '{\"kind\": \"teleported\"}', '192.0.2.66', roster_now() + interval '1 hours', id FROM accounts WHERE username = 'ada'",
    );
    let ada = signs_in(&world, "ada", FIREFOX, "192.168.1.4").await;
    ada.opens("/account").await.follows("Security").await.is_titled("Security");
    ada.lists([
        "You signed in from Firefox on Linux A local network (192.168.1.4)",
        "The operator disabled two-factor authentication",
        "Somebody asked to reset the password 192.0.2.66",
        "You did something",
        "You signed out 198.51.100.7",
        "You signed in from Safari on macOS 198.51.100.7",
        "created an account",
    ]);
    ada.does_not_read("mallory").may("sessions").reads("Change Password");
}

/// A long history is read page by page, each line once, for the price of one question.
#[actix_web::test]
async fn a_long_history_of_an_account_has_pages() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    // Many in the same moment.
    world.runs(
        "INSERT INTO history (id, actor_id, actor_name, kind, details, source, at, account_id) \
         SELECT gen_random_uuid(), accounts.id, 'ada', 'passkey_added', jsonb_build_object('kind', 'passkey_added', 'name', 'Number ' || n), '', \
            date_trunc('day', roster_now()) - make_interval(days => n / 40), accounts.id FROM accounts, generate_series(0, 117) n",
    );
    ada.opens("/account/security").await;
    let asked = world.queries_of(async { ada.reloads().await.status(200) }).await;
    assert_eq!(asked, 2, "one for the session, one for the list");
    let mut seen = Vec::new();
    loop {
        seen.extend(ada.page().all(".rows .row-title").iter().map(|line| line.text().collect::<String>()));
        if !ada.page().has_link("Older") {
            break;
        }
        ada.follows("Older").await.may("Newest");
    }
    assert_eq!(seen.len(), 120);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 120);
    ada.opens("/account/security?after=nonsense").await.status(200).may("Older");
}

#[actix_web::test]
async fn a_sign_in_from_a_new_device_or_place_is_told_by_mail() {
    let world = World::with(proxied).await;
    world.account("ada").await;
    // The very first: everything is new, and nobody is informed.
    signs_in(&world, "ada", FIREFOX, "198.51.100.7").await;
    // The same browser again, and another address of the same network.
    signs_in(&world, "ada", FIREFOX, "198.51.100.7").await;
    signs_in(&world, "ada", FIREFOX, "198.51.100.200").await;
    world.no_email_to("ada@example.org").await;

    signs_in(&world, "ada", SAFARI, "198.51.100.7").await;
    let message = world.email_to("ada@example.org").await;
    message.reads("New sign-in").reads("Device: Safari on macOS").reads("Place: 198.51.100.7").reads("When: ");
    message.reads("change your password").reads("Forgot your password?").does_not_read("Mozilla");
    assert!(message.link().ends_with("/account/password"));

    let evil = "Mozilla/5.0 (X11; Linux x86_64; http://evil.example) Gecko/20100101 Evil/1.0";
    signs_in(&world, "ada", evil, "2001:db8:1:2::3").await;
    let message = world.email_to("ada@example.org").await;
    message.reads("Place: 2001:db8:1:2::3").does_not_read("evil").does_not_read("Evil");
    signs_in(&world, "ada", evil, "2001:db8:1:ffff::3").await;
    world.no_email_to("ada@example.org").await;
}

/// It goes to the primary address, and to nobody when the password was wrong.
#[actix_web::test]
async fn a_new_device_is_told_to_the_primary_address_alone() {
    let world = World::with(proxied).await;
    world.account("ada").await;
    world.runs("INSERT INTO email_addresses (address, account_id) SELECT 'another@example.org', id FROM accounts");
    signs_in(&world, "ada", FIREFOX, "198.51.100.7").await;
    let thief = world.visitor_sending(&[("x-forwarded-for", "203.0.113.1")]).await;
    thief.opens("/sign-in").await.signs_in_here("ada", "a guess or two").await.status(422);
    world.no_email_to("ada@example.org").await;
    thief.signs_in_here("another@example.org", PASSWORD).await.may("Sign Out");
    world.email_to("ada@example.org").await.reads("203.0.113.1");
    world.no_email_to("another@example.org").await;
}

/// What was not seen for 90 days is new again.
#[actix_web::test]
async fn a_device_is_forgotten_after_a_while() {
    let world = World::with(proxied).await;
    world.account("ada").await;
    signs_in(&world, "ada", FIREFOX, "198.51.100.7").await;
    world.clock.days(60);
    signs_in(&world, "ada", SAFARI, "198.51.100.7").await;
    world.email_to("ada@example.org").await.reads("Safari on macOS");
    world.clock.days(31);
    world.db.without_authorization(accounts::forget_lapsed).await.unwrap();
    assert_eq!(world.texts("SELECT device AS text FROM known_devices"), ["Safari on macOS"]);
    signs_in(&world, "ada", FIREFOX, "198.51.100.7").await;
    world.email_to("ada@example.org").await.reads("Firefox on Linux");
}

/// DOS-10: what has lapsed goes in one sweep, a bounded number of rows at a time; what lasts stays.
#[actix_web::test]
async fn dos_10_what_has_lapsed_goes_in_bounded_batches() {
    let world = World::new().await;
    world.person("ada").await;
    let past = "roster_now() - interval '100 days'";
    let hash = "sha256(convert_to(n::text, 'UTF8'))";
    let many = "generate_series(1, 5000) n";
    world.runs(&format!(
        "DELETE FROM throttles; \
         INSERT INTO accounts (id, username, password_hash) SELECT gen_random_uuid(), 'person' || n, '$argon2id$' FROM {many}; \
         INSERT INTO registrations (id, email, username, created_at, expires_at) \
            SELECT gen_random_uuid(), n || '@example.org', 'name' || n, {past}, {past} + interval '1 hour' FROM {many}; \
         INSERT INTO sessions (token_hash, id, account_id, device, source, expires_at, ends_at) \
            SELECT {hash}, gen_random_uuid(), accounts.id, '', '', {past}, {past} FROM accounts, {many} WHERE username = 'ada'; \
         INSERT INTO password_resets (id, account_id, created_at, expires_at) SELECT id, id, {past}, {past} + interval '1 hour' FROM accounts; \
         INSERT INTO recoveries (id, account_id, address, created_at, expires_at) \
            SELECT id, id, 'a@example.org', {past}, {past} + interval '1 hour' FROM accounts; \
         INSERT INTO address_claims (id, account_id, address, created_at, expires_at) \
            SELECT id, id, 'a@example.org', {past}, {past} + interval '1 hour' FROM accounts; \
         INSERT INTO begun_sign_ins (token_hash, account_id, expires_at) SELECT {hash}, accounts.id, {past} FROM accounts, {many} WHERE username = 'ada'; \
         INSERT INTO spent_challenges (challenge_hash, expires_at) SELECT {hash}, {past} FROM {many}; \
         INSERT INTO second_factors (account_id, sealed_secret, created_at, confirmed_at) \
            SELECT id, decode(repeat('00', 40), 'hex'), {past}, CASE username WHEN 'ada' THEN {past} END FROM accounts; \
         INSERT INTO known_devices (account_id, device, network, last_seen_at) SELECT accounts.id, n::text, '', {past} FROM accounts, {many} WHERE username = 'ada'; \
         INSERT INTO usernames (name, held_until) SELECT 'former' || n, {past} FROM {many}; \
         INSERT INTO throttles (key, full_at) SELECT {hash}, {past} FROM {many}"
    ));
    let begun = std::time::Instant::now();
    let mut forgotten = 0;
    let statements = world
        .queries_of(async {
            forgotten = world.db.without_authorization(accounts::forget_lapsed).await.unwrap();
            forgotten += world.db.without_authorization(roster::db::throttle::forget_whole).await.unwrap();
        })
        .await;
    // Everybody's reset, recovery and claim, the factors that nobody confirmed, and 5,000 each of the seven others.
    assert_eq!(forgotten, 3 * 5_001 + 5_000 + 7 * 5_000);
    let most = u64::try_from(roster::db::sweep::BATCH).unwrap();
    assert_eq!(statements, 11 * (5_000 / most + 1), "each statement deletes at most {most}");
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    for table in [
        "registrations",
        "password_resets",
        "recoveries",
        "address_claims",
        "begun_sign_ins",
        "spent_challenges",
        "throttles",
    ] {
        assert_eq!(world.number(&format!("SELECT count(*) AS number FROM {table}")), 0, "{table}");
    }
    for (table, kept) in [("sessions", 1), ("second_factors", 1), ("known_devices", 1), ("usernames", 5_001)] {
        assert_eq!(world.number(&format!("SELECT count(*) AS number FROM {table}")), kept, "{table}");
    }
}
