//! Requests that no browser makes, sent to a whole Roster: forms, lists, addresses of pages, links, cookies, uploads.
//! It must answer each with a page or a refusal, never with a failure of its own, and keep nobody else waiting. The
//! parsers of single texts and of pictures are tried in `judges.rs`.
//!
//! `ROSTER_TEST_FUZZ_SECONDS=600 cargo test --test fuzz` runs for longer.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may stop")]

mod input;
#[path = "../tests/shared/mod.rs"]
#[allow(dead_code, unused_imports, reason = "flows use the rest")]
mod shared;

use std::collections::BTreeMap;
use std::time::Duration;

use input::{Values, text};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use roster::web::watchdog::Watchdog;
use scraper::{Html, Selector};
use shared::{Answer, Browser, World, multipart};

/// What one request may cost the event loop however short it is: pages are built without optimization here.
const AT_LEAST: Duration = Duration::from_millis(150);

/// And for each byte of it.
const OF_A_BYTE: Duration = Duration::from_micros(20);

/// A Roster with an owner and an open invitation, and what measures its event loop.
async fn tried() -> (World, Watchdog, Browser) {
    let mut watchdog = None;
    let world = World::with(|app_state| watchdog = Some(app_state.watchdog.clone())).await;
    world.ignores_emails();
    let ada = world.founder("ada", "Analytical Engines").await;
    (world, watchdog.expect("a watchdog"), ada)
}

/// Fails where Roster has failed, or kept others waiting.
#[track_caller]
fn is_right(answer: &Answer, watchdog: &Watchdog, bytes: usize, what: &dyn std::fmt::Debug) {
    assert!(answer.status < 500, "{} for {what:?}: {}", answer.status, answer.text());
    let bound = AT_LEAST + OF_A_BYTE * u32::try_from(bytes).unwrap();
    let work = watchdog.longest_work();
    assert!(work < bound, "the event loop was busy for {work:?} with {bytes} bytes: {what:?}");
    watchdog.begin_anew();
}

/// Whatever has come of so many requests, some came further than the gate.
fn some_came_through(statuses: &BTreeMap<u16, usize>) {
    let all: usize = statuses.values().sum();
    assert!(all > 20, "only {all} requests in this time: {statuses:?}");
    let refused = statuses.get(&429).copied().unwrap_or_default();
    assert!(refused < all, "all were refused as too many");
}

/// A form of a page: where it is sent, and what a browser would send.
type Form = (String, Vec<(String, String)>);

/// The forms of the pages that somebody comes to.
async fn forms(of: &Browser) -> Vec<Form> {
    let mut forms = Vec::new();
    for path in [
        "/account/profile",
        "/account/organizations",
        "/account/email-addresses",
        "/analytical-engines/members",
        "/analytical-engines/invitations/several",
        "/analytical-engines/new-project",
        "/analytical-engines/settings",
        "/analytical-engines/settings/billing",
    ] {
        let answer = of.gets(path).await;
        answer.status(200);
        let page = Html::parse_document(&answer.body_text());
        let form = Selector::parse("form[method=post]").unwrap();
        let field = Selector::parse("input[name], select[name], textarea[name], button[name]").unwrap();
        for form in page.select(&form) {
            let action = form.attr("action").unwrap_or(path).to_owned();
            // Nobody goes on who has left.
            if action.contains("sign-out") || action.contains("leav") || action.contains("picture") {
                continue;
            }
            let fields = form.select(&field).map(|field| {
                let told = |key: &str| field.attr(key).unwrap_or_default().to_owned();
                (told("name"), told("value"))
            });
            forms.push((action, fields.collect()));
        }
    }
    assert!(forms.len() > 5, "few forms: {forms:?}");
    forms
}

/// What is done with a field of a form.
#[derive(Clone, Debug)]
enum Change {
    Set(Index, String),
    Leave(Index),
    Twice(Index),
    Add(String, String),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => (any::<Index>(), text()).prop_map(|(at, text)| Change::Set(at, text)),
        1 => any::<Index>().prop_map(Change::Leave),
        1 => any::<Index>().prop_map(Change::Twice),
        1 => (text(), text()).prop_map(|(name, value)| Change::Add(name, value)),
    ]
}

fn changed(mut fields: Vec<(String, String)>, changes: Vec<Change>) -> Vec<(String, String)> {
    for change in changes {
        let count = fields.len();
        match change {
            Change::Set(at, text) if count > 0 => fields[at.index(count)].1 = text,
            Change::Leave(at) if count > 0 => drop(fields.remove(at.index(count))),
            Change::Twice(at) if count > 0 => fields.push(fields[at.index(count)].clone()),
            Change::Add(name, value) => fields.push((name, value)),
            _ => {}
        }
    }
    fields
}

#[actix_web::test]
async fn no_form_stops_it() {
    let (_world, watchdog, ada) = tried().await;
    let forms = forms(&ada).await;
    let mut statuses = BTreeMap::new();
    for ((path, fields), changes) in Values::of((select(forms), vec(change(), 1..6))) {
        let fields = changed(fields, changes);
        let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = ada.posts(&path, &pairs).await;
        let bytes = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
        is_right(&answer, &watchdog, bytes, &(path, &fields));
        *statuses.entry(answer.status).or_default() += 1;
    }
    some_came_through(&statuses);
}

#[actix_web::test]
async fn no_body_of_a_form_stops_it() {
    let (world, watchdog, ada) = tried().await;
    let cookies = ada.cookies();
    let body = prop_oneof![vec(any::<u8>(), 0..3_000), text().prop_map(String::into_bytes)];
    let paths =
        ["/sign-in", "/account/profile", "/analytical-engines/invitations", "/password-strength", "/create-account"];
    let mut statuses = BTreeMap::new();
    for (path, body) in Values::of((select(paths.to_vec()), body)) {
        let request = world.raw("POST", path).from_our_page().header("cookie", &cookies);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body.clone());
        let answer = request.sends().await;
        is_right(&answer, &watchdog, body.len(), &(path, &body));
        *statuses.entry(answer.status).or_default() += 1;
    }
    some_came_through(&statuses);
}

#[actix_web::test]
async fn no_address_and_no_link_stops_it() {
    let (_world, watchdog, ada) = tried().await;
    let places = [
        "/",
        "/search?q=",
        "/invitations/",
        "/confirmations/",
        "/reset-password/",
        "/analytical-engines/",
        "/analytical-engines/members?q=",
        "/analytical-engines/members?after=",
        "/analytical-engines/activity?from=",
        "/analytical-engines/reviews/",
        "/help/",
        "/help?q=",
        "/static/",
        "/pictures/",
        "/sign-in?back=",
        "/dashboard?",
    ];
    let mut statuses = BTreeMap::new();
    for (place, text) in Values::of((select(places.to_vec()), text())) {
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let path = format!("{place}{}", encoded.replace('+', "%20"));
        let answer = ada.gets(&path).await;
        is_right(&answer, &watchdog, path.len(), &path);
        *statuses.entry(answer.status).or_default() += 1;
    }
    some_came_through(&statuses);
}

#[actix_web::test]
async fn no_cookie_stops_it() {
    let (world, watchdog, ada) = tried().await;
    let cookies = ada.cookies();
    // What a header can hold, and the cookies of somebody who is signed in, with some emails changed.
    let any_cookies = text().prop_map(|text| text.chars().filter(|c| !c.is_control()).take(3_000).collect::<String>());
    let changed = vec((any::<Index>(), "[ -~]"), 1..4).prop_map(move |changes| {
        let mut emails: Vec<char> = cookies.chars().collect();
        for (at, message) in changes {
            let at = at.index(emails.len());
            emails[at] = message.chars().next().unwrap_or(';');
        }
        emails.into_iter().collect::<String>()
    });
    let mut statuses = BTreeMap::new();
    for cookie in Values::of(prop_oneof![any_cookies, changed]) {
        let answer = world.raw("GET", "/dashboard").header("cookie", &cookie).sends().await;
        is_right(&answer, &watchdog, cookie.len(), &cookie);
        *statuses.entry(answer.status).or_default() += 1;
    }
    some_came_through(&statuses);
}

#[actix_web::test]
async fn no_upload_stops_it() {
    let (world, watchdog, ada) = tried().await;
    let cookies = ada.cookies();
    let paths =
        ["/analytical-engines/invitations/several", "/account/profile/picture", "/analytical-engines/settings/picture"];
    let file = prop_oneof![text().prop_map(String::into_bytes), vec(any::<u8>(), 0..2_000)];
    let names = ["list", "file", "picture", "addresses", "role"];
    let parts = (vec((select(names.to_vec()), text()), 0..4), vec((select(names.to_vec()), text(), file), 0..3));
    // Some are cut, or have a byte changed anywhere: in a boundary, in a header.
    let damage = (any::<Index>(), any::<u8>(), prop_oneof![3 => Just(false), 1 => Just(true)], any::<bool>());
    let mut statuses = BTreeMap::new();
    for (path, (fields, files), (at, byte, is_cut, is_changed)) in Values::of((select(paths.to_vec()), parts, damage)) {
        let fields: Vec<_> = fields.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        let files: Vec<_> = files
            .into_iter()
            .map(|(name, called, bytes)| (name.to_owned(), (called.replace(['\r', '\n', '"'], "_"), bytes)))
            .collect();
        let mut body = multipart::body(&fields, &files);
        let place = at.index(body.len());
        if is_changed {
            body[place] = byte;
        }
        if is_cut {
            body.truncate(place);
        }
        let request = world.raw("POST", path).from_our_page().header("cookie", &cookies);
        let answer = request.header("content-type", &multipart::content_type()).body(body.clone()).sends().await;
        is_right(&answer, &watchdog, body.len(), &(path, String::from_utf8_lossy(&body)));
        *statuses.entry(answer.status).or_default() += 1;
    }
    some_came_through(&statuses);
}
