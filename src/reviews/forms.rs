//! What was typed, or is in an address, about access reviews.

use serde::Deserialize;

use super::rules::{AT_ONCE, DecisionFilter};
use crate::members::rules::bulk::{LONGEST as PEOPLE, people};
use crate::text::Username;
use crate::web::Field;
pub use crate::web::form::NoFields;

/// Keep, of one or of several: the usernames are in one field, with spaces between them.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeepForm {
    pub people: Field<PEOPLE>,
}

impl KeepForm {
    /// Who is kept: at most as many as a page shows.
    pub fn read(&self) -> Vec<Username> {
        let mut people = people(self.people.text.split(' '));
        people.truncate(AT_ONCE);
        people
    }
}

/// Whether owners are reminded.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RemindersForm {
    pub wanted: Field,
}

impl RemindersForm {
    /// Whether they are; none where the form says neither.
    pub fn read(&self) -> Option<bool> {
        match self.wanted.text.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        }
    }
}

/// The part of an address that says which people of a review are shown. Nonsense is everybody, from the first on.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ReviewQuery {
    after: Option<String>,
    show: Option<String>,
}

impl ReviewQuery {
    /// The username behind which the page begins; empty at the beginning.
    pub fn after(&self) -> String {
        let after = self.after.as_deref().and_then(|after| Username::parse(after).ok());
        after.map(|after| after.to_string()).unwrap_or_default()
    }

    /// Which of them.
    pub fn part(&self) -> Option<DecisionFilter> {
        DecisionFilter::parse(self.show.as_deref()?)
    }
}

/// An address with what is not empty of these.
pub fn address(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()));
    match query.finish().as_str() {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_page_of_ours_asks_for_is_the_first_page_of_everybody() {
        let asked =
            |after: &str, show: &str| ReviewQuery { after: Some(after.to_owned()), show: Some(show.to_owned()) };
        assert_eq!(
            (asked("grace", "kept").after(), asked("grace", "kept").part()),
            ("grace".into(), Some(DecisionFilter::Kept))
        );
        for nonsense in ["", "\0", "a b", "%", "../x"] {
            assert_eq!((asked(nonsense, nonsense).after(), asked(nonsense, nonsense).part()), (String::new(), None));
        }
        assert_eq!(address("/acme/reviews/1", &[("show", ""), ("after", "grace")]), "/acme/reviews/1?after=grace");
        assert_eq!(address("/acme/reviews/1", &[("show", "")]), "/acme/reviews/1");
    }

    #[test]
    fn no_more_are_kept_at_once_than_a_page_shows() {
        let people = (0..200).map(|n| format!("person{n}")).collect::<Vec<_>>().join(" ");
        assert_eq!(KeepForm { people: Field::filled(people) }.read().len(), AT_ONCE);
        assert_eq!(KeepForm { people: Field::filled("grace  grace /x") }.read().len(), 1);
        for (wanted, expected) in [("yes", Some(true)), ("no", Some(false)), ("", None), ("on", None)] {
            assert_eq!(RemindersForm { wanted: Field::filled(wanted) }.read(), expected);
        }
    }
}
