//! Who pays: what is asked, what is kept, and what is forgotten in the same moment.

use chrono::{DateTime, Datelike, Utc};

use crate::shared::{Answer, Browser, World, start};

pub(crate) const VISA: &str = "4242 4242 4242 4242";

/// Ada owns Analytical Engines, grace is a member of it, and both are signed in.
pub(crate) async fn colleagues() -> (World, Browser, Browser) {
    let world = World::new().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    world.organization("Analytical Engines", &[("ada", "owner"), ("grace", "member")]);
    // What owners are informed about each save is shown in `organizations::changed`.
    world.ignores_emails();
    (world, ada, grace)
}

/// Comes to the form as the manual says, and fills in who pays.
pub(crate) async fn fills_in(browser: &Browser) {
    browser.opens("/analytical-engines").await.follows("Settings").await.presses("Modify").await;
    browser.fills("Cardholder Name", "Ada Lovelace").fills("Address Line 1", "12 St James’s Square");
    browser
        .fills("Address Line 2", "Second floor")
        .fills("City", "London")
        .fills("State or Province", "Greater London");
    browser.fills("Postal Code", "sw1y 4jh").chooses("United Kingdom").fills("Contact Email", "Bills@Example.org");
}

/// Lets nobody be asked for a password, however long the story takes.
pub(crate) fn gave_password_lately(world: &World) {
    world.runs("UPDATE sessions SET password_given_at = roster_now() + interval '30 days'");
}

/// Types a card that lasts two more years.
pub(crate) fn types_card(browser: &Browser, number: &str, code: &str) {
    browser.fills("Card Number", number).fills("Expiry Date", &expiry(24)).fills("CVC", code);
}

/// The month that is so many months after the tests start, as people type it.
pub(crate) fn expiry(months: i32) -> String {
    expiry_at(start(), months)
}

/// The month that is so many months after a moment, as people type it.
fn expiry_at(now: DateTime<Utc>, months: i32) -> String {
    let month = now.year() * 12 + i32::try_from(now.month()).unwrap() - 1 + months;
    format!("{:02}/{:02}", month % 12 + 1, month / 12 % 100)
}

/// What the form would send, with another card number and code.
pub(crate) fn fields(browser: &Browser, number: &str) -> Vec<(String, String)> {
    let (_, mut fields) = browser.would_send("Save");
    for (name, value) in &mut fields {
        match name.as_str() {
            "card_number" => *value = number.to_owned(),
            "expiry_date" => *value = expiry(24),
            "cvc" => *value = "737".to_owned(),
            _ => {}
        }
    }
    fields
}

pub(crate) async fn posts(browser: &Browser, fields: &[(String, String)]) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.posts("/analytical-engines/settings/billing", &fields).await
}

pub(crate) fn cards(world: &World) -> Vec<String> {
    world.texts("SELECT brand || ' ' || last_four || ' ' || expiry_month || '/' || expiry_year AS text FROM cards")
}

#[actix_web::test]
async fn an_owner_says_who_pays_and_with_which_card() {
    let (world, ada, _grace) = colleagues().await;
    fills_in(&ada).await;
    ada.is_titled("Billing details").reads("Nothing can be charged: no payment provider is set up");
    types_card(&ada, VISA, "737");
    ada.presses("Save").await.is_at("/analytical-engines/settings").reads("The billing details are saved.");
    ada.reads("Visa")
        .reads("•••• 4242")
        .reads(&expiry(24))
        .reads("Ada Lovelace")
        .reads("SW1Y 4JH London Greater London");
    ada.reads("United Kingdom").reads("bills@example.org");
    ada.presses("Modify").await.holds("City", "London").holds("Country", "United Kingdom");
    ada.reads(&format!("keep the Visa card ending in 4242, valid to {}", expiry(24)));
    // Nothing typed into Update Card leaves the card as it is.
    ada.fills("City", "Oxford").presses("Save").await.reads("Oxford").reads("•••• 4242");
    ada.follows("Activity").await.reads("Visa").reads("4242");
    assert_eq!(cards(&world).len(), 1);
}

#[actix_web::test]
async fn cards_of_the_known_brands_are_taken_and_nothing_else_is() {
    let (world, ada, _grace) = colleagues().await;
    gave_password_lately(&world);
    for (number, code, brand) in [
        ("4222222222222", "737", "Visa"),
        ("5555-5555-5555-4444", "737", "Mastercard"),
        ("2223003122003222", "737", "Mastercard"),
        ("378282246310005", "7373", "American Express"),
        ("6011111111111117", "737", "Discover"),
        ("3566002020360505", "737", "JCB"),
        ("30569309025904", "737", "Diners Club"),
        ("6200000000000005", "737", "UnionPay"),
        ("6759649826438453", "737", "Maestro"),
    ] {
        fills_in(&ada).await;
        types_card(&ada, number, code);
        ada.presses("Save").await.is_at("/analytical-engines/settings").reads(brand);
        assert!(cards(&world)[0].starts_with(&format!("{brand} {}", &number[number.len() - 4..])), "{number}");
        world.clock.hours(1);
    }
    let kept = cards(&world);
    for (label, typed, beside, fault) in [
        ("Card Number", "4242 4242 4242 4241", "Card Number", "That card number is not valid"),
        ("Card Number", "4242 4242", "Card Number", "12 to 19 digits"),
        ("Card Number", "4242x24242424242", "Card Number", "Use digits only."),
        ("Card Number", "9999 9999 9999 9995", "Card Number", "not known here"),
        ("Card Number", "3782 822463 10005", "CVC", "four digits"),
        ("CVC", "7373", "CVC", "three digits"),
        ("CVC", "", "CVC", "This is required."),
        ("Expiry Date", &expiry_at(world.clock.now(), -1), "Expiry Date", "This card has expired."),
        ("Expiry Date", "13/29", "Expiry Date", "like 04/29"),
        ("Expiry Date", "01/99", "Expiry Date", "No card lasts that long"),
        ("Expiry Date", "", "Expiry Date", "This is required."),
    ] {
        fills_in(&ada).await;
        types_card(&ada, VISA, "737");
        ada.fills(label, typed).presses("Save").await.status(422).reads_beside(beside, fault);
    }
    // A card lasts to the end of its month.
    types_card(&ada, VISA, "737");
    ada.fills("Expiry Date", &expiry_at(world.clock.now(), 0)).presses("Save").await.reads("saved");
    assert_ne!(cards(&world), kept);
}

#[actix_web::test]
async fn every_bad_line_is_told_beside_it_and_kept() {
    let (world, ada, _grace) = colleagues().await;
    fills_in(&ada).await;
    let long = "x".repeat(200);
    for (label, typed, fault) in [
        ("Cardholder Name", "", "This is required."),
        ("Address Line 1", " ", "This is required."),
        ("City", long.as_str(), "Use at most 120 characters."),
        ("State or Province", "a\u{202e}b", "cannot be seen"),
        ("Postal Code", "<12345>", "letters a to z, digits"),
        ("Contact Email", "nobody", "like name@example.org"),
    ] {
        fills_in(&ada).await;
        ada.fills(label, typed).presses("Save").await.status(422).reads_beside(label, fault).holds(label, typed);
        ada.holds("Country", "United Kingdom").reads(&format!("{label}: "));
    }
    let countries = ada.page().all("#country option").len();
    assert_eq!(countries, 250, "249 countries of ISO 3166-1, and none");
    for country in ["Switzerland", "Côte d'Ivoire", "Taiwan", "South Sudan", "Åland Islands"] {
        ada.chooses(country);
    }
    for country in ["", "XX", "gb", "Atlantis", "GBR"] {
        let mut fields = fields(&ada, "");
        fields.iter_mut().filter(|(name, _)| name == "country").for_each(|(_, value)| *value = country.to_owned());
        posts(&ada, &fields).await.status(422);
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM billing_details"), 0);
}
