//! Two owners who save the settings at the same moment, with forms that were opened before.

use roster::billing::cards::Card;
use roster::billing::countries::Country;
use roster::billing::{AddressLine, BillingDetails, ManageBilling, save};
use roster::organizations::{ManageSettings, OrganizationSettings, change_settings};
use roster::text::{EmailAddress, Secret, Slug, Title};

use super::{Fate, Race, iterations, rounds, tries, within};
use crate::shared::{World, start};

async fn world() -> (World, Vec<String>) {
    let world = World::new().await;
    world.ignores_emails();
    for who in ["ada", "alan"] {
        world.account(who).await;
    }
    let slugs = rounds(&world, iterations(), &[("ada", "owner"), ("alan", "owner")]);
    (world, slugs)
}

/// One wins, and the other is shown: nothing is overwritten that nobody has seen.
fn one_winner(fates: &[Fate; 2], refusal: &str) {
    assert_eq!(fates.iter().filter(|fate| **fate == Fate::Done).count(), 1, "{fates:?}");
    assert!(fates.iter().any(|fate| matches!(fate, Fate::Refused(why) if why.starts_with(refusal))), "{fates:?}");
}

/// ORG-17. Fails without the comparison of versions in `organizations::rules::Settings::steps_to`.
#[actix_web::test]
async fn org_17_two_owners_save_the_settings_at_once() {
    let (world, slugs) = world().await;
    let race = Race::new();
    for slug in &slugs {
        let wished = |name: &str| OrganizationSettings {
            name: Title::parse(name).unwrap(),
            slug: Slug::parse(slug).unwrap(),
            version: 1,
        };
        let ada = within::<ManageSettings>(&world, "ada", slug).await;
        let alan = within::<ManageSettings>(&world, "alan", slug).await;
        let (one, other) = (wished("Of Ada"), wished("Of Alan"));
        let fates = race
            .run(
                tries(&world.db, &ada, move |tx| change_settings(tx, &one)),
                tries(&world.db, &alan, move |tx| change_settings(tx, &other)),
            )
            .await;
        one_winner(&[fates.0, fates.1], "ChangedMeanwhile");
    }
    let rounds = i64::try_from(iterations()).unwrap();
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'organization_renamed'"), rounds);
    // One save, one email to each of two owners.
    assert_eq!(world.number("SELECT count(*) AS number FROM outbox WHERE kind = 'settings_changed'"), 2 * rounds);
}

fn details(city: &str) -> BillingDetails {
    let line = |text: &str| AddressLine::parse(text).unwrap();
    BillingDetails {
        cardholder: line("Ada Lovelace"),
        address_line_1: line("12 St James’s Square"),
        address_line_2: AddressLine::default(),
        city: line(city),
        region: AddressLine::default(),
        postal_code: AddressLine::default(),
        country: Country::parse("GB").unwrap(),
        contact_email: EmailAddress::parse("bills@example.org").unwrap(),
    }
}

/// PAY-13: for what is given first and for what is changed, for the address and for the card. Fails without the
/// comparison of versions in `billing::save`.
#[actix_web::test]
async fn pay_13_two_owners_save_the_billing_details_at_once() {
    let (world, slugs) = world().await;
    let card = |number: &str| {
        let (number, code) = (Secret::new(number.to_owned()), Secret::new("737".to_owned()));
        Card::read(&number, "12/35", &code, start()).unwrap()
    };
    let race = Race::new();
    for (n, slug) in slugs.iter().enumerate() {
        let ada = within::<ManageBilling>(&world, "ada", slug).await;
        let alan = within::<ManageBilling>(&world, "alan", slug).await;
        let version = i32::try_from(n % 2).unwrap();
        if version == 1 {
            let first = tries(&world.db, &ada, move |tx| save(tx, 0, &details("London"), None)).await;
            assert_eq!(first, Fate::Done);
        }
        let other_card = (n % 4 > 1).then(|| card("4242424242424242"));
        let fates = race
            .run(
                tries(&world.db, &ada, move |tx| save(tx, version, &details("Oxford"), None)),
                tries(&world.db, &alan, move |tx| save(tx, version, &details("London 2"), other_card.as_ref())),
            )
            .await;
        one_winner(&[fates.0, fates.1], "Stale");
    }
}
