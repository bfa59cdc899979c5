//! The rules of the house as tests: what is written about the code in `src/lib.rs`, and what a reader
//! of any file may rely on.

#![allow(clippy::expect_used, clippy::unwrap_used)]

mod acting;
mod bounds;
#[path = "../shared/cluster.rs"]
#[allow(dead_code)]
mod cluster;
mod dependencies;
mod files;
mod help;
mod limits;
mod links;
mod migrations;
mod promises;
mod routes;
mod statements;
mod styles;
mod templates;
mod words;
