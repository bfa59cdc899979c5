//! Which part of the audit log is asked for: it is in the address of the page, so that it can be shared.

use serde::Deserialize;

use crate::audit_log::ActivityCategory;
use crate::organizations::Sought;
use crate::text::{FieldError, Username};
use crate::web::Field;
use crate::web::clock::Clock;
use crate::web::paging::Cursor;

/// What Roster does by itself is in the audit log under its own name.
const ITSELF: &str = "Roster";

/// The filter of an organization's history. A field that is missing or empty asks for nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Who did it.
    pub person: Field,
    /// What it is about.
    pub kind: Field,
    /// The first day, where the reader is.
    pub from: Field,
    /// The last day, where the reader is.
    pub to: Field,
    after: Option<String>,
}

impl Filter {
    /// A filter as it was sent, without a page of it.
    pub const fn new(person: Field, kind: Field, from: Field, to: Field) -> Self {
        Self { person, kind, from, to, after: None }
    }

    /// Reads all fields before judging. Days are those of the reader's clock.
    pub fn read(&mut self, clock: Clock) -> Option<Sought> {
        let by = read(&mut self.person, person);
        let topic = read(&mut self.kind, ActivityCategory::parse);
        let from = read(&mut self.from, |typed| Clock::read_day(typed).map(|day| clock.begin_of(day)));
        let until = read(&mut self.to, |typed| Clock::read_day(typed).map(|day| clock.end_of(day)));
        if let (Some(Some(from)), Some(Some(until))) = (from, until)
            && from >= until
        {
            self.to.add_error("This is before the first day. Choose a later one, or leave it empty.");
            return None;
        }
        Some(Sought { by: by?, topic: topic?, from: from?, until: until? })
    }

    /// Where the page begins, unless at the beginning.
    pub fn after(&self) -> Option<Cursor> {
        Cursor::read(self.after.as_deref()?)
    }

    /// What is asked for, in the order of the form: the name of the field, and what is in it.
    pub fn asked(&self) -> Vec<(&'static str, &str)> {
        let all = [("person", &self.person), ("kind", &self.kind), ("from", &self.from), ("to", &self.to)];
        all.map(|(name, typed)| (name, typed.text.trim())).into_iter().filter(|(_, text)| !text.is_empty()).collect()
    }

    /// The query of the address at which a page of this stands.
    pub fn query(&self, after: Option<Cursor>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.asked());
        if let Some(after) = after {
            query.append_pair("after", &after.written());
        }
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }

    /// What is asked for, as the end of a sentence: "by ada, under Billing, from 2026-03-01".
    pub fn told(&self) -> String {
        let told = self.asked().into_iter().map(|(name, text)| match name {
            "person" => format!("by {text}"),
            "kind" => match ActivityCategory::parse(text) {
                Ok(topic) => format!("under {}", topic.label()),
                Err(_) => format!("under {text}"),
            },
            when => format!("{when} {text}"),
        });
        told.collect::<Vec<_>>().join(", ")
    }

    /// The same filter with one part of it loosened, for each part that is set: what the link says, and the
    /// filter it leads to. Both days are one part.
    pub fn loosened(&self) -> Vec<(&'static str, Self)> {
        let empty = Field::default;
        let has = |typed: &Field| !typed.text.trim().is_empty();
        let bare = Self { after: None, ..self.clone() };
        let ways = [
            (has(&self.person), "By anybody", Self { person: empty(), ..bare.clone() }),
            (has(&self.kind), "Of every kind", Self { kind: empty(), ..bare.clone() }),
            (has(&self.from) || has(&self.to), "On any day", Self { from: empty(), to: empty(), ..bare }),
        ];
        ways.into_iter().filter_map(|(set, label, filter)| set.then_some((label, filter))).collect()
    }
}

/// Reads a field that may be empty: nothing is asked for then.
fn read<T>(typed: &mut Field, parse: impl FnOnce(&str) -> Result<T, FieldError>) -> Option<Option<T>> {
    if typed.text.trim().is_empty() { Some(None) } else { typed.read(parse).map(Some) }
}

fn person(typed: &str) -> Result<String, FieldError> {
    if typed.trim() == ITSELF {
        return Ok(ITSELF.to_owned());
    }
    match Username::parse(typed) {
        Ok(name) => Ok(name.to_string()),
        Err(_) => Err("Enter a username from the list.".into()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    fn filter(person: &str, kind: &str, from: &str, to: &str) -> Filter {
        Filter::new(Field::filled(person), Field::filled(kind), Field::filled(from), Field::filled(to))
    }

    fn at(text: &str) -> Option<DateTime<Utc>> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn nothing_asked_for_is_everything() {
        assert_eq!(filter("", " ", "", "").read(Clock::default()), Some(Sought::default()));
        assert_eq!(filter("", " ", "", "").query(None), "");
    }

    #[test]
    fn days_are_those_of_the_reader() {
        let berlin = Clock::stored("Europe/Berlin", "day_month_year");
        let sought = filter(" Ada ", "billing", "2026-03-29", "2026-03-29").read(berlin).unwrap();
        assert_eq!(sought.by.as_deref(), Some("ada"));
        assert_eq!(sought.topic, Some(ActivityCategory::Billing));
        // A day of 23 hours.
        assert_eq!((sought.from, sought.until), (at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z")));
    }

    #[test]
    fn nonsense_is_told_and_not_guessed() {
        for (person, kind, from, to) in [
            ("grace@example.org", "", "", ""),
            ("", "everything", "", ""),
            ("", "", "yesterday", ""),
            ("", "", "", "2026-02-30"),
            ("", "", "0001-01-01", ""),
            ("", "", "", "+20260-01-01"),
            ("", "", "2026-03-02", "2026-03-01"),
        ] {
            let mut filter = filter(person, kind, from, to);
            assert_eq!(filter.read(Clock::default()), None, "{filter:?}");
            let errors = [&filter.person, &filter.kind, &filter.from, &filter.to];
            assert_eq!(errors.iter().filter(|typed| typed.error.is_some()).count(), 1, "{filter:?}");
        }
    }

    #[test]
    fn each_part_can_be_loosened() {
        let all = filter("ada", "billing", "2026-03-01", "2026-03-02");
        assert_eq!(all.told(), "by ada, under Billing, from 2026-03-01, to 2026-03-02");
        let ways: Vec<_> = all.loosened().into_iter().map(|(label, filter)| (label, filter.query(None))).collect();
        assert_eq!(
            ways,
            [
                ("By anybody", "?kind=billing&from=2026-03-01&to=2026-03-02".to_owned()),
                ("Of every kind", "?person=ada&from=2026-03-01&to=2026-03-02".to_owned()),
                ("On any day", "?person=ada&kind=billing".to_owned()),
            ]
        );
    }
}
