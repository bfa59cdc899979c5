//! Addresses that wait for their link: what opens it, what it tells, and how many there are.

use crate::addresses::{PAGE, addresses, adds, asks_for, claims, forgets_password};
use crate::shared::{EmailTemplate, PASSWORD, World};

const ANOTHER: &str = "lanterns over quiet harbours";

/// ACC-05: of two addresses asked for, the one whose link was opened is confirmed, and no other.
#[actix_web::test]
async fn acc_05_a_link_confirms_the_address_it_was_mailed_to() {
    let world = World::new().await;
    world.account("mallory").await;
    let (one, other) = (world.visitor().await, world.visitor().await);
    one.signs_in("mallory").await;
    other.signs_in("mallory").await;
    tokio::join!(
        one.posts(PAGE, &[("email", "mallory@evil.example")]),
        other.posts(PAGE, &[("email", "grace@example.org")])
    );
    let own = world.email_to("mallory@evil.example").await;
    let hers = world.email_to("grace@example.org").await;
    assert_ne!(own.link(), hers.link());
    // Asking for the other once more, while the page of the first is open, changes nothing about it.
    one.opens_link(&own).await;
    other.posts(PAGE, &[("email", "grace@example.org")]).await.status(303);
    one.presses("Confirm").await.reads("mallory@evil.example was added");
    assert_eq!(addresses(&world, "mallory"), ["mallory@example.org", "mallory@evil.example"]);
    world.message("mallory@example.org", "An address was added").await.reads("mallory@evil.example");
    world.email_to("grace@example.org").await;
}

/// ACC-25: asking again means the same link, for a day from then; cancelled it is dead for good.
#[actix_web::test]
async fn acc_25_a_claim_is_renewed_lapses_and_is_cancelled() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let first = claims(&world, &ada, "countess@example.org").await;
    world.clock.hours(23);
    ada.opens(PAGE).await.presses_in("countess@example.org", "Send Again").await.reads("sent to countess@example.org");
    let second = world.email_to("countess@example.org").await;
    assert_eq!(first.link(), second.link());
    assert_eq!(world.number("SELECT count(*) AS number FROM address_claims"), 1);
    world.clock.hours(23);
    ada.opens_link(&first).await.may("Confirm");
    world.clock.hours(2);
    ada.presses("Confirm").await.status(404).reads("This link is not valid");
    ada.opens(PAGE).await.does_not_read("countess@example.org");

    let ada = world.visitor().await;
    ada.signs_in("ada").await;
    let third = claims(&world, &ada, "countess@example.org").await;
    let second_tab = world.visitor().await;
    second_tab.signs_in("ada").await.opens(PAGE).await;
    ada.opens(PAGE).await.presses_in("countess@example.org", "Cancel").await.does_not_read("Waits for its link");
    second_tab.presses_in("countess@example.org", "Send Again").await.reads("waits for its link no longer");
    ada.opens_link(&third).await.status(404);
    let fourth = claims(&world, &ada, "countess@example.org").await;
    assert_ne!(fourth.link(), third.link());
    ada.opens_link(&third).await.status(404);
    ada.opens_link(&fourth).await.may("Confirm");
    assert_eq!(addresses(&world, "ada"), ["ada@example.org"]);
}

/// ACC-01: whether an address is somebody's is given by an email to it, and by nothing else.
#[actix_web::test]
async fn acc_01_a_claim_tells_nobody_who_is_known() {
    let world = World::new().await;
    world.account("grace").await;
    let ada = world.person("ada").await;
    let mut told = Vec::new();
    for address in ["grace@example.org", "grave@example.org"] {
        let answer = ada.posts(PAGE, &[("email", address)]).await;
        let row = ada.opens(PAGE).await.page().row(address);
        let page = ada.page().text();
        let word = page.lines().find(|line| line.starts_with("A link was sent to")).unwrap_or_default();
        let again = ada.presses_in(address, "Send Again").await.page().text();
        let again = again.lines().find(|line| line.contains("again.")).unwrap_or_default().to_owned();
        let seen = format!("{} {} {row} {word} {again}", answer.status, answer.location());
        told.push(seen.replace(address, "ADDRESS"));
    }
    assert!(told[0].contains("Waits for its link") && told[0].contains("ADDRESS again"), "{told:?}");
    assert_eq!(told[0], told[1]);
    for _ in 0..2 {
        let known = world.email_to("grace@example.org").await;
        known.reads("This address is in use").does_not_read("ada");
        assert!(known.link().ends_with("/sign-in"));
        world.email_to("grave@example.org").await.reads("Confirm this address");
    }
    world.no_email_to("ada@example.org").await;
}

/// ACC-01: nor does the mail that others have asked for: a reset takes from the allowance of an address
/// that nobody has, too.
#[actix_web::test]
async fn acc_01_what_is_left_of_the_allowance_tells_nothing() {
    let world = World::new().await;
    world.ignores_emails();
    world.account("grace").await;
    let ada = world.person("ada").await;
    let mut told = Vec::new();
    for address in ["grace@example.org", "grave@example.org"] {
        for _ in 0..5 {
            world.visitor().await.posts("/forgot-password", &[("email", address)]).await.status(303);
        }
        let answer = ada.posts(PAGE, &[("email", address)]).await;
        told.push((answer.status, answer.text().contains("Try again in 12 minutes")));
    }
    assert_eq!(told, [(429, true), (429, true)]);
}

#[actix_web::test]
async fn each_limit_tells_when_to_try_again() {
    let world = World::new().await;
    world.ignores_emails();
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    for _ in 0..5 {
        asks_for(&ada, "countess@example.org").await;
        ada.status(200);
    }
    // Whoever asks: the allowance is the address's.
    for person in [&ada, &grace] {
        asks_for(person, "countess@example.org").await;
        person.status(429).reads_beside("Email", "Try again in 12 minutes.").holds("Email", "countess@example.org");
    }
    ada.opens(PAGE).await.presses_in("countess@example.org", "Send Again").await.status(429).reads("Try again in 12");
    world.clock.minutes(12);
    ada.opens(PAGE).await.presses_in("countess@example.org", "Send Again").await.status(200);

    let mut statuses = Vec::new();
    for n in 0..25 {
        statuses.push(grace.posts(PAGE, &[("email", &format!("grace{}@example.com", n % 8))]).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 20, "{statuses:?}");
    assert_eq!(statuses.last(), Some(&429));
    let refused = grace.posts(PAGE, &[("email", "grace8@example.com")]).await;
    refused.reads("You asked for enough links for now. Try again in 3 minutes.");
    assert!(refused.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 60));
}

/// A person who opens the link as somebody else adds nothing, and is shown nothing of who asked.
#[actix_web::test]
async fn a_link_is_for_the_account_that_asked() {
    let world = World::new().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    let message = claims(&world, &ada, "grace@example.com").await;
    let path = message.link().strip_prefix(&world.site.origin()).unwrap().to_owned();
    grace.opens_link(&message).await.status(403).reads("Another account asked for this");
    grace.does_not_read("ada").does_not_read("grace@example.com").may_not("Confirm");
    grace.posts(&path, &[]).await.status(403);
    assert_eq!(addresses(&world, "grace"), ["grace@example.org"]);

    grace.opens_link(&message).await.presses("Sign In as Someone Else").await.is_at("/sign-in");
    grace.signs_in_here("ada", PASSWORD).await.is_titled("Confirm this address").presses("Confirm").await;
    assert_eq!(addresses(&world, "ada"), ["ada@example.org", "grace@example.com"]);
    world.message("ada@example.org", "An address was added").await;
}

/// ACC-10: a token of another purpose, or a changed one, is no link to an address.
#[actix_web::test]
async fn acc_10_no_other_token_adds_an_address() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let claim = claims(&world, &ada, "countess@example.org").await;
    let reset = forgets_password(&world, "ada@example.org").await;
    let token = |message: &EmailTemplate| message.link().rsplit('/').next().unwrap().to_owned();
    for path in [
        format!("/address-claims/{}", token(&reset)),
        format!("/reset-password/{}", token(&claim)),
        format!("/confirmations/{}", token(&claim)),
        format!("/address-claims/B{}", &token(&claim)[1..]),
        "/address-claims/%00".to_owned(),
    ] {
        ada.gets(&path).await.status(404);
        ada.posts(&path, &[]).await.status(404);
    }
    assert!(!world.everything_kept().contains(&token(&claim)), "ACC-11: the token is kept");
}

/// ACC-33: an address that came to be somebody else's stays theirs.
#[actix_web::test]
async fn acc_33_an_address_belongs_to_one_account() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let message = claims(&world, &ada, "grace@example.org").await;
    ada.opens_link(&message).await;
    world.account("grace").await;
    ada.presses("Confirm").await.is_at(PAGE).reads("now belongs to another account");
    assert_eq!(addresses(&world, "ada"), ["ada@example.org"]);
    assert_eq!(addresses(&world, "grace"), ["grace@example.org"]);

    // Of two accounts that confirm one address at once, one has it.
    let eve = world.person("eve").await;
    let (hers, theirs) =
        (claims(&world, &ada, "shared@example.org").await, claims(&world, &eve, "shared@example.org").await);
    ada.opens_link(&hers).await;
    eve.opens_link(&theirs).await;
    tokio::join!(ada.presses("Confirm"), eve.presses("Confirm"));
    assert_eq!(world.number("SELECT count(*) AS number FROM email_addresses WHERE address = 'shared@example.org'"), 1);
    world.ignores_emails();
}

/// ACC-04: who registers an address and does not open its letter has nothing of it, once it is another's.
#[actix_web::test]
async fn acc_04_a_registration_of_an_added_address_is_over() {
    let world = World::new().await;
    let (mallory, ada) = (world.visitor().await, world.person("ada").await);
    mallory.asks_for_account("countess@example.org", "mallory").await;
    let registration = world.message("countess@example.org", "Confirm your address").await;
    adds(&world, &ada, "countess@example.org").await;
    world.message("ada@example.org", "An address was added").await;
    mallory.opens_link(&registration).await.status(404);
    assert_eq!(world.number("SELECT count(*) AS number FROM registrations"), 0);
    mallory.opens("/sign-in").await.signs_in_here("countess@example.org", ANOTHER).await.status(422);
}

/// Ten addresses and claims are the most, and twenty tabs at once do not change that.
#[actix_web::test]
async fn an_account_has_ten_addresses_at_most() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.person("ada").await;
    let wished: Vec<String> = (0..20).map(|n| format!("ada{n}@example.com")).collect();
    let fields: Vec<[(&str, &str); 1]> = wished.iter().map(|address| [("email", address.as_str())]).collect();
    futures_util::future::join_all(fields.iter().map(|fields| ada.posts(PAGE, fields))).await;
    assert_eq!(world.number("SELECT count(*) AS number FROM address_claims"), 9);
    ada.opens(PAGE).await.reads("as many addresses as it can").may_not("Add");
    ada.posts(PAGE, &[("email", "one-more@example.com")]).await.status(422).reads("at most 10 addresses");

    // Nor does an invitation to yet another address.
    let charles = world.founder("charles", "Analytical Engines").await;
    charles.opens("/analytical-engines/members").await.fills("Email", "lovelace@example.org");
    charles.presses("Send Invite").await;
    let invitation = world.message("lovelace@example.org", "invited you").await;
    ada.opens_link(&invitation).await.presses("Add this Address and Join").await.reads("has 10 addresses already");
    world.runs("DELETE FROM address_claims WHERE address = (SELECT max(address) FROM address_claims)");
    ada.presses("Add this Address and Join").await.reads("You joined Analytical Engines");
    world.message("ada@example.org", "An address was added").await.reads("lovelace@example.org");
}

/// Claims whose links are dead are forgotten with everything else that has lapsed.
#[actix_web::test]
async fn lapsed_claims_are_forgotten() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    claims(&world, &ada, "countess@example.org").await;
    world.clock.hours(25);
    let forgotten = world.db.without_authorization(roster::accounts::forget_lapsed).await.unwrap();
    assert_eq!((forgotten, world.number("SELECT count(*) AS number FROM address_claims")), (1, 0));
}
