//! Accounts, as the manual tells them.

use crate::shared::{PASSWORD, World};

/// Fills Create an Account, and sends it.
async fn asks_for_account(browser: &crate::shared::Browser, email: &str, username: &str, password: &str) {
    browser.opens("/create-account").await.fills("Email", email).fills("Username", username);
    browser.fills("Password", password).fills("Confirm Password", password).presses("Create Account").await;
}

#[actix_web::test]
async fn an_account_begins_with_a_letter_and_is_confirmed_by_a_button() {
    let world = World::new().await;
    let ada = world.visitor().await;
    ada.opens("/sign-in").await.follows("Create an Account").await.creates_account("ada").await;
    ada.status(200).reads("Check your mail");

    let letter = world.letter_to("ada@example.org").await;
    ada.opens_link(&letter).await.reads("ada@example.org").reads("ada").presses("Confirm").await;
    ada.is_at("/sign-in").reads("Your account is ready").signs_in_here("ada", PASSWORD).await;
    ada.may("Your Dashboard").may("Account Settings").may("Sign Out");
}
