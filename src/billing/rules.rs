//! Who pays, and where the bill goes.

use super::cards::Card;
use super::countries::Country;
use crate::members::changed::Setting;
use crate::text::{EmailAddress, FieldError, REQUIRED, composed, count_characters, no_card_number, plain_line};

/// A plain line of an address, perhaps empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressLine(String);

impl AddressLine {
    /// Longest line, in characters.
    pub const MOST: usize = 120;

    /// Judges a line that must hold something.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        let line = Self::parse_optional(typed)?;
        if line.0.is_empty() { Err(REQUIRED) } else { Ok(line) }
    }

    /// Judges a line that may be empty.
    pub fn parse_optional(typed: &str) -> Result<Self, FieldError> {
        let line = composed(typed, Self::MOST)?;
        plain_line(&line)?;
        Ok(Self(line))
    }

    /// Judges a postal code. Which form it has, and whether there is one, differs from country to
    /// country and from year to year: only what is none anywhere is refused.
    pub fn parse_postal_code(typed: &str) -> Result<Self, FieldError> {
        let code = typed.trim();
        if count_characters(code, 12) > 12 {
            return Err("Use at most 12 characters.".into());
        }
        let code = code.to_uppercase();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-');
        if !code.chars().all(plain) || (!code.is_empty() && !code.chars().any(|c| c.is_ascii_alphanumeric())) {
            return Err("Use letters a to z, digits, spaces and hyphens only.".into());
        }
        no_card_number(&code)?;
        Ok(Self(code))
    }

    /// What a row holds.
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Judges the address for questions about bills.
pub fn contact(typed: &str) -> Result<EmailAddress, FieldError> {
    if count_characters(typed.trim(), EmailAddress::MOST) <= EmailAddress::MOST {
        no_card_number(typed)?;
    }
    EmailAddress::parse(typed)
}

/// Who pays, and where the bill goes: all of it judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillingDetails {
    /// The name on the card.
    pub cardholder: AddressLine,
    /// Street and number.
    pub address_line_1: AddressLine,
    /// What else is needed to find it.
    pub address_line_2: AddressLine,
    /// City.
    pub city: AddressLine,
    /// State or province.
    pub region: AddressLine,
    /// Postal code.
    pub postal_code: AddressLine,
    /// Country.
    pub country: Country,
    /// Who is asked about bills.
    pub contact_email: EmailAddress,
}

impl BillingDetails {
    /// The address as it is on a letter, without empty lines.
    pub fn address_lines(&self) -> Vec<String> {
        let place = [&self.postal_code, &self.city, &self.region].map(AddressLine::as_str);
        let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
        let lines = [self.address_line_1.as_str(), self.address_line_2.as_str(), &place.join(" "), self.country.name()]
            .map(str::to_owned);
        lines.into_iter().filter(|line| !line.is_empty()).collect()
    }
}

/// What is kept for an organization.
#[derive(Clone, Debug)]
pub struct BillingRecord {
    /// Who pays.
    pub details: BillingDetails,
    /// With which card, if one was given.
    pub card: Option<Card>,
    /// Raised by each change, so that a stale form is noticed; 0 before anything was kept.
    pub version: i32,
}

/// One line of who pays, as it is shown.
type Text = fn(&BillingDetails) -> &str;

/// What a save changes, for the email that tells it. Of a card it has what is kept: no number, no code.
pub fn told(kept: Option<&BillingRecord>, details: &BillingDetails, new_card: Option<&Card>) -> Vec<Setting> {
    let was = |text: Text| kept.map_or("", |kept| text(&kept.details));
    let lines: [(&str, Text); 8] = [
        ("Cardholder Name", |details| details.cardholder.as_str()),
        ("Address Line 1", |details| details.address_line_1.as_str()),
        ("Address Line 2", |details| details.address_line_2.as_str()),
        ("City", |details| details.city.as_str()),
        ("State or Province", |details| details.region.as_str()),
        ("Postal Code", |details| details.postal_code.as_str()),
        ("Country", |details| details.country.name()),
        ("Contact Email", |details| details.contact_email.as_str()),
    ];
    let mut told: Vec<Setting> =
        lines.into_iter().filter_map(|(label, text)| Setting::changed(label, was(text), text(details))).collect();
    if let Some(card) = new_card {
        let before = kept.and_then(|kept| kept.card.as_ref()).map(Card::face).unwrap_or_default();
        told.extend(Setting::changed("Card", &before, &card.face()));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_plain_and_hold_no_card_number() {
        assert_eq!(AddressLine::parse(" 12 St James’s Square ").unwrap().as_str(), "12 St James’s Square");
        assert_eq!(AddressLine::parse_optional("  ").unwrap(), AddressLine::default());
        let long = "x".repeat(121);
        for typed in ["", "a\nb", "a\u{202e}b", "4111 1111 1111 1111", &long] {
            assert!(AddressLine::parse(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn postal_codes_of_many_countries_are_taken() {
        for typed in ["", "SW1Y 4JH", "10117", "1010-100", "K1A 0B1", "110 00", "D02 X285", "7", "950-3303"] {
            assert!(AddressLine::parse_postal_code(typed).is_ok(), "{typed:?}");
        }
        for typed in ["-", "<svg>", "10117; x", "4242424242424", "1234567890123"] {
            assert!(AddressLine::parse_postal_code(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn an_address_has_no_empty_lines() {
        let line = |text: &str| AddressLine::stored(text.to_owned());
        let details = BillingDetails {
            cardholder: line("Ada Lovelace"),
            address_line_1: line("12 St James’s Square"),
            address_line_2: AddressLine::default(),
            city: line("London"),
            region: AddressLine::default(),
            postal_code: line("SW1Y 4JH"),
            country: Country::stored("GB".into()),
            contact_email: contact("ada@example.org").unwrap(),
        };
        assert_eq!(details.address_lines(), ["12 St James’s Square", "SW1Y 4JH London", "United Kingdom"]);
    }
}
