//! A page as its reader sees it: words, links, labelled fields, named buttons, rows.

use std::collections::HashMap;

use reqwest::header::HeaderMap;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::multipart::{self, Chosen};
use super::words::{flat, is_seen, name, words};

/// What belongs together to the eye.
const ROWS: &str = "li, tr, section, article, fieldset";

/// What was done to a field and not sent yet, by the place of the field among all.
#[derive(Clone, Debug)]
enum Done {
    Filled(String),
    Ticked(bool),
    Chose(Chosen),
}

/// Where a button or a link leads.
#[derive(Clone, Debug)]
pub enum Step {
    /// A page to be opened.
    Open(Url),
    /// A form to be sent.
    Send(Url, Vec<(String, String)>),
    /// A form with files, as it is sent.
    Upload(Url, Vec<u8>),
}

/// An open page.
pub struct Page {
    /// Where it was found.
    pub address: Url,
    /// The status it came with.
    pub status: u16,
    /// The headers it came with.
    pub headers: HeaderMap,
    /// As it came.
    pub body: String,
    html: Html,
    done: HashMap<usize, Done>,
}

/// The selector of a fixed text.
fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a selector")
}

impl Page {
    /// A page that came.
    pub fn new(address: Url, status: u16, headers: HeaderMap, body: String) -> Self {
        let html = Html::parse_document(&body);
        Self { address, status, headers, body, html, done: HashMap::new() }
    }

    /// Its words.
    pub fn text(&self) -> String {
        let kind = self.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("text/html") { words(self.html.root_element()) } else { self.body.clone() }
    }

    /// Its words after where it is and how it came, for a failure.
    pub fn told(&self) -> String {
        format!("--- {} ({})\n{}\n---", self.address, self.status, self.text())
    }

    /// Whether it says this, wherever its lines break.
    pub fn says(&self, expected: &str) -> bool {
        flat(&self.text()).contains(&flat(expected))
    }

    /// What is in the title bar.
    pub fn title(&self) -> String {
        self.all("title").first().map(|title| flat(&title.text().collect::<String>())).unwrap_or_default()
    }

    /// Everything a selector finds, in order.
    pub fn all(&self, of: &str) -> Vec<ElementRef<'_>> {
        self.html.select(&selector(of)).collect()
    }

    /// Fails with the page.
    #[track_caller]
    pub fn fail(&self, why: &str) -> ! {
        panic!("{why}\n{}", self.told())
    }

    /// The one of several that was meant.
    #[track_caller]
    fn only<'a>(&self, found: Vec<ElementRef<'a>>, what: &str) -> ElementRef<'a> {
        match found.as_slice() {
            [one] => *one,
            [] => self.fail(&format!("no {what}")),
            several => self.fail(&format!("{} times {what}: say in which row", several.len())),
        }
    }

    /// The innermost row that says a text and holds something that `fits`. A row where the text stands
    /// for itself comes before one where it is a part of a sentence.
    #[track_caller]
    fn row_with(&self, text: &str, what: &str, fits: impl Fn(ElementRef<'_>) -> bool) -> ElementRef<'_> {
        let holding: Vec<_> = self
            .all(ROWS)
            .into_iter()
            .filter(|row| is_seen(*row) && flat(&words(*row)).contains(&flat(text)) && fits(*row))
            .collect();
        let alone = |row: &ElementRef<'_>| {
            row.descendants().filter_map(ElementRef::wrap).any(|inside| flat(&words(inside)) == flat(text))
        };
        let exact: Vec<_> = holding.iter().copied().filter(alone).collect();
        let among = if exact.is_empty() { holding } else { exact };
        let innermost = |row: &&ElementRef<'_>| {
            !among.iter().any(|other| other.id() != row.id() && other.ancestors().any(|above| above.id() == row.id()))
        };
        let innermost: Vec<_> = among.iter().filter(innermost).copied().collect();
        self.only(innermost, &format!("row that says {text:?} and has {what}"))
    }

    fn links(&self, within: ElementRef<'_>, called: &str) -> Vec<ElementRef<'_>> {
        self.named(within, "a[href]", called)
    }

    fn buttons(&self, within: ElementRef<'_>, called: &str) -> Vec<ElementRef<'_>> {
        let buttons = self.named(within, "button:not([type=button]), input[type=submit]", called);
        // What looks like a button is pressed, be it a link or not.
        if buttons.is_empty() { self.named(within, "a.button[href]", called) } else { buttons }
    }

    fn named(&self, within: ElementRef<'_>, of: &str, called: &str) -> Vec<ElementRef<'_>> {
        let is_within = |found: &ElementRef<'_>| {
            found.id() == within.id() || found.ancestors().any(|above| above.id() == within.id())
        };
        let found = self.all(of).into_iter().filter(|found| is_seen(*found) && flat(&name(*found)) == flat(called));
        found.filter(is_within).collect()
    }

    /// Links of one name that lead to the same place are as good as one.
    fn without_repeats<'a>(&self, mut links: Vec<ElementRef<'a>>) -> Vec<ElementRef<'a>> {
        let mut seen = Vec::new();
        links.retain(|link| {
            let leads = link.attr("href").map(str::to_owned);
            let new = leads.is_none() || !seen.contains(&leads);
            seen.push(leads);
            new
        });
        links
    }

    /// Whether a link of this name can be seen.
    pub fn has_link(&self, called: &str) -> bool {
        !self.links(self.html.root_element(), called).is_empty()
    }

    /// Whether a button of this name can be seen.
    pub fn has_button(&self, called: &str) -> bool {
        !self.buttons(self.html.root_element(), called).is_empty()
    }

    /// Whether a row that says a text has a link or a button of this name.
    #[track_caller]
    pub fn row_offers(&self, text: &str, called: &str) -> bool {
        let row = self.row_with(text, "words", |_| true);
        !self.links(row, called).is_empty() || !self.buttons(row, called).is_empty()
    }

    /// The words of the row that says a text.
    #[track_caller]
    pub fn row(&self, text: &str) -> String {
        flat(&words(self.row_with(text, "words", |_| true)))
    }

    /// Where a link leads.
    #[track_caller]
    pub fn link(&self, called: &str) -> Step {
        let links = self.without_repeats(self.links(self.html.root_element(), called));
        self.leads(self.only(links, &format!("link {called:?}")))
    }

    /// Where a link in a row leads.
    #[track_caller]
    pub fn link_in(&self, text: &str, called: &str) -> Step {
        let what = format!("the link {called:?}");
        let row = self.row_with(text, &what, |row| !self.links(row, called).is_empty());
        self.leads(self.only(self.without_repeats(self.links(row, called)), &what))
    }

    /// What a button sends, or where it leads.
    #[track_caller]
    pub fn button(&self, called: &str) -> Step {
        let buttons = self.without_repeats(self.buttons(self.html.root_element(), called));
        self.pressed(self.only(buttons, &format!("button {called:?}")))
    }

    /// What a button in a row sends, or where it leads.
    #[track_caller]
    pub fn button_in(&self, text: &str, called: &str) -> Step {
        let what = format!("the button {called:?}");
        let row = self.row_with(text, &what, |row| !self.buttons(row, called).is_empty());
        self.pressed(self.only(self.buttons(row, called), &what))
    }

    #[track_caller]
    fn leads(&self, link: ElementRef<'_>) -> Step {
        let href = link.attr("href").unwrap_or_default();
        Step::Open(self.address.join(href).unwrap_or_else(|_| self.fail(&format!("a link to {href:?}"))))
    }

    #[track_caller]
    fn pressed(&self, button: ElementRef<'_>) -> Step {
        if button.value().name() == "a" {
            return self.leads(button);
        }
        let Some(form) = button.ancestors().filter_map(ElementRef::wrap).find(|above| above.value().name() == "form")
        else {
            self.fail(&format!("the button {:?} belongs to no form", name(button)))
        };
        let action = form.attr("action").filter(|action| !action.is_empty()).unwrap_or(self.address.as_str());
        let mut action = self.address.join(action).expect("an address");
        let fields = self.fields(form, button);
        if form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post")) {
            if form.attr("enctype") == Some("multipart/form-data") {
                return Step::Upload(action, multipart::body(&fields, &self.files(form)));
            }
            return Step::Send(action, fields);
        }
        action.query_pairs_mut().clear().extend_pairs(fields);
        Step::Open(action)
    }

    /// What a form sends when a button of it is pressed, as the HTML standard has it.
    fn fields(&self, form: ElementRef<'_>, pressed: ElementRef<'_>) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        for (place, control) in self.controls().into_iter().enumerate() {
            let Some(name) = control.attr("name").filter(|name| !name.is_empty()) else { continue };
            let belongs = match control.attr("form") {
                Some(id) => form.attr("id") == Some(id),
                None => control.ancestors().any(|above| above.id() == form.id()),
            };
            if !belongs || control.attr("disabled").is_some() {
                continue;
            }
            let kind = (control.value().name(), control.attr("type").unwrap_or("text"));
            let value = match kind {
                ("input", "file") => None,
                ("button", _) | ("input", "submit" | "button" | "image" | "reset") => {
                    (control.id() == pressed.id()).then(|| control.attr("value").unwrap_or_default().to_owned())
                }
                ("input", "checkbox" | "radio") => {
                    self.is_ticked(place, control).then(|| control.attr("value").unwrap_or("on").to_owned())
                }
                _ => Some(self.value(place, control)),
            };
            fields.extend(value.map(|value| (name.to_owned(), value.replace("\r\n", "\n").replace('\n', "\r\n"))));
        }
        fields
    }

    /// The files of a form; a field in which none was chosen sends one without a name that holds nothing.
    fn files(&self, form: ElementRef<'_>) -> Vec<(String, Chosen)> {
        let files = selector("input[type=file][name]");
        let fields = form.select(&files);
        let chosen = fields.map(|field| {
            let file = match self.done.get(&self.place(field)) {
                Some(Done::Chose(file)) => file.clone(),
                _ => Chosen::default(),
            };
            (field.attr("name").unwrap_or_default().to_owned(), file)
        });
        chosen.collect()
    }

    /// Chooses a file in the field with a label.
    #[track_caller]
    pub fn choose_file(&mut self, label: &str, file: Chosen) {
        let field = self.field(label, None);
        if field.attr("type") != Some("file") {
            self.fail(&format!("no file can be chosen in {label:?}"));
        }
        let place = self.place(field);
        self.done.insert(place, Done::Chose(file));
    }

    /// All fields and buttons, in order: what was done to one is noted by its place.
    fn controls(&self) -> Vec<ElementRef<'_>> {
        self.all("input, select, textarea, button")
    }

    fn place(&self, control: ElementRef<'_>) -> usize {
        self.controls().iter().position(|other| other.id() == control.id()).expect("a control of this page")
    }

    fn is_ticked(&self, place: usize, control: ElementRef<'_>) -> bool {
        match self.done.get(&place) {
            Some(Done::Ticked(ticked)) => *ticked,
            _ => control.attr("checked").is_some(),
        }
    }

    fn value(&self, place: usize, control: ElementRef<'_>) -> String {
        if let Some(Done::Filled(text)) = self.done.get(&place) {
            return text.clone();
        }
        match control.value().name() {
            "textarea" => control.text().collect(),
            "select" => {
                let options: Vec<_> = control.select(&selector("option")).collect();
                let chosen = options.iter().rev().find(|option| option.attr("selected").is_some());
                chosen.or(options.first()).map(|option| option_value(*option)).unwrap_or_default()
            }
            _ => control.attr("value").unwrap_or_default().to_owned(),
        }
    }

    /// The field with a label, perhaps in a row.
    #[track_caller]
    fn field(&self, label: &str, row: Option<&str>) -> ElementRef<'_> {
        let labelled = |within: ElementRef<'_>| -> Vec<ElementRef<'_>> {
            let by_label = self.named(within, "label", label).into_iter().filter_map(|found| self.labelled_by(found));
            let by_itself = self.named(within, "input[aria-label], select[aria-label], textarea[aria-label]", label);
            by_label.chain(by_itself).collect()
        };
        let what = format!("field {label:?}");
        match row {
            None => self.only(labelled(self.html.root_element()), &what),
            Some(text) => {
                let row = self.row_with(text, &what, |row| !labelled(row).is_empty());
                self.only(labelled(row), &what)
            }
        }
    }

    fn labelled_by(&self, label: ElementRef<'_>) -> Option<ElementRef<'_>> {
        match label.attr("for") {
            Some(id) => self.by_id(id),
            None => self
                .all("input, select, textarea")
                .into_iter()
                .find(|field| field.ancestors().any(|above| above.id() == label.id())),
        }
    }

    fn by_id(&self, id: &str) -> Option<ElementRef<'_>> {
        self.all("[id]").into_iter().find(|element| element.attr("id") == Some(id))
    }

    /// Whether there is a field with this label.
    pub fn has_field(&self, label: &str) -> bool {
        !self.named(self.html.root_element(), "label", label).is_empty()
    }

    /// Types into a field, in place of what is there.
    #[track_caller]
    pub fn fill(&mut self, label: &str, row: Option<&str>, text: &str) {
        let field = self.field(label, row);
        let fits = match field.value().name() {
            "textarea" => true,
            "input" => !matches!(field.attr("type"), Some("checkbox" | "radio" | "hidden" | "file")),
            _ => false,
        };
        if !fits || field.attr("readonly").is_some() || field.attr("disabled").is_some() {
            self.fail(&format!("nothing can be typed into {label:?}"));
        }
        let place = self.place(field);
        self.done.insert(place, Done::Filled(text.to_owned()));
    }

    /// Chooses an option of a list that drops down, or ticks a box, or one of several.
    #[track_caller]
    pub fn choose(&mut self, called: &str, row: Option<&str>) {
        let within = row.map_or_else(
            || self.html.root_element(),
            |text| self.row_with(text, &format!("{called:?} to choose"), |row| !self.choices(row, called).is_empty()),
        );
        let choice = self.only(self.choices(within, called), &format!("{called:?} to choose"));
        let done = if choice.value().name() == "option" {
            let list = choice.ancestors().filter_map(ElementRef::wrap).find(|above| above.value().name() == "select");
            vec![(self.place(list.expect("a list")), Done::Filled(option_value(choice)))]
        } else if choice.attr("type") == Some("radio") {
            let same = |other: &ElementRef<'_>| {
                other.attr("type") == Some("radio")
                    && other.attr("name") == choice.attr("name")
                    && form_of(*other) == form_of(choice)
            };
            let all = self.controls().into_iter().filter(same);
            all.map(|other| (self.place(other), Done::Ticked(other.id() == choice.id()))).collect()
        } else {
            vec![(self.place(choice), Done::Ticked(true))]
        };
        self.done.extend(done);
    }

    /// Unticks a box.
    #[track_caller]
    pub fn untick(&mut self, label: &str) {
        let place = self.place(self.field(label, None));
        self.done.insert(place, Done::Ticked(false));
    }

    fn choices(&self, within: ElementRef<'_>, called: &str) -> Vec<ElementRef<'_>> {
        let labelled = self.named(within, "label", called).into_iter().filter_map(|label| self.labelled_by(label));
        let by_themselves = self.named(within, "input[aria-label]", called);
        let ticked =
            labelled.chain(by_themselves).filter(|field| matches!(field.attr("type"), Some("radio" | "checkbox")));
        ticked.chain(self.named(within, "option", called)).collect()
    }

    /// What is in a field.
    #[track_caller]
    pub fn holds(&self, label: &str) -> String {
        let field = self.field(label, None);
        let value = self.value(self.place(field), field);
        if field.value().name() != "select" {
            return value;
        }
        let shown = field.select(&selector("option")).find(|option| option_value(*option) == value);
        shown.map(|option| flat(&words(option))).unwrap_or_default()
    }

    /// Whether a box is ticked, or one of several chosen.
    #[track_caller]
    pub fn is_chosen(&self, label: &str) -> bool {
        let field = self.field(label, None);
        self.is_ticked(self.place(field), field)
    }

    /// What is beside a field: its error or its hint, by what is read out with it. The name of a
    /// group of choices counts, too.
    #[track_caller]
    pub fn beside(&self, label: &str) -> String {
        let groups = self.named(self.html.root_element(), "legend", label);
        let described = match groups.first().and_then(|legend| legend.parent().and_then(ElementRef::wrap)) {
            Some(group) => group,
            None => self.field(label, None),
        };
        let ids = described.attr("aria-describedby").unwrap_or_default().split_whitespace();
        ids.filter_map(|id| self.by_id(id)).map(|note| flat(&words(note))).collect::<Vec<_>>().join(" ")
    }

    /// The lists of this page (of the part under a heading), each as the words of its rows.
    pub fn lists(&self, under: Option<&str>) -> Vec<Vec<String>> {
        let is_under = |list: &ElementRef<'_>| {
            under.is_none_or(|heading| {
                let parts = list.ancestors().filter_map(ElementRef::wrap);
                let mut parts = parts.filter(|part| matches!(part.value().name(), "section" | "article" | "main"));
                parts.next().is_some_and(|part| {
                    let called = part.attr("aria-label").map(flat);
                    let heads = part.select(&selector("h1, h2, h3, caption")).any(|head| flat(&words(head)) == heading);
                    heads || called.as_deref() == Some(heading)
                })
            })
        };
        let lists = self.all("ul, ol, tbody").into_iter().filter(|list| is_seen(*list)).filter(is_under);
        let rows = |list: ElementRef<'_>| list.child_elements().map(|row| flat(&words(row))).collect();
        lists.map(rows).collect()
    }
}

fn form_of(control: ElementRef<'_>) -> Option<String> {
    let form = control.ancestors().filter_map(ElementRef::wrap).find(|above| above.value().name() == "form");
    form.map(|form| format!("{:?}", form.id()))
}

fn option_value(option: ElementRef<'_>) -> String {
    option.attr("value").map_or_else(|| flat(&words(option)), str::to_owned)
}
