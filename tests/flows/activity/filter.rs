//! Looking for something in the audit log.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::cost;
use crate::shared::World;

/// Some deeds of two people, on two days.
async fn world() -> (World, crate::shared::browser::Browser, crate::shared::browser::Browser) {
    let world = World::new().await;
    let (ada, grace) = (world.person("ada").await, world.person("grace").await);
    world.organization("Acme", &[("ada", "owner"), ("grace", "member")]);
    let deed = |who: &str, topic: &str, kind: &str, details: &str, at: &str| {
        world.runs(&format!(
            "INSERT INTO history (id, organization_id, actor_name, topic, kind, details, source, at) \
             SELECT gen_random_uuid(), id, '{who}', '{topic}', '{kind}', '{{\"kind\": \"{kind}\"{details}}}', '', '{at}' FROM organizations"
        ));
    };
    deed("ada", "billing", "billing_changed", "", "2026-03-01T12:00:00Z");
    deed("grace", "projects", "project_created", ", \"name\": \"Mill\"", "2026-03-01T23:30:00Z");
    deed(
        "ada",
        "invitations",
        "invited",
        ", \"email\": \"alan@example.org\", \"role\": \"member\"",
        "2026-03-02T12:00:00Z",
    );
    deed("Roster", "projects", "project_deleted", ", \"name\": \"Loom\"", "2026-03-03T12:00:00Z");
    (world, ada, grace)
}

#[actix_web::test]
async fn activity_is_looked_through_by_person_kind_and_day() {
    let (world, ada, grace) = world().await;
    ada.opens("/acme/activity").await.fills("Person", "Ada").presses("Filter").await;
    ada.lists(["ada invited alan@example.org as Member"]).lists(["ada changed the billing details"]);
    ada.does_not_read("Mill").does_not_read("Loom");

    ada.fills("Person", "").chooses("Projects").presses("Filter").await;
    ada.lists(["Roster deleted the project Loom"]).lists(["grace created the project Mill"]).does_not_read("invited");
    ada.fills("Person", "Roster").presses("Filter").await.reads("Loom").does_not_read("Mill");

    // Both days count whole, where the reader is: half past eleven in London is the next day in Berlin.
    ada.follows("Clear").await.fills("From", "2026-03-02").fills("To", "2026-03-02").presses("Filter").await;
    ada.lists(["ada invited alan@example.org as Member"]).does_not_read("Mill");
    world.runs("UPDATE accounts SET time_zone = 'Europe/Berlin'");
    ada.reloads().await.reads("Mill").reads("invited").does_not_read("Loom").does_not_read("billing details");

    // The address says it all: a colleague who gets it sees the same, as far as a member may.
    grace.opens(&ada.path()).await.holds("From", "2026-03-02").reads("Mill").reads("ada invited someone as Member");
    assert!(!grace.page().body.contains("alan@example.org"));
}

/// What is found nowhere says which part of the filter can be loosened.
#[actix_web::test]
async fn where_nothing_is_found_the_page_says_what_to_loosen() {
    let (_world, ada, _) = world().await;
    ada.opens("/acme/activity?person=grace&kind=billing&from=2026-03-01").await;
    ada.reads("Nothing found").reads("Nothing happened by grace, under Billing, from 2026-03-01. Look wider:");
    ada.may("By anybody").may("On any day").follows("Of every kind").await;
    ada.is_at("/acme/activity?person=grace&from=2026-03-01").lists(["grace created the project Mill"]);
    ada.opens("/acme/activity?kind=settings").await.reads("Nothing found").may_not("By anybody");
}

/// Nonsense is shown beside its field, and nothing is guessed.
#[actix_web::test]
async fn a_filter_that_cannot_be_read_is_told() {
    let (_world, ada, grace) = world().await;
    for (query, label, fault) in [
        ("person=alan%40example.org", "Person", "Enter a username"),
        ("kind=everything", "Kind", "Choose one of the list."),
        ("from=soon", "From", "Enter a day like 2026-03-14."),
        ("to=999999999-01-01", "To", "Enter a day like 2026-03-14."),
        ("from=2026-03-02&to=2026-03-01", "To", "This is before the first day."),
    ] {
        // A person who may not see an address cannot look for one either.
        for reader in [&ada, &grace] {
            reader.opens(&format!("/acme/activity?{query}")).await.status(422).reads_beside(label, fault);
            reader.does_not_read("Mill").does_not_read("invited");
        }
    }
    ada.gets("/acme/activity?person=ada&person=grace").await.status(400);
    ada.opens("/acme/activity?after=nonsense&of=little&person=").await.status(200).reads("Mill");
}

/// Each line is read once, whatever is sought.
#[actix_web::test]
async fn the_pages_of_a_filtered_history_keep_the_filter() {
    let (world, ada, _) = world().await;
    // Several at one moment: only their ids tell them apart.
    world.runs(
        "INSERT INTO history (id, organization_id, actor_name, topic, kind, details, source, at) \
         SELECT gen_random_uuid(), id, who, topic, 'left', '{\"kind\": \"left\"}', '', timestamptz '2026-04-01' + make_interval(mins => n / 7) \
         FROM organizations, generate_series(1, 120) n, unnest(ARRAY['grace', 'ada']) who, unnest(ARRAY['members', 'other']) topic",
    );
    for (query, expected) in [
        ("", 484_usize),
        ("person=grace", 241),
        ("kind=members", 240),
        ("person=grace&kind=members&from=2026-04-01", 120),
    ] {
        ada.opens(&format!("/acme/activity?{query}")).await;
        let mut ids: usize = 0;
        let mut pages = 1;
        loop {
            ids += ada.page().all(".timeline li").len();
            if !ada.page().has_link("Older") {
                break;
            }
            ada.follows("Older").await.may("Newest");
            assert!(query.split('&').all(|part| ada.path().contains(part)), "{}", ada.path());
            pages += 1;
        }
        assert_eq!((ids, pages), (expected, expected.div_ceil(50)), "{query}");
    }
}

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text)]
    #[diesel(column_name = "QUERY PLAN")]
    line: String,
}

/// A rare topic, a rare person, a rare topic of a busy person: none looks at more than it shows, however long the
/// history is; and each page costs two statements.
#[actix_web::test]
async fn a_filter_costs_no_more_in_a_long_history() {
    let (world, ada, _) = world().await;
    world.runs(
        "INSERT INTO history (id, organization_id, actor_name, topic, kind, details, source, at) \
         SELECT gen_random_uuid(), id, 'ada', 'projects', 'left', '{\"kind\": \"left\"}', '', timestamptz '2026-04-01' + make_interval(secs => n) \
         FROM organizations, generate_series(1, 20000) n; ANALYZE history",
    );
    for query in [
        "",
        "person=ada",
        "kind=billing",
        "person=ada&kind=billing",
        "person=grace",
        "kind=billing&to=2026-12-31",
        "person=nobody",
    ] {
        assert_eq!(cost(&world, &ada, &format!("/acme/activity?{query}")).await, 2, "{query}");
    }
    let organization = world.texts("SELECT id::text AS text FROM organizations").concat();
    let mut connection = world.connection();
    let by = |person: &str, topics: &str| {
        format!(
            "SELECT found.at FROM unnest(ARRAY[{topics}]) AS wanted (topic) CROSS JOIN LATERAL (SELECT id, at FROM history \
             WHERE organization_id = '{organization}' AND actor_name = '{person}' AND history.topic = wanted.topic \
             AND at >= '1970-01-01' AND at < '9999-12-31' AND (at, id) < ('9999-12-31', 'ffffffff-ffff-ffff-ffff-ffffffffffff') \
             ORDER BY at DESC, id DESC LIMIT 51) AS found ORDER BY at DESC LIMIT 51"
        )
    };
    let rare = format!(
        "SELECT id FROM history WHERE organization_id = '{organization}' AND topic = 'billing' ORDER BY at DESC, id DESC LIMIT 51"
    );
    for statement in [
        rare,
        by("ada", "'billing'"),
        by("grace", "'members', 'projects', 'other'"),
        by("ada", "'members', 'projects'"),
    ] {
        let plan: Vec<Plan> = diesel::sql_query(format!("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}"))
            .load(&mut connection)
            .unwrap();
        let told = plan.iter().map(|plan| plan.line.as_str()).collect::<Vec<_>>().join("\n");
        assert!(!told.contains("Seq Scan") && !told.contains("Rows Removed by Filter"), "{told}");
        assert!(told.contains("history_of_a_topic") || told.contains("history_by_a_person"), "{told}");
    }
}
