//! Values in the form in which pages show them.

use chrono::{DateTime, TimeDelta, Utc};

use crate::text::{PersonName, Username, initials};

/// A moment, for a `time` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// For machines.
    pub iso: String,
    /// For reading: "3 days ago", "in 6 days", "14 Mar 2026".
    pub words: String,
    /// In full, for hovering and for print.
    pub full: String,
}

impl Moment {
    /// A moment as it is seen from now.
    pub fn seen(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self {
            iso: at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            words: relative(at, now),
            full: at.format("%-d %b %Y, %H:%M UTC").to_string(),
        }
    }

    /// A day, by its date.
    pub fn day(at: DateTime<Utc>) -> Self {
        Self {
            iso: at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            words: at.format("%-d %b %Y").to_string(),
            full: at.format("%-d %b %Y, %H:%M UTC").to_string(),
        }
    }
}

/// A day as people name it, for a heading.
pub fn day(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    if at.date_naive() == now.date_naive() {
        "Today".to_owned()
    } else if at.date_naive() == (now - TimeDelta::days(1)).date_naive() {
        "Yesterday".to_owned()
    } else {
        at.format("%-d %B %Y").to_string()
    }
}

fn relative(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let away = at - now;
    let size = away.abs();
    let (count, unit) = if size < TimeDelta::seconds(45) {
        return "just now".into();
    } else if size < TimeDelta::minutes(60) {
        (((size.num_seconds() + 30) / 60).max(1), "minute")
    } else if size < TimeDelta::hours(24) {
        (((size.num_minutes() + 30) / 60).max(1), "hour")
    } else if size < TimeDelta::days(31) {
        (((size.num_hours() + 12) / 24).max(1), "day")
    } else {
        return at.format("%-d %b %Y").to_string();
    };
    let plural = if count == 1 { "" } else { "s" };
    if away > TimeDelta::zero() { format!("in {count} {unit}{plural}") } else { format!("{count} {unit}{plural} ago") }
}

/// One of twelve colours, always the same for the same name.
pub fn hue(name: &str) -> u8 {
    let mixed = name.bytes().fold(2_166_136_261_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(16_777_619));
    u8::try_from(mixed % 12).unwrap_or_default()
}

/// A generated picture of a person or an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// At most two letters.
    pub initials: String,
    /// 0 to 11.
    pub hue: u8,
}

impl Picture {
    /// The picture for a name.
    pub fn of(name: &str) -> Self {
        Self { initials: initials(name), hue: hue(name) }
    }

    /// The picture of a person: the initials are those of the name they wish to be called by, where they
    /// have one; the colour is their username's, so that it is the same wherever they are named.
    pub fn of_person(username: &Username, display_name: Option<&PersonName>) -> Self {
        let called = display_name.map_or(username.as_str(), PersonName::as_str);
        Self { initials: initials(called), hue: hue(username.as_str()) }
    }
}

/// "1 member", "2 members".
pub fn count(number: i64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_as_people_tell_them() {
        let now = "2026-11-23T12:00:00Z".parse::<DateTime<Utc>>().unwrap();
        for (ahead, words) in [
            (TimeDelta::seconds(-3), "just now"),
            (TimeDelta::minutes(-1), "1 minute ago"),
            (TimeDelta::hours(-3), "3 hours ago"),
            (TimeDelta::days(7) - TimeDelta::seconds(2), "in 7 days"),
            (TimeDelta::days(-60), "24 Sep 2026"),
        ] {
            assert_eq!(Moment::seen(now + ahead, now).words, words);
        }
    }
}
