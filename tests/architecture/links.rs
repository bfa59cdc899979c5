//! The documents: every relative link leads to a file, every anchor to a heading, every path and test that is named
//! exists, and the drawing of the layers is the table that the other tests read.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::dependencies::ranks;
use crate::files::{files, none_of, root};
use crate::promises::{functions, is_name_of_a_test};

/// What a Markdown file links to, and which anchors it offers.
#[derive(Default)]
struct Document {
    /// Line and target of each link and image.
    links: Vec<(usize, String)>,
    /// The anchors of its headings.
    anchors: HashSet<String>,
    /// Lines that link by HTML, where this test cannot follow.
    html: Vec<usize>,
    /// Line and text of each block of Rust.
    excerpts: Vec<(usize, String)>,
    /// Line and word of what is written as code, in the text and in blocks.
    code: Vec<(usize, String)>,
}

impl Document {
    fn parse(text: &str) -> Self {
        let mut document = Self::default();
        let mut heading: Option<String> = None;
        let mut in_block = false;
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (event, place) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            let line = 1 + text[..place.start].matches('\n').count();
            if let Event::Code(code) | Event::Text(code) = &event
                && (in_block || matches!(event, Event::Code(_)))
            {
                document.code.extend(code.split_whitespace().map(|word| (line, word.to_owned())));
            }
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    document.links.push((line, dest_url.into_string()));
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    in_block = true;
                    if matches!(&kind, CodeBlockKind::Fenced(language) if &**language == "rust") {
                        document.excerpts.push((line, text[place].to_owned()));
                    }
                }
                Event::End(TagEnd::CodeBlock) => in_block = false,
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    let anchor = anchor(&heading.take().unwrap_or_default());
                    let count = seen.entry(anchor.clone()).or_default();
                    document.anchors.insert(if *count == 0 { anchor } else { format!("{anchor}-{count}") });
                    *count += 1;
                }
                Event::Text(part) | Event::Code(part) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&part);
                    }
                }
                Event::Html(html) | Event::InlineHtml(html) if html.contains("href=") || html.contains("src=") => {
                    document.html.push(line);
                }
                _ => {}
            }
        }
        document
    }
}

/// The anchor that code hosts give a heading: lower case, spaces as hyphens, no other punctuation.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>().to_lowercase()
}

/// Every Markdown file of the repository, by its path below the root.
fn documents() -> BTreeMap<PathBuf, Document> {
    let mut documents = BTreeMap::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() && is_ours(&path) {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                let text = fs::read_to_string(&path).expect("text");
                let below = path.strip_prefix(root()).expect("a path below the root").to_owned();
                documents.insert(below, Document::parse(&text));
            }
        }
    }
    documents
}

/// Whether a folder is part of the repository: neither a build folder, which cargo tags, nor data, nor hidden.
fn is_ours(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let hidden = name.starts_with('.') && name != ".github";
    !hidden && !matches!(&*name, "target" | "var" | "node_modules") && !folder.join("CACHEDIR.TAG").exists()
}

/// The path that a link in `document` leads to, below the root. None when it leaves the repository.
fn resolve(document: &Path, target: &str) -> Option<PathBuf> {
    let mut path = document.parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(target).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

/// Why a link is broken, if it is. Links to other sites are not followed.
fn fault(documents: &BTreeMap<PathBuf, Document>, document: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (target, fragment) = link.split_once('#').unwrap_or((link, ""));
    let path = if target.is_empty() { Some(document.to_owned()) } else { resolve(document, target) };
    let Some(path) = path else { return Some(format!("{link} leaves the repository")) };
    if !root().join(&path).exists() {
        return Some(format!("{link} leads to no file"));
    }
    let has_anchor = documents.get(&path).is_some_and(|document| document.anchors.contains(fragment));
    (!fragment.is_empty() && !has_anchor).then(|| format!("{link} leads to no heading"))
}

#[test]
fn every_link_in_a_document_leads_somewhere() {
    let documents = documents();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (path, document) in &documents {
        let at = |line: &usize, told: &str| format!("{}:{line}: {told}", path.display());
        count += document.links.len();
        wrong.extend(document.links.iter().filter_map(|(line, link)| Some(at(line, &fault(&documents, path, link)?))));
        wrong.extend(document.html.iter().map(|line| at(line, "link in Markdown, not in HTML")));
    }
    assert!(documents.len() > 10 && count > 100, "{} documents with {count} links", documents.len());
    none_of(&wrong);
}

#[test]
fn anchors_are_those_of_code_hosts() {
    for (heading, expected) in [
        ("ASVS 5.0, level 2", "asvs-50-level-2"),
        ("[0.1.0] - 2026-11-27", "010---2026-11-27"),
        ("What `Change` is", "what-change-is"),
        ("Keys, and how to change them", "keys-and-how-to-change-them"),
    ] {
        assert_eq!(anchor(heading.replace('`', "").as_str()), expected);
    }
    let twice = Document::parse("# Same\n\n## Same\n");
    assert_eq!(twice.anchors, HashSet::from(["same".to_owned(), "same-1".to_owned()]));
}

#[test]
fn broken_links_are_found_and_code_is_not_read() {
    let text = "# Top\n\n[a](gone.md) [b](#nowhere) [c](../etc/passwd) [d](#top) `[e](f.md)`\n\n```\n[g](h.md)\n```\n";
    let here = PathBuf::from("README.md");
    let documents = BTreeMap::from([(here.clone(), Document::parse(text))]);
    let faults: Vec<_> =
        documents[&here].links.iter().map(|(line, link)| (*line, fault(&documents, &here, link))).collect();
    let expected = [
        Some("gone.md leads to no file"),
        Some("#nowhere leads to no heading"),
        Some("../etc/passwd leaves the repository"),
        None,
    ];
    assert_eq!(faults, expected.map(|told| (3, told.map(str::to_owned))));
}

/// Folders of the repository whose files the documents name.
const FOLDERS: [&str; 6] = ["src/", "tests/", "templates/", "static/", "migrations/", "docs/"];

#[test]
fn every_path_and_test_that_a_document_names_exists() {
    let functions = functions();
    let mut wrong = Vec::new();
    let mut count = 0;
    // What a version changed stays as it was written.
    for (path, document) in documents().iter().filter(|(path, _)| path.as_path() != Path::new("CHANGELOG.md")) {
        for (line, word) in &document.code {
            let word = word.trim_end_matches([',', '.', ':', ';', ')']);
            let is_missing = if FOLDERS.iter().any(|folder| word.starts_with(folder)) {
                !root().join(word).exists()
            } else if is_name_of_a_test(word) && path.as_path() != Path::new("docs/operating.md") {
                !functions.contains(word)
            } else {
                continue;
            };
            count += 1;
            if is_missing {
                wrong.push(format!("{}:{line}: {word} does not exist", path.display()));
            }
        }
    }
    assert!(count > 100, "{count} names only");
    none_of(&wrong);
}

/// An excerpt is copied from `src`, so that it compiles. White space may differ.
#[test]
fn every_excerpt_of_rust_is_in_the_source() {
    let bare = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let sources: Vec<String> = files("src", &["rs"]).iter().map(|file| bare(&file.text)).collect();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (path, document) in &documents() {
        for (line, excerpt) in &document.excerpts {
            count += 1;
            let excerpt = bare(excerpt.trim_start_matches("```rust").trim_end().trim_end_matches("```"));
            if !sources.iter().any(|source| source.contains(&excerpt)) {
                wrong.push(format!("{}:{line}: this code is not in src", path.display()));
            }
        }
    }
    assert!(count > 3, "{count} excerpts only");
    none_of(&wrong);
}

/// The drawing of the layers names each module in the layer that the table in `src/lib.rs` gives it.
#[test]
fn the_drawing_of_the_layers_is_the_table() {
    let text = fs::read_to_string(root().join("docs/architecture.md")).expect("docs/architecture.md");
    let drawing = text.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a drawing");
    let mut drawn = BTreeMap::new();
    for line in drawing.lines() {
        let mut words = line.split_whitespace();
        let Some(Ok(layer)) = words.next().map(str::parse::<u32>) else { continue };
        drawn.extend(words.map(|module| (module.to_owned(), layer)));
    }
    assert_eq!(drawn, ranks());
}
