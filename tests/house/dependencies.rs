//! Who may know whom: the table of ranks in `src/lib.rs`, and the order inside a feature.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::{File, files, none_of, root, words};

/// Where a question may be asked without a proof: by admission, which makes the proofs, and by
/// machinery.
const UNPROVEN: &[&str] = &["scope", "session", "worker"];

/// Modules that are machinery as a whole, or play everybody's part with checked stand-ins.
const UNPROVEN_MODULES: &[&str] = &["db", "app", "seed"];

/// Files of a feature that ask without a proof, and why they may.
const UNPROVEN_BY_NAME: &[(&str, &str)] = &[
    ("src/accounts/tries.rs", "the throttles of signing in, before anybody is known"),
    ("src/web/readiness.rs", "whether the database answers at all"),
    ("src/accounts/mod.rs", "whether anybody is here at all, before a demonstration"),
    ("src/members/limiting.rs", "which membership has come to its end, for the worker that sweeps"),
    ("src/reviews/reminding.rs", "where a reminder is due, for the worker that sweeps"),
    ("src/invitations/reminding.rs", "whose invitation ends soon, for the worker that sweeps"),
    ("src/organizations/erasing.rs", "which organization's time has come, for the worker that sweeps"),
];

/// Tables that a feature writes though they are another's: counters and the primary owner stand in
/// the organization's row, which is locked anyway.
const WRITTEN_BY_OTHERS: &[(&str, &str)] = &[("organizations", "members")];

pub fn ranks() -> BTreeMap<String, u32> {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs");
    let mut ranks = BTreeMap::new();
    for line in lib.lines().filter_map(|line| line.strip_prefix("//! |")) {
        let mut cells = line.split('|');
        let Some(Ok(rank)) = cells.next().map(|cell| cell.trim().parse()) else { continue };
        let names = cells.next().unwrap_or_default().split_whitespace().map(|name| name.trim_matches('`').to_owned());
        ranks.extend(names.map(|name| (name, rank)));
    }
    assert!(ranks.len() > 10, "the table of ranks was not found");
    ranks
}

/// The modules that a file names by `crate::…`.
fn named(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            None => found.extend(words(after).next().map(str::to_owned)),
            Some(group) => {
                let (mut depth, mut begins) = (0, true);
                for (at, c) in group.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => begins = true,
                        c if begins && (c.is_ascii_alphanumeric()) => {
                            begins = false;
                            found.extend(words(&group[at..]).next().map(str::to_owned));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

fn sources() -> Vec<File> {
    files("src", &["rs"])
}

#[test]
fn a_module_imports_only_from_lower_ranks() {
    let ranks = ranks();
    let highest = ranks.values().max().expect("a rank");
    let mut wrong = Vec::new();
    for file in sources() {
        let module = file.module();
        if matches!(module, "lib" | "main") {
            continue;
        }
        let Some(own) = ranks.get(module) else {
            wrong.push(format!("{}: `{module}` has no rank in src/lib.rs", file.path));
            continue;
        };
        for other in named(&file.code()) {
            // A macro lives at the root; this one declares authority.
            let other = if other == "act" { "authority".to_owned() } else { other };
            let other = if other == "has_access" { "views".to_owned() } else { other };
            let other = if other == "prepared" { "db".to_owned() } else { other };
            match ranks.get(&other) {
                _ if other == module || own == highest => {}
                None => wrong.push(format!("{}: `{other}` has no rank in src/lib.rs", file.path)),
                Some(rank) if rank >= own => {
                    wrong.push(format!("{}: `{module}` (rank {own}) names `{other}` (rank {rank})", file.path));
                }
                Some(_) => {}
            }
        }
    }
    none_of(&wrong);
}

#[test]
fn every_module_has_a_rank() {
    let ranks = ranks();
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs");
    let modules: Vec<_> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let missing = modules.iter().filter(|module| !ranks.contains_key(**module));
    none_of(&missing.map(|module| format!("{module} has no rank")).collect::<Vec<_>>());
}

#[test]
fn rules_know_neither_the_database_nor_the_web() {
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| file.role() == "rules") {
        let code = file.code();
        for word in ["diesel", "actix_web", "actix_session", "askama", "tokio"] {
            if words(&code).any(|found| found == word) {
                wrong.push(format!("{} names {word}", file.path));
            }
        }
        for sibling in ["store", "forms", "letters", "pages", "scope"] {
            if code.contains(&format!("super::{sibling}")) {
                wrong.push(format!("{} names its {sibling}", file.path));
            }
        }
    }
    none_of(&wrong);
}

#[test]
fn only_a_store_knows_the_tables() {
    let mut wrong = Vec::new();
    for file in sources() {
        let code = file.code();
        let may = file.role() == "store" || matches!(file.module(), "db" | "mail" | "schema" | "views" | "lib");
        let knows = |names: &BTreeSet<String>| names.contains("schema") || names.contains("views");
        if !may && (knows(&named(&code)) || code.contains("sql_query")) {
            wrong.push(format!("{} knows the tables", file.path));
        }
        if file.role() == "store" {
            for sibling in ["forms", "letters", "pages"] {
                if code.contains(&format!("super::{sibling}")) {
                    wrong.push(format!("{} names its {sibling}", file.path));
                }
            }
        }
        if code.contains("pub mod store") || code.contains("pub(crate) mod store") {
            wrong.push(format!("{} shows its store to others", file.path));
        }
    }
    none_of(&wrong);
}

#[test]
fn each_table_is_written_by_one_module() {
    let mut writers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in sources() {
        let code = file.code();
        let mut note = |table: &str| {
            if table.len() > 3 {
                writers.entry(table.to_owned()).or_default().insert(file.module().to_owned());
            }
        };
        for verb in ["insert_into(", "update(", "delete("] {
            for after in code.split(verb).skip(1).filter(|after| {
                let call: String = after.chars().take_while(|c| !matches!(c, '.' | ')' | '\n')).collect();
                call.ends_with("::table")
            }) {
                note(words(after.trim_start_matches("schema::")).next().unwrap_or_default());
            }
        }
        for verb in ["INSERT INTO ", "DELETE FROM ", "\"UPDATE ", " UPDATE "] {
            for after in code.split(verb).skip(1) {
                let table = words(after).next().unwrap_or_default();
                if table.chars().all(|c| c.is_ascii_lowercase() || c == '_') && table != "of" {
                    note(table);
                }
            }
        }
    }
    assert!(writers.len() > 8, "{writers:?}");
    let mut wrong = Vec::new();
    for (table, mut modules) in writers {
        modules.retain(|module| !WRITTEN_BY_OTHERS.contains(&(table.as_str(), module.as_str())));
        // The outbox is filled by the transaction and emptied by the mail, and so is what goes to many people.
        if modules.len() > 1 && !matches!(table.as_str(), "outbox" | "outbox_fan_outs") {
            wrong.push(format!("{table} is written by {modules:?}"));
        }
    }
    none_of(&wrong);
}

#[test]
fn questions_without_a_proof_are_asked_by_machinery_alone() {
    let mut wrong = Vec::new();
    for file in sources() {
        let asks = file.code().contains(".unproven(");
        let by_name = UNPROVEN_BY_NAME.iter().any(|(path, _)| *path == file.path);
        let may = UNPROVEN.contains(&file.role()) || UNPROVEN_MODULES.contains(&file.module());
        if asks && !may && !by_name {
            wrong.push(format!("{} asks without a proof", file.path));
        }
    }
    none_of(&wrong);
}

#[test]
fn proofs_are_made_by_admission_and_stand_ins_alone() {
    let may = |file: &File| {
        matches!(file.module(), "authority")
            || file.path == "src/web/admission.rs"
            || matches!(file.role(), "scope" | "session")
    };
    let wrong = sources().into_iter().filter(|file| !may(file) && file.code().contains("May::granted"));
    none_of(&wrong.map(|file| format!("{} makes a proof", file.path)).collect::<Vec<_>>());
}

/// The time comes from the database: another clock would bring back what has lapsed.
#[test]
fn nobody_looks_at_the_clock_on_the_wall() {
    let may = ["src/db/mod.rs", "src/authority.rs"];
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| !may.contains(&file.path.as_str())) {
        let code = file.code();
        for clock in
            ["Utc::now()", "Local::now()", "SystemTime::now()", "CURRENT_TIMESTAMP", " now()", "clock_timestamp()"]
        {
            if code.contains(clock) {
                wrong.push(format!("{} asks {clock}", file.path));
            }
        }
    }
    none_of(&wrong);
}

/// A test that asks the machine's clock fails on some evenings of the year, and nobody sees why. Each test database has
/// a clock of its own, which starts at `cluster::start`; unit tests name the moment that they are about.
#[test]
fn no_test_asks_the_clock_of_the_machine() {
    let may = "tests/shared/cluster.rs";
    let clocks = ["Utc::now()", "Local::now()", "SystemTime::now()"];
    let mut wrong = Vec::new();
    for file in [files("tests", &["rs"]), sources()].concat().iter().filter(|file| file.path != may) {
        let unit_tests = file.text.split_once("#[cfg(test)]\nmod tests").map_or("", |(_, tests)| tests);
        let tests = if file.path.starts_with("tests/") { &file.text } else { unit_tests };
        for clock in clocks {
            let named = format!("\"{clock}");
            let lines = tests.lines().filter(|line| line.contains(clock) && !line.contains(&named));
            wrong.extend(lines.map(|line| format!("{}: {}", file.path, line.trim())));
        }
    }
    none_of(&wrong);
}

/// Each reader has a zone and a format of their own: dates are written by their clock alone.
#[test]
fn dates_are_written_by_their_readers_clock() {
    let mut wrong = Vec::new();
    for file in sources().iter().filter(|file| file.path != "src/web/clock.rs") {
        // Without gaps: a call that is broken over lines is a call, too.
        let code: String = file.code().split_whitespace().collect();
        for way in
            [".format(\"", ".format_localized(", "format_with_items(", ".date_naive()", ".to_rfc2822()", "Tz::UTC"]
        {
            if code.contains(way) {
                wrong.push(format!("{} writes dates by {way}", file.path));
            }
        }
    }
    none_of(&wrong);
}
