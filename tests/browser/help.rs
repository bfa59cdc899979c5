//! The manual where it speaks of what only a real browser can do.

use crate::chromium::{Screen, on_screen};
use crate::shared::guide::Deed;
use crate::shared::world::site;
use crate::shared::{Guide, World};

async fn follows(screen: &Screen, guide: &mut Guide) {
    for Deed { what, words } in guide.next() {
        match what.as_str() {
            "follow" if words == "Account Settings" => screen.presses("ada").await.presses(&words).await,
            "follow" | "press" => screen.presses(&words).await,
            "fill" => screen.fills(&words, guide.answer(&words)).await,
            "read" => screen.sees(&words).await,
            other => panic!("nobody knows how to {other:?} on a screen"),
        };
    }
}

#[actix_web::test]
async fn passkeys_work_as_the_manual_says() {
    let world = World::with(|app_state| {
        // By a name, for passkeys belong to one.
        let port = app_state.site.url.port().expect("a port");
        app_state.site = site(&format!("http://localhost:{port}"));
    })
    .await;
    world.account("ada").await;
    world.ignores_emails();
    let mut guide = Guide::to(&world, "passkeys").await;
    guide.knows([("Name", "Key of the desk")]);
    on_screen(&world, async |ada| {
        ada.has_device().await;
        ada.signs_in("ada").await;
        follows(ada, &mut guide).await;
        ada.sees("Key of the desk").await;
        ada.presses("ada").await.presses("Sign Out").await.is_at("/sign-in").await;
        follows(ada, &mut guide).await;
        ada.is_at("/dashboard").await;
    })
    .await;
}
