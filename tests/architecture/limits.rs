//! What is not used because of what it costs: versions of libraries that can be brought down, questions
//! without a bound, rows that nobody sweeps.

use std::collections::BTreeMap;

use crate::files::{files, none_of, root, words};

/// The packages that are built in, each with its versions as numbers.
fn locked() -> BTreeMap<String, Vec<Vec<u64>>> {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock");
    let mut packages: BTreeMap<String, Vec<Vec<u64>>> = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let told = |key: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(&format!("{key} = \"")));
            line.and_then(|value| value.strip_suffix('"')).unwrap_or_default().to_owned()
        };
        packages.entry(told("name")).or_default().push(numbers(&told("version")));
    }
    assert!(packages.len() > 100, "Cargo.lock was not understood");
    packages
}

fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['-', '+']).next().unwrap_or_default();
    plain.split('.').filter_map(|number| number.parse().ok()).collect()
}

/// The first version without an error that was made public, and which error. Of those whose older lines are
/// mended too, the line in use is named.
const MENDED: [(&str, &str, &str); 14] = [
    ("actix-http", "3.12.0", "RUSTSEC-2021-0081 and what was found of the kind since (WEB-12)"),
    ("bytes", "1.11.1", "RUSTSEC-2026-0007"),
    ("crossbeam-channel", "0.5.15", "RUSTSEC-2025-0024"),
    ("diesel", "2.3.10", "RUSTSEC-2024-0365, RUSTSEC-2026-0136"),
    ("h2", "0.4.16", "RUSTSEC-2024-0332, RUSTSEC-2026-0258"),
    ("hyper", "1.0.0", "RUSTSEC-2021-0078"),
    ("idna", "1.0.0", "RUSTSEC-2024-0421"),
    ("lettre", "0.11.22", "RUSTSEC-2020-0069, RUSTSEC-2021-0069, RUSTSEC-2026-0141"),
    ("ring", "0.17.12", "RUSTSEC-2025-0009"),
    ("rustls", "0.23.18", "RUSTSEC-2024-0399"),
    ("rustls-webpki", "0.103.0", "RUSTSEC-2023-0053"),
    ("time", "0.3.47", "RUSTSEC-2026-0009"),
    ("tokio", "1.44.2", "RUSTSEC-2025-0023"),
    ("tracing-subscriber", "0.3.20", "RUSTSEC-2025-0055 (OPS-03)"),
];

/// What is not built in at all, and why.
const ABSENT: [(&str, &str); 4] = [
    ("tokio-postgres", "RUSTSEC-2026-0178; diesel speaks to the database"),
    ("openssl", "TLS is rustls, so that there is one to keep mended"),
    ("native-tls", "TLS is rustls"),
    ("serde_yaml", "unmaintained"),
];

/// DOS-05, OPS-06: no library is older than the first version without its known error. The register of such
/// errors is not to be had where this is built, so this is what it said when the list was made; whoever can
/// reach it runs `cargo audit` beside this.
#[test]
fn no_library_has_a_known_fault() {
    let packages = locked();
    let mut wrong = Vec::new();
    for (name, least, why) in MENDED {
        for version in packages.get(name).into_iter().flatten() {
            if *version < numbers(least) {
                wrong.push(format!("{name} {version:?} is older than {least}: {why}"));
            }
        }
    }
    for (name, why) in ABSENT {
        if packages.contains_key(name) {
            wrong.push(format!("{name} is built in: {why}"));
        }
    }
    none_of(&wrong);
}

/// OPS-06: no statement copies files of the database's machine, and none is put together from text.
#[test]
fn no_statement_copies_or_is_put_together() {
    let mut wrong = Vec::new();
    for file in files("src", &["rs"]).iter().filter(|file| file.module() != "db") {
        let code = file.code();
        for way in ["COPY ", "copy_from(", "copy_to("] {
            if code.contains(way) {
                wrong.push(format!("{} has {way}", file.path));
            }
        }
        for after in code.split("sql_query(").skip(1) {
            if after.trim_start().trim_start_matches('&').starts_with("format!") {
                wrong.push(format!("{} puts a statement together", file.path));
            }
        }
    }
    none_of(&wrong);
}

/// Patterns for LIKE that hold nothing a person typed but letters, digits and hyphens.
const PATTERNS: [(&str, &str); 1] = [("src/projects/store.rs", "format!(\"{beginning}-%\")")];

/// DOS-07: what a person typed is never a pattern: `%%%%` would look through everything.
#[test]
fn nothing_typed_is_a_pattern() {
    let ways = [
        ".like(",
        ".ilike(",
        ".not_like(",
        ".similar_to(",
        " LIKE ",
        " ILIKE ",
        " SIMILAR TO ",
        " ~ ",
        " ~* ",
        "regexp_",
    ];
    let mut wrong = Vec::new();
    for file in files("src", &["rs"]) {
        let mut code = file.code();
        for (path, pattern) in PATTERNS {
            if path == file.path {
                assert!(code.contains(pattern), "{path} has its pattern no more");
                code = code.replace(&format!(".like({pattern})"), "");
            }
        }
        for way in ways.iter().filter(|way| code.contains(**way)) {
            wrong.push(format!("{} matches by{way}", file.path));
        }
    }
    none_of(&wrong);
}

/// Tables whose rows stay when their time is over: an invitation that has expired can be sent again.
const KEPT: [&str; 1] = ["invitations"];

/// DOS-10: what lapses is swept: the person who writes rows that expire deletes them, too.
#[test]
fn what_lapses_is_swept() {
    let schema = std::fs::read_to_string(root().join("src/schema.rs")).expect("the schema");
    let code: String = files("src", &["rs"]).iter().map(|file| file.code() + "\n").collect();
    let mut wrong = Vec::new();
    for table in schema.split("diesel::table! {").skip(1) {
        let lapses = ["expires_at ->", "full_at ->"].iter().any(|column| table.contains(column));
        let heads = table.lines().map(str::trim).find(|line| line.ends_with(") {") && !line.starts_with("//"));
        let name = words(heads.unwrap_or_default()).next().unwrap_or_default();
        let written = [format!("insert_into({name}::table"), format!("INSERT INTO {name} ")];
        // By a statement of its own, or by name in the list of what goes in batches.
        let swept = [format!("delete({name}::table"), format!("DELETE FROM {name} "), format!("\"{name}\", \"")];
        let is = |ways: &[String]| ways.iter().any(|way| code.contains(way));
        if lapses && !KEPT.contains(&name) && is(&written) && !is(&swept) {
            wrong.push(format!("the rows of {name} are never swept"));
        }
    }
    none_of(&wrong);
}
