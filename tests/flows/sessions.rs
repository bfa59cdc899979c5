//! Being signed in: where it leads, what it allows, how it ends.

use crate::shared::{PASSWORD, World};

const ANOTHER: &str = "lanterns over quiet harbours";

#[actix_web::test]
async fn the_menu_and_the_dashboard_are_on_every_page() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.organization("Analytical Engines", &[("ada", "owner")]);
    for path in
        ["/dashboard", "/account", "/account/organizations", "/analytical-engines/nothing/here/at/all", "/nowhere"]
    {
        ada.opens(path).await.may("Your Dashboard").may("Account Settings").may("Sign Out").reads("Signed in as ada");
    }
    ada.follows("Account Settings").await.is_at("/account").reads("ada@example.org");
}

/// ACC-13, ACC-27: signing out ends the session, wherever its cookie was copied to.
#[actix_web::test]
async fn signing_out_is_for_good() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let copied = ada.cookies();
    assert!(copied.starts_with("roster-insecure="), "{copied}");
    world.raw("GET", "/sign-out").header("cookie", &copied).sends().await.status(405);

    let answer = ada.posts("/sign-out", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/sign-in"));
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"storage\"");
    ada.opens("/account").await.is_at("/sign-in");

    let thief = world.visitor().await;
    thief.plants(&copied).opens("/account").await.is_at("/sign-in").may_not("Sign Out");
}

#[actix_web::test]
async fn a_visitor_is_sent_to_sign_in_and_comes_back() {
    let world = World::new().await;
    world.account("ada").await;
    let ada = world.visitor().await;
    ada.opens("/account?from=a%20letter").await.is_at("/sign-in").signs_in_here("ada", "wrong password").await;
    ada.status(422).signs_in_here("ada", PASSWORD).await.is_at("/account?from=a%20letter");
    ada.opens("/sign-in?back=/account").await.is_at("/account");
    ada.opens("/create-account").await.is_at("/dashboard");
}

/// ACC-29: signing in never leads out of Roster.
#[actix_web::test]
async fn signing_in_leads_to_no_other_site() {
    let world = World::new().await;
    world.account("ada").await;
    let ada = world.person("grace").await;
    for (n, elsewhere) in [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "@evil.example",
        "evil.example",
        "/ok\r\nSet-Cookie: a=b",
    ]
    .into_iter()
    .enumerate()
    {
        let query = form_urlencoded::byte_serialize(elsewhere.as_bytes()).collect::<String>();
        let signed_in = ada.gets(&format!("/sign-in?back={query}")).await;
        assert_eq!((signed_in.status, signed_in.location()), (303, "/dashboard"), "{elsewhere:?}");
        // By the form, too, whatever page it came from; a few at a time, or they would be throttled.
        if n % 2 == 0 {
            let visitor = world.visitor().await;
            let fields = [("login", "ada"), ("password", PASSWORD), ("back", elsewhere)];
            let posted = visitor.posts("/sign-in", &fields).await;
            assert_eq!((posted.status, posted.location()), (303, "/dashboard"), "{elsewhere:?}");
        }
    }
    for within in ["/account", "/%2f/evil.example", "/a?b=//evil.example"] {
        let query = form_urlencoded::byte_serialize(within.as_bytes()).collect::<String>();
        assert_eq!(ada.gets(&format!("/sign-in?back={query}")).await.location(), within);
    }
}

/// ACC-14: a cookie that was there before is worth nothing after signing in.
#[actix_web::test]
async fn signing_in_begins_a_new_session() {
    let world = World::new().await;
    let (mallory, ada) = (world.person("mallory").await, world.visitor().await);
    world.account("ada").await;
    let planted = mallory.cookies();
    ada.plants(&planted).opens("/account").await.reads("Signed in as mallory");
    ada.posts("/sign-in", &[("login", "ada"), ("password", PASSWORD)]).await.status(303);
    assert_ne!(ada.cookies(), planted);
    ada.opens("/account").await.reads("Signed in as ada");
    // The one that was there before has ended, wherever else its cookie is.
    assert!(mallory.gets("/account").await.location().starts_with("/sign-in"));
}

/// ACC-35: a session ends by itself, however often it is used.
#[actix_web::test]
async fn a_session_lapses() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    for _ in 0..2 {
        world.clock.days(6);
        ada.opens("/account").await.is_at("/account");
    }
    world.clock.hours(47);
    ada.opens("/account").await.is_at("/account");
    world.clock.hours(2);
    ada.opens("/account").await.is_at("/sign-in");
}

/// ACC-35: a session that nobody uses for a week ends earlier.
#[actix_web::test]
async fn a_session_that_lies_idle_ends() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.clock.days(5);
    ada.opens("/account").await.is_at("/account");
    world.clock.hours(6 * 24 + 23);
    ada.opens("/account").await.is_at("/account");
    world.clock.hours(7 * 24 + 1);
    ada.opens("/account").await.is_at("/sign-in");
}

/// ACC-31: who is suspended is signed out at the next click.
#[actix_web::test]
async fn a_suspended_account_is_signed_out_at_once() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.runs("UPDATE accounts SET suspended_at = roster_now()");
    ada.opens("/account").await.is_at("/sign-in");
}

/// ACC-18, ACC-19: guessing is slowed down for the one who guesses, whatever address they claim.
#[actix_web::test]
async fn guessing_is_slowed_down() {
    let world = World::new().await;
    world.account("ada").await;
    world.account("grace").await;
    let mut statuses = Vec::new();
    for n in 0..12 {
        let guess = world.raw("POST", "/sign-in").from_our_page().header("x-forwarded-for", &format!("192.0.2.{n}"));
        let answer = guess.form(&[("login", "ada"), ("password", &format!("a guess {n}"))]).sends().await;
        if answer.status == 429 {
            answer.reads("Try again in");
            assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
        }
        statuses.push(answer.status);
    }
    assert_eq!(statuses[..10], [422; 10]);
    assert_eq!(statuses[10..], [429; 2]);
    let ada = world.visitor().await;
    ada.signs_in("ada").await.status(429);
    ada.signs_in("grace").await.may("Sign Out");
    world.clock.minutes(15);
    world.visitor().await.signs_in("ada").await.may("Sign Out");
}

/// What is sensitive asks for the password when it was given a while ago, and keeps the filled form.
#[actix_web::test]
async fn what_is_grave_asks_for_the_password_again() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.account("grace").await;
    world.organization("Analytical Engines", &[("ada", "owner"), ("grace", "owner")]);
    ada.opens("/account/organizations").await.follows_in("Analytical Engines", "Hand Over").await;
    ada.chooses("grace");
    world.clock.minutes(31);
    ada.presses("Yes").await.status(200).is_titled("Confirm your password");
    ada.fills("Password", "not the password").presses("Continue").await;
    ada.status(422).reads_beside("Password", "This is not your password.");
    ada.fills("Password", PASSWORD).presses("Continue").await;
    ada.is_at("/account/organizations").reads("grace");
    world.email_to("grace@example.org").await.reads("Analytical Engines");
    world.email_to("ada@example.org").await.reads("grace is now the primary owner");

    let grace = world.visitor().await;
    grace.signs_in("grace").await.opens("/account/organizations").await.may_in("Analytical Engines", "Hand Over");
    world.clock.minutes(31);
    grace.follows_in("Analytical Engines", "Hand Over").await.is_titled("Confirm your password");
    grace.fills("Password", PASSWORD).presses("Continue").await;
    grace.is_at("/account/organizations/analytical-engines/handover").chooses("ada").presses("Yes").await;
    world.email_to("ada@example.org").await.reads("Analytical Engines");
    world.email_to("grace@example.org").await.reads("ada is now the primary owner");
}

/// A page costs one query for authority and at most two more.
#[actix_web::test]
async fn pages_of_an_account_ask_little_of_the_database() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let people: Vec<String> = (0..20).map(|n| format!("Organization {n}")).collect();
    for name in &people {
        world.organization(name, &[("ada", "owner")]);
    }
    for path in [
        "/account",
        "/account/profile",
        "/account/email-addresses",
        "/account/two-factor",
        "/account/passkeys",
        "/account/sessions",
        "/account/security",
        "/account/organizations",
    ] {
        let asked = world.queries_of(async { ada.opens(path).await.status(200) }).await;
        assert!(asked <= 3, "{path} asks {asked} times");
    }
    let visitor = world.visitor().await;
    assert_eq!(world.queries_of(visitor.opens("/sign-in")).await, 0);
}

/// ACC-22: many sign-ins at once are answered, or told to come back.
#[actix_web::test]
async fn many_sign_in_at_once() {
    let world = World::new().await;
    world.account("ada").await;
    let wrong: Vec<_> = (0..30)
        .map(|n| {
            let request = world.raw("POST", "/sign-in").from_our_page();
            request.form(&[("login", &format!("nobody{n}")), ("password", ANOTHER)]).sends()
        })
        .collect();
    for answer in futures_util::future::join_all(wrong).await {
        assert!(matches!(answer.status, 422 | 503), "{}", answer.status);
    }
    world.visitor().await.signs_in("ada").await.may("Sign Out");
}
