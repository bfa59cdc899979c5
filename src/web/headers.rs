//! What every answer says to the browser.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;

use crate::web::Site;

/// Nothing from elsewhere, nothing inline, no frame, no form to elsewhere (WEB-05, WEB-06). A picture may be in
/// the page itself: the icon does, and anyone who could write a picture into a page can reach nobody with it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/// Sent with the end of a session: nothing that was seen comes back by the back button (ACC-28). Cookies are left
/// alone, for a browser would delete those of sibling subdomains and of the parent domain with ours; our own is
/// expired by name.
pub const CLEAR_SITE_DATA: (HeaderName, HeaderValue) =
    (HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\", \"storage\""));

/// Of these, the referrer policy is the one under which browsers name themselves by `Origin` with every form:
/// under `no-referrer` they send `Origin: null`, and what knows no `Sec-Fetch-Site` could post none (WEB-01). No
/// other site gets a referrer, and nothing here reads one: a path may hold the token of a link (INV-32).
const ALWAYS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()",
    ),
];

/// Adds the headers that every answer carries, failures too. What a handler has set stands.
pub async fn added(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let secure = Site::of(request.request()).is_secure();
    match next.call(request).await {
        Ok(mut answer) => {
            add(answer.headers_mut(), secure);
            Ok(answer)
        }
        Err(error) => {
            let mut answer = error.error_response();
            add(answer.headers_mut(), secure);
            Err(InternalError::from_response(error, answer).into())
        }
    }
}

fn add(headers: &mut HeaderMap, secure: bool) {
    for (name, value) in ALWAYS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if secure {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
}
