//! What was judged before and found right. Judging a page in a browser takes a hundred times as long as fetching it, and
//! most changes touch few pages.
//!
//! A page is remembered by a hash of all that decides what a reader sees: its HTML without what differs from run to run,
//! what is done on it, the style sheets, the scripts, the policy, and who judges (these tests, axe, the HTML checker,
//! Chromium). Only what was found right is remembered. `ROSTER_TEST_MEMORY=off` forgets: `bin/test full` sets it.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use super::guests::House;

/// Hashes that are kept; a walk needs about 800.
const MOST: usize = 20_000;

/// What was found right by a set of rules.
pub struct Memory {
    /// What all pages have in common.
    house: Vec<u8>,
    known: HashSet<String>,
    /// What this walk has met, in its order.
    met: RefCell<Vec<String>>,
    claimed: RefCell<HashSet<String>>,
}

impl Memory {
    /// Reads what earlier walks have found right.
    pub async fn read(house: &House) -> Self {
        let known = if std::env::var("ROSTER_TEST_MEMORY").is_ok_and(|memory| memory == "off") {
            HashSet::new()
        } else {
            fs::read_to_string(path()).unwrap_or_default().lines().map(str::to_owned).collect()
        };
        let answer = house.guests[0].browser.gets("/sign-in").await;
        let mut hash = Sha256::new();
        hash.update(answer.header("content-security-policy"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["static", "tests/browser"] {
            add_files(&mut hash, &root.join(folder));
        }
        hash.update(fs::read(root.join("target/tools/versions")).unwrap_or_default());
        hash.update(Command::new("chromium").arg("--version").output().expect("Chromium").stdout);
        Self { house: hash.finalize().to_vec(), known, met: RefCell::default(), claimed: RefCell::default() }
    }

    /// Whether somebody must judge by these rules what these parts make up: nobody has before, in this walk or an earlier
    /// one. The answer is the name under which [`Memory::keep`] remembers that it was right.
    pub fn claim(&self, rules: &str, parts: &[&str]) -> Option<String> {
        let mut hash = Sha256::new();
        hash.update(&self.house);
        for part in [rules].iter().chain(parts) {
            hash.update(normalized(part));
            hash.update([0]);
        }
        let name: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        if !self.claimed.borrow_mut().insert(name.clone()) {
            return None;
        }
        if self.known.contains(&name) {
            self.keep(name);
            return None;
        }
        Some(name)
    }

    /// Remembers something that was found right.
    pub fn keep(&self, name: String) {
        self.met.borrow_mut().push(name);
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

/// A page without what differs from run to run: ids, tokens, times and numbers, and the colours of pictures.
fn normalized(page: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut text = String::with_capacity(page.len());
    let mut rest = page;
    while let Some(first) = rest.chars().next() {
        let length = if is_part(first) {
            rest.find(|c| !is_part(c)).unwrap_or(rest.len())
        } else {
            rest.find(is_part).unwrap_or(rest.len())
        };
        let (word, after) = rest.split_at(length);
        rest = after;
        let has = |test: fn(&u8) -> bool| word.bytes().any(|byte| test(&byte));
        let is_id = word.len() == 36 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        let is_token = word.len() >= 20 && has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase);
        if !is_part(first) {
            text.push_str(word);
        } else if is_id || is_token {
            text.push_str("id");
        } else if word.starts_with("hue-") {
            text.push_str("hue");
        } else {
            text.extend(word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }));
        }
    }
    text
}

#[test]
fn what_differs_from_run_to_run_is_left_out() {
    let page = |id: &str, token: &str, time: &str| {
        format!("<p class=\"row hue-{time}\">{time} <a href=\"/invitations/{token}\">é</a> <i id=\"{id}\">Accept-it</i>")
    };
    let one = page("0190a1b2-0000-7000-8000-0123456789ab", "Zm9vYmFyYmF6cXV4MTIz_-", "10:41");
    let other = page("0190ffff-1234-7000-8000-abcdefabcdef", "QUJDREVGR0hJSktMTU5P0", "09:07");
    assert_eq!(normalized(&one), normalized(&other));
    assert_ne!(normalized(&one), normalized(&one.replace("Accept-it", "Decline-it")));
    assert_ne!(normalized(&one), normalized(&one.replace("row", "rows")));
}
