//! What the page on security names is there.

use std::collections::BTreeSet;

use crate::files::{files, none_of, root};

/// Every test and every function there is, by its name.
pub fn functions() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for folder in ["src", "tests"] {
        for file in files(folder, &["rs"]) {
            for after in file.text.split("fn ").skip(1) {
                let name = after.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_');
                found.insert(name.collect());
            }
        }
    }
    found
}

/// What is between backticks on a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// Tests are given by their names alone, which are sentences.
pub fn is_name_of_a_test(word: &str) -> bool {
    word.matches('_').count() >= 2 && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[test]
fn every_test_that_the_page_on_security_names_is_there() {
    let known = functions();
    let page = std::fs::read_to_string(root().join("docs/security.md")).expect("docs/security.md");
    let named: BTreeSet<&str> = page.lines().flat_map(quoted).filter(|word| is_name_of_a_test(word)).collect();
    assert!(named.len() > 60, "the page names {} tests only", named.len());
    none_of(&named.into_iter().filter(|name| !known.contains(*name)).map(str::to_owned).collect::<Vec<_>>());
}

/// A line of the list without anything beside it promises nothing.
#[test]
fn every_line_of_the_list_says_what_keeps_it() {
    let page = std::fs::read_to_string(root().join("docs/security.md")).expect("docs/security.md");
    let list = page.split("## ASVS 5.0, level 2").nth(1).expect("the list");
    let rows =
        list.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Item") && !line.starts_with("| ---"));
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in rows {
        count += 1;
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        if cells.len() != 2 || cells[1].len() < 8 || cells[1].starts_with('?') || row.contains(", ?") {
            wrong.push(row.to_owned());
        }
    }
    assert!(count > 90, "{count} rows only");
    none_of(&wrong);
}
