//! The names of time zones, and what people type for them.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use super::{Clock, Format};
use crate::text::{Slug, count_characters};

/// The parts of the world under which the IANA database lists its places.
const PARTS: [&str; 10] = [
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
];

/// Older names of places, which the database keeps for what was stored under them. They are taken when
/// typed, and not offered.
const OLDER: &str = "Africa/Asmera Africa/Timbuktu America/Argentina/ComodRivadavia America/Atka America/Coral_Harbour \
    America/Ensenada America/Fort_Wayne America/Godthab America/Knox_IN America/Montreal America/Nipigon \
    America/Pangnirtung America/Porto_Acre America/Rainy_River America/Rosario America/Santa_Isabel America/Shiprock \
    America/Thunder_Bay America/Virgin America/Yellowknife Antarctica/South_Pole Asia/Ashkhabad Asia/Calcutta \
    Asia/Choibalsan Asia/Chongqing Asia/Chungking Asia/Dacca Asia/Harbin Asia/Istanbul Asia/Kashgar Asia/Katmandu \
    Asia/Macao Asia/Rangoon Asia/Saigon Asia/Tel_Aviv Asia/Thimbu Asia/Ujung_Pandang Asia/Ulan_Bator Atlantic/Faeroe \
    Atlantic/Jan_Mayen Australia/ACT Australia/Canberra Australia/Currie Australia/LHI Australia/NSW Australia/North \
    Australia/Queensland Australia/South Australia/Tasmania Australia/Victoria Australia/West Australia/Yancowinna \
    Europe/Belfast Europe/Kiev Europe/Nicosia Europe/Tiraspol Europe/Uzhgorod Europe/Zaporozhye Pacific/Enderbury \
    Pacific/Johnston Pacific/Ponape Pacific/Samoa Pacific/Truk Pacific/Yap";

/// Where most people are: of many zones that fit, these are suggested first.
const LARGE: &str = "America/New_York America/Chicago America/Denver America/Los_Angeles America/Toronto America/Mexico_City \
    America/Sao_Paulo America/Argentina/Buenos_Aires Europe/London Europe/Lisbon Europe/Berlin Europe/Paris \
    Europe/Athens Europe/Moscow Europe/Istanbul Africa/Cairo Africa/Lagos Africa/Johannesburg Africa/Nairobi Asia/Dubai \
    Asia/Karachi Asia/Kolkata Asia/Dhaka Asia/Bangkok Asia/Jakarta Asia/Shanghai Asia/Singapore Asia/Manila Asia/Tokyo \
    Asia/Seoul Australia/Sydney Pacific/Auckland Pacific/Honolulu";

/// Names in the database that people take for the time of their zone. As zones some of them have no
/// summer: the person who types EST in New York would be an hour late for half of the year.
const ABBREVIATIONS: [&str; 7] = ["CET", "EET", "EST", "HST", "MET", "MST", "WET"];

/// Zones that are suggested in place of what nobody knows.
const MOST: usize = 4;

/// The longest name that is looked for.
pub const LONGEST: usize = 60;

/// The places of the database.
fn places() -> impl Iterator<Item = &'static str> {
    TZ_VARIANTS.iter().map(|zone| zone.name()).filter(|name| PARTS.iter().any(|part| name.starts_with(part)))
}

/// The zones that a form offers: places, and UTC. Others of the database are older names of these, or
/// of whole countries; they are taken when typed.
pub fn offered() -> &'static [&'static str] {
    static OFFERED: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let is_older = |name: &str| OLDER.split_whitespace().any(|older| older == name);
        // America/Buenos_Aires is the older name of America/Argentina/Buenos_Aires.
        let exact: Vec<&str> = places().filter(|name| name.matches('/').count() == 2).map(city).collect();
        let stands = |name: &&str| !is_older(name) && (name.matches('/').count() == 2 || !exact.contains(&city(name)));
        let mut offered: Vec<&str> = places().filter(stands).chain(["UTC"]).collect();
        offered.sort_unstable();
        offered
    });
    &OFFERED
}

/// Whether it is longer than the name of any zone: it is compared with hundreds of them.
fn is_no_name(typed: &str) -> bool {
    count_characters(typed.trim(), LONGEST) > LONGEST
}

/// The zone that somebody means: by its name, in any case, or by its city alone.
pub fn named(typed: &str) -> Option<Tz> {
    if is_no_name(typed) {
        return None;
    }
    let typed = typed.trim().replace(' ', "_");
    let spelt = TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(&typed));
    if let Some(zone) = spelt.filter(|zone| !ABBREVIATIONS.contains(&zone.name())) {
        return Some(*zone);
    }
    let wanted = plain(&typed);
    let fits = |name: &&str| plain(city(name)) == wanted || plain(name) == wanted;
    let current: Vec<&str> = offered().iter().copied().filter(fits).collect();
    let found = if current.is_empty() { places().filter(fits).collect() } else { current };
    match found.as_slice() {
        [name] => name.parse().ok(),
        _ => None,
    }
}

/// The zones that are most like what was typed, each with how far it is from UTC.
pub fn like(typed: &str, now: DateTime<Utc>) -> Vec<String> {
    let wanted = plain(typed);
    if wanted.is_empty() || is_no_name(typed) {
        return Vec::new();
    }
    let is_large = |name: &str| LARGE.split_whitespace().any(|large| large == name);
    let fits = |name: &&str| is_called(name, typed, now) || plain(name).contains(&wanted);
    let mut found: Vec<&str> = offered().iter().copied().filter(fits).collect();
    if found.is_empty() {
        let misspelt = |name: &str| steps(&plain(city(name)), &wanted).min(steps(&plain(name), &wanted));
        let best = offered().iter().map(|name| misspelt(name)).min().filter(|best| *best <= 1 + wanted.len() / 4);
        found = offered().iter().copied().filter(|name| Some(misspelt(name)) == best).collect();
    }
    // What goes by the very name comes first, and before the small what is large.
    found.sort_by_key(|name| (!is_called(name, typed, now), !is_large(name)));
    let offset = |zone: Tz| Clock::new(zone, Format::default()).offset(now);
    let told = |name: &str| name.parse().map(|zone| format!("{name} ({})", offset(zone)));
    found.into_iter().take(MOST).filter_map(|name| told(name).ok()).collect()
}

/// Whether the time of a zone goes by this name or offset, now or half a year on: "PST", "UTC+5:45".
fn is_called(name: &str, typed: &str, now: DateTime<Utc>) -> bool {
    let Ok(zone) = name.parse::<Tz>() else { return false };
    let clock = Clock::new(zone, Format::default());
    let typed = typed.trim().to_ascii_uppercase().replace("GMT", "UTC");
    [now, now + TimeDelta::days(182)].into_iter().any(|at| {
        let offset = clock.offset(at);
        let short = offset.replace("+0", "+").replace("-0", "-");
        let names = [clock.zone_at(at), short.replace(":00", ""), short, offset];
        names.iter().any(|name| {
            *name == typed || name.strip_prefix("UTC").is_some_and(|bare| !bare.is_empty() && bare == typed)
        })
    })
}

/// The last part of a zone's name.
fn city(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// A name without its accents and signs: São Paulo is typed in many ways.
fn plain(name: &str) -> String {
    Slug::suggestion(name, LONGEST)
}

/// How many emails must be put in, taken out or replaced to get from one word to another.
fn steps(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (b, above) in other.bytes().zip(row.iter_mut().skip(1)) {
            let best = (diagonal + usize::from(a != b)).min(left + 1).min(*above + 1);
            diagonal = std::mem::replace(above, best);
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn summer() -> DateTime<Utc> {
        "2026-07-01T00:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_zone_is_found_by_any_of_its_names() {
        for (typed, name) in [
            ("Europe/Berlin", "Europe/Berlin"),
            ("europe/BERLIN", "Europe/Berlin"),
            ("  Berlin ", "Europe/Berlin"),
            ("new york", "America/New_York"),
            ("America/New York", "America/New_York"),
            ("São Paulo", "America/Sao_Paulo"),
            ("buenos aires", "America/Argentina/Buenos_Aires"),
            ("utc", "UTC"),
            ("etc/gmt+5", "Etc/GMT+5"),
            ("US/Eastern", "US/Eastern"),
            ("canberra", "Australia/Canberra"),
            ("Tel Aviv", "Asia/Tel_Aviv"),
            ("indianapolis", "America/Indiana/Indianapolis"),
            ("Japan", "Japan"),
        ] {
            assert_eq!(named(typed).map(Tz::name), Some(name), "{typed:?}");
        }
        for typed in
            ["", " ", "Narnia", "Europe", "Eastern", "EST", "cet", "Berlin/Europe", "+02:00", "../etc/passwd", "🕰"]
        {
            assert_eq!(named(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn what_is_offered_is_found_by_its_city() {
        assert!((350..450).contains(&offered().len()), "{}", offered().len());
        let mut cities: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for name in offered() {
            assert_eq!(named(name).map(Tz::name), Some(*name));
            cities.entry(plain(city(name))).or_default().push(name);
        }
        cities.retain(|_, names| names.len() > 1);
        assert_eq!(cities, BTreeMap::new());
    }

    #[test]
    fn what_is_unknown_is_answered_with_what_is_like_it() {
        for (typed, suggested) in [
            ("Berln", "Europe/Berlin (UTC+02:00)"),
            ("Europe/Berln", "Europe/Berlin (UTC+02:00)"),
            ("Katmandu/Asia", ""),
            ("Kathmando", "Asia/Kathmandu (UTC+05:45)"),
            ("PST", "America/Los_Angeles (UTC-07:00)"),
            ("UTC+5:45", "Asia/Kathmandu (UTC+05:45)"),
            ("+05:45", "Asia/Kathmandu (UTC+05:45)"),
            ("EST", "America/New_York (UTC-04:00)"),
            ("cet", "Europe/Berlin (UTC+02:00)"),
            ("GMT+1", "Europe/London (UTC+01:00)"),
            ("gmt-3", "America/Argentina/Buenos_Aires (UTC-03:00)"),
            ("indiana", "America/Indiana/Indianapolis (UTC-04:00)"),
            ("Narnia", ""),
            ("", ""),
            ("🕰", ""),
        ] {
            let all = like(typed, summer());
            assert!(all.len() <= MOST, "{all:?}");
            let fits = if suggested.is_empty() { all.is_empty() } else { all.iter().any(|one| one == suggested) };
            assert!(fits, "{typed:?}: {all:?}");
        }
    }

    #[test]
    fn steps_are_counted() {
        for (one, other, count) in [("", "", 0), ("a", "", 1), ("berlin", "berln", 1), ("kitten", "sitting", 3)] {
            assert_eq!((steps(one, other), steps(other, one)), (count, count));
        }
    }
}
