//! What was typed about dates and times.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::text::{FieldError, REQUIRED, count_characters, no_card_number};
use crate::web::Field;
use crate::web::clock::{Clock, Format, zones};

/// Date & Time Format.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClockForm {
    pub time_format: Field,
    pub time_zone: Field,
}

impl ClockForm {
    /// The form as it is.
    pub fn of(clock: Clock) -> Self {
        Self { time_format: Field::filled(clock.format().key()), time_zone: Field::filled(clock.zone().name()) }
    }

    /// Reads both lines before judging, so one visit shows every error.
    pub fn read(&mut self, now: DateTime<Utc>) -> Option<Clock> {
        let format = self.time_format.read(Format::parse);
        let zone = self.time_zone.read(|typed| meant(typed, now));
        Some(Clock::new(zone?, format?))
    }
}

/// The zone that is meant, or which ones could be.
fn meant(typed: &str, now: DateTime<Utc>) -> Result<Tz, FieldError> {
    if typed.trim().is_empty() {
        return Err(REQUIRED);
    }
    if count_characters(typed.trim(), zones::LONGEST) > zones::LONGEST {
        return Err("This is longer than the name of any time zone.".into());
    }
    no_card_number(typed)?;
    zones::named(typed).ok_or_else(|| match zones::like(typed, now).as_slice() {
        [] => "No time zone goes by this name. Type a large city in it, such as Berlin or New York.".into(),
        [one] => format!("No time zone goes by this name. Did you mean {one}?").into(),
        [first @ .., last] => {
            format!("No single time zone goes by this name. Did you mean {} or {last}?", first.join(", ")).into()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lines_are_judged_at_once() {
        let now = "2026-07-01T00:00:00Z".parse().unwrap();
        let mut form = ClockForm { time_format: Field::filled("of old"), time_zone: Field::filled("Berln") };
        assert_eq!(form.read(now), None);
        assert_eq!(form.time_format.error.as_deref(), Some("Choose a format."));
        let told = form.time_zone.error.unwrap_or_default();
        assert_eq!(told, "No time zone goes by this name. Did you mean Europe/Berlin (UTC+02:00)?");
        let mut right = ClockForm::of(Clock::new(Tz::Asia__Kathmandu, Format::YearMonthDay));
        assert_eq!(right.read(now), Some(Clock::new(Tz::Asia__Kathmandu, Format::YearMonthDay)));
    }
}
