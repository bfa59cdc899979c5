//! No statement of a page reads more than its page shows, however the data is distributed: most organizations are
//! small, one is large, and PostgreSQL estimates every one by their mean.
//!
//! PostgreSQL itself logs the plan of each statement, with what it read. `ROSTER_TEST_PLANS=full` does it at full size.

use actix_web::http::Method;
use roster::app;
use serde_json::Value;

use crate::shared::browser::Browser;
use crate::shared::cluster::Database;
use crate::shared::world::World;

const SKEWED: &str = include_str!("plans/skewed.sql");

/// Blocks of 8 kB that one statement may look at. A look at a row by its key takes about four, and a page shows 50 rows
/// at most, of several tables.
const BLOCKS: u64 = 1_200;

/// Pages with statements that look at more, how much more, and why.
const MORE: &[(&str, u64, &str)] = &[
    ("/search?", 8_000, "two budgets of 2,000 words, each compared with what else was typed"),
    ("/large/deletion", 10_000, "counts the open invitations that would end: 2,000 at full size"),
    ("/account/organizations/large/departure", 10_000, "counts the open invitations that would end, too"),
    ("/account/organizations/large/handover", 2_000, "goes through an index of all members for the owners"),
];

fn most(page: &str) -> u64 {
    MORE.iter().find(|(beginning, ..)| page.starts_with(beginning)).map_or(BLOCKS, |(_, blocks, _)| *blocks)
}

/// Every plan is logged, with the blocks that were looked at.
const LOGGING: &[(&str, &str)] = &[
    ("session_preload_libraries", "auto_explain"),
    ("auto_explain.log_min_duration", "0"),
    ("auto_explain.log_analyze", "on"),
    ("auto_explain.log_buffers", "on"),
    ("auto_explain.log_timing", "off"),
    ("auto_explain.log_format", "json"),
];

/// Organizations, members of the large one, accounts.
fn sizes() -> [(&'static str, u32); 3] {
    let is_full = std::env::var("ROSTER_TEST_PLANS").is_ok_and(|size| size == "full");
    let (organizations, members, accounts) = if is_full { (1_000, 100_000, 500_000) } else { (300, 40_000, 80_000) };
    [("{organizations}", organizations), ("{members}", members), ("{accounts}", accounts)]
}

/// The pages that are got: of the large organization, and of the person.
fn pages(owner: u32) -> Vec<String> {
    let known = [
        ("{organization}", "large"),
        ("{project}", "plan-7"),
        ("{username}", &format!("person-{}", owner + 1)),
        ("{topic}", "members"),
    ];
    let got = app::table().into_iter().filter(|route| route.method == Method::GET);
    let filled = got.map(|route| known.iter().fold(route.pattern, |path, (name, value)| path.replace(name, value)));
    let asked = [
        "/large/members?q=pers",
        "/large/members?q=person+1&sort=name",
        "/large/members?kind=owner",
        "/large/members?seen=not-90",
        "/large/members?sort=active",
        "/large/activity?kind=members",
        "/large/activity?person=person-1",
        "/small-1/members",
        "/small-1",
        "/search?q=plan",
        "/search?q=person+77",
    ];
    filled.filter(|path| !path.contains('{')).chain(asked.map(str::to_owned)).collect()
}

/// What a plan looked at, and the statement.
fn plan(entry: &str) -> Option<(u64, String)> {
    let (_, json) = entry.split_once("plan:")?;
    let plan: Value = serde_json::from_str(json.trim()).ok()?;
    let blocks = ["Shared Hit Blocks", "Shared Read Blocks"].map(|key| plan["Plan"][key].as_u64().unwrap_or(0));
    Some((blocks.iter().sum(), json.to_owned()))
}

async fn walks(world: &World, person: &Browser, pages: &[String], mode: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut position = 0;
    world.postgres_log_since(&mut position);
    let mut plans = 0;
    for page in pages {
        let status = person.gets(page).await.status;
        assert!(status < 500, "{page}: {status}");
        for (blocks, plan) in world.postgres_log_since(&mut position).iter().filter_map(|entry| plan(entry)) {
            plans += 1;
            if blocks > most(page) {
                wrong.push(format!("{page} ({mode}) looks at {blocks} blocks:\n{plan}"));
            }
        }
    }
    assert!(plans > pages.len(), "only {plans} plans were logged");
    wrong
}

/// Fails when the admission query joins memberships by the organization alone.
#[actix_web::test]
async fn no_statement_reads_more_than_its_page_shows() {
    let sizes = sizes();
    let owner = 10 * sizes[0].1 + 1;
    let mut wrong = Vec::new();
    for mode in ["force_generic_plan", "force_custom_plan"] {
        let settings: Vec<_> = LOGGING.iter().copied().chain([("plan_cache_mode", mode)]).collect();
        let world = World::on(Database::with(&settings), 1, |_| {}).await;
        world.ignores_emails();
        let seed = sizes.iter().fold(SKEWED.to_owned(), |seed, (name, size)| seed.replace(name, &size.to_string()));
        world.runs_as_superuser(&format!("SET auto_explain.log_min_duration = -1; {seed}"));
        world.account("somebody").await;
        world.runs(&format!(
            "UPDATE accounts SET password_hash = (SELECT password_hash FROM accounts WHERE username = 'somebody') \
             WHERE username = 'person-{owner}'"
        ));
        let person = world.visitor().await;
        person.signs_in(&format!("person-{owner}")).await;
        person.gets("/large").await.status(200).reads("Large");
        wrong.extend(walks(&world, &person, &pages(owner), mode).await);
    }
    assert!(wrong.is_empty(), "{} statements read too much:\n{}", wrong.len(), wrong.join("\n\n"));
}
