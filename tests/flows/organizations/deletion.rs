//! Deleted for everyone at once, restored by an owner, erased for good.

use roster::mail::worker::forget_old;
use roster::organizations::erase_due;

use super::{FORM, NOTHING_HERE};
use crate::shared::browser::Browser;
use crate::shared::{PASSWORD, World};

/// Analytical Engines: ada its primary owner, alan an owner, grace a member; an open invitation, a
/// project, who pays, and a URL it had before.
async fn engines() -> (World, Browser, Browser, Browser) {
    engines_of(World::new().await).await
}

async fn engines_of(world: World) -> (World, Browser, Browser, Browser) {
    let (ada, alan, grace) = (world.person("ada").await, world.person("alan").await, world.person("grace").await);
    world.organization("Analytical Engines", &[("ada", "owner"), ("alan", "owner"), ("grace", "member")]);
    let settings = [("name", "Analytical Engines"), ("slug", "engines"), ("version", "1")];
    ada.posts("/analytical-engines/settings", &settings).await.status(303);
    let project = [("name", "Mill"), ("visibility", "private"), ("form_key", &format!("{FORM}01"))];
    ada.posts("/engines/projects", &project).await.status(303);
    let invited = [("email", "marie@example.org"), ("role", "member"), ("form_key", &format!("{FORM}02"))];
    ada.posts("/engines/invitations", &invited).await.status(303);
    ada.opens("/engines/settings/billing")
        .await
        .fills("Cardholder Name", "Ada")
        .fills("Address Line 1", "St James’s Square");
    ada.fills("City", "London")
        .fills("Postal Code", "SW1Y 4LE")
        .chooses("Switzerland")
        .fills("Contact Email", "bills@example.org");
    ada.presses("Save").await.status(200);
    world.message("marie@example.org", "ada invited you to join Analytical Engines on Roster").await;
    for owner in ["ada@example.org", "alan@example.org"] {
        world.message(owner, "ada changed the settings of Analytical Engines on Roster").await;
        world.message(owner, "ada changed the billing details of Analytical Engines on Roster").await;
    }
    (world, ada, alan, grace)
}

/// Every table of the database that has a row with this id in a column of ids.
fn tables_with(world: &World, id: &str) -> Vec<String> {
    let columns = world.texts(
        "SELECT columns.table_name || '.' || column_name AS text FROM information_schema.columns \
         JOIN information_schema.tables USING (table_schema, table_name) \
         WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type = 'uuid' ORDER BY 1",
    );
    assert!(columns.len() > 15, "the catalogue was not read: {columns:?}");
    let holds = |column: &String| {
        let (table, column) = column.split_once('.').unwrap();
        world.number(&format!("SELECT count(*) AS number FROM \"{table}\" WHERE \"{column}\" = '{id}'")) > 0
    };
    let mut tables: Vec<String> = columns
        .iter()
        .filter(|column| holds(column))
        .map(|column| column.split('.').next().unwrap().to_owned())
        .collect();
    tables.dedup();
    tables
}

#[actix_web::test]
async fn an_organization_is_deleted_restored_and_erased() {
    let (world, ada, alan, grace) = engines().await;
    grace.opens("/engines/mill").await.reads("Mill");

    ada.opens("/engines").await.follows("Settings").await.reads("For 14 days an owner can restore it");
    ada.follows("Delete this Organization").await.is_titled("Delete Analytical Engines?");
    ada.reads("It is gone for everyone at once.").reads("All 3 members lose access to it, you too.");
    ada.reads("1 project and the billing details go with it.").reads("marie@example.org");
    ada.reads("Its URL /engines is never given to another organization.")
        .reads("All members receive an email about it.");
    ada.may("Cancel").presses("Yes").await.is_at("/dashboard").reads("Analytical Engines was deleted. Until ");
    ada.reads("an owner can restore it in Account Settings, or from the link in the email.");

    // Gone for everyone, whatever they had open, and in every list.
    for browser in [&ada, &alan, &grace] {
        for path in ["/engines", "/engines/members", "/engines/activity", "/engines/mill", "/analytical-engines"] {
            browser.gets(path).await.status(404).reads(NOTHING_HERE);
        }
        browser.opens("/account/organizations").await.reads("No organization yet");
        browser.opens("/dashboard").await.may_not("Analytical Engines").may_not("Mill");
    }
    alan.posts("/engines/settings", &[("name", "Mine"), ("slug", "mine"), ("version", "2")]).await.status(404);
    grace.posts("/account/organizations/engines/departure", &[]).await.status(404);

    // Only the owners' emails have the link, and only with an owner signed in does it work.
    let message = world.message("ada@example.org", "Analytical Engines was deleted on Roster").await;
    message.reads("ada deleted Analytical Engines.").reads("You are an owner, so you can restore it until");
    assert!(message.link().contains("/restorations/"));
    let to_alan = world.message("alan@example.org", "Analytical Engines was deleted on Roster").await;
    assert_eq!(to_alan.link(), message.link());
    let to_grace = world.message("grace@example.org", "Analytical Engines was deleted on Roster").await;
    to_grace.reads("one of its owners can restore it").does_not_read("/restorations/");
    world.visitor().await.opens_link(&message).await.is_at("/sign-in");
    grace.opens_link(&message).await.status(404).reads("This link is not valid");
    world.person("eve").await.opens_link(&message).await.status(404).reads("This link is not valid");

    alan.opens_link(&to_alan).await.is_titled("Restore Analytical Engines?").reads("Its 3 members can use it again");
    assert_eq!(world.number("SELECT count(*) AS number FROM organizations WHERE deleted_at IS NULL"), 0);
    alan.presses("Restore").await.is_at("/engines").reads("Analytical Engines is back, as it was.").may("Mill");
    grace.opens("/engines/members").await.lists(["ada", "alan", "grace"]).reads_in("grace", "Member");
    ada.opens("/engines/settings").await.reads("St James’s Square").opens("/engines/members").await;
    ada.reads("marie@example.org").opens("/engines/activity").await;
    ada.reads("alan restored the organization Analytical Engines");
    assert_eq!(ada.gets("/analytical-engines").await.status(301).location(), "/engines");
    for address in ["ada@example.org", "alan@example.org", "grace@example.org"] {
        world
            .message(address, "Analytical Engines was restored on Roster")
            .await
            .reads("alan restored Analytical Engines.");
    }

    // A link belongs to one deletion.
    alan.opens_link(&message).await.status(404);
    alan.posts("/engines/deletion", &[]).await.status(303);
    alan.opens_link(&message).await.status(404).reads("This link is not valid");
    let again = world.message("ada@example.org", "Analytical Engines was deleted").await;
    ada.opens_link(&again).await.is_titled("Restore Analytical Engines?");

    // After 14 days it is erased.
    world.clock.moves(chrono::TimeDelta::days(14) - chrono::TimeDelta::minutes(1));
    assert_eq!(erase_due(&world.db).await.unwrap(), 0);
    ada.signs_in("ada").await.opens_link(&again).await.is_titled("Restore Analytical Engines?");
    world.clock.minutes(1);
    ada.opens_link(&again).await.status(404);
    assert_eq!(erase_due(&world.db).await.unwrap(), 1);
    assert_eq!(erase_due(&world.db).await.unwrap(), 0);
    ada.opens_link(&again).await.status(404).reads("This link is not valid");
    assert_eq!(world.number("SELECT count(*) AS number FROM organizations"), 0);
    world.message("alan@example.org", "was deleted").await;
    world.message("grace@example.org", "was deleted").await;
}

/// ORG-07: of an erased organization nothing remains that has its id, but its history.
#[actix_web::test]
async fn org_07_nothing_remains_but_history() {
    let (world, ada, ..) = engines().await;
    let id = world.texts("SELECT id::text AS text FROM organizations").concat();
    let before = tables_with(&world, &id);
    for table in [
        "billing_details",
        "history",
        "invitations",
        "memberships",
        "organization_addresses",
        "organizations",
        "projects",
    ] {
        assert!(before.iter().any(|there| there == table), "{table} is not looked at: {before:?}");
    }
    ada.posts("/engines/deletion", &[]).await.status(303);
    assert_eq!(tables_with(&world, &id), before, "it can still be restored");
    world.ignores_emails().post().await;
    world.clock.days(14);
    assert_eq!(erase_due(&world.db).await.unwrap(), 1);
    // The emails about it are forgotten in their time.
    assert_eq!(tables_with(&world, &id), ["history", "outbox"]);
    world.clock.days(91);
    world.db.without_authorization(forget_old).await.unwrap();
    let rows = |table: &String| {
        world.number(&format!("SELECT count(*) AS number FROM \"{table}\" t WHERE t::text LIKE '%{id}%'"))
    };
    let tables = world.texts("SELECT tablename::text AS text FROM pg_tables WHERE schemaname = 'public'");
    assert_eq!(tables.iter().filter(|table| rows(table) > 0).collect::<Vec<_>>(), ["history"]);
    // Nobody belongs to what comes after it.
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 0);
}

/// ORG-04: a URL is given once, whatever became of whose it was.
#[actix_web::test]
async fn org_04_a_url_is_never_given_again() {
    let (world, ada, ..) = engines().await;
    let eve = world.person("eve").await;
    let refused = async |browser: &Browser| {
        for slug in ["engines", "analytical-engines"] {
            browser.opens("/account/organizations/new").await.fills("Organization Name", "Engines").fills("URL", slug);
            browser.presses("Create Organization").await.status(422).reads_beside("URL", "This URL is taken.");
        }
    };
    refused(&eve).await;
    ada.posts("/engines/deletion", &[]).await.status(303);
    refused(&eve).await;
    world.clock.days(14);
    assert_eq!(erase_due(&world.db).await.unwrap(), 1);
    eve.signs_in("eve").await;
    refused(&eve).await;
    ada.signs_in("ada").await;
    refused(&ada).await;
    ada.opens("/engines").await.status(404);
    world.ignores_emails();
}

/// With no days to restore it, it is erased at once.
#[actix_web::test]
async fn with_no_days_to_restore_it_is_erased_at_once() {
    let (world, ada, _alan, grace) = engines_of(World::with(|app_state| app_state.site.restore_days = 0).await).await;
    let id = world.texts("SELECT id::text AS text FROM organizations").concat();
    ada.opens("/engines/settings").await.reads("It is erased at once for all 3 people in it, and cannot be restored.");
    ada.follows("Delete this Organization").await.reads("It cannot be restored.").presses("Yes").await;
    ada.is_at("/dashboard").reads("Analytical Engines was deleted, and erased at once.");
    assert_eq!(tables_with(&world, &id), ["history", "outbox"], "the emails that say so are still to leave");
    grace.opens("/engines").await.status(404);
    for address in ["ada@example.org", "alan@example.org", "grace@example.org"] {
        let message = world.message(address, "Analytical Engines was deleted on Roster").await;
        message.reads("It was erased at once, and cannot be restored.").does_not_read("/restorations/");
    }
    assert_eq!(erase_due(&world.db).await.unwrap(), 0);
}

/// ORG-06, MEM-15: deleting takes an owner, a form of ours, and a password given recently.
#[actix_web::test]
async fn org_06_deleting_takes_all_of_it() {
    let (world, ada, alan, grace) = engines().await;
    world.ignores_emails();
    grace.gets("/engines/deletion").await.status(403);
    grace.posts("/engines/deletion", &[]).await.status(403).reads("Only owners can do this.");
    world.raw("POST", "/engines/deletion").header("cookie", &ada.cookies()).form(&[]).sends().await.status(403);
    let forged = world.raw("POST", "/engines/deletion").header("cookie", &ada.cookies()).form(&[]);
    forged.header("sec-fetch-site", "cross-site").header("origin", "https://evil.example").sends().await.status(403);
    for _ in 0..3 {
        ada.gets("/engines/deletion").await.status(200);
        world.raw("HEAD", "/engines/deletion").header("cookie", &ada.cookies()).sends().await.status(200);
    }
    ada.opens("/engines/deletion").await;
    world.clock.minutes(31);
    ada.presses("Yes").await.status(200).is_titled("Confirm your password");
    ada.fills("Password", "not the password").presses("Continue").await.status(422);
    ada.reads_beside("Password", "This is not your password.");
    assert_eq!(world.number("SELECT count(*) AS number FROM organizations WHERE deleted_at IS NULL"), 1);
    ada.fills("Password", PASSWORD).presses("Continue").await.is_at("/dashboard").reads("was deleted");
    alan.opens("/engines").await.status(404);
}

/// An owner who is made a member cannot restore; one who had left it never could.
#[actix_web::test]
async fn only_an_owner_restores() {
    let (world, ada, alan, _grace) = engines().await;
    ada.posts("/engines/deletion", &[]).await.status(303);
    let message = world.message("alan@example.org", "was deleted").await;
    world.runs(
        "UPDATE memberships SET role = 'member' FROM accounts WHERE accounts.id = account_id AND username = 'alan'",
    );
    alan.opens_link(&message).await.status(404);
    let token = message.link().rsplit('/').next().unwrap().to_owned();
    alan.posts(&format!("/restorations/{token}"), &[]).await.status(404);
    let (a, b) = token.split_at(20);
    for wrong in [format!("{a}A{}", &b[1..]), token[..40].to_owned(), format!("{token}A"), "x".repeat(190)] {
        ada.gets(&format!("/restorations/{wrong}")).await.status(404).reads("This link is not valid");
    }
    ada.posts(&format!("/restorations/{token}"), &[]).await.status(303);
    world.ignores_emails();
}

/// ORG-09: what was somebody's opens nothing of what comes after it: no id is ever given twice, and no right
/// hangs on anything else.
#[actix_web::test]
async fn org_09_no_id_is_given_twice() {
    let (world, ada, _alan, grace) = engines().await;
    world.ignores_emails();
    let invitation = world.texts("SELECT id::text AS text FROM invitations").concat();
    ada.posts("/engines/deletion", &[]).await.status(303);
    let message = world.message("ada@example.org", "was deleted").await;
    world.clock.days(14);
    erase_due(&world.db).await.unwrap();
    let eve = world.founder("eve", "New Engines").await;
    for (browser, who) in [(&ada, "ada"), (&grace, "grace")] {
        browser.signs_in(who).await;
        for path in ["/engines", "/new-engines", "/new-engines/members"] {
            browser.gets(path).await.status(404);
        }
    }
    ada.opens_link(&message).await.status(404);
    eve.posts(&format!("/new-engines/invitations/{invitation}/delivery"), &[]).await.status(404);
    let counted = world.texts(
        "SELECT table_name || '.' || column_name AS text FROM information_schema.columns WHERE table_schema = 'public' \
         AND table_name NOT LIKE '\\_\\_%' AND (is_identity = 'YES' OR column_default LIKE 'nextval%')",
    );
    assert_eq!(counted, [""; 0], "ids that are counted come back with a backup");
}
