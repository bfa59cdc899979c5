//! Says from which commit a release is built; `roster --version` prints it. A debug build does not ask, because each
//! commit would compile everything again.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=ROSTER_COMMIT");
    let given = std::env::var("ROSTER_COMMIT").ok().filter(|commit| !commit.is_empty());
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = given.or_else(|| is_release.then(commit_here).flatten());
    println!("cargo::rustc-env=ROSTER_COMMIT={}", commit.unwrap_or_else(|| "unknown commit".to_owned()));
}

/// The commit that is checked out here, if this is a clone and Git is at hand.
fn commit_here() -> Option<String> {
    println!("cargo::rerun-if-changed=.git/logs/HEAD");
    let output = Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
