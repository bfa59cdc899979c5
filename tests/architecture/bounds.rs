//! Nothing judges a text before its length: fields, queries and paths have a maximum, and what judges them costs what
//! their length costs (COST-1, COST-2).

use std::collections::BTreeSet;

use crate::files::{File, files, none_of, words};

/// Types of a field that say how many characters it has at most.
const BOUNDED: [&str; 2] = ["Field", "Withheld"];

/// The names of the forms that are posted.
fn posted(sources: &[File]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in sources {
        for after in file.code().split("Form<").skip(1) {
            found.extend(words(after).next().map(str::to_owned));
        }
        for after in file.code().split("upload.form").skip(1) {
            assert!(after.starts_with("(&by, LARGEST, read)"), "{} reads a form in another way", file.path);
        }
    }
    // The form with a list, which an upload carries.
    found.insert("ListForm".to_owned());
    found.remove("F");
    found
}

/// Each type of that name in these files: its path, and its fields with their types.
fn fields(file: &File, name: &str) -> Option<Vec<(String, String)>> {
    let code = file.code();
    let (_, after) = code.split_once(&format!("pub struct {name} {{"))?;
    let body = after.split_once('}').map_or(after, |(body, _)| body);
    // The braces of a maximum are part of a type.
    let body = if body.contains("<{") { after.split_once("\n}").map_or(after, |(body, _)| body) } else { body };
    let lines = body.lines().map(str::trim).filter_map(|line| line.strip_prefix("pub ")?.strip_suffix(','));
    Some(
        lines.filter_map(|line| line.split_once(": ")).map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect(),
    )
}

#[test]
fn cost_1_each_field_of_a_form_has_a_maximum() {
    let sources = files("src", &["rs"]);
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for name in posted(&sources) {
        let forms: Vec<_> = sources.iter().filter_map(|file| Some((&file.path, fields(file, &name)?))).collect();
        if forms.is_empty() {
            wrong.push(format!("{name} is posted and nowhere to be found"));
        }
        for (path, fields) in forms {
            for (field, kind) in fields {
                seen += 1;
                let bare = kind.strip_prefix("Option<").unwrap_or(&kind);
                let is_bounded = words(bare).next().is_some_and(|kind| BOUNDED.contains(&kind));
                if !is_bounded {
                    wrong.push(format!("{path}: {name}.{field} is a {kind}, which has no maximum"));
                }
            }
        }
    }
    assert!(seen > 50, "the forms were not found");
    none_of(&wrong);
}

/// A query is read by [`roster::web::Query`], which bounds each value; a form by `Form`; nothing by the framework.
#[test]
fn cost_1_what_is_sent_is_read_in_one_place() {
    let mut wrong = Vec::new();
    for file in files("src", &["rs"]).iter().filter(|file| file.module() != "web") {
        let code = file.code();
        for way in ["web::Query", "web::Form", "web::Json", "web::Bytes", "web::Payload", "query_string()"] {
            // A download is sent in pieces.
            if code.contains(way) && (file.path.as_str(), way) != ("src/exports/download.rs", "web::Bytes") {
                wrong.push(format!("{} reads {way}", file.path));
            }
        }
    }
    none_of(&wrong);
}

/// Where something else is read than what a person typed, and where one type stands for all that a macro makes.
const NO_JUDGES: [&str; 3] = ["src/config", "src/main.rs", "src/ids.rs"];

/// The functions that judge a text, by the type or the file they belong to.
fn judges(file: &File) -> Vec<String> {
    let (mut found, mut of) = (Vec::new(), String::new());
    for line in file.code().lines() {
        if let Some(rest) = line.strip_prefix("impl ") {
            of = words(rest).next().unwrap_or_default().to_owned();
        }
        if line == "}" {
            of.clear();
        }
        let Some(rest) = line.trim_start().strip_prefix("pub fn parse") else { continue };
        let name = format!("parse{}", rest.split(['(', '<']).next().unwrap_or_default());
        let place = if of.is_empty() {
            file.path.rsplit('/').next().and_then(|name| name.strip_suffix(".rs")).unwrap_or_default()
        } else {
            of.as_str()
        };
        found.push(format!("{place}::{name}"));
    }
    found
}

/// The test that measures them knows all of them.
#[test]
fn cost_1_every_judge_is_measured() {
    let sources = files("src", &["rs"]);
    let measured = sources.iter().find(|file| file.path == "src/app/cost.rs").expect("the test that measures").code();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for file in sources.iter().filter(|file| !NO_JUDGES.iter().any(|path| file.path.starts_with(path))) {
        for judge in judges(file) {
            seen += 1;
            if !measured.contains(&format!("{judge})")) && !measured.contains(&format!("{judge}(")) {
                wrong.push(format!("{}: src/app/cost.rs does not measure {judge}", file.path));
            }
        }
    }
    assert!(seen > 15, "the judges were not found");
    none_of(&wrong);
}

/// What judges a password costs more than its length: one function asks it, where passwords are hashed.
#[test]
fn cost_2_passwords_are_judged_in_one_place() {
    let mut wrong = Vec::new();
    for file in files("src", &["rs"]) {
        let (code, is_home) = (file.code(), file.path == "src/accounts/password.rs");
        if !is_home && words(&code).any(|word| word == "zxcvbn") {
            wrong.push(format!("{} judges passwords", file.path));
        }
        if is_home {
            assert_eq!(code.matches("Strength::of(").count(), 1, "judged in one place");
            assert!(code.contains("self.in_turn(move || Strength::of("), "judged where passwords are hashed");
        }
    }
    none_of(&wrong);
}
