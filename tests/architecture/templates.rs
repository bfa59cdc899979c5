//! What every template holds to.

use crate::files::{File, files, none_of};

fn templates() -> Vec<File> {
    files("templates", &["html"])
}

/// Without what is a comment of the template.
fn drawn(file: &File) -> String {
    let mut rest = file.text.as_str();
    let mut drawn = String::new();
    while let Some((before, after)) = rest.split_once("{#") {
        drawn.push_str(before);
        rest = after.split_once("#}").map_or("", |(_, after)| after);
    }
    drawn + rest
}

/// Whether an attribute is in a tag: ` onclick=`, not `data-on=`.
fn has_attribute(text: &str, fits: impl Fn(&str) -> bool) -> bool {
    text.split_inclusive('=').filter_map(|part| part.strip_suffix('=')).any(|part| {
        let name: String = part.chars().rev().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let name: String = name.chars().rev().collect();
        let before = part.strip_suffix(name.as_str()).unwrap_or_default();
        before.ends_with([' ', '\n', '"']) && fits(&name)
    })
}

/// WEB-17: what a person typed is never markup.
#[test]
fn nothing_is_drawn_unescaped() {
    let mut wrong = Vec::new();
    for file in templates() {
        let text: String = file.text.split_whitespace().collect();
        for way in ["|safe", "|escape(\"none\")", "autoescape", "|e(\"none\")"] {
            if text.contains(way) {
                wrong.push(format!("{} has {way}", file.path));
            }
        }
    }
    for file in files("src", &["rs"]) {
        for way in ["MarkupDisplay", "escape = \"none\"", "HtmlSafe", "filters::Safe"] {
            if file.code().contains(way) {
                wrong.push(format!("{} has {way}", file.path));
            }
        }
    }
    none_of(&wrong);
}

/// WEB-06: no script and no style is in a page, and nothing comes from elsewhere.
#[test]
fn nothing_is_inline_and_nothing_from_elsewhere() {
    let mut wrong = Vec::new();
    for file in templates() {
        let text = drawn(&file);
        // A letter brings its style along, as mail does.
        let is_email_path = file.path.starts_with("templates/emails/");
        if has_attribute(&text, |name| name == "style") && !is_email_path {
            wrong.push(format!("{} has a style in a tag", file.path));
        }
        if has_attribute(&text, |name| name.starts_with("on") && name.len() > 3) {
            wrong.push(format!("{} has a script in a tag", file.path));
        }
        let layout = file.path == "templates/layout.html";
        if text.contains("<style") && !is_email_path {
            wrong.push(format!("{} has a style", file.path));
        }
        if text.matches("<script").count() != usize::from(layout) || text.contains("javascript:") {
            wrong.push(format!("{} has a script", file.path));
        }
        for elsewhere in ["src=\"http", "href=\"http", "src=\"//", "href=\"//", "@import", "url("] {
            if text.contains(elsewhere) {
                wrong.push(format!("{} has {elsewhere}", file.path));
            }
        }
    }
    none_of(&wrong);
}

/// Forms are made of the kit's parts, so that each field has its label and its place for an error.
#[test]
fn forms_are_made_of_the_kit() {
    let mut wrong = Vec::new();
    for file in templates().iter().filter(|file| file.path != "templates/kit.html") {
        let text = drawn(file);
        for part in ["<input", "<select", "<textarea", "<label"] {
            if text.contains(part) {
                wrong.push(format!("{} makes its own {part}", file.path));
            }
        }
        // The menu is a form, too, and looks like none.
        if text.contains("<button") && file.path != "templates/signed_in.html" {
            wrong.push(format!("{} makes its own button", file.path));
        }
        for form in text.split("<form").skip(1) {
            let tag = form.split('>').next().unwrap_or_default();
            // What only looks, says so: it is sent as an address.
            if !tag.contains("method=\"post\"") && !tag.contains("method=\"get\"") {
                wrong.push(format!("{}: a form that does not say how it is sent:{tag}", file.path));
            }
        }
    }
    none_of(&wrong);
}

/// A page says in one heading what it is: itself, or by a part it shares with others. Whether it is
/// one alone is seen where pages are drawn.
#[test]
fn a_page_has_its_heading() {
    let mut wrong = Vec::new();
    let (all, handled) = (templates(), handled());
    let called = |file: &File| file.path.strip_prefix("templates/").expect("a template").to_owned();
    let has_heading = |text: &str| text.contains("<h1") || text.contains("kit::confirm(");
    for file in all.iter().filter(|file| handled.contains(&called(file)) && file.text.contains("extends")) {
        let text = drawn(file);
        let shared = |part: &File| called(part) != "kit.html" && text.contains(&format!("import \"{}\"", called(part)));
        if !has_heading(&text) && !all.iter().any(|part| shared(part) && has_heading(&drawn(part))) {
            wrong.push(format!("{} has no heading", file.path));
        }
    }
    none_of(&wrong);
}

/// The templates that a struct in `src` draws.
fn handled() -> Vec<String> {
    let mut paths = Vec::new();
    for file in files("src", &["rs"]) {
        let drawn = file.text.split("#[template(path = \"").skip(1);
        paths.extend(drawn.filter_map(|after| Some(after.split_once('"')?.0.to_owned())));
    }
    assert!(paths.len() > 10);
    paths
}

#[test]
fn every_template_is_used() {
    let handled = handled();
    let all = files("templates", &["html", "txt"]);
    let mut wrong = Vec::new();
    for file in &all {
        let name = file.path.strip_prefix("templates/").expect("a template");
        let quoted = format!("\"{name}\"");
        let named = all.iter().any(|other| other.path != file.path && other.text.contains(&quoted));
        if !named && !handled.iter().any(|drawn| drawn == name) {
            wrong.push(format!("{} is drawn by nobody", file.path));
        }
    }
    none_of(&wrong);
}

/// Text is typed by people and comes from the house: a template decides nothing about roles.
#[test]
fn a_template_decides_nothing() {
    let mut wrong = Vec::new();
    for file in templates() {
        for word in ["Role::", "Permission::", "EffectiveRole::", ".allows(", ".may("] {
            if file.text.contains(word) {
                wrong.push(format!("{} decides by {word}", file.path));
            }
        }
    }
    none_of(&wrong);
}

/// The kit shows all it has: what is new in it is seen at `/dev/kit`, light and dark.
#[test]
fn the_kit_shows_every_component() {
    let all = templates();
    let find = |path: &str| all.iter().find(|file| file.path == path).map(drawn).expect("a template");
    let (kit, shown) = (find("templates/kit.html"), find("templates/dev/index.html"));
    let names = kit.split("macro ").skip(1).filter_map(|after| after.split_once('('));
    let missing: Vec<String> = names
        .filter(|(name, _)| !name.contains(char::is_whitespace) && !shown.contains(&format!("kit::{name}(")))
        .map(|(name, _)| format!("{name} is not shown at /dev/kit"))
        .collect();
    none_of(&missing);
}
