//! A walk through every page, found by following whatever the pages of the demonstration offer: a new
//! page is checked by itself. The walk is done once; each test tells one kind of what it found.

mod crawl;
mod emails;
mod focus;
mod guests;
mod looks;
mod manual;
mod memory;
mod pictures;
mod tools;
mod windows;

pub use tools::axe;
mod violations;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Instant;

use crawl::Crawl;
use guests::AppState;
use memory::{Memory, Ticket};
use tools::Checker;

/// Addresses that answer with no page of their own, with the reason.
const NO_PAGES: [(&str, &str); 6] = [
    ("/", "leads on to the dashboard or to Sign In"),
    ("/static/{name}", "style and script"),
    ("/pictures/{picture}", "a picture on other pages"),
    ("/healthz", "for machines"),
    ("/readyz", "for machines"),
    ("/metrics", "for machines"),
];

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    /// A link leads to what it says.
    Links,
    /// An empty form comes back with its errors.
    Faults,
    /// Every mounted page is met.
    Met,
    /// The Nu HTML checker finds no error.
    Markup,
    /// axe finds nothing.
    Axe,
    /// Nothing scrolls sideways.
    Sideways,
    /// Nothing is said on the console, and no policy is broken.
    Amiss,
    /// A page is light, and asks for little.
    Weight,
    /// Nothing moves after it was drawn.
    Shift,
    /// The focus is seen, and Tab leads everywhere.
    Focus,
    /// Forced colours, more contrast, no motion and paper are honoured.
    Violations,
}

/// Something amiss.
#[derive(Clone, Debug)]
struct Finding {
    check: Check,
    told: String,
}

/// What the walk of this process has found, or why it could not be done.
fn walk() -> &'static Result<Vec<Finding>, String> {
    static WALK: OnceLock<Result<Vec<Finding>, String>> = OnceLock::new();
    WALK.get_or_init(|| {
        let walk = std::thread::spawn(|| actix_web::rt::System::new().block_on(walked()));
        walk.join().map_err(|panic| {
            let told = panic.downcast_ref::<String>().cloned();
            told.or_else(|| panic.downcast_ref::<&str>().map(|told| (*told).to_owned())).unwrap_or_default()
        })
    })
}

async fn walked() -> Vec<Finding> {
    let begun = Instant::now();
    let app_state = AppState::opens().await;
    let opened = begun.elapsed();
    let mut ways = crawl::walked(&app_state).await;
    let mut findings = std::mem::take(&mut ways.findings);
    findings.extend(unmet(&ways));
    let walked = begun.elapsed();
    let memory = Memory::read(&app_state).await;
    let unknown = kept(&ways, &memory);
    let checker = Checker::begins(unknown.keys().cloned().collect());
    let looked = windows::looked_at(&app_state, &ways, &memory).await;
    findings.extend(looked.findings);
    let seen = begun.elapsed();
    let faulty = checker.ends();
    for (page, ticket) in unknown {
        let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !faulty.iter().any(|found| found.told.starts_with(&name)) {
            memory.keep(ticket);
        }
    }
    findings.extend(faulty);
    memory.write();
    println!(
        "{} pages, {} looks, of which {} were known to be right: opened after {opened:.1?}, walked after {walked:.1?}, \
         looked at after {seen:.1?}, done after {:.1?}",
        ways.pages.len(),
        looked.looks,
        looked.known,
        begun.elapsed()
    );
    findings
}

/// What is mounted and was not met; and what needs no reason any more.
fn unmet(ways: &Crawl) -> Vec<Finding> {
    let excused = |pattern: &str| NO_PAGES.iter().any(|(known, _)| *known == pattern);
    let mut told = Vec::new();
    for pattern in crawl::mounted() {
        match (ways.met.contains(pattern), excused(pattern)) {
            (false, false) => told.push(format!(
                "no page was met at {pattern}: link to it, or let a guest begin there (tests/browser/walk/guests.rs)"
            )),
            (true, true) => told.push(format!("{pattern} is excused in vain")),
            _ => {}
        }
    }
    told.extend(focus::unknown(&ways.stops).into_iter().map(|path| format!("the keyboard finds no page at {path}")));
    told.into_iter().map(|told| Finding { check: Check::Met, told }).collect()
}

/// Writes the pages into a folder for the person who looks into what was found. Answers those that the checker does not
/// know.
fn kept(ways: &Crawl, memory: &Memory) -> BTreeMap<PathBuf, Ticket> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("walk");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut unknown = BTreeMap::new();
    for (place, (name, page)) in ways.pages.iter().enumerate() {
        let path = folder.join(format!("{place:03}-{}.html", file_name(name)));
        std::fs::write(&path, page).expect("a page");
        unknown.extend(memory.claim("markup", Some(vec![page])).map(|ticket| (path, ticket)));
    }
    let stops: Vec<&str> = ways.stops.iter().map(|stop| stop.name.as_str()).collect();
    std::fs::write(folder.join("stops.txt"), stops.join("\n")).expect("a list");
    unknown
}

/// A name that a file can have.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let name: String = name.chars().map(plain).collect();
    let words: Vec<&str> = name.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-").chars().take(100).collect()
}

#[track_caller]
fn none_of(check: Check) {
    let findings = walk().as_ref().unwrap_or_else(|told| panic!("there was no walk: {told}"));
    let told: Vec<&str> =
        findings.iter().filter(|found| found.check == check).map(|found| found.told.as_str()).collect();
    assert!(told.is_empty(), "{} findings\n{}\n", told.len(), told.join("\n"));
}

#[test]
fn every_mounted_page_is_met() {
    none_of(Check::Met);
}

#[test]
fn no_link_leads_nowhere() {
    none_of(Check::Links);
}

#[test]
fn an_empty_form_comes_back_with_its_faults() {
    none_of(Check::Faults);
}

#[test]
fn the_html_checker_finds_no_error() {
    none_of(Check::Markup);
}

#[test]
fn axe_finds_nothing() {
    none_of(Check::Axe);
}

#[test]
fn nothing_scrolls_sideways_on_a_small_telephone() {
    none_of(Check::Sideways);
}

#[test]
fn nothing_is_said_on_the_console_and_no_policy_is_broken() {
    none_of(Check::Amiss);
}

#[test]
fn pages_are_light_and_ask_for_little() {
    none_of(Check::Weight);
}

#[test]
fn nothing_moves_after_it_was_drawn() {
    none_of(Check::Shift);
}

#[test]
fn what_readers_wish_for_is_honoured() {
    none_of(Check::Violations);
}

#[test]
fn the_focus_is_seen_wherever_tab_leads() {
    none_of(Check::Focus);
}
