//! Forms: read once, bounded, and kept as they were typed.
//!
//! Nothing judges a text before its length: a field is a [`Typed`], which no longer holds characters than its type
//! says, anyone who reads it. So a form cannot have a field without a maximum, and a judge of any cost has a bound
//! (COST-1).

use std::future::{Ready, ready};

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use serde::de::value::{Error as ValueError, MapDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::text::{FieldError, Secret, count_characters, no_card_number};
use crate::web::PageError;
use crate::web::timeouts::Timeouts;

/// No form of an organization is larger, in bytes.
const MOST: usize = 64 * 1024;

/// No other form is larger: those of accounts, which anyone who comes can send (ACC-21).
const MOST_ELSEWHERE: usize = 16 * 1024;

/// No form of ours has more fields.
const MOST_FIELDS: usize = 200;

/// No field of a form that waits for the password holds more, in characters. What is longer is not judged, and
/// comes back empty.
const MOST_KEPT: usize = 8_000;

/// The field in which the password is given again, on the page that asks for it. Admission takes it.
pub const PASSWORD_AGAIN: &str = "password_again";

/// Fields that are never written into a page.
const SECRETS: [&str; 10] = [
    PASSWORD_AGAIN,
    "password",
    "confirm_password",
    "current_password",
    "new_password",
    "card_number",
    "cvc",
    "credential",
    "code",
    "recovery_code",
];

/// The fields of a form, in the order in which they were sent; wiped when dropped.
#[derive(Clone, Default)]
pub struct FormData(Vec<(String, Zeroizing<String>)>);

impl std::fmt::Debug for FormData {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Fields")
    }
}

impl FormData {
    /// What was typed into a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All that may be written into a page, so that a form can be sent on. A card number in a wrong
    /// line comes back empty: its own form would not show it again either (PAY-03, PAY-09).
    pub fn without_secrets(&self) -> Vec<(String, String)> {
        self.0
            .iter()
            .filter(|(key, _)| !SECRETS.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), if is_stray(value) { String::new() } else { value.to_string() }))
            .collect()
    }

    /// The form that was posted with a request, if one was.
    pub fn of(request: &HttpRequest) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_default()
    }

    fn read(body: &[u8]) -> Result<Self, PageError> {
        Self::of_pairs(form_urlencoded::parse(body).map(|(key, value)| (key.into_owned(), value.into_owned())))
    }

    /// Fields in the order in which they were sent, each once.
    pub(super) fn of_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, PageError> {
        let mut fields: Vec<(String, Zeroizing<String>)> = Vec::new();
        for (key, value) in pairs {
            let value = Zeroizing::new(value);
            if fields.iter().any(|(known, _)| *known == key) {
                return Err(PageError::Malformed("a field appears twice"));
            }
            if fields.len() == MOST_FIELDS {
                return Err(PageError::TooLarge);
            }
            fields.push((key, value));
        }
        Ok(Self(fields))
    }
}

/// Whether a card number is where none belongs, or more than anybody judges. The key of a form has as many
/// digits.
fn is_stray(value: &str) -> bool {
    if count_characters(value, MOST_KEPT) > MOST_KEPT {
        return true;
    }
    no_card_number(value).is_err() && Uuid::parse_str(value).is_err()
}

/// Reads what is posted to an address that there is, before anything else looks at it: urlencoded alone,
/// bounded, no field twice (WEB-03, WEB-04, DOS-02). A browser that sends it too slowly is cut off.
pub async fn gathered(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, BoxBody>>, Error> {
    if *request.method() == Method::POST {
        match gather(&mut request).await {
            Ok(fields) => {
                request.extensions_mut().insert(fields);
            }
            Err(error) => return Ok(request.error_response(error).map_into_right_body()),
        }
    }
    next.call(request).await.map(ServiceResponse::map_into_left_body)
}

/// How large a form may be at the address that was matched.
fn most(pattern: Option<&str>) -> usize {
    let within = pattern.is_some_and(|pattern| pattern.starts_with("/{organization}"));
    if within { MOST } else { MOST_ELSEWHERE }
}

async fn gather(request: &mut ServiceRequest) -> Result<FormData, PageError> {
    let most = most(request.match_pattern().as_deref());
    let declared =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > most) {
        return Err(PageError::TooLarge);
    }
    let timeouts = request.app_data::<Data<Timeouts>>().map_or_else(Timeouts::default, |timeouts| ***timeouts).body;
    let mut payload = request.take_payload();
    // Room for the largest form at once: what grows is moved, and what was left behind never wiped.
    let mut body = Zeroizing::new(Vec::with_capacity(most));
    let reading = async {
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| PageError::Malformed("the body broke off"))?;
            if body.len() + chunk.len() > most {
                return Err(PageError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(())
    };
    tokio::time::timeout(timeouts, reading).await.map_err(|_| PageError::Malformed("the body came too slowly"))??;
    if body.is_empty() {
        return Ok(FormData::default());
    }
    if request.content_type() != "application/x-www-form-urlencoded" {
        return Err(PageError::WrongType);
    }
    FormData::read(&body)
}

/// The most characters of a field whose type says nothing else: enough for an email address, and for a name of 80
/// characters in any spelling.
pub const LINE: usize = 320;

/// The most characters of a field for a password: more than any password may have.
pub const PASSWORD: usize = 4_096;

/// Stands behind a text of which the rest was left out.
const CUT: char = '…';

/// One field: what was typed, at most so many characters of it, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Field<const MOST: usize = LINE> {
    /// As it was typed. Of a text that is too long the beginning, with a mark behind it.
    pub text: String,
    /// A sentence for the one who typed it.
    pub error: Option<String>,
}

impl<const MOST: usize> Field<MOST> {
    /// A field that is filled already.
    pub fn filled(text: impl Into<String>) -> Self {
        Self { text: text.into(), error: None }
    }

    /// Judges what was typed; an error stays beside the field. A text that was cut has an error, whatever its
    /// beginning would be.
    pub fn read<T>(&mut self, parse: impl FnOnce(&str) -> Result<T, FieldError>) -> Option<T> {
        match parse(&self.text) {
            Ok(_) if self.is_too_long() => {
                self.add_error(TOO_LONG);
                None
            }
            Ok(value) => Some(value),
            Err(error) => {
                self.add_error(error);
                None
            }
        }
    }

    /// Puts an error beside the field, unless one is there.
    pub fn add_error(&mut self, error: impl Into<FieldError>) {
        self.error.get_or_insert_with(|| error.into().into_owned());
    }

    /// Takes a secret out of the field, so that no page can show it. One that was cut is none.
    pub fn take_secret(&mut self) -> Secret {
        let is_cut = self.is_too_long();
        let secret = Secret::new(std::mem::take(&mut self.text));
        if is_cut {
            self.add_error(TOO_LONG);
            return Secret::default();
        }
        secret
    }

    fn is_too_long(&self) -> bool {
        count_characters(&self.text, MOST) > MOST
    }
}

/// An error for a text of which the field does not hold all.
const TOO_LONG: FieldError = FieldError::Borrowed("This is too long. Shorten it.");

impl<'de, const MOST: usize> Deserialize<'de> for Field<MOST> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self::filled(cut(text, MOST)))
    }
}

/// At most so many characters of a text. The mark behind them makes it one character longer, so that what was cut
/// is still too long, and nothing but text.
pub(super) fn cut(mut text: String, most: usize) -> String {
    match text.char_indices().nth(most).map(|(at, _)| at) {
        // Without room for the mark there is nothing to be gained, and a secret would be moved.
        Some(at) if text.len() - at >= CUT.len_utf8() => {
            text.truncate(at);
            text.push(CUT);
        }
        _ => {}
    }
    text
}

/// A form of the shape `F`, as it was typed. `F` refuses fields it does not know
/// (`deny_unknown_fields`), so nothing is bound that was not meant (MEM-08).
#[derive(Debug)]
pub struct Form<F>(pub F);

impl<F: DeserializeOwned> FromRequest for Form<F> {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(FormData::of(request).form().map(Self))
    }
}

/// A form that is only its button.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoFields {}

impl FormData {
    /// The fields as a form, the one aside that admission has taken.
    pub(super) fn form<F: DeserializeOwned>(&self) -> Result<F, PageError> {
        let posted = self.0.iter().filter(|(key, _)| key != PASSWORD_AGAIN);
        let pairs = posted.map(|(key, value)| (key.as_str(), value.as_str()));
        form_of(pairs)
    }
}

/// A form, or what is asked for in an address, of the fields that were sent.
pub(super) fn form_of<'a, F: DeserializeOwned>(
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<F, PageError> {
    let pairs = pairs.map(|(key, value)| (Value(key), Value(value)));
    F::deserialize(MapDeserializer::<_, ValueError>::new(pairs))
        .map_err(|_| PageError::Malformed("a field is missing or unknown"))
}

/// What is in a field: text, and where a form says `Option`, that the field was there at all.
struct Value<'a>(&'a str);

impl<'de> IntoDeserializer<'de, ValueError> for Value<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_stands_once() {
        assert!(FormData::read(b"email=a&role=b").is_ok());
        assert!(FormData::read(b"email=a&email=b").is_err());
        let many: String = (0..300).map(|n| format!("f{n}=1&")).collect();
        assert!(FormData::read(many.as_bytes()).is_err());
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Example {
        role: String,
        confirmed: Option<String>,
    }

    #[test]
    fn a_field_that_may_be_missing_is_told_from_one_that_is_empty() {
        let form = |body: &str| FormData::read(body.as_bytes()).unwrap().form::<Example>().ok();
        let read = |role: &str, confirmed: Option<&str>| {
            Some(Example { role: role.to_owned(), confirmed: confirmed.map(str::to_owned) })
        };
        assert_eq!(form("role=member"), read("member", None));
        assert_eq!(form("role=member&confirmed="), read("member", Some("")));
        assert_eq!(form("role=member&confirmed=yes&password_again=x"), read("member", Some("yes")));
        assert_eq!(form("role=member&admin=yes"), None);
    }

    #[test]
    fn secrets_are_not_written_into_pages() {
        let fields = FormData::read(b"name=x&password=hunter2&card_number=4111&cvc=123&password_again=p").unwrap();
        assert_eq!(fields.without_secrets(), vec![("name".to_owned(), "x".to_owned())]);
        let stray = FormData::read(b"city=4111+1111+1111+1111&form_key=01900000-0000-7000-8000-000000000009").unwrap();
        let shown: Vec<String> = stray.without_secrets().into_iter().map(|(_, value)| value).collect();
        assert_eq!(shown, ["", "01900000-0000-7000-8000-000000000009"]);
    }
}
