//! Overview: what wants an owner's attention, each with its remedy one click away; and what is drawn over time.

use crate::shared::{Browser, World};

/// Acme: ada its primary owner and, if wished, alan an owner; grace a member.
async fn acme(people: &[(&str, &str)]) -> (World, Browser) {
    let world = World::new().await;
    for (username, _) in people {
        world.account(username).await;
    }
    world.organization("Acme", people);
    let ada = world.visitor().await;
    ada.signs_in("ada").await;
    (world, ada)
}

const THREE: [(&str, &str); 3] = [("ada", "owner"), ("alan", "owner"), ("grace", "member")];

/// Somebody turns on two-factor authentication, as far as the overview sees it.
fn guards(world: &World, username: &str) {
    world.runs(&format!(
        "INSERT INTO second_factors (account_id, sealed_secret, confirmed_at) \
         SELECT id, repeat('x', 64)::bytea, roster_now() FROM accounts WHERE username = '{username}'"
    ));
}

/// Somebody says who pays, and the card is valid to a month that lies so many months ahead.
fn pays(world: &World, months_ahead: i32) {
    world.runs(&format!(
        "INSERT INTO billing_details (organization_id, cardholder, address_line_1, city, country, contact_email) \
         SELECT id, 'Ada', 'Street 1', 'London', 'GB', 'ada@example.org' FROM organizations ON CONFLICT DO NOTHING; \
         DELETE FROM cards; \
         INSERT INTO cards (organization_id, brand, last_four, expiry_month, expiry_year) \
         SELECT id, 'Visa', '4242', extract(month FROM ends), extract(year FROM ends) FROM organizations, \
         (SELECT roster_now() + make_interval(months => {months_ahead}) AS ends) AS month"
    ));
}

#[actix_web::test]
async fn an_owner_sees_at_a_glance_that_all_is_well() {
    let (world, ada) = acme(&THREE).await;
    guards(&world, "ada");
    guards(&world, "alan");
    pays(&world, 24);
    ada.opens("Acme").await.is_titled("Projects").follows("Overview").await.is_at("/acme/overview");
    ada.is_titled("Overview").reads("All is well with Acme.").reads("Nothing to do here");
    ada.does_not_read("without two-factor").does_not_read("card").does_not_read("only owner");
}

/// Members have no such tab, and the page is not for them.
#[actix_web::test]
async fn the_overview_is_for_owners() {
    let (world, ada) = acme(&THREE).await;
    let grace = world.visitor().await;
    grace.signs_in("grace").await;
    grace.opens("/acme").await.may_not("Overview").opens("/acme/members").await.may_not("Overview");
    grace.gets("/acme/overview").await.status(403);
    grace.posts("/acme/members/alan/reminder", &[]).await.status(403);
    ada.opens("/acme").await.may("Overview");
}

#[actix_web::test]
async fn a_single_owner_is_led_to_a_second_one() {
    let (world, ada) = acme(&[("ada", "owner"), ("grace", "member")]).await;
    ada.opens("/acme/overview").await.reads("You are the only owner");
    ada.follows("Make Someone an Owner").await.is_at("/acme/members").presses_in("grace", "Make Owner").await;
    ada.presses("Yes").await;
    ada.opens("/acme/overview").await.does_not_read("You are the only owner");
    // An owner whose account is suspended is none who could help.
    world.runs("UPDATE accounts SET suspended_at = roster_now() WHERE username = 'grace'");
    ada.reloads().await.reads("You are the only owner").follows("Invite an Owner").await.is_at("/acme/members");
    world.ignores_letters();
}

/// Whoever has no access for now is no owner who could help, is reminded of nothing, and is not missed.
#[actix_web::test]
async fn a_suspended_owner_is_none() {
    let (world, ada) = acme(&THREE).await;
    world.ignores_letters();
    world.runs("UPDATE memberships SET last_active_at = roster_now() - interval '91 days' WHERE role = 'owner'");
    ada.opens("/acme/overview").await.reads("2 owners without two-factor authentication").may("Remove");
    ada.opens("/acme/members/alan/suspension").await.presses("Yes").await.reads("suspended");
    ada.opens("/acme/overview").await.reads("You are the only owner").does_not_read("alan");
    ada.reads("1 owner without two-factor authentication");
    ada.posts("/acme/members/alan/reminder", &[]).await.status(303);
    ada.opens("/acme/overview").await.reads("alan is no owner of Acme");
}

#[actix_web::test]
async fn owners_without_a_second_factor_are_named_and_reminded() {
    let (world, ada) = acme(&THREE).await;
    ada.opens("/acme/overview").await.reads("2 owners without two-factor authentication").does_not_read("grace");
    ada.may_in("ada", "Two-factor Authentication").may_not_in("ada", "Remind").may_in("alan", "Remind");
    ada.presses_in("alan", "Remind").await.is_at("/acme/overview").reads("A reminder is on its way to alan.");

    let letter = world.letter("alan@example.org", "ada asks you to turn on two-factor authentication on Roster").await;
    letter.reads("You are an owner of Acme").reads("Two-factor Authentication");
    let alan = world.visitor().await;
    alan.signs_in("alan").await;
    alan.opens_link(&letter).await.is_at("/account/two-factor");

    // Once a day, whoever asks: nothing is written and nothing sent.
    ada.presses_in("alan", "Remind").await.reads("alan was reminded already. You can remind them again in 24 hours.");
    world.no_letter_to("alan@example.org").await;
    let written = "SELECT count(*) AS number FROM history WHERE kind = 'owner_reminded'";
    assert_eq!(world.number(written), 1);
    world.clock.hours(25);
    ada.opens("/acme/overview").await.presses_in("alan", "Remind").await.reads("A reminder is on its way to alan.");
    assert_eq!(world.number(written), 2);
    // Of letters that wait, none leaves that is not true any more.
    guards(&world, "alan");
    world.no_letter_to("alan@example.org").await;
    ada.reloads().await.reads("1 owner without two-factor authentication").may_not("Remind");

    // Whose account is guarded by a password alone is nothing for members to read.
    ada.opens("/acme/activity").await.reads("reminded alan of two-factor authentication");
    let grace = world.visitor().await;
    grace.signs_in("grace").await;
    grace.opens("/acme/activity").await.reads("sent a reminder to an owner").does_not_read("two-factor");
    world.ignores_letters();
}

/// Only owners who need it are reminded, by others, and nobody of another organization.
#[actix_web::test]
async fn nobody_else_is_reminded() {
    let (world, ada) = acme(&THREE).await;
    world.account("eve").await;
    world.organization("Other", &[("eve", "owner")]);
    guards(&world, "alan");
    let kept = world.everything_kept();
    ada.posts("/acme/members/eve/reminder", &[]).await.status(404);
    ada.posts("/other/members/eve/reminder", &[]).await.status(404);
    ada.posts("/acme/members/nobody/reminder", &[]).await.status(404);
    ada.posts("/acme/members/ada/reminder", &[("to", "eve@example.org")]).await.status(400);
    for (whom, told) in
        [("grace", "grace is no owner of Acme"), ("alan", "alan has two-factor authentication on already.")]
    {
        ada.posts(&format!("/acme/members/{whom}/reminder"), &[]).await.status(303);
        ada.opens("/acme/overview").await.reads(told);
    }
    assert_eq!(ada.posts("/acme/members/ada/reminder", &[]).await.status(303).location(), "/account/two-factor");
    assert_eq!(world.everything_kept(), kept);
}

#[actix_web::test]
async fn who_pays_is_asked_for_and_a_card_is_renewed_in_time() {
    let (world, ada) = acme(&THREE).await;
    ada.opens("/acme/overview").await.reads("No billing details yet").follows("Modify").await;
    ada.is_at("/acme/settings/billing").may("Save");
    pays(&world, 24);
    ada.opens("/acme/overview").await.does_not_read("billing details yet").does_not_read("The card").may_not("Modify");
    pays(&world, 0);
    ada.reloads().await.reads("The card expires soon").reads("The Visa card ending in 4242 is valid to");
    ada.follows("Modify").await.is_at("/acme/settings/billing");
    pays(&world, -2);
    ada.opens("/acme/overview").await.reads("The card has expired").reads("was valid to").does_not_read("expires soon");
}

#[actix_web::test]
async fn invitations_that_are_stuck_are_sent_again_right_there() {
    let (world, ada) = acme(&THREE).await;
    for (at, email) in ["marie@example.org", "lise@example.org"].into_iter().enumerate() {
        let key = format!("01900000-0000-7000-8000-00000000000{at}");
        ada.posts("/acme/invitations", &[("email", email), ("role", "member"), ("form_key", &key)]).await.status(303);
    }
    world.post().await;
    world.runs(
        "UPDATE outbox SET state = 'failed', ended_at = roster_now() WHERE recipient = 'lise@example.org'; \
         UPDATE invitations SET sent_at = roster_now() - interval '9 days', expires_at = roster_now() - interval '2 days' \
         WHERE email = 'marie@example.org'",
    );
    ada.opens("/acme/overview").await.reads("1 invitation expired").reads_in("marie@example.org", "Expired 2 days ago");
    ada.reads("1 invitation not delivered").reads_in("lise@example.org", "Sent just now");
    for email in ["marie@example.org", "lise@example.org"] {
        ada.presses_in(email, "Resend").await.is_at("/acme/overview");
        ada.reads(&format!("Invitation sent to {email} again."));
        world.letter(email, "ada invited you to join Acme on Roster").await;
        world.post().await;
    }
    ada.reloads().await.does_not_read("marie@example.org").does_not_read("lise@example.org");
    // On the Members tab it comes back there, as ever.
    ada.opens("/acme/members").await.presses_in("lise@example.org", "Resend").await.is_at("/acme/members");
    world.ignores_letters();
}

#[actix_web::test]
async fn people_who_are_never_here_are_one_click_from_being_removed() {
    let (world, ada) = acme(&THREE).await;
    world.runs(
        "UPDATE memberships SET last_active_at = roster_now() - interval '91 days' FROM accounts \
         WHERE accounts.id = account_id AND username = 'grace'; \
         UPDATE memberships SET last_active_at = roster_now() - interval '89 days' FROM accounts \
         WHERE accounts.id = account_id AND username = 'alan'",
    );
    ada.opens("/acme/overview").await.reads("1 person has not been here for 90 days").reads_in("grace", "Last here");
    ada.may_not_in("alan", "Remove").follows_in("grace", "Remove").await.is_titled("Remove grace?");
    ada.presses("Yes").await.reads("grace was removed from Acme.");
    ada.opens("/acme/overview").await.does_not_read("not been here for 90 days");
    // The owner it rests on cannot be removed, and oneself is here right now.
    world.runs("UPDATE memberships SET last_active_at = roster_now() - interval '91 days'");
    let alan = world.visitor().await;
    alan.signs_in("alan").await;
    guards(&world, "ada");
    alan.opens("/acme/overview")
        .await
        .reads("1 person has not been here")
        .reads_in("ada", "Primary owner")
        .may_not("Remove");
    world.ignores_letters();
}

/// The numbers of a picture, from its table.
fn numbers(browser: &Browser, of: &str) -> Vec<i64> {
    let page = browser.page();
    let table = page.all("table.figures").into_iter().find(|table| table.text().any(|text| text == of));
    let cells = scraper::Selector::parse("td").expect("a selector");
    let table = table.unwrap_or_else(|| panic!("no table {of}"));
    table.select(&cells).map(|cell| cell.text().collect::<String>().trim().parse().expect("a number")).collect()
}

#[actix_web::test]
async fn what_is_drawn_over_time_is_counted_as_it_happens() {
    let world = World::new().await;
    world.ignores_letters();
    let ada = world.founder("ada", "Acme").await;
    let grace = world.person("grace").await;
    ada.opens("/acme/overview").await.reads("1 change this week.").reads("The picture begins with the second day.");
    world.clock.days(7);
    ada.signs_in("ada").await;
    ada.opens("/acme/members").await.fills("Email", "grace@example.org").presses("Send Invite").await;
    grace
        .signs_in("grace")
        .await
        .opens_link(&world.letter_to("grace@example.org").await)
        .await
        .presses("Accept Invitation")
        .await;
    world.clock.days(14);
    ada.signs_in("ada").await;
    ada.opens("/acme/members").await.follows_in("grace", "Remove").await.presses("Yes").await;
    ada.opens("/acme/overview").await.reads("4 changes in 4 weeks, 1 of them this week.");
    assert_eq!(numbers(&ada, "Activity by week"), [1, 2, 0, 1]);
    let growth = numbers(&ada, "Members over time");
    assert_eq!((growth.first(), growth.last()), (Some(&1), Some(&1)), "{growth:?}");
    assert_eq!(growth.iter().max(), Some(&2), "{growth:?}");
    // The pictures say to everybody what they show.
    for picture in ["svg[role=img] title", "svg[role=img] desc"] {
        assert_eq!(ada.page().all(picture).len(), 2, "{picture}");
    }
    // What is erased takes its numbers along, and the line that tells of it is counted nowhere.
    ada.opens("/acme/deletion").await.presses("Yes").await;
    world.clock.days(15);
    roster::organizations::erase_due(&world.db).await.expect("erased");
    assert_eq!(world.number("SELECT count(*) AS number FROM organization_days"), 0);
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind = 'organization_erased'"), 1);
}

/// What the days were before they were counted follows from the history: the migration counts what the
/// database has counted in the demonstration as it happened.
#[actix_web::test]
async fn earlier_days_are_counted_from_the_history_alike() {
    const UP: &str = include_str!("../../migrations/2026-11-25-011000_the_days_of_an_organization_are_counted/up.sql");
    let world = World::new().await;
    world.ignores_letters();
    let folder = tempfile::tempdir().expect("a folder");
    let hasher = roster::accounts::password::Hasher::new(roster::accounts::password::Cost::Least).expect("a hasher");
    roster::seed::fill(world.db.clone(), world.site.clone(), hasher, folder.path().to_owned()).await.expect("seeds");
    let days = || {
        world.texts(
            "SELECT organization_id || ' ' || day || ' ' || deeds || ' ' || member_count AS text FROM organization_days ORDER BY 1",
        )
    };
    let counted = days();
    assert!(counted.len() > 20, "{counted:?}");
    let begin = UP.find("-- The days before this one").expect("the statement");
    let end = UP.find("-- What an overview looks for").expect("its end");
    world.runs(&format!("DELETE FROM organization_days; {}", &UP[begin..end]));
    assert_eq!(days(), counted);
}

/// However many belong, were invited and have written history, the page asks two questions beside the one about
/// authority, and stays small.
#[actix_web::test]
async fn an_overview_costs_three_statements_however_much_there_is() {
    let (world, ada) = acme(&THREE).await;
    let cost = async || {
        ada.gets("/acme/overview").await.status(200);
        world.queries_of(async { ada.opens("/acme/overview").await.status(200) }).await
    };
    assert_eq!(cost().await, 3);
    world.runs(
        "WITH people AS (INSERT INTO accounts (id, username, password_hash) \
            SELECT gen_random_uuid(), 'person' || n, '$argon2id$' FROM generate_series(1, 4000) n RETURNING id, username), \
         invited AS (INSERT INTO invitations (id, organization_id, email, role, inviter_id, form_key, sent_at, expires_at) \
            SELECT gen_random_uuid(), organizations.id, username || '@example.org', 'member', primary_owner_id, gen_random_uuid(), \
            roster_now() - interval '9 days', roster_now() - interval '2 days' FROM organizations, people) \
         INSERT INTO memberships (organization_id, account_id, role, last_active_at) \
            SELECT organizations.id, people.id, CASE WHEN random() < 0.1 THEN 'owner' ELSE 'member' END, roster_now() - interval '100 days' FROM organizations, people; \
         INSERT INTO history (id, organization_id, actor_name, kind, details, source, at) \
            SELECT gen_random_uuid(), organizations.id, 'ada', 'left', '{\"kind\": \"left\"}', '', roster_now() - make_interval(hours => n) \
            FROM organizations, generate_series(1, 20000) n; \
         UPDATE organizations SET member_count = 4003",
    );
    assert_eq!(cost().await, 3);
    ada.reads("More than 5 owners without two-factor authentication").reads("More than 5 invitations expired");
    ada.reads("More than 100 people have not been here for 90 days").may("All members").may("All pending invites");
    assert!(ada.page().body.len() < 30_000, "{} bytes", ada.page().body.len());
    assert_eq!(numbers(&ada, "Activity by week").len(), 1, "nothing is told of the time before it was founded");
}
