//! The one visual language of Roster, written down where it can be looked at: every token, and every
//! component of `templates/kit.html` in each of its states, light and dark. `/dev/kit` is there where
//! `/dev/mail` is: for the person who works on Roster, on their own machine.
//!
//! The page is made of the very macros and reads the very style sheet, so it can show nothing else than what
//! all other pages are made of; a architecture test finds the macro that is missing on it.

mod tokens;

use std::time::Duration;

use askama::Template;

use self::tokens::{Colour, Measure, PAIRS};
use crate::authority::{May, Scope};
use crate::web::admission::Fetch;
use crate::web::show::{Moment, Picture};
use crate::web::{Field, Layout, Page, PageError, Responder, Routes, assets};

/// The routes of the kit.
pub fn routes(routes: &mut Routes) {
    routes.get("/dev/kit", index).get("/dev/kit/question", show).post("/dev/kit/question", create);
}

#[derive(Template)]
#[template(path = "dev/index.html")]
struct Index {
    layout: Layout,
    parts: Vec<Part>,
    colours: Vec<Colour>,
    pairs: Vec<Pair>,
    spaces: Vec<Measure>,
    radii: Vec<Measure>,
    sizes: Vec<Measure>,
    weights: Vec<Measure>,
    pictures: Vec<(Picture, Picture)>,
    ada: Picture,
    grace: Picture,
    nimbus: Picture,
    faces: [Face; 2],
    empty: Field,
    filled: Field,
    wrong: Field,
    chosen: Field,
    ticked: Field,
    options: [Choice; 2],
    zones: [&'static str; 2],
    codes: [&'static str; 4],
    tabs: Vec<Part>,
    then: Moment,
    error: Option<&'static str>,
    next: Option<&'static str>,
    previous: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "dev/question.html")]
struct Show {
    layout: Layout,
}

/// A place to go to, as `kit::tabs` takes it.
struct Part {
    label: &'static str,
    href: &'static str,
    current: bool,
}

/// Something on something, with their distance in both faces.
struct Pair {
    text: &'static str,
    ground: &'static str,
    light: String,
    dark: String,
}

/// One of the two faces that everything has.
struct Face {
    kind: &'static str,
    title: &'static str,
}

impl Face {
    /// A name that is not on the page twice.
    fn named(&self, what: &str) -> String {
        format!("{}-{what}", self.kind)
    }
}

/// An option of a choice.
struct Choice {
    value: &'static str,
    label: &'static str,
    hint: &'static str,
}

/// `GET /dev/kit`
async fn index(by: May<Fetch>, respond: Responder) -> Page {
    only_in_development(&respond)?;
    let style = assets::text("css/tokens.css");
    let colours = tokens::colours(&style);
    let part = |label, href| Part { label, href, current: false };
    respond.render(&Index {
        layout: respond.layout("Kit"),
        parts: vec![
            part("Colours", "#colours"),
            part("Measures", "#measures"),
            part("Type", "#type"),
            part("Light", "#light"),
            part("Dark", "#dark"),
        ],
        pairs: pairs(&colours),
        colours,
        spaces: tokens::measures(&style, "space-"),
        radii: tokens::measures(&style, "radius"),
        sizes: tokens::measures(&style, "text-"),
        weights: tokens::measures(&style, "weight-"),
        pictures: (0..12).map(|hue| (drawn("AL", hue), drawn("N", hue))).collect(),
        ada: drawn("AL", 3),
        grace: drawn("GH", 4),
        nimbus: drawn("N", 7),
        faces: [Face { kind: "light", title: "Light" }, Face { kind: "dark", title: "Dark" }],
        empty: Field::default(),
        filled: Field::filled("Analytical Engines"),
        wrong: Field { text: "grace@".to_owned(), error: Some("Enter an address like name@example.org.".to_owned()) },
        chosen: Field::filled("member"),
        ticked: Field::filled("yes"),
        options: [
            Choice { value: "member", label: "Member", hint: "Sees everything, works on projects." },
            Choice { value: "owner", label: "Owner", hint: "Also invites people and pays the bill." },
        ],
        zones: ["Europe/Berlin", "America/New_York"],
        codes: ["7K3MX-9QTRP", "W2HD8-VN4CJ", "F6YAB-3XGKE", "PR5TU-M8WZ2"],
        tabs: vec![
            Part { label: "Members", href: "#members", current: true },
            part("Activity", "#activity"),
            part("Settings", "#settings"),
        ],
        then: by.clock().seen(by.now() - Duration::from_secs(3 * 24 * 3600), by.now()),
        error: Some("Your device could not do it. Try again, or use another one."),
        next: Some("#next"),
        previous: Some("#previous"),
    })
}

/// `GET /dev/kit/question`
async fn show(_by: May<Fetch>, respond: Responder) -> Page {
    only_in_development(&respond)?;
    respond.render(&Show { layout: respond.layout("A question") })
}

/// `POST /dev/kit/question`
async fn create(_by: May<Fetch>, respond: Responder) -> Page {
    only_in_development(&respond)?;
    respond.redirect("/dev/kit").notice("Nothing has happened: the kit only shows.")
}

fn drawn(initials: &str, hue: u8) -> Picture {
    Picture { initials: initials.to_owned(), hue, image: None }
}

/// Where letters may be looked at there is nobody but the person who works here.
fn only_in_development(respond: &Responder) -> Result<(), PageError> {
    respond.site().shows_mail.then_some(()).ok_or(PageError::NotFound)
}

fn pairs(colours: &[Colour]) -> Vec<Pair> {
    let find = |name: &str| colours.iter().find(|colour| colour.name == name);
    let told = |one: &str, other: &str| tokens::contrast(one, other).map(|far| format!("{far:.1}")).unwrap_or_default();
    let pair = |&(text, ground, _): &(&'static str, &'static str, f64)| {
        let (one, other) = (find(text)?, find(ground)?);
        Some(Pair { text, ground, light: told(&one.light, &other.light), dark: told(&one.dark, &other.dark) })
    };
    PAIRS.iter().filter_map(pair).collect()
}
