//! The way from a page to what the manual says about it.

use actix_web::HttpRequest;
use actix_web::web::Data;

/// Where the **?** of a page leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpLink {
    /// The address.
    pub href: String,
    /// The topic there.
    pub topic: &'static str,
}

impl Default for HelpLink {
    /// To the whole manual.
    fn default() -> Self {
        Self { href: "/help".to_owned(), topic: "All topics" }
    }
}

/// Finds the signpost of a page by the pattern of its address. Put in by `app`: the manual is a feature, and
/// knows the pages; the pages do not know it.
#[derive(Clone, Copy)]
pub struct HelpLinks(pub fn(Option<&str>) -> HelpLink);

impl HelpLink {
    /// The signpost of the page that a request asks for.
    pub fn of(request: &HttpRequest) -> Self {
        let pattern = request.match_pattern();
        let help_links = request.app_data::<Data<HelpLinks>>();
        help_links.map_or_else(Self::default, |help_links| (help_links.0)(pattern.as_deref()))
    }
}
