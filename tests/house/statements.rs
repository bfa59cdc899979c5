//! Hand-written SQL stays prepared: it goes through `prepared!`.

use crate::files::{files, none_of};

/// Files that may give SQL to Diesel as it is, and why.
const ALLOWED: &[(&str, &str)] = &[
    ("src/db/connections.rs", "asks of a pooler, which hands out processes that have prepared it already"),
    ("src/db/prepared.rs", "is the way for all others"),
];

#[test]
fn sql_that_is_written_by_hand_stays_prepared() {
    let mut wrong = Vec::new();
    for file in files("src", &["rs"]) {
        let is_allowed = ALLOWED.iter().any(|(path, _)| *path == file.path);
        match (is_allowed, file.code().contains("sql_query(")) {
            (false, true) => wrong.push(format!("{} calls sql_query: write prepared!", file.path)),
            (true, false) => wrong.push(format!("{} needs no leave any more", file.path)),
            _ => {}
        }
    }
    none_of(&wrong);
}
