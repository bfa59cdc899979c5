//! An owner invites many people at once.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use futures_util::future::join;
use roster::db::Db;
use roster::invitations::worker::send_portion;

use crate::shared::{Browser, World};

const SEVERAL: &str = "/analytical-engines/invitations/several";

/// Lets the worker do what is due. Answers how many invitations it sent.
async fn sends(world: &World) -> usize {
    let mut sent = 0;
    while let Some(some) = send_portion(&world.db).await.unwrap() {
        sent += some;
    }
    sent
}

/// An owner at the preview of a list.
async fn previews(owner: &Browser, list: &str) {
    owner
        .opens(SEVERAL)
        .await
        .fills("Addresses", list)
        .presses("Preview")
        .await
        .status(200)
        .is_titled("Check the List");
}

/// So many addresses, one below the other.
fn many(count: usize) -> String {
    (1..=count).map(|n| format!("guest{n}@example.org\n")).collect()
}

/// Each of so many addresses got one invitation and one email, and its line says so.
fn each_once(world: &World, count: i64) {
    for (what, query) in [
        ("invitations", "SELECT count(*) AS number FROM invitations"),
        ("addresses", "SELECT count(DISTINCT email) AS number FROM invitations WHERE ended_at IS NULL"),
        ("letters", "SELECT count(*) AS number FROM outbox WHERE kind = 'invitation'"),
        ("recipients", "SELECT count(DISTINCT recipient) AS number FROM outbox WHERE kind = 'invitation'"),
        ("lines", "SELECT count(*) AS number FROM invitation_batch_lines WHERE fate = 'sent'"),
        ("history", "SELECT count(*) AS number FROM history WHERE kind = 'invited'"),
    ] {
        assert_eq!(world.number(query), count, "{what}");
    }
}

#[actix_web::test]
async fn an_owner_pastes_a_list_and_all_of_them_are_invited() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    ada.follows("Invite Several").await.is_titled("Invite Several").chooses("Viewer").chooses("14 days");
    ada.fills(
        "Addresses",
        "Grace Hopper <Grace@Example.org>; \"Noether, Emmy\" <emmy@example.org>, Owner\nalan@example.org",
    );
    ada.presses("Preview").await.reads("3 of 3 lines will be invited. Nothing was sent so far.");
    ada.reads_in("grace@example.org", "Viewer").reads_in("emmy@example.org", "Owner");
    world.no_email_to("grace@example.org").await;
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations"), 0);

    ada.presses("Send Invites").await.is_titled("Sending Invites").reads("0 of 3").reads("In the name of ada");
    assert_eq!(sends(&world).await, 3);
    ada.reloads()
        .await
        .is_titled("Invites Sent")
        .reads("3 of 3 lines were invited.")
        .reads_in("alan@example.org", "Sent");
    world.email_to("grace@example.org").await.reads("Viewer").reads("ada");
    world.email_to("alan@example.org").await;
    let message = world.email_to("emmy@example.org").await;
    assert_eq!(message.subject, "ada invited you to join Analytical Engines on Roster");
    ada.opens("/analytical-engines/members").await.reads_in("grace@example.org", "Sent");
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations WHERE lifetime_days = 14"), 3);
    ada.opens("/analytical-engines/activity").await.reads("began to send a list of 3 invitations");
    ada.reads("invited emmy@example.org as Owner").opens(SEVERAL).await.reads("Latest Lists").reads("Sent");

    let emmy = world.visitor().await;
    emmy.opens_link(&message).await.creates_account("emmy").await.presses("Accept Invitation").await;
    emmy.opens("/analytical-engines/members").await.may("Send Invite");
    world.ignores_emails();
}

#[actix_web::test]
async fn a_file_brings_roles_along() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.founder("ada", "Analytical Engines").await;
    let file = "\u{feff}Name;E-Mail;Role\r\n\"Hopper; Grace\";grace@example.org;Owner\r\nAlan;alan@example.org;\r\nX;x@example.org;king\r\n";
    ada.opens(SEVERAL).await.chooses_file("CSV File", "people.csv", file.as_bytes()).chooses("Viewer");
    ada.presses("Preview").await.reads("2 of 3 lines will be invited").reads_in("grace@example.org", "Owner");
    ada.reads_in("alan@example.org", "Viewer").reads_in("x@example.org", "There is no role “king”.");
    ada.presses("Send Invites").await;
    assert_eq!(sends(&world).await, 2);
    ada.reloads().await.reads("2 of 3 lines were invited.");

    ada.opens(SEVERAL).await.chooses_file("CSV File", "people.csv", b"Zo\xeb,zoe@example.org").presses("Preview").await;
    ada.status(422).reads_beside("CSV File", "UTF-8");
    ada.presses("Preview").await.status(422).reads_beside("Addresses", "Paste addresses, or choose a CSV file.");
}

/// WEB-17: what somebody pasted is text, whatever it would be elsewhere.
#[actix_web::test]
async fn each_line_says_what_will_happen() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.founder("ada", "Analytical Engines").await;
    super::invites(&ada, "mary@example.org", "Member").await;
    let list = "grace@example.org\nADA@example.org\nmary@example.org\nGrace@example.org\nnobody\n\
                <script>alert(1)</script>\n=HYPERLINK(\"https://evil.example\")\n4111 1111 1111 1111\nnul\u{0}l";
    previews(&ada, list).await;
    ada.reads("1 of 9 lines will be invited").reads("Will be invited 1").reads("Not readable 5");
    ada.reads_in("ada@example.org", "Already a member").reads_in("mary@example.org", "Already invited");
    ada.reads_in("Line 4", "Twice in the list").reads_in("nobody", "This holds no address.");
    ada.reads_in("alert(1)", "Not readable")
        .reads_in("=HYPERLINK", "Not readable")
        .reads_in("(a long number)", "Not readable");
    let body = ada.page().body.clone();
    assert!(!body.contains("<script>alert"), "{body}");
    for kept in [body, world.everything_kept()] {
        assert!(!kept.replace(' ', "").contains("41111111"), "{kept}");
    }

    ada.follows("Already a member 1").await.reads("ada@example.org").does_not_read("mary@example.org");
    ada.follows("All 9").await.presses("Send Invites").await;
    assert_eq!(sends(&world).await, 1);
    ada.reloads().await.reads("1 of 9 lines were invited.").reads_in("mary@example.org", "Already invited");
    previews(&ada, "ada@example.org").await;
    ada.reads("Nobody to invite").may_not("Send Invites").follows("Start Over").await.is_titled("Invite Several");
}

/// What has changed since the preview counts: nobody gets two invitations.
#[actix_web::test]
async fn what_was_done_meanwhile_is_not_done_again() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.founder("ada", "Analytical Engines").await;
    previews(&ada, "grace@example.org, mary@example.org").await;
    let elsewhere = world.visitor().await;
    elsewhere.signs_in("ada").await;
    super::invites(&elsewhere, "grace@example.org", "Owner").await;
    ada.presses("Send Invites").await;
    assert_eq!(sends(&world).await, 1);
    ada.reloads().await.reads_in("grace@example.org", "Already invited").reads_in("mary@example.org", "Sent");
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations"), 2);
}

#[actix_web::test]
async fn a_double_press_sends_once() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.founder("ada", "Analytical Engines").await;
    ada.opens(SEVERAL).await.fills("Addresses", &many(3)).presses("Preview").await;
    let sending = format!("{}/sending", ada.path());
    let (one, other) = join(ada.posts(&sending, &[]), ada.posts(&sending, &[])).await;
    assert_eq!((one.status, other.status), (303, 303));
    assert_eq!(sends(&world).await, 3);
    assert_eq!(ada.posts(&sending, &[]).await.status, 303);
    assert_eq!(sends(&world).await, 0);
    each_once(&world, 3);
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'invitation_list_sent'"), 1);
}

/// The tab is closed, and Roster dies in the middle of a portion: a new one goes on, and each is sent once.
#[actix_web::test]
async fn a_list_goes_on_where_it_broke_off() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.founder("ada", "Analytical Engines").await;
    world.trusts_organizations();
    previews(&ada, &many(120)).await;
    let page = ada.presses("Send Invites").await.path();
    drop(ada);
    assert_eq!(send_portion(&world.db).await.unwrap(), Some(50));

    // The letters of the next portion cannot be written: its invitations are there, and nobody sees them yet.
    let mut holder = world.connection();
    holder.batch_execute("BEGIN; LOCK TABLE outbox IN SHARE MODE").unwrap();
    let first = Db::connect(&world.database_url(), 2).unwrap();
    let dying = actix_web::rt::spawn(async move { send_portion(&first).await });
    let waits = "SELECT count(*) AS number FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO \"outbox\"%'";
    while world.number(waits) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.runs("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    assert!(dying.await.unwrap().is_err());
    holder.batch_execute("ROLLBACK").unwrap();
    each_once(&world, 50);

    // What was in its way may be so still: it waits for a minute, and then it goes on by itself.
    world.clock.hours(1);
    let second = Db::connect(&world.database_url(), 2).unwrap();
    second.set_clock(chrono::TimeDelta::hours(1));
    let third = Db::connect(&world.database_url(), 2).unwrap();
    third.set_clock(chrono::TimeDelta::hours(1));
    let (one, other) = join(send_portion(&second), send_portion(&third)).await;
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    sends(&world).await;
    each_once(&world, 120);
    let owner = world.visitor().await;
    owner.signs_in("ada").await;
    owner.opens(&page).await.is_titled("Invites Sent").reads("120 of 120 lines were invited.");
}

/// INV-15, MEM-04: the role is read again for each portion. A person who is no longer an owner no longer sends.
#[actix_web::test]
async fn inv_15_a_list_ends_with_its_senders_ownership() {
    let world = World::new().await;
    world.ignores_emails();
    for person in ["ada", "charles"] {
        world.account(person).await;
    }
    world.organization("Analytical Engines", &[("ada", "owner"), ("charles", "owner")]);
    let (ada, charles) = (world.visitor().await, world.visitor().await);
    ada.signs_in("ada").await;
    charles.signs_in("charles").await;
    world.trusts_organizations();
    previews(&charles, &many(120)).await;
    let page = charles.presses("Send Invites").await.path();
    assert_eq!(send_portion(&world.db).await.unwrap(), Some(50));
    ada.opens("/analytical-engines/members").await.follows_in("charles", "Remove").await.presses("Yes").await;
    assert_eq!(sends(&world).await, 0);
    ada.opens(&page)
        .await
        .is_titled("Stopped")
        .reads("The other 70 were not, because charles, who sent the list, can no longer invite");
    ada.follows("Stopped 70").await.reads("guest60@example.org").does_not_read("guest1@example.org");
    ada.opens("/analytical-engines/activity").await.reads("of which 70 were not sent: charles, who sent it");
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations"), 50);
    charles.gets(&page).await.status(404);
}

#[actix_web::test]
async fn any_owner_can_stop_a_list() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.founder("ada", "Analytical Engines").await;
    world.trusts_organizations();
    previews(&ada, &many(60)).await;
    ada.presses("Send Invites").await;
    assert_eq!(send_portion(&world.db).await.unwrap(), Some(50));
    ada.reloads().await.reads("50 of 60").presses("Stop Sending").await.is_titled("Stopped");
    ada.reads("50 of 60 lines were invited before an owner stopped it. 10 were not.").may_not("Send Invites");
    assert_eq!(sends(&world).await, 0);
    each_once(&world, 50);
    ada.opens("/analytical-engines/activity").await.reads("stopped a list of invitations, of which 10 were not sent");
}

/// INV-20, INV-22: only owners, and only at home; nothing that others send is read.
#[actix_web::test]
async fn inv_20_lists_are_for_owners_of_the_organization() {
    let world = World::new().await;
    world.ignores_emails();
    world.account("mary").await;
    let ada = world.founder("ada", "Analytical Engines").await;
    world.runs(
        "INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, 'member' \
         FROM organizations, accounts WHERE username = 'mary'",
    );
    previews(&ada, "grace@example.org").await;
    let list = ada.path();
    let mary = world.visitor().await;
    mary.signs_in("mary").await;
    mary.opens("/analytical-engines/members").await.may_not("Invite Several");
    let rival = world.founder("rival", "Rival Works").await;
    let id = list.rsplit('/').next().unwrap();
    for what in ["", "/sending", "/ending"] {
        let (here, there) = (format!("{list}{what}"), format!("/rival-works/invitations/several/{id}{what}"));
        if what.is_empty() {
            mary.gets(&here).await.status(403);
            rival.gets(&there).await.status(404);
            rival.gets(&here).await.status(404);
        } else {
            mary.posts(&here, &[]).await.status(403);
            rival.posts(&there, &[]).await.status(404);
            rival.posts(&here, &[]).await.status(404);
        }
    }
    mary.posts_file(SEVERAL, "file", b"x@example.org").await.status(403);
    assert_eq!(sends(&world).await, 0);
    assert_eq!(world.number("SELECT count(*) AS number FROM invitation_batches WHERE sent_at IS NULL"), 1);
}

/// INV-35: a list counts for each address as single letters do, and what is too much for a day waits.
#[actix_web::test]
async fn inv_35_lists_are_paced() {
    let world = World::new().await;
    world.ignores_emails();
    world.account("ada").await;
    for n in 0..11 {
        world.organization(&format!("Works {n}"), &[("ada", "owner")]);
    }
    let ada = world.visitor().await;
    ada.signs_in("ada").await;
    for n in 0..11 {
        ada.opens(&format!("/works-{n}/invitations/several")).await.fills("Addresses", "grace@example.org");
        ada.presses("Preview").await.presses("Send Invites").await;
    }
    assert_eq!(sends(&world).await, 10);
    ada.reloads().await.reads_in("grace@example.org", "This address was sent enough invitations that day");

    // As if the day's portions were used up.
    world.runs("UPDATE throttles SET full_at = roster_now() + interval '1 day'");
    ada.opens("/works-1/invitations/several").await.fills("Addresses", "mary@example.org").presses("Preview").await;
    ada.status(429).reads_beside("Addresses", "Enough lists were made");
    world.runs("DELETE FROM throttles");
    ada.presses("Preview").await.presses("Send Invites").await;
    // Emails of others come first.
    world.runs(
        "INSERT INTO outbox (id, kind, facts, recipient) SELECT gen_random_uuid(), 'none', '{}', 'x@example.org' FROM generate_series(1, 200)",
    );
    assert_eq!(send_portion(&world.db).await.unwrap(), None);
    world.runs("DELETE FROM outbox WHERE kind = 'none'");
    assert_eq!(sends(&world).await, 1);
}

#[actix_web::test]
async fn what_is_too_much_is_refused_with_words() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    ada.opens(SEVERAL).await.fills("Addresses", &"a@b.example ".repeat(10_001)).presses("Preview").await;
    ada.status(422).reads_beside("Addresses", "There are more than 10,000 lines in this list.");
    ada.fills("Addresses", &"x".repeat(2_200_000)).presses("Preview").await.status(413).reads("too large");
    ada.opens(SEVERAL).await.presses("Preview").await.status(422).reads_beside("Addresses", "Paste addresses");
    assert_eq!(world.number("SELECT count(*) AS number FROM invitation_batches"), 0);
}

/// The pages cost the same for a line as for thousands: who comes, the list, a page of its lines.
#[actix_web::test]
async fn pages_of_a_list_ask_as_much_for_few_as_for_many() {
    let world = World::new().await;
    let ada = world.founder("ada", "Analytical Engines").await;
    for count in [1, 300] {
        previews(&ada, &many(count)).await;
        let page = ada.path();
        let asked = world.queries_of(ada.opens(&page)).await;
        assert!(asked <= 3, "{asked} for {count}");
        let asked = world.queries_of(ada.opens(SEVERAL)).await;
        assert!(asked <= 2, "{asked} for {count}");
    }
    world.trusts_organizations();
    previews(&ada, &many(120)).await;
    ada.reads("guest50@example.org").does_not_read("guest51@example.org").follows("More lines").await;
    ada.reads("guest51@example.org").follows("More lines").await.reads("guest120@example.org").may_not("More lines");
    ada.follows("First lines").await.reads("guest1@example.org");
    for nonsense in ["?after=x", "?after=-5", "?fate=all", "?after=99999999999999999999"] {
        let page = ada.path();
        ada.gets(&format!("{}{nonsense}", page.split('?').next().unwrap_or_default())).await.status(200);
    }
}

/// DOS-10: previews go after a day, lists a month after they are done.
#[actix_web::test]
async fn lists_are_not_kept_for_ever() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.founder("ada", "Analytical Engines").await;
    previews(&ada, "grace@example.org").await;
    previews(&ada, "mary@example.org").await;
    ada.presses("Send Invites").await;
    sends(&world).await;
    let forget = |hours: i64| {
        let db = world.db.clone();
        world.clock.hours(hours);
        async move { db.without_authorization(roster::invitations::worker::forget_lapsed).await.unwrap() }
    };
    assert_eq!(forget(23).await, 0);
    // A list, and its line.
    assert_eq!(forget(2).await, 2);
    assert_eq!(forget(31 * 24).await, 2);
    assert_eq!(world.number("SELECT count(*) AS number FROM invitation_batch_lines"), 0);
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations"), 1);
}
