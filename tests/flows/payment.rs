//! Who pays: filled in by an owner, kept without anything that could be stolen.

use crate::shared::{Browser, World};

/// A card that payment providers give away for trying.
const NUMBER: &str = "4242 4242 4242 4242";

/// A security code that stands nowhere by chance.
const CODE: &str = "739";

async fn modifies(ada: &Browser) {
    ada.opens("/analytical-engines/settings").await.follows("Modify").await.is_titled("Billing details");
}

fn fills_address(ada: &Browser) {
    ada.fills("Cardholder Name", "Ada Lovelace")
        .fills("Address Line 1", "12 St James’s Square")
        .fills("City", "London");
    ada.fills("Postal Code", "SW1Y 4JH").chooses("United Kingdom").fills("Contact Email", "Billing@Example.org");
}

fn fills_card(ada: &Browser, number: &str, expiry: &str, code: &str) {
    ada.fills("Card Number", number).fills("Expiry Date", expiry).fills("CVC", code);
}

/// A month in which a good card still lasts.
fn lasting() -> String {
    (chrono::Utc::now() + chrono::TimeDelta::days(700)).format("%m/%y").to_string()
}

#[actix_web::test]
async fn an_owner_fills_in_who_pays() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    modifies(&ada).await;
    ada.reads("Nothing can be charged");
    fills_address(&ada);
    fills_card(&ada, NUMBER, &lasting(), CODE);
    ada.presses("Save").await.is_at("/analytical-engines/settings");
    ada.reads("Visa")
        .reads("4242")
        .reads("Ada Lovelace")
        .reads("London")
        .reads("United Kingdom")
        .reads("billing@example.org");
    // The details change without the card.
    modifies(&ada).await;
    ada.holds("Cardholder Name", "Ada Lovelace").holds("Card Number", "").holds("CVC", "");
    ada.fills("City", "Oxford").presses("Save").await.reads("Oxford").reads("4242");
    ada.opens("/analytical-engines/activity")
        .await
        .reads("changed the billing details")
        .reads("updated the card to Visa ending in 4242");
}

/// PAY-01, PAY-02, PAY-08: the number and the code are nowhere; four digits are.
#[actix_web::test]
async fn pay_01_number_and_code_are_kept_nowhere() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    modifies(&ada).await;
    fills_address(&ada);
    fills_card(&ada, NUMBER, &lasting(), CODE);
    ada.presses("Save").await;
    let kept = world.everything_kept();
    let digits: String = kept.chars().filter(|c| !matches!(c, ' ' | '-' | '.')).collect();
    assert!(!digits.contains("4242424242424242") && !digits.contains("42424242"));
    let billing =
        world.texts("SELECT cards::text || billing_details::text AS text FROM cards, billing_details").remove(0);
    assert!(billing.contains("4242") && !billing.contains(CODE), "{billing}");
    for path in [
        "/analytical-engines/settings",
        "/analytical-engines/settings/billing",
        "/analytical-engines/activity",
        "/dashboard",
    ] {
        let page = ada.gets(path).await.body_text().replace([' ', '-', '.'], "");
        assert!(!page.contains("424242424242") && !page.contains(&format!(">{CODE}<")), "{path}");
    }
}

/// PAY-03: a number typed into another line is refused, and does not come back.
#[actix_web::test]
async fn pay_03_a_number_in_another_line_is_refused() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    for line in ["Cardholder Name", "Address Line 1", "Address Line 2", "City", "State or Province"] {
        for typed in ["4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111"] {
            modifies(&ada).await;
            fills_address(&ada);
            ada.fills(line, typed).presses("Save").await.status(422);
            ada.reads_beside(line, "card number");
            assert!(!ada.page().body.contains(typed), "{line} comes back");
        }
    }
    ada.opens("/account/organizations/new").await.fills("Organization Name", "4111 1111 1111 1111");
    ada.presses("Create Organization").await.status(422).reads_beside("Organization Name", "card number");
    assert_eq!(world.number("SELECT count(*) AS number FROM billing_details"), 0);
}

/// PAY-04, PAY-05: owners alone, each in their own organization.
#[actix_web::test]
async fn pay_04_billing_is_for_the_owners_of_the_organization() {
    let world = World::new().await;
    for person in ["ada", "mary"] {
        world.account(person).await;
    }
    world.organization("Analytical Engines", &[("ada", "owner"), ("mary", "member")]);
    let ada = world.visitor().await;
    ada.signs_in("ada").await;
    modifies(&ada).await;
    fills_address(&ada);
    fills_card(&ada, NUMBER, &lasting(), CODE);
    ada.presses("Save").await;
    let mary = world.visitor().await;
    mary.signs_in("mary").await;
    mary.gets("/analytical-engines/settings/billing").await.status(403);
    mary.posts("/analytical-engines/settings/billing", &[("city", "Oxford")]).await.status(403);
    for path in ["/analytical-engines", "/analytical-engines/members", "/analytical-engines/activity", "/dashboard"] {
        let page = mary.gets(path).await.text();
        for secret in ["4242", "billing@example.org", "St James"] {
            assert!(!page.contains(secret), "{path} tells {secret}");
        }
    }
    let rival = world.founder("rival", "Rival Works").await;
    rival.gets("/analytical-engines/settings/billing").await.status(404);
    assert_eq!(world.texts("SELECT city AS text FROM billing_details"), ["London"]);
}

/// PAY-06: the password is asked for again, a form from elsewhere is refused.
#[actix_web::test]
async fn pay_06_saving_asks_for_the_password_again() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    modifies(&ada).await;
    fills_address(&ada);
    fills_card(&ada, NUMBER, &lasting(), CODE);
    world.clock.minutes(31);
    ada.presses("Save").await.is_titled("Confirm your password");
    assert!(!ada.page().body.contains("4242"), "the number is on the page");
    assert_eq!(world.number("SELECT count(*) AS number FROM billing_details"), 0);
    ada.fills("Password", "not her password")
        .presses("Continue")
        .await
        .status(422)
        .reads_beside("Password", "not your password");
    ada.fills("Password", crate::shared::PASSWORD).presses("Continue").await;
    // The card is to be typed again; the rest was kept.
    ada.holds("Cardholder Name", "Ada Lovelace").holds("Card Number", "").holds("CVC", "");
    let foreign = world
        .raw("POST", "/analytical-engines/settings/billing")
        .header("sec-fetch-site", "cross-site")
        .form(&[("city", "x")]);
    foreign.header("cookie", &ada.cookies()).sends().await.status(403);
}

/// PAY-09: after a fault the lines of the card are empty.
#[actix_web::test]
async fn pay_09_a_fault_brings_no_number_back() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    for (number, expiry, code, beside, fault) in [
        (NUMBER, "13/30", CODE, "Expiry Date", ""),
        (NUMBER, "01/20", CODE, "Expiry Date", ""),
        ("4242 4242 4242 4241", "", CODE, "Card Number", ""),
        ("1234", "", CODE, "Card Number", ""),
        (NUMBER, "", "12", "CVC", "three digits"),
        ("3782 822463 10005", "", "123", "CVC", "four digits"),
    ] {
        modifies(&ada).await;
        fills_address(&ada);
        let expiry = if expiry.is_empty() { lasting() } else { expiry.to_owned() };
        fills_card(&ada, number, &expiry, code);
        ada.presses("Save").await.status(422).reads_beside(beside, fault);
        ada.holds("Card Number", "").holds("CVC", "").holds("Cardholder Name", "Ada Lovelace");
        assert!(!ada.page().body.contains(number), "{number} comes back");
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM cards"), 0);
}

/// PAY-10: what browsers are told about the lines, and that nothing of it is cached.
#[actix_web::test]
async fn pay_10_the_form_is_posted_and_not_cached() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    modifies(&ada).await;
    let body = ada.page().body.clone();
    for expected in ["cc-number", "cc-exp", "cc-csc", "cc-name", "address-line1", "postal-code", "country"] {
        assert!(body.contains(&format!("autocomplete=\"{expected}\"")), "{expected}");
    }
    assert!(body.contains("method=\"post\""));
    assert_eq!(ada.gets("/analytical-engines/settings/billing").await.header("cache-control"), "no-store");
    // A real list of countries.
    assert!(body.matches("<option").count() > 240);
}

/// PAY-07: markup in a line is text.
#[actix_web::test]
async fn pay_07_markup_in_an_address_is_text() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    modifies(&ada).await;
    fills_address(&ada);
    ada.fills("Address Line 1", "\"'><svg onload=1>").presses("Save").await.reads("<svg onload=1>");
    assert!(!ada.page().body.contains("<svg onload"));
    let country = [
        ("cardholder", "A"),
        ("address_line_1", "B"),
        ("city", "C"),
        ("country", "XX"),
        ("contact_email", "a@example.org"),
    ];
    let answer = ada.posts("/analytical-engines/settings/billing", &country).await;
    assert!(matches!(answer.status, 400 | 422), "{}", answer.status);
}

/// PAY-12: the form is no way to find out which numbers are good.
#[actix_web::test]
async fn pay_12_cards_are_tried_a_few_times_an_hour() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let mut statuses = Vec::new();
    for turn in 0..6 {
        modifies(&ada).await;
        fills_address(&ada);
        fills_card(&ada, ["4242424242424242", "5555555555554444"][turn % 2], &lasting(), CODE);
        ada.presses("Save").await;
        statuses.push(ada.page().status);
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429]);
}

/// PAY-13: of two owners at it, the second is told.
#[actix_web::test]
async fn pay_13_a_stale_form_overwrites_nothing() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    modifies(&ada).await;
    fills_address(&ada);
    let (path, stale) = ada.would_send("Save");
    ada.fills("City", "Oxford").presses("Save").await;
    let fields: Vec<(&str, &str)> = stale.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = ada.posts(&path, &fields).await;
    assert!(matches!(answer.status, 409 | 422), "{}", answer.status);
    assert_eq!(world.texts("SELECT city AS text FROM billing_details"), ["Oxford"]);
}

/// PAY-14: billing goes with the organization.
#[actix_web::test]
async fn pay_14_billing_is_erased_with_the_organization() {
    let world = World::new().await;
    world.ignores_letters();
    let ada = world.founder("ada", "Analytical Engines").await;
    modifies(&ada).await;
    fills_address(&ada);
    fills_card(&ada, NUMBER, &lasting(), CODE);
    ada.presses("Save").await.follows("Delete this Organization").await.presses("Yes").await;
    world.clock.days(15);
    assert_eq!(roster::organizations::erase_due(&world.db).await.unwrap(), 1);
    assert_eq!(
        world.number("SELECT (SELECT count(*) FROM cards) + (SELECT count(*) FROM billing_details) AS number"),
        0
    );
}
