//! The binary, and what happens to it and around it: killed, stopped, its database killed and frozen, its disk full,
//! its mail server in trouble.
//!
//! By default each test is short; `ROSTER_FAULTS=long` makes it as long as `bin/errors` promises. Each prints what it
//! has counted; what is lost, invented, cut, repeated or stuck fails.

mod cluster;
mod crowd;
mod disk;
mod kills;
mod ledger;
mod outages;
mod pooler;
mod site;

/// Whether this is a long run.
fn is_long() -> bool {
    std::env::var("ROSTER_FAULTS").is_ok_and(|mode| mode == "long")
}

/// So many times, by default and in a long run.
fn times(short: usize, long: usize) -> usize {
    if is_long() { long } else { short }
}
