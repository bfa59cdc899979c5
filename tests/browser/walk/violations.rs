//! What readers wish for beside light and dark: a few colours of their own, more contrast, nothing that moves, and
//! the page on paper. Each kind of page is looked at once.

use std::collections::HashSet;

use serde_json::Value;

use super::crawl::{Deed, Stop};
use super::looks::{comes_to, judged_by_axe};
use super::{Check, Finding};
use crate::chromium::Screen;

/// Pages that people print.
const PRINTED: [&str; 3] = ["/{organization}/members", "/{organization}/activity", "/account/two-factor"];

/// A letter, as it was sent.
const LETTER: &str = "/dev/mail/{letter}/html";

/// How wide a sheet of A4 is.
const PAPER: u32 = 794;

/// Colours decide these; pictures are beside the names they are drawn from.
const FORCED: &str = "{ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }";
const MORE: &str = "{ type: 'rule', values: ['color-contrast-enhanced'] }";
const BUT_PICTURES: &str = "{ exclude: ['.picture', '.card-face'] }";

/// What cannot be seen, or not be distinguished, where the system has chosen all colours.
const INVISIBLE: &str = "
    const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 2;
    const all = (css) => [...document.querySelectorAll(css)].filter(seen);
    const ground = (e) => {
        for (; e; e = e.parentElement) {
            const colour = getComputedStyle(e).backgroundColor;
            if (colour !== 'transparent' && !/^rgba.*, 0\\)$/.test(colour)) return colour;
        }
        return 'rgb(255, 255, 255)';
    };
    const told = (e, what) => `${what}: ${e.outerHTML.slice(0, 140)}`;
    const wrong = [];
    if (!matchMedia('(forced-colors: active)').matches) wrong.push('the colours are not forced');
    for (const icon of all('.icon')) {
        if (getComputedStyle(icon).stroke === ground(icon)) wrong.push(told(icon, 'an icon nobody sees'));
    }
    for (const mark of all('.mark')) {
        const [field, lines] = [mark.querySelector('rect'), mark.querySelector('path')].map((one) => getComputedStyle(one));
        if (field.fill === lines.stroke || field.fill === ground(mark)) wrong.push(told(mark, 'a mark nobody sees'));
    }
    const edged = '.button, .badge, .picture, .field :is(select, textarea, input:not([type=radio], [type=checkbox], .prefixed *))';
    for (const one of all(edged)) {
        const style = getComputedStyle(one);
        const edge = parseFloat(style.borderBottomWidth) >= 1 && style.borderBottomStyle !== 'none';
        if (!edge || style.borderBottomColor === ground(one.parentElement)) wrong.push(told(one, 'no edge'));
    }
    for (const one of all('[aria-current]')) {
        const ways = [[one], [one, '::after']].map((way) => getComputedStyle(...way));
        const is_told = ways.some((style) => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1)
            || (style.borderBottomStyle !== 'none' && parseFloat(style.borderBottomWidth) >= 2 && style.borderBottomColor !== ground(one)));
        if (!is_told) wrong.push(told(one, 'not told from those beside it'));
    }
    for (const one of all('input:is([type=radio], [type=checkbox])')) {
        if (getComputedStyle(one).appearance === 'none') wrong.push(told(one, 'not drawn by the system'));
    }
    const first = all('main :is(a[href], button, input)')[0];
    first?.focus();
    if (first && first === document.activeElement) {
        const rings = [[first], [first, '::after'], [first.parentElement]].map((one) => getComputedStyle(...one));
        if (!rings.some((ring) => ring.outlineStyle !== 'none' && ring.outlineColor !== ground(first.parentElement)))
            wrong.push(told(first, 'a focus nobody sees'));
    }
    return wrong;
";

/// What moves though the reader wishes that nothing does.
const MOVING: &str = "
    const lasts = (times) => times.split(',').some((time) => parseFloat(time) > 0);
    const wrong = [];
    for (const one of document.querySelectorAll('*')) for (const part of [null, '::before', '::after']) {
        const style = getComputedStyle(one, part);
        const moves = (style.transitionProperty !== 'none' && lasts(style.transitionDuration))
            || (style.animationName !== 'none' && lasts(style.animationDuration)) || style.scrollBehavior === 'smooth';
        if (moves) wrong.push(`it moves${part ?? ''}: ${one.outerHTML.slice(0, 120)}`);
    }
    if (document.getAnimations().length) wrong.push('an animation runs');
    return wrong.slice(0, 5);
";

/// What does not belong on paper, and what is not black on white there.
pub const ON_PAPER: &str = "
    const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 2;
    const wrong = [];
    for (const one of document.querySelectorAll('header.bar, nav, button, input, select, textarea, summary, .button, .flash, .skip')) {
        if (seen(one)) wrong.push(`on paper: ${one.outerHTML.slice(0, 120)}`);
    }
    const words = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    let some = false;
    while (words.nextNode()) {
        const one = words.currentNode.parentElement;
        if (!words.currentNode.data.trim() || !seen(one) || one.closest('.picture')) continue;
        some = true;
        if (getComputedStyle(one).color !== 'rgb(0, 0, 0)') wrong.push(`not black: ${one.outerHTML.slice(0, 120)}`);
    }
    if (!some) wrong.push('nothing is printed');
    if (getComputedStyle(document.documentElement).backgroundColor !== 'rgb(255, 255, 255)') wrong.push('not on white');
    if (document.documentElement.scrollWidth > document.documentElement.clientWidth) wrong.push('wider than the sheet');
    return wrong;
";

/// One page of each kind, to be looked at as those see it who wish for something of their own.
pub fn of_each_kind(stops: &[Stop]) -> impl Iterator<Item = &Stop> {
    let mut kinds = HashSet::new();
    // An email is looked at as a letter: its program forces no colours on it.
    let pages = stops.iter().filter(|stop| stop.deed == Deed::Opened && stop.pattern != LETTER);
    pages.filter(move |stop| kinds.insert(&stop.pattern))
}

/// Looks at a page with each of the wishes.
pub async fn looked_at(screen: &Screen, stop: &Stop) -> Vec<Finding> {
    screen.is_wide(1280).await;
    comes_to(screen, stop).await;
    wished(screen, stop).await
}

async fn wished(screen: &Screen, stop: &Stop) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut tell = |face: &str, told: Vec<String>| {
        findings.extend(
            told.into_iter()
                .map(|told| Finding { check: Check::Violations, told: format!("{}, {face}: {told}", stop.name) }),
        );
    };
    for theme in ["light", "dark"] {
        let face = format!("forced colours, {theme}");
        screen.wishes(&[("forced-colors", "active"), ("prefers-color-scheme", theme)], "").await;
        tell(&face, wrong(screen.runs(INVISIBLE).await));
        tell(&face, judged_by_axe(screen, BUT_PICTURES, FORCED).await);
        let face = format!("more contrast, {theme}");
        screen.wishes(&[("prefers-contrast", "more"), ("prefers-color-scheme", theme)], "").await;
        tell(&face, judged_by_axe(screen, BUT_PICTURES, MORE).await);
    }
    screen.wishes_for("light").await;
    tell("reduced motion", wrong(screen.runs(MOVING).await));
    if PRINTED.contains(&stop.pattern.as_str()) {
        screen.is_wide(PAPER).await.wishes(&[("prefers-color-scheme", "dark")], "print").await;
        tell("on paper", wrong(screen.runs(ON_PAPER).await));
        screen.wishes_for("light").await.is_wide(1280).await;
    }
    findings
}

/// What a script has found wrong.
fn wrong(judged: Value) -> Vec<String> {
    serde_json::from_value(judged).unwrap_or_else(|_| vec!["this cannot be judged".to_owned()])
}
