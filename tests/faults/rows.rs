//! Background tasks and the rows they fail on.

use diesel::connection::SimpleConnection;
use roster::app;
use roster::db::throttle::{Quota, consume};
use roster::invitations::worker::answer_requests;
use roster::invitations::{reminders, worker};
use roster::members::expiry::end_due;
use roster::organizations::erase_due;

use crate::shared::World;

const FORM: &str = "01900000-0000-7000-8000-0000000000";

/// Lets a statement on one table fail for the rows that meet a condition.
fn breaks(world: &World, when: &str, table: &str, condition: &str) {
    world.runs(&format!(
        "CREATE OR REPLACE FUNCTION broken_row() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION 'broken row'; END $$; \
         CREATE TRIGGER broken_row BEFORE {when} ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION broken_row()"
    ));
}

/// Somebody's membership that cannot be ended keeps nobody else's from ending. It is tried ten times and set aside.
/// Without `may_be_tried` in `one_ended` it is tried for ever.
#[actix_web::test]
async fn loss_7_a_failing_row_does_not_block_the_rows_behind_it() {
    let world = World::new().await;
    world.ignores_emails();
    for person in ["ada", "alan", "grace"] {
        world.account(person).await;
    }
    world.organization("Acme", &[("ada", "owner"), ("alan", "member"), ("grace", "member")]);
    world.runs(
        "UPDATE memberships SET ends_at = date_trunc('day', roster_now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' \
         - CASE username WHEN 'alan' THEN interval '2 days' ELSE interval '1 day' END \
         FROM accounts WHERE accounts.id = account_id AND username <> 'ada'",
    );
    let alan = world.texts("SELECT id::text AS text FROM accounts WHERE username = 'alan'").concat();
    breaks(&world, "UPDATE", "memberships", &format!("OLD.account_id = '{alan}'"));
    let hanging = app::membership_dependents();
    // Alan's row is the first; grace's is behind it.
    assert_eq!(end_due(&world.db, &hanging).await.unwrap(), 1);
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships WHERE suspended_at IS NOT NULL"), 1);
    let failures = "SELECT failures::bigint AS number FROM task_failures";
    assert_eq!(world.number(failures), 1);
    assert_eq!(end_due(&world.db, &hanging).await.unwrap(), 0);
    assert_eq!(world.number(failures), 1, "it waits a minute");
    for _ in 0..15 {
        world.clock.hours(1);
        assert_eq!(end_due(&world.db, &hanging).await.unwrap(), 0);
    }
    assert_eq!(world.number(failures), 10);
    assert!(crate::shared::log::holds(&alan) && crate::shared::log::holds("a row is set aside"));
    // Somebody mends it, and lets it be tried again.
    world.runs("DROP TRIGGER broken_row ON memberships; DELETE FROM task_failures");
    assert_eq!(end_due(&world.db, &hanging).await.unwrap(), 1);
}

/// The same of requests for invitations, of lists, and of reminders.
#[actix_web::test]
async fn loss_7_no_task_of_invitations_is_blocked_by_a_row() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.founder("ada", "Acme").await;
    for (number, person) in ["alan", "grace"].iter().enumerate() {
        let email = format!("{person}@example.org");
        let form = [("email", email.as_str()), ("role", "member"), ("form_key", &format!("{FORM}0{number}"))];
        ada.posts("/acme/invitations", &form).await.status(303);
    }
    world.post().await;
    let of = |person: &str| {
        world.texts(&format!("SELECT id::text AS text FROM invitations WHERE email = '{person}@example.org'")).concat()
    };
    let (alan, grace) = (of("alan"), of("grace"));

    // Both are reminded; alan's, which ends first, cannot be.
    world.runs(&format!("UPDATE invitations SET expires_at = expires_at - interval '1 hour' WHERE id = '{alan}'"));
    breaks(&world, "UPDATE", "invitations", &format!("OLD.id = '{alan}'"));
    world.clock.days(6);
    assert_eq!(reminders::remind_due(&world.db).await.unwrap(), 1);
    let reminded = world.texts("SELECT email AS text FROM invitations WHERE reminded_at IS NOT NULL");
    assert_eq!(reminded, ["grace@example.org"]);
    world.runs("DROP TRIGGER broken_row ON invitations");

    world.runs(&format!(
        "INSERT INTO invitation_requests (invitation_id, asked_at) VALUES ('{alan}', roster_now() - interval '1 hour'), ('{grace}', roster_now())"
    ));
    breaks(&world, "DELETE", "invitation_requests", &format!("OLD.invitation_id = '{alan}'"));
    assert_eq!(answer_requests(&world.db).await.unwrap(), 1);
    assert_eq!(world.number("SELECT count(*) AS number FROM invitation_requests"), 1);

    // A list that cannot be sent, and one behind it.
    let ada = world.visitor().await;
    ada.signs_in("ada").await;
    for addresses in ["one@example.org", "two@example.org"] {
        ada.opens("/acme/invitations/several").await.fills("Addresses", addresses).presses("Preview").await;
        ada.presses("Send Invites").await;
    }
    let first = world.texts("SELECT id::text AS text FROM invitation_batches ORDER BY due_at LIMIT 1").concat();
    breaks(&world, "UPDATE", "invitation_batch_lines", &format!("OLD.batch_id = '{first}'"));
    assert_eq!(worker::send_portion(&world.db).await.unwrap(), Some(0));
    assert_eq!(worker::send_portion(&world.db).await.unwrap(), Some(1));
    assert_eq!(worker::send_portion(&world.db).await.unwrap(), None);
}

/// What lapses goes in batches, and so does all that goes with an organization; one that cannot be erased does not
/// keep the others.
#[actix_web::test]
async fn loss_1_what_is_forgotten_and_erased_goes_in_batches() {
    let world = World::new().await;
    world.ignores_emails();
    world.account("ada").await;
    for name in ["First", "Second"] {
        world.organization(name, &[("ada", "owner")]);
    }
    world.runs(
        "INSERT INTO outbox (id, kind, facts, recipient, state, ended_at) SELECT gen_random_uuid(), 'none', '{}', 'a@example.org', 'sent', \
             roster_now() - interval '91 days' FROM generate_series(1, 5000); \
         WITH people AS (INSERT INTO accounts (id, username, password_hash) \
             SELECT gen_random_uuid(), 'person' || n, '$argon2id$' FROM generate_series(1, 3000) n RETURNING id) \
         INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, people.id, 'member' FROM organizations, people WHERE name = 'Second'; \
         UPDATE organizations SET deleted_at = roster_now() - interval '15 days', erase_at = roster_now() - interval '1 day' \
             - CASE name WHEN 'First' THEN interval '1 hour' ELSE interval '0' END; \
         CREATE FUNCTION bounded() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF (SELECT count(*) FROM gone) > 2000 THEN RAISE EXCEPTION 'too many at once'; END IF; RETURN NULL; END $$; \
         CREATE TRIGGER bounded AFTER DELETE ON outbox REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION bounded(); \
         CREATE TRIGGER bounded AFTER DELETE ON memberships REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION bounded();",
    );
    let forgotten = world.db.without_authorization(roster::mail::worker::forget_old).await.unwrap();
    assert_eq!(forgotten, 5000);
    breaks(&world, "DELETE", "organizations", "OLD.name = 'First'");
    assert_eq!(erase_due(&world.db).await.unwrap(), 1);
    assert_eq!(world.texts("SELECT name AS text FROM organizations"), ["First"]);
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 1);
    world.runs("DROP TRIGGER broken_row ON organizations");
    world.clock.minutes(2);
    assert_eq!(erase_due(&world.db).await.unwrap(), 1);
    assert_eq!(world.number("SELECT count(*) AS number FROM memberships"), 0);
}

/// A reminder takes the organization's lock before it touches an invitation, as Resend does.
#[actix_web::test]
async fn loss_9_a_reminder_locks_the_organization_first() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.founder("ada", "Acme").await;
    let form = [("email", "grace@example.org"), ("role", "member"), ("form_key", &format!("{FORM}01"))];
    ada.posts("/acme/invitations", &form).await.status(303);
    world.clock.days(6);
    let mut other = world.connection();
    other.batch_execute("BEGIN; SELECT FROM organizations FOR NO KEY UPDATE").unwrap();
    assert_eq!(reminders::remind_due(&world.db).await.unwrap(), 0, "the lock is held");
    other.batch_execute("COMMIT").unwrap();
    // That the lock was held counts for nothing.
    assert_eq!(world.number("SELECT sum(failures)::bigint AS number FROM task_failures"), 0);
    world.clock.minutes(2);
    assert_eq!(reminders::remind_due(&world.db).await.unwrap(), 1);
}

/// Acts of the machine belong to no organization, or begin with its row: another one inside an organization is a
/// system task, which takes the lock first.
#[test]
fn loss_9_no_worker_acts_in_an_organization_without_its_lock() {
    let mut acts = Vec::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let named = text.lines().filter(|line| line.trim().ends_with("SystemActor, ()"));
            acts.extend(named.map(|line| line.trim().trim_start_matches("pub ").split(':').next().unwrap().to_owned()));
        }
    }
    acts.sort();
    // Erasing begins by deleting the organization's row.
    assert_eq!(acts, ["EraseOrganizations", "OperateAccounts", "SeedPeople"]);
}

/// Owners who are not asked, because they were asked often enough today, cost the address nothing.
#[actix_web::test]
async fn loss_10_all_allowances_are_taken_or_none() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.founder("ada", "Acme").await;
    let form = [("email", "grace@example.org"), ("role", "member"), ("form_key", &format!("{FORM}01"))];
    ada.posts("/acme/invitations", &form).await.status(303);
    world.runs("UPDATE invitations SET ended_at = roster_now(), ended_how = 'declined'");
    let organization = world.texts("SELECT id::text AS text FROM organizations").concat();
    let (all, one) = (Quota::daily(20), Quota::daily(1));
    let id = organization.clone();
    let spent = world.db.without_authorization(move |connection| {
        for _ in 0..20 {
            consume(connection, &["asked again of", &id], all)?.expect("one more");
        }
        Ok(())
    });
    spent.await.unwrap();
    world.runs("INSERT INTO invitation_requests (invitation_id) SELECT id FROM invitations");
    assert_eq!(answer_requests(&world.db).await.unwrap(), 1);
    assert_eq!(world.number("SELECT count(*) AS number FROM invitations WHERE asked_again_at IS NOT NULL"), 0);
    let left = world.db.without_authorization(move |connection| {
        consume(connection, &["asked again", &organization, "grace@example.org"], one)
    });
    assert!(left.await.unwrap().is_ok(), "the address has spent its day");
}
