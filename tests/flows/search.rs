//! Finding what one knows the name of, and nothing of what one may not see; and going from one organization
//! to another.

use crate::shared::{Browser, World};

/// Ada owns Analytical Engines, grace is a member of it, alan owns Bletchley Works; all are signed in.
async fn neighbours() -> (World, Browser, Browser, Browser) {
    let world = World::new().await;
    let (ada, grace, alan) = (world.person("ada").await, world.person("grace").await, world.person("alan").await);
    world.organization("Analytical Engines", &[("ada", "owner"), ("grace", "member")]);
    world.organization("Bletchley Works", &[("alan", "owner")]);
    world.runs("UPDATE accounts SET display_name = 'Grace Hopper' WHERE username = 'grace'");
    (world, ada, grace, alan)
}

/// Searches by the page, as somebody without scripts does.
async fn searches<'a>(browser: &'a Browser, text: &str) -> &'a Browser {
    browser.opens("/dashboard").await.follows("Search").await.fills("Search", text).presses("Search").await.status(200)
}

/// Puts a project there, behind the pages.
fn project(world: &World, organization: &str, name: &str, visibility: &str) {
    world.runs(&format!(
        "INSERT INTO projects (id, organization_id, name, visibility, created_by, form_key) \
         SELECT gen_random_uuid(), id, '{name}', '{visibility}', primary_owner_id, gen_random_uuid() \
         FROM organizations WHERE name = '{organization}'; \
         INSERT INTO project_addresses (organization_id, slug, project_id, is_current, name_key) \
         SELECT organization_id, regexp_replace(lower(name), '[^a-z0-9]+', '-', 'g'), id, true, lower(name) FROM projects \
         WHERE name = '{name}'"
    ));
}

#[actix_web::test]
async fn what_one_knows_the_name_of_is_found() {
    let (world, ada, grace, _) = neighbours().await;
    project(&world, "Analytical Engines", "Difference Engine", "private");
    searches(&ada, "eng").await.reads("results.").holds("Search", "eng");
    ada.lists_under("Organizations", ["Analytical Engines"]).lists_under("Projects", ["Difference Engine"]);
    ada.reads_in("Difference Engine", "Analytical Engines, private");
    ada.follows("Difference Engine").await.is_at("/analytical-engines/difference-engine");

    searches(&ada, "hop").await.lists_under("People", ["Grace Hopper grace, grace@example.org, Analytical Engines"]);
    ada.follows("Grace Hopper").await.is_at("/analytical-engines/members").reads("Grace Hopper").may("First people");

    // Several words, in any order, in any case, with and without accents.
    world.runs("UPDATE projects SET name = 'Mécanique Céleste, Book 2'");
    for text in ["mecanique", "CÉLESTE book", "book 2 mec"] {
        searches(&grace, text).await.lists_under("Projects", ["Mécanique Céleste"]);
    }
    searches(&grace, "book difference").await.reads("Nothing found for “book difference”.").may("Your Organizations");
}

#[actix_web::test]
async fn pages_are_found_by_their_names_and_only_those_that_open() {
    let (_world, ada, grace, _) = neighbours().await;
    searches(&ada, "2fa").await.lists_under("Pages", ["Two-factor Authentication Account Settings"]);
    ada.follows("Two-factor Authentication").await.is_at("/account/two-factor");
    searches(&ada, "analyt settings").await.lists_under("Pages", ["Settings"]);
    searches(&ada, "invite").await.follows("Invite a New Member").await.is_at("/analytical-engines/members");
    searches(&grace, "invite").await.does_not_read("Invite a New Member");
    searches(&grace, "analyt settings").await.reads("Nothing found");

    // Whatever is found opens, for either of them.
    for browser in [&ada, &grace] {
        let mut opened = 0;
        for text in ["", "a", "s", "p", "m", "analytical engines", "grace", "new"] {
            browser.opens(&format!("/search?q={text}")).await;
            let links: Vec<String> = browser
                .page()
                .all("[data-group] a")
                .iter()
                .filter_map(|link| link.attr("href"))
                .map(str::to_owned)
                .collect();
            for link in links {
                let answer = browser.gets(&link).await;
                assert_eq!(answer.status, 200, "{link}");
                opened += 1;
            }
        }
        assert!(opened > 25, "only {opened} were found");
    }
}

/// ORG-01: of what is not one's own nothing is found, whatever it is called.
#[actix_web::test]
async fn nothing_of_others_is_found() {
    let (world, ada, grace, alan) = neighbours().await;
    project(&world, "Analytical Engines", "Secret Engine", "private");
    project(&world, "Analytical Engines", "Shown Engine", "public");
    for text in ["engine", "secret", "shown", "grace", "hopper", "analytical", "ada", "grace@example.org"] {
        searches(&alan, text).await.reads(&format!("Nothing found for “{text}”."));
    }
    // Removed, one finds nothing from that moment.
    searches(&grace, "secret").await.lists_under("Projects", ["Secret Engine"]);
    world.runs(
        "DELETE FROM memberships USING accounts WHERE account_id = accounts.id AND username = 'grace'; \
         UPDATE organizations SET member_count = 1 WHERE name = 'Analytical Engines'",
    );
    for text in ["secret", "analytical", "ada"] {
        searches(&grace, text).await.reads("Nothing found");
    }
    // And is no longer found.
    searches(&ada, "hopper").await.reads("Nothing found");
    assert_eq!(world.number("SELECT count(*) AS number FROM member_words WHERE word = 'hopper'"), 0);
    // Deleted, an organization is found by nobody.
    world.runs("UPDATE organizations SET deleted_at = roster_now(), erase_at = roster_now() + interval '14 days' WHERE name = 'Analytical Engines'");
    for text in ["secret", "analytical"] {
        searches(&ada, text).await.reads("Nothing found");
    }
    ada.opens("/organizations").await.reads("No organization yet").does_not_read("Analytical Engines");
}

/// MEM-18: addresses are for owners: a member neither reads nor finds people by them.
#[actix_web::test]
async fn an_address_finds_its_person_for_owners_alone() {
    let (world, ada, grace, _) = neighbours().await;
    world.account("mary").await;
    world.runs(
        "UPDATE email_addresses SET address = 'somerville@stars.example' WHERE address = 'mary@example.org'; \
         INSERT INTO email_addresses (address, account_id) SELECT 'other@stars.example', id FROM accounts WHERE username = 'mary'; \
         INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, 'member' \
         FROM organizations, accounts WHERE name = 'Analytical Engines' AND username = 'mary'",
    );
    searches(&ada, "Somerville@Stars.example").await.lists_under("People", ["mary somerville@stars.example"]);
    searches(&ada, "mary").await.reads("somerville@stars.example");
    // Only the address that the Members tab shows.
    searches(&ada, "other@stars.example").await.reads("Nothing found");
    searches(&grace, "somerville@stars.example").await.reads("Nothing found");
    searches(&grace, "somerville").await.reads("Nothing found");
    searches(&grace, "mary").await.lists_under("People", ["mary"]).does_not_read("stars.example");
    // An owner elsewhere, too, sees no address of people here.
    world.organization("Nimbus Systems", &[("grace", "owner")]);
    searches(&grace, "somerville@stars.example").await.reads("Nothing found");
    searches(&grace, "mary").await.does_not_read("stars.example");
}

/// DOS-07: whatever is typed is text, and bounded.
#[actix_web::test]
async fn odd_input_finds_nothing_and_breaks_nothing() {
    let (world, ada, _, _) = neighbours().await;
    project(&world, "Analytical Engines", "Mind % and 🚀 Rocket", "private");
    for text in ["%", "%%%%", "_", "\\", "'", "\"", "';--", "🦀", "(((", "[-", "\u{202e}", "<script>", "\u{fdfa}"] {
        searches(&ada, text).await.reads("Nothing found for");
    }
    searches(&ada, "🚀").await.lists_under("Projects", ["Rocket"]);
    searches(&ada, " \t ").await.reads("Recently used");
    for raw in
        ["%00", "a%00b", "%ff%fe", "%E2%80%AE", &"a".repeat(10_000), &"%F0%9F%9A%80".repeat(2_000), &"a+".repeat(4_000)]
    {
        ada.opens(&format!("/search?q={raw}")).await.status(200);
        assert!(ada.page().all("#q")[0].attr("value").unwrap().chars().count() <= 100);
        ada.opens(&format!("/organizations?q={raw}")).await.status(200);
    }
    // A name may grow when it is compared: an index takes it all the same.
    let longest = "\u{fdfa}".repeat(80);
    world.runs(&format!(
        "UPDATE projects SET name = '{longest}'; UPDATE accounts SET display_name = '{longest}' WHERE username = 'ada'"
    ));
    searches(&ada, &longest).await.lists_under("People", ["ada"]);
}

/// What begins as typed comes before what holds a word that does; of many the first eight are shown.
#[actix_web::test]
async fn the_best_come_first_and_more_is_asked_for() {
    let (world, ada, _, _) = neighbours().await;
    for name in ["Zebra Art", "Artists", "Art", "Smart"] {
        project(&world, "Analytical Engines", name, "private");
    }
    searches(&ada, "art").await.lists_under("Projects", ["Art", "Artists", "Zebra Art"]);
    for number in 1..=9 {
        project(&world, "Analytical Engines", &format!("Artefact {number}"), "private");
    }
    searches(&ada, "art").await.reads("Art").reads("There are more projects like this. Type more of the name.");
    assert_eq!(ada.page().all("[aria-labelledby=projects] li").len(), 8);
    searches(&ada, "artefact 7").await.lists_under("Projects", ["Artefact 7"]).does_not_read("There are more");
}

/// Names that change are found as they are now, by whichever way they change.
#[actix_web::test]
async fn a_changed_name_is_found_and_the_old_one_is_not() {
    let (world, ada, grace, _) = neighbours().await;
    world.ignores_emails();
    grace.opens("/account/profile").await.fills("Display Name", "Amazing Grace").fills("Username", "amazing");
    grace.presses("Save Changes").await.status(200);
    searches(&ada, "amazing").await.lists_under("People", ["Amazing Grace"]);
    searches(&ada, "hopper").await.reads("Nothing found");
    ada.opens("/analytical-engines").await.presses("New Project").await.fills("Project Name", "Compiler");
    ada.presses("Create Project").await.follows("Project Settings").await.fills("Project Name", "Interpreter");
    ada.presses("Save").await;
    searches(&ada, "interp").await.lists_under("Projects", ["Interpreter"]);
    searches(&ada, "compiler").await.reads("Nothing found");
}

/// A page costs the same questions, however many there are.
#[actix_web::test]
async fn search_and_switcher_ask_few_questions() {
    let (world, ada, _, _) = neighbours().await;
    ada.opens("/search").await;
    let asked = async || {
        let nothing = world.queries_of(async { ada.opens("/search").await.status(200) }).await;
        let something = world.queries_of(async { ada.opens("/search?q=person").await.status(200) }).await;
        let organizations = world.queries_of(async { ada.opens("/organizations").await.status(200) }).await;
        (nothing, something, organizations)
    };
    assert_eq!(asked().await, (2, 3, 2));
    world.runs(
        "INSERT INTO accounts (id, username, password_hash) \
         SELECT gen_random_uuid(), 'person-' || n, '$argon2id$' FROM generate_series(1, 3000) AS n; \
         INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, 'member' \
         FROM organizations, accounts WHERE name = 'Analytical Engines' AND username LIKE 'person-%'; ANALYZE",
    );
    assert_eq!(asked().await, (2, 3, 2));
    ada.opens("/search?q=person 2999").await.lists_under("People", ["person-2999"]);
}

#[actix_web::test]
async fn organizations_are_listed_as_they_were_used() {
    let world = World::new().await;
    let ada = world.person("ada").await;
    ada.opens("/organizations").await.reads("No organization yet").may("Create a New Organization").may_not("Filter");
    for name in ["Acme Works", "Bletchley Works", "Cedar Labs"] {
        world.organization(name, &[("ada", "owner")]);
    }
    for slug in ["/bletchley-works", "/acme-works", "/cedar-labs", "/acme-works"] {
        world.clock.hours(2);
        ada.opens(slug).await.status(200);
    }
    ada.follows("Organizations, those used last first").await.is_titled("Your Organizations");
    ada.lists(["Acme Works", "Cedar Labs", "Bletchley Works"]).reads_in("Acme Works", "Primary owner, 1 member");
    ada.opens("/search").await.lists_under("Recently used", ["Acme Works", "Cedar Labs", "Bletchley Works"]);
    ada.opens("/organizations").await.follows("Cedar Labs").await.is_at("/cedar-labs");

    for number in 1..=60 {
        world.organization(&format!("Branch Number {number}"), &[("ada", "owner")]);
    }
    ada.opens("/organizations").await.reads("The 50 that you used last are shown.");
    ada.fills("Filter", "number 6").presses("Filter").await;
    let found = [60, 6].map(|number| format!("Branch Number {number} "));
    ada.lists(found.each_ref().map(String::as_str));
    ada.holds("Filter", "number 6")
        .fills("Filter", "nowhere")
        .presses("Filter")
        .await
        .reads("No organization like this");
    ada.follows("All of them").await.reads("Branch Number 60");
}

/// What is on every page of a person, and on none of a visitor.
#[actix_web::test]
async fn the_bar_leads_to_both_and_costs_nothing() {
    let (world, ada, _, _) = neighbours().await;
    for path in ["/dashboard", "/account", "/analytical-engines", "/analytical-engines/members", "/nowhere-at-all"] {
        ada.opens(path).await.may("Search").may("Organizations, those used last first");
    }
    let cost = world.queries_of(async { ada.opens("/nowhere-at-all").await.status(404) }).await;
    assert_eq!(cost, 1);
    let visitor = world.visitor().await;
    visitor.opens("/sign-in").await.may_not("Search");
    visitor
        .opens("/search")
        .await
        .is_at("/sign-in")
        .signs_in_here("ada", crate::shared::PASSWORD)
        .await
        .is_at("/search");
}
