//! What is in an address behind the question mark, bounded before anything reads it.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use super::form::{cut, form_of};
use crate::web::PageError;

/// Characters of a value: more than any of ours has.
const MOST: usize = 1_000;

/// Values of an address: more than any of ours has.
const MOST_VALUES: usize = 200;

/// The fields of an address, of the shape `F`. Handlers take their query by this alone, so that each value has a
/// maximum: what is longer is cut, and the mark behind it makes it nobody's name, address or key.
#[derive(Debug)]
pub struct Query<F>(pub F);

impl<F> Query<F> {
    /// The fields.
    pub fn into_inner(self) -> F {
        self.0
    }
}

impl<F> Deref for Query<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.0
    }
}

impl<F: DeserializeOwned> FromRequest for Query<F> {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Self))
    }
}

fn read<F: DeserializeOwned>(query: &str) -> Result<F, PageError> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let fields: Vec<(String, String)> = pairs
        .by_ref()
        .take(MOST_VALUES)
        .map(|(key, value)| (cut(key.into_owned(), MOST), cut(value.into_owned(), MOST)))
        .collect();
    if pairs.next().is_some() {
        return Err(PageError::TooLarge);
    }
    form_of(fields.iter().map(|(key, value)| (key.as_str(), value.as_str())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Asked {
        q: String,
        after: Option<String>,
    }

    #[test]
    fn fields_of_an_address_are_read_in_any_shape() {
        let asked = Asked { q: "a b".to_owned(), after: Some("é".to_owned()) };
        assert_eq!(read::<Asked>("q=a+b&after=%C3%A9&else=x").unwrap(), asked);
        assert_eq!(read::<Asked>("").unwrap(), Asked::default());
        assert!(read::<Asked>("q=a&q=b").is_err());
        let pairs: Vec<(String, String)> = read("who=a&who=b").unwrap();
        assert_eq!(pairs.len(), 2);
        let map: BTreeMap<String, String> = read("who=a&do=b").unwrap();
        assert_eq!(map["do"], "b");
    }

    #[test]
    fn cost_1_each_value_of_an_address_has_a_maximum() {
        let asked: Asked = read(&format!("q={}", "%F0%9F%9A%80".repeat(2_000))).unwrap();
        assert_eq!(asked.q.chars().count(), MOST + 1);
        let many: String = (0..=MOST_VALUES).map(|n| format!("who={n}&")).collect();
        assert!(matches!(read::<Vec<(String, String)>>(&many), Err(PageError::TooLarge)));
    }
}
