//! Passwords: changed, judged, told of while they are typed, and kept.

use std::time::{Duration, Instant};

use roster::accounts;
use roster::accounts::password::{Cost, Hasher};
use roster::text::{EmailAddress, Username};

use crate::shared::{Browser, PASSWORD, World};

const PAGE: &str = "/account/password";
const ANOTHER: &str = "lanterns over quiet harbours";

/// Fills Change Password, and sends it.
async fn changes(person: &Browser, current: &str, new: &str, again: &str) {
    person.opens(PAGE).await.fills("Current Password", current);
    person.fills("New Password", new).fills("Confirm New Password", again).presses("Save Changes").await;
}

/// ACC-12, ACC-14: every other session ends, and this one goes on under another token.
#[actix_web::test]
async fn acc_12_changing_the_password_signs_out_everywhere_else() {
    let world = World::new().await;
    let (laptop, phone) = (world.person("ada").await, world.visitor().await);
    phone.signs_in("ada").await.may("Sign Out");
    world.runs(
        "INSERT INTO begun_sign_ins (token_hash, account_id, expires_at) \
         SELECT sha256('begun'), id, roster_now() + interval '10 minutes' FROM accounts",
    );
    let before = laptop.cookies();
    laptop.opens("/account").await.follows("Change Password").await.is_titled("Change Password");
    changes(&laptop, PASSWORD, ANOTHER, ANOTHER).await;
    laptop.is_at(PAGE).reads("Your password was changed.").may("Sign Out");
    world.message("ada@example.org", "Your password for Roster was changed").await;

    assert_ne!(laptop.cookies(), before);
    let thief = world.visitor().await;
    thief.plants(&before).opens("/account").await.is_at("/sign-in");
    phone.opens("/account").await.is_at("/sign-in").signs_in_here("ada", PASSWORD).await.status(422);
    phone.signs_in_here("ada", ANOTHER).await.may("Sign Out");
    laptop.opens("/account").await.is_at("/account");
    assert_eq!(world.number("SELECT count(*) AS number FROM begun_sign_ins"), 0);
    let told = world
        .number("SELECT count(*) AS number FROM history WHERE kind = 'password_changed' AND account_id = actor_id");
    assert_eq!(told, 1);
}

/// ACC-24: nothing is changed without the password as it is.
#[actix_web::test]
async fn acc_24_the_current_password_is_asked_for() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let hash = || world.texts("SELECT password_hash AS text FROM accounts");
    let before = hash();
    changes(&ada, "", ANOTHER, ANOTHER).await;
    ada.status(422).reads_beside("Current Password", "This is required.").holds("New Password", "");
    ada.posts(PAGE, &[("new_password", ANOTHER), ("confirm_password", ANOTHER)]).await.status(422);
    for n in 0..10 {
        changes(&ada, &format!("a guess {n}"), ANOTHER, ANOTHER).await;
        ada.status(422).reads_beside("Current Password", "This is not your password.");
    }
    // Even the right one has to wait, here and where it is given again.
    changes(&ada, PASSWORD, ANOTHER, ANOTHER).await;
    ada.status(429).reads("Try again in 2 minutes.");
    assert_eq!(hash(), before);
    world.clock.minutes(31);
    changes(&ada, PASSWORD, ANOTHER, ANOTHER).await;
    ada.status(200).reads("Your password was changed.");
    world.message("ada@example.org", "password").await;
    assert_ne!(hash(), before);
}

/// ACC-23: judged by the server, with the person's own words.
#[actix_web::test]
async fn acc_23_a_new_password_is_judged_with_ones_own_words() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.runs(
        "UPDATE accounts SET display_name = 'Zyqwolt Vornmask'; \
         INSERT INTO email_addresses (address, account_id) SELECT 'kzowgurt@wexfolding.example', id FROM accounts",
    );
    let easy = "easy to guess";
    for (new, why) in [
        ("", "This is required."),
        ("short", "8 characters or more"),
        (&"long ".repeat(300), "longer than any"),
        ("password123", easy),
        ("roster2026", easy),
        ("zyqwolt1", easy),
        ("Vornmask1", easy),
        ("wexfolding", easy),
        ("kzowgurt12", easy),
        ("ada@example.org", easy),
        (PASSWORD, "your password already"),
    ] {
        changes(&ada, PASSWORD, new, new).await;
        ada.status(422).reads_beside("New Password", why);
        assert!(new.is_empty() || !ada.page().body.contains(&format!("value=\"{new}\"")));
    }
    changes(&ada, PASSWORD, ANOTHER, PASSWORD).await;
    ada.status(422).reads_beside("Confirm New Password", "not the same");

    // So does the page that a mailed link leads to.
    ada.opens("/forgot-password").await.fills("Email", "ada@example.org").presses("Send Reset Link").await;
    let message = world.email_to("ada@example.org").await;
    for new in ["zyqwolt1", "wexfolding"] {
        ada.opens_link(&message).await.fills("New Password", new).fills("Confirm Password", new);
        ada.presses("Reset Password").await.status(422).reads_beside("New Password", easy);
    }
}

/// ACC-14: giving the password again gives the session another token, and the form goes on.
#[actix_web::test]
async fn acc_14_giving_the_password_again_renews_the_session() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let before = ada.cookies();
    world.clock.minutes(31);
    ada.opens("/account/email-addresses").await.fills("Email", "countess@example.org").presses("Add").await;
    ada.fills("Password", ANOTHER).presses("Continue").await.status(422);
    assert_eq!(ada.cookies(), before, "a wrong password renews nothing");
    ada.fills("Password", PASSWORD).presses("Continue").await.reads("A link was sent to countess@example.org.");
    world.email_to("countess@example.org").await;
    let after = ada.cookies();
    assert_ne!(after, before);
    let thief = world.visitor().await;
    thief.plants(&before).opens("/account").await.is_at("/sign-in");
    ada.opens("/account").await.is_at("/account");

    // By the page in between, too; and a refusal after it keeps the session.
    world.clock.minutes(31);
    ada.opens("/account/email-addresses/removal?address=nobody@example.org").await.is_titled("Confirm your password");
    ada.fills("Password", PASSWORD).presses("Continue").await.status(404).may("Sign Out");
    assert_ne!(ada.cookies(), after);
    ada.opens("/account").await.is_at("/account");
}

/// ACC-21: what is too long is refused before anything is hashed.
#[actix_web::test]
async fn acc_21_a_huge_password_costs_nothing() {
    let world = World::with(|app_state| app_state.hasher = Hasher::new(Cost::Full).unwrap()).await;
    let ada = world.person("ada").await;
    let hash = || world.texts("SELECT password_hash AS text FROM accounts");
    let before = hash();
    let (long, longer) = ("x".repeat(1025), "x".repeat(1_000_000));
    let many: Vec<(String, String)> = (0..1000).map(|n| (format!("field{n}"), String::new())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for (fields, status) in [
        (vec![("current_password", PASSWORD), ("new_password", &long), ("confirm_password", &long)], 422),
        (vec![("current_password", &long), ("new_password", ANOTHER), ("confirm_password", ANOTHER)], 422),
        (vec![("current_password", PASSWORD), ("new_password", &longer), ("confirm_password", &longer)], 413),
        (many, 413),
    ] {
        let begun = Instant::now();
        ada.posts(PAGE, &fields).await.status(status);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
    for (path, name) in
        [("/sign-in", "password"), ("/password-strength", "password"), ("/confirmations/none", "password")]
    {
        ada.posts(path, &[(name, &longer)]).await.status(413);
    }
    let visitor = world.visitor().await;
    visitor.posts("/sign-in", &[("login", "ada"), ("password", &long)]).await.status(422);
    assert_eq!(hash(), before);
}

/// The strength is asked to anybody, by what judges the form; nothing is kept and nothing is asked.
#[actix_web::test]
async fn the_strength_of_a_password_is_told_while_it_is_typed() {
    let world = World::new().await;
    let visitor = world.visitor().await;
    let mut told = Vec::new();
    let asked = world
        .queries_of(async {
            for (password, own) in [
                ("", ""),
                ("short", ""),
                ("password1", ""),
                (ANOTHER, ""),
                ("zyqwolt1", "ada"),
                ("zyqwolt1", "x zyqwolt@example.org"),
            ] {
                let answer = visitor.posts("/password-strength", &[("password", password), ("own", own)]).await;
                answer.status(200);
                assert_eq!(answer.header("cache-control"), "no-store");
                told.push(serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap());
            }
        })
        .await;
    assert_eq!(asked, 0);
    let scores: Vec<_> = told.iter().map(|told| told["score"].as_u64().unwrap()).collect();
    assert!(scores[..3].iter().all(|score| *score < 2), "{scores:?}");
    assert!(scores[3] >= 3 && scores[4] >= 2 && scores[5] < 2, "{scores:?}");
    assert_eq!(told[1]["words"], "Use 8 characters or more.");
    assert!(told[2]["words"].as_str().unwrap().contains("easy to guess"));
    assert!(!world.everything_kept().contains(ANOTHER));
    visitor.posts("/password-strength", &[("current_password", "x")]).await.status(400);
    world.raw("POST", "/password-strength").form(&[("password", "x")]).sends().await.status(403);

    // So often and no oftener; the page says nothing of it.
    let mut statuses = Vec::new();
    for _ in 0..125 {
        statuses.push(visitor.posts("/password-strength", &[("password", "short")]).await.status);
    }
    assert_eq!((statuses[0], statuses[124]), (200, 429));
}

/// A hash that was made more cheaply is made again by the next sign-in with the right password.
#[actix_web::test]
async fn a_cheaper_hash_is_made_anew_at_sign_in() {
    let world = World::with(|app_state| app_state.hasher = Hasher::new(Cost::Little).unwrap()).await;
    let least = Hasher::new(Cost::Least).unwrap();
    let (name, email) = (Username::parse("ada").unwrap(), EmailAddress::parse("ada@example.org").unwrap());
    accounts::seed(&world.db, &least, &name, &email, PASSWORD).await.unwrap();
    let hash = || world.texts("SELECT password_hash AS text FROM accounts").remove(0);
    let before = hash();
    assert!(before.contains("m=8,t=1"), "{before}");
    let ada = world.visitor().await;
    ada.opens("/sign-in").await.signs_in_here("ada", ANOTHER).await.status(422);
    assert_eq!(hash(), before, "a wrong password changes nothing");
    ada.signs_in("ada").await.may("Sign Out");
    let after = hash();
    assert!(after.contains("m=16,t=2"), "{after}");
    world.visitor().await.signs_in("ada").await.may("Sign Out");
    assert_eq!(hash(), after, "once is enough");
}
