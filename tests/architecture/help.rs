//! The manual: every page has its topic, every picture is there and light, every label is one.

use std::collections::BTreeSet;

use roster::app;
use roster::help::help_links::{HELP_LINKS, about};
use roster::help::topics::{self, TopicPart};
use roster::help::words::{Piece, pieces};
use roster::web::assets::Assets;

use crate::files::{files, none_of, root};

/// Addresses without a page, and the manual's own, whose **?** leads to all topics.
const NO_TOPIC: [&str; 7] =
    ["/static/{name}", "/pictures/{picture}", "/healthz", "/readyz", "/metrics", "/help", "/help/{topic}"];

/// What a picture may weigh.
const HEAVIEST: u64 = 32 * 1024;

#[test]
fn every_page_has_its_topic() {
    let mounted: BTreeSet<String> = app::table().into_iter().map(|route| route.pattern).collect();
    let bare = mounted.iter().filter(|pattern| about(pattern).is_none() && !NO_TOPIC.contains(&pattern.as_str()));
    let mut wrong: Vec<String> = bare.map(|pattern| format!("nothing is said about {pattern}")).collect();
    let mut known = BTreeSet::new();
    for (topic, patterns) in &HELP_LINKS {
        for pattern in *patterns {
            if !mounted.contains(*pattern) {
                wrong.push(format!("{} is about {pattern}, where nothing is", topic.slug));
            }
            if !known.insert(pattern) {
                wrong.push(format!("two topics are about {pattern}"));
            }
        }
    }
    none_of(&wrong);
}

/// The pieces of all sentences, with the topic they are in.
fn said() -> Vec<(&'static str, Piece)> {
    let mut said = Vec::new();
    for topic in topics::all() {
        for part in topic.parts {
            let sentences: &[&str] = match part {
                TopicPart::Says(sentence) | TopicPart::Note(sentence) => &[sentence],
                TopicPart::Steps(sentences) | TopicPart::List(sentences) => sentences,
                TopicPart::Heading(_) | TopicPart::Shows(_) | TopicPart::Policy => &[],
            };
            said.extend(sentences.iter().flat_map(|sentence| pieces(sentence)).map(|piece| (topic.slug, piece)));
        }
    }
    said
}

/// What is done is followed by the stories; what is only spoken of is looked for in what draws the pages.
#[test]
fn labels_that_are_spoken_of_are_labels() {
    let mut drawn: String = files("templates", &["html"])
        .iter()
        .filter(|file| !file.path.starts_with("templates/help/"))
        .map(|file| file.text.as_str())
        .collect();
    for file in files("src", &["rs"]).iter().filter(|file| !file.path.starts_with("src/help/")) {
        drawn.push_str(&file.code());
    }
    let is_drawn = |label: &str| ["\"", ">"].iter().any(|before| drawn.contains(&format!("{before}{label}")));
    let labels = said().into_iter().filter_map(|(topic, piece)| match piece {
        Piece::Label(label) => Some((topic, label)),
        _ => None,
    });
    let labels: Vec<_> = labels.collect();
    assert!(labels.len() > 20);
    let unknown = labels.iter().filter(|(_, label)| !is_drawn(label));
    none_of(
        &unknown.map(|(topic, label)| format!("{topic} speaks of {label:?}, which is no label")).collect::<Vec<_>>(),
    );
}

/// A command is written as the guide for operators writes it.
#[test]
fn commands_are_those_of_the_guide() {
    let guide = std::fs::read_to_string(root().join("docs/operating.md")).expect("docs/operating.md");
    let mut wrong = Vec::new();
    for (topic, piece) in said() {
        let Piece::Code(code) = piece else { continue };
        if !guide.contains(code) && !root().join(code).exists() {
            wrong.push(format!("{topic} writes {code}"));
        }
    }
    none_of(&wrong);
}

#[test]
fn every_picture_is_there_and_light_and_none_is_left_over() {
    let assets = Assets::load();
    let folder = root().join("static/help");
    let mut left: BTreeSet<String> = std::fs::read_dir(&folder)
        .expect("static/help")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    let mut wrong = Vec::new();
    for topic in topics::all() {
        for part in topic.parts {
            let TopicPart::Shows(picture) = part else { continue };
            let mut sizes = Vec::new();
            for theme in ["light", "dark"] {
                let name = format!("{}.{theme}.webp", picture.name);
                left.remove(&name);
                let Ok(bytes) = std::fs::read(folder.join(&name)) else {
                    wrong.push(format!("{name} is missing: bin/help-pictures makes it"));
                    continue;
                };
                if bytes.len() as u64 > HEAVIEST {
                    wrong.push(format!("{name} has {} bytes", bytes.len()));
                }
                sizes.push(image::load_from_memory(&bytes).map(|picture| (picture.width(), picture.height())).ok());
            }
            if sizes.windows(2).any(|pair| pair[0] != pair[1]) || assets.help(picture.name).is_none() {
                wrong.push(format!("{} is not one picture, light and dark: {sizes:?}", picture.name));
            }
        }
    }
    wrong.extend(left.into_iter().map(|name| format!("static/help/{name} is shown nowhere")));
    none_of(&wrong);
}
