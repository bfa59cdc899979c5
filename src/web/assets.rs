//! Style, scripts and the pictures of the manual: inside the binary, joined, compressed once, named by their
//! contents. The icon is so small that each page brings it along: nobody has to ask for it.

use std::collections::HashMap;
use std::io::{Cursor, Write};
use std::sync::Arc;

use actix_web::http::header::{self, ContentEncoding};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::authority::May;
use crate::web::admission::Fetch;
use crate::web::{Page, PageError, Routes, Site};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/static"]
struct Files;

/// The layers of the one style sheet, in their order.
const STYLE: [&str; 6] =
    ["css/tokens.css", "css/base.css", "css/kit.css", "css/search.css", "css/layout.css", "css/print.css"];

struct Asset {
    kind: &'static str,
    plain: Vec<u8>,
    gzipped: Vec<u8>,
}

/// A picture of the manual, light and dark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpPicture {
    /// Where it is for light pages.
    pub light: String,
    /// Where it is for dark pages.
    pub dark: String,
    /// How wide it must be shown.
    pub width: u32,
    /// How high it must be shown.
    pub height: u32,
}

/// Pixels of such a picture for each that it is shown in, so that it is sharp on fine screens, too.
pub const DENSITY: u32 = 2;

/// All static files, by their hashed names.
#[derive(Clone)]
pub struct Assets {
    by_name: Arc<HashMap<String, Asset>>,
    css: String,
    js: String,
    icon: String,
    help: Arc<HashMap<String, HelpPicture>>,
}

impl Assets {
    /// Joins and compresses them: once, when Roster starts.
    pub fn load() -> Self {
        let mut by_name = HashMap::new();
        let style = STYLE.iter().flat_map(|name| contents(name)).collect();
        let mut scripts: Vec<_> = Files::iter().filter(|name| name.starts_with("js/")).collect();
        scripts.sort();
        let script = scripts.iter().flat_map(|name| contents(name)).collect();
        let mut keep = |stem: &str, ending: &str, kind: &'static str, plain: Vec<u8>| {
            let hash: String = Sha256::digest(&plain).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            let name = format!("{stem}.{hash}.{ending}");
            // A picture is compressed already.
            let gzipped = if ending == "webp" { Vec::new() } else { gzip(&plain) };
            by_name.insert(name.clone(), Asset { kind, plain, gzipped });
            format!("/static/{name}")
        };
        let css = keep("roster", "css", "text/css; charset=utf-8", style);
        let js = keep("roster", "js", "text/javascript; charset=utf-8", script);
        let icon = format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(contents("icons/roster.svg")));
        let pictures = Files::iter().filter_map(|name| {
            let stem = name.strip_prefix("help/")?.strip_suffix(".light.webp")?.to_owned();
            let (light, dark) = (contents(&name), contents(&format!("help/{stem}.dark.webp")));
            let size =
                image::ImageReader::new(Cursor::new(&light)).with_guessed_format().ok()?.into_dimensions().ok()?;
            let light = keep(&format!("help-{stem}-light"), "webp", "image/webp", light);
            let dark = keep(&format!("help-{stem}-dark"), "webp", "image/webp", dark);
            let (width, height) = (size.0 / DENSITY, size.1 / DENSITY);
            Some((stem, HelpPicture { light, dark, width, height }))
        });
        let help = Arc::new(pictures.collect());
        Self { by_name: Arc::new(by_name), css, js, icon, help }
    }

    /// Where the style is.
    pub fn css(&self) -> &str {
        &self.css
    }

    /// Where the scripts are.
    pub fn js(&self) -> &str {
        &self.js
    }

    /// The icon itself, as an address.
    pub fn icon(&self) -> &str {
        &self.icon
    }

    /// The picture of the manual that has this name.
    pub fn help(&self, name: &str) -> Option<&HelpPicture> {
        self.help.get(name)
    }
}

/// A static file as it is written, for the page that shows what it says.
pub(super) fn text(name: &str) -> String {
    String::from_utf8(contents(name)).unwrap_or_default()
}

fn contents(name: &str) -> Vec<u8> {
    Files::get(name).map(|file| file.data.into_owned()).unwrap_or_default()
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing into memory fails never; were it to, the plain file would be sent.
    let written = encoder.write_all(plain).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

/// The route of the static files.
pub fn routes(routes: &mut Routes) {
    routes.get("/static/{name}", show);
}

/// `GET /static/{name}`
async fn show(_by: May<Fetch>, name: web::Path<String>, request: HttpRequest) -> Page {
    let asset = Site::of(&request).assets.by_name.get(name.as_str()).ok_or(PageError::NotFound)?;
    let mut answer = HttpResponse::Ok();
    answer.content_type(asset.kind);
    answer.insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"));
    answer.insert_header((header::VARY, "accept-encoding"));
    let takes_gzip = request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|coding| coding.trim_start().starts_with("gzip")));
    if takes_gzip && !asset.gzipped.is_empty() {
        answer.insert_header(ContentEncoding::Gzip);
        return Ok(answer.body(asset.gzipped.clone()));
    }
    answer.insert_header(ContentEncoding::Identity);
    Ok(answer.body(asset.plain.clone()))
}
