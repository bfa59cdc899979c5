//! The words of a page, as its reader sees them.

use scraper::{ElementRef, Html, Node};

/// Elements that are in a line of text; all others begin a new one.
const INLINE: &[&str] = &["a", "abbr", "b", "code", "em", "i", "label", "small", "span", "strong", "svg", "time", "u"];

/// Elements whose contents nobody reads.
const SILENT: &[&str] = &["head", "script", "style", "template", "svg", "select", "datalist", "textarea"];

/// The words of a page, a line for each block.
pub fn readable(html: &str) -> String {
    words(Html::parse_document(html).root_element())
}

/// The words inside an element, without what is hidden from readers.
pub fn words(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    gather(element, &mut text);
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn gather(element: ElementRef<'_>, text: &mut String) {
    for child in element.children() {
        match child.value() {
            Node::Text(here) => text.push_str(&here.replace(['\n', '\r'], " ")),
            Node::Element(_) => {
                let Some(child) = ElementRef::wrap(child) else { continue };
                let name = child.value().name();
                if SILENT.contains(&name) || is_hidden(child) {
                    continue;
                }
                let boundary = if INLINE.contains(&name) { "" } else { "\n" };
                text.push_str(boundary);
                gather(child, text);
                text.push_str(boundary);
            }
            _ => {}
        }
    }
}

fn is_hidden(element: ElementRef<'_>) -> bool {
    element.attr("hidden").is_some() || element.attr("aria-hidden") == Some("true")
}

/// Whether an element and all around it can be seen.
pub fn is_seen(element: ElementRef<'_>) -> bool {
    !std::iter::once(element).chain(element.ancestors().filter_map(ElementRef::wrap)).any(is_hidden)
}

/// What an element is called: by its label for those who cannot see it, or by its words.
pub fn name(element: ElementRef<'_>) -> String {
    element.attr("aria-label").map_or_else(|| words(element).replace('\n', " "), str::to_owned)
}

/// Text on one line, to be searched in.
pub fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
