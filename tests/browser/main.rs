//! Stories where scripts matter, in real headless Chromium. Everything else is told in `flows`, where
//! no script runs.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout)]

mod chromium;
mod finding;
mod help;
mod keyboard;
mod layers;
mod passkeys;
#[path = "../shared/mod.rs"]
#[allow(dead_code, unused_imports)]
mod shared;
mod stories;
mod visits;
mod walk;
