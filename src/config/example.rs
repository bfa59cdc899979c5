//! `.env.example` lists every setting. It is made of the same words as `roster serve --help`.

use std::fmt::Write;
use std::path::Path;

use clap::{Args, Command};

use super::Settings;

/// Characters of a line.
const WIDTH: usize = 100;

/// Each setting with what it is for, commented out, so that the file can be copied as it is.
fn example() -> String {
    let mut text = String::from(
        "# Settings of Roster. Copy this file to .env, and set what you want to change. Every setting is also a flag:\n\
         # `roster serve --help`. docs/operating.md says more.\n",
    );
    for setting in Settings::augment_args(Command::new("roster")).get_arguments() {
        let Some(name) = setting.get_env().and_then(|name| name.to_str()) else { continue };
        let help = setting.get_help().map(ToString::to_string).unwrap_or_default();
        let default = setting.get_default_values().first().and_then(|value| value.to_str()).unwrap_or_default();
        text.push('\n');
        for line in wrapped(&help) {
            let _ = writeln!(text, "# {line}");
        }
        // A value with spaces is in quotes (dotenv).
        let quote = if default.contains(' ') { "\"" } else { "" };
        let _ = writeln!(text, "#{name}={quote}{default}{quote}");
    }
    text
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().filter(|line| line.len() + word.len() < WIDTH);
        match line {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[test]
fn the_example_lists_every_setting() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".env.example");
    if std::env::var_os("ROSTER_TEST_RENEW").is_some() {
        std::fs::write(&path, example()).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, example(), "renew it: ROSTER_TEST_RENEW=1 bin/test the_example_lists_every_setting");
}
