//! Two hundred sign-ins at once for a minute, while four people work: ACC-22, R-18.
//!
//! `cargo bench --bench sign_in_flood`. Prints how long the four wait for their pages, without the flood and in it, how
//! much memory the server takes, and what the sign-ins were answered.

#![allow(clippy::expect_used, clippy::print_stdout)]

mod shared;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use shared::{Client, Site, load, percentile, source};

/// Sign-ins at once.
const CROWD: usize = 200;

/// People at work.
const PEOPLE: usize = 4;

/// What one hash takes, in KiB.
const HASH: u64 = 19 * 1024;

fn seconds(name: &str, default: u64) -> Duration {
    Duration::from_secs(std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default))
}

/// Lets the people work for a while; answers how long each page took, sorted, and which statuses came.
fn work(site: &Site, cookies: &[String], time: Duration) -> (Vec<Duration>, BTreeMap<u16, usize>) {
    let (waits, statuses) = (Mutex::new(Vec::new()), Mutex::new(BTreeMap::new()));
    let end = Instant::now() + time;
    thread::scope(|scope| {
        for cookie in cookies {
            let (waits, statuses) = (&waits, &statuses);
            scope.spawn(move || {
                let mut client = Client::to(site);
                while Instant::now() < end {
                    for path in ["/dashboard", "/account", "/acme-works/members", "/acme-works"] {
                        let reply = client.get(path, cookie);
                        waits.lock().expect("the waits").push(reply.took);
                        *statuses.lock().expect("the statuses").entry(reply.status).or_insert(0) += 1;
                        thread::sleep(Duration::from_millis(50));
                    }
                }
            });
        }
    });
    let mut waits = waits.into_inner().expect("the waits");
    waits.sort_unstable();
    (waits, statuses.into_inner().expect("the statuses"))
}

fn told(what: &str, (waits, statuses): &(Vec<Duration>, BTreeMap<u16, usize>)) {
    let at = |share| percentile(waits, share);
    println!(
        "{what}: {} pages {statuses:?}, p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, longest {:.1} ms, load {}",
        waits.len(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0),
        load()
    );
}

fn main() {
    let site = Site::start();
    site.people("person", 100);
    site.people("crowd", CROWD * 200);
    site.runs(
        "BEGIN; INSERT INTO organizations (id, name, primary_owner_id, form_key, member_count) SELECT gen_random_uuid(), 'Acme Works', id, gen_random_uuid(), 100 FROM accounts WHERE username = 'person1'; \
         INSERT INTO organization_addresses SELECT 'acme-works', id, true FROM organizations; \
         INSERT INTO memberships (organization_id, account_id, role) SELECT organizations.id, accounts.id, CASE WHEN username = 'person1' THEN 'owner' ELSE 'member' END FROM organizations, accounts WHERE username LIKE 'person%'; \
         COMMIT; ANALYZE",
    );
    let cookies: Vec<_> =
        (1..=PEOPLE).map(|n| Client::to(&site).signs_in(&format!("person{n}"), &source(50_000 + n))).collect();
    let quiet = work(&site, &cookies, seconds("ROSTER_BENCH_QUIET", 10));
    told("without the flood", &quiet);
    let before = site.memory("VmRSS");

    let over = AtomicBool::new(false);
    let answers = Mutex::new(BTreeMap::<(u16, bool), usize>::new());
    let probes = Mutex::new(Vec::new());
    let busy = thread::scope(|scope| {
        for n in 0..CROWD {
            let (site, over, answers) = (&site, &over, &answers);
            scope.spawn(move || {
                let mut client = Client::to(site);
                let mut tries = 0;
                while !over.load(Ordering::Relaxed) {
                    // Every other one has an account; no try is for the same name or from the same network, so that no
                    // throttle has a say.
                    let each = n * 200 + tries % 200 + 1;
                    let login = if n % 2 == 0 { format!("crowd{each}") } else { format!("nobody{each}") };
                    let fields = [("login", login.as_str()), ("password", "not the password at all")];
                    let reply = client.post("/sign-in", &source(60_000 + n * 10_000 + tries), &fields);
                    tries += 1;
                    let told = (reply.status, reply.head.contains("retry-after:"));
                    *answers.lock().expect("the answers").entry(told).or_insert(0) += 1;
                }
            });
        }
        scope.spawn(|| {
            let mut client = Client::to(&site);
            while !over.load(Ordering::Relaxed) {
                probes.lock().expect("the probes").push(client.get("/healthz", "").took);
                thread::sleep(Duration::from_millis(50));
            }
        });
        let busy = work(&site, &cookies, seconds("ROSTER_BENCH_SECONDS", 60));
        over.store(true, Ordering::Relaxed);
        busy
    });
    told("in the flood", &busy);
    let mut probes = probes.into_inner().expect("the probes");
    probes.sort_unstable();
    println!(
        "probes in the flood: {}, p50 {:.1} ms, p99 {:.1} ms",
        probes.len(),
        percentile(&probes, 0.5),
        percentile(&probes, 0.99)
    );
    println!("sign-ins answered (status, with Retry-After): {:?}", answers.into_inner().expect("the answers"));
    let (peak, after) = (site.memory("VmHWM"), site.memory("VmRSS"));
    let cores = thread::available_parallelism().map_or(2, std::num::NonZero::get) as u64;
    let bound = cores * HASH * 12 / 10;
    println!(
        "memory: {before} KiB before, {peak} KiB at most, {after} KiB after; grew by {} of at most {bound} KiB",
        peak - before
    );
    drop(site);
    std::process::exit(i32::from(peak - before > bound));
}
