//! What others have made for checking pages: `bin/test` installs it into `target/tools`. Without it
//! nothing is checked, so without it the walk fails.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{Check, Finding};

/// The script of axe-core, which runs in a page and judges it.
pub fn axe() -> String {
    let path = installed("axe-core/axe.min.js");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn installed(what: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/node_modules").join(what);
    assert!(path.exists(), "{} is missing: bin/test installs it", path.display());
    path
}

/// The Nu HTML checker at work on some pages.
pub struct Checker(Option<Child>);

impl Checker {
    /// Begins to check all pages at once.
    pub fn begins(pages: Vec<PathBuf>) -> Self {
        if pages.is_empty() {
            return Self(None);
        }
        let java = Command::new("java")
            .args(["-Xss4m", "-jar"])
            .arg(installed("vnu-jar/build/dist/vnu.jar"))
            .args(["--errors-only", "--format", "json", "--skip-non-html"])
            .args(pages)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a Java runtime: bin/test installs it");
        Self(Some(java))
    }

    /// What it says of the pages, each by the name of its file.
    pub fn ends(self) -> Vec<Finding> {
        let Some(java) = self.0 else { return Vec::new() };
        let said = java.wait_with_output().expect("its words").stderr;
        let said: Value = serde_json::from_slice(&said)
            .unwrap_or_else(|error| panic!("{error} in what the checker says: {}", String::from_utf8_lossy(&said)));
        let messages = said["messages"].as_array().expect("a list of messages");
        let told = messages.iter().map(|message| {
            let text = |key: &str| message[key].as_str().unwrap_or_default();
            let file = text("url").rsplit('/').next().unwrap_or_default().to_owned();
            format!("{file}:{}: {}\n    {}", message["lastLine"], text("message"), text("extract").trim())
        });
        told.map(|told| Finding { check: Check::Markup, told }).collect()
    }
}
