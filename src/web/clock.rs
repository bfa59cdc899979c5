//! How somebody reads dates and times: in which zone, in which order, and on which clock face.
//!
//! No other file writes a date. What is shown carries the moment itself for machines, and in full for
//! the person who points at it, so that nobody has to guess whose noon is meant.

pub mod zones;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Offset, SecondsFormat, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetName, Tz};

use super::show::Moment;
use crate::text::FieldError;

/// In which order somebody reads a date, and on which clock face the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// 14 Mar 2026, 15:04
    #[default]
    DayMonthYear,
    /// Mar 14, 2026, 3:04 PM
    MonthDayYear,
    /// 2026-03-14 15:04
    YearMonthDay,
    /// 14/03/2026 15:04
    DayFirstSlashes,
    /// 14.03.2026 15:04
    DayFirstDots,
    /// 03/14/2026 3:04 PM
    MonthFirstSlashes,
}

/// The parts that a format is written with.
struct Pattern {
    date: &'static str,
    /// A date that is alone, with room for the whole month.
    heading: &'static str,
    time: &'static str,
    between: &'static str,
}

impl Format {
    /// Every format, in the order in which a form offers them.
    pub const ALL: [Self; 6] = [
        Self::DayMonthYear,
        Self::MonthDayYear,
        Self::YearMonthDay,
        Self::DayFirstSlashes,
        Self::DayFirstDots,
        Self::MonthFirstSlashes,
    ];

    /// Reads a format from a form. Nothing is guessed: what is no format is an error.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        Self::ALL.into_iter().find(|format| format.key() == typed).ok_or_else(|| "Choose a format.".into())
    }

    /// As it is kept and posted.
    pub const fn key(self) -> &'static str {
        match self {
            Self::DayMonthYear => "day_month_year",
            Self::MonthDayYear => "month_day_year",
            Self::YearMonthDay => "year_month_day",
            Self::DayFirstSlashes => "day_first_slashes",
            Self::DayFirstDots => "day_first_dots",
            Self::MonthFirstSlashes => "month_first_slashes",
        }
    }

    const fn pattern(self) -> Pattern {
        const DAY: &str = "%H:%M";
        const HALF_DAY: &str = "%-I:%M %p";
        let (date, heading, time, between) = match self {
            Self::DayMonthYear => ("%-d %b %Y", "%-d %B %Y", DAY, ", "),
            Self::MonthDayYear => ("%b %-d, %Y", "%B %-d, %Y", HALF_DAY, ", "),
            Self::YearMonthDay => ("%Y-%m-%d", "%Y-%m-%d", DAY, " "),
            Self::DayFirstSlashes => ("%d/%m/%Y", "%d/%m/%Y", DAY, " "),
            Self::DayFirstDots => ("%d.%m.%Y", "%d.%m.%Y", DAY, " "),
            Self::MonthFirstSlashes => ("%m/%d/%Y", "%m/%d/%Y", HALF_DAY, " "),
        };
        Pattern { date, heading, time, between }
    }
}

/// Longest way to write a day, in bytes, with some spaces in it.
const LONGEST_DAY: usize = 30;

/// How somebody reads dates and times. Visitors, and people who have set nothing, read UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    zone: Tz,
    format: Format,
}

impl Default for Clock {
    fn default() -> Self {
        Self { zone: Tz::UTC, format: Format::default() }
    }
}

impl Clock {
    /// A clock in a zone, read in a format.
    pub const fn new(zone: Tz, format: Format) -> Self {
        Self { zone, format }
    }

    /// As it is kept with an account. A zone that this version of Roster does not know is read as UTC.
    pub fn stored(zone: &str, format: &str) -> Self {
        Self { zone: zone.parse().unwrap_or(Tz::UTC), format: Format::parse(format).unwrap_or_default() }
    }

    /// In which zone.
    pub const fn zone(self) -> Tz {
        self.zone
    }

    /// In which format.
    pub const fn format(self) -> Format {
        self.format
    }

    /// A moment as it is seen from now: "3 days ago", "in 6 days", and by its date when it is far away.
    pub fn seen(self, at: DateTime<Utc>, now: DateTime<Utc>) -> Moment {
        self.moment(at, near(at, now).unwrap_or_else(|| self.date(at)))
    }

    /// The day on which something was.
    pub fn day(self, at: DateTime<Utc>) -> Moment {
        self.moment(at, self.date(at))
    }

    /// A day of the calendar, which is the same in every zone.
    pub fn calendar(self, day: NaiveDate) -> String {
        day.format(self.format.pattern().date).to_string()
    }

    /// A moment to the minute.
    pub fn exactly(self, at: DateTime<Utc>) -> Moment {
        self.moment(at, self.written(at))
    }

    /// A day as people name it, for a heading.
    pub fn heading(self, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
        let (day, today) = (self.naive(at), self.naive(now));
        if day == today {
            "Today".to_owned()
        } else if Some(day) == today.pred_opt() {
            "Yesterday".to_owned()
        } else {
            self.put(at, self.format.pattern().heading)
        }
    }

    /// Whether two moments are on one day here.
    pub fn is_same_day(self, one: DateTime<Utc>, other: DateTime<Utc>) -> bool {
        self.naive(one) == self.naive(other)
    }

    /// Reads a day as a browser sends it: year, month and day of a year that a row can have.
    pub fn read_day(typed: &str) -> Result<NaiveDate, FieldError> {
        const FORM: FieldError = FieldError::Borrowed("Enter a day like 2026-03-14.");
        let typed = typed.trim();
        if typed.len() > LONGEST_DAY {
            return Err(FORM);
        }
        let day: NaiveDate = typed.parse().map_err(|_| FORM)?;
        if (1970..10_000).contains(&day.year()) { Ok(day) } else { Err(FORM) }
    }

    /// The moment at which a day begins here: midnight, or where the clocks leave it out, what follows it.
    pub fn begin_of(self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(NaiveTime::MIN);
        // A zone that crosses the date line leaves out a whole day.
        let mut quarters = (0..=4 * 25).filter_map(|quarters| {
            let local = midnight.checked_add_signed(TimeDelta::minutes(15 * quarters))?;
            self.zone.from_local_datetime(&local).earliest()
        });
        quarters.next().map_or_else(|| midnight.and_utc(), |begun| begun.with_timezone(&Utc))
    }

    /// The moment at which a day has ended here: when the next one begins.
    pub fn end_of(self, day: NaiveDate) -> DateTime<Utc> {
        day.succ_opt().map_or(DateTime::<Utc>::MAX_UTC, |next| self.begin_of(next))
    }

    /// The day of a moment in the order that sorts, for the name of a file.
    pub fn sortable(self, at: DateTime<Utc>) -> String {
        self.naive(at).to_string()
    }

    /// A moment to the minute with the name of the zone's time, for sentences and emails.
    pub fn written(self, at: DateTime<Utc>) -> String {
        format!("{} {}", self.date_and_time(at), self.zone_at(at))
    }

    /// A moment to the minute, where it is clear in which zone.
    pub fn date_and_time(self, at: DateTime<Utc>) -> String {
        let Pattern { date, time, between, .. } = self.format.pattern();
        self.put(at, &format!("{date}{between}{time}"))
    }

    /// How far the zone is from UTC at a moment: "UTC+05:45".
    pub fn offset(self, at: DateTime<Utc>) -> String {
        let minutes = at.with_timezone(&self.zone).offset().fix().local_minus_utc() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("UTC{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }

    /// What the time of the zone is called at a moment: "CEST", or by the offset where it has no name
    /// in emails.
    fn zone_at(self, at: DateTime<Utc>) -> String {
        let local = at.with_timezone(&self.zone);
        match local.offset().abbreviation() {
            Some(name) if name.bytes().all(|b| b.is_ascii_alphabetic()) => name.to_owned(),
            _ => self.offset(at),
        }
    }

    fn moment(self, at: DateTime<Utc>, words: String) -> Moment {
        Moment { iso: at.to_rfc3339_opts(SecondsFormat::Secs, true), words, full: self.written(at) }
    }

    fn date(self, at: DateTime<Utc>) -> String {
        self.put(at, self.format.pattern().date)
    }

    fn naive(self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    fn put(self, at: DateTime<Utc>, pattern: &str) -> String {
        at.with_timezone(&self.zone).format(pattern).to_string()
    }
}

/// How far away a moment is that is less than a month away: the same words in every zone.
fn near(at: DateTime<Utc>, now: DateTime<Utc>) -> Option<String> {
    let away = at - now;
    let size = away.abs();
    let (count, unit) = if size < TimeDelta::seconds(45) {
        return Some("just now".to_owned());
    } else if size < TimeDelta::minutes(60) {
        (((size.num_seconds() + 30) / 60).max(1), "minute")
    } else if size < TimeDelta::hours(24) {
        (((size.num_minutes() + 30) / 60).max(1), "hour")
    } else if size < TimeDelta::days(31) {
        (((size.num_hours() + 12) / 24).max(1), "day")
    } else {
        return None;
    };
    let plural = if count == 1 { "" } else { "s" };
    Some(if away > TimeDelta::zero() {
        format!("in {count} {unit}{plural}")
    } else {
        format!("{count} {unit}{plural} ago")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn clock(zone: &str) -> Clock {
        Clock::new(zone.parse().unwrap(), Format::default())
    }

    #[test]
    fn moments_are_told_as_people_tell_them() {
        let now = at("2026-11-23T12:00:00Z");
        for (ahead, words) in [
            (TimeDelta::seconds(-3), "just now"),
            (TimeDelta::minutes(-1), "1 minute ago"),
            (TimeDelta::hours(-3), "3 hours ago"),
            (TimeDelta::days(7) - TimeDelta::seconds(2), "in 7 days"),
            (TimeDelta::days(-60), "24 Sep 2026"),
        ] {
            assert_eq!(Clock::default().seen(now + ahead, now).words, words);
        }
    }

    #[test]
    fn each_format_reads_as_it_is_offered() {
        let then = at("2026-03-04T15:04:59Z");
        let told = Format::ALL.map(|format| Clock::new(Tz::UTC, format).written(then));
        assert_eq!(
            told,
            [
                "4 Mar 2026, 15:04 UTC",
                "Mar 4, 2026, 3:04 PM UTC",
                "2026-03-04 15:04 UTC",
                "04/03/2026 15:04 UTC",
                "04.03.2026 15:04 UTC",
                "03/04/2026 3:04 PM UTC",
            ]
        );
        assert_eq!(
            Clock::new(Tz::UTC, Format::MonthDayYear).date_and_time(at("2026-03-14T00:00:00Z")),
            "Mar 14, 2026, 12:00 AM"
        );
    }

    #[test]
    fn a_format_is_read_to_the_letter() {
        for format in Format::ALL {
            assert_eq!(Format::parse(format.key()), Ok(format));
            assert_eq!(Clock::stored("Asia/Tokyo", format.key()), Clock::new(Tz::Asia__Tokyo, format));
        }
        for typed in ["", "Day_Month_Year", "day", "%Y"] {
            assert!(Format::parse(typed).is_err(), "{typed:?}");
        }
        assert_eq!(Clock::stored("Mars/Olympus", "of old"), Clock::default());
    }

    /// The hour that is left out, and the one that comes twice: only the name of the time tells which.
    #[test]
    fn clocks_go_forward_and_back() {
        let berlin = |text| clock("Europe/Berlin").written(at(text));
        assert_eq!(berlin("2026-03-29T00:59:59Z"), "29 Mar 2026, 01:59 CET");
        assert_eq!(berlin("2026-03-29T01:00:00Z"), "29 Mar 2026, 03:00 CEST");
        assert_eq!(berlin("2026-10-25T00:30:00Z"), "25 Oct 2026, 02:30 CEST");
        assert_eq!(berlin("2026-10-25T01:30:00Z"), "25 Oct 2026, 02:30 CET");
        let lord_howe = |text| clock("Australia/Lord_Howe").offset(at(text));
        assert_eq!([lord_howe("2026-01-01T00:00:00Z"), lord_howe("2026-07-01T00:00:00Z")], ["UTC+11:00", "UTC+10:30"]);
    }

    #[test]
    fn zones_without_a_name_in_letters_are_told_by_their_offset() {
        let then = at("2026-01-14T23:30:00Z");
        for (zone, told) in [
            ("Asia/Kathmandu", "15 Jan 2026, 05:15 UTC+05:45"),
            ("America/St_Johns", "14 Jan 2026, 20:00 NST"),
            ("America/Sao_Paulo", "14 Jan 2026, 20:30 UTC-03:00"),
            ("Pacific/Chatham", "15 Jan 2026, 13:15 UTC+13:45"),
            ("Pacific/Marquesas", "14 Jan 2026, 14:00 UTC-09:30"),
        ] {
            assert_eq!(clock(zone).written(then), told);
        }
    }

    /// At one and the same moment it is three different days on Earth.
    #[test]
    fn days_differ_between_zones() {
        let then = at("2026-03-14T10:30:00Z");
        let (niue, utc, kiritimati) = (clock("Pacific/Niue"), Clock::default(), clock("Pacific/Kiritimati"));
        assert_eq!(
            [niue, utc, kiritimati].map(|clock| clock.day(then).words),
            ["13 Mar 2026", "14 Mar 2026", "15 Mar 2026"]
        );
        let moments = [niue, utc, kiritimati].map(|clock| clock.seen(then, at("2026-05-14T00:00:00Z")).iso);
        assert_eq!(moments, ["2026-03-14T10:30:00Z"; 3]);
        let early = at("2026-03-14T09:30:00Z");
        assert!(utc.is_same_day(early, then) && niue.is_same_day(early, then));
        assert!(!kiritimati.is_same_day(early, then));
    }

    /// In Samoa there was no 30 December 2011; in Beirut midnight is left out each spring.
    #[test]
    fn a_day_begins_when_the_one_before_has_ended() {
        let day = |text: &str| Clock::read_day(text).unwrap();
        let (apia, beirut) = (clock("Pacific/Apia"), clock("Asia/Beirut"));
        assert_eq!(beirut.begin_of(day("2026-03-29")), at("2026-03-28T22:00:00Z"));
        assert_eq!(beirut.end_of(day("2026-03-29")), at("2026-03-29T21:00:00Z"));
        assert_eq!(apia.begin_of(day("2011-12-30")), apia.begin_of(day("2011-12-31")));
        assert!(Clock::default().end_of(day("9999-12-31")) > at("9999-12-31T23:59:59Z"));
    }

    #[test]
    fn yesterday_is_the_day_before_today() {
        let berlin = clock("Europe/Berlin");
        let heading = |then, now| berlin.heading(at(then), at(now));
        assert_eq!(heading("2026-03-14T22:59:00Z", "2026-03-14T23:01:00Z"), "Yesterday");
        assert_eq!(heading("2026-03-14T23:00:00Z", "2026-03-15T22:59:00Z"), "Today");
        // Half past midnight after a day of 23 hours: a day ago was the day before yesterday.
        assert_eq!(heading("2026-03-29T10:00:00Z", "2026-03-29T22:30:00Z"), "Yesterday");
        assert_eq!(heading("2026-03-28T22:30:00Z", "2026-03-29T22:30:00Z"), "28 March 2026");
        let american = Clock::new(Tz::America__New_York, Format::MonthDayYear);
        assert_eq!(american.heading(at("2026-03-01T02:00:00Z"), at("2026-03-29T22:30:00Z")), "February 28, 2026");
    }
}
