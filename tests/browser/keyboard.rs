//! The manual by keyboard alone: its flows with Tab, Enter, the space bar, the arrows and letters, and nothing else.

use thirtyfour::Key;

use crate::chromium::{Screen, on_screen};
use crate::shared::guide::Deed;
use crate::shared::{Guide, World};

/// Whatever a page offers is reached by fewer presses of Tab.
const MOST_TABS: usize = 150;

/// What a page is asked about where its focus is: `e`, how it is called, and whether it is called so.
const FOCUS: &str = "
    const e = document.activeElement;
    const flat = (text) => text.replace(/\\s+/g, ' ').trim();
    const label = e.getAttribute('aria-label') ?? (e.labels?.length ? e.labels[0].textContent : e.textContent);
    const called = (words) => flat(label) === words || (e.labels?.length > 0 && flat(label).startsWith(words + ' '));
    const row = () => flat(e.closest('li, tr')?.textContent ?? '');
";

/// Tells whether something has happened since: another page, a dialog that came or went, a menu that unfolded.
const NOTED: &str = "window.open_before = document.querySelectorAll('[open]').length";
const HAPPENED: &str =
    "window.open_before === undefined || window.open_before !== document.querySelectorAll('[open]').length";

/// Presses Tab until the focus is where it is wanted.
async fn reaches(screen: &Screen, what: &str, wanted: &str) {
    let script = format!("{FOCUS} return Boolean({wanted});");
    for _ in 0..MOST_TABS {
        if screen.runs(&script).await == true {
            return;
        }
        screen.strikes_tab().await;
    }
    panic!("Tab does not lead to {what}\n{}", screen.text().await);
}

/// Presses Enter where the focus is, and waits for what comes of it.
async fn enters(screen: &Screen) {
    screen.runs(NOTED).await;
    screen.strikes(Key::Enter).await.finds(HAPPENED).await;
    screen.finds("document.readyState === 'complete'").await;
}

/// After something was done the focus is at the word that says so, or in what asks on.
async fn is_led_on(screen: &Screen, what: &str) {
    let led = "!document.querySelector('main .flash, dialog[open], main form [aria-invalid]') \
               || document.activeElement !== document.body";
    let is_led = screen.runs(&format!("return Boolean({led})")).await;
    assert_eq!(is_led, true, "{what} leaves the focus behind\n{}", screen.text().await);
}

/// Does the next steps of the manual, as somebody who is called `me`.
async fn follows(screen: &Screen, guide: &mut Guide, me: &str) {
    for Deed { what, words } in guide.next() {
        let told = format!("{}: {what} {words:?}", guide.topic());
        match what.as_str() {
            "follow" => {
                if words == "Account Settings" {
                    reaches(
                        screen,
                        "the menu",
                        &format!("e.tagName === 'SUMMARY' && row() === '' && flat(e.textContent).includes({me:?})"),
                    )
                    .await;
                    enters(screen).await;
                }
                reaches(screen, &told, &format!("e.tagName === 'A' && called({words:?})")).await;
                enters(screen).await;
            }
            "open" => {
                let thing = guide.answer(&words);
                reaches(screen, &told, &format!("e.tagName === 'A' && e.closest('main') && called({thing:?})")).await;
                enters(screen).await;
            }
            "letter" => panic!("{told}: a letter is opened in another program"),
            "press" => {
                reaches(screen, &told, &format!("e.matches('a, button') && called({words:?})")).await;
                enters(screen).await;
                is_led_on(screen, &told).await;
            }
            "press-in-row" => {
                let row = guide.answer("row");
                let there = format!("e.matches('a, button') && called({words:?}) && row().includes({row:?})");
                reaches(screen, &told, &there).await;
                enters(screen).await;
                is_led_on(screen, &told).await;
            }
            "fill" => {
                reaches(screen, &told, &format!("e.matches('input, textarea') && called({words:?})")).await;
                let typed = guide.answer(&words);
                screen.writes(&format!("{}a{}", Key::Control.value(), Key::Null.value())).await.writes(typed).await;
            }
            "choose" => {
                // Tab leads to the choice that is made, the arrows to the others.
                let of_them = format!(
                    "[...document.querySelectorAll(`input[name='${{e.name}}']`)].some((one) => flat(one.labels[0].textContent) === {words:?})"
                );
                reaches(screen, &told, &format!("e.type === 'radio' && {of_them}")).await;
                let chosen = format!("{FOCUS} return called({words:?}) && e.checked;");
                for _ in 0..9 {
                    if screen.runs(&chosen).await == true {
                        break;
                    }
                    screen.strikes(Key::Down).await;
                }
                assert_eq!(screen.runs(&chosen).await, true, "{told}");
            }
            "pick" => {
                reaches(screen, &told, &format!("e.matches('select, [type=radio]') && (called({words:?}) || flat(e.closest('fieldset')?.querySelector('legend')?.textContent ?? '') === {words:?})")).await;
                if screen.runs("return document.activeElement.tagName === 'SELECT'").await == true {
                    screen.writes(guide.answer(&words)).await;
                } else {
                    screen.strikes(Key::Space).await;
                }
            }
            "read" => {
                screen.sees(&words).await;
            }
            other => panic!("{told}: nobody knows how to {other:?} by keyboard"),
        }
    }
}

/// Ada owns an organization in which grace is a member, and is a member of another one.
async fn two_places() -> World {
    let world = World::new().await;
    for who in ["ada", "grace", "joan"] {
        world.account(who).await;
    }
    world.organization("Analytical Engines", &[("ada", "owner"), ("grace", "member")]);
    world.organization("Bletchley Works", &[("joan", "owner"), ("ada", "member")]);
    world.ignores_emails();
    world
}

#[actix_web::test]
async fn an_organization_is_created_and_people_are_invited() {
    let world = two_places().await;
    let mut creating = Guide::to(&world, "creating-an-organization").await;
    let mut inviting = Guide::to(&world, "inviting-a-new-member").await;
    let mut pending = Guide::to(&world, "pending-invites").await;
    on_screen(&world, async |ada| {
        ada.signs_in("ada").await;
        creating.knows([("Organization Name", "Difference Works"), ("URL", "difference")]);
        follows(ada, &mut creating, "ada").await;
        ada.is_at("/difference/members").await;
        inviting.knows([("the organization", "Difference Works"), ("Email", "alan@example.org")]);
        follows(ada, &mut inviting, "ada").await;
        ada.sees("alan@example.org").await;
        pending.knows([("the organization", "Difference Works"), ("row", "alan@example.org")]);
        for _ in 0..3 {
            follows(ada, &mut pending, "ada").await;
        }
        ada.sees("No pending invites").await;
    })
    .await;
}

#[actix_web::test]
async fn people_get_other_roles_are_suspended_and_removed() {
    let world = two_places().await;
    let mut roles = Guide::to(&world, "roles").await;
    let mut suspending = Guide::to(&world, "suspending-a-member").await;
    let mut removing = Guide::to(&world, "removing-a-member").await;
    for guide in [&mut roles, &mut suspending, &mut removing] {
        guide.knows([("the organization", "Analytical Engines"), ("row", "grace")]);
    }
    on_screen(&world, async |ada| {
        ada.signs_in("ada").await;
        follows(ada, &mut roles, "ada").await;
        world.runs(
            "INSERT INTO invitations (id, organization_id, inviter_id, email, role, sent_at, expires_at, form_key, lifetime_days) \
             SELECT gen_random_uuid(), organizations.id, accounts.id, 'alan@example.org', 'member', roster_now(), \
             roster_now() + interval '7 days', gen_random_uuid(), 7 \
             FROM organizations, accounts WHERE username = 'grace' AND name = 'Analytical Engines'",
        );
        follows(ada, &mut roles, "ada").await;
        follows(ada, &mut roles, "ada").await;
        ada.sees("grace is now a viewer of Analytical Engines.").await;
        follows(ada, &mut suspending, "ada").await;
        ada.sees("Suspended").await;
        follows(ada, &mut suspending, "ada").await;
        ada.sees_no_more("Suspended").await;
        follows(ada, &mut removing, "ada").await;
        ada.sees("grace was removed from Analytical Engines.").await;
        follows(ada, &mut removing, "ada").await;
        ada.sees("grace is a viewer of Analytical Engines again.").await;
    })
    .await;
}

#[actix_web::test]
async fn settings_are_changed_and_organizations_are_left_handed_over_and_deleted() {
    let world = two_places().await;
    let mut settings = Guide::to(&world, "settings-and-billing").await;
    let mut leaving = Guide::to(&world, "leaving-and-handing-over").await;
    let mut deleting = Guide::to(&world, "deleting-and-restoring-an-organization").await;
    on_screen(&world, async |ada| {
        ada.signs_in("ada").await;
        settings.knows([("the organization", "Analytical Engines"), ("Organization Name", "Difference Engines")]);
        settings.knows([("URL", "differences")]);
        follows(ada, &mut settings, "ada").await;
        ada.is_at("/differences/settings").await;
        settings.knows([("the organization", "Difference Engines"), ("Cardholder Name", "Ada Lovelace")]);
        settings.knows([("Address Line 1", "St James's Square"), ("City", "London"), ("State or Province", "London")]);
        settings.knows([
            ("Postal Code", "SW1Y 4LE"),
            ("Country", "United Kingdom"),
            ("Contact Email", "b@example.org"),
        ]);
        settings.knows([("Card Number", "4242 4242 4242 4242"), ("Expiry Date", "12/30"), ("CVC", "123")]);
        follows(ada, &mut settings, "ada").await;
        ada.sees("4242").await;

        leaving.knows([("row", "Bletchley Works")]);
        follows(ada, &mut leaving, "ada").await;
        ada.sees("You left Bletchley Works.").await;
        world.runs("UPDATE memberships SET role = 'owner'");
        leaving.knows([("row", "Difference Engines"), ("New primary owner", "grace")]);
        follows(ada, &mut leaving, "ada").await;
        ada.sees("grace").await;

        deleting.knows([("the organization", "Difference Engines")]);
        follows(ada, &mut deleting, "ada").await;
        ada.sees_no_more("Delete this Organization").await;
        // Restoring begins with a letter, in another program: `tests/flows/help/organizations.rs` follows it.
        deleting.next();
    })
    .await;
}
