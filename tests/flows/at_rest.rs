//! What somebody has who stole the database, its dump, or the log: nothing that opens anything.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::two_factor::{App, begins, gives, shown_codes};
use crate::shared::{World, log, start};

/// A password that stands nowhere by chance.
const PASSWORD: &str = "zeppelin-marmalade-quartz-91";

/// The one that takes its place.
const ANOTHER: &str = "umbrella-saxophone-glacier-27";

/// The digits of a card, and its security code.
const NUMBER: &str = "4000056655665556";
const CODE: &str = "917";

/// Everything that happens in a Roster, with secrets that are recognised wherever they turn up.
async fn used() -> World {
    let world = World::new().await;
    let ada = world.visitor().await;
    ada.asks_for_account("ada@example.org", "ada").await;
    let confirmation = world.email_to("ada@example.org").await;
    ada.opens_link(&confirmation).await.creates_with_password(PASSWORD).await.signs_out().await;
    ada.signs_in_here("ada", PASSWORD).await.is_titled("Your Dashboard");
    let visitor = world.visitor().await;
    visitor.opens("/forgot-password").await.fills("Email", "ada@example.org").presses("Send Reset Link").await;
    let reset = world.email_to("ada@example.org").await;
    visitor.opens_link(&reset).await.fills("New Password", ANOTHER).fills("Confirm Password", ANOTHER);
    visitor.presses("Reset Password").await;
    ada.opens("/sign-in").await.signs_in_here("ada@example.org", ANOTHER).await;
    world.founds(&ada, "Analytical Engines").await;
    ada.fills("Email", "grace@example.org").chooses("Member").presses("Send Invite").await;
    ada.fills("Email", "mary@example.org").presses("Send Invite").await;
    world.post().await;
    ada.follows("Settings").await.follows("Modify").await.fills("Cardholder Name", "Ada Lovelace");
    ada.fills("Address Line 1", "12 St James’s Square").fills("City", "London").chooses("United Kingdom");
    let expiry = (start() + chrono::TimeDelta::days(700)).format("%m/%y").to_string();
    ada.fills("Contact Email", "ada@example.org")
        .fills("Card Number", NUMBER)
        .fills("Expiry Date", &expiry)
        .fills("CVC", CODE);
    ada.presses("Save").await.reads("5556");
    ada.follows("Delete this Organization").await.presses("Yes").await;
    world.post().await;
    world.ignores_emails();
    // A reset that is still open, so that there is a link that opens something.
    visitor.opens("/forgot-password").await.fills("Email", "ada@example.org").presses("Send Reset Link").await;
    world.post().await;
    world
}

/// The tokens of every link that was mailed.
fn tokens(world: &World) -> Vec<String> {
    let links = world.mail.all();
    let words = links.iter().flat_map(|message| message.text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    let tokens =
        words.filter(|word| word.starts_with("http")).filter_map(|link| link.rsplit('/').next().map(str::to_owned));
    tokens.filter(|token| token.len() > 60).collect()
}

/// Digits alone, so that a number is found however it is separated.
fn digits(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/')).collect()
}

fn is_clean(what: &str, kept: &str, tokens: &[String]) {
    for secret in [PASSWORD, ANOTHER] {
        assert!(!kept.contains(secret), "{what} holds a password");
    }
    assert!(!digits(kept).contains(NUMBER), "{what} holds a card number");
    for token in tokens {
        assert!(!kept.contains(token), "{what} holds a link: {token}");
    }
}

#[actix_web::test]
async fn nothing_that_opens_anything_is_at_rest() {
    let world = used().await;
    let tokens = tokens(&world);
    assert!(tokens.len() >= 6, "only {} links were mailed", tokens.len());
    is_clean("the database", &world.everything_kept(), &tokens);

    let dump = Command::new("pg_dump").arg(format!("--dbname={}", world.database_url())).output().expect("pg_dump");
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let dump = String::from_utf8_lossy(&dump.stdout).into_owned();
    assert!(dump.contains("Ada Lovelace") && dump.contains("$argon2id$"), "the dump is of something else");
    is_clean("the dump", &dump, &tokens);
    // The code alone is too short to be looked for everywhere: where it could be kept it is not.
    let cards = world
        .texts("SELECT row(brand, last_four, expiry_month, expiry_year, provider_reference)::text AS text FROM cards");
    assert!(cards.iter().all(|card| !card.contains(CODE)), "{cards:?}");
    // As a word: three figures are in an identifier by chance.
    let told = world.texts("SELECT details::text AS text FROM history");
    let mut words = told.iter().flat_map(|line| line.split(|sign: char| !sign.is_ascii_alphanumeric()));
    assert!(!words.any(|word| word == CODE));

    assert!(log::length() > 20, "nothing was logged");
    for secret in [PASSWORD, ANOTHER, NUMBER].into_iter().chain(tokens.iter().map(String::as_str)) {
        assert!(!log::holds(secret), "the log holds {secret}");
    }
}

/// ACC-11: whatever is in the database is no token and no cookie.
#[actix_web::test]
async fn acc_11_nothing_from_the_database_opens_anything() {
    let world = used().await;
    let kept = world.everything_kept();
    let words: std::collections::BTreeSet<&str> = kept
        .split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '+' | '='))
        .filter(|word| word.len() >= 16)
        .collect();
    assert!(words.len() > 20);
    let visitor = world.visitor().await;
    for word in words {
        for kind in ["confirmations", "reset-password", "invitations"] {
            let answer = visitor.gets(&format!("/{kind}/{word}")).await;
            assert!(matches!(answer.status, 404 | 429), "/{kind}/{word}: {}", answer.status);
        }
        let thief = world.raw("GET", "/account").header("cookie", &format!("roster-insecure={word}")).sends().await;
        assert!(thief.location().starts_with("/sign-in"), "{word} signs in");
    }
}

/// ASVS 6.5.2: neither the secret of an app nor a recovery code stands anywhere, in no spelling.
#[actix_web::test]
async fn asvs_6_5_2_no_second_factor_is_at_rest() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    ada.opens("/account/two-factor").await.presses("Enable").await;
    let app = App::scans(&ada);
    let unconfirmed = world.everything_kept();
    let code = app.shows(&world).await;
    ada.fills("Six-digit code", &code).presses("Confirm").await.status(200);
    let mut secrets: Vec<String> =
        shown_codes(&ada).into_iter().flat_map(|code| [code.replace('-', ""), code.to_uppercase(), code]).collect();
    assert_eq!(secrets.len(), 30);
    let bytes = totp_rs::Secret::try_from_base32(&app.secret).unwrap().as_bytes().to_vec();
    // As it is in a column of bytes.
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    secrets.extend(secrets.clone().iter().map(|code| hex(code.as_bytes())));
    secrets.push(hex(&bytes));
    secrets.push(hex(app.secret.as_bytes()));
    secrets.push(URL_SAFE_NO_PAD.encode(&bytes));
    secrets.push(STANDARD.encode(&bytes));
    secrets.push(app.secret.clone());
    secrets.push(app.secret.to_lowercase());
    gives(begins(&world.visitor().await, "ada").await, &app.shows_next(&world).await).await.may("Sign Out");
    world.email_to("ada@example.org").await;
    let kept = [unconfirmed, world.everything_kept()];
    assert!(kept.iter().all(|kept| kept.contains("second_factors")));
    for secret in &secrets {
        assert!(kept.iter().all(|kept| !kept.contains(secret)), "{secret} is kept");
        assert!(!log::holds(secret), "the log holds {secret}");
    }
}
