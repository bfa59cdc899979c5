//! One's own account, as the manual says.

use super::Reader;
use crate::shared::{PASSWORD, World};

const ANOTHER: &str = "lanterns over quiet harbours";

#[actix_web::test]
async fn your_profile() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let mut reader = Reader::of(&world, "profile").await;
    reader.knows([("Display Name", "Ada Lovelace")]).follows(&ada).await;
    ada.opens("/account").await.reads("Ada Lovelace");
}

#[actix_web::test]
async fn email_addresses() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let mut reader = Reader::of(&world, "email-addresses").await;
    reader.knows([("Email", "countess@example.org"), ("the link in the email", "countess@example.org")]);
    reader.follows(&ada).await;
    ada.opens("/account/email-addresses").await;
    reader.knows([("row", "countess@example.org")]).follows(&ada).await;
    ada.reads_in("countess@example.org", "Primary");
    reader.knows([("row", "ada@example.org")]).follows(&ada).await;
    ada.opens("/account/email-addresses").await.does_not_read("ada@example.org");
}

#[actix_web::test]
async fn changing_your_password() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let mut reader = Reader::of(&world, "changing-your-password").await;
    reader.knows([("Current Password", PASSWORD), ("New Password", ANOTHER), ("Confirm New Password", ANOTHER)]);
    reader.follows(&ada).await;
    let later = world.visitor().await;
    later.opens("/sign-in").await.signs_in_here("ada", ANOTHER).await.is_titled("Your Dashboard");
}

#[actix_web::test]
async fn two_factor_authentication() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let mut reader = Reader::of(&world, "two-factor-authentication").await;
    reader.knows([("Username or Email", "ada"), ("Password", PASSWORD)]).follows(&ada).await;
    ada.reads("On");
    // With a code, and without the phone.
    for _ in 0..2 {
        let browser = world.visitor().await;
        browser.opens("/sign-in").await;
        reader.follows(&browser).await;
        browser.is_titled("Your Dashboard");
    }
    reader.follows(&ada).await;
    world.visitor().await.signs_in("ada").await.is_titled("Your Dashboard");
}

#[actix_web::test]
async fn sessions_and_security() {
    const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
        (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
    let world = World::new().await;
    let ada = world.person("ada").await;
    let mut reader = Reader::of(&world, "sessions-and-security").await;
    let phone = world.visitor_sending(&[("user-agent", PHONE)]).await;
    phone.signs_in("ada").await;
    reader.knows([("row", "Safari")]).follows(&ada).await;
    assert_eq!(phone.gets("/dashboard").await.status, 303);
    phone.signs_in("ada").await;
    ada.opens("/account/sessions").await;
    reader.follows(&ada).await;
    assert_eq!(phone.gets("/dashboard").await.status, 303);
    reader.follows(&ada).await;
    ada.is_titled("Security").reads("signed in");
}

#[actix_web::test]
async fn date_and_time_format() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    ada.opens("/account/date-time-format").await;
    let example = ada.page().all("option[value=day_first_dots]").first().map(|one| one.text().collect::<String>());
    let mut reader = Reader::of(&world, "date-and-time-format").await;
    reader.knows([("Date & Time Format", example.expect("a format").trim()), ("Time Zone", "Berlin")]);
    reader.follows(&ada).await;
    ada.holds("Time Zone", "Europe/Berlin");
}

#[actix_web::test]
async fn notifications() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.organization("Acme", &[("ada", "owner")]);
    let mut reader = Reader::of(&world, "notifications").await;
    reader.follows(&ada).await;
    ada.is_at("/account/notifications").reads("From now on you receive all emails for owners of Acme.");
}

#[actix_web::test]
async fn deleting_your_account() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let mut reader = Reader::of(&world, "deleting-your-account").await;
    reader.follows(&ada).await;
    ada.is_titled("Your account is deleted");
}
