//! Pictures of the manual, taken from the demonstration: `bin/help-pictures`.

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use roster::help::topics::{self, TopicPart};
use roster::web::assets::DENSITY;
use serde_json::{Value, json};

use super::guests::AppState;
use crate::chromium::{Screen, on_screen};
use crate::shared::{Browser, PASSWORD};

/// What a picture may weigh; each is taken as well as it fits.
const HEAVIEST: usize = 32 * 1024;

/// How well a picture is kept, the best first.
const QUALITIES: [u8; 7] = [85, 75, 65, 55, 45, 35, 25];

/// A browser as people have it: what it is called is on the page of sessions.
const COMPUTER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
const TELEPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 \
    (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/// A picture to be taken: whose page, where (a path, a link to be followed, or one after the other with `>` between
/// them), of which part, in a window how wide, with how many rows of a list at most.
struct Shot {
    name: &'static str,
    who: &'static str,
    path: &'static str,
    part: &'static str,
    width: u32,
    rows: usize,
}

const fn shot(name: &'static str, who: &'static str, path: &'static str, part: &'static str) -> Shot {
    Shot { name, who, path, part, width: 600, rows: 3 }
}

const ENGINES: &str = "/analytical-engines";

/// The pictures, of the person who shows most on that page. Each person comes once, and looks at the sessions first, so
/// that what is there is the same each time.
const SHOTS: &[Shot] = &[
    Shot { width: 440, ..shot("create-account", "", "/create-account", ".card") },
    Shot { width: 440, ..shot("sign-in", "", "/sign-in", ".card") },
    Shot { width: 480, ..shot("invitation", "newcomer", "View Invitation", ".card") },
    Shot { width: 520, ..shot("create-organization", "newcomer", "/account/organizations/new", "main .form") },
    shot("access-review", "alan", "/bletchley-works/reviews > Go On", ".panel[aria-label='To be reviewed']"),
    shot("dashboard", "grace", "/dashboard", "[aria-labelledby=organizations]"),
    shot("leave", "grace", "/account/organizations", ".panel"),
    Shot { rows: 2, ..shot("sessions", "ada", "/account/sessions", ".account-page .panel") },
    shot("projects", "ada", "", ".panel[aria-label=Projects]"),
    shot("billing", "ada", "/settings", "[aria-labelledby=billing]"),
    Shot { rows: 4, ..shot("activity", "ada", "/activity", ".panel[aria-label='What happened']") },
    Shot { rows: 2, ..shot("overview", "ada", "/overview", ".concern") },
    shot("delete-organization", "ada", "/deletion", ".confirm"),
    Shot { rows: 2, ..shot("members", "ada", "/members", ".panel[aria-label=People]") },
    Shot { width: 440, ..shot("invite", "ada", "/members", "#invite") },
    shot("pending", "ada", "/members", "#pending"),
    shot("role", "ada", "/members", ".person-row:has(button):not(:has([name=role][value=member]))"),
    shot("remove", "ada", "/members/alan/removal", ".confirm"),
    Shot { width: 440, ..shot("profile", "ada", "/account/profile", "form.panel") },
    shot("email-addresses", "ada", "/account/email-addresses", ".account-page > .stack"),
    shot("two-factor", "ada", "/account/two-factor", ".account-page .panel"),
    shot("passkey", "ada", "/account/passkeys", ".account-page .panel"),
    shot("date-time-format", "ada", "/account/date-time-format", ".account-page .panel"),
];

/// Leaves of each list what is enough to see what it is, takes the focus away, and answers where the part is, with
/// a little of what is around it.
const FRAMED: &str = "
    document.activeElement?.blur();
    const part = document.querySelector(arguments[0]);
    if (!part) return null;
    for (const list of part.querySelectorAll('ul.rows, ul.people, ol.timeline, .confirm-body ul'))
        [...list.children].slice(arguments[1]).forEach((row) => row.remove());
    [...part.querySelectorAll('.timeline-day')].slice(2).forEach((day) => { day.nextElementSibling?.remove(); day.remove(); });
    await document.fonts.ready;
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const box = part.getBoundingClientRect();
    const [left, top] = [Math.max(0, Math.floor(box.left - 12)), Math.max(0, Math.floor(box.top + scrollY - 12))];
    const right = Math.min(document.documentElement.clientWidth, Math.ceil(box.right + 12));
    return { x: left, y: top, width: right - left, height: Math.ceil(box.bottom + scrollY + 12) - top, scale: 1 };
";

/// Every picture that the manual shows, light and dark.
#[actix_web::test]
#[ignore = "makes files: bin/help-pictures runs it"]
async fn the_manual_is_pictured() {
    let wanted: Vec<&str> = topics::all()
        .flat_map(|topic| topic.parts)
        .filter_map(|part| if let TopicPart::Shows(picture) = part { Some(picture.name) } else { None })
        .collect();
    let taken: Vec<&str> = SHOTS.iter().map(|shot| shot.name).collect();
    let missing: Vec<_> = wanted.iter().filter(|name| !taken.contains(name)).collect();
    assert!(missing.is_empty(), "nobody takes {missing:?}");

    let mut pictures = Vec::new();
    let app_state = AppState::furnished().await;
    on_screen(&app_state.world, async |screen| {
        screen.tells("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await;
        let mut here: Option<(&str, Browser)> = None;
        for shot in SHOTS {
            let browser = match here.take() {
                Some((who, browser)) if who == shot.who => browser,
                _ => comes(&app_state, screen, shot.who).await,
            };
            pictures.extend(takes(screen, &browser, shot).await);
            here = Some((shot.who, browser));
        }
    })
    .await;
    // All of them or none: what is kept stays as it is until everything was taken.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/help");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    for (name, picture) in &pictures {
        println!("{name}: {} bytes", picture.len());
        std::fs::write(folder.join(name), picture).expect("a file");
    }
}

/// Somebody comes, signed in on the screen and elsewhere.
async fn comes(app_state: &AppState, screen: &Screen, who: &str) -> Browser {
    let browser = app_state.world.visitor_sending(&[("user-agent", COMPUTER)]).await;
    if !who.is_empty() {
        let telephone = app_state.world.visitor_sending(&[("user-agent", TELEPHONE)]).await;
        telephone.opens("/sign-in").await.signs_in_here(who, PASSWORD).await.reads("Your Dashboard");
        browser.opens("/sign-in").await.signs_in_here(who, PASSWORD).await.reads("Your Dashboard");
    }
    screen.has_cookies(&browser.cookies()).await;
    browser
}

async fn takes(screen: &Screen, browser: &Browser, shot: &Shot) -> Vec<(String, Vec<u8>)> {
    let mut taken = Vec::new();
    let path = match shot.path {
        way if way.contains(' ') => {
            for step in way.split(" > ") {
                browser.opens(step).await;
            }
            browser.path()
        }
        tab if matches!(
            tab.split('/').nth(1),
            None | Some("settings" | "activity" | "deletion" | "members" | "overview")
        ) =>
        {
            format!("{ENGINES}{tab}")
        }
        path => path.to_owned(),
    };
    let metrics = json!({ "width": shot.width, "height": 900, "deviceScaleFactor": DENSITY, "mobile": false });
    screen.tells("Emulation.setDeviceMetricsOverride", metrics).await;
    for theme in ["light", "dark"] {
        screen.wishes_for(theme).await.opens(&path).await;
        let arguments = format!("'{}', {}", shot.part.replace('\'', "\\'"), shot.rows);
        let clip = screen.runs(&format!("return (async function () {{{FRAMED}}})({arguments})")).await;
        assert!(clip.is_object(), "{}: nothing is {} at {path}\n{}", shot.name, shot.part, screen.text().await);
        taken.push((format!("{}.{theme}.webp", shot.name), fitting(screen, &clip, shot.name).await));
    }
    taken
}

/// The best picture that is light enough.
async fn fitting(screen: &Screen, clip: &Value, name: &str) -> Vec<u8> {
    for quality in QUALITIES {
        let wish = json!({ "format": "webp", "quality": quality, "clip": clip, "captureBeyondViewport": true });
        let taken = screen.tells("Page.captureScreenshot", wish).await;
        let picture = BASE64_STANDARD.decode(taken["data"].as_str().unwrap_or_default()).expect("a picture");
        if picture.len() <= HEAVIEST {
            return picture;
        }
    }
    panic!("{name} is too heavy: show less of the page than {clip}")
}
