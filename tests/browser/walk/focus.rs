//! The keyboard alone: Tab leads to everything that can be pressed or filled, and wherever the focus is
//! one sees it.

use serde_json::Value;

use super::crawl::Stop;
use super::{Check, Finding};
use crate::chromium::Screen;

/// A page with more to press than this would be another error.
const MOST: usize = 400;

/// The pages that are walked through by keyboard, with whose they are.
pub const PAGES: [(&str, &str); 10] = [
    ("visitor", "/sign-in"),
    ("visitor", "/create-account"),
    ("visitor", "/help/roles"),
    ("owner", "/dashboard"),
    ("owner", "/analytical-engines"),
    ("owner", "/analytical-engines/members"),
    ("owner", "/analytical-engines/settings"),
    ("owner", "/analytical-engines/settings/billing"),
    ("owner", "/account/organizations"),
    ("newcomer", "/dashboard"),
];

/// Numbers everything that Tab should lead to: of several choices of one name the chosen alone.
const NUMBERED: &str = "
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')];
    const seen = all.filter((e) => e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })
        && e.tabIndex >= 0 && !e.disabled && e.type !== 'hidden'
        && !(e.type === 'radio' && !e.checked && document.querySelector(`[name='${e.name}']:checked`)));
    seen.forEach((e, place) => (e.dataset.place = place));
    document.activeElement.blur();
    return seen.map((e) => e.outerHTML.slice(0, 120));
";

/// Where the focus is, and what is wrong with how it is seen.
const FOCUSED: &str = "
    const focused = document.activeElement;
    if (!focused || focused === document.body) return null;
    const box = focused.getBoundingClientRect();
    // A row shows it around the whole row, a field with something before it around both.
    const ringed = [[focused], [focused, '::after'], [focused.parentElement]].some((one) => {
        const style = getComputedStyle(...one);
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1 && !/^rgba.*, 0\\)$/.test(style.outlineColor);
    });
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const on_top = document.elementFromPoint(x, y);
    const wrong = [];
    if (!ringed) wrong.push('no outline');
    if (box.width < 2 || box.height < 2) wrong.push('no size');
    if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) wrong.push('out of sight');
    else if (!focused.contains(on_top) && !on_top?.contains(focused) && on_top?.closest('label')?.control !== focused)
        wrong.push('behind ' + on_top?.outerHTML.slice(0, 80));
    return { place: focused.dataset.place ?? null, html: focused.outerHTML.slice(0, 120), wrong };
";

/// Walks through a page by keyboard, on a telephone's width and on a wide screen.
pub async fn walked(screen: &Screen, name: &str, path: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    screen.wishes_for("light").await;
    for width in [1280, 360] {
        screen.is_wide(width).await.opens(path).await;
        let wrong = walks_through(screen).await;
        let told = |wrong| Finding { check: Check::Focus, told: format!("{name} {path} at {width}: {wrong}") };
        findings.extend(wrong.into_iter().map(told));
        let violations = screen.takes_amiss().await.into_iter();
        findings.extend(violations.map(|told| Finding { check: Check::Amiss, told }));
    }
    findings
}

async fn walks_through(screen: &Screen) -> Vec<String> {
    let all: Vec<String> = serde_json::from_value(screen.runs(NUMBERED).await).unwrap_or_default();
    let mut met = vec![false; all.len()];
    let (mut wrong, mut ends, mut last) = (Vec::new(), 0, None);
    for _ in 0..MOST {
        screen.strikes_tab().await;
        let focused = screen.runs(FOCUSED).await;
        if focused == Value::Null {
            // Where a field has the focus from the beginning, what is above it comes after the end.
            ends += 1;
            if ends > 1 {
                break;
            }
            continue;
        }
        let place = focused["place"].as_str().and_then(|place| place.parse::<usize>().ok());
        // A field for a day has its own stops: day, month, year.
        if place.is_some() && place == last {
            continue;
        }
        last = place;
        let met = place.and_then(|place| met.get_mut(place));
        if met.is_some_and(|met| std::mem::replace(met, true)) {
            break;
        }
        for fault in focused["wrong"].as_array().into_iter().flatten() {
            wrong.push(format!("{} has the focus with {fault}", focused["html"]));
        }
    }
    if all.is_empty() {
        wrong.push("nothing to press".to_owned());
    }
    wrong.extend(all.iter().zip(met).filter(|(_, met)| !met).map(|(html, _)| format!("Tab does not lead to {html}")));
    wrong
}

/// Whether every page that is walked through by keyboard is one that the walk has met.
pub fn unknown(stops: &[Stop]) -> Vec<String> {
    let is_met = |path: &str| stops.iter().any(|stop| super::crawl::pattern_of(path).as_deref() == Some(&stop.pattern));
    PAGES.iter().filter(|(_, path)| !is_met(path)).map(|(_, path)| (*path).to_owned()).collect()
}
