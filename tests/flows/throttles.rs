//! How often something may be tried, and who is kept from it by whom.

use chrono::TimeDelta;
use roster::app::AppState;

use crate::shared::raw::Raw;
use crate::shared::{Answer, PASSWORD, SecondServer, World, log};

mod emails;

const ANOTHER: &str = "lanterns over quiet harbours";

/// A Roster behind a proxy on the same machine.
fn proxied(app_state: &mut AppState) {
    app_state.site.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap(), "2001:db8:aaaa::/48".parse().unwrap()];
}

fn guess(request: Raw, login: &str, password: &str) -> Raw {
    request.from_our_page().form(&[("login", login), ("password", password)])
}

/// Tries a password from an address behind the proxy.
async fn tries(world: &World, login: &str, password: &str, source: &str) -> Answer {
    let request = world.raw("POST", "/sign-in").header("x-forwarded-for", source);
    guess(request, login, password).sends().await
}

/// Fails unless the answer says when to try again, in words and for machines.
#[track_caller]
fn says_when(answer: &Answer) {
    answer.status(429).reads("Try again in ");
    assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "no Retry-After");
}

/// ACC-18: a thousand guesses from a thousand places are slowed down to fifty an hour, and the owner signs in
/// from where they have been before.
#[actix_web::test]
async fn acc_18_guessing_from_everywhere_locks_no_owner_out() {
    let world = World::with(proxied).await;
    world.ignores_emails();
    world.account("ada").await;
    tries(&world, "ada", PASSWORD, "203.0.113.9").await.status(303);
    let mut compared = 0;
    for some in (0..1_000).collect::<Vec<_>>().chunks(20) {
        let network_rate_limits = some.iter().map(|n| {
            let (world, source) = (&world, format!("198.18.{}.{}", n / 250, n % 250));
            async move { tries(world, "ada", &format!("guess {n}"), &source).await }
        });
        for answer in futures_util::future::join_all(network_rate_limits).await {
            match answer.status {
                422 => compared += 1,
                _ => says_when(&answer),
            }
        }
    }
    assert!((50..=55).contains(&compared), "{compared} passwords were compared");
    // At home, with another address than last time; and by the address as well as by the name.
    tries(&world, "ada", PASSWORD, "203.0.113.77").await.status(303);
    tries(&world, "ada@example.org", PASSWORD, "203.0.113.77").await.status(303);
    // Elsewhere the owner is a stranger like others, until their mailbox has said who they are.
    says_when(&tries(&world, "ada", PASSWORD, "192.0.2.1").await);
    let ada = world.visitor_sending(&[("x-forwarded-for", "192.0.2.1")]).await;
    ada.opens("/forgot-password").await.fills("Email", "ada@example.org").presses("Send Reset Link").await;
    let message = world.message("ada@example.org", "Reset your password").await;
    ada.opens_link(&message).await.fills("New Password", ANOTHER).fills("Confirm Password", ANOTHER);
    ada.presses("Reset Password").await.signs_in_here("ada", ANOTHER).await.may("Sign Out");
    // Somebody else is not concerned at all.
    world.account("grace").await;
    tries(&world, "grace", PASSWORD, "192.0.2.2").await.status(303);
}

/// ACC-18: the person who shares the owner's network has no more tries than strangers have.
#[actix_web::test]
async fn acc_18_a_known_network_has_an_allowance_of_its_own() {
    let world = World::with(proxied).await;
    world.account("ada").await;
    tries(&world, "ada", PASSWORD, "203.0.113.9").await.status(303);
    let mut statuses = Vec::new();
    for n in 0..60 {
        statuses.push(tries(&world, "ada", "a guess", &format!("203.0.113.{}", 100 + n)).await.status);
    }
    assert_eq!(statuses[..49], [422; 49]);
    assert_eq!(statuses[55..], [429; 5]);
}

/// ACC-01, ACC-18, ACC-31: a name that is nobody's and one that is suspended are throttled exactly as others are.
#[actix_web::test]
async fn acc_18_an_unknown_name_is_throttled_alike() {
    let world = World::with(proxied).await;
    world.account("ada").await;
    world.account("henry").await;
    world.runs("UPDATE accounts SET suspended_at = roster_now() WHERE username = 'henry'");
    let mut told = Vec::new();
    for (at, login) in ["ada", "henry", "alan", "ada@example.org", "alan@example.org"].into_iter().enumerate() {
        let mut answers = Vec::new();
        for n in 0..60 {
            // First ten from one place, then from everywhere.
            let source = if n < 12 { format!("198.51.100.{at}") } else { format!("198.18.{at}.{n}") };
            let answer = tries(&world, login, "a guess", &source).await;
            let text = answer.text().replace(login, "LOGIN");
            // The reference is another for each request, and time goes on.
            let text = text.split("Reference").next().unwrap_or_default();
            let text = text.split("Try again in").next().unwrap_or_default().to_owned();
            answers.push((answer.status, text, answer.header("retry-after").is_empty()));
        }
        told.push(answers);
    }
    assert_eq!(told[0].iter().filter(|(status, ..)| *status == 422).count(), 50);
    assert_eq!(told[0][10].0, 429);
    for other in &told[1..] {
        let another = other.iter().zip(&told[0]).find(|(other, first)| other != first);
        assert_eq!(another, None);
    }
}

/// ACC-18: one source has so many tries, whatever the names.
#[actix_web::test]
async fn acc_18_one_source_cannot_try_a_password_on_everybody() {
    let world = World::with(proxied).await;
    world.account("ada").await;
    let mut statuses = Vec::new();
    for n in 0..140 {
        statuses.push(tries(&world, &format!("name{n}"), PASSWORD, "198.51.100.7").await.status);
    }
    assert_eq!(statuses[..100], [422; 100]);
    // One more for every nine seconds that this takes.
    assert_eq!(statuses[138..], [429; 2]);
    says_when(&tries(&world, "ada", PASSWORD, "198.51.100.7").await);
    tries(&world, "ada", PASSWORD, "198.51.100.8").await.status(303);
    world.clock.minutes(15);
    tries(&world, "ada", PASSWORD, "198.51.100.7").await.status(303);
    world.ignores_emails();
}

/// A try that is refused takes nothing: the person who waits as long as they were informed may try again.
#[actix_web::test]
async fn a_refused_try_takes_nothing() {
    let world = World::with(proxied).await;
    world.account("ada").await;
    for n in 0..50 {
        tries(&world, "ada", "a guess", &format!("198.18.0.{n}")).await.status(422);
    }
    for _ in 0..12 {
        says_when(&tries(&world, "ada", PASSWORD, "203.0.113.9").await);
    }
    world.clock.moves(TimeDelta::seconds(80));
    tries(&world, "ada", PASSWORD, "203.0.113.9").await.status(303);
}

/// A password that is right costs nothing, and brings back nothing that wrong ones took.
#[actix_web::test]
async fn a_success_gives_back_what_it_took() {
    let world = World::with(proxied).await;
    world.account("ada").await;
    for n in 0..60 {
        assert_eq!(tries(&world, "ada", PASSWORD, "198.51.100.7").await.status, 303, "try {n}");
    }
    for _ in 0..9 {
        tries(&world, "ada", "a guess", "198.51.100.7").await.status(422);
        tries(&world, "ada", PASSWORD, "198.51.100.7").await.status(303);
    }
    tries(&world, "ada", "a guess", "198.51.100.7").await.status(422);
    says_when(&tries(&world, "ada", PASSWORD, "198.51.100.7").await);
}

/// What is counted is counted by all servers together, however they are asked.
#[actix_web::test]
async fn two_servers_count_together() {
    let world = World::new().await;
    world.account("ada").await;
    let twin = SecondServer::of(&world);
    for n in 0..5 {
        guess(world.raw("POST", "/sign-in"), "ada", &format!("guess {n}")).sends().await.status(422);
        guess(twin.raw("POST", "/sign-in"), "ada", &format!("guess {n}")).sends().await.status(422);
    }
    says_when(&guess(world.raw("POST", "/sign-in"), "ada", PASSWORD).sends().await);
    says_when(&guess(twin.raw("POST", "/sign-in"), "ada", PASSWORD).sends().await);
}

/// Many at once take no more than there is.
#[actix_web::test]
async fn guesses_at_the_same_moment_are_all_counted() {
    let world = World::new().await;
    world.account("ada").await;
    let twin = SecondServer::of(&world);
    let network_rate_limits = (0..30).map(|n| {
        let request = if n % 2 == 0 { world.raw("POST", "/sign-in") } else { twin.raw("POST", "/sign-in") };
        guess(request, "ada", &format!("guess {n}")).sends()
    });
    let answers = futures_util::future::join_all(network_rate_limits).await;
    let compared = answers.iter().filter(|answer| answer.status == 422).count();
    assert!(compared <= 10, "{compared} passwords were compared");
    assert!(answers.iter().all(|answer| matches!(answer.status, 422 | 429 | 503)));
}

/// A person who has one address of IPv6 has 2^64 of them: all of them are one source.
#[actix_web::test]
async fn a_network_of_ipv6_is_one_source() {
    let world = World::with(proxied).await;
    world.account("ada").await;
    for n in 0..10 {
        tries(&world, "ada", "a guess", &format!("2001:db8:1:2:{n:x}::1")).await.status(422);
    }
    says_when(&tries(&world, "ada", "a guess", "2001:db8:1:2:ffff::9").await);
    tries(&world, "ada", "a guess", "2001:db8:1:3::1").await.status(422);
}

/// ACC-19: a proxy that is trusted is believed, counted from the right, and nobody else is.
#[actix_web::test]
async fn acc_19_who_is_believed_about_where_a_request_comes_from() {
    let world = World::with(proxied).await;
    world.ignores_emails();
    world.account("ada").await;
    for (forwarded, source) in [
        (vec!["198.51.100.7"], "198.51.100.7"),
        (vec!["192.0.2.66, 198.51.100.7"], "198.51.100.7"),
        (vec!["192.0.2.66", "198.51.100.7"], "198.51.100.7"),
        (vec!["192.0.2.66, 198.51.100.7, 127.0.0.9"], "198.51.100.7"),
        (vec!["192.0.2.66, 2001:db8::7, 2001:db8:aaaa::1"], "2001:db8::7"),
        (vec!["192.0.2.66, [2001:db8::7]:443"], "2001:db8::7"),
        (vec!["192.0.2.66, unknown"], "127.0.0.1"),
        (vec!["192.0.2.66, \u{e9}"], "127.0.0.1"),
        (vec!["192.0.2.66", "\u{e9}, 198.51.100.7"], "198.51.100.7"),
        (vec!["192.0.2.66", "\u{e9}"], "127.0.0.1"),
        (vec![""], "127.0.0.1"),
        (vec![], "127.0.0.1"),
    ] {
        let mut request =
            world.raw("POST", "/sign-in").header("forwarded", "for=192.0.2.66").header("x-real-ip", "192.0.2.66");
        for line in &forwarded {
            request = request.header("x-forwarded-for", line);
        }
        guess(request, "ada", PASSWORD).sends().await.status(303);
        let kept = world.texts("SELECT source AS text FROM sessions ORDER BY id DESC LIMIT 1");
        assert_eq!(kept, [source], "{forwarded:?}");
    }
    // Without a trusted proxy the header is what anybody writes.
    let open = World::new().await;
    open.account("ada").await;
    tries(&open, "ada", PASSWORD, "192.0.2.66").await.status(303);
    assert_eq!(open.texts("SELECT source AS text FROM sessions"), ["127.0.0.1"]);
}

/// Every sign-in, every refusal and every throttle is in the log, and nothing that was typed (ASVS 16.3.1, 16.3.3).
#[actix_web::test]
async fn what_happens_at_the_door_is_logged() {
    let world = World::with(proxied).await;
    world.account("lovelace77").await;
    let source = "203.0.113.213";
    tries(&world, "lovelace77", PASSWORD, source).await.status(303);
    for _ in 0..11 {
        tries(&world, "lovelace77", "tell-tale-guess", source).await;
    }
    let lines = log::lines_with(source);
    for expected in ["signed in", "sign-in refused", "throttled"] {
        assert!(lines.iter().any(|line| line.contains(expected)), "no {expected:?} in {lines:#?}");
    }
    assert!(lines.iter().all(|line| line.contains("reference=")), "{lines:#?}");
    assert!(!log::holds("lovelace77") && !log::holds("tell-tale-guess"));
}

/// The password is given again so often, wherever it is asked for; the right one costs nothing.
#[actix_web::test]
async fn the_password_is_given_again_so_often() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let again =
        async |password: &str| ada.posts("/reauthentication?back=/account", &[("password_again", password)]).await;
    for _ in 0..20 {
        again(PASSWORD).await.status(303);
    }
    for _ in 0..10 {
        again("a guess").await.status(422);
    }
    says_when(&again(PASSWORD).await);
    world.clock.minutes(31);
    again("a guess").await.status(422);
    ada.posts("/account/sessions/ending", &[("password_again", PASSWORD)]).await.status(303);
}
