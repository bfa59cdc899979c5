//! What Roster keeps when something goes wrong around it: a row that cannot be worked on, an email that cannot be
//! written, a process that is killed, a database that is frozen.
//!
//! The tests of `processes` run the binary. Each is short; with `ROSTER_FAULTS=long` they go on for as long as
//! `bin/errors` says.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "a test may stop, and tells figures")]

#[path = "../shared/mod.rs"]
#[allow(dead_code, unused_imports)]
mod shared;

mod conflicts;
mod deleting;
mod emails;
mod processes;
mod rows;
