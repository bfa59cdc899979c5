//! Names that say what a thing is, and files of one thought each.

use crate::files::{files, none_of};

/// Names of a layer instead of a thing.
const NOUNS: &[&str] =
    &["Service", "Helper", "Util", "Utils", "Handler", "Data", "Info", "Dto", "Model", "Manager", "Impl", "Wrapper"];

/// Verbs that say nothing.
const VERBS: &[&str] = &["process", "handle", "do", "perform", "execute"];

/// A file of more lines of code than this is two thoughts.
const LINES: usize = 400;

/// What must be done is done, or written down elsewhere.
const PROMISES: &[&str] = &["TODO", "FIXME", "XXX", "HACK", "todo!(", "unimplemented!(", "dbg!("];

#[test]
fn names_say_what_a_thing_is() {
    let mut wrong = Vec::new();
    for file in files("src", &["rs"]) {
        for line in file.text.lines().map(str::trim_start) {
            let line =
                line.trim_start_matches("pub(super) ").trim_start_matches("pub(crate) ").trim_start_matches("pub ");
            let line = line.trim_start_matches("async ").trim_start_matches("const ");
            let name = |rest: &str| -> String {
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
            };
            for kind in ["struct ", "enum ", "trait ", "type "] {
                let Some(called) = line.strip_prefix(kind).map(name) else { continue };
                if NOUNS.iter().any(|noun| called.ends_with(noun)) {
                    wrong.push(format!("{}: {called}", file.path));
                }
            }
            let Some(called) = line.strip_prefix("fn ").map(name) else { continue };
            if VERBS.iter().any(|verb| called == *verb || called.starts_with(&format!("{verb}_"))) {
                wrong.push(format!("{}: {called}", file.path));
            }
        }
    }
    none_of(&wrong);
}

#[test]
fn a_file_is_one_thought() {
    let mut wrong = Vec::new();
    for folder in ["src", "tests"] {
        for file in files(folder, &["rs"]).iter().filter(|file| file.path != "src/schema.rs") {
            let lines = file.code().lines().filter(|line| !line.trim().is_empty()).count();
            if lines > LINES {
                wrong.push(format!("{} has {lines} lines", file.path));
            }
        }
    }
    none_of(&wrong);
}

#[test]
fn nothing_is_left_for_later() {
    let mut wrong = Vec::new();
    for folder in ["src", "templates", "static", "migrations", "tests/flows", "tests/shared"] {
        for file in files(folder, &["rs", "html", "txt", "css", "js", "sql"]) {
            for word in PROMISES.iter().filter(|word| file.text.contains(**word)) {
                wrong.push(format!("{} says {word}", file.path));
            }
        }
    }
    none_of(&wrong);
}

#[test]
fn every_file_ends_with_a_line_and_holds_no_tabs() {
    let mut wrong = Vec::new();
    for folder in ["src", "templates", "static", "migrations", "tests"] {
        for file in files(folder, &["rs", "html", "css", "js", "sql"]) {
            if !file.text.ends_with('\n') || file.text.contains('\t') || file.text.contains('\r') {
                wrong.push(file.path);
            }
        }
    }
    none_of(&wrong);
}
