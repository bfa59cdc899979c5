//! A change of the settings is asked to every owner, with what was and what is; and never overwrites another one
//! unseen.

use crate::billing::{VISA, colleagues, expiry, fills_in, gave_password_lately, types_card};
use crate::shared::{Browser, World};

/// Ada and alan own Acme, grace is a member of it, joan manages its billing; all are signed in.
async fn acme() -> (World, [Browser; 4]) {
    let world = World::new().await;
    let mut people = Vec::new();
    for who in ["ada", "alan", "grace", "joan"] {
        people.push(world.person(who).await);
    }
    world.organization("Acme", &[("ada", "owner"), ("alan", "owner"), ("grace", "member"), ("joan", "billing")]);
    (world, people.try_into().unwrap_or_else(|_| unreachable!()))
}

#[actix_web::test]
async fn every_owner_is_told_what_a_save_changed() {
    let (world, [ada, _alan, _grace, _joan]) = acme().await;
    ada.opens("/acme").await.follows("Settings").await;
    ada.fills("Organization Name", "Acme evil.tld")
        .fills("URL", "acme-2")
        .presses("Save")
        .await
        .is_at("/acme-2/settings");
    // Pressed once more, or in a window that was left open with the same wish, it is no other change.
    ada.presses("Save").await.reads("The settings are saved.");
    for owner in ["ada", "alan"] {
        let message =
            world.message(&format!("{owner}@example.org"), "ada changed the settings of Acme on Roster").await;
        message.reads("Organization Name: “Acme” before, “Acme evil.\u{2060}tld” now.");
        message.reads("URL: “/acme” before, “/acme-2” now.").reads("because you are an owner");
        assert!(message.link().ends_with("/acme-2/settings"), "{}", message.text);
    }
    assert!(world.mail.unread().is_empty(), "one letter for one save, to owners alone: {:?}", world.mail.unread());
    // What is as it was is not told.
    ada.fills("Organization Name", "Acme").presses("Save").await;
    let message = world.message("alan@example.org", "changed the settings of Acme evil").await;
    message.reads("“Acme” now.").does_not_read("URL");
    world.message("ada@example.org", "changed the settings").await;
}

/// PAY-01, PAY-02, PAY-05: the email goes to owners alone, and has of a card what the audit log has.
#[actix_web::test]
async fn every_owner_is_told_of_the_billing_details_and_of_no_card_number() {
    let (world, [_ada, _alan, _grace, joan]) = acme().await;
    gave_password_lately(&world);
    joan.opens("/acme/settings/billing").await;
    for (label, text) in [("Cardholder Name", "Joan Clarke"), ("Address Line 1", "1 Hut Lane"), ("City", "Bletchley")] {
        joan.fills(label, text);
    }
    joan.fills("Contact Email", "bills@example.org").chooses("United Kingdom").presses("Save").await.reads("saved");
    for owner in ["ada", "alan"] {
        let message = world.message(&format!("{owner}@example.org"), "joan changed the billing details of Acme").await;
        message.reads("Cardholder Name: nothing before, “Joan Clarke” now.").reads("Country: nothing before");
        message.does_not_read("Address Line 2").does_not_read("Card:");
    }
    joan.presses("Modify").await.fills("City", "London");
    types_card(&joan, VISA, "737");
    joan.presses("Save").await.reads("•••• 4242");
    let until = expiry(24);
    for owner in ["ada", "alan"] {
        let message = world.message(&format!("{owner}@example.org"), "joan changed the billing details").await;
        message.reads("City: “Bletchley” before, “London” now.").does_not_read("Cardholder");
        message.reads(&format!("Card: nothing before, “Visa ending in 4242, valid to {until}” now."));
    }
    joan.presses("Modify").await;
    types_card(&joan, "5105105105105100", "829");
    joan.presses("Save").await.reads("•••• 5100");
    for owner in ["ada", "alan"] {
        let message = world.message(&format!("{owner}@example.org"), "joan changed the billing details").await;
        message.reads(&format!("Card: “Visa ending in 4242, valid to {until}” before")).does_not_read("City");
        message.reads(&format!("“Mastercard ending in 5100, valid to {until}” now."));
    }
    for message in world.mail.all() {
        assert!(["ada@example.org", "alan@example.org"].contains(&message.to.as_str()), "{}", message.to);
        for secret in ["424242", "510510", "4242 4242", "CVC"] {
            message.does_not_read(secret);
            assert!(!message.html.contains(secret), "{}", message.html);
        }
    }
    // What the emails said is forgotten once they have left.
    assert_eq!(world.texts("SELECT facts::text AS text FROM outbox WHERE facts <> '{}'"), [""; 0]);
}

#[actix_web::test]
async fn owners_are_told_of_another_picture() {
    let (world, [ada, ..]) = acme().await;
    let picture = image::DynamicImage::from(image::RgbImage::from_pixel(64, 64, image::Rgb([200, 30, 30])));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    ada.opens("/acme/settings").await.chooses_file("New Picture", "acme.png", bytes.get_ref());
    ada.presses("Upload Picture").await.reads("The picture is saved.");
    for owner in ["ada", "alan"] {
        let message = world.message(&format!("{owner}@example.org"), "changed the settings of Acme").await;
        message.reads("Picture: “the first letters of the name” before, “a newly uploaded picture” now.");
    }
    ada.posts("/acme/settings/picture/removal", &[]).await.status(303);
    for owner in ["ada", "alan"] {
        let message = world.message(&format!("{owner}@example.org"), "changed the settings of Acme").await;
        message.reads("“an uploaded picture” before");
    }
}

/// ORG-17: anyone who comes second reads who was first and when, loses nothing that was typed, and decides.
#[actix_web::test]
async fn org_17_whoever_comes_second_reads_who_was_first_and_decides() {
    let (world, [ada, alan, ..]) = acme().await;
    world.ignores_emails();
    ada.opens("/acme/settings").await.fills("Organization Name", "Acme of Ada");
    alan.opens("/acme/settings").await.fills("Organization Name", "Acme of Alan").presses("Save").await;
    ada.presses("Save").await.status(409).reads("alan changed the settings on ");
    ada.reads("Your changes were not saved").holds("Organization Name", "Acme of Ada");
    ada.reads_beside("Organization Name", "It is Acme of Alan now.");
    assert_eq!(world.texts("SELECT name AS text FROM organizations"), ["Acme of Alan"]);
    // A third change while she reads is shown, too: what she agreed to replace was another one.
    alan.fills("Organization Name", "Acme of All").presses("Save").await.reads("The settings are saved.");
    ada.presses("Save").await.status(409).reads_beside("Organization Name", "It is Acme of All now.");
    ada.presses("Save").await.status(200).is_at("/acme/settings").holds("Organization Name", "Acme of Ada");

    // In another window of one's own it is shown in these words.
    let (stale, fresh) = (world.visitor().await, &ada);
    stale.signs_in("ada").await;
    stale.opens("/acme/settings").await.fills("Organization Name", "One");
    fresh.opens("/acme/settings").await.fills("Organization Name", "Two").presses("Save").await;
    stale.presses("Save").await.status(409).reads("You changed the settings in another window");
}

/// PAY-13: the address, the contact and the card alike.
#[actix_web::test]
async fn pay_13_whoever_comes_second_with_billing_details_reads_who_was_first() {
    let (world, ada, _grace) = colleagues().await;
    world.ignores_emails();
    gave_password_lately(&world);
    let henry = world.person("henry").await;
    world.runs("INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, 'billing' FROM organizations, accounts WHERE username = 'henry'; UPDATE organizations SET member_count = 3");
    fills_in(&ada).await;
    ada.presses("Save").await.presses("Modify").await;
    henry.opens("/analytical-engines/settings/billing").await;
    types_card(&henry, "5105105105105100", "737");
    henry.presses("Save").await.reads("•••• 5100");
    // Only the card was changed: her address is refused all the same, and she reads which card stands.
    ada.fills("City", "Oxford").fills("Contact Email", "ada@example.org").presses("Save").await.status(409);
    ada.reads("henry changed the billing details on ").reads("keep the Mastercard card ending in 5100");
    ada.reads_beside("City", "It is London now.").reads_beside("Contact Email", "It is bills@example.org now.");
    ada.holds("City", "Oxford").presses("Save").await.reads("Oxford").reads("•••• 5100");
}
