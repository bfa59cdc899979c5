//! Looking at every stop in real Chromium: light and dark, on a telephone and on a wide screen.

use std::cell::RefCell;

use serde_json::{Value, json};

use super::crawl::{Deed, Stop};
use super::{Check, Finding};
use crate::chromium::Screen;

/// What a first visit may weigh, compressed.
const HEAVIEST: u64 = 30 * 1024;

/// Requests beside the page itself: its style and its script.
const BESIDE: usize = 2;

/// Every rule of the levels A and AA up to 2.2, and what else is good practice.
pub const WHOLE: &str =
    "{ type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'] }";

/// The rules that colours decide. The dark faces are judged by these alone: a theme changes colours and nothing else,
/// for the page, its words and its roles are the same bytes.
pub const COLOURS: &str = "{ type: 'rule', values: ['color-contrast', 'link-in-text-block'] }";

/// The rules that a window's width decides. The rest of a page is the same bytes as in a wide window, where every rule
/// judges it; what only the narrow window shows is judged by every rule there.
pub const NARROW: &str = "{ type: 'rule', values: ['target-size', 'scrollable-region-focusable'] }";

/// Notes what moves on a page after it was drawn.
pub const SHIFTS: &str = "
    window.shifted = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput)
            window.shifted.push(...entry.sources.map((source) => source.node?.outerHTML?.slice(0, 120) ?? 'something'));
    }).observe({ type: 'layout-shift', buffered: true });
";

/// Answers once the window was drawn.
const DRAWN: &str =
    "return new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(true))))";

/// What a page was made of, once it is drawn.
const MADE_OF: &str = "
    await document.fonts.ready;
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const [page] = performance.getEntriesByType('navigation');
    // What the browser asks for its own window is not told here: tests/browser/visits.rs counts that.
    // Pictures come after the words, when they come into sight: those that people uploaded, each bounded, asked for
    // once and kept by the browser; and those of the manual, on the pages of the manual alone.
    const shown = (part) => part.name.includes('/pictures/')
        || (location.pathname.startsWith('/help/') && part.name.includes('/static/help-'));
    const beside = performance.getEntriesByType('resource').filter((part) => !shown(part));
    return {
        shifted: window.shifted,
        bytes: [page, ...beside].reduce((sum, part) => sum + part.encodedBodySize, 0),
        beside: beside.map((part) => part.name),
        loaded: beside.filter((part) => part.transferSize > 0).map((part) => part.name),
    };
";

/// What sticks out at the side of a page, the innermost first.
pub const SIDEWAYS: &str = "
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const out = [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > width + 0.5);
    return [`${document.documentElement.scrollWidth} wide`, ...out.slice(-3).map((e) => e.outerHTML.slice(0, 160))];
";

/// What is unfolded and lies behind something else, at its middle and at its ends.
const COVERED: &str = "
    const covered = (one) => {
        const box = one.getBoundingClientRect();
        return [0.1, 0.3, 0.5, 0.7, 0.9].some((part) => {
            const top = document.elementFromPoint(box.left + box.width * part, box.top + box.height / 2);
            return top && !one.contains(top);
        });
    };
    return [...document.querySelectorAll('details[data-menu][open] :is(a, button)')].filter(covered).map((one) => one.outerHTML.slice(0, 160));
";

/// Whether a page with errors has its focus where it is not wrong, or nowhere.
const LOST: &str = "
    const [wrong, focused] = [document.querySelector('main [aria-invalid]'), document.activeElement];
    if (wrong ? focused === wrong : focused?.matches('input, select, textarea')) return [];
    return ['the focus is on ' + focused?.outerHTML.slice(0, 80)];
";

/// What a wide window shows, to be known again in a narrow one.
const SHOWN_WIDE: &str = "
    const seen = (one) => one.checkVisibility({ visibilityProperty: true });
    window.shownWide = new WeakSet([...document.body.querySelectorAll('*')].filter(seen));
";

/// What only a narrow window shows, the outermost of it; and how much that is.
const SHOWN_NARROW: &str = "
    const seen = (one) => one.checkVisibility({ visibilityProperty: true });
    const all = new Set([...document.body.querySelectorAll('*')].filter((one) => seen(one) && !window.shownWide.has(one)));
    window.shownNarrow = [...all].filter((one) => !all.has(one.parentElement));
    return window.shownNarrow.length;
";

/// A window in which pages are looked at.
pub struct Look<'a> {
    /// The window.
    pub screen: &'a Screen,
    /// What it has found.
    pub findings: &'a RefCell<Vec<Finding>>,
    /// Whether this window has met a page of ours before, with all that is beside it.
    pub has_been_here: bool,
}

impl Look<'_> {
    /// Looks at a stop in all its faces.
    pub async fn at(&mut self, stop: &Stop) {
        let screen = self.screen;
        screen.wishes_for("light").await.is_wide(1280).await;
        // Drawn as wide as that before the page is left, or the next one would be drawn narrow first, and move.
        screen.runs(DRAWN).await;
        comes_to(screen, stop).await;
        self.judge_making(stop).await;
        if matches!(stop.deed, Deed::SentEmpty(_)) {
            self.judge(Check::Faults, stop, LOST).await;
        }
        self.judge_face(stop, all_of(stop), WHOLE, "light 1280").await;
        screen.wishes_for("dark").await;
        self.judge_face(stop, all_of(stop), COLOURS, "dark 1280").await;
        screen.wishes_for("light").await.runs(SHOWN_WIDE).await;
        screen.is_wide(360).await;
        self.judge_face(stop, all_of(stop), NARROW, "light 360").await;
        if screen.runs(SHOWN_NARROW).await != 0 {
            self.judge_face(stop, "{ include: window.shownNarrow }", WHOLE, "light 360").await;
            screen.wishes_for("dark").await;
            self.judge_face(stop, "{ include: window.shownNarrow }", COLOURS, "dark 360").await;
        }
        self.judge(Check::Focus, stop, COVERED).await;
        self.judge(Check::Sideways, stop, SIDEWAYS).await;
        screen.is_wide(320).await;
        self.judge(Check::Sideways, stop, SIDEWAYS).await;
        for violations in screen.takes_amiss().await {
            self.tell(Check::Amiss, stop, &violations);
        }
    }

    /// What was sent for the page, and whether it stood still.
    async fn judge_making(&mut self, stop: &Stop) {
        let made = self.screen.runs(&format!("return (async () => {{{MADE_OF}}})()")).await;
        let names = |key: &str| -> Vec<String> { serde_json::from_value(made[key].clone()).unwrap_or_default() };
        let bytes = made["bytes"].as_u64().unwrap_or(u64::MAX);
        // The kit shows everything twice, to developers alone.
        if bytes > HEAVIEST && stop.pattern != "/dev/kit" {
            self.tell(Check::Weight, stop, &format!("{bytes} bytes"));
        }
        let (beside, loaded) = (names("beside"), names("loaded"));
        // What a question in place brings is asked for by a press.
        let pressed = usize::from(matches!(stop.deed, Deed::Asked(_)));
        if beside.len() > BESIDE + pressed {
            self.tell(Check::Weight, stop, &format!("asks for {beside:?}"));
        }
        if self.has_been_here && loaded.len() > pressed {
            self.tell(Check::Weight, stop, &format!("asks again for {loaded:?}"));
        }
        self.has_been_here |= beside.len() >= BESIDE;
        // What is unfolded or asked for by a press may move.
        if matches!(stop.deed, Deed::Opened | Deed::SentEmpty(_)) {
            let moved = names("shifted");
            // A busy machine may change the window's width only after the page has come: what moves by itself moves
            // each time.
            let again = if moved.is_empty() { Vec::new() } else { self.moved_again(stop).await };
            for shifted in moved.into_iter().filter(|one| again.contains(one)) {
                self.tell(Check::Shift, stop, &shifted);
            }
        }
    }

    /// What moves when the page is come to once more.
    async fn moved_again(&self, stop: &Stop) -> Vec<String> {
        comes_to(self.screen, stop).await;
        let moved = self.screen.runs(&format!("{DRAWN}.then(() => window.shifted)")).await;
        let all = moved.as_array().cloned().unwrap_or_default();
        all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    }

    async fn judge_face(&self, stop: &Stop, context: &str, rules: &str, face: &str) {
        for violation in judged_by_axe(self.screen, context, rules).await {
            self.tell(Check::Axe, stop, &format!("{face}: {violation}"));
        }
    }

    /// Judges by a script that answers what is wrong.
    async fn judge(&self, check: Check, stop: &Stop, script: &str) {
        let judged = self.screen.runs(script).await;
        let Ok(wrong) = serde_json::from_value::<Vec<String>>(judged) else {
            return self.tell(check, stop, "this cannot be judged");
        };
        if !wrong.is_empty() {
            self.tell(check, stop, &wrong.join("\n    "));
        }
    }

    fn tell(&self, check: Check, stop: &Stop, what: &str) {
        self.findings.borrow_mut().push(Finding { check, told: format!("{}: {what}", stop.name) });
    }
}

/// All of a page that is judged. What an open menu covers is judged where it is not covered.
fn all_of(stop: &Stop) -> &'static str {
    if stop.deed == Deed::Unfolded { "'details[open]'" } else { "document" }
}

/// What axe finds in a part of the page, by some of its rules.
pub async fn judged_by_axe(screen: &Screen, context: &str, rules: &str) -> Vec<String> {
    let script = format!(
        "return axe.run({context}, {{ runOnly: {rules}, resultTypes: ['violations'], preload: false }}).then((judged) => \
         judged.violations.flatMap((rule) => rule.nodes.slice(0, 3).map((node) => \
         `${{rule.id}}: ${{node.failureSummary}}\\n    ${{node.html.slice(0, 200)}}`)))"
    );
    let judged = screen.runs(&script).await;
    serde_json::from_value(judged.clone()).unwrap_or_else(|_| vec![format!("axe did not judge: {judged}")])
}

/// Opens the page of a stop and does there what is done first.
pub async fn comes_to(screen: &Screen, stop: &Stop) {
    screen.opens(&stop.path).await;
    match stop.deed {
        Deed::Opened => {}
        Deed::Unfolded => {
            screen.runs("for (const one of document.querySelectorAll('details')) one.open = true").await;
        }
        Deed::Asked(nth) => {
            screen.runs(&format!("document.querySelectorAll('a[data-dialog]')[{nth}].click()")).await;
            screen.finds("document.querySelector('dialog[open]')").await;
        }
        Deed::SentEmpty(nth) => {
            // What a person could fill in is empty, and the browser does not stop them.
            // What a device would answer is given: none is here to be asked.
            let script = format!(
                "const form = document.forms[{nth}]; form.noValidate = true; window.isEarlier = true; \
                 for (const one of form.elements) {{ \
                    if (one.matches('select')) one.add(new Option('', '', true, true)); \
                    else if (one.matches('[type=checkbox], [type=radio]')) one.checked = false; \
                    else if (one.matches('input:not([type=hidden]), textarea')) one.value = ''; \
                 }} \
                 if (form.elements.credential) form.elements.credential.value = '{{}}'; \
                 form.requestSubmit(form.querySelector('button:not([type=button])'))"
            );
            screen.runs(&script).await;
            screen.finds("!window.isEarlier && document.readyState === 'complete'").await;
        }
    }
}

/// A picture of the whole page, however long; of a question that is asked in place, what is in sight.
pub async fn pictured(screen: &Screen, stop: &Stop) -> String {
    // What is fetched only when it comes into sight is fetched now.
    screen.runs("for (const one of document.images) one.loading = 'eager'").await;
    screen.finds("[...document.images].every(one => one.complete)").await;
    let mut wish = json!({ "format": "png" });
    if !matches!(stop.deed, Deed::Asked(_)) {
        let size = "const page = document.documentElement; \
            return { x: 0, y: 0, scale: 1, width: page.clientWidth, height: page.scrollHeight }";
        wish["clip"] = screen.runs(size).await;
        wish["captureBeyondViewport"] = Value::Bool(true);
    }
    let taken = screen.tells("Page.captureScreenshot", wish).await;
    taken["data"].as_str().unwrap_or_default().to_owned()
}
