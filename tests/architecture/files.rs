//! Reading the files of the house.

use std::fs;
use std::path::{Path, PathBuf};

/// A file and what it holds.
#[derive(Clone)]
pub struct File {
    /// Its path below the root of the house.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl File {
    /// The code alone: neither comments nor the tests at the foot.
    pub fn code(&self) -> String {
        let code = self.text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The module of `src` it belongs to: `members` for `src/members/pages.rs`.
    pub fn module(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        below.split(['/', '.']).next().unwrap_or_default()
    }

    /// Its name without the ending, and without folders; what lies in a folder belongs to the file of
    /// that name: `pages` for `src/projects/pages/settings.rs`.
    pub fn role(&self) -> &str {
        let mut parts = self.path.strip_prefix("src/").unwrap_or(&self.path).split(['/', '.']);
        parts.next();
        match parts.next() {
            None | Some("rs") => "mod",
            Some(role) => role,
        }
    }
}

/// The root of the house.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files in a folder and below with one of these endings.
pub fn files(folder: &str, endings: &[&str]) -> Vec<File> {
    let mut paths = Vec::new();
    gather(&root().join(folder), &mut paths);
    paths.sort();
    let fits = |path: &&PathBuf| path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending));
    let read = |path: &PathBuf| File {
        path: path.strip_prefix(root()).expect("a path below").display().to_string(),
        text: fs::read_to_string(path).expect("text"),
    };
    let found: Vec<_> = paths.iter().filter(fits).map(read).collect();
    assert!(!found.is_empty(), "no files in {folder}");
    found
}

fn gather(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { gather(&path, paths) } else { paths.push(path) }
    }
}

/// The words that begin with a letter, and are made of letters, digits and underscores.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Fails with all that is wrong.
#[track_caller]
pub fn none_of(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
