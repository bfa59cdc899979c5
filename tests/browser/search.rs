//! Finding in place: the palette, and the organizations under the bar.

use thirtyfour::Key;

use crate::chromium::{Screen, on_screen};
use crate::shared::World;
use crate::walk::axe;

/// A Roster with two organizations of ada.
async fn two_places() -> World {
    let world = World::new().await;
    world.account("ada").await;
    for name in ["Analytical Engines", "Bletchley Works"] {
        world.organization(name, &[("ada", "owner")]);
    }
    world.ignores_emails();
    world
}

/// What axe finds wrong in what is open, in one line.
async fn judged(screen: &Screen, what: &str) {
    let script = format!(
        "return axe.run('{what}', {{ resultTypes: ['violations'], preload: false }}).then((judged) => \
         judged.violations.map((rule) => `${{rule.id}}: ${{rule.nodes[0].failureSummary}} ${{rule.nodes[0].html}}`))"
    );
    assert_eq!(screen.runs(&script).await, serde_json::json!([]));
}

const IS_OPEN: &str = "document.querySelector('dialog.palette')?.open";
const IS_SHUT: &str = "!document.querySelector('dialog.palette')?.open";
const IS_CHOSEN: &str =
    "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.textContent";

#[actix_web::test]
async fn the_palette_is_worked_by_keyboard() {
    let world = two_places().await;
    on_screen(&world, async |ada| {
        ada.brings(&axe()).await.signs_in("ada").await.opens("/account").await;
        ada.runs("document.querySelector('[data-palette]').focus()").await;
        ada.writes("/").await.finds(IS_OPEN).await.finds("document.activeElement.value === ''").await;
        ada.sees("Recently used").await.finds("document.activeElement.getAttribute('aria-expanded') === 'true'").await;
        judged(ada, "dialog.palette").await;

        ada.writes("bletchley")
            .await
            .sees("results.")
            .await
            .finds(&format!("{IS_CHOSEN}.includes('Bletchley Works')"))
            .await;
        judged(ada, "dialog.palette").await;
        ada.strikes(Key::Down).await.finds(&format!("{IS_CHOSEN}.includes('Overview')")).await;
        ada.strikes(Key::Up).await.strikes(Key::Enter).await.is_at("/bletchley-works").await;

        // Ctrl-K does the same, and Escape gives the focus back.
        ada.runs("document.querySelector('.bar-centre a').focus()").await;
        ada.writes(&format!("{}k", Key::Control.value())).await.finds(IS_OPEN).await.writes("xyzzy").await;
        ada.sees("Nothing found for “xyzzy”.").await;
        ada.strikes(Key::Escape).await.finds(IS_SHUT).await;
        ada.finds("document.activeElement.textContent === 'Your Dashboard'").await;
        assert_eq!(ada.takes_amiss().await, Vec::<String>::new());
    })
    .await;
}

/// WCAG 2.1.4: one key alone does something only where nothing is typed, and can be switched off.
#[actix_web::test]
async fn the_key_that_opens_the_palette_can_be_switched_off() {
    let world = two_places().await;
    on_screen(&world, async |ada| {
        ada.signs_in("ada").await.opens("/account/profile").await.fills("Display Name", "a/b").await;
        ada.holds("Display Name", "a/b").await.finds(IS_SHUT).await;
        ada.opens("/account").await.presses("Search").await.finds(IS_OPEN).await;
        ada.runs("document.querySelector('.palette-foot input').click()").await;
        ada.opens("/account").await.writes("/").await;
        ada.writes(&format!("{}k", Key::Control.value())).await.finds(IS_OPEN).await;
        ada.finds("!document.querySelector('.palette-foot input').checked").await;
        ada.strikes(Key::Escape).await.finds(IS_SHUT).await.writes("/").await.finds(IS_SHUT).await;
    })
    .await;
}

/// Without a connection the palette says so, and works again afterwards.
#[actix_web::test]
async fn the_palette_says_when_nobody_answers() {
    let world = two_places().await;
    on_screen(&world, async |ada| {
        ada.signs_in("ada").await.opens("/account").await.presses("Search").await.sees("Recently used").await;
        ada.runs("window.kept = window.fetch; window.fetch = () => Promise.reject(new TypeError('offline'))").await;
        ada.writes("blet").await.sees("Check your connection").await;
        ada.runs("window.fetch = window.kept").await;
        ada.writes("chley").await.sees("Bletchley Works").await;
    })
    .await;
}

#[actix_web::test]
async fn organizations_unfold_under_the_bar() {
    let world = two_places().await;
    on_screen(&world, async |ada| {
        ada.brings(&axe()).await.signs_in("ada").await.opens("/analytical-engines").await;
        let link = "document.querySelector('[data-switch]')";
        ada.runs(&format!("{link}.click()")).await;
        ada.finds(&format!("{link}.getAttribute('aria-expanded') === 'true'")).await;
        ada.finds("document.activeElement.closest('.switch-panel')").await;
        judged(ada, ".switch-panel").await;
        ada.finds("document.querySelector('.switch-panel [aria-current]').textContent === 'Analytical Engines'").await;
        ada.strikes(Key::Escape).await.finds("!document.querySelector('.switch-panel')").await;
        ada.finds(&format!("document.activeElement === {link}")).await;
        ada.is_narrow().await.runs(&format!("{link}.click()")).await;
        ada.finds("document.querySelector('.switch-panel')").await;
        ada.finds("document.documentElement.scrollWidth <= innerWidth").await;
        ada.presses("Bletchley Works").await.is_at("/bletchley-works").await;
    })
    .await;
}
