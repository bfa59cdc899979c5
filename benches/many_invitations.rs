//! Thousands of invitations pasted, previewed and sent, with Roster killed in the middle.
//!
//! `cargo bench --bench many_invitations`. Prints how long each part takes for ten and for five thousand addresses, how
//! much memory the server takes, and whether each address got one invitation and one email. It fails if one did not.

#![allow(clippy::expect_used, clippy::print_stdout)]

mod shared;

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use shared::{Client, Site, load, source};

/// Addresses in the large list.
const MANY: usize = 5_000;

/// Where lists are made.
const SEVERAL: &str = "/acme-works/invitations/several";

/// How long a list may take before the measurement gives up.
const PATIENCE: Duration = Duration::from_secs(1800);

/// Pastes a list, and looks at its preview. Answers its page.
fn previews(site: &Site, cookie: &str, beginning: &str, count: usize) -> String {
    let list: String = (1..=count).map(|n| format!("\"Guest, Number {n}\" <{beginning}{n}@example.org>;\n")).collect();
    let mut client = Client::to(site);
    let made = client.post_parts(SEVERAL, cookie, &[("addresses", &list), ("role", "member"), ("days", "7")]);
    assert_eq!(made.status, 303, "{}", made.head);
    let mut looks: Vec<Duration> = (0..10).map(|_| client.get(&made.location, cookie).took).collect();
    looks.sort_unstable();
    println!(
        "{count} pasted: {} KiB read, judged and kept in {:.0} ms; the preview opens in {:.1} ms (median of 10); memory {} KiB, at most {} KiB",
        list.len() / 1024,
        made.took.as_secs_f64() * 1e3,
        looks[looks.len() / 2].as_secs_f64() * 1e3,
        site.memory("VmRSS"),
        site.memory("VmHWM")
    );
    made.location
}

fn sends(site: &Site, cookie: &str, page: &str) {
    let pressed = Client::to(site).press(&format!("{page}/sending"), cookie);
    assert_eq!(pressed.status, 303, "{}", pressed.head);
}

/// Waits until so many invitations are there.
fn waits_for(site: &Site, count: usize) {
    let begun = Instant::now();
    while site.number("SELECT count(*) AS number FROM invitations") < i64::try_from(count).expect("a number") {
        assert!(begun.elapsed() < PATIENCE, "it does not get further");
        thread::sleep(Duration::from_millis(100));
    }
}

fn main() {
    let mut site = Site::start();
    site.people("person", 1);
    site.runs(
        "BEGIN; INSERT INTO organizations (id, name, primary_owner_id, form_key, member_count) SELECT gen_random_uuid(), 'Acme Works', id, gen_random_uuid(), 1 FROM accounts; \
         INSERT INTO organization_addresses SELECT 'acme-works', id, true FROM organizations; \
         INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, 'owner' FROM organizations, accounts; \
         INSERT INTO invitation_allowances SELECT id, 1000000 FROM organizations; COMMIT; ANALYZE",
    );
    let cookie = Client::to(&site).signs_in("person1", &source(50_000));
    println!("memory before: {} KiB", site.memory("VmRSS"));
    let page = previews(&site, &cookie, "few", 10);
    let begun = Instant::now();
    sends(&site, &cookie, &page);
    waits_for(&site, 10);
    println!("10 sent after {:.1} s", begun.elapsed().as_secs_f64());

    let page = previews(&site, &cookie, "many", MANY);
    let begun = Instant::now();
    sends(&site, &cookie, &page);
    waits_for(&site, MANY / 3);
    println!(
        "killed after {:.1} s, with {} of them sent; at most {} KiB",
        begun.elapsed().as_secs_f64(),
        MANY / 3,
        site.memory("VmHWM")
    );
    site.dies_and_starts_again();
    let again = Instant::now();
    waits_for(&site, MANY + 10);
    println!("{MANY} invited {:.1} s after the press, the restart among it", begun.elapsed().as_secs_f64());
    // What the first process had in hand when it died is due again two minutes later.
    let open = "SELECT count(*) AS number FROM outbox WHERE state = 'queued'";
    while site.number(open) > 0 {
        assert!(again.elapsed() < PATIENCE, "letters stay behind");
        thread::sleep(Duration::from_millis(200));
    }
    println!(
        "the last of the letters left {:.1} s after the press; at most {} KiB since; load {}",
        begun.elapsed().as_secs_f64(),
        site.memory("VmHWM"),
        load()
    );
    let mut emails = BTreeMap::<String, usize>::new();
    for entry in std::fs::read_dir(site.data().join("mail")).expect("letters").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("a letter");
        let to = text.split("\"to\":\"").nth(1).and_then(|after| after.split('"').next()).expect("an address");
        *emails.entry(to.to_owned()).or_default() += 1;
    }
    let told = [
        ("addresses with letters", emails.len()),
        ("letters", emails.values().sum()),
        ("invitations", count(&site, "SELECT count(*) AS number FROM invitations")),
        ("addresses with invitations", count(&site, "SELECT count(DISTINCT email) AS number FROM invitations")),
        ("lines sent", count(&site, "SELECT count(*) AS number FROM invitation_batch_lines WHERE fate = 'sent'")),
    ];
    println!("{told:?}");
    drop(site);
    std::process::exit(i32::from(told.iter().any(|(_, number)| *number != MANY + 10)));
}

fn count(site: &Site, query: &str) -> usize {
    usize::try_from(site.number(query)).expect("a number")
}
