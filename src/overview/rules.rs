//! What is told of an organization over time, from the days on which something happened.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::Deserialize;

/// Rows of each list that are shown.
pub const SHOWN: usize = 5;

/// How far people who were not here for long are counted.
pub const COUNTED: i64 = 100;

/// After how many days without a visit somebody counts as inactive.
pub const INACTIVE_DAYS: i32 = 90;

/// Days that are looked at: a year, the rest of its first month, and one before.
pub const DAYS: i64 = 400;

/// Weeks of activity that are drawn.
const WEEKS: u64 = 12;

/// Months of growth that are drawn.
const MONTHS: u32 = 12;

/// Up to this age an organization's growth is told week by week: months would be too few to draw.
const YOUNG_WEEKS: u64 = 26;

/// A day on which something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Day {
    /// Which, by Universal Time.
    pub day: NaiveDate,
    /// How many lines of history were written.
    pub deeds: i64,
    /// How many belonged at its end.
    pub members: i64,
}

/// How many belonged at the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Which day.
    pub day: NaiveDate,
    /// How many.
    pub members: i64,
}

/// How much was done in a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub begins: NaiveDate,
    /// Lines of history.
    pub deeds: i64,
}

/// The Monday of a day's week.
fn monday(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())).unwrap_or(day)
}

/// How much was done in each of the last weeks, the present one last; a week without anything is there with
/// nothing, and none is there before the organization was.
pub fn weeks(days: &[Day], founded: NaiveDate, today: NaiveDate) -> Vec<Week> {
    let (first, present) = (monday(founded), monday(today));
    let begins = (0..WEEKS).rev().filter_map(|back| present.checked_sub_days(Days::new(back * 7)));
    let week = |begins| {
        let deeds = days.iter().filter(|day| monday(day.day) == begins).map(|day| day.deeds).sum();
        Week { begins, deeds }
    };
    begins.filter(|begins| *begins >= first).map(week).collect()
}

/// How many belonged: at the end of each month of the last twelve, or of each week where the organization is
/// young, and today. It begins where something is known, so nothing is guessed.
pub fn growth(days: &[Day], founded: NaiveDate, today: NaiveDate, members: i64) -> Vec<Size> {
    let known_from = days.first().map_or(today, |first| first.day.max(founded));
    let is_young = monday(today).checked_sub_days(Days::new(YOUNG_WEEKS * 7)).is_none_or(|then| founded > then);
    let mut ends: Vec<NaiveDate> = if is_young { ends_of_weeks(today) } else { ends_of_months(today) };
    ends.retain(|end| *end > known_from);
    // An organization that was founded meanwhile is drawn from its first day.
    let begins_inside = ends.first().is_none_or(|first| days_between(known_from, *first) < 31);
    if begins_inside && known_from < today {
        ends.insert(0, known_from);
    }
    let at = |end: NaiveDate| days.iter().rev().find(|day| day.day <= end).map(|day| day.members);
    let sizes = ends.into_iter().filter_map(|day| Some(Size { day, members: at(day)? }));
    sizes.chain([Size { day: today, members }]).collect()
}

/// The Sundays of the weeks in which an organization is young, before today.
fn ends_of_weeks(today: NaiveDate) -> Vec<NaiveDate> {
    let present = monday(today);
    (0..=YOUNG_WEEKS).rev().filter_map(|back| present.checked_sub_days(Days::new(back * 7 + 1))).collect()
}

/// The last days of the twelve months before this one.
fn ends_of_months(today: NaiveDate) -> Vec<NaiveDate> {
    let present = today.with_day(1).unwrap_or(today);
    let ends = (0..MONTHS).rev().filter_map(|back| present.checked_sub_months(Months::new(back))?.pred_opt());
    ends.collect()
}

/// How many days lie between two.
pub fn days_between(one: NaiveDate, other: NaiveDate) -> i64 {
    (other - one).num_days()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn day(text: &str, deeds: i64, members: i64) -> Day {
        Day { day: on(text), deeds, members }
    }

    #[test]
    fn weeks_begin_on_monday_and_none_is_left_out() {
        // 2026-11-25 is a Wednesday.
        let days = [day("2026-11-08", 9, 1), day("2026-11-09", 2, 1), day("2026-11-23", 3, 1), day("2026-11-25", 1, 1)];
        let told = weeks(&days, on("2026-11-05"), on("2026-11-25"));
        let told: Vec<_> = told.iter().map(|week| (week.begins.to_string(), week.deeds)).collect();
        let expected = [("2026-11-02", 9), ("2026-11-09", 2), ("2026-11-16", 0), ("2026-11-23", 4)];
        assert_eq!(told, expected.map(|(day, deeds)| (day.to_owned(), deeds)));
        assert_eq!(weeks(&days, on("2020-01-01"), on("2026-11-25")).len(), 12);
        assert_eq!(weeks(&[], on("2026-11-25"), on("2026-11-25")).len(), 1);
    }

    #[test]
    fn a_young_organization_is_told_by_weeks_from_its_first_day() {
        let days = [day("2026-11-05", 1, 1), day("2026-11-10", 1, 3), day("2026-11-24", 1, 2)];
        let told = growth(&days, on("2026-11-05"), on("2026-11-25"), 2);
        let told: Vec<_> = told.iter().map(|size| (size.day.to_string(), size.members)).collect();
        let expected = [("2026-11-05", 1), ("2026-11-08", 1), ("2026-11-15", 3), ("2026-11-22", 3), ("2026-11-25", 2)];
        assert_eq!(told, expected.map(|(day, members)| (day.to_owned(), members)));
    }

    #[test]
    fn an_old_one_is_told_by_months_of_the_last_year() {
        let days = [day("2024-03-01", 1, 4), day("2026-02-10", 5, 7), day("2026-02-28", 1, 6)];
        let told = growth(&days, on("2024-03-01"), on("2026-11-25"), 6);
        assert_eq!(told.len(), 13);
        assert_eq!(told[0], Size { day: on("2025-11-30"), members: 4 });
        assert_eq!(told[2], Size { day: on("2026-01-31"), members: 4 });
        assert_eq!(told[3], Size { day: on("2026-02-28"), members: 6 });
        assert_eq!(told[12], Size { day: on("2026-11-25"), members: 6 });
        // Of one that is eight months old nothing is told before it was there.
        let told = growth(&[day("2026-03-10", 1, 1)], on("2026-03-10"), on("2026-11-25"), 1);
        assert_eq!((told.len(), told[0].day, told[1].day), (10, on("2026-03-10"), on("2026-03-31")));
    }

    #[test]
    fn what_is_not_known_is_not_drawn() {
        let today = Size { day: on("2026-11-25"), members: 40 };
        assert_eq!(growth(&[], on("2020-01-01"), on("2026-11-25"), 40), [today]);
        assert_eq!(growth(&[day("2026-11-25", 3, 40)], on("2026-11-25"), on("2026-11-25"), 40), [today]);
    }
}
