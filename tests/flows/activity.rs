//! Looking back, and what looking costs.

mod filter;

use crate::shared::World;
use crate::shared::browser::Browser;

#[actix_web::test]
async fn activity_tells_who_did_what_and_when() {
    let world = World::new().await;
    let ada = world.founder("ada", "Acme Works").await;
    ada.follows("Activity")
        .await
        .is_titled("Activity")
        .reads("Today")
        .lists(["ada created the organization Acme Works"]);
    world.clock.days(1);
    let invited =
        [("email", "grace@example.org"), ("role", "member"), ("form_key", "01900000-0000-7000-8000-000000000001")];
    ada.posts("/acme-works/invitations", &invited).await.status(303);
    let grace = world.person("grace").await;
    let message = world.email_to("grace@example.org").await;
    grace.opens_link(&message).await.presses("Accept Invitation").await;
    ada.posts("/acme-works/settings", &[("name", "Acme"), ("slug", "acme-works"), ("version", "1")]).await.status(303);

    ada.reloads().await.reads("Yesterday");
    ada.lists([
        "ada renamed the organization from Acme Works to Acme",
        "grace joined as Member",
        "ada invited grace@example.org as Member",
    ]);
    ada.lists(["ada created the organization Acme Works"]);
    // A member reads the same without the address.
    grace.opens("/acme-works/activity").await.does_not_read("@").reads("ada invited someone as Member");
    assert!(!grace.page().body.contains("grace@example.org"));
    grace.opens("/dashboard").await.reads("invited someone as Member").does_not_read("grace@example.org");
    world.ignores_emails();
}

/// A long history is read page by page, each line once, the newest first.
#[actix_web::test]
async fn a_long_history_has_pages() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    world.organization("Acme", &[("ada", "owner")]);
    // Many in the same moment.
    world.runs(
        "INSERT INTO history (id, organization_id, actor_name, kind, details, source, at) \
         SELECT gen_random_uuid(), organizations.id, 'ada', 'project_created', \
            jsonb_build_object('kind', 'project_created', 'name', 'Number ' || n), '', date_trunc('day', roster_now()) - make_interval(days => n / 40) \
         FROM organizations, generate_series(0, 119) n",
    );
    ada.opens("/acme/activity").await;
    let mut seen = Vec::new();
    loop {
        seen.extend(ada.page().all(".timeline li p").iter().map(|line| line.text().collect::<String>()));
        let more = ["Older", "Next", "Earlier"].into_iter().find(|name| ada.page().has_link(name));
        let Some(more) = more else { break };
        ada.follows(more).await.may("Newest");
    }
    assert_eq!(seen.len(), 120);
    seen.dedup();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 120);
}

/// ORG-11: each organization tells its own history, to its own people.
#[actix_web::test]
async fn org_11_no_line_of_another_organization_is_shown() {
    let world = World::new().await;
    let ada = world.founder("ada", "Acme").await;
    let eve = world.founder("eve", "Evil").await;
    let project = |name: &'static str| {
        [("name", name), ("visibility", "private"), ("form_key", "01900000-0000-7000-8000-000000000001")]
    };
    ada.posts("/acme/projects", &project("Secret Mill")).await.status(303);
    eve.posts("/evil/projects", &project("Lair")).await.status(303);
    ada.opens("/acme/activity")
        .await
        .reads("created the project Secret Mill")
        .does_not_read("eve")
        .does_not_read("Lair");
    eve.opens("/evil/activity")
        .await
        .reads("created the project Lair")
        .does_not_read("ada")
        .does_not_read("Secret Mill");
    eve.opens("/dashboard").await.does_not_read("Secret Mill").reads("Lair");
    eve.gets("/acme/activity").await.status(404);
    // What a person does for themselves is in no organization's history.
    ada.opens("/acme/activity").await.does_not_read("signed in");
}

/// A line that another version of Roster wrote is still a line.
#[actix_web::test]
async fn what_cannot_be_read_is_still_told() {
    let world = World::new().await;
    let ada = world.founder("ada", "Acme").await;
    world.runs(
        "INSERT INTO history (id, organization_id, actor_name, kind, details, source) \
         SELECT gen_random_uuid(), id, 'grace', 'teleported', '{\"kind\": \"teleported\"}', '' FROM organizations",
    );
    ada.opens("/acme/activity").await.status(200).reads_in("grace", "did something");
}

/// History is only added to, even by anyone who has the database open.
#[actix_web::test]
async fn history_is_only_added_to() {
    let world = World::new().await;
    world.founder("ada", "Acme").await;
    for statement in ["UPDATE history SET actor_name = 'eve'", "DELETE FROM history", "TRUNCATE history"] {
        let refused = diesel::RunQueryDsl::execute(diesel::sql_query(statement), &mut world.connection()).unwrap_err();
        assert!(refused.to_string().contains("history is only added to"), "{refused}");
    }
}

/// How many statements a page takes; the first visit of a minute takes one more.
async fn cost(world: &World, browser: &Browser, path: &str) -> u64 {
    browser.gets(path).await.status(200);
    world
        .queries_of(async {
            browser.gets(path).await.status(200);
        })
        .await
}

/// A signed-in page costs at most three statements, however many belong to the organization.
#[actix_web::test]
async fn a_page_costs_three_statements_however_many_belong() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    let grace = world.person("grace").await;
    world.organization("Acme", &[("ada", "owner"), ("grace", "member")]);
    let pages = ["/acme/members", "/acme", "/acme/settings", "/acme/activity", "/account/organizations", "/dashboard"];
    let mut before = Vec::new();
    for browser in [&ada, &grace] {
        for path in pages.iter().filter(|path| std::ptr::eq(browser, &ada) || !path.ends_with("settings")) {
            let cost = cost(&world, browser, path).await;
            assert!((1..=3).contains(&cost), "{path} takes {cost} statements");
            before.push(cost);
        }
    }
    world.runs(
        "WITH people AS (INSERT INTO accounts (id, username, password_hash) \
            SELECT gen_random_uuid(), 'person' || n, '$argon2id$' FROM generate_series(1, 58) n RETURNING id), \
         addresses AS (INSERT INTO email_addresses (address, account_id, is_primary) SELECT id || '@example.org', id, true FROM people), \
         invited AS (INSERT INTO invitations (id, organization_id, email, role, inviter_id, form_key, expires_at) \
            SELECT gen_random_uuid(), organizations.id, 'i' || people.id || '@example.org', 'member', primary_owner_id, gen_random_uuid(), roster_now() + interval '7 days' FROM organizations, people), \
         worked AS (INSERT INTO projects (id, organization_id, name, visibility, created_by, form_key) \
            SELECT people.id, organizations.id, 'Project ' || left(people.id::text, 8), 'private', primary_owner_id, gen_random_uuid() FROM organizations, people), \
         happened AS (INSERT INTO history (id, organization_id, actor_name, kind, details, source) \
            SELECT gen_random_uuid(), organizations.id, 'ada', 'left', '{\"kind\": \"left\"}', '' FROM organizations, people) \
         INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, people.id, 'owner' FROM organizations, people; \
         INSERT INTO project_addresses (organization_id, slug, project_id, is_current, name_key) SELECT organization_id, id::text, id, true, name FROM projects; \
         UPDATE organizations SET member_count = 60",
    );
    let mut after = Vec::new();
    for browser in [&ada, &grace] {
        for path in pages.iter().filter(|path| std::ptr::eq(browser, &ada) || !path.ends_with("settings")) {
            after.push(cost(&world, browser, path).await);
        }
    }
    assert_eq!(after, before);
    ada.opens("/acme/members").await.reads("60 people belong to Acme.").may("More people");
}
