//! The secret key is changed: the new one encrypts, the one before still opens, and nobody is signed out.

use actix_web::cookie::Key;

use crate::shared::browser::Browser;
use crate::shared::{PASSWORD, World};

fn old() -> Key {
    Key::from(&[1; 64])
}

fn new() -> Key {
    Key::from(&[2; 64])
}

/// The Roster that `world` is, started again with other keys: on the same database, as a node beside it.
async fn restarted(world: &World, keys: Vec<Key>) -> World {
    let db = world.db.clone();
    let node = World::with(|app_state| {
        app_state.db = db;
        app_state.cookies = keys;
    })
    .await;
    node.ignores_emails();
    node
}

/// A Roster under the old key, and the cookie of ada, who is signed in there.
async fn before() -> (World, String) {
    let world = World::with(|app_state| app_state.cookies = vec![old()]).await;
    let cookie = world.person("ada").await.cookies();
    assert!(cookie.starts_with("roster-insecure="), "{cookie}");
    (world, cookie)
}

/// Somebody whose browser has this cookie.
async fn with_cookie(world: &World, cookie: &str) -> Browser {
    let browser = world.visitor().await;
    browser.plants(cookie);
    browser
}

#[actix_web::test]
async fn changing_the_key_signs_nobody_out() {
    let (world, cookie) = before().await;
    let both = restarted(&world, vec![new(), old()]).await;
    let ada = with_cookie(&both, &cookie).await;
    ada.opens("/dashboard").await.is_titled("Your Dashboard");
    let renewed = ada.cookies();
    assert!(renewed.starts_with("roster-insecure=") && renewed != cookie, "{renewed}");

    // One visit was enough: her cookie is the new key's, and needs the old one no more.
    let newest = restarted(&world, vec![new()]).await;
    with_cookie(&newest, &renewed).await.opens("/dashboard").await.is_titled("Your Dashboard");
    with_cookie(&newest, &cookie).await.opens("/dashboard").await.is_titled("Sign In");
    with_cookie(&world, &renewed).await.opens("/dashboard").await.is_titled("Sign In");
}

/// A cookie is set again once, as it was set first, and not with every answer.
#[actix_web::test]
async fn a_cookie_under_the_newest_key_stays_as_it_is() {
    let (world, cookie) = before().await;
    let both = restarted(&world, vec![new(), old()]).await;
    let ada = with_cookie(&both, &cookie).await;
    let answer = ada.gets("/dashboard").await;
    answer.status(200);
    let set: Vec<&str> = answer.headers.get_all("set-cookie").iter().filter_map(|set| set.to_str().ok()).collect();
    assert_eq!(set.len(), 1, "{set:?}");
    for part in ["roster-insecure=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"] {
        assert!(set[0].contains(part), "{part} is missing in {}", set[0]);
    }
    assert!(ada.gets("/dashboard").await.status(200).headers.get("set-cookie").is_none());
}

/// What comes with an old cookie is as good as with a new one, whatever it is.
#[actix_web::test]
async fn forms_and_words_come_under_either_key() {
    let (world, cookie) = before().await;
    let both = restarted(&world, vec![new(), old()]).await;
    let ada = with_cookie(&both, &cookie).await;
    let form = [("time_format", "year_month_day"), ("time_zone", "Asia/Tokyo")];
    ada.posts("/account/date-time-format", &form).await.status(303);
    ada.opens("/account/date-time-format")
        .await
        .reads("Dates and times are shown like this")
        .holds("Time Zone", "Asia/Tokyo");

    // Signing out ends the session for the old cookie, too.
    let other = with_cookie(&both, &cookie).await;
    other.opens("/dashboard").await.signs_out().await;
    with_cookie(&both, &cookie).await.opens("/dashboard").await.is_titled("Sign In");
    with_cookie(&world, &cookie).await.opens("/dashboard").await.is_titled("Sign In");
    other.opens("/sign-in").await.signs_in_here("ada", PASSWORD).await.is_titled("Your Dashboard");
}

/// What no key has made opens under none, and the cookies of others that come along change nothing.
#[actix_web::test]
async fn a_cookie_of_no_key_is_nobodys() {
    let (world, cookie) = before().await;
    let both = restarted(&world, vec![new(), old()]).await;
    let strange = World::with(|app_state| app_state.cookies = vec![Key::from(&[9; 64])]).await;
    let forged = strange.person("ada").await.cookies();
    strange.ignores_emails();
    let (name, value) = cookie.split_once('=').unwrap();
    let broken = format!("{name}={}A{}", &value[..10], &value[11..]);
    for cookie in [forged.as_str(), &broken, "roster-insecure=", "roster-insecure=%00%ff", "roster-insecure"] {
        let answer = both.raw("GET", "/dashboard").header("cookie", cookie).sends().await;
        answer.status(303);
        assert!(answer.location().starts_with("/sign-in"), "{cookie:?}");
    }
    for cookie in [format!("theme=dark; {cookie}; lang=de"), format!("a=\"b;c\";{cookie}")] {
        both.raw("GET", "/dashboard").header("cookie", &cookie).sends().await.status(200);
    }
}
