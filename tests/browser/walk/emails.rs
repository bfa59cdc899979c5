//! One letter of each kind, as mail programs show it: on a telephone and in a wide window, light and dark.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::Value;

use super::guests::AppState;
use super::looks::{COLOURS, NARROW, SIDEWAYS, WHOLE, judged_by_axe};
use super::{Check, Finding};
use crate::chromium::Screen;

/// Looks at a letter.
pub async fn looked_at(screen: &Screen, kind: &str, html: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    screen.wishes_for("light").await.is_wide(640).await.shows(html).await;
    for (width, theme, rules) in
        [(640, "light", Some(WHOLE)), (640, "dark", Some(COLOURS)), (360, "dark", None), (360, "light", Some(NARROW))]
    {
        screen.wishes_for(theme).await.is_wide(width).await;
        let sideways: Vec<String> =
            serde_json::from_value(screen.runs(SIDEWAYS).await).unwrap_or_else(|_| vec!["cannot be judged".to_owned()]);
        let told =
            |check| move |told: String| Finding { check, told: format!("letter {kind}, {theme} {width}: {told}") };
        findings.extend(sideways.into_iter().map(told(Check::Sideways)));
        if let Some(rules) = rules {
            let violations = judged_by_axe(screen, "document", rules).await;
            findings.extend(violations.into_iter().map(told(Check::Axe)));
        }
    }
    findings
}

/// A letter of each kind that was posted: in the demonstration, and to those who walk through it.
pub async fn kinds(app_state: &AppState) -> BTreeMap<String, String> {
    let mut kinds = BTreeMap::new();
    let reader = &app_state.guests[0].browser;
    for entry in std::fs::read_dir(app_state.emails.path()).expect("the letters").flatten() {
        let message: Value = serde_json::from_slice(&std::fs::read(entry.path()).expect("a letter")).expect("facts");
        let told = |key: &str| message[key].as_str().unwrap_or_default().to_owned();
        let (kind, id) = (told("kind"), told("id"));
        if let Entry::Vacant(place) = kinds.entry(kind) {
            place.insert(reader.gets(&format!("/dev/mail/{id}/html")).await.body_text());
        }
    }
    kinds.extend(app_state.world.mail.all().into_iter().map(|message| (message.kind, message.html)));
    assert!(kinds.len() > 6, "few letters to look at: {:?}", kinds.keys());
    kinds
}
