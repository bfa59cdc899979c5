//! The phone is lost: recovery codes, new ones, and doing without.

use super::{begins, enables, gives, shown_codes, with_an_app};
use crate::shared::{Browser, World};

/// Gives a recovery code, where a code is asked for.
async fn recovers<'b>(browser: &'b Browser, code: &str) -> &'b Browser {
    browser.opens("/sign-in/code").await.follows("Use a recovery code").await;
    browser.fills("Recovery Code", code).presses("Sign In").await
}

#[actix_web::test]
async fn a_recovery_code_signs_in_once_and_is_told_by_mail() {
    let world = World::new().await;
    let (app, codes) = with_an_app(&world, "ada").await;
    let ada = world.visitor().await;
    recovers(begins(&ada, "ada").await, "not a code").await.status(422).reads_beside("Recovery Code", "six groups");
    ada.fills("Recovery Code", &codes[7].to_uppercase().replace('-', " ")).presses("Sign In").await.may("Sign Out");
    let message = world.email_to("ada@example.org").await;
    message.reads("A recovery code signed in").reads("9 recovery codes left").does_not_read(&codes[7]);
    ada.opens("/account/two-factor").await.reads("9 recovery codes left");
    let told = "SELECT details::text AS text FROM history WHERE kind IN ('recovery_code_used', 'signed_in') ORDER BY id DESC LIMIT 2";
    let told = world.texts(told).join(" ");
    assert!(told.contains(r#""left": 9"#) && told.contains(r#""proof": "recovery_code""#), "{told}");

    let thief = world.visitor().await;
    recovers(begins(&thief, "ada").await, &codes[7]).await.status(422).reads_beside("Recovery Code", "used before");
    thief.reads("4 tries are left").holds("Recovery Code", "");
    // Both ways count the same tries.
    thief.follows("Use a six-digit code").await;
    gives(&thief, &app.never_shows(&world).await).await.reads("3 tries are left");
}

/// A recovery code opens the account it was made for, and no other.
#[actix_web::test]
async fn a_recovery_code_is_of_one_account() {
    let world = World::new().await;
    let (_, hers) = with_an_app(&world, "ada").await;
    with_an_app(&world, "grace").await;
    let grace = world.visitor().await;
    recovers(begins(&grace, "grace").await, &hers[0]).await.status(422).may_not("Sign Out");
}

#[actix_web::test]
async fn new_recovery_codes_end_the_old_ones() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let (_, old) = enables(&world, &ada).await;
    world.email_to("ada@example.org").await;
    ada.opens("/account/two-factor").await.presses("New Recovery Codes").await.reads("Make New Recovery Codes?");
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'recovery_codes_renewed'"), 0);
    ada.presses("Yes").await.is_titled("Recovery Codes").reads("The old ones no longer work.");
    let new = shown_codes(&ada);
    assert_eq!(new.len(), 10);
    assert!(new.iter().all(|code| !old.contains(code)));
    world.email_to("ada@example.org").await.reads("You have new recovery codes");
    ada.follows("I have kept them").await.reads("10 recovery codes left").signs_out().await;

    recovers(begins(&ada, "ada").await, &old[0]).await.status(422);
    ada.fills("Recovery Code", &new[0]).presses("Sign In").await.may("Sign Out");
    world.email_to("ada@example.org").await.reads("9 recovery codes left");
    for code in &new[1..] {
        ada.signs_out().await;
        world.runs("DELETE FROM throttles");
        recovers(begins(&ada, "ada").await, code).await.may("Sign Out");
    }
    world.email_to("ada@example.org").await.reads("It was the last one");
    ada.opens("/account/two-factor").await.reads("0 recovery codes left").reads("before they run out");
    world.ignores_emails();
}

#[actix_web::test]
async fn it_is_disabled_after_a_question_and_nothing_of_it_is_left() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let (app, codes) = enables(&world, &ada).await;
    world.email_to("ada@example.org").await;
    let phone = world.visitor().await;
    begins(&phone, "ada").await;

    ada.opens("/account/two-factor").await.presses("Disable").await.reads("Disable Two-factor Authentication?");
    ada.follows("Cancel").await.is_at("/account/two-factor").reads("On").presses("Disable").await.presses("Yes").await;
    ada.is_at("/account/two-factor").reads("Two-factor Authentication is off.").may("Enable");
    world.email_to("ada@example.org").await.reads("Two-factor Authentication is off");
    for table in ["second_factors", "recovery_codes", "begun_sign_ins"] {
        assert_eq!(world.number(&format!("SELECT count(*) AS number FROM {table}")), 0, "{table}");
    }
    // What was begun has ended; the password alone signs in.
    gives(&phone, &app.shows_next(&world).await).await.is_at("/sign-in").signs_in("ada").await.may("Sign Out");
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'two_factor_disabled'"), 1);

    // Pressed twice, or in another tab: it is so already.
    ada.posts("/account/two-factor/deactivation", &[]).await.status(303);
    ada.posts("/account/two-factor/recovery-codes", &[]).await.status(303);
    assert_eq!(world.number("SELECT count(*) AS number FROM recovery_codes"), 0);

    // Enabled again, it is another key, and the codes of before are worth nothing.
    let (again, _) = enables(&world, &ada).await;
    world.email_to("ada@example.org").await;
    assert_ne!(again.secret, app.secret);
    recovers(begins(&world.visitor().await, "ada").await, &codes[0]).await.status(422);
}
