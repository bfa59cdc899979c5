//! The whole manual, from the first page to the last, as one person reads it beside the screen.

use crate::shared::{PASSWORD, World};

#[actix_web::test]
async fn the_manual_is_followed_from_beginning_to_end() {
    let world = World::new().await;

    // An account.
    let ada = world.visitor().await;
    ada.opens("/").await.is_at("/sign-in").follows("Create an Account").await;
    ada.fills("Email", "ada@example.org").fills("Username", "ada");
    ada.presses("Create Account").await.reads("Check your email");
    let message = world.email_to("ada@example.org").await;
    ada.opens_link(&message).await.fills("Password", PASSWORD).fills("Confirm Password", PASSWORD);
    ada.presses("Create Account").await.is_titled("Your Dashboard").signs_out().await;
    ada.signs_in_here("ada@example.org", PASSWORD).await.is_titled("Your Dashboard");

    // An organization, from the menu at the top right.
    ada.follows("Account Settings").await.follows("Organizations").await.follows("Create a New Organization").await;
    ada.fills("Organization Name", "Analytical Engines").fills("URL", "engines").presses("Create Organization").await;
    ada.is_at("/engines/members").reads("Invite a New Member");

    // Two colleagues: one is new here, the other changes their mind.
    ada.fills("Email", "grace@example.org").chooses("Owner").presses("Send Invite").await;
    ada.reads("Invitation sent to grace@example.org.");
    ada.fills("Email", "alan@example.org")
        .presses("Send Invite")
        .await
        .lists_under("Pending Invites", ["alan@example.org", "grace@example.org"]);
    let invitation = world.message("grace@example.org", "ada invited you to join Analytical Engines on Roster").await;
    let grace = world.visitor().await;
    grace.opens_link(&invitation).await.reads("You've been invited").creates_account("grace").await;
    grace.presses("Accept Invitation").await.reads("Analytical Engines");
    world.message("alan@example.org", "invited you to join").await;
    ada.opens("/engines/members").await.presses_in("alan@example.org", "Resend").await;
    world.message("alan@example.org", "invited you to join").await;
    ada.presses_in("alan@example.org", "Cancel").await.reads("No pending invites");

    // A project that everyone shares.
    grace.opens("/engines").await.follows("New Project").await.fills("Project Name", "Difference Engine");
    grace.presses("Create Project").await.is_at("/engines/difference-engine");
    ada.follows("Your Dashboard").await.reads("Difference Engine").follows("Difference Engine").await;
    ada.follows("Project Settings").await.fills("Project Name", "Difference Engine No. 2").presses("Save").await;
    ada.reads("Difference Engine No. 2");

    // Who pays.
    ada.opens("/engines").await.follows("Settings").await.follows("Modify").await;
    ada.fills("Cardholder Name", "Ada Lovelace").fills("Address Line 1", "St James's Square").fills("City", "London");
    ada.fills("Postal Code", "SW1Y 4LE").chooses("United Kingdom").fills("Contact Email", "bills@example.org");
    ada.fills("Card Number", "4242 4242 4242 4242").fills("Expiry Date", "12/30").fills("CVC", "123");
    ada.presses("Save").await.reads("4242").does_not_read("4242 4242");

    // Handing over, and leaving.
    ada.follows("Account Settings").await.follows("Organizations").await.may_not("Leave");
    ada.follows("Hand Over").await.chooses("grace").presses("Yes").await;
    ada.opens("/account/organizations").await.follows("Leave").await.presses("Yes").await;
    ada.opens("/engines").await.status(404);

    // The end of it, and the way back.
    grace.opens("/engines").await.follows("Activity").await.reads("left the organization");
    grace.follows("Settings").await.follows("Delete this Organization").await.presses("Yes").await;
    grace.opens("/engines").await.status(404);
    let restoring = world.message("grace@example.org", "Analytical Engines was deleted").await;
    grace.opens_link(&restoring).await.presses("Restore").await;
    grace.opens("/engines").await.status(200).reads("Difference Engine No. 2");
    grace.presses("Sign Out").await.is_titled("Sign In");
    world.ignores_emails();
}
