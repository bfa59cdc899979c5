//! What was judged before and found right. Judging a page in a browser takes a hundred times as long as fetching it,
//! and most changes touch few pages.
//!
//! A page is remembered by a hash of all that decides what a reader sees: its HTML without what differs from run to
//! run, what is done on it, the style sheets, the scripts, the policy, and who judges (these tests, axe, the HTML
//! checker, Chromium). Only what was found right is remembered. `ROSTER_TEST_MEMORY=off` forgets: `bin/test full` sets
//! it.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use scraper::{Html, Selector};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::guests::AppState;

/// Hashes that are kept; a walk needs about 800.
const MOST: usize = 20_000;

/// What was found right by a set of rules.
pub struct Memory {
    /// What all pages have in common.
    app_state: Vec<u8>,
    known: HashSet<String>,
    /// What this walk has found right or known, in its order.
    met: RefCell<Vec<String>>,
    claimed: RefCell<HashSet<String>>,
}

/// Something to judge, and the name under which it is remembered if it is right; nothing remembers what has no name.
pub struct Ticket(Option<String>);

impl Memory {
    /// Reads what earlier walks have found right.
    pub async fn read(app_state: &AppState) -> Self {
        let known = if std::env::var("ROSTER_TEST_MEMORY").is_ok_and(|memory| memory == "off") {
            HashSet::new()
        } else {
            fs::read_to_string(path()).unwrap_or_default().lines().map(str::to_owned).collect()
        };
        let visitor = &app_state.guests[0].browser;
        let page = visitor.gets("/sign-in").await;
        let style = Selector::parse("link[rel=stylesheet]").expect("a selector");
        let document = Html::parse_document(&page.body_text());
        let style = document.select(&style).next().and_then(|link| link.attr("href")).expect("a style").to_owned();
        let mut hash = Sha256::new();
        hash.update(page.header("content-security-policy"));
        hash.update(visitor.gets(&style).await.header("cache-control"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["static", "tests/browser"] {
            add_files(&mut hash, &root.join(folder));
        }
        hash.update(fs::read(root.join("target/tools/versions")).unwrap_or_default());
        hash.update(Command::new("chromium").arg("--version").output().expect("Chromium").stdout);
        Self { app_state: hash.finalize().to_vec(), known, met: RefCell::default(), claimed: RefCell::default() }
    }

    /// Whether somebody must judge by these rules what these parts make up: nobody has before, in this walk or an
    /// earlier one. What has no parts is always judged.
    pub fn claim(&self, rules: &str, parts: Option<Vec<&str>>) -> Option<Ticket> {
        let Some(parts) = parts else { return Some(Ticket(None)) };
        let mut hash = Sha256::new();
        hash.update(&self.app_state);
        for part in [rules].into_iter().chain(parts) {
            hash.update(normalized(part));
            hash.update([0]);
        }
        let name: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        if !self.claimed.borrow_mut().insert(name.clone()) {
            return None;
        }
        if self.known.contains(&name) {
            self.met.borrow_mut().push(name);
            return None;
        }
        Some(Ticket(Some(name)))
    }

    /// Remembers something that was found right.
    pub fn keep(&self, ticket: Ticket) {
        self.met.borrow_mut().extend(ticket.0);
    }

    /// Writes what is remembered, the newest first.
    pub fn write(self) {
        let mut all = self.met.into_inner();
        let met: HashSet<&String> = all.iter().collect();
        let earlier: Vec<String> = self.known.iter().filter(|name| !met.contains(name)).cloned().collect();
        all.extend(earlier);
        all.truncate(MOST);
        fs::write(path(), all.join("\n")).expect("a file for what was judged");
    }
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("judged-pages.txt")
}

fn add_files(hash: &mut Sha256, folder: &Path) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            add_files(hash, &path);
        } else {
            hash.update(path.to_string_lossy().as_bytes());
            hash.update(fs::read(&path).expect("a file"));
        }
    }
}

/// A page without what differs from run to run: ids and tokens are given by their order, numbers and times by their
/// form, and pictures not by their colour.
fn normalized(page: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut text = String::with_capacity(page.len());
    let mut ids = HashMap::new();
    let mut rest = page;
    while let Some(first) = rest.chars().next() {
        let end = if is_part(first) { rest.find(|c| !is_part(c)) } else { rest.find(is_part) };
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        let has = |test: fn(&u8) -> bool| word.bytes().any(|byte| test(&byte));
        let is_token = word.len() >= 20 && has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase);
        let is_id = |at: &usize| word.get(*at..at + 36).is_some_and(|id| Uuid::try_parse(id).is_ok());
        let id = (0..word.len().saturating_sub(35)).find(is_id);
        let id = id.map(|at| at..at + 36).or(is_token.then_some(0..word.len()));
        if let Some(place) = id {
            let count = ids.len();
            let number = *ids.entry(&word[place.clone()]).or_insert(count);
            let _ = write!(text, "{}id{number}{}", &word[..place.start], &word[place.end..]);
        } else if word.starts_with("hue-") {
            text.push_str("hue");
        } else if first.is_ascii_digit() {
            text.extend(word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }));
        } else {
            text.push_str(word);
        }
    }
    text
}

#[test]
fn what_differs_from_run_to_run_is_left_out() {
    let page = |id: &str, token: &str, time: &str| {
        format!(
            "<p class=\"row hue-{time}\">{time} <a href=\"/invitations/{token}\">é</a> <i id=\"{id}\">Accept-it</i> \
             <b id=\"x-{id}\"></b>"
        )
    };
    let one = page("0190a1b2-0000-7000-8000-0123456789ab", "Zm9vYmFyYmF6cXV4MTIz_-", "10:41");
    let other = page("0190ffff-1234-7000-8000-abcdefabcdef", "QUJDREVGR0hJSktMTU5P0", "09:07");
    assert_eq!(normalized(&one), normalized(&other));
    assert_ne!(normalized(&one), normalized(&one.replace("Accept-it", "Decline-it")));
    assert_ne!(normalized(&one), normalized(&one.replace("row", "rows")));
    assert_ne!(normalized("<h1>"), normalized("<h2>"));
    let twice = "0190a1b2-0000-7000-8000-0123456789ab 0190a1b2-0000-7000-8000-0123456789ab";
    assert_ne!(normalized(twice), normalized(&twice.replacen("0123", "abcd", 1)), "two ids, or one twice");
}
