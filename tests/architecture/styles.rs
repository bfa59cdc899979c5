//! Colours, spaces and sizes are words from `tokens.css`.

use crate::files::{files, none_of, words};

/// Colours by name. Those of the system, which people choose themselves, are not among them.
const NAMED: &[&str] = &[
    "white", "black", "red", "green", "blue", "gray", "grey", "orange", "purple", "yellow", "pink", "brown", "silver",
    "navy", "teal", "crimson", "tomato", "gold", "indigo", "violet",
];

/// Without comments.
fn rules(text: &str) -> String {
    let mut rest = text;
    let mut rules = String::new();
    while let Some((before, after)) = rest.split_once("/*") {
        rules.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    rules + rest
}

#[test]
fn colours_come_from_the_tokens() {
    let mut wrong = Vec::new();
    for file in files("static/css", &["css"]).iter().filter(|file| !file.path.ends_with("tokens.css")) {
        for (number, line) in rules(&file.text).lines().enumerate() {
            let value = line.split_once(':').map_or("", |(_, value)| value);
            let hex = value.split('#').skip(1).any(|after| {
                let digits = after.chars().take_while(char::is_ascii_hexdigit).count();
                matches!(digits, 3 | 4 | 6 | 8)
            });
            let mixed = ["rgb(", "rgba(", "hsl(", "oklch(", "lab(", "lch("].iter().any(|way| value.contains(way));
            let named = value.split([' ', ';', ',', '(', ')']).any(|word| NAMED.contains(&word));
            if hex || mixed || named {
                wrong.push(format!("{}:{} {}", file.path, number + 1, line.trim()));
            }
        }
    }
    none_of(&wrong);
}

#[test]
fn style_and_scripts_fetch_nothing() {
    let mut wrong = Vec::new();
    for file in files("static", &["css", "js", "svg"]) {
        for way in ["@import", "url(http", "url(//", "//cdn", "import(", "importScripts"] {
            if file.text.contains(way) {
                wrong.push(format!("{} has {way}", file.path));
            }
        }
    }
    none_of(&wrong);
}

/// INV-15, ORG-15: a script never makes markup of text.
#[test]
fn scripts_make_no_markup_of_text() {
    let banned = ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval", "Function", "write", "localStorage"];
    let mut wrong = Vec::new();
    for file in files("static/js", &["js"]) {
        let code: String =
            file.text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for word in words(&code).filter(|word| banned.contains(word)) {
            wrong.push(format!("{} has {word}", file.path));
        }
    }
    none_of(&wrong);
}

/// A token that nobody uses says something that is not true.
#[test]
fn every_token_is_used_and_every_word_is_a_token() {
    let all = files("static/css", &["css"]);
    let text: String = all.iter().map(|file| rules(&file.text)).collect();
    let tokens = |before: &str| -> Vec<String> {
        let after = text.split(before).skip(1);
        after.map(|after| after.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect()).collect()
    };
    let used = tokens("var(--");
    let mut known: Vec<String> = Vec::new();
    for line in text.split([';', '{', '}']) {
        if let Some((name, _)) = line.trim().strip_prefix("--").and_then(|rest| rest.split_once(':')) {
            known.push(name.trim().to_owned());
        }
    }
    let mut wrong: Vec<_> =
        used.iter().filter(|name| !known.contains(name)).map(|n| format!("--{n} is unknown")).collect();
    known.retain(|name| !used.contains(name));
    wrong.extend(known.iter().map(|name| format!("--{name} is never used")));
    none_of(&wrong);
}
