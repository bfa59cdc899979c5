//! The walk itself, by plain HTTP: whatever a page offers is followed, and what is found is collapsed
//! by the pattern of its address and by what is on the page, so that each kind of page is met.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::OnceLock;

use actix_web::http::Method;
use roster::app;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::guests::{AppState, Visitor};
use super::{Check, Finding};
use crate::shared::Answer;

/// So many addresses of one pattern each guest opens by links.
const OF_ONE_PATTERN: usize = 3;

/// A link leads on through at most so many others.
const REDIRECTS: usize = 5;

/// What is done on a page before it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Nothing: it is opened.
    Opened,
    /// All that folds is unfolded: the menu, for one.
    Unfolded,
    /// This form of the page is sent with nothing in it.
    SentEmpty(usize),
    /// This question of the page is asked in place.
    Asked(usize),
}

/// One page in one state, to be looked at.
#[derive(Clone, Debug)]
pub struct Stop {
    /// Whose page it is, by their place among the guests.
    pub guest: usize,
    /// Its path and query.
    pub path: String,
    /// The pattern of its address, or what it is where no route answers.
    pub pattern: String,
    /// What is done there first.
    pub deed: Deed,
    /// Its name for a reader and for files.
    pub name: String,
}

impl Stop {
    /// What its name says of what is done there.
    fn said(&self) -> String {
        match self.deed {
            Deed::Opened => String::new(),
            Deed::Unfolded => " unfolded".to_owned(),
            Deed::SentEmpty(nth) => format!(" sent empty {nth}"),
            Deed::Asked(nth) => format!(" asked {nth}"),
        }
    }
}

/// What the walk has found.
#[derive(Default)]
pub struct Crawl {
    /// The pages to look at.
    pub stops: Vec<Stop>,
    /// Every page as it came, by its name.
    pub pages: BTreeMap<String, String>,
    /// The patterns that answered with a page.
    pub met: BTreeSet<String>,
    /// What is amiss.
    pub findings: Vec<Finding>,
    shapes: HashMap<String, HashSet<String>>,
    forms: HashSet<String>,
    questions: HashSet<String>,
    seen: HashSet<String>,
}

/// A page on the way: what is asked of it outlives its text.
struct Found {
    links: Vec<String>,
    forms: Vec<Form>,
    questions: Vec<String>,
    folds: bool,
}

/// A form with something to fill in.
struct Form {
    place: usize,
    action: String,
    fields: Vec<(String, String)>,
}

/// Walks through the whole house.
pub async fn walked(app_state: &AppState) -> Crawl {
    let mut ways = Crawl::default();
    for place in 0..app_state.guests.len() {
        ways.walk(place, &app_state.guests[place]).await;
    }
    // What is sent may change what is shown, so nothing is sent before all is seen.
    for stop in ways.stops.clone() {
        ways.send_empty(&stop, &app_state.guests[stop.guest]).await;
    }
    for message in app_state.world.mail.all() {
        ways.pages.insert(format!("letter {}", message.kind), message.html);
    }
    ways
}

impl Crawl {
    async fn walk(&mut self, place: usize, guest: &Visitor) {
        let mut waiting: VecDeque<(String, String)> =
            guest.starts.iter().map(|start| (start.clone(), String::new())).collect();
        let mut known: HashSet<String> = guest.starts.iter().cloned().collect();
        let mut counts: HashMap<String, usize> = HashMap::new();
        while let Some((path, from)) = waiting.pop_front() {
            let Some((path, answer)) = self.arrives(guest, &path, &from).await else { continue };
            let body = answer.body_text();
            let pattern = pattern_of(&path).unwrap_or_else(|| "nowhere".to_owned());
            let pattern = if answer.status == 200 { pattern } else { format!("{} {pattern}", answer.status) };
            self.met.insert(pattern.clone());
            let found = Found::read(&body);
            self.note(place, guest, &path, &pattern, &body, &found);
            if !guest.follows || answer.status != 200 {
                continue;
            }
            for link in found.links {
                let Some(to) = joined(&path, &link) else { continue };
                let count = counts.entry(kind_of(&to)).or_default();
                if *count < OF_ONE_PATTERN && known.insert(to.clone()) {
                    *count += 1;
                    waiting.push_back((to, path.clone()));
                }
            }
        }
    }

    /// All pages that a stop is made of, as they came; nothing if one was not read.
    pub fn parts(&self, stop: &Stop) -> Option<Vec<&str>> {
        let guest = stop.name.strip_suffix(stop.said().as_str())?.strip_suffix(&format!(" {}", stop.path))?;
        let page = |path: &str| self.pages.get(&format!("{guest} {path}")).map(String::as_str);
        let first = page(&stop.path)?;
        match stop.deed {
            Deed::Opened | Deed::Unfolded => Some(vec![first]),
            Deed::SentEmpty(_) => Some(vec![first, self.pages.get(&stop.name)?]),
            Deed::Asked(nth) => {
                let question = Found::read(first).questions.into_iter().nth(nth)?;
                Some(vec![first, page(&joined(&stop.path, &question)?)?])
            }
        }
    }

    /// Opens a path and goes where it is sent; nothing if no page comes of it.
    async fn arrives(&mut self, guest: &Visitor, path: &str, from: &str) -> Option<(String, Answer)> {
        let mut path = path.to_owned();
        for _ in 0..REDIRECTS {
            let answer = guest.browser.gets(&path).await;
            if matches!(answer.status, 301..=303) {
                path = joined(&path, answer.location())?;
                continue;
            }
            // A letter may offer what has lapsed since; a page offers only what is there.
            let is_dead = answer.status >= 400 && !from.is_empty() && !from.starts_with("/dev/mail");
            if is_dead || answer.status >= 500 {
                self.tell(Check::Links, format!("{}: {from} leads to {path}: {}", guest.name, answer.status));
            }
            let is_page = answer.header("content-type").starts_with("text/html");
            return is_page.then_some((path, answer));
        }
        self.tell(Check::Links, format!("{}: {from} leads round in a circle at {path}", guest.name));
        None
    }

    /// Takes a page among those to be looked at if it shows something that none of its pattern showed
    /// before.
    fn note(&mut self, place: usize, guest: &Visitor, path: &str, pattern: &str, body: &str, found: &Found) {
        let known = self.shapes.entry(pattern.to_owned()).or_default();
        let before = known.len();
        known.extend(shape(body));
        let is_new = known.len() > before;
        let is_first_here = self.seen.insert(format!("{} {pattern}", guest.name));
        let is_theirs = body.contains("data-menu") && answered(pattern);
        let is_extreme = guest.is_extreme && is_first_here && is_theirs;
        self.pages.insert(format!("{} {path}", guest.name), body.to_owned());
        if !(is_new || is_extreme) {
            return;
        }
        let stop = |deed| {
            let (path, pattern) = (path.to_owned(), pattern.to_owned());
            let stop = Stop { guest: place, path, pattern, deed, name: String::new() };
            Stop { name: format!("{} {}{}", guest.name, stop.path, stop.said()), ..stop }
        };
        self.stops.push(stop(Deed::Opened));
        if found.folds || is_theirs && self.questions.insert(format!("{} menu", guest.name)) {
            self.stops.push(stop(Deed::Unfolded));
        }
        for (nth, question) in found.questions.iter().enumerate() {
            let asked = joined(path, question).and_then(|to| pattern_of(&to)).unwrap_or_default();
            if self.questions.insert(asked) || guest.is_extreme {
                self.stops.push(stop(Deed::Asked(nth)));
            }
        }
    }

    /// Sends each form of a page with nothing in it: each error has its place on the page that comes.
    async fn send_empty(&mut self, stop: &Stop, guest: &Visitor) {
        if stop.deed != Deed::Opened {
            return;
        }
        let Some(page) = self.pages.get(&stop.name) else { return };
        for form in Found::read(page).forms {
            let Some(to) = joined(&stop.path, &form.action) else { continue };
            let names: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
            let pattern = pattern_of(&to).unwrap_or_default();
            if !self.forms.insert(format!("{pattern} {names:?}")) {
                continue;
            }
            let fields: Vec<(&str, &str)> =
                form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = guest.browser.posts(&to, &fields).await;
            match answer.status {
                422 => {
                    let sent = Stop { deed: Deed::SentEmpty(form.place), ..stop.clone() };
                    let name = format!("{}{}", stop.name, sent.said());
                    let body = answer.body_text();
                    if !body.contains("aria-invalid") && !body.contains("role=\"alert\"") {
                        self.tell(Check::Faults, format!("{name}: no fault is shown"));
                    }
                    self.pages.insert(name.clone(), body);
                    self.stops.push(Stop { name, ..sent });
                }
                // Nothing in it was needed.
                200 | 303 => {}
                other => self.tell(Check::Faults, format!("{}: sent empty to {to}: {other}", stop.name)),
            }
        }
    }

    fn tell(&mut self, check: Check, told: String) {
        self.findings.push(Finding { check, told });
    }
}

impl Found {
    fn read(body: &str) -> Self {
        let page = Html::parse_document(body);
        let all = |css: &str| page.select(&Selector::parse(css).expect("a selector")).collect::<Vec<_>>();
        let hrefs = |css: &str| all(css).iter().filter_map(|a| a.attr("href")).map(str::to_owned).collect();
        Self {
            links: hrefs("a[href]"),
            questions: hrefs("a[data-dialog]"),
            folds: !all("details:not([data-menu])").is_empty(),
            forms: all("form").into_iter().enumerate().filter_map(|(place, form)| Form::read(place, form)).collect(),
        }
    }
}

impl Form {
    /// A posted form as a browser sends it when everything a person could fill in is empty.
    fn read(place: usize, form: ElementRef<'_>) -> Option<Self> {
        let is_posted = form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
        if !is_posted || form.attr("enctype").is_some() {
            return None;
        }
        let controls = Selector::parse("input[name], select[name], textarea[name], button[name]").expect("a selector");
        let (mut fields, mut to_fill, mut pressed) = (Vec::new(), false, false);
        for control in form.select(&controls) {
            let name = control.attr("name").unwrap_or_default().to_owned();
            let value = control.attr("value").unwrap_or_default().to_owned();
            match (control.value().name(), control.attr("type").unwrap_or_default()) {
                ("input", "hidden") => fields.push((name, value)),
                ("input", "checkbox" | "radio") => to_fill = true,
                ("button", _) if !pressed => {
                    pressed = true;
                    fields.push((name, value));
                }
                ("button", _) => {}
                _ => {
                    to_fill = true;
                    fields.push((name, String::new()));
                }
            }
        }
        to_fill.then(|| Self { place, action: form.attr("action").unwrap_or_default().to_owned(), fields })
    }
}

/// Whether a pattern stands for pages that answered as asked.
fn answered(pattern: &str) -> bool {
    pattern.starts_with('/')
}

/// What is on a page: each kind of element with its class and how it is shown to those who hear it,
/// and what its buttons say.
fn shape(body: &str) -> BTreeSet<String> {
    let page = Html::parse_document(body);
    let elements = page.root_element().descendants().filter_map(ElementRef::wrap);
    let part = |element: ElementRef<'_>| {
        let told = |name: &str| element.attr(name).unwrap_or_default().to_owned();
        // Pictures differ by their colour alone.
        let class: Vec<String> =
            told("class").split_whitespace().filter(|word| !word.starts_with("hue-")).map(str::to_owned).collect();
        let is_button = class.iter().any(|word| word == "button");
        let said: String = if is_button { element.text().collect() } else { String::new() };
        format!("{}.{} {} {} {said}", element.value().name(), class.join("."), told("role"), told("type"))
    };
    elements.map(part).collect()
}

/// Where a link of a page leads, if that is within the house and a page.
fn joined(page: &str, link: &str) -> Option<String> {
    let base = Url::parse("http://roster.invalid").expect("an address").join(page).ok()?;
    let mut to = base.join(link).ok()?;
    if to.origin() != base.origin() || to.path().starts_with("/static/") {
        return None;
    }
    to.set_fragment(None);
    Some(to[url::Position::BeforePath..].to_owned())
}

/// What is counted as one kind of address: its pattern, and which questions are behind it.
fn kind_of(path: &str) -> String {
    let query = path.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let names: BTreeSet<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{:?} {names:?}", pattern_of(path))
}

/// The pattern of the route that answers to GET at a path: the one with fixed segments first, as the
/// application tries them.
pub fn pattern_of(path: &str) -> Option<String> {
    let path = path.split('?').next().unwrap_or_default();
    let fits = |pattern: &str| {
        pattern.split('/').count() == path.split('/').count()
            && pattern
                .split('/')
                .zip(path.split('/'))
                .all(|(part, here)| part == here || part.starts_with('{') && !here.is_empty())
    };
    let varying = |pattern: &String| pattern.split('/').map(|part| part.starts_with('{')).collect::<Vec<_>>();
    mounted().iter().filter(|pattern| fits(pattern)).min_by_key(|pattern| varying(pattern)).cloned()
}

/// The patterns that answer to GET.
pub fn mounted() -> &'static [String] {
    static MOUNTED: OnceLock<Vec<String>> = OnceLock::new();
    MOUNTED.get_or_init(|| {
        let readable = app::table().into_iter().filter(|route| route.method == Method::GET);
        readable.map(|route| route.pattern).collect()
    })
}
