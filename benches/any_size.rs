//! Whether an organization of 100,000 in a database of 500,000 people is served as one of ten, and what an export of a
//! million rows needs.
//!
//! `cargo bench --bench any_size`. Prints the median of each kind of Members page for both, and their ratio; then, for
//! each export of a large organization, when its first byte came, how long it took, and by how much the memory of the
//! process grew. Ends with 1 when a page of the large one takes more than 1.5 times as long, or a first byte more than
//! a second.

#![allow(clippy::expect_used, clippy::print_stdout)]

mod shared;

use std::time::Duration;

use shared::{Client, Site, load, percentile};

/// Members beside the owner.
const FEW: usize = 9;
const MANY: usize = 99_999;

/// People who belong to neither.
const OTHERS: usize = 400_000;

/// Lines of history of the large one.
const LINES: usize = 1_000_000;

/// How often each page is asked for.
const TIMES: usize = 51;

/// The lists that are compared: what they are called, and what their address asks.
const LISTS: [(&str, &str); 12] = [
    ("first page", ""),
    ("by name", "sort=name"),
    ("joined, latest first", "sort=joined-last"),
    ("last here, latest first", "sort=active-last"),
    ("a role", "kind=viewer"),
    ("two-factor on", "two_factor=on"),
    ("here in 7 days", "seen=7"),
    ("not for 90 days, by name", "seen=not-90&sort=name"),
    ("a word that all have", "q=person"),
    ("a word of one", "q=person9"),
    ("an address", "q=person7%40"),
    ("all at once", "kind=viewer&two_factor=off&seen=90&sort=name&q=per"),
];

/// How long two pages take, in milliseconds: the medians, asked for by turns so that whatever else goes on meets both.
fn compared(client: &mut Client, paths: [&str; 2], cookie: &str) -> [f64; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for turn in 0..TIMES + 5 {
        for (path, times) in paths.iter().zip(&mut times) {
            let reply = client.get(path, cookie);
            assert_eq!(reply.status, 200, "{path}");
            // The first ones warm what is kept.
            if turn >= 5 {
                times.push(reply.took);
            }
        }
    }
    times.map(|mut times| {
        times.sort_unstable();
        percentile(&times, 0.5)
    })
}

/// Where the last page by name begins: behind all but the last two of the large one.
const NEAR_THE_END: &str = "sort=name&after=person99997-00000000000000000000000000000000";

fn lists(client: &mut Client, cookie: &str) -> bool {
    let mut is_good = true;
    let mut compare = |name: &str, few: &str, many: &str| {
        let [few, many] = compared(client, [few, many], cookie);
        let ratio = many / few;
        println!("  {name:26} {few:7.2} ms {many:7.2} ms  {ratio:5.2}");
        is_good &= ratio <= 1.5;
    };
    for (name, query) in LISTS {
        compare(name, &format!("/few/members?{query}"), &format!("/many/members?{query}"));
    }
    compare("last page, by name", "/few/members?sort=name", &format!("/many/members?{NEAR_THE_END}"));
    is_good
}

fn exports(site: &Site, client: &mut Client, cookie: &str) -> bool {
    let mut is_good = true;
    for (name, path, format) in [
        ("activity, CSV", "/many/activity/export", Some("csv")),
        ("activity, JSON", "/many/activity/export", Some("json")),
        ("members, CSV", "/many/members/export", Some("csv")),
        ("whole organization", "/many/settings/export", None),
    ] {
        let before = site.memory("VmRSS");
        let fields: Vec<(&str, &str)> = format.map(|format| ("format", format)).into_iter().collect();
        let reply = client.sends(path, cookie, &fields);
        assert_eq!(reply.status, 200, "{path}: {}", reply.head);
        println!(
            "  {name:20} first byte {:6.1} ms, {:5.1} s, {:6.1} MB; memory {} MB before, {} MB at most so far",
            reply.began.as_secs_f64() * 1e3,
            reply.took.as_secs_f64(),
            reply.size as f64 / 1e6,
            before / 1024,
            site.memory("VmHWM") / 1024
        );
        is_good &= reply.began <= Duration::from_secs(1);
    }
    is_good
}

fn main() {
    let site = Site::start();
    site.people("owner", 1);
    site.people("person", MANY);
    site.people("other", OTHERS);
    site.runs(
        "INSERT INTO second_factors (account_id, sealed_secret, confirmed_at) \
         SELECT id, repeat('x', 40)::bytea, now() FROM accounts WHERE username LIKE 'person%3'; ANALYZE",
    );
    site.organization("few", "owner1", "person", FEW);
    site.organization("many", "owner1", "person", MANY);
    // As PostgreSQL itself does within a minute.
    site.runs("VACUUM (ANALYZE)");
    let mut client = Client::to(&site);
    let cookie = client.signs_in("owner1", "10.0.0.1");

    println!(
        "Members: {} of one organization, {} of another, among {} people; load {}",
        FEW + 1,
        MANY + 1,
        OTHERS + MANY + 1,
        load()
    );
    let is_flat = lists(&mut client, &cookie);

    site.runs(&format!(
        "INSERT INTO history (id, organization_id, actor_name, kind, details, source, at, topic) \
         SELECT gen_random_uuid(), organizations.id, 'owner1', 'project_created', '{{\"kind\": \"project_created\", \"name\": \"Project\"}}', '', now() - interval '1 second' * n, 'projects' \
         FROM organizations, generate_series(1, {LINES}) n WHERE name = 'many'; ANALYZE"
    ));
    println!("Exports: {LINES} lines of history, {} members; load {}", MANY + 1, load());
    let is_prompt = exports(&site, &mut client, &cookie);
    if !(is_flat && is_prompt) {
        std::process::exit(1);
    }
}
