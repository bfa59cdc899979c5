//! Values in the form in which pages show them.

use crate::ids::PictureId;
use crate::text::{PersonName, Username, initials};

/// A moment, for a `time` element: as the [clock](super::clock) of its reader tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// For machines.
    pub iso: String,
    /// For reading: "3 days ago", "in 6 days", "14 Mar 2026".
    pub words: String,
    /// In full, for hovering and for print.
    pub full: String,
}

/// One of twelve colours, always the same for the same name.
pub fn hue(name: &str) -> u8 {
    let mixed = name.bytes().fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619));
    u8::try_from(mixed % 12).unwrap_or_default()
}

/// The picture of a person or an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// At most two emails.
    pub initials: String,
    /// 0 to 11.
    pub hue: u8,
    /// Where the image they uploaded is, if they did; the initials stand for it until it is there.
    pub image: Option<String>,
}

impl Picture {
    /// The picture for a name.
    pub fn of(name: &str) -> Self {
        Self { initials: initials(name), hue: hue(name), image: None }
    }

    /// The picture of a person: the initials are those of the name they wish to be called by, where they
    /// have one; the colour is their username's, so that it is the same wherever they are named.
    pub fn of_person(username: &Username, display_name: Option<&PersonName>) -> Self {
        let called = display_name.map_or(username.as_str(), PersonName::as_str);
        Self { initials: initials(called), hue: hue(username.as_str()), image: None }
    }

    /// With the image they uploaded, if they did.
    #[must_use]
    pub fn showing(self, uploaded: Option<PictureId>) -> Self {
        Self { image: uploaded.map(|id| format!("/pictures/{id}")), ..self }
    }
}

/// "1 member", "2 members", "12,345 members".
pub fn count(number: i64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {one}s", grouped(number)) }
}

/// "1 person", "2 people", "12,345 people".
pub fn people(number: i64) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{} people", grouped(number)) }
}

/// A number as English writes it: a comma before each three digits.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut written = String::from(if number < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_a_glance() {
        let told = [0, 1, 2, 999, 1_000, 12_345, 100_000, 1_234_567, -1_000].map(|number| count(number, "member"));
        assert_eq!(
            told,
            [
                "0 members",
                "1 member",
                "2 members",
                "999 members",
                "1,000 members",
                "12,345 members",
                "100,000 members",
                "1,234,567 members",
                "-1,000 members",
            ]
        );
    }
}
