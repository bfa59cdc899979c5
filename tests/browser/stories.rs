//! What scripts add, and that they take nothing away.

use thirtyfour::Key;

use crate::chromium::on_screen;
use crate::shared::{PASSWORD, World};

/// A Roster with an organization of ada, who owns it, and grace, whose role is given.
async fn engines(role: &str) -> World {
    let world = World::new().await;
    world.account("ada").await;
    world.account("grace").await;
    world.organization("Analytical Engines", &[("ada", "owner"), ("grace", role)]);
    world.ignores_emails();
    world
}

#[actix_web::test]
async fn the_menu_opens_by_keyboard_and_shuts_by_itself() {
    let world = engines("member").await;
    on_screen(&world, async |ada| {
        ada.signs_in("ada").await.opens("/account").await;
        ada.runs("document.querySelector('summary').focus()").await;
        ada.strikes(Key::Enter).await.finds("document.querySelector('details').open").await;
        ada.strikes(Key::Tab).await.finds("document.activeElement.textContent === 'Account Settings'").await;
        ada.strikes(Key::Escape).await.finds("!document.querySelector('details').open").await;
        ada.finds("document.activeElement.tagName === 'SUMMARY'").await;
        ada.presses("ada").await.finds("document.querySelector('details').open").await;
        ada.runs("document.querySelector('h1').dispatchEvent(new Event('pointerdown', { bubbles: true }))").await;
        ada.finds("!document.querySelector('details').open").await;
        ada.presses("ada").await.presses("Sign Out").await.is_at("/sign-in").await;
    })
    .await;
}

/// ACC-28: after signing out, the back button shows nothing.
#[actix_web::test]
async fn going_back_after_signing_out_shows_nothing() {
    let world = engines("member").await;
    on_screen(&world, async |ada| {
        ada.signs_in("ada").await.opens("/account").await.sees("ada@example.org").await;
        ada.presses("ada").await.presses("Sign Out").await.is_at("/sign-in").await;
        ada.goes_back().await.is_at("/sign-in").await;
        assert!(!ada.text().await.contains("ada@example.org"));
    })
    .await;
}

#[actix_web::test]
async fn a_form_is_sent_once() {
    let world = engines("member").await;
    on_screen(&world, async |alan| {
        alan.opens("/create-account").await.fills("Email", "alan@example.org").await.fills("Username", "alan").await;
        let twice = "const button = document.querySelector('main form button'); button.click(); button.click();";
        alan.runs(twice).await;
        alan.sees("Check your email").await;
        assert_eq!(world.number("SELECT count(*) AS number FROM registrations"), 1);
        // Coming back to the form, it can be sent again.
        alan.goes_back().await.finds("!document.querySelector('main form button').disabled").await;
    })
    .await;
}

#[actix_web::test]
async fn a_url_is_suggested_while_the_name_is_typed() {
    let world = engines("member").await;
    on_screen(&world, async |ada| {
        ada.signs_in("ada").await.opens("/account/organizations/new").await;
        ada.fills("Organization Name", "Ärzte & Söhne").await.holds("URL", "arzte-sohne").await;
        ada.fills("URL", "doctors").await.types("Organization Name", " GmbH").await.holds("URL", "doctors").await;
        ada.fills("URL", "").await.types("Organization Name", "!").await;
        ada.presses("Create Organization").await.sees("Ärzte & Söhne GmbH!").await;
    })
    .await;
}

/// A role is changed after a question in place: what they can do then, or what ends with it.
#[actix_web::test]
async fn what_ends_with_a_role_is_asked_in_place() {
    let world = engines("member").await;
    on_screen(&world, async |ada| {
        let said = "document.activeElement.matches('.flash')";
        ada.signs_in("ada").await.opens("/analytical-engines/members").await.presses("Make Owner").await;
        ada.finds("document.querySelector('dialog[open]')").await.sees("Make grace an owner?").await;
        ada.presses("Yes").await.sees("grace is now an owner of Analytical Engines.").await.finds(said).await;
        world.runs(
            "INSERT INTO invitations (id, organization_id, inviter_id, email, role, sent_at, expires_at, form_key, lifetime_days) \
             SELECT gen_random_uuid(), organizations.id, accounts.id, 'alan@example.org', 'member', roster_now(), \
             roster_now() + interval '7 days', gen_random_uuid(), 7 FROM organizations, accounts WHERE username = 'grace'",
        );
        ada.presses("Make Member").await.finds("document.querySelector('dialog[open]')").await;
        ada.sees("The open invitation of alan@example.org, which grace sent, ends.").await;
        ada.finds("document.activeElement.closest('[data-cancel]')").await.strikes(Key::Escape).await;
        ada.finds("!document.querySelector('dialog')").await;
        ada.finds("document.activeElement.textContent.trim() === 'Make Member'").await;
        ada.presses("Make Member").await.finds("document.querySelector('dialog[open]')").await.presses("Yes").await;
        ada.is_at("/analytical-engines/members").await.sees("grace is now a member of Analytical Engines.").await;
        ada.finds(said).await;
    })
    .await;
}

/// What is sensitive is asked in place: Escape and Cancel change nothing, Yes does it.
#[actix_web::test]
async fn a_question_is_asked_in_place() {
    let world = engines("member").await;
    on_screen(&world, async |ada| {
        ada.signs_in("ada").await.opens("/analytical-engines/members").await.presses_in("grace", "Remove").await;
        ada.sees("Remove grace?").await.is_at("/analytical-engines/members").await;
        ada.finds("document.querySelector('dialog').open").await;
        // The safe answer has the focus: what is sensitive is never one stray Enter away.
        ada.finds("document.activeElement.textContent === 'Cancel'").await;
        ada.strikes(Key::Escape).await.finds("!document.querySelector('dialog')").await;
        ada.finds("document.activeElement.textContent.trim() === 'Remove'").await;
        ada.presses_in("grace", "Remove").await.sees("Remove grace?").await.presses("Cancel").await;
        ada.sees_no_more("Remove grace?").await;
        assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 2);
        ada.presses_in("grace", "Remove").await.presses("Yes").await;
        ada.sees_no_more("Remove grace?").await.is_at("/analytical-engines/members").await;
        ada.finds("![...document.querySelectorAll('.person-name')].some((name) => name.textContent.includes('grace'))")
            .await;
        assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 1);
    })
    .await;
}

#[actix_web::test]
async fn leaving_is_asked_in_place() {
    let world = engines("member").await;
    on_screen(&world, async |grace| {
        grace.signs_in("grace").await.opens("/account/organizations").await.presses("Leave").await;
        grace.sees("Leave Analytical Engines?").await.presses("Yes").await;
        grace.sees("You left Analytical Engines.").await.is_at("/account/organizations").await;
    })
    .await;
}

/// A question that needs the password again asks for it on a page of its own, and keeps the answer.
#[actix_web::test]
async fn a_grave_question_asks_for_the_password() {
    let world = engines("owner").await;
    on_screen(&world, async |ada| {
        ada.signs_in("ada").await.opens("/account/organizations").await;
        world.clock.minutes(31);
        ada.presses("Hand Over").await.sees("Confirm your password").await.fills("Password", PASSWORD).await;
        ada.presses("Continue").await.sees("New primary owner").await;
    })
    .await;
}

#[actix_web::test]
async fn a_link_is_copied() {
    let world = engines("member").await;
    on_screen(&world, async |ada| {
        ada.signs_in("ada").await.opens("/analytical-engines/members").await.fills("Email", "alan@example.org").await;
        ada.presses("Send Invite").await.sees("Invitation sent to alan@example.org.").await;
        ada.presses_in("alan@example.org", "Copy Link").await.sees("Invitation link for alan@example.org").await;
        ada.presses("Copy").await.sees("Copied").await.presses("Done").await.sees_no_more("Invitation link for").await;
    })
    .await;
}

/// ACC-23: how hard a password is to guess is shown while it is typed, by what judges it when it is sent.
#[actix_web::test]
async fn the_strength_of_a_password_is_told_while_it_is_typed() {
    let world = engines("member").await;
    on_screen(&world, async |ada| {
        let meter = "document.querySelector('meter')";
        ada.opens("/create-account").await.fills("Email", "zyqwolt@example.org").await;
        ada.fills("Username", "zyqwolt").await.presses("Create Account").await.sees("zyqwolt@example.org").await;
        let message = world.email_to("zyqwolt@example.org").await;
        ada.opens(message.link().strip_prefix(&world.site.origin()).expect("a link of ours")).await;
        ada.holds("Username", "zyqwolt")
            .await
            .finds(&format!("{meter}.hidden"))
            .await
            .fills("Password", "short")
            .await
            .sees("Use 8 characters or more.")
            .await;
        ada.fills("Password", "zyqwolt123").await.sees("easy to guess").await;
        ada.finds(&format!("!{meter}.hidden && {meter}.value < 3")).await;
        ada.fills("Password", "lanterns over quiet harbours").await.sees("hard to guess.").await;
        ada.finds(&format!("{meter}.value >= 4")).await.finds("document.querySelector('.strength [aria-live]')").await;
        ada.fills("Password", "").await.types("Password", "x\u{8}").await.finds(&format!("{meter}.hidden")).await;

        // The page of one's own password knows one's own words.
        ada.signs_in("ada").await.opens("/account/password").await;
        ada.fills("New Password", "ada@example.org").await.sees("easy to guess").await;
        ada.fills("Current Password", PASSWORD).await.fills("New Password", "lanterns over quiet harbours").await;
        ada.fills("Confirm New Password", "lanterns over quiet harbours").await.sees("hard to guess.").await;
        ada.presses("Save Changes").await.sees("Your password was changed.").await;
    })
    .await;
}

#[actix_web::test]
async fn an_address_is_deleted_in_place() {
    let world = engines("member").await;
    world.runs("INSERT INTO email_addresses (address, account_id) SELECT 'countess@example.org', id FROM accounts WHERE username = 'ada'");
    on_screen(&world, async |ada| {
        ada.signs_in("ada").await.opens("/account/email-addresses").await;
        ada.presses_in("countess@example.org", "Delete").await.sees("Delete countess@example.org?").await;
        ada.is_at("/account/email-addresses").await.presses("Yes").await.sees("countess@example.org was deleted").await;
    })
    .await;
}

/// Nothing scrolls sideways on a small telephone, nothing is said on the console, no policy is broken.
#[actix_web::test]
async fn every_page_fits_a_small_telephone() {
    let world = engines("member").await;
    on_screen(&world, async |ada| {
        ada.is_narrow().await;
        for path in ["/sign-in", "/create-account", "/forgot-password", "/nowhere"] {
            ada.opens(path).await.finds("document.documentElement.scrollWidth <= 320").await;
        }
        ada.signs_in("ada").await;
        for path in [
            "/dashboard",
            "/account",
            "/account/email-addresses",
            "/account/password",
            "/account/two-factor",
            "/account/organizations",
            "/account/organizations/new",
            "/account/organizations/analytical-engines/handover",
            "/analytical-engines",
            "/analytical-engines/members",
            "/analytical-engines/members/grace/removal",
            "/analytical-engines/activity",
            "/analytical-engines/settings",
            "/analytical-engines/deletion",
            "/analytical-engines/new-project",
            "/nowhere",
        ] {
            ada.opens(path).await.finds("document.documentElement.scrollWidth <= 320").await;
            ada.finds("document.querySelectorAll('h1').length === 1").await;
        }
    })
    .await;
}

/// Two-factor authentication from the QR code to signing in, the codes by keyboard alone.
#[actix_web::test]
async fn a_code_is_enabled_and_given_by_keyboard() {
    let world = engines("member").await;
    on_screen(&world, async |ada| {
        ada.signs_in("ada").await.opens("/account/two-factor").await.presses("Enable").await.sees("Scan the QR").await;
        let is_drawn = "(({ width, height }) => width >= 160 && width === height)(document.querySelector('svg.qr').getBoundingClientRect())";
        ada.finds(is_drawn).await.presses("Copy Key").await.sees("Copied").await;
        let key = ada.runs("return document.querySelector('.key').textContent.replace(/\\s/g, '')").await;
        let secret = totp_rs::Secret::try_from_base32(key.as_str().unwrap()).unwrap();
        let codes = totp_rs::Builder::new().with_secret(secret).build().unwrap();
        let shown = async || {
            let now = world.db.without_authorization(roster::db::now).await.unwrap();
            codes.generate(now.timestamp().try_into().unwrap()).to_string()
        };
        let code = shown().await;
        ada.fills("Six-digit code", &code).await.strikes(Key::Enter).await.sees("Keep these ten codes").await;
        ada.finds("document.querySelectorAll('ol.codes li').length === 10").await;

        // All ten are taken along at once, to the clipboard, into a file, onto paper.
        ada.runs(
            "URL.createObjectURL = (blob) => { blob.text().then((text) => { window.saved = text; }); return '#saved'; }; \
             window.print = () => { window.printed = true; }",
        )
        .await;
        let all = "[...document.querySelectorAll('ol.codes code')].map((code) => code.textContent)";
        ada.presses("Download").await.finds(&format!("{all}.every((code) => window.saved?.includes(code))")).await;
        ada.finds("window.saved.includes('Recovery codes of ada')").await;
        ada.presses("Print").await.finds("window.printed").await;
        ada.presses("Copy").await.sees("Copied").await;
        ada.finds(&format!("document.querySelector('[data-copy]').dataset.copy === {all}.join('\\n')")).await;
        ada.presses("I have kept them").await.sees("10 recovery codes left").await;

        ada.presses("ada").await.presses("Sign Out").await.is_at("/sign-in").await;
        ada.fills("Username or Email", "ada").await.fills("Password", PASSWORD).await.strikes(Key::Enter).await;
        ada.is_at("/sign-in/code").await.finds("document.activeElement.id === 'code'").await;
        ada.finds("document.activeElement.inputMode === 'numeric' && document.activeElement.autocomplete === 'one-time-code'")
            .await;
        world.clock.moves(chrono::TimeDelta::seconds(30));
        for digit in shown().await.chars() {
            ada.types("Six-digit code", &digit.to_string()).await;
        }
        ada.strikes(Key::Enter).await.sees("Your Dashboard").await.is_at("/dashboard").await;

        // Disabling is asked in place.
        ada.opens("/account/two-factor").await.presses("Disable").await.sees("your password alone signs in").await;
        ada.presses("Yes").await.sees("Two-factor Authentication is off.").await;
    })
    .await;
}
