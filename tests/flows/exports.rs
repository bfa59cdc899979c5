//! Taking along what an organization holds: members, activity, and all of it.

use std::time::Duration;

use serde_json::Value;

use crate::shared::browser::Browser;
use crate::shared::raw::{Answer, client};
use crate::shared::{PASSWORD, World};

/// An organization with an owner, a member with a dangerous name, and somebody suspended.
async fn world() -> (World, Browser, Browser) {
    let world = World::new().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    world.account("alan").await;
    world.organization("Acme", &[("ada", "owner"), ("grace", "member"), ("alan", "viewer")]);
    world.runs(
        "UPDATE accounts SET display_name = '=HYPERLINK(\"https://evil.example\")' WHERE username = 'grace'; \
         UPDATE memberships SET suspended_at = roster_now() FROM accounts WHERE account_id = accounts.id AND username = 'alan'",
    );
    world.ignores_emails();
    (world, ada, grace)
}

/// The rows of a file for a spreadsheet, by the names of their columns.
fn rows(answer: &Answer) -> Vec<std::collections::HashMap<String, String>> {
    assert_eq!(answer.status(200).header("content-type"), "text/csv; charset=utf-8");
    let text = answer.body_text();
    // Excel takes a file without the mark for another alphabet.
    let text = text.strip_prefix('\u{feff}').expect("a mark");
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.expect("a row")).collect()
}

/// A file for a program.
fn json(answer: &Answer) -> Value {
    assert_eq!(answer.status(200).header("content-type"), "application/json");
    serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{error} in {}", answer.body_text()))
}

#[actix_web::test]
async fn members_are_exported_for_a_spreadsheet_and_for_a_program() {
    let (world, ada, _) = world().await;
    ada.opens("/acme/members").await.follows("Export").await.is_titled("Export Members").reads("holds all 3 people");
    ada.chooses("CSV").presses("Export").await.status(200);
    assert!(ada.page().body.contains("username,name,email,role,status"), "{}", ada.page().body);

    let answer = ada.posts("/acme/members/export", &[("format", "csv")]).await;
    let today = world.texts("SELECT to_char(roster_now() AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS text").concat();
    let named = format!("attachment; filename=\"acme-members-{today}.csv\"");
    assert_eq!(answer.header("content-disposition"), named);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.body_text().contains("\r\n"));
    let people = rows(&answer);
    let told = |who: &str, what: &str| people.iter().find(|row| row["username"] == who).unwrap()[what].clone();
    assert_eq!(people.len(), 3);
    assert_eq!((told("ada", "role"), told("ada", "email")), ("Primary owner".into(), "ada@example.org".into()));
    assert_eq!((told("alan", "role"), told("alan", "status")), ("Viewer".into(), "Suspended".into()));
    assert_eq!((told("grace", "status"), told("grace", "two_factor")), ("Active".into(), "no".into()));
    // ORG-12: what somebody is called is no formula of the person who opens the file.
    assert_eq!(told("grace", "name"), "'=HYPERLINK(\"https://evil.example\")");

    let people = json(&ada.posts("/acme/members/export", &[("format", "json")]).await);
    assert_eq!(people.as_array().unwrap().len(), 3);
    let grace = people.as_array().unwrap().iter().find(|row| row["username"] == "grace").unwrap();
    assert_eq!(grace["name"], "=HYPERLINK(\"https://evil.example\")");
    assert_eq!(grace["two_factor"], false);

    ada.opens("/acme/activity")
        .await
        .reads("ada exported the members as CSV")
        .reads("ada exported the members as JSON");
}

/// A person who may not export finds no way to, and makes none.
#[actix_web::test]
async fn exports_are_for_owners() {
    let (world, ada, grace) = world().await;
    for page in ["/acme/members", "/acme/activity"] {
        grace.opens(page).await.may_not("Export");
        ada.opens(page).await.may("Export");
    }
    for place in ["members", "activity", "settings"] {
        grace.gets(&format!("/acme/{place}/export")).await.status(403);
        grace.posts(&format!("/acme/{place}/export"), &[("format", "json")]).await.status(403);
    }
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind LIKE '%exported'"), 0);
    // A form from elsewhere begins none either, and a link does nothing but ask.
    let raw = world.raw("POST", "/acme/members/export").header("cookie", &ada.cookies());
    raw.header("sec-fetch-site", "cross-site").form(&[("format", "csv")]).sends().await.status(403);
    ada.gets("/acme/members/export").await.status(200);
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind LIKE '%exported'"), 0);
    ada.posts("/acme/members/export", &[("format", "xlsx")]).await.status(422).reads("Choose CSV or JSON.");
}

/// What is looked at is what is exported.
#[actix_web::test]
async fn activity_is_exported_as_it_is_filtered() {
    let (world, ada, _) = world().await;
    let deed = |who: &str, topic: &str, kind: &str, details: &str, at: &str| {
        world.runs(&format!(
            "INSERT INTO history (id, organization_id, actor_name, topic, kind, details, source, at) \
             SELECT gen_random_uuid(), id, '{who}', '{topic}', '{kind}', '{{\"kind\": \"{kind}\"{details}}}', '198.51.100.7', '{at}' FROM organizations"
        ));
    };
    deed("ada", "billing", "billing_changed", "", "2026-03-01T12:00:00Z");
    deed(
        "ada",
        "invitations",
        "invited",
        ", \"email\": \"mary@example.org\", \"role\": \"member\"",
        "2026-03-02T12:00:00Z",
    );
    deed("grace", "projects", "project_created", ", \"name\": \"-Mill\"", "2026-03-03T12:00:00Z");

    ada.opens("/acme/activity").await.fills("Person", "ada").fills("To", "2026-03-02").presses("Filter").await;
    ada.follows("Export").await.reads("everything that happened by ada, to 2026-03-02, the newest first");
    ada.chooses("JSON").presses("Export").await;
    let told: Value = serde_json::from_str(&ada.page().body).unwrap();
    let told = told.as_array().unwrap();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0]["what"], "invited mary@example.org as Member");
    assert_eq!((&told[0]["kind"], &told[0]["event"]), (&"Invitations".into(), &"invited".into()));
    assert_eq!(told[0]["details"]["email"], "mary@example.org");
    assert_eq!(told[1]["at"], "2026-03-01T12:00:00Z");

    let all = ada.posts("/acme/activity/export?person=grace", &[("format", "csv")]).await;
    assert_eq!(rows(&all)[0]["what"], "created the project -Mill");
    // From where somebody did it is nobody's to take along.
    assert!(!all.body_text().contains("198.51.100.7"));
    ada.posts("/acme/activity/export?kind=everything", &[("format", "csv")]).await.status(400);
    // Nothing found is a file with nothing in it.
    let none = ada.posts("/acme/activity/export?person=nobody", &[("format", "csv")]).await;
    assert_eq!(rows(&none).len(), 0);
    assert_eq!(
        json(&ada.posts("/acme/activity/export?person=nobody", &[("format", "json")]).await),
        Value::Array(vec![])
    );
}

/// A long list comes in pieces, each row once, and each piece takes two statements.
#[actix_web::test]
async fn a_long_export_holds_each_row_once() {
    let (world, ada, _) = world().await;
    world.runs(
        "INSERT INTO history (id, organization_id, actor_name, topic, kind, details, source, at) \
         SELECT gen_random_uuid(), id, 'ada', 'projects', 'project_created', jsonb_build_object('kind', 'project_created', 'name', 'N ' || n), '', \
         timestamptz '2026-03-01' + make_interval(mins => n / 700) FROM organizations, generate_series(1, 3000) n; \
         WITH people AS (INSERT INTO accounts (id, username, password_hash) \
            SELECT gen_random_uuid(), 'person' || n, '$argon2id$' FROM generate_series(1, 2200) n RETURNING id) \
         INSERT INTO memberships (organization_id, account_id, role, joined_at) \
            SELECT organizations.id, people.id, 'member', timestamptz '2026-03-01' FROM organizations, people",
    );
    for format in ["csv", "json"] {
        for (place, column, expected) in [("activity?kind=projects", "what", 3000), ("members", "username", 2203)] {
            let (path, query) = place.split_once('?').unwrap_or((place, ""));
            let path = format!("/acme/{path}/export?{query}");
            ada.gets("/acme/members").await;
            let cost = world.queries_of(async {
                let answer = ada.posts(&path, &[("format", format)]).await;
                let mut told: Vec<String> = match format {
                    "csv" => rows(&answer).into_iter().map(|mut row| row.remove(column).unwrap()).collect(),
                    _ => {
                        let told = json(&answer);
                        told.as_array().unwrap().iter().map(|row| row[column].as_str().unwrap().to_owned()).collect()
                    }
                };
                told.sort();
                told.dedup();
                assert_eq!(told.len(), expected, "{path} as {format}");
            });
            let cost = cost.await;
            assert!((9..=16).contains(&cost), "{path} takes {cost} statements");
        }
    }
}

/// What goes on for long, read piece by piece as a slow reader does.
async fn begins(world: &World, browser: &Browser) -> reqwest::Response {
    let request =
        client().post(format!("{}/acme/activity/export", world.local_address())).header("cookie", browser.cookies());
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = request.header("sec-fetch-site", "same-origin").body("format=json").send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    answer
}

/// A history that no buffer on the way holds: about 60 megabytes.
fn long_history(world: &World) {
    world.runs(
        "INSERT INTO history (id, organization_id, actor_name, topic, kind, details, source, at) \
         SELECT gen_random_uuid(), id, 'ada', 'projects', 'project_created', \
         jsonb_build_object('kind', 'project_created', 'name', repeat('long ', 200)), '', roster_now() - make_interval(secs => n) \
         FROM organizations, generate_series(1, 30000) n",
    );
}

/// ACT: the person who loses their authority while a file comes no longer gets of it, and sees that it is not whole.
#[actix_web::test]
async fn an_export_ends_with_the_authority_behind_it() {
    for change_kind in [
        "DELETE FROM memberships USING accounts WHERE account_id = accounts.id AND username = 'grace'",
        "UPDATE memberships SET role = 'member' FROM accounts WHERE account_id = accounts.id AND username = 'grace'",
        "DELETE FROM sessions USING accounts WHERE account_id = accounts.id AND username = 'grace'",
    ] {
        let (world, _, grace) = world().await;
        world.runs(
            "UPDATE memberships SET role = 'owner' FROM accounts WHERE account_id = accounts.id AND username = 'grace'",
        );
        long_history(&world);
        let mut coming = begins(&world, &grace).await;
        let mut read = coming.chunk().await.expect("a piece").expect("a piece").len();
        world.runs(change_kind);
        let broken = loop {
            match coming.chunk().await {
                Ok(Some(piece)) => read += piece.len(),
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        assert!(broken, "{change_kind}: the file looked whole after {read} bytes");
        assert!(read < 30_000_000, "{change_kind}: {read} bytes came all the same");
    }
}

/// Two at once for one person; one that is stopped makes room.
#[actix_web::test]
async fn a_person_exports_two_at_once() {
    let (world, ada, _) = world().await;
    long_history(&world);
    let first = begins(&world, &ada).await;
    let second = begins(&world, &ada).await;
    let kept = world.number("SELECT count(*) AS number FROM history WHERE kind LIKE '%exported'");
    ada.opens("/acme/members/export").await.presses("Export").await;
    ada.is_at("/acme/members").reads("Two exports of yours are on their way.");
    assert_eq!(world.number("SELECT count(*) AS number FROM history WHERE kind LIKE '%exported'"), kept);
    // Those who wait hold no connection: the pages are as quick as ever.
    drop((first, second));
    for _ in 0..100 {
        if ada.posts("/acme/members/export", &[("format", "csv")]).await.status == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("a stopped export keeps its place");
}

/// DOS: each export reads all there is, so there are so many in an hour.
#[actix_web::test]
async fn exports_are_throttled() {
    let (world, ada, _) = world().await;
    for _ in 0..30 {
        ada.posts("/acme/members/export", &[("format", "csv")]).await.status(200);
    }
    ada.posts("/acme/members/export", &[("format", "csv")]).await.status(429).reads("You exported too often.");
    world.clock.hours(1);
    let again = [("format", "csv"), ("password_again", PASSWORD)];
    ada.posts("/acme/members/export", &again).await.status(200);
}

/// Before it is deleted, all of an organization can be taken along.
#[actix_web::test]
async fn an_organization_is_exported_as_a_whole() {
    let world = World::new().await;
    world.ignores_emails();
    let ada = world.founder("ada", "Acme").await;
    ada.fills("Email", "grace@example.org").presses("Send Invite").await;
    ada.opens("/acme").await.follows("New Project").await.fills("Project Name", "Mill").presses("Create Project").await;
    world.runs(
        "INSERT INTO billing_details (organization_id, cardholder, address_line_1, address_line_2, city, region, postal_code, country, contact_email) \
         SELECT id, 'Ada Lovelace', 'St James''s Square', '', 'London', '', 'SW1Y 4LE', 'GB', 'bills@example.org' FROM organizations; \
         INSERT INTO cards (organization_id, brand, last_four, expiry_month, expiry_year) SELECT id, 'Visa', '4242', 12, 2030 FROM organizations",
    );
    ada.opens("/acme/settings")
        .await
        .follows("Delete this Organization")
        .await
        .follows("Export this Organization")
        .await;
    ada.is_titled("Export this Organization").reads("the brand, the last four digits and the expiry");
    ada.follows("Cancel")
        .await
        .is_at("/acme/settings")
        .follows("Export this Organization")
        .await
        .presses("Export")
        .await;
    let whole: Value = serde_json::from_str(&ada.page().body).unwrap();
    assert_eq!((&whole["organization"]["name"], &whole["organization"]["url"]), (&"Acme".into(), &"acme".into()));
    assert_eq!(whole["organization"]["primary_owner"], "ada");
    assert_eq!(whole["billing"]["card"]["last_four"], "4242");
    assert_eq!(whole["billing"]["cardholder"], "Ada Lovelace");
    assert_eq!(whole["urls"][0]["url"], "acme");
    assert_eq!(whole["projects"][0]["name"], "Mill");
    assert_eq!(whole["projects"][0]["created_by"], "ada");
    assert_eq!(whole["pending_invitations"][0]["email"], "grace@example.org");
    assert_eq!(whole["members"][0]["username"], "ada");
    // The export itself is in it: it was written down before the first byte left.
    assert_eq!(whole["activity"][0]["what"], "exported the organization");
    assert_eq!(whole["activity"].as_array().unwrap().len(), 4);
}
