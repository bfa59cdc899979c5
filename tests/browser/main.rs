//! Stories where scripts matter, in real headless Chromium. Everything else is shown in `flows`, where
//! no script runs.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout)]

mod chromium;
mod help;
mod keyboard;
mod layers;
mod passkeys;
mod search;
#[path = "../shared/mod.rs"]
#[allow(dead_code, unused_imports)]
mod shared;
mod stories;
mod visits;
mod walk;
