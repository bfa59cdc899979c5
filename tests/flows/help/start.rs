//! Getting started, as the manual says.

use super::Reader;
use crate::shared::{PASSWORD, World};

const ANOTHER: &str = "lanterns over quiet harbours";

#[actix_web::test]
async fn creating_an_account() {
    let world = World::new().await;
    let mut reader = Reader::of(&world, "creating-an-account").await;
    let ada = world.visitor().await;
    ada.opens("/").await;
    reader.knows([("Email", "ada@example.org"), ("Username", "ada"), ("Password", PASSWORD)]);
    reader.knows([("Confirm Password", PASSWORD), ("the link in the email", "ada@example.org")]);
    reader.follows(&ada).await;
    ada.is_titled("Your Dashboard");
}

#[actix_web::test]
async fn accepting_an_invitation() {
    let world = World::new().await;
    let mut reader = Reader::of(&world, "accepting-an-invitation").await;
    let ada = world.founder("ada", "Analytical Engines").await;
    for address in ["grace@example.org", "alan@example.org"] {
        ada.fills("Email", address).presses("Send Invite").await.status(200);
    }
    let grace = world.visitor().await;
    reader.knows([("the link in the email", "grace@example.org"), ("Username", "grace")]);
    reader.knows([("Password", PASSWORD), ("Confirm Password", PASSWORD)]).follows(&grace).await;
    let alan = world.person("alan").await;
    reader.follows(&alan).await;
    ada.opens("/analytical-engines/members").await.reads("grace").reads("alan").reads("No pending invites");
}

#[actix_web::test]
async fn signing_in() {
    let world = World::new().await;
    world.account("ada").await;
    let mut reader = Reader::of(&world, "signing-in").await;
    let ada = world.visitor().await;
    ada.opens("/").await;
    reader.knows([("Username or Email", "ada@example.org"), ("Password", PASSWORD)]).follows(&ada).await;
    ada.is_titled("Your Dashboard");

    let forgetful = world.visitor().await;
    forgetful.opens("/sign-in").await;
    reader.knows([("Email", "ada@example.org"), ("the link in the email", "ada@example.org")]);
    reader.knows([("New Password", ANOTHER), ("Confirm Password", ANOTHER)]).follows(&forgetful).await;
    forgetful.signs_in_here("ada", ANOTHER).await.is_titled("Your Dashboard");

    reader.follows(&forgetful).await;
    forgetful.is_titled("Sign In");
}

#[actix_web::test]
async fn your_dashboard() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    ada.follows("Projects").await.follows("New Project").await.fills("Project Name", "Difference Engine");
    ada.presses("Create Project").await;
    let mut reader = Reader::of(&world, "your-dashboard").await;
    reader.knows([("the organization", "Analytical Engines"), ("the project", "Difference Engine")]);
    reader.follows(&ada).await;
    ada.is_at("/analytical-engines");
    reader.follows(&ada).await;
    ada.is_at("/analytical-engines/difference-engine");
}

#[actix_web::test]
async fn finding_things() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    let mut reader = Reader::of(&world, "finding-things").await;
    reader.knows([
        ("Search", "analyt"),
        ("what was found", "Analytical Engines"),
        ("the organization", "Analytical Engines"),
    ]);
    reader.follows(&ada).await;
    ada.is_at("/analytical-engines");
    ada.opens("/account").await;
    reader.follows(&ada).await;
    ada.is_at("/analytical-engines");
}
