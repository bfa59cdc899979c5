//! How numbers are drawn: the geometry of small pictures, in whole units of their own.

use std::fmt::Write as _;

use super::rules::{Size, Week, days_between};

/// How wide a picture is, in its own units.
pub const WIDTH: i64 = 600;

/// How high.
pub const HEIGHT: i64 = 160;

/// Room above, so that a line at the top is not cut.
const MARGIN: i64 = 8;

/// A line over time, and the area under it.
#[derive(Debug, PartialEq, Eq)]
pub struct LineChart {
    /// The line as a path.
    pub path: String,
    /// The same, closed along the bottom.
    pub area: String,
    /// Where it ends.
    pub end: (i64, i64),
}

/// A value's distance from the top: what is nothing lies at the bottom.
fn top(value: i64, most: i64) -> i64 {
    HEIGHT - (HEIGHT - MARGIN) * value / most.max(1)
}

/// The line of a growth, each size where its day lies; none of fewer than two.
pub fn line(sizes: &[Size]) -> Option<LineChart> {
    let (first, last) = (sizes.first()?, sizes.last()?);
    let long = days_between(first.day, last.day);
    if long < 1 {
        return None;
    }
    let most = sizes.iter().map(|size| size.members).max()?;
    let place = |size: &Size| ((WIDTH - MARGIN) * days_between(first.day, size.day) / long, top(size.members, most));
    let mut path = String::new();
    for (at, size) in sizes.iter().enumerate() {
        let (x, y) = place(size);
        let _ = write!(path, "{}{x} {y}", if at == 0 { "M" } else { "L" });
    }
    let end = place(last);
    let area = format!("{path}V{HEIGHT}H0z");
    Some(LineChart { path, area, end })
}

/// A bar.
#[derive(Debug, PartialEq, Eq)]
pub struct Bar {
    /// From the left.
    pub x: i64,
    /// From the top.
    pub y: i64,
    /// How wide.
    pub width: i64,
    /// How high; a week in which something was done is never invisible.
    pub height: i64,
}

/// The bars of weeks, each in a place of the same width; one in which nothing was done is left empty.
pub fn bars(weeks: &[Week]) -> Vec<Bar> {
    let most = weeks.iter().map(|week| week.deeds).max().unwrap_or(0);
    let room = WIDTH / i64::try_from(weeks.len()).unwrap_or(1).max(12);
    let begins = WIDTH - room * i64::try_from(weeks.len()).unwrap_or(0);
    let bar = |(at, week): (usize, &Week)| {
        let y = top(week.deeds, most).min(HEIGHT - 4);
        let x = begins + room * i64::try_from(at).unwrap_or(0) + room / 8;
        Bar { x, y, width: room - room / 4, height: HEIGHT - y }
    };
    weeks.iter().enumerate().filter(|(_, week)| week.deeds > 0).map(bar).collect()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_line_goes_from_the_left_to_the_right_by_its_days() {
        let size = |day, members| Size { day: on(day), members };
        let drawn = line(&[size("2026-11-01", 1), size("2026-11-02", 2), size("2026-11-05", 4)]).unwrap();
        assert_eq!(drawn.path, "M0 122L148 84L592 8");
        assert_eq!(drawn.area, "M0 122L148 84L592 8V160H0z");
        assert_eq!(drawn.end, (592, 8));
        assert_eq!(line(&[size("2026-11-01", 1)]), None);
        assert_eq!(line(&[]), None);
    }

    #[test]
    fn a_week_with_little_is_seen_and_one_with_nothing_is_not() {
        let week = |begins, deeds| Week { begins: on(begins), deeds };
        let drawn = bars(&[week("2026-11-02", 1), week("2026-11-09", 0), week("2026-11-16", 1000)]);
        assert_eq!(drawn.len(), 2);
        assert_eq!((drawn[0].height, drawn[1].height), (4, HEIGHT - MARGIN));
        assert!(drawn.iter().all(|bar| bar.y + bar.height == HEIGHT && bar.x + bar.width <= WIDTH));
        assert_eq!(bars(&[]), []);
    }
}
