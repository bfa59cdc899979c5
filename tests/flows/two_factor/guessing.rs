//! Somebody has the password, and tries codes.

use super::{ANOTHER, begins, enables, forgives, gives, with_an_app};
use crate::shared::{Browser, PASSWORD, World};

/// Chooses a new password by the mailed link.
async fn resets(world: &World, browser: &Browser, password: &str) {
    browser.opens("/forgot-password").await.fills("Email", "ada@example.org").presses("Send Reset Link").await;
    let message = world.message("ada@example.org", "Reset your password").await;
    browser.opens_link(&message).await.fills("New Password", password).fills("Confirm Password", password);
    // The page that follows shows what was added recently: here, two-factor authentication.
    browser.presses("Reset Password").await.is_at("/forgot-password/additions").follows("Sign In").await;
    world.message("ada@example.org", "Your password for Roster was changed").await;
}

/// ACC-20: codes die after five wrong tries; the sixth try fails, with the right code too.
///
/// Fails without `count_try` in `second_step::give`.
#[actix_web::test]
async fn acc_20_five_wrong_codes_end_what_was_begun() {
    let world = World::new().await;
    let (app, codes) = with_an_app(&world, "ada").await;
    let thief = world.visitor().await;
    thief.opens("/account").await.signs_in_here("ada", PASSWORD).await.is_at("/sign-in/code");
    let copied = thief.cookies();
    let wrong = app.never_shows(&world).await;
    for left in ["4 tries are left", "3 tries are left", "2 tries are left", "One try is left"] {
        gives(&thief, &wrong).await.status(422).reads_beside("Six-digit code", left);
    }
    gives(&thief, &wrong).await.status(200).is_at("/sign-in?back=%2Faccount").reads("Five codes were wrong");

    // The cookie of before is worth nothing, whatever is given with it.
    let right = app.shows_next(&world).await;
    for (path, field, given) in
        [("/sign-in/code", "code", &right), ("/sign-in/recovery-code", "recovery_code", &codes[0])]
    {
        let tab = world.visitor().await;
        let sixth = tab.plants(&copied).posts(path, &[(field, given)]).await;
        assert_eq!((sixth.status, sixth.location()), (303, "/sign-in?back=%2Faccount"));
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM sessions"), 0);
    assert_eq!(world.number("SELECT count(*) AS number FROM recovery_codes WHERE used_at IS NULL"), 10);

    let told = "SELECT actor_name AS text FROM history JOIN accounts ON account_id = accounts.id \
                WHERE kind = 'second_factor_refused' AND username = 'ada'";
    assert_eq!(world.texts(told), ["somebody"]);
    let message = world.email_to("ada@example.org").await;
    message.reads("Somebody may know your password").reads("five wrong codes").does_not_read(&wrong);
    assert!(message.link().ends_with("/forgot-password"));

    // The owner is not locked out by it.
    gives(begins(&world.visitor().await, "ada").await, &right).await.may("Sign Out");
}

/// ACC-20: five is the number of all tries at once, too.
///
/// Fails when `count_try` counts only what was found wrong, after it was looked at.
#[actix_web::test]
async fn acc_20_many_wrong_codes_at_once_are_five() {
    let world = World::new().await;
    let (app, _) = with_an_app(&world, "ada").await;
    let thief = world.visitor().await;
    begins(&thief, "ada").await;
    let wrong = app.never_shows(&world).await;
    let fields = [("code", wrong.as_str())];
    let tries = (0..32).map(|_| thief.posts("/sign-in/code", &fields));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 422).count(), 4);
    assert_eq!(answers.iter().filter(|answer| answer.location() == "/sign-in").count(), 28);
    world.email_to("ada@example.org").await.reads("Somebody may know your password");
}

/// ASVS 6.6.3: the person who begins again and again has no more guesses for it; and the owner has ways.
///
/// Fails without the throttle in `second_step::spend_code`.
#[actix_web::test]
async fn asvs_6_6_3_wrong_codes_are_scarce_for_an_account() {
    let world = World::new().await;
    world.ignores_emails();
    let home = world.person("ada").await;
    let (app, codes) = enables(&world, &home).await;
    // The owner is signed in at another place.
    world.runs("UPDATE sessions SET source = '192.0.2.1'");
    let thief = world.visitor().await;
    let wrong = app.never_shows(&world).await;
    for n in 0..20 {
        if n % 5 == 0 {
            begins(&thief, if n % 10 == 0 { "ada" } else { "ada@example.org" }).await;
        }
        gives(&thief, &wrong).await;
    }
    begins(&thief, "ada").await;
    gives(&thief, &wrong).await.status(429).reads("Try again in 12 minutes").reads("recovery code");
    let ada = world.visitor().await;
    gives(begins(&ada, "ada").await, &app.shows_next(&world).await).await.status(429);

    // A recovery code is not guessed, so it needs no patience.
    ada.opens("/sign-in/recovery-code")
        .await
        .fills("Recovery Code", &codes[0])
        .presses("Sign In")
        .await
        .may("Sign Out");
    ada.signs_out().await;
    // Where she is signed in already, the guesses of others cost her nothing.
    world.runs("UPDATE sessions SET source = '127.0.0.1'");
    gives(begins(&ada, "ada").await, &app.shows_next(&world).await).await.may("Sign Out");
    ada.signs_out().await;
    world.runs("UPDATE sessions SET source = '192.0.2.1'");
    gives(begins(&ada, "ada@example.org").await, &app.shows_next(&world).await).await.status(429);
    // And a new password, which the thief does not have, starts afresh.
    resets(&world, &ada, ANOTHER).await;
    ada.signs_in_here("ada@example.org", ANOTHER).await.is_at("/sign-in/code");
    gives(&ada, &app.shows_next(&world).await).await.may("Sign Out");
}

/// Right codes cost nothing, however often somebody signs in.
///
/// Fails without `refund`.
#[actix_web::test]
async fn right_codes_are_not_throttled() {
    let world = World::new().await;
    let (app, _) = with_an_app(&world, "ada").await;
    for _ in 0..28 {
        // Passwords have an allowance of their own, which is whole again sooner.
        world.clock.minutes(2);
        gives(begins(&world.visitor().await, "ada").await, &app.shows_next(&world).await).await.may("Sign Out");
    }
}

/// ASVS 6.6.2: what was begun lasts ten minutes, and ends with whatever else ends it.
#[actix_web::test]
async fn asvs_6_6_2_what_was_begun_ends() {
    let world = World::new().await;
    world.ignores_emails();
    let (app, _) = with_an_app(&world, "ada").await;
    let phone = world.visitor().await;

    // By time.
    begins(&phone, "ada").await;
    world.clock.minutes(9);
    phone.reloads().await.is_at("/sign-in/code");
    world.clock.minutes(2);
    gives(&phone, &app.shows_next(&world).await).await.is_at("/sign-in").reads("Please sign in again");
    begins(&phone, "ada").await;
    world.clock.minutes(11);
    phone.reloads().await.is_at("/sign-in").reads("Please sign in again");

    // By signing in elsewhere.
    begins(&phone, "ada").await;
    let laptop = world.visitor().await;
    gives(begins(&laptop, "ada").await, &app.shows_next(&world).await).await.may("Sign Out");
    gives(&phone, &app.shows_next(&world).await).await.is_at("/sign-in");

    // By a new password: the person who began with the old one has nothing.
    forgives(&world);
    begins(&phone, "ada").await;
    resets(&world, &world.visitor().await, ANOTHER).await;
    gives(&phone, &app.shows_next(&world).await).await.is_at("/sign-in").may_not("Sign Out");

    // By suspension.
    phone.signs_in_here("ada", ANOTHER).await.is_at("/sign-in/code");
    world.runs("UPDATE accounts SET suspended_at = roster_now()");
    gives(&phone, &app.shows_next(&world).await).await.is_at("/sign-in").may_not("Sign Out");
    assert_eq!(world.number("SELECT count(*) AS number FROM sessions"), 0);
}

/// ASVS 6.4.3: a new password by mail does not do away with the second factor.
///
/// Fails without `second_factors::is_on` in `accounts::sign_in`.
#[actix_web::test]
async fn asvs_6_4_3_a_reset_password_does_not_bypass_it() {
    let world = World::new().await;
    let (app, _) = with_an_app(&world, "ada").await;
    let ada = world.visitor().await;
    resets(&world, &ada, ANOTHER).await;
    ada.may_not("Sign Out").signs_in_here("ada", ANOTHER).await.is_at("/sign-in/code").may_not("Sign Out");
    assert_eq!(world.number("SELECT count(*) AS number FROM sessions"), 0);
    gives(&ada, &app.shows_next(&world).await).await.may("Sign Out");
    ada.opens("/account/two-factor").await.reads("10 recovery codes left");
}
