//! Statements stay prepared: no page has PostgreSQL parse or plan anything that it has parsed and planned before.

use actix_web::http::Method;
use roster::app;

use crate::authority::{owner_of_everything, path};
use crate::shared::browser::Browser;
use crate::shared::cluster::Database;
use crate::shared::world::World;

/// Pages whose statements depend on what is asked for.
const ASKED: &[&str] = &[
    "/acme-works/members?q=own&sort=name",
    "/acme-works/activity?kind=members",
    "/acme-works/activity?person=owner",
    "/search?q=acme+plan",
];

/// Every page that is got, with something there for each of its parameters that the sweep knows.
fn pages() -> Vec<String> {
    let got = app::table().into_iter().filter(|route| route.method == Method::GET);
    let pages = got.map(|route| match route.pattern.contains("{organization}") {
        true => path(&route),
        false => route.pattern.replace(['{', '}'], ""),
    });
    pages.chain(ASKED.iter().map(ToString::to_string)).collect()
}

async fn walks(browser: &Browser, pages: &[String]) {
    for page in pages {
        let status = browser.gets(page).await.status;
        assert!(status < 500, "{page}: {status}");
    }
}

/// Fails when a statement of a page is given to `diesel::sql_query`.
#[actix_web::test]
async fn no_page_is_parsed_again() {
    // One connection, so that it has seen everything after a few rounds.
    let world = World::on(Database::with(&[("log_min_duration_statement", "0")]), 1, |_| {}).await;
    let owner = owner_of_everything(&world).await;
    let pages = pages();
    assert!(pages.len() > 60, "only {} pages", pages.len());
    for _ in 0..2 {
        walks(&owner, &pages).await;
    }
    let mut position = 0;
    world.postgres_log_since(&mut position);
    for _ in 0..3 {
        walks(&owner, &pages).await;
    }
    let log = world.postgres_log_since(&mut position);
    let executed = log.iter().filter(|entry| entry.contains(" execute ")).count();
    assert!(executed > 3 * pages.len(), "only {executed} statements were logged");
    let parsed: Vec<&String> =
        log.iter().filter(|entry| entry.contains(" parse ") || entry.ends_with(": SELECT 1")).collect();
    assert!(parsed.is_empty(), "{} statements are parsed again, such as\n{}", parsed.len(), parsed[0]);
}

/// Connections are not tried before they are used: a page or a change that meets one that has broken is done all the
/// same, on another.
#[actix_web::test]
async fn nobody_notices_connections_that_broke_unused() {
    let world = World::connected(3, |_| {}).await;
    let ada = world.founder("ada", "Acme Works").await;
    let break_all = || {
        world.number(
            "SELECT count(pg_terminate_backend(pid, 5000)) AS number FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
    };
    assert!(break_all() > 0);
    ada.gets("/dashboard").await.status(200);
    assert!(break_all() > 0);
    ada.opens("/acme-works/new-project").await.fills("Project Name", "Fine");
    assert!(break_all() > 0);
    ada.presses("Create Project").await.status(200).reads("Fine");
}
