//! The countries of the world, by the codes of ISO 3166-1.
//!
//! The standard's names are those of the United Nations' lists; people look for the shorter ones, and
//! under the email they know.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::text::{FieldError, REQUIRED};

/// What people call a country where the standard is more ceremonious.
const SHORTER: [(&str, &str); 30] = [
    ("BN", "Brunei"),
    ("BO", "Bolivia"),
    ("BQ", "Caribbean Netherlands"),
    ("CC", "Cocos Islands"),
    ("CD", "Congo, Democratic Republic"),
    ("CG", "Congo, Republic"),
    ("CV", "Cape Verde"),
    ("FK", "Falkland Islands"),
    ("FM", "Micronesia"),
    ("GB", "United Kingdom"),
    ("IR", "Iran"),
    ("KP", "North Korea"),
    ("KR", "South Korea"),
    ("LA", "Laos"),
    ("MD", "Moldova"),
    ("MF", "Saint Martin"),
    ("NL", "Netherlands"),
    ("PN", "Pitcairn Islands"),
    ("PS", "Palestine"),
    ("RU", "Russia"),
    ("SX", "Sint Maarten"),
    ("SY", "Syria"),
    ("TW", "Taiwan"),
    ("TZ", "Tanzania"),
    ("US", "United States"),
    ("VA", "Vatican City"),
    ("VE", "Venezuela"),
    ("VG", "British Virgin Islands"),
    ("VI", "U.S. Virgin Islands"),
    ("VN", "Vietnam"),
];

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let shorter = HashMap::from(SHORTER);
    let country = |one: &rust_iso3166::CountryCode| Country {
        code: one.alpha2.to_owned(),
        name: (*shorter.get(one.alpha2).unwrap_or(&one.name)).to_owned(),
    };
    let mut all: Vec<Country> = rust_iso3166::ALL.iter().map(country).collect();
    all.sort_by_cached_key(|one| one.name.nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>());
    all
});

/// A country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Country {
    code: String,
    name: String,
}

impl Country {
    /// All of them, by name.
    pub fn all() -> &'static [Self] {
        &COUNTRIES
    }

    /// Reads a country from a form.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        if typed.is_empty() {
            return Err(REQUIRED);
        }
        Self::all().iter().find(|one| one.code == typed).cloned().ok_or_else(|| "Choose a country.".into())
    }

    /// What a row holds. A country that is gone keeps its code for a name.
    pub fn stored(code: String) -> Self {
        Self::parse(&code).unwrap_or_else(|_| Self { name: code.clone(), code })
    }

    /// Its code of two emails.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_country_is_there_once() {
        assert_eq!(Country::all().len(), 249);
        let names: HashSet<_> = Country::all().iter().map(Country::name).collect();
        assert_eq!(names.len(), 249);
        assert!(Country::all().iter().all(|one| one.code.len() == 2 && !one.name.contains('(')));
        assert!(SHORTER.iter().all(|(code, _)| Country::parse(code).is_ok()));
    }

    #[test]
    fn they_stand_where_people_look_for_them() {
        let at = |name: &str| Country::all().iter().position(|one| one.name == name).unwrap();
        assert!(at("Afghanistan") < at("Åland Islands") && at("Åland Islands") < at("Albania"));
        assert!(at("Ukraine") < at("United Kingdom") && at("United Kingdom") < at("United States"));
    }

    #[test]
    fn no_country_is_made_up() {
        for typed in ["", "XX", "us", "United States", "US "] {
            assert!(Country::parse(typed).is_err(), "{typed:?}");
        }
        assert_eq!(Country::stored("XX".into()).name(), "XX");
    }
}
