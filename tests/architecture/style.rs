//! Names that say what a thing is, and files of one thought each.

use std::collections::BTreeMap;

use crate::files::{files, none_of, words};

/// Names of a layer instead of a thing.
const NOUNS: &[&str] =
    &["Service", "Helper", "Util", "Utils", "Handler", "Data", "Info", "Dto", "Model", "Manager", "Impl", "Wrapper"];

/// The web's own name for the fields of a form.
const FORM_DATA: &str = "FormData";

/// Words that make a sentence hard to read, and what to write instead.
const BANNED: &[(&str, &str)] = &[
    ("whoever", "the person who"),
    ("whomever", "the person whom"),
    ("meanwhile", "nothing, or `by someone else`"),
    ("anew", "again"),
    ("of late", "recently"),
    ("is to be", "must be"),
    ("works no more", "no longer works"),
    ("in one go", "at once"),
    ("have back", "undo"),
    ("stands beside", "is beside"),
    ("stands below", "is below"),
    ("Universal Time", "UTC"),
];

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
                if NOUNS.iter().any(|noun| called.ends_with(noun)) && called != FORM_DATA {
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

/// Rule 4 of `docs/contributing.md`: comments, templates and documents use plain, present-tense English.
#[test]
fn sentences_are_plain() {
    let mut wrong = Vec::new();
    let mut all = files("src", &["rs"]);
    all.retain(|file| file.path != "src/schema.rs");
    for folder in ["templates", "docs", "benches", "fuzz", "static"] {
        all.extend(files(folder, &["html", "txt", "md", "rs", "js", "css"]));
    }
    all.retain(|file| file.path != "docs/contributing.md");
    for file in all {
        let plain = words(&file.text).collect::<Vec<_>>().join(" ");
        let text = format!(" {plain} ").to_lowercase();
        for (word, instead) in BANNED.iter().filter(|(word, _)| text.contains(&format!(" {} ", word.to_lowercase()))) {
            wrong.push(format!("{} says {word}: write {instead}", file.path));
        }
    }
    none_of(&wrong);
}

/// One word, one meaning: a type that others can name has a name of its own.
#[test]
fn no_two_public_types_share_a_name() {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files("src", &["rs"]).into_iter().filter(|file| file.path != "src/schema.rs") {
        for line in file.code().lines() {
            let Some(line) = line.strip_prefix("pub ") else { continue };
            let kinds = ["struct ", "enum ", "trait ", "type "];
            let Some(rest) = kinds.iter().find_map(|kind| line.strip_prefix(kind)) else { continue };
            let name = words(rest).next().unwrap_or_default().to_owned();
            named.entry(name).or_default().push(file.path.clone());
        }
    }
    let shared = named.into_iter().filter(|(_, paths)| paths.len() > 1);
    none_of(&shared.map(|(name, paths)| format!("{name}: {}", paths.join(", "))).collect::<Vec<_>>());
}
