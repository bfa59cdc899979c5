//! What was typed about who pays.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};

use super::cards::Card;
use super::countries::Country;
use super::rules::{AddressLine, BillingDetails, BillingRecord, contact};
use crate::text::{Secret, no_card_number};
use crate::web::{Field, PageError};

/// A field that no page shows again: what was typed goes straight into the type that wipes it.
#[derive(Default)]
pub struct Withheld {
    /// What a page shows of it.
    pub text: &'static str,
    /// A sentence for the one who typed it.
    pub error: Option<String>,
    secret: Secret,
}

impl<'de> Deserialize<'de> for Withheld {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut typed = <Field>::deserialize(from)?;
        Ok(Self { text: "", secret: typed.take_secret(), error: typed.error })
    }
}

impl Withheld {
    fn is_empty(&self) -> bool {
        self.secret.reveal().trim().is_empty()
    }

    /// Whether nothing was typed: what was too long has an error.
    fn is_untouched(&self) -> bool {
        self.error.is_none() && self.is_empty()
    }
}

/// Billing details, with Update Card.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BillingForm {
    pub cardholder: Field,
    pub address_line_1: Field,
    pub address_line_2: Field,
    pub city: Field,
    pub region: Field,
    pub postal_code: Field,
    pub country: Field,
    pub contact_email: Field,
    pub card_number: Withheld,
    pub expiry_date: Field,
    pub cvc: Withheld,
    pub version: Field,
}

impl BillingForm {
    /// The form as it is opened.
    pub fn of(kept: Option<&BillingRecord>) -> Self {
        let Some(BillingRecord { details, version, .. }) = kept else {
            return Self { version: Field::filled("0"), ..Self::default() };
        };
        Self {
            cardholder: Field::filled(details.cardholder.as_str()),
            address_line_1: Field::filled(details.address_line_1.as_str()),
            address_line_2: Field::filled(details.address_line_2.as_str()),
            city: Field::filled(details.city.as_str()),
            region: Field::filled(details.region.as_str()),
            postal_code: Field::filled(details.postal_code.as_str()),
            country: Field::filled(details.country.code()),
            contact_email: Field::filled(details.contact_email.as_str()),
            version: Field::filled(version.to_string()),
            ..Self::default()
        }
    }

    /// The version of what was kept when the form was opened.
    pub fn version(&self) -> Result<i32, PageError> {
        self.version.text.parse().map_err(|_| PageError::Malformed("a version is no number"))
    }

    /// Reads all lines before judging: who pays, and the new card if one was typed. The number and the
    /// code end here, whatever comes of it.
    pub fn read(&mut self, now: DateTime<Utc>) -> Option<(BillingDetails, Option<Card>)> {
        let cardholder = self.cardholder.read(AddressLine::parse);
        let address_line_1 = self.address_line_1.read(AddressLine::parse);
        let address_line_2 = self.address_line_2.read(AddressLine::parse_optional);
        let city = self.city.read(AddressLine::parse);
        let region = self.region.read(AddressLine::parse_optional);
        let postal_code = self.postal_code.read(AddressLine::parse_postal_code);
        let country = self.country.read(Country::parse);
        let contact_email = self.contact_email.read(contact);
        let card = self.read_card(now);
        self.withhold_strays();
        let details = (|| {
            Some(BillingDetails {
                cardholder: cardholder?,
                address_line_1: address_line_1?,
                address_line_2: address_line_2?,
                city: city?,
                region: region?,
                postal_code: postal_code?,
                country: country?,
                contact_email: contact_email?,
            })
        })();
        match (details, card) {
            (Some(details), Ok(card)) => Some((details, card)),
            (_, Ok(Some(_))) => {
                self.type_card_again();
                None
            }
            _ => None,
        }
    }

    /// The card, if any of its lines is filled. Its secrets are wiped.
    fn read_card(&mut self, now: DateTime<Utc>) -> Result<Option<Card>, ()> {
        let is_kept =
            self.card_number.is_untouched() && self.cvc.is_untouched() && self.expiry_date.text.trim().is_empty();
        let (number, code) = (std::mem::take(&mut self.card_number.secret), std::mem::take(&mut self.cvc.secret));
        if is_kept {
            return Ok(None);
        }
        Card::read(&number, &self.expiry_date.text, &code, now).map(Some).map_err(|errors| {
            self.card_number.error = self.card_number.error.take().or(errors.number.map(Into::into));
            self.cvc.error = self.cvc.error.take().or(errors.code.map(Into::into));
            if let Some(error) = errors.expiry {
                self.expiry_date.add_error(error);
            }
            if self.card_number.error.is_none() {
                self.type_card_again();
            }
        })
    }

    /// Says that a card which was right has to be typed once more, since no page shows it.
    pub fn type_card_again(&mut self) {
        let again = "Type the card number and its CVC again: no page shows what was typed there.";
        self.card_number.error.get_or_insert_with(|| again.to_owned());
    }

    /// Takes a card number out of a line where it does not belong, so that no page shows it either.
    fn withhold_strays(&mut self) {
        let lines = [
            &mut self.cardholder,
            &mut self.address_line_1,
            &mut self.address_line_2,
            &mut self.city,
            &mut self.region,
            &mut self.postal_code,
            &mut self.country,
            &mut self.contact_email,
            &mut self.expiry_date,
        ];
        for line in lines {
            if no_card_number(&line.text).is_err() {
                drop(line.take_secret());
            }
        }
    }

    /// Keeps what was typed, and says beside each line what is there now.
    pub fn conflict(&mut self, now: &BillingRecord, typed_card: bool) {
        let stands = Self::of(Some(now));
        self.version = stands.version;
        let country = now.details.country.name().to_owned();
        let lines = [
            (&mut self.cardholder, stands.cardholder.text.clone(), stands.cardholder.text),
            (&mut self.address_line_1, stands.address_line_1.text.clone(), stands.address_line_1.text),
            (&mut self.address_line_2, stands.address_line_2.text.clone(), stands.address_line_2.text),
            (&mut self.city, stands.city.text.clone(), stands.city.text),
            (&mut self.region, stands.region.text.clone(), stands.region.text),
            (&mut self.postal_code, stands.postal_code.text.clone(), stands.postal_code.text),
            (&mut self.country, stands.country.text, country),
            (&mut self.contact_email, stands.contact_email.text.clone(), stands.contact_email.text),
        ];
        for (typed, stands, shown) in lines {
            if typed.text.trim() != stands {
                typed.add_error(if shown.is_empty() {
                    "It is empty now.".to_owned()
                } else {
                    format!("It is {shown} now.")
                });
            }
        }
        if typed_card {
            self.type_card_again();
        }
    }

    /// Every error with the field it is beside, for the list above the form.
    pub fn errors(&self) -> Vec<(&'static str, String)> {
        let errors = [
            ("cardholder", &self.cardholder.error),
            ("address_line_1", &self.address_line_1.error),
            ("address_line_2", &self.address_line_2.error),
            ("city", &self.city.error),
            ("region", &self.region.error),
            ("postal_code", &self.postal_code.error),
            ("country", &self.country.error),
            ("contact_email", &self.contact_email.error),
            ("card_number", &self.card_number.error),
            ("expiry_date", &self.expiry_date.error),
            ("cvc", &self.cvc.error),
        ];
        let labels = [
            "Cardholder Name",
            "Address Line 1",
            "Address Line 2",
            "City",
            "State or Province",
            "Postal Code",
            "Country",
            "Contact Email",
            "Card Number",
            "Expiry Date",
            "CVC",
        ];
        let told = errors.into_iter().zip(labels);
        told.filter_map(|((name, error), label)| Some((name, format!("{label}: {}", error.as_ref()?)))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "4242424242424242";

    fn filled() -> BillingForm {
        BillingForm {
            cardholder: Field::filled("Ada Lovelace"),
            address_line_1: Field::filled("12 St James’s Square"),
            city: Field::filled("London"),
            country: Field::filled("GB"),
            contact_email: Field::filled("bills@example.org"),
            version: Field::filled("0"),
            ..BillingForm::default()
        }
    }

    fn withheld(text: &str) -> Withheld {
        Withheld { secret: Secret::new(text.into()), ..Withheld::default() }
    }

    fn with_card(expiry: &str) -> BillingForm {
        let expiry_date = Field::filled(expiry);
        BillingForm { card_number: withheld(NUMBER), cvc: withheld("123"), expiry_date, ..filled() }
    }

    fn now() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn empty_lines_keep_the_card() {
        assert_eq!(filled().read(now()).unwrap().1, None);
        let (_, card) = with_card("04/29").read(now()).unwrap();
        assert_eq!(card.unwrap().last_four, "4242");
    }

    #[test]
    fn half_a_card_is_no_card() {
        let mut form = BillingForm { expiry_date: Field::filled("04/29"), ..filled() };
        assert!(form.read(now()).is_none());
        assert!(form.card_number.error.is_some() && form.cvc.error.is_some());
    }

    #[test]
    fn number_and_code_are_gone_once_read() {
        for mut form in
            [with_card("04/29"), with_card("04/19"), BillingForm { city: Field::default(), ..with_card("04/29") }]
        {
            let _ = form.read(now());
            assert!(form.card_number.is_empty() && form.cvc.is_empty());
            assert_eq!((form.card_number.text, form.cvc.text), ("", ""));
        }
    }

    #[test]
    fn a_right_card_on_a_form_with_faults_is_asked_for_again() {
        let mut form = BillingForm { city: Field::default(), ..with_card("04/29") };
        assert!(form.read(now()).is_none());
        assert!(form.card_number.error.is_some() && form.city.error.is_some() && form.expiry_date.error.is_none());
        let fields: Vec<_> = form.errors().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["city", "card_number"]);
    }

    #[test]
    fn a_number_in_a_wrong_line_is_refused_and_not_shown() {
        let mut form = BillingForm { cardholder: Field::filled("4242 4242 4242 4242"), ..with_card(NUMBER) };
        assert!(form.read(now()).is_none());
        assert!(form.cardholder.error.is_some() && form.expiry_date.error.is_some());
        assert_eq!((form.cardholder.text.as_str(), form.expiry_date.text.as_str()), ("", ""));
    }
}
