//! Profile, as the manual tells it: what one is called, and by whom a name is had.

use roster::accounts;

use crate::shared::{Browser, PASSWORD, World};

/// Fills Profile, and saves it.
async fn is_called(browser: &Browser, display_name: &str, username: &str) {
    browser.opens("/account/profile").await.fills("Display Name", display_name).fills("Username", username);
    browser.presses("Save Changes").await;
}

/// The letters in the pictures of a page, in order.
fn pictures(browser: &Browser) -> Vec<String> {
    browser.page().all("main .picture").iter().map(|picture| picture.text().collect()).collect()
}

#[actix_web::test]
async fn account_settings_tell_what_stands_on_each_page() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    ada.opens("/dashboard").await.follows("Account Settings").await.is_titled("Account Settings");
    ada.reads("ada@example.org").reads("Here since").reads("your display name and your username");
    assert_eq!(pictures(&ada), ["AD"]);
    let notes: Vec<String> = ada.page().all(".row-note").iter().map(|note| note.text().collect()).collect();
    assert!(notes.len() == ada.page().all(".row-title").len() && !notes.contains(&String::new()), "{notes:?}");
    ada.follows("Profile").await.is_at("/account/profile").is_titled("Profile").holds("Username", "ada");
    ada.holds("Display Name", "").may("Save Changes").may("Delete this Account");
}

#[actix_web::test]
async fn people_choose_how_they_are_called() {
    let world = World::new().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    world.organization("Acme", &[("ada", "owner"), ("grace", "member")]);
    is_called(&ada, "  Ada Lovelace ", "ada").await;
    ada.is_at("/account/profile").reads("Your profile is saved.").holds("Display Name", "Ada Lovelace");
    // The menu keeps the username, and says the name where it opens.
    ada.reads("Signed in as ada Ada Lovelace");
    assert_eq!(pictures(&ada), ["AL"]);
    ada.opens("/account").await.reads("Ada Lovelace").reads("ada@example.org");

    grace.opens("/acme/members").await.lists(["Ada Lovelace ada", "grace"]).reads_in("Ada Lovelace", "Primary owner");
    assert_eq!(pictures(&grace), ["AC", "AL", "GR"]);
    // Nothing else happened, and nobody is written to about it.
    assert_eq!(world.texts("SELECT kind AS text FROM history WHERE kind LIKE '%changed'"), ["profile_changed"]);
    is_called(&ada, "", "ada").await;
    ada.reads("Your profile is saved.").does_not_read("Lovelace");
    grace.reloads().await.lists(["ada", "grace"]).does_not_read("Lovelace");
    // What is so already is not told again.
    is_called(&ada, "", "ada").await;
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'profile_changed'"), 2);
}

/// Wherever somebody is about to do something to a person, or because of one, both names are there.
#[actix_web::test]
async fn both_names_stand_where_it_matters_who_it_is() {
    let world = World::new().await;
    let (ada, alan) = (world.person("ada").await, world.person("alan").await);
    let grace = world.person("grace").await;
    world.organization("Acme", &[("ada", "owner"), ("alan", "owner")]);
    is_called(&alan, "Alan Turing", "alan").await;
    let invited =
        [("email", "grace@example.org"), ("role", "member"), ("form_key", "01900000-0000-7000-8000-000000000001")];
    alan.posts("/acme/invitations", &invited).await.status(303);

    ada.opens("/acme/members").await.follows_in("alan", "Remove").await.is_titled("Remove alan (Alan Turing)?");
    ada.opens("/acme/members").await.presses_in("alan", "Make Member").await;
    ada.is_titled("Make alan (Alan Turing) a member?");
    ada.opens("/account/organizations/acme/handover").await.chooses("alan (Alan Turing)");
    grace.opens("/dashboard").await.reads("alan (Alan Turing) invited you as Member").follows("View Invitation").await;
    grace.reads("alan (Alan Turing) invited you to join Acme.");
    assert_eq!(pictures(&grace), ["AT", "AC"], "of whom, and to what");
    ada.presses("Yes").await.reads("alan is now the primary owner of Acme.");
    // The history tells by usernames.
    alan.opens("/acme/activity").await.reads("ada made alan the primary owner").does_not_read("Turing\u{20}invited");
    world.ignores_emails();
}

/// INV-36: what somebody is called is no address of anything, and is in no email to a stranger.
#[actix_web::test]
async fn inv_36_a_display_name_brings_no_address_into_a_letter() {
    let world = World::new().await;
    let mallory = world.person("mallory").await;
    world.organization("Acme", &[("mallory", "owner")]);
    for name in [
        "Click http://evil.tld",
        "evil.tld",
        "Sign in at evil。tld",
        "WWW.evil",
        "support@roster.example",
        "a\u{202e}b",
        "a\u{200b}b",
        "4111 1111 1111 1111",
    ] {
        is_called(&mallory, name, "mallory").await;
        mallory.status(422);
        assert!(!mallory.page().beside("Display Name").contains("As others read it"), "{name:?} was taken");
    }
    mallory.fills("Display Name", &"x".repeat(81)).presses("Save Changes").await.status(422);
    mallory.reads_beside("Display Name", "Use at most 80 characters.");
    assert_eq!(world.number("SELECT count(*) AS number FROM accounts WHERE display_name IS NOT NULL"), 0);

    is_called(&mallory, "Roster Support <b>", "mallory").await;
    mallory.status(200).reads("Roster Support <b>");
    let invited =
        [("email", "grace@example.org"), ("role", "member"), ("form_key", "01900000-0000-7000-8000-000000000001")];
    mallory.posts("/acme/invitations", &invited).await.status(303);
    let message = world.email_to("grace@example.org").await;
    assert_eq!(message.subject, "mallory invited you to join Acme on Roster");
    message.does_not_read("Support");
}

#[actix_web::test]
async fn a_username_is_changed_and_its_owner_is_told() {
    let world = World::new().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    world.organization("Acme", &[("ada", "owner"), ("grace", "member")]);
    ada.opens("/account/profile").await.reads_beside("Username", "ada is kept from everybody else for 90 days");
    is_called(&ada, "", "Lovelace").await;
    ada.is_at("/account/profile").reads("Your profile is saved.").holds("Username", "lovelace");
    ada.reads("Signed in as lovelace");
    let message = world.message("ada@example.org", "Your username for Roster was changed").await;
    message.reads("from ada to lovelace").reads("For 90 days nobody else can have the name ada");

    grace.opens("/acme/members").await.lists(["lovelace", "grace"]);
    let phone = world.visitor().await;
    phone.signs_in("ada").await.status(422).signs_in_here("lovelace", PASSWORD).await.may("Sign Out");
    // The history keeps the name somebody had.
    let told =
        world.texts("SELECT actor_name || ' ' || details::text AS text FROM history WHERE kind = 'username_changed'");
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("ada ") && told[0].contains("lovelace"), "{told:?}");
    // Names alone, by an error of the form, are no reason to change it.
    for wrong in ["", "ad", "a da", "-ada", "ada@example.org", "4111111111111111"] {
        is_called(&ada, "Ada", wrong).await;
        ada.status(422).holds("Username", wrong).holds("Display Name", "Ada");
    }
    is_called(&ada, "evil.tld", "a da").await;
    ada.reads_beside("Display Name", "web address").reads_beside("Username", "Use the letters");
    assert_eq!(world.number("SELECT version::bigint AS number FROM accounts WHERE username = 'lovelace'"), 2);
}

/// A name that was given up is nobody else's for 90 days; its old owner takes it back.
#[actix_web::test]
async fn a_name_that_was_given_up_is_held_for_90_days() {
    let world = World::new().await;
    let (ada, mallory) = (world.person("ada").await, world.person("mallory").await);
    is_called(&ada, "", "lovelace").await;
    world.message("ada@example.org", "username").await;

    let wants = async |name: &str| {
        is_called(&mallory, "", name).await;
        mallory.status(422).reads_beside("Username", "This username is taken.");
        let visitor = world.visitor().await;
        visitor
            .asks_for_account("m@example.org", name)
            .await
            .status(422)
            .reads_beside("Username", "This username is taken.");
    };
    wants("ada").await;
    wants("lovelace").await;
    world.clock.days(60);
    ada.signs_in("lovelace").await;
    is_called(&ada, "", "ada").await;
    ada.reads("Your profile is saved.").reads("Signed in as ada");
    world.message("ada@example.org", "username").await.reads("from lovelace to ada");
    // Held from now on is the other one, and the one in use is not let go when its time would have come.
    world.clock.days(31);
    mallory.signs_in("mallory").await;
    wants("lovelace").await;
    wants("ada").await;
    world.clock.moves(chrono::TimeDelta::days(59) - chrono::TimeDelta::hours(1));
    mallory.signs_in("mallory").await;
    wants("lovelace").await;

    world.clock.hours(2);
    world.db.without_authorization(accounts::forget_lapsed).await.unwrap();
    assert_eq!(world.texts("SELECT name AS text FROM usernames ORDER BY 1"), ["ada", "mallory"]);
    is_called(&mallory, "", "lovelace").await;
    mallory.fills("Password", PASSWORD).presses("Continue").await.reads("Signed in as lovelace");
    world.message("mallory@example.org", "username").await;
}

/// Changing the username is sensitive, and the filled form comes through; a display name alone is not.
#[actix_web::test]
async fn only_another_username_asks_for_the_password_again() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.clock.minutes(31);
    is_called(&ada, "Ada Lovelace", "ada").await;
    ada.reads("Your profile is saved.");
    is_called(&ada, "Augusta Ada", "lovelace").await;
    ada.is_titled("Confirm your password");
    ada.fills("Password", "not the password").presses("Continue").await.status(422);
    assert_eq!(world.texts("SELECT username || display_name AS text FROM accounts"), ["adaAda Lovelace"]);
    ada.fills("Password", PASSWORD).presses("Continue").await.is_at("/account/profile").reads("Your profile is saved.");
    ada.holds("Display Name", "Augusta Ada").holds("Username", "lovelace");
    world.email_to("ada@example.org").await.reads("from ada to lovelace");
}

/// What was changed in another window is not overwritten unseen.
#[actix_web::test]
async fn a_stale_profile_is_told() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let phone = world.visitor().await;
    phone.signs_in("ada").await.opens("/account/profile").await;
    is_called(&ada, "Ada Lovelace", "ada").await;
    phone.fills("Display Name", "Augusta").presses("Save Changes").await.status(409);
    phone.reads("Your profile was changed in another window: you are ada (Ada Lovelace) now.");
    phone.holds("Display Name", "Augusta");
    assert_eq!(world.texts("SELECT display_name AS text FROM accounts"), ["Ada Lovelace"]);
    phone.presses("Save Changes").await.reads("Your profile is saved.").holds("Display Name", "Augusta");

    // The same for the username, in both directions.
    ada.opens("/account/profile").await;
    is_called(&phone, "Augusta", "augusta").await;
    ada.fills("Display Name", "Ada").presses("Save Changes").await.status(409).reads("you are augusta (Augusta) now");
    ada.fills("Username", "augusta").presses("Save Changes").await.reads("Your profile is saved.");
    assert_eq!(world.texts("SELECT username || ' ' || display_name AS text FROM accounts"), ["augusta Ada"]);
    ada.posts("/account/profile", &[("display_name", "x"), ("username", "augusta")]).await.status(400);
    for more in ["id", "password_hash", "suspended_at", "account"] {
        let fields = [("display_name", "x"), ("username", "augusta"), ("version", "4"), (more, "1")];
        ada.posts("/account/profile", &fields).await.status(400);
    }
    world.email_to("ada@example.org").await;
}

/// Each change keeps a name from everybody: there are only so many.
#[actix_web::test]
async fn nobody_hoards_names() {
    let world = World::new().await;
    world.ignores_emails();
    let mallory = world.person("mallory").await;
    for n in 0..5 {
        is_called(&mallory, "", &format!("mallory{n}")).await;
        mallory.reads("Your profile is saved.");
    }
    is_called(&mallory, "M", "mallory5").await;
    mallory.status(422).reads_beside("Username", "You changed it too often. Try again in 6 days.");
    assert_eq!(world.number("SELECT count(*) AS number FROM usernames"), 6);
    is_called(&mallory, "M", "mallory4").await;
    mallory.reads("Your profile is saved.");
    world.clock.days(6);
    is_called(&mallory, "M", "mallory5").await;
    mallory.fills("Password", PASSWORD).presses("Continue").await.reads("Your profile is saved.");
}
