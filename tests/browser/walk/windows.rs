//! All that is looked at in a browser, in a few windows beside one another, each page by each set of rules once.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use futures_util::future::join_all;

use super::crawl::{Crawl, Stop};
use super::guests::AppState;
use super::looks::{Look, SHIFTS};
use super::memory::{Memory, Ticket};
use super::{Finding, emails, focus, tools, violations};
use crate::chromium::{Screen, on_screen};

/// Windows at once. More keep two cores no busier: a window waits for its answers most of the time.
const WINDOWS: usize = 3;

/// What is done in a window.
enum Work<'a> {
    /// The keyboard walks through a page of a guest.
    Keyboard(&'static str, &'static str),
    /// A page in one state is looked at in all its faces.
    Look(&'a Stop),
    /// A page is looked at with the wishes of readers.
    Wish(&'a Stop),
    /// An email of a kind is looked at.
    EmailTemplate(&'a str, &'a str),
}

/// How much was looked at, and what was found.
pub struct Looked {
    /// What is amiss.
    pub findings: Vec<Finding>,
    /// How many looks there were.
    pub looks: usize,
    /// How many were not needed: they were right before.
    pub known: usize,
}

/// Looks at everything that is not known to be right.
pub async fn looked_at(app_state: &AppState, ways: &Crawl, memory: &Memory) -> Looked {
    let kinds = emails::kinds(app_state).await;
    let all = all_work(ways, &kinds);
    let looks = all.len();
    let waiting: VecDeque<(Work<'_>, Ticket)> =
        all.into_iter().filter_map(|tx| memory.claim(&tx.rules(), tx.parts(ways)).map(|ticket| (tx, ticket))).collect();
    let known = looks - waiting.len();
    let (waiting, findings) = (RefCell::new(waiting), RefCell::new(Vec::new()));
    let windows = WINDOWS.min(waiting.borrow().len());
    let axe = tools::axe();
    let window = |_| {
        on_screen(&app_state.world, async |screen| {
            screen.brings(&axe).await.brings(SHIFTS).await;
            let mut has_been_here = false;
            loop {
                let Some((tx, ticket)) = waiting.borrow_mut().pop_front() else { break };
                let found = tx.is_done(app_state, screen, &mut has_been_here).await;
                if found.is_empty() {
                    memory.keep(ticket);
                }
                findings.borrow_mut().extend(found);
            }
        })
    };
    join_all((0..windows).map(window)).await;
    Looked { findings: findings.into_inner(), looks, known }
}

/// All there is to look at; what waits longest for its answers comes first, so that nothing is left to one window
/// alone.
fn all_work<'a>(ways: &'a Crawl, kinds: &'a BTreeMap<String, String>) -> Vec<Work<'a>> {
    let keyboard = focus::PAGES.iter().map(|(name, path)| Work::Keyboard(name, path));
    let looks = ways.stops.iter().map(Work::Look);
    let wishes = violations::of_each_kind(&ways.stops).map(Work::Wish);
    let emails = kinds.iter().map(|(kind, html)| Work::EmailTemplate(kind, html));
    keyboard.chain(looks).chain(wishes).chain(emails).collect()
}

impl Work<'_> {
    /// What the page is judged by, beside what is on it.
    fn rules(&self) -> String {
        match self {
            Self::Keyboard(..) => "keyboard".to_owned(),
            Self::Look(stop) => format!("look {} {:?}", stop.pattern, stop.deed),
            Self::Wish(stop) => format!("wishes {}", stop.pattern),
            Self::EmailTemplate(..) => "letter".to_owned(),
        }
    }

    /// All that makes up what is seen; nothing if the walk has not read it all.
    fn parts<'b>(&'b self, ways: &'b Crawl) -> Option<Vec<&'b str>> {
        match self {
            Self::Keyboard(name, path) => Some(vec![ways.pages.get(&format!("{name} {path}"))?.as_str()]),
            Self::Look(stop) | Self::Wish(stop) => ways.parts(stop),
            Self::EmailTemplate(_, html) => Some(vec![html]),
        }
    }

    async fn is_done(&self, app_state: &AppState, screen: &Screen, has_been_here: &mut bool) -> Vec<Finding> {
        let guest = match self {
            Self::Keyboard(name, _) => app_state.guests.iter().find(|guest| guest.name == *name),
            Self::Look(stop) | Self::Wish(stop) => app_state.guests.get(stop.guest),
            Self::EmailTemplate(..) => None,
        };
        if let Some(guest) = guest {
            screen.has_cookies(&guest.browser.cookies()).await;
        }
        match self {
            Self::Keyboard(name, path) => focus::walked(screen, name, path).await,
            Self::Look(stop) => {
                let findings = RefCell::new(Vec::new());
                let mut look = Look { screen, findings: &findings, has_been_here: *has_been_here };
                look.at(stop).await;
                *has_been_here = look.has_been_here;
                findings.into_inner()
            }
            Self::Wish(stop) => violations::looked_at(screen, stop).await,
            Self::EmailTemplate(kind, html) => emails::looked_at(screen, kind, html).await,
        }
    }
}
