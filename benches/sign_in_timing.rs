//! Whether time tells who has an account: ACC-01, ACC-02, ACC-03.
//!
//! `cargo bench --bench sign_in_timing`. A thousand requests of each kind, in random order, each from a network
//! of its own; prints both distributions, and the area under the ROC curve of somebody who tells them apart by time
//! alone: 0.5 is guessing. Ends with 1 when it is outside of 0.45 to 0.55.

#![allow(clippy::expect_used, clippy::print_stdout)]

mod shared;

use std::time::Duration;

use shared::{Client, Site, load, percentile, source};

/// Requests of each kind.
const SAMPLES: usize = 1_000;

/// Requests before those that count.
const WARM: usize = 50;

/// Random enough for an order, and the same each time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// The chance that a known one takes longer than an unknown one.
#[allow(clippy::cast_precision_loss)]
fn area(known: &[Duration], unknown: &[Duration]) -> f64 {
    let longer: f64 = known
        .iter()
        .map(|k| {
            let below = unknown.partition_point(|u| u < k);
            let same = unknown.partition_point(|u| u <= k) - below;
            below as f64 + same as f64 / 2.0
        })
        .sum();
    longer / (known.len() as f64 * unknown.len() as f64)
}

fn told(name: &str, sorted: &[Duration]) {
    #[allow(clippy::cast_precision_loss)]
    let mean = sorted.iter().sum::<Duration>().as_secs_f64() * 1e3 / sorted.len() as f64;
    let at = |share| percentile(sorted, share);
    println!("  {name:8} p5 {:8.3}  p50 {:8.3}  p95 {:8.3}  mean {mean:8.3} ms", at(0.05), at(0.5), at(0.95));
}

/// Measures one way in which it could be shown; answers whether it is.
fn measure(site: &Site, what: &str, ask: impl Fn(&mut Client, bool, usize) -> (u16, Duration)) -> bool {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut order: Vec<(bool, usize)> = (0..SAMPLES).flat_map(|n| [(true, n), (false, n)]).collect();
    for n in (1..order.len()).rev() {
        let with = usize::try_from(dice.throw() % (n as u64 + 1)).expect("a place");
        order.swap(n, with);
    }
    let warm = (SAMPLES..SAMPLES + WARM).flat_map(|n| [(true, n), (false, n)]);
    let mut client = Client::to(site);
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    let mut first = None;
    for (at, (is_known, n)) in warm.chain(order).enumerate() {
        let (status, took) = ask(&mut client, is_known, n);
        assert_eq!(*first.get_or_insert(status), status, "{what}: another answer");
        if at >= 2 * WARM {
            if is_known { known.push(took) } else { unknown.push(took) }
        }
    }
    known.sort_unstable();
    unknown.sort_unstable();
    let area = area(&known, &unknown);
    println!(
        "{what}: status {}, {} known and {} unknown, load {}",
        first.unwrap_or(0),
        known.len(),
        unknown.len(),
        load()
    );
    told("known", &known);
    told("unknown", &unknown);
    let hidden = (0.45..=0.55).contains(&area);
    println!("  area under the ROC curve {area:.4}{}", if hidden { "" } else { "  <-- TIME TELLS" });
    !hidden
}

fn main() {
    let site = Site::start();
    // As long as each other, so that nothing but who they are tells them apart.
    site.people("known", SAMPLES + WARM);
    let name = |is_known: bool, n: usize| format!("{}{}", if is_known { "known" } else { "empty" }, n + 1);
    let wrong = "not the password at all";
    let tells = [
        measure(&site, "Sign In by name", |client, is_known, n| {
            let fields = [("login", name(is_known, n)), ("password", wrong.to_owned())];
            let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
            let reply = client.post("/sign-in", &source(n), &fields);
            (reply.status, reply.took)
        }),
        measure(&site, "Sign In by address", |client, is_known, n| {
            let login = format!("{}@example.org", name(is_known, n));
            let reply = client.post("/sign-in", &source(2_000 + n), &[("login", &login), ("password", wrong)]);
            (reply.status, reply.took)
        }),
        measure(&site, "Send Reset Link", |client, is_known, n| {
            let email = format!("{}@example.org", name(is_known, n));
            let reply = client.post("/forgot-password", &source(4_000 + n), &[("email", &email)]);
            (reply.status, reply.took)
        }),
        measure(&site, "Create Account", |client, is_known, n| {
            let email = format!("{}@example.org", name(is_known, n));
            let wished = format!("{}{n}", if is_known { "wisha" } else { "wishb" });
            let fields = [("email", email.as_str()), ("username", &wished)];
            let reply = client.post("/create-account", &source(6_000 + n), &fields);
            (reply.status, reply.took)
        }),
    ];
    drop(site);
    std::process::exit(i32::from(tells.contains(&true)));
}
