//! An organization from its beginning to its end, as the manual says.

use super::Reader;
use crate::shared::World;

#[actix_web::test]
async fn creating_an_organization() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let mut reader = Reader::of(&world, "creating-an-organization").await;
    reader.knows([("Organization Name", "Analytical Engines"), ("URL", "engines")]).follows(&ada).await;
    ada.is_at("/engines/members");
}

#[actix_web::test]
async fn projects() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let mut reader = Reader::of(&world, "projects").await;
    reader.knows([("the organization", "Analytical Engines"), ("Project Name", "Difference Engine")]);
    reader.knows([("Description", "It tabulates."), ("Web Address", "https://example.org/engine")]).follows(&ada).await;
    ada.is_at("/analytical-engines/difference-engine").reads("It tabulates.").reads("Private");
    reader.knows([("the project", "Difference Engine"), ("Project Name", "Analytical Engine")]).follows(&ada).await;
    ada.reads("Analytical Engine");
    reader.knows([("the project", "Analytical Engine")]).follows(&ada).await;
    ada.is_at("/analytical-engines").reads("No projects yet");
}

#[actix_web::test]
async fn settings_and_billing() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let mut reader = Reader::of(&world, "settings-and-billing").await;
    reader.knows([("the organization", "Analytical Engines"), ("Organization Name", "Difference Engines")]);
    reader.knows([("URL", "differences")]).follows(&ada).await;
    ada.opens("/analytical-engines").await.is_at("/differences");
    reader.knows([("the organization", "Difference Engines"), ("Cardholder Name", "Ada Lovelace")]);
    reader.knows([
        ("Address Line 1", "St James's Square"),
        ("City", "London"),
        ("State or Province", "Greater London"),
    ]);
    reader.knows([("Postal Code", "SW1Y 4LE"), ("Country", "United Kingdom"), ("Contact Email", "bills@example.org")]);
    reader.knows([("Card Number", "4242 4242 4242 4242"), ("Expiry Date", "12/30"), ("CVC", "123")]);
    reader.follows(&ada).await;
    ada.reads("4242").reads("Ada Lovelace");
}

#[actix_web::test]
async fn activity() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let mut reader = Reader::of(&world, "activity").await;
    reader.knows([("the organization", "Analytical Engines")]).follows(&ada).await;
    ada.is_titled("Activity").reads("created the organization");
}

#[actix_web::test]
async fn exporting() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let mut reader = Reader::of(&world, "exporting").await;
    reader.knows([("the organization", "Analytical Engines")]).follows(&ada).await;
    assert!(ada.page().body.contains("ada@example.org"));
    ada.opens("/dashboard").await;
    reader.follows(&ada).await;
    assert!(ada.page().body.contains("roster_export"));
}

#[actix_web::test]
async fn deleting_and_restoring() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let mut reader = Reader::of(&world, "deleting-and-restoring-an-organization").await;
    reader.knows([("the organization", "Analytical Engines"), ("the link in the email", "ada@example.org")]);
    reader.follows(&ada).await;
    assert_eq!(ada.gets("/analytical-engines").await.status, 404);
    reader.follows(&ada).await;
    assert_eq!(ada.gets("/analytical-engines").await.status, 200);
}

#[actix_web::test]
async fn overview() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let mut reader = Reader::of(&world, "overview").await;
    reader.knows([("the organization", "Analytical Engines")]).follows(&ada).await;
    ada.is_at("/analytical-engines/overview").is_titled("Overview").reads("The numbers");
}
