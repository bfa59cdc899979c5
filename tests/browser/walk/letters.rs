//! One letter of each kind, as mail programs show it: on a telephone and in a wide window, light and dark.

use std::collections::BTreeMap;

use serde_json::Value;

use super::guests::House;
use super::looks::{COLOURS, SIDEWAYS, WHOLE, judged_by_axe};
use super::tools;
use super::{Check, Finding};
use crate::chromium::on_screen;

/// Looks at a letter of each kind.
pub async fn looked_at(house: &House) -> Vec<Finding> {
    let kinds = kinds(house);
    assert!(kinds.len() > 10, "few letters to look at: {kinds:?}");
    let mut findings = Vec::new();
    on_screen(&house.world, async |screen| {
        screen.brings(&tools::axe()).await;
        for (kind, id) in &kinds {
            screen.wishes_for("light").await.is_wide(640).await.opens(&format!("/dev/mail/{id}/html")).await;
            for (width, theme, rules) in
                [(640, "light", WHOLE), (640, "dark", COLOURS), (360, "dark", COLOURS), (360, "light", WHOLE)]
            {
                screen.wishes_for(theme).await.is_wide(width).await;
                let sideways: Vec<String> = serde_json::from_value(screen.runs(SIDEWAYS).await)
                    .unwrap_or_else(|_| vec!["cannot be judged".to_owned()]);
                let amiss = judged_by_axe(screen, "document", rules).await;
                let told = |check| {
                    move |told: String| Finding { check, told: format!("letter {kind}, {theme} {width}: {told}") }
                };
                findings.extend(sideways.into_iter().map(told(Check::Sideways)));
                findings.extend(amiss.into_iter().map(told(Check::Axe)));
            }
        }
    })
    .await;
    findings
}

/// The newest letter of each kind that the demonstration has posted.
fn kinds(house: &House) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(house.letters.path()).expect("the letters");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let letter: Value = serde_json::from_slice(&std::fs::read(entry.ok()?.path()).ok()?).ok()?;
        Some((letter["kind"].as_str()?.to_owned(), letter["id"].as_str()?.to_owned()))
    };
    entries.filter_map(read).collect()
}
