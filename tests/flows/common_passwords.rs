//! Passwords that are in lists from data breaches are refused wherever one is chosen.

use crate::shared::World;

/// AUTH-6: as the findings have it, on each page where a password is chosen, and while it is typed.
///
/// Fails without `common::why_common` in `accounts::password`.
#[actix_web::test]
async fn auth_6_breached_passwords_are_refused_on_every_page() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let visitor = world.visitor().await;
    visitor.opens("/forgot-password").await.fills("Email", "ada@example.org").presses("Send Reset Link").await;
    let message = world.email_to("ada@example.org").await;
    for (typed, why) in [
        ("Admin@123", "digits or signs added"),
        ("aDMIN@123", "digits or signs added"),
        ("Welcome2024!", "digits or signs added"),
        ("Manchester", "data breaches"),
        ("P@SSW0RD", "data breaches"),
    ] {
        ada.opens("/account/password").await.fills("Current Password", crate::shared::PASSWORD);
        ada.fills("New Password", typed).fills("Confirm New Password", typed).presses("Save Changes").await;
        ada.status(422).reads_beside("New Password", why).reads_beside("New Password", "unrelated words");
        visitor.opens_link(&message).await.fills("New Password", typed).fills("Confirm Password", typed);
        visitor.presses("Reset Password").await.status(422).reads_beside("New Password", why);
        let told = visitor.posts("/password-strength", &[("password", typed), ("own", "")]).await;
        assert!(told.body_text().contains(why), "{typed}: {}", told.body_text());
    }
    visitor.opens_link(&message).await;
    visitor
        .fills("New Password", "lanterns over quiet harbours")
        .fills("Confirm Password", "lanterns over quiet harbours");
    visitor.presses("Reset Password").await.status(200).is_at("/sign-in");
    world.ignores_emails();
}
