//! What makes a card number one: the rules, before any payment provider is asked.
//!
//! The number and the security code are looked at here and nowhere else. Both stay in the type that
//! wipes them; what comes out is the brand, the last four digits, and the month in which the card ends.

use chrono::{DateTime, Datelike, TimeDelta, TimeZone, Utc};

pub use crate::text::cards::Brand;
use crate::text::{FieldError, REQUIRED, Secret, count_characters, is_luhn};

/// Digits of the security code.
const fn code_length(brand: Brand) -> usize {
    match brand {
        Brand::AmericanExpress => 4,
        _ => 3,
    }
}

/// The month after which a card is not taken any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// 1 to 12.
    pub month: i16,
    /// With its century.
    pub year: i16,
}

/// How it is with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// It is taken for some time.
    Good,
    /// It ends within 60 days.
    Soon,
    /// It has ended.
    Over,
}

/// How long before its end a new card is asked for.
const SOON: TimeDelta = TimeDelta::days(60);

/// How long no card lasts, in years.
const TOO_LONG: i16 = 20;

/// More than this is neither a month nor a number, with whatever spaces in it.
const LONGEST: usize = 60;

impl Expiry {
    /// Judges what was typed as MM/YY.
    pub fn parse(typed: &str, now: DateTime<Utc>) -> Result<Self, FieldError> {
        const FORM: FieldError = FieldError::Borrowed("Enter month and year like 04/29.");
        let typed = typed.trim();
        if count_characters(typed, LONGEST) > LONGEST {
            return Err(FORM);
        }
        let bare: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if bare.is_empty() {
            return Err(REQUIRED);
        }
        if !bare.is_ascii() || bare.len() > 7 {
            return Err(FORM);
        }
        let (month, year) = bare.split_once(['/', '-']).or_else(|| bare.split_at_checked(2)).ok_or(FORM)?;
        let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i16>().ok()).flatten();
        let month = number(month).filter(|month| (1..=12).contains(month)).ok_or(FORM)?;
        let year = match year.len() {
            2 => number(year).map(|year| 2000 + year),
            4 => number(year),
            _ => None,
        };
        let expiry = Self { month, year: year.ok_or(FORM)? };
        let this_year = i16::try_from(now.year()).unwrap_or(i16::MAX);
        let this_month = i16::try_from(now.month()).unwrap_or(i16::MAX);
        if (expiry.year, expiry.month) < (this_year, this_month) {
            return Err("This card has expired.".into());
        }
        if expiry.year > this_year + TOO_LONG {
            return Err("No card lasts that long: look at the year again.".into());
        }
        Ok(expiry)
    }

    /// The moment after its last, by UTC; none of a month that does not exist.
    fn end(self) -> Option<DateTime<Utc>> {
        let (year, month) = if self.month == 12 { (self.year + 1, 1) } else { (self.year, self.month + 1) };
        Utc.with_ymd_and_hms(year.into(), u32::try_from(month).ok()?, 1, 0, 0, 0).single()
    }

    /// How it is with the card.
    pub fn outlook(self, now: DateTime<Utc>) -> Outlook {
        match self.end().map(|end| end - now) {
            Some(left) if left <= TimeDelta::zero() => Outlook::Over,
            Some(left) if left <= SOON => Outlook::Soon,
            _ => Outlook::Good,
        }
    }
}

impl std::fmt::Display for Expiry {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{:02}/{:02}", self.month, self.year % 100)
    }
}

/// What may be kept of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// "Visa".
    pub brand: String,
    /// The last four digits of its number.
    pub last_four: String,
    /// Until when.
    pub expiry: Expiry,
}

/// What is wrong with a typed card, line by line. It never repeats what was typed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CardErrors {
    /// With the number.
    pub number: Option<FieldError>,
    /// With the month it ends.
    pub expiry: Option<FieldError>,
    /// With the security code.
    pub code: Option<FieldError>,
}

impl Card {
    /// What may be shown of it, in words.
    pub fn face(&self) -> String {
        format!("{} ending in {}, valid to {}", self.brand, self.last_four, self.expiry)
    }

    /// Judges a typed card, all lines at once, and forgets its number and its code.
    pub fn read(number: &Secret, expiry: &str, code: &Secret, now: DateTime<Utc>) -> Result<Self, CardErrors> {
        let number = judged(number);
        let expiry = Expiry::parse(expiry, now);
        let code = judged_code(code, number.as_ref().ok().map(|(brand, _)| *brand));
        match (number, expiry, code) {
            (Ok((brand, last_four)), Ok(expiry), Ok(())) => {
                Ok(Self { brand: brand.label().to_owned(), last_four, expiry })
            }
            (number, expiry, code) => Err(CardErrors { number: number.err(), expiry: expiry.err(), code: code.err() }),
        }
    }
}

/// The brand of a number and its last four digits.
fn judged(number: &Secret) -> Result<(Brand, String), FieldError> {
    if count_characters(number.reveal().trim(), LONGEST) > LONGEST {
        return Err("A card number has 12 to 19 digits.".into());
    }
    let digits = Secret::new(number.reveal().chars().filter(|c| !matches!(c, ' ' | '-')).collect());
    let digits = digits.reveal();
    if digits.trim().is_empty() {
        return Err(REQUIRED);
    }
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("Use digits only.".into());
    }
    if !(12..=19).contains(&digits.len()) {
        return Err("A card number has 12 to 19 digits.".into());
    }
    if !is_luhn(digits) {
        return Err("That card number is not valid. Check the digits.".into());
    }
    let brand = Brand::of(digits).ok_or("Cards of this brand are not known here.")?;
    if !brand.takes_length(digits.len()) {
        return Err("Some digits are missing, or there are too many.".into());
    }
    let last_four = digits.get(digits.len() - 4..).unwrap_or_default().to_owned();
    Ok((brand, last_four))
}

fn judged_code(code: &Secret, brand: Option<Brand>) -> Result<(), FieldError> {
    let code = code.reveal().trim();
    if code.is_empty() {
        return Err(REQUIRED);
    }
    let fits = match brand {
        Some(brand) => code.len() == code_length(brand),
        None => matches!(code.len(), 3 | 4),
    };
    if !fits || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Err(match brand {
            Some(Brand::AmericanExpress) => "It has four digits, on the front of the card.".into(),
            _ => "It has three digits, on the back of the card.".into(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn read(number: &str, expiry: &str, code: &str) -> Result<Card, CardErrors> {
        Card::read(&Secret::new(number.into()), expiry, &Secret::new(code.into()), now())
    }

    #[test]
    fn a_card_is_taken_to_the_end_of_its_month() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let expiry = Expiry { month: 12, year: 2026 };
        for (now, outlook) in [
            ("2026-11-01T23:59:59Z", Outlook::Good),
            ("2026-11-02T00:00:00Z", Outlook::Soon),
            ("2026-12-31T23:59:59Z", Outlook::Soon),
            ("2027-01-01T00:00:00Z", Outlook::Over),
        ] {
            assert_eq!(expiry.outlook(at(now)), outlook, "{now}");
        }
        assert_eq!(Expiry { month: 2, year: 2028 }.outlook(now()), Outlook::Good);
    }

    #[test]
    fn the_well_known_test_numbers_are_of_their_brands() {
        for (number, brand) in [
            ("4242 4242 4242 4242", "Visa"),
            ("4111-1111-1111-1111", "Visa"),
            ("4222222222222", "Visa"),
            ("5555555555554444", "Mastercard"),
            ("5105105105105100", "Mastercard"),
            ("2223003122003222", "Mastercard"),
            ("378282246310005", "American Express"),
            ("371449635398431", "American Express"),
            ("6011111111111117", "Discover"),
            ("6011000990139424", "Discover"),
            ("30569309025904", "Diners Club"),
            ("38520000023237", "Diners Club"),
            ("36227206271667", "Diners Club"),
            ("3566002020360505", "JCB"),
            ("3530111333300000", "JCB"),
            ("6200000000000005", "UnionPay"),
            ("6222021234567890128", "UnionPay"),
            ("6205500000000000004", "UnionPay"),
            ("6759649826438453", "Maestro"),
            ("6304000000000000", "Maestro"),
            ("5018000000000009", "Maestro"),
        ] {
            let code = if brand == "American Express" { "1234" } else { "123" };
            let digits: String = number.chars().filter(char::is_ascii_digit).collect();
            let card = read(number, "04/29", code).unwrap_or_else(|errors| panic!("{number}: {errors:?}"));
            assert_eq!(
                (card.brand.as_str(), card.last_four.as_str()),
                (brand, &digits[digits.len() - 4..]),
                "{number}"
            );
        }
    }

    #[test]
    fn a_wrong_digit_is_noticed() {
        let number = "4242424242424242";
        for place in 0..number.len() {
            let mut wrong = number.as_bytes().to_vec();
            wrong[place] = if wrong[place] == b'9' { b'0' } else { wrong[place] + 1 };
            assert!(read(std::str::from_utf8(&wrong).unwrap(), "04/29", "123").is_err());
        }
    }

    #[test]
    fn what_is_no_card_number_is_refused_without_repeating_it() {
        for number in ["", "4242", "424242424242424", "4242x24242424242", "0000000000000000", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"]
        {
            let errors = read(number, "04/29", "123").unwrap_err();
            assert!(errors.number.is_some() && errors.expiry.is_none() && errors.code.is_none(), "{number}");
            assert!(number.is_empty() || !format!("{errors:?}").contains(number));
        }
        // Right by its last digit, wrong by its length: 15 digits make no Visa.
        assert!(read("424242424242423", "04/29", "123").is_err());
    }

    #[test]
    fn the_code_has_the_length_of_the_brand() {
        for (number, code) in [("378282246310005", "123"), ("4242424242424242", "1234"), ("4242424242424242", "12a")] {
            assert!(read(number, "04/29", code).unwrap_err().code.is_some(), "{number} {code}");
        }
        assert!(read("4242424242424242", "04/29", " 123 ").is_ok());
    }

    #[test]
    fn a_card_lasts_to_the_end_of_its_month() {
        for typed in ["11/26", "11 / 26", "1126", "11/2026", "11-26", "12/46"] {
            assert!(Expiry::parse(typed, now()).is_ok(), "{typed}");
        }
        for typed in
            ["10/26", "11/25", "13/29", "00/29", "01/47", "", "1", "/", "04/2", "4/999", "-4/29", "+4/29", "٠٤/٢٩"]
        {
            assert!(Expiry::parse(typed, now()).is_err(), "{typed}");
        }
        assert_eq!(Expiry::parse("4/29", now()).unwrap().to_string(), "04/29");
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let errors = read("1", "13/13", "x").unwrap_err();
        assert!(errors.number.is_some() && errors.expiry.is_some() && errors.code.is_some());
    }
}
