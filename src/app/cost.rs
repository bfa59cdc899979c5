//! What it costs to judge a text (COST-1): with twice the length, at most two and a half times as much, whatever
//! is in it. `tests/app_state/bounds.rs` holds this list to be complete.

use std::hint::black_box;
use std::time::Duration;

use chrono::DateTime;

use crate::accounts::device;
use crate::accounts::operator::AccountSelector;
use crate::accounts::passkeys::ceremony::{Assertion, Attestation};
use crate::accounts::two_factor::recovery::RecoveryCode;
use crate::accounts::two_factor::secret::Code;
use crate::audit_log::ActivityCategory;
use crate::authority::Role;
use crate::billing::cards::{Card, Expiry};
use crate::billing::countries::Country;
use crate::billing::rules as billing;
use crate::config::Lifetimes;
use crate::exports;
use crate::ids::FormKey;
use crate::invitations::rules::line_status::LineStatus;
use crate::invitations::rules::{lifetimes, lists};
use crate::members::rules::bulk::{BulkAction, people};
use crate::members::rules::expiry::LastDay;
use crate::organizations::rules as organizations;
use crate::projects::rules::{Description, Visibility, WebAddress};
use crate::reviews::rules::DecisionFilter;
use crate::search::rules::Wanted;
use crate::signed_links::{LinkSigner, Purpose};
use crate::text::{
    EmailAddress, PersonName, Secret, Slug, Title, Username, composed, initials, no_card_number, plain_line,
};
use crate::web::clock::{Clock, Format, zones};
use crate::web::paging::Cursor;
use crate::web::responder::local_path;
use crate::web::watchdog::processor_time;

pub(super) type Judge = (&'static str, Box<dyn Fn(&str)>);

fn judge<T>(name: &'static str, parse: impl Fn(&str) -> T + 'static) -> Judge {
    (name, Box::new(move |text| drop(black_box(parse(text)))))
}

/// Whatever judges a text that somebody types, or that is in an address.
pub(super) fn judges() -> Vec<Judge> {
    let now = DateTime::UNIX_EPOCH;
    let lifetimes = Lifetimes { usual: 7, most: 30 };
    let links = LinkSigner::new([[7; 64].as_slice()]);
    vec![
        judge("plain_line", plain_line),
        judge("no_card_number", no_card_number),
        judge("composed", |text| composed(text, 80)),
        judge("initials", initials),
        judge("EmailAddress", EmailAddress::parse),
        judge("Username", Username::parse),
        judge("Slug", Slug::parse),
        judge("Slug, within", |text| Slug::parse_within(text, 1, 60)),
        judge("Slug, suggested", |text| Slug::suggestion(text, 40)),
        judge("Title", Title::parse),
        judge("PersonName", PersonName::parse),
        judge("Role", Role::parse),
        judge("Topic", ActivityCategory::parse),
        judge("Cursor", Cursor::read),
        judge("FormKey", FormKey::parse),
        judge("local path", local_path),
        judge("link", move |text| links.open(Purpose::Invitation, text)),
        judge("device", device::in_words),
        judge("Format", Format::parse),
        judge("day", Clock::read_day),
        judge("zone", zones::named),
        judge("zones like it", move |text| zones::like(text, now)),
        judge("Whom", AccountSelector::parse),
        judge("Attestation", |text| Attestation::parse(text).is_some()),
        judge("Assertion", |text| Assertion::parse(text).is_some()),
        judge("RecoveryCode", |text| RecoveryCode::parse(text).is_ok()),
        judge("Code", |text| Code::parse(text).is_ok()),
        judge("LastDay", move |text| LastDay::parse(text, now)),
        judge("Deed", BulkAction::parse),
        judge("people", |text| people(text.split(' '))),
        judge("lifetime", move |text| lifetimes::parse(text, lifetimes)),
        judge("Fate", LineStatus::parse),
        judge("pasted list", lists::pasted),
        judge("CSV file", lists::csv),
        judge("Visibility", Visibility::parse),
        judge("Description", Description::parse),
        judge("WebAddress", WebAddress::parse),
        judge("line of an address", billing::AddressLine::parse),
        judge("optional line of an address", billing::AddressLine::parse_optional),
        judge("postal code", billing::AddressLine::parse_postal_code),
        judge("contact", billing::contact),
        judge("Country", Country::parse),
        judge("Expiry", move |text| Expiry::parse(text, now)),
        judge("Card", move |text| {
            let typed = Secret::new(text.to_owned());
            Card::read(&typed, text, &typed, now).is_ok()
        }),
        judge("Part", DecisionFilter::parse),
        judge("format of an export", exports::ExportFormat::parse),
        judge("URL of an organization", organizations::address),
        judge("Wanted", |text| Wanted::read(text).fits("Analytical Engines")),
    ]
}

/// What is repeated, and what is before it and behind it.
const TEXTS: [(&str, &str, &str); 62] = [
    ("", "1 ", ""),
    ("", "4 ", ""),
    ("", "4", ""),
    ("", "123  ", ""),
    ("", "111   ", ""),
    ("", "411-", ""),
    ("", "4111 1111 1111 1112 ", ""),
    ("", "4111.1111_1111/1112\n", ""),
    ("", "411111111111111111111111 ", ""),
    ("", "3.8 3.9 3.10 3.11 ", ""),
    ("", "４１１１　", ""),
    ("", "①②③ ", ""),
    ("", "\u{1d7d2}", ""),
    ("", "a\n", ""),
    ("", "a,", ""),
    ("", "\"", ""),
    ("", "\",\"", ""),
    ("", "<", ""),
    ("", "<>", ""),
    ("", "<,", ">"),
    ("", "\"a;", ""),
    ("", "@", ""),
    ("", "@ ", ""),
    ("", "a@x.org ", ""),
    ("", "a@x.org\n", ""),
    ("", "mailto:", "a@x.org"),
    ("", "a", "@x.org"),
    ("a@", "a", ".org"),
    ("a@", "a.", "org"),
    ("", "(((", "a@x.org"),
    ("", ".", ""),
    ("", "a.", ""),
    ("", "a-", ""),
    ("", "-", ""),
    ("", " ", ""),
    ("a", " ", "a"),
    ("", "\u{a0}", ""),
    ("", "\r", ""),
    ("", "\r\n", ""),
    ("", "\t", ""),
    ("", "\0", ""),
    ("a", "\u{301}", ""),
    ("", "e\u{323}\u{301}", ""),
    ("a", "\u{301}\u{323}", ""),
    ("", "\u{344}", ""),
    ("", "\u{fdfa}", ""),
    ("", "\u{1100}\u{1161}\u{11a8}", ""),
    ("", "İ", ""),
    ("", "ß", ""),
    ("", "🚀\u{200d}", ""),
    ("", "\u{202e}", ""),
    ("", "p@$$w0rd1!", ""),
    ("", "4@8({[<369&#!1/|0$5+7%2", ""),
    ("https://", "a", ""),
    ("https://", "a.", "org"),
    ("https://xn--", "a9", ".org"),
    ("https://", "é", ".org"),
    ("https://x.org/", "é", ""),
    ("https://x.org/", "a/../", ""),
    ("/", "a/", ""),
    ("{\"id\":\"", "\\u0041", "\"}"),
    ("", "[", ""),
];

fn text((before, unit, behind): (&str, &str, &str), length: usize) -> String {
    format!("{before}{}{behind}", unit.repeat(length / unit.len()))
}

/// The least of some runs: whatever else the machine does can only add to it.
pub(super) fn cost(judge: &Judge, text: &str, runs: usize) -> Duration {
    let run = || {
        let started = processor_time();
        judge.1(text);
        processor_time().saturating_sub(started)
    };
    (0..runs).map(|_| run()).min().unwrap_or_default()
}

/// Bytes of the longer text: at first few, so that what costs the cube of its length is found out before it takes
/// hours.
const LENGTHS: [usize; 2] = [2_000, 16_000];

/// What costs less is not worth comparing.
const FLOOR: Duration = Duration::from_millis(4);

/// So often it is measured again before it is believed that the cost grows too fast.
const ROUNDS: usize = 8;

fn grows_too_fast(judge: &Judge, of: (&str, &str, &str)) -> Option<String> {
    for length in LENGTHS {
        let (half, whole) = (text(of, length / 2), text(of, length));
        let (mut less, mut more) = (Duration::MAX, cost(judge, &whole, 1));
        let is_linear = (0..ROUNDS).any(|_| {
            if more < FLOOR {
                return true;
            }
            less = less.min(cost(judge, &half, 3));
            more = more.min(cost(judge, &whole, 3));
            more.as_secs_f64() <= 2.5 * less.as_secs_f64()
        });
        if !is_linear {
            return Some(format!("{} of {:?}: {less:?}, and {more:?} for {length} bytes", judge.0, of.1));
        }
    }
    None
}

#[test]
fn cost_1_twice_the_length_costs_at_most_two_and_a_half_times() {
    let judges = judges();
    let wrong: Vec<String> =
        judges.iter().flat_map(|judge| TEXTS.into_iter().filter_map(move |of| grows_too_fast(judge, of))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What costs the square of its length is found.
#[test]
fn cost_1_a_judge_of_square_cost_is_found() {
    let square = judge("square", |text| {
        let same = |c: char| text.chars().filter(|other| *other == c).count();
        text.chars().map(same).sum::<usize>()
    });
    assert!(grows_too_fast(&square, ("", "a ", "")).is_some());
    let linear = judge("linear", |text| (0..50).map(|_| text.chars().filter(|c| *c == 'a').count()).sum::<usize>());
    assert_eq!(grows_too_fast(&linear, ("", "a ", "")), None);
}
