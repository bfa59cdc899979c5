//! Card numbers in text: which digits make one, and that none stays where none belongs (PAY-03).
//!
//! Text is read once from left to right, and only the last 19 digits are remembered, so the cost grows with the
//! length of the text and with nothing else (COST-1).
//!
//! The ranges are written out: the crates that know some take most UnionPay cards for Discover and
//! refuse lengths that are in use.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::FieldError;

/// A brand of cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Brand {
    Visa,
    Mastercard,
    AmericanExpress,
    Discover,
    DinersClub,
    Jcb,
    UnionPay,
    Maestro,
}

/// First and last of the numbers of a brand, by their first six digits; the first range that fits
/// counts.
const RANGES: [(u32, u32, Brand); 19] = [
    (400_000, 499_999, Brand::Visa),
    (510_000, 559_999, Brand::Mastercard),
    (222_100, 272_099, Brand::Mastercard),
    (340_000, 349_999, Brand::AmericanExpress),
    (370_000, 379_999, Brand::AmericanExpress),
    (601_100, 601_199, Brand::Discover),
    (644_000, 659_999, Brand::Discover),
    (300_000, 305_999, Brand::DinersClub),
    (309_500, 309_599, Brand::DinersClub),
    (360_000, 369_999, Brand::DinersClub),
    (380_000, 399_999, Brand::DinersClub),
    (352_800, 358_999, Brand::Jcb),
    (620_000, 629_999, Brand::UnionPay),
    (810_000, 817_199, Brand::UnionPay),
    (500_000, 509_999, Brand::Maestro),
    (560_000, 589_999, Brand::Maestro),
    (630_400, 630_499, Brand::Maestro),
    (639_000, 639_099, Brand::Maestro),
    (670_000, 679_999, Brand::Maestro),
];

impl Brand {
    /// As it is kept and shown.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Visa => "Visa",
            Self::Mastercard => "Mastercard",
            Self::AmericanExpress => "American Express",
            Self::Discover => "Discover",
            Self::DinersClub => "Diners Club",
            Self::Jcb => "JCB",
            Self::UnionPay => "UnionPay",
            Self::Maestro => "Maestro",
        }
    }

    /// The brand of a number of at least six ASCII digits.
    pub fn of(digits: &str) -> Option<Self> {
        Self::of_digits(digits.as_bytes())
    }

    fn of_digits(digits: &[u8]) -> Option<Self> {
        let beginning = digits
            .get(..6)?
            .iter()
            .try_fold(0, |number: u32, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))?;
        RANGES.iter().find(|(first, last, _)| (*first..=*last).contains(&beginning)).map(|(.., brand)| *brand)
    }

    /// Whether its numbers can have so many digits.
    pub const fn takes_length(self, length: usize) -> bool {
        match self {
            Self::Visa => matches!(length, 13 | 16 | 19),
            Self::Mastercard => length == 16,
            Self::AmericanExpress => length == 15,
            Self::Discover | Self::Jcb | Self::UnionPay => matches!(length, 16..=19),
            Self::DinersClub => matches!(length, 14..=19),
            Self::Maestro => matches!(length, 12..=19),
        }
    }
}

/// Whether the last of some digits is the one that the others call for (ISO/IEC 7812-1, annex B).
pub fn is_luhn(digits: &str) -> bool {
    let sum: u32 = digits.bytes().rev().enumerate().map(|(place, digit)| weighed(place, digit)).sum();
    sum.is_multiple_of(10)
}

/// What a digit adds to the sum, so many places from the right.
fn weighed(place: usize, digit: u8) -> u32 {
    let digit = u32::from(digit.wrapping_sub(b'0'));
    if place.is_multiple_of(2) { digit } else { digit * 2 / 10 + digit * 2 % 10 }
}

/// Digits of the shortest number that is refused: shorter ones are too much like other numbers.
const LEAST: usize = 13;

/// Digits of the longest number that a card has.
const MOST: usize = 19;

/// Signs between two groups of digits of one number.
const APART: usize = 3;

/// Refuses text that holds a card number: digits that begin like those of a brand, are as many as it has, and end
/// with the right one. They may be in one group, in groups of three and more up to three signs apart, or in
/// shorter groups with the same sign between all of them.
pub fn no_card_number(text: &str) -> Result<(), FieldError> {
    if holds_card_number(text) {
        return Err("Do not enter card numbers here.".into());
    }
    Ok(())
}

fn holds_card_number(text: &str) -> bool {
    // Most text ends here.
    if text.chars().filter(|c| c.is_numeric()).nth(LEAST - 1).is_none() {
        return false;
    }
    let mut number = Number::new();
    let (mut apart, mut gap) = ([SAME; APART], 0);
    // Digits of other widths are digits to the person who copies them.
    for c in text.nfkc() {
        if c.is_ascii_digit() {
            if gap > 0 || number.groups.is_empty() {
                number.begin_group(apart);
            }
            number.push(c);
            (apart, gap) = ([SAME; APART], 0);
            continue;
        }
        if gap == 0 && number.ends_card() {
            return true;
        }
        match apart.get_mut(gap) {
            Some(sign) if is_between(c) => *sign = c,
            _ => {
                if number.is_card() {
                    return true;
                }
                number.clear();
                (apart, gap) = ([SAME; APART], 0);
                continue;
            }
        }
        gap += 1;
    }
    number.ends_card() || number.is_card()
}

/// A sign that is between groups of digits.
fn is_between(c: char) -> bool {
    c.is_whitespace() || ".-/_|*+·‐–—".contains(c)
}

/// What is where there is no sign.
const SAME: char = '\0';

/// A group of digits, and the signs before it.
struct Group {
    length: usize,
    apart: [char; APART],
}

/// Groups of digits that stand close together: the last of them, with 19 digits or a few more.
struct Number {
    digits: Zeroizing<Vec<u8>>,
    groups: Vec<Group>,
    /// Whether groups were forgotten: they are too far from the last to belong to one card.
    is_cut: bool,
}

impl Number {
    fn new() -> Self {
        // Room for all at once: what grows is moved, and what is left behind is never wiped.
        let digits = Zeroizing::new(Vec::with_capacity(4 * MOST));
        Self { digits, groups: Vec::with_capacity(2 * MOST), is_cut: false }
    }

    fn clear(&mut self) {
        self.digits.clear();
        self.groups.clear();
        self.is_cut = false;
    }

    fn begin_group(&mut self, apart: [char; APART]) {
        while let Some(first) = self.groups.first().map(|group| group.length.min(MOST + 1))
            && self.digits.len() >= MOST + first
        {
            self.digits.drain(..first);
            self.groups.remove(0);
            self.is_cut = true;
        }
        self.groups.push(Group { length: 0, apart });
    }

    /// Takes a digit to the last group. Of a group that is longer than any card number the first digits are kept.
    fn push(&mut self, digit: char) {
        let Some(group) = self.groups.last_mut() else { return };
        group.length += 1;
        if group.length <= MOST + 1
            && let Ok(digit) = u8::try_from(digit)
        {
            self.digits.push(digit);
        }
    }

    /// Whether a card number ends with the last group.
    fn ends_card(&self) -> bool {
        let Some(last) = self.groups.last() else { return false };
        if last.length > MOST {
            // A card number, and what else is on the card, without a space between.
            let group = &self.digits[self.digits.len() - (MOST + 1)..];
            return (LEAST..=MOST).any(|length| is_number(&group[..length]));
        }
        let (mut length, mut sum) = (0, 0);
        let (mut are_long, mut are_alike) = (true, true);
        for (at, group) in self.groups.iter().enumerate().rev() {
            if length + group.length > MOST {
                return false;
            }
            for digit in self.digits[..self.digits.len() - length].iter().rev().take(group.length) {
                sum += weighed(length, *digit);
                length += 1;
            }
            are_long &= group.length >= 3;
            if let Some(next) = self.groups.get(at + 1) {
                let is_last = at + 2 == self.groups.len();
                are_alike &= next.length == group.length || (is_last && next.length < group.length);
                are_alike &= next.apart == self.groups[self.groups.len() - 1].apart;
            }
            if !are_long && !are_alike {
                return false;
            }
            if length >= LEAST && sum % 10 == 0 && begins(&self.digits[self.digits.len() - length..]) {
                return true;
            }
        }
        false
    }

    /// Whether all of it is one card number, in groups of any length with the same sign between them.
    fn is_card(&self) -> bool {
        let length: usize = self.groups.iter().map(|group| group.length).sum();
        let mut apart = self.groups.iter().skip(1).map(|group| group.apart);
        let first = apart.next();
        !self.is_cut
            && (LEAST..=MOST).contains(&length)
            && apart.all(|apart| Some(apart) == first)
            && is_number(&self.digits)
    }
}

/// Whether these digits begin like the numbers of a brand that has so many.
fn begins(digits: &[u8]) -> bool {
    Brand::of_digits(digits).is_some_and(|brand| brand.takes_length(digits.len()))
}

fn is_number(digits: &[u8]) -> bool {
    let sum: u32 = digits.iter().rev().enumerate().map(|(place, digit)| weighed(place, *digit)).sum();
    sum.is_multiple_of(10) && begins(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Slug, Username};

    #[test]
    fn a_card_number_stands_nowhere() {
        for typed in [
            "4111111111111111",
            "pay with 4111 1111 1111 1111, please",
            "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
            "41 11 11 11 11 11 11 11",
            "411 111 111 111 111 1",
            "411111 1111111111",
            "41 1111 1111 1111 11",
            "4111/1111/1111/1111",
            "4111  1111  1111  1111",
            "4111.1111.1111.1111",
            "4111 - 1111 - 1111 - 1111 - 04/29",
            "room 12 / 4111_1111_1111_1111",
            "4111\n1111\n1111\n1111",
            "3782 / 822463 / 10005",
            "3056 930902 5904",
            "2223 0000 4841 0010",
            "6011000990139424",
            "６０１１ ０００９ ９０１３ ９４２４",
            "４１１１１１１１１１１１１１１１",
            "①④ 4111111111111111",
            "x4111111111111111y",
            "41111111111111110429123",
            "2026-11-30 4111 1111 1111 1111 2026-11-30",
            "1 2 3 4 5 6 7 8 9 4111 1111 1111 1111",
        ] {
            assert!(no_card_number(typed).is_err(), "{typed:?}");
        }
        assert!(Username::parse("4111111111111111").is_err() && Slug::parse("4111-1111-1111-1111").is_err());
    }

    #[test]
    fn d_12_other_numbers_are_no_card_number() {
        for typed in [
            "Difference Engine No. 2",
            "2026-11-23 – 2026-12-31",
            "2023/2024/2025/2026",
            "2026-11-23 10:00:00.123",
            "+49 (0)30 1234 5678",
            "4111/1111/1111/1112",
            "4111 1111 1111 1112",
            "411111111111",
            "Supports Python 3.8 3.9 3.10 3.11 3.12 3.13",
            "Python 3.9 3.10 3.11 3.12 3.13 3.14",
            "PostgreSQL 13 14 15 16 17 18",
            "Node 18.20 20.11 22.2 24.0",
            "4.0 4.1 4.2 5.0 5.1 5.2 6.0 6.1 7.0",
            "3.6 3.7 3.8 3.9 4.0 4.1 4.2",
            "1764000000123",
            "20261130212500123",
            "9780306406157",
            "DE89 3704 0044 0532 0130 00",
            "192.168.100.101 192.168.100.102",
            "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
            "1234567890123456789012345678901234567890",
        ] {
            assert!(no_card_number(typed).is_ok(), "{typed:?}");
        }
    }

    /// Only the last groups are remembered: a number is found however much is before it.
    #[test]
    fn a_number_is_found_behind_others() {
        for before in ["7 ", "77 ", "777 ", "7777 ", "7777777777777777777777777 ", "4 1 1 1 ", "x ", "7-"] {
            for times in [0, 1, 5, 19, 20, 21, 100, 1_000] {
                let text = format!("{}4111 1111 1111 1111", before.repeat(times));
                assert!(no_card_number(&text).is_err(), "{times} times {before:?}");
                let text = format!("{}4111 1111 1111 1112", before.repeat(times));
                assert!(no_card_number(&text).is_ok(), "{times} times {before:?}");
            }
        }
    }
}
