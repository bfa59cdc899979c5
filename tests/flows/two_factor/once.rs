//! What works once works once, anyone who comes at the same time (ASVS 6.5.1).

use futures_util::future::join_all;

use super::{begins, enables, forgives, gives, with_an_app};
use crate::shared::World;

/// How many come at once.
const MANY: usize = 32;

/// ASVS 6.5.1. Fails without the filter on `last_step` in `second_factors::spend_step`.
#[actix_web::test]
async fn asvs_6_5_1_a_code_works_once_and_none_that_is_older() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let (app, _) = enables(&world, &ada).await;
    world.email_to("ada@example.org").await;

    // The code that enabled it is spent.
    let first = app.shows(&world).await;
    let thief = world.visitor().await;
    gives(begins(&thief, "ada").await, &first).await.status(422).reads_beside("Six-digit code", "used before");

    let code = app.shows_next(&world).await;
    let older = app.shows_in(&world, -1).await;
    let phone = world.visitor().await;
    gives(begins(&phone, "ada").await, &code).await.may("Sign Out");
    // A person who looked over a shoulder comes too late, for as long as the code would last.
    for spent in [&code, &older] {
        gives(begins(&thief, "ada").await, spent).await.status(422).may_not("Sign Out");
    }
    world.clock.moves(chrono::TimeDelta::seconds(30));
    gives(&thief, &code).await.status(422).may_not("Sign Out");
    gives(&thief, &app.shows(&world).await).await.may("Sign Out");
}

/// A clock that goes half a minute wrong is tolerated, and not more.
#[actix_web::test]
async fn a_code_of_the_step_before_or_after_is_taken() {
    for (steps, taken) in [(-2, false), (-1, true), (1, true), (2, false)] {
        let world = World::new().await;
        let (app, _) = with_an_app(&world, "ada").await;
        world.clock.minutes(5);
        app.shows_next(&world).await;
        let ada = world.visitor().await;
        let code = app.shows_in(&world, steps).await;
        gives(begins(&ada, "ada").await, &code).await.status(if taken { 200 } else { 422 });
        assert_eq!(ada.page().has_button("Sign Out"), taken, "{steps}");
    }
}

/// ASVS 6.5.1: thirty-two who post the same code at once, by one sign-in that was begun: one is signed in.
///
/// Fails with all of these out: the lock in `second_step::give`, the end of what was begun in
/// `accounts::enter`, and the filter on `last_step`.
#[actix_web::test]
async fn asvs_6_5_1_a_code_posted_many_times_at_once_signs_in_once() {
    let world = World::new().await;
    let (app, _) = with_an_app(&world, "ada").await;
    let ada = world.visitor().await;
    begins(&ada, "ada").await;
    let code = app.shows_next(&world).await;
    let fields = [("code", code.as_str())];
    let answers = join_all((0..MANY).map(|_| ada.posts("/sign-in/code", &fields))).await;
    let finish_authentication = answers.iter().filter(|answer| answer.location() == "/dashboard").count();
    assert_eq!((finish_authentication, world.number("SELECT count(*) AS number FROM sessions")), (1, 1));
    assert_eq!(
        world.number("SELECT count(*) AS number FROM history WHERE kind = 'signed_in' AND details->>'proof' = 'code'"),
        1
    );
}

/// The same from as many browsers, each with the password: a code that was read aloud.
///
/// Fails with these out: the filter on `last_step`, and the end of what was begun in `accounts::enter`.
#[actix_web::test]
async fn asvs_6_5_1_a_code_from_many_browsers_at_once_signs_in_one() {
    let world = World::new().await;
    let (app, _) = with_an_app(&world, "ada").await;
    let mut browsers = Vec::new();
    for _ in 0..MANY {
        let browser = world.visitor().await;
        begins(&browser, "ada").await;
        forgives(&world);
        browsers.push(browser);
    }
    let code = app.shows_next(&world).await;
    let fields = [("code", code.as_str())];
    let answers = join_all(browsers.iter().map(|browser| browser.posts("/sign-in/code", &fields))).await;
    let finish_authentication = answers.iter().filter(|answer| answer.location() == "/dashboard").count();
    assert_eq!((finish_authentication, world.number("SELECT count(*) AS number FROM sessions")), (1, 1));
}

/// ASVS 6.5.1: the same for a recovery code.
///
/// Fails with these out: the filter on `used_at` in `second_factors::spend_code`, and the end of what
/// was begun in `accounts::enter`.
#[actix_web::test]
async fn asvs_6_5_1_a_recovery_code_from_many_browsers_at_once_signs_in_one() {
    let world = World::new().await;
    let (_, codes) = with_an_app(&world, "ada").await;
    let mut browsers = Vec::new();
    for _ in 0..MANY {
        let browser = world.visitor().await;
        begins(&browser, "ada").await;
        forgives(&world);
        browsers.push(browser);
    }
    let fields = [("recovery_code", codes[3].as_str())];
    let posts = browsers.iter().map(|browser| browser.posts("/sign-in/recovery-code", &fields));
    let finish_authentication = join_all(posts).await.iter().filter(|answer| answer.location() == "/dashboard").count();
    assert_eq!((finish_authentication, world.number("SELECT count(*) AS number FROM sessions")), (1, 1));
    assert_eq!(world.number("SELECT count(*) AS number FROM recovery_codes WHERE used_at IS NOT NULL"), 1);
    world.email_to("ada@example.org").await.reads("9 recovery codes left");
}
