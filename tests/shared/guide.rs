//! The manual in the hands of somebody who does to the letter what it says.

use std::collections::{BTreeMap, VecDeque};

use super::page::Page;
use super::world::World;

/// Something that a step says to do.
#[derive(Clone, Debug)]
pub struct Deed {
    /// What: `press`, `fill`, …
    pub what: String,
    /// The label, or what the manual calls a thing of the reader's own.
    pub words: String,
}

/// One topic as its page tells it, with what the reader knows and the manual cannot.
pub struct Guide {
    topic: &'static str,
    lists: VecDeque<Vec<Deed>>,
    known: BTreeMap<&'static str, String>,
}

impl Guide {
    /// Opens a topic, as everybody may.
    pub async fn to(world: &World, topic: &'static str) -> Self {
        let visitor = world.visitor().await;
        visitor.opens(&format!("/help/{topic}")).await.status(200);
        let lists = lists(&visitor.page());
        assert!(!lists.is_empty(), "no steps in {topic}");
        Self { topic, lists, known: BTreeMap::new() }
    }

    /// What is typed into a field, what a thing is called, which row is meant.
    pub fn knows<const N: usize>(&mut self, known: [(&'static str, &str); N]) -> &mut Self {
        self.known.extend(known.map(|(what, answer)| (what, answer.to_owned())));
        self
    }

    /// The answer to what the manual leaves to its reader.
    #[track_caller]
    pub fn answer(&self, what: &str) -> &str {
        self.known.get(what).unwrap_or_else(|| panic!("{}: the reader does not know {what:?}", self.topic))
    }

    /// The next steps, from one number 1 to the last.
    #[track_caller]
    pub fn next(&mut self) -> Vec<Deed> {
        self.lists.pop_front().unwrap_or_else(|| panic!("no more steps in {}", self.topic))
    }

    /// Where the reader is, for a failure.
    pub fn topic(&self) -> &'static str {
        self.topic
    }
}

impl Drop for Guide {
    fn drop(&mut self) {
        assert!(self.lists.is_empty() || std::thread::panicking(), "steps of {} that nobody followed", self.topic);
    }
}

/// What each list of steps on a page says to do.
pub fn lists(page: &Page) -> VecDeque<Vec<Deed>> {
    let deed = scraper::Selector::parse("[data-do]").expect("a selector");
    let read = |list: scraper::ElementRef<'_>| {
        let deeds = list.select(&deed).map(|found| Deed {
            what: found.attr("data-do").unwrap_or_default().to_owned(),
            words: found.text().collect(),
        });
        deeds.collect()
    };
    page.all("ol[data-steps]").into_iter().map(read).collect()
}
