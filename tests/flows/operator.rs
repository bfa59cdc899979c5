//! What the operator does for people, on the command line.

use roster::accounts::operator::{AccountSelector, OperatorCommand, OperatorCommandError, Told, carry_out};
use roster::app::end_invitations;
use roster::text::EmailAddress;

use crate::shared::{PASSWORD, World};

fn whom(typed: &str) -> AccountSelector {
    AccountSelector::parse(typed).expect("a name or an address")
}

fn address(typed: &str) -> EmailAddress {
    EmailAddress::parse(typed).expect("an address")
}

/// What an order came to, in words.
async fn orders(world: &World, person: &str, order: OperatorCommand) -> Result<String, OperatorCommandError> {
    carry_out(&world.db, whom(person), order, end_invitations())
        .await
        .expect("a database")
        .map(|told| told.said(&world.site))
}

/// The newest line in the audit log of an account, and who did it.
fn newest(world: &World, username: &str) -> String {
    let lines = world.texts(&format!(
        "SELECT history.actor_name || ' ' || history.kind AS text FROM history \
         JOIN accounts ON accounts.id = history.account_id WHERE username = '{username}' ORDER BY at DESC, history.id DESC LIMIT 1"
    ));
    lines.into_iter().next().unwrap_or_default()
}

/// MEM-16, ACC-31: who is suspended is out at the next click, and the page for signing in says what it
/// says to a wrong password.
#[actix_web::test]
async fn a_suspended_person_is_out_until_they_are_restored() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let told = orders(&world, "ada@example.org", OperatorCommand::Suspend).await.unwrap();
    assert_eq!(told, "ada is suspended, and signed out everywhere. No open invitation was sent by ada.");
    assert_eq!(newest(&world, "ada"), "the operator account_suspended");
    world.message("ada@example.org", "Your account at Roster is suspended").await.reads("signed out everywhere");
    ada.opens("/account").await.is_at("/sign-in");

    let refused = ada.posts("/sign-in", &[("login", "ada"), ("password", PASSWORD)]).await;
    let wrong = ada.posts("/sign-in", &[("login", "ada"), ("password", "something else")]).await;
    assert_eq!((refused.status, refused.text()), (wrong.status, wrong.text()));

    // Said twice, it is done once.
    orders(&world, "ada", OperatorCommand::Suspend).await.unwrap();
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'account_suspended'"), 1);

    orders(&world, "ada", OperatorCommand::Restore).await.unwrap();
    world.message("ada@example.org", "Your account at Roster is restored").await;
    ada.signs_in("ada").await.is_at("/dashboard");
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'account_restored'"), 1);
}

/// ASVS 7.4.5.
#[actix_web::test]
async fn the_operator_signs_somebody_out_everywhere() {
    let world = World::new().await;
    let (here, there) = (world.person("ada").await, world.visitor().await);
    there.signs_in("ada").await;
    let grace = world.person("grace").await;
    orders(&world, "ada", OperatorCommand::EndSessions).await.unwrap();
    assert_eq!(newest(&world, "ada"), "the operator sessions_ended");
    for ada in [here, there] {
        ada.opens("/account").await.is_at("/sign-in");
    }
    grace.opens("/account").await.is_at("/account");
}

/// ASVS 6.4.6: the operator sends the link, and never chooses the password.
#[actix_web::test]
async fn the_operator_sends_a_reset() {
    let world = World::new().await;
    world.account("ada").await;
    let told = orders(&world, "ada", OperatorCommand::SendReset).await.unwrap();
    assert!(told.contains("goes to ada@example.org"), "{told}");
    assert_eq!(newest(&world, "ada"), "the operator password_reset_asked");
    let message = world.message("ada@example.org", "Reset your password").await;
    let ada = world.visitor().await;
    ada.opens_link(&message).await.fills("New Password", "lanterns over quiet harbours");
    ada.fills("Confirm Password", "lanterns over quiet harbours").presses("Reset Password").await.is_at("/sign-in");
    world.message("ada@example.org", "was changed").await;

    // The allowance of the address holds for the operator, too: nobody floods a mailbox through them.
    world.ignores_emails();
    let mut last = Ok(String::new());
    for _ in 0..5 {
        last = orders(&world, "ada", OperatorCommand::SendReset).await;
    }
    assert_eq!(last, Err(OperatorCommandError::EnoughMail));
}

#[actix_web::test]
async fn the_operator_vouches_for_an_address() {
    let world = World::new().await;
    world.account("ada").await;
    world.account("grace").await;
    orders(&world, "ada", OperatorCommand::ConfirmAddress(address("countess@example.org"))).await.unwrap();
    assert_eq!(newest(&world, "ada"), "the operator address_added");
    world.message("ada@example.org", "An address was added").await.reads("countess@example.org");
    let ada = world.visitor().await;
    ada.signs_in("countess@example.org").await.is_at("/dashboard");

    let taken = orders(&world, "ada", OperatorCommand::ConfirmAddress(address("grace@example.org"))).await;
    assert_eq!(taken, Err(OperatorCommandError::AddressTaken));
    assert_eq!(world.number("SELECT count(*) AS number FROM email_addresses"), 3);
}

#[actix_web::test]
async fn the_operator_looks_and_sees_no_secrets() {
    let world = World::new().await;
    world.person("ada").await;
    let Ok(Ok(Told::AccountDetails(card))) =
        carry_out(&world.db, whom("ada"), OperatorCommand::Show, end_invitations()).await
    else {
        panic!("no card")
    };
    assert_eq!((card.username.as_str(), card.sessions.len(), card.suspended_at), ("ada", 1, None));
    let told = card.to_string();
    for part in ["ada@example.org", "Two-factor    off", "ada signed in", "ada created an account"] {
        assert!(told.contains(part), "{part} in\n{told}");
    }
    assert!(!told.contains("argon2"), "{told}");
    assert_eq!(orders(&world, "nobody", OperatorCommand::Show).await, Err(OperatorCommandError::NoSuchAccount));
    assert_eq!(
        orders(&world, "nobody@example.org", OperatorCommand::Suspend).await,
        Err(OperatorCommandError::NoSuchAccount)
    );
}

/// ASVS 6.4.4: somebody lost the app and the recovery codes, and is given by mail what was done about it.
#[actix_web::test]
async fn the_operator_turns_a_lost_second_factor_off() {
    let world = World::new().await;
    world.account("ada").await;
    world.account("grace").await;
    world.runs(
        "INSERT INTO second_factors (account_id, sealed_secret, confirmed_at) \
         SELECT id, decode(repeat('00', 48), 'hex'), roster_now() FROM accounts; \
         INSERT INTO recovery_codes (account_id, code_hash) SELECT id, sha256('a code') FROM accounts",
    );
    let ada = world.visitor().await;
    ada.signs_in("ada").await.is_at("/sign-in/code");
    orders(&world, "ada", OperatorCommand::TurnOffTwoFactor).await.unwrap();
    assert_eq!(newest(&world, "ada"), "the operator two_factor_disabled");
    world
        .message("ada@example.org", "wo-factor")
        .await
        .reads("The operator of this Roster turned two-factor authentication off for you.");
    // What was begun has ended with it, and nothing is left of the codes; nobody else's are touched.
    ada.opens("/sign-in/code").await.is_at("/sign-in");
    ada.signs_in("ada").await.is_at("/dashboard");
    assert_eq!(world.number("SELECT count(*) AS number FROM recovery_codes"), 1);
    let grace = world.visitor().await;
    grace.signs_in("grace").await.is_at("/sign-in/code");

    assert_eq!(
        orders(&world, "ada", OperatorCommand::TurnOffTwoFactor).await,
        Err(OperatorCommandError::NoSecondFactor)
    );
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'two_factor_disabled'"), 1);
}
