//! Pictures of every page, for people to look at: `bin/screenshots`.

use std::cell::RefCell;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures_util::future::join;
use serde_json::json;

use super::crawl::{self, Stop};
use super::guests::AppState;
use super::looks::{comes_to, pictured};
use crate::chromium::on_screen;

const WIDTHS: [u32; 3] = [360, 768, 1280];
const THEMES: [&str; 2] = ["light", "dark"];

/// Every page in its states, at three widths, light and dark, with a sheet that shows all of them.
#[actix_web::test]
#[ignore = "makes files: bin/screenshots runs it"]
async fn every_page_is_pictured() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let app_state = AppState::opens().await;
    let stops = crawl::walked(&app_state).await.stops;
    let waiting = RefCell::new(stops.iter().enumerate());
    let window = || {
        on_screen(&app_state.world, async |screen| {
            screen.tells("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await;
            let mut guest = None;
            loop {
                let Some((place, stop)) = waiting.borrow_mut().next() else { break };
                if guest != Some(stop.guest) {
                    screen.has_cookies(&app_state.guests[stop.guest].browser.cookies()).await;
                    guest = Some(stop.guest);
                }
                screen.wishes_for(THEMES[0]).await.is_wide(WIDTHS[0]).await;
                comes_to(screen, stop).await;
                for width in WIDTHS {
                    screen.is_wide(width).await;
                    for theme in THEMES {
                        screen.wishes_for(theme).await;
                        let picture = BASE64_STANDARD.decode(pictured(screen, stop).await).expect("a picture");
                        std::fs::write(folder.join(file(place, stop, width, theme)), picture).expect("a file");
                    }
                }
            }
        })
    };
    join(window(), window()).await;
    std::fs::write(folder.join("index.html"), sheet(&stops)).expect("a sheet");
    println!("{} pages in {}", stops.len(), folder.display());
}

fn file(place: usize, stop: &Stop, width: u32, theme: &str) -> PathBuf {
    format!("{place:03}-{}-{width}-{theme}.png", super::file_name(&stop.name)).into()
}

/// All pictures on one page.
fn sheet(stops: &[Stop]) -> String {
    let mut sheet = String::from(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Every page of Roster</title>\n\
         <style>body{font:14px system-ui;margin:2rem;background:#888}h2{font-size:1rem;margin:2rem 0 .5rem}\
         .row{display:flex;gap:1rem;align-items:flex-start;overflow-x:auto}img{max-height:32rem;display:block}</style>\n\
         <h1>Every page of Roster</h1>\n",
    );
    for (place, stop) in stops.iter().enumerate() {
        let _ = write!(sheet, "<h2>{place:03} {}</h2>\n<div class=\"row\">", stop.name);
        for width in WIDTHS {
            for theme in THEMES {
                let file = file(place, stop, width, theme);
                let file = file.display();
                let _ = write!(
                    sheet,
                    "<a href=\"{file}\"><img loading=\"lazy\" src=\"{file}\" alt=\"{width} {theme}\"></a>"
                );
            }
        }
        sheet.push_str("</div>\n");
    }
    sheet
}
