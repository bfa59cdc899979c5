//! Email Addresses: added by a mailed link, chosen as primary, deleted; and what dies with each change.

use crate::shared::{Browser, Letter, PASSWORD, World};

const PAGE: &str = "/account/email-addresses";
const ANOTHER: &str = "lanterns over quiet harbours";

/// Asks on the page to add an address.
async fn asks_for(person: &Browser, address: &str) {
    person.opens(PAGE).await.fills("Email", address).presses("Add").await;
}

/// The link that somebody is mailed who asks to add an address.
async fn claims(world: &World, person: &Browser, address: &str) -> Letter {
    asks_for(person, address).await;
    world.letter(address, "Confirm this address").await
}

/// Adds an address, all the way.
async fn adds(world: &World, person: &Browser, address: &str) {
    let letter = claims(world, person, address).await;
    person.opens_link(&letter).await.presses("Confirm").await.is_at(PAGE).reads("was added");
}

/// Asks for a link to a new password.
async fn forgets_password(world: &World, address: &str) -> Letter {
    let visitor = world.visitor().await;
    visitor.opens("/forgot-password").await.fills("Email", address).presses("Send Reset Link").await;
    world.letter(address, "Reset your password").await
}

/// The addresses of an account, the primary one first.
fn addresses(world: &World, username: &str) -> Vec<String> {
    world.texts(&format!(
        "SELECT address AS text FROM email_addresses JOIN accounts ON accounts.id = account_id \
         WHERE username = '{username}' ORDER BY is_primary DESC, address"
    ))
}

#[actix_web::test]
async fn an_address_is_added_by_the_link_in_its_mail() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    ada.opens("/account").await.follows("Email Addresses").await.is_titled("Email Addresses");
    ada.lists(["ada@example.org"]).reads_in("ada@example.org", "Primary").may_not("Delete").may_not("Set as Primary");
    ada.fills("Email", " Countess@Example.org ").presses("Add").await.is_at(PAGE);
    ada.reads("A link was sent to countess@example.org.").lists(["countess@example.org Waits for its link"]);
    ada.lists(["ada@example.org"]);

    let letter = world.letter_to("countess@example.org").await;
    letter.reads("Confirm this address").does_not_read("ada").does_not_read("countess");
    world.no_letter_to("ada@example.org").await;

    // INV-30: what a mail scanner fetches changes nothing, and without signing in nothing is seen.
    let path = letter.link().strip_prefix(&world.site.origin()).unwrap();
    for method in ["GET", "HEAD"] {
        world.raw(method, path).sends().await.status(303);
        ada.opens(path).await.reads("This adds countess@example.org to your account ada.");
    }
    assert_eq!(addresses(&world, "ada"), ["ada@example.org"]);

    let phone = world.visitor().await;
    phone.opens_link(&letter).await.is_at("/sign-in").signs_in_here("ada", PASSWORD).await;
    phone.is_titled("Confirm this address").presses("Confirm").await.is_at(PAGE);
    phone.reads("countess@example.org was added to your account.").lists(["ada@example.org", "countess@example.org"]);
    phone.does_not_read("Waits for its link");
    world.letter("ada@example.org", "An address was added").await.reads("countess@example.org");

    // Any confirmed address signs in, in any case.
    for login in ["ada@example.org", "COUNTESS@example.org"] {
        world.visitor().await.signs_in(login).await.may("Sign Out");
    }
    // The link works once.
    phone.opens_link(&letter).await.status(404).reads("This link is not valid");
    let told = world.texts(
        "SELECT kind AS text FROM history WHERE kind LIKE 'address%' AND account_id IS NOT NULL ORDER BY at, id",
    );
    assert_eq!(told, ["address_claimed", "address_added"]);
}

#[actix_web::test]
async fn what_is_no_address_or_yours_already_is_told_beside_the_field() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    asks_for(&ada, "ada@").await;
    ada.status(422).reads_beside("Email", "name@example.org").holds("Email", "ada@");
    asks_for(&ada, "Ada@example.org").await;
    ada.status(422).reads_beside("Email", "belongs to your account already");
    ada.posts(PAGE, &[("email", "b@example.org"), ("is_primary", "true")]).await.status(400);
    ada.posts(PAGE, &[("email", "b@example.org,c@example.org")]).await.status(422);
    assert_eq!(world.number("SELECT count(*) AS number FROM address_claims"), 0);
    let asked = world.queries_of(async { ada.opens(PAGE).await.status(200) }).await;
    assert!(asked <= 3, "the page asks {asked} times");
}

/// ACC-25: adding, choosing and deleting an address is grave; the filled form is kept.
#[actix_web::test]
async fn acc_25_the_password_is_asked_for_again() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    adds(&world, &ada, "countess@example.org").await;
    world.letter("ada@example.org", "An address was added").await;
    world.clock.minutes(31);
    ada.fills("Email", "third@example.org").presses("Add").await.is_titled("Confirm your password");
    assert_eq!(world.number("SELECT count(*) AS number FROM address_claims"), 0);
    ada.fills("Password", ANOTHER).presses("Continue").await.status(422).reads("This is not your password.");
    ada.fills("Password", PASSWORD).presses("Continue").await.reads("A link was sent to third@example.org.");
    world.letter_to("third@example.org").await;

    world.clock.minutes(31);
    ada.presses_in("countess@example.org", "Set as Primary").await.is_titled("Confirm your password");
    ada.fills("Password", PASSWORD).presses("Continue").await.reads("countess@example.org is now your primary");
    world.letter("ada@example.org", "primary address").await;
    world.letter("countess@example.org", "primary address").await;

    world.clock.minutes(31);
    ada.follows_in("ada@example.org", "Delete").await.is_titled("Confirm your password");
    ada.fills("Password", PASSWORD).presses("Continue").await.is_titled("Delete ada@example.org?");
    world.clock.minutes(31);
    ada.presses("Yes").await.is_titled("Confirm your password").fills("Password", PASSWORD).presses("Continue").await;
    ada.reads("ada@example.org was deleted");
    world.letter("ada@example.org", "deleted").await;
    world.letter("countess@example.org", "deleted").await;
    assert_eq!(addresses(&world, "ada"), ["countess@example.org"]);
}

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
    let own = world.letter_to("mallory@evil.example").await;
    let hers = world.letter_to("grace@example.org").await;
    assert_ne!(own.link(), hers.link());
    // Asking for the other once more, while the page of the first is open, changes nothing about it.
    one.opens_link(&own).await;
    other.posts(PAGE, &[("email", "grace@example.org")]).await.status(303);
    one.presses("Confirm").await.reads("mallory@evil.example was added");
    assert_eq!(addresses(&world, "mallory"), ["mallory@example.org", "mallory@evil.example"]);
    world.letter("mallory@example.org", "An address was added").await.reads("mallory@evil.example");
    world.letter_to("grace@example.org").await;
}

/// ACC-25: asking again means the same link, for a day from then; cancelled it is dead for good.
#[actix_web::test]
async fn acc_25_a_claim_is_renewed_lapses_and_is_cancelled() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let first = claims(&world, &ada, "countess@example.org").await;
    world.clock.hours(23);
    ada.opens(PAGE).await.presses_in("countess@example.org", "Send Again").await.reads("sent to countess@example.org");
    let second = world.letter_to("countess@example.org").await;
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

/// ACC-01: whether an address is somebody's is told by a letter to it, and by nothing else.
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
        let known = world.letter_to("grace@example.org").await;
        known.reads("This address is in use").does_not_read("ada");
        assert!(known.link().ends_with("/sign-in"));
        world.letter_to("grave@example.org").await.reads("Confirm this address");
    }
    world.no_letter_to("ada@example.org").await;
}

/// ACC-01: nor does the mail that others have asked for: a reset takes from the allowance of an address
/// that nobody has, too.
#[actix_web::test]
async fn acc_01_what_is_left_of_the_allowance_tells_nothing() {
    let world = World::new().await;
    world.ignores_letters();
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
    world.ignores_letters();
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

/// Whoever opens the link as somebody else adds nothing, and is told nothing of who asked.
#[actix_web::test]
async fn a_link_is_for_the_account_that_asked() {
    let world = World::new().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    let letter = claims(&world, &ada, "grace@example.com").await;
    let path = letter.link().strip_prefix(&world.site.origin()).unwrap().to_owned();
    grace.opens_link(&letter).await.status(403).reads("Another account asked for this");
    grace.does_not_read("ada").does_not_read("grace@example.com").may_not("Confirm");
    grace.posts(&path, &[]).await.status(403);
    assert_eq!(addresses(&world, "grace"), ["grace@example.org"]);

    grace.opens_link(&letter).await.presses("Sign In as Someone Else").await.is_at("/sign-in");
    grace.signs_in_here("ada", PASSWORD).await.is_titled("Confirm this address").presses("Confirm").await;
    assert_eq!(addresses(&world, "ada"), ["ada@example.org", "grace@example.com"]);
    world.letter("ada@example.org", "An address was added").await;
}

/// ACC-10: a token of another purpose, or a changed one, is no link to an address.
#[actix_web::test]
async fn acc_10_no_other_token_adds_an_address() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let claim = claims(&world, &ada, "countess@example.org").await;
    let reset = forgets_password(&world, "ada@example.org").await;
    let token = |letter: &Letter| letter.link().rsplit('/').next().unwrap().to_owned();
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

/// ACC-33: an address that came to be somebody else's meanwhile stays theirs.
#[actix_web::test]
async fn acc_33_an_address_belongs_to_one_account() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let letter = claims(&world, &ada, "grace@example.org").await;
    ada.opens_link(&letter).await;
    world.account("grace").await;
    ada.presses("Confirm").await.is_at(PAGE).reads("belong to another account meanwhile");
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
    world.ignores_letters();
}

/// ACC-04: who registers an address and does not open its letter has nothing of it, once it is another's.
#[actix_web::test]
async fn acc_04_a_registration_of_an_added_address_is_over() {
    let world = World::new().await;
    let (mallory, ada) = (world.visitor().await, world.person("ada").await);
    mallory.opens("/create-account").await.fills("Email", "countess@example.org").fills("Username", "mallory");
    mallory.fills("Password", ANOTHER).fills("Confirm Password", ANOTHER).presses("Create Account").await;
    let registration = world.letter("countess@example.org", "Confirm your address").await;
    adds(&world, &ada, "countess@example.org").await;
    world.letter("ada@example.org", "An address was added").await;
    mallory.opens_link(&registration).await.status(404);
    assert_eq!(world.number("SELECT count(*) AS number FROM registrations"), 0);
    mallory.opens("/sign-in").await.signs_in_here("countess@example.org", ANOTHER).await.status(422);
}

#[actix_web::test]
async fn another_address_becomes_the_primary_one_and_the_old_one_is_deleted() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    adds(&world, &ada, "countess@example.org").await;
    world.letter("ada@example.org", "An address was added").await;
    ada.may_not_in("ada@example.org", "Delete").presses_in("countess@example.org", "Set as Primary").await;
    ada.reads("countess@example.org is now your primary address.").lists(["countess@example.org", "ada@example.org"]);
    ada.reads_in("countess@example.org", "Primary").may_not_in("countess@example.org", "Set as Primary");
    for address in ["ada@example.org", "countess@example.org"] {
        let letter = world.letter(address, "primary address").await;
        letter.reads("Until now: ada@example.org").reads("From now on: countess@example.org");
    }

    ada.follows_in("ada@example.org", "Delete").await.is_titled("Delete ada@example.org?");
    ada.reads("It cannot be used to sign in").follows("Cancel").await.is_at(PAGE);
    assert_eq!(addresses(&world, "ada").len(), 2);
    ada.follows_in("ada@example.org", "Delete").await.presses("Yes").await.is_at(PAGE);
    ada.reads("ada@example.org was deleted").lists(["countess@example.org"]).may_not("Delete");
    for address in ["ada@example.org", "countess@example.org"] {
        world.letter(address, "deleted").await.reads("ada@example.org");
    }
    world.visitor().await.signs_in("ada@example.org").await.status(422);
    world.visitor().await.signs_in("countess@example.org").await.may("Sign Out");
    let told = world.texts("SELECT kind AS text FROM history WHERE kind ~ 'primary|removed' ORDER BY at, id");
    assert_eq!(told, ["primary_address_changed", "address_removed"]);
}

#[actix_web::test]
async fn the_primary_address_stays_and_so_does_anothers() {
    let world = World::new().await;
    world.account("grace").await;
    let ada = world.person("ada").await;
    ada.opens(&format!("{PAGE}/removal?address=ada@example.org")).await.is_at(PAGE).reads("is your only address");
    adds(&world, &ada, "countess@example.org").await;
    world.letter("ada@example.org", "An address was added").await;
    let primary = ada.posts(&format!("{PAGE}/removal"), &[("address", "ada@example.org")]).await;
    primary.status(303);
    ada.opens(PAGE).await.reads("ada@example.org is your primary address. Set another one as primary first");
    for address in ["grace@example.org", "nobody@example.org", "", "%"] {
        for deed in ["removal", "primary"] {
            ada.posts(&format!("{PAGE}/{deed}"), &[("address", address)]).await.status(404);
        }
        ada.gets(&format!("{PAGE}/removal?address={address}")).await.status(404);
    }
    // One's claims are one's own.
    let letter = claims(&world, &ada, "third@example.org").await;
    let grace = world.visitor().await;
    grace.signs_in("grace").await;
    let claim = world.texts("SELECT id::text AS text FROM address_claims").remove(0);
    for deed in ["delivery", "cancellation"] {
        grace.posts(&format!("{PAGE}/claims/{claim}/{deed}"), &[]).await.status(303);
        grace.posts(&format!("{PAGE}/claims/none/{deed}"), &[]).await.status(404);
    }
    ada.opens_link(&letter).await.may("Confirm");
    assert_eq!(addresses(&world, "grace"), ["grace@example.org"]);
}

/// Ten addresses and claims are the most, and twenty tabs at once do not change that.
#[actix_web::test]
async fn an_account_has_ten_addresses_at_most() {
    let world = World::new().await;
    world.ignores_letters();
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
    let invitation = world.letter("lovelace@example.org", "invited you").await;
    ada.opens_link(&invitation).await.presses("Add this Address and Join").await.reads("has 10 addresses already");
    world.runs("DELETE FROM address_claims WHERE address = (SELECT max(address) FROM address_claims)");
    ada.presses("Add this Address and Join").await.reads("You joined Analytical Engines");
    world.letter("ada@example.org", "An address was added").await.reads("lovelace@example.org");
}

/// ACC-09: every link that waits in the mail dies with a change of the password or of the addresses,
/// whichever was asked for first.
#[actix_web::test]
async fn acc_09_links_die_with_every_change_of_a_credential() {
    for change in ["password", "reset", "primary", "delete"] {
        for reset_first in [true, false] {
            let world = World::new().await;
            world.ignores_letters();
            let ada = world.person("ada").await;
            adds(&world, &ada, "countess@example.org").await;
            let (reset, claim) = if reset_first {
                let reset = forgets_password(&world, "countess@example.org").await;
                (reset, claims(&world, &ada, "third@example.org").await)
            } else {
                let claim = claims(&world, &ada, "third@example.org").await;
                (forgets_password(&world, "countess@example.org").await, claim)
            };
            match change {
                "password" => {
                    ada.opens("/account/password").await.fills("Current Password", PASSWORD);
                    ada.fills("New Password", ANOTHER).fills("Confirm New Password", ANOTHER);
                    ada.presses("Save Changes").await.reads("Your password was changed");
                }
                "reset" => {
                    ada.opens_link(&reset).await.fills("New Password", ANOTHER).fills("Confirm Password", ANOTHER);
                    ada.presses("Reset Password").await.is_at("/sign-in").signs_in_here("ada", ANOTHER).await;
                }
                "primary" => {
                    ada.opens(PAGE).await.presses_in("countess@example.org", "Set as Primary").await;
                    ada.reads("is now your primary");
                }
                _ => {
                    ada.opens(PAGE).await.follows_in("countess@example.org", "Delete").await.presses("Yes").await;
                    ada.reads("was deleted");
                }
            }
            ada.opens_link(&claim).await.status(404).reads("This link is not valid");
            world.visitor().await.opens_link(&reset).await.status(404).reads("This link is not valid");
            let left =
                "SELECT (SELECT count(*) FROM password_resets) + (SELECT count(*) FROM address_claims) AS number";
            assert_eq!(world.number(left), 0, "{change}, {reset_first}");
        }
    }
}

/// ACC-25: an invitation to a deleted address stays with the address.
#[actix_web::test]
async fn acc_25_invitations_are_not_transferred() {
    let world = World::new().await;
    world.ignores_letters();
    let ada = world.person("ada").await;
    adds(&world, &ada, "countess@example.org").await;
    let charles = world.founder("charles", "Analytical Engines").await;
    charles.opens("/analytical-engines/members").await.fills("Email", "countess@example.org");
    charles.presses("Send Invite").await;
    let letter = world.letter("countess@example.org", "invited you").await;
    ada.opens("/dashboard").await.reads("Analytical Engines");
    let id = world.texts("SELECT id::text AS text FROM invitations").remove(0);

    ada.opens(PAGE).await.follows_in("countess@example.org", "Delete").await.presses("Yes").await;
    ada.opens("/dashboard").await.does_not_read("Analytical Engines");
    ada.gets(&format!("/invitations/{id}")).await.status(404);
    ada.posts(&format!("/invitations/{id}/acceptance"), &[]).await.status(404);
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 1);

    // Whoever proves the address next has it, and the invitation with it.
    let grace = world.person("grace").await;
    adds(&world, &grace, "countess@example.org").await;
    grace.opens_link(&letter).await.presses("Accept Invitation").await.reads("You joined Analytical Engines");
}

/// Claims whose links are dead are forgotten with everything else that has lapsed.
#[actix_web::test]
async fn lapsed_claims_are_forgotten() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    claims(&world, &ada, "countess@example.org").await;
    world.clock.hours(25);
    let forgotten = world.db.unproven(roster::accounts::forget_lapsed).await.unwrap();
    assert_eq!((forgotten, world.number("SELECT count(*) AS number FROM address_claims")), (1, 0));
}
