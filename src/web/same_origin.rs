//! The right host, and forms from our own pages alone.
//!
//! What changes something must say by `Sec-Fetch-Site` or by `Origin` that it comes from a page of
//! ours; a browser sets one of them at least, and a page elsewhere can set neither (WEB-01). So forms carry no
//! token, and a form that was open for a week still works.
//!
//! `Sec-Fetch-Site` decides where it is sent: it is true under every referrer policy, also on a page that an earlier
//! version sent with one under which `Origin` is `null`. Where it is not, `Origin` decides, and `null` is elsewhere.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest};
use url::Url;

use crate::web::{PageError, Site};

/// Refuses a foreign host with 421 and a foreign form with 403.
pub async fn only(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, BoxBody>>, Error> {
    let site = Site::of(request.request());
    let is_ours = is_asked_by_name(request.request());
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    let refusal = if !is_ours && !is_probe(request.path()) {
        Some(PageError::ForeignHost)
    } else if !reads && !form_is_ours(&site.url, request.headers()) {
        Some(PageError::ForeignForm)
    } else {
        None
    };
    match refusal {
        Some(error) => Ok(request.error_response(error).map_into_right_body()),
        None => next.call(request).await.map(ServiceResponse::map_into_left_body),
    }
}

/// Load balancers ask for these by address.
fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/metrics")
}

/// Bytes of the longest host, with a port: what is longer is not read as an address, which costs more than its length.
const LONGEST_HOST: usize = 262;

/// Whether a request names our host.
pub fn is_asked_by_name(request: &HttpRequest) -> bool {
    host_is_ours(&Site::of(request).url, request.uri().host(), request.headers())
}

fn host_is_ours(url: &Url, absolute: Option<&str>, headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    if host.len() > LONGEST_HOST {
        return false;
    }
    let Ok(asked) = Url::parse(&format!("{}://{host}", url.scheme())) else { return false };
    if asked.path() != "/" || !asked.username().is_empty() {
        return false;
    }
    let same_host = |host: Option<&str>| host == url.host_str() || (is_loopback(url.host_str()) && is_loopback(host));
    same_host(asked.host_str())
        && asked.port_or_known_default() == url.port_or_known_default()
        && absolute.is_none_or(|absolute| same_host(Some(absolute)))
}

/// Whether a host is this very machine, under any of its names.
pub fn is_loopback(host: Option<&str>) -> bool {
    matches!(host, Some("localhost" | "[::1]" | "::1"))
        || host.is_some_and(|host| host.parse::<std::net::Ipv4Addr>().is_ok_and(|a| a.is_loopback()))
}

/// Whether a request that changes something comes from a page of ours. The host is known to be ours by then.
fn form_is_ours(url: &Url, headers: &HeaderMap) -> bool {
    match (only_value(headers, "sec-fetch-site"), only_value(headers, "origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(from)) => origin_is_ours(url, from, headers),
        (None, None) => false,
    }
}

/// What the one line of a header says; nothing that fits anywhere where there are several, or none that can be read.
fn only_value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut lines = headers.get_all(name);
    let first = lines.next()?;
    Some(if lines.next().is_some() { "" } else { first.to_str().unwrap_or_default() })
}

/// Whether an origin is the public address, or, on this very machine, the name under which Roster was asked.
fn origin_is_ours(url: &Url, from: &str, headers: &HeaderMap) -> bool {
    let asked = only_value(headers, "host").and_then(|host| Url::parse(&format!("{}://{host}", url.scheme())).ok());
    from == url.origin().ascii_serialization()
        || asked.is_some_and(|asked| is_loopback(url.host_str()) && from == asked.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(of: &[(&'static str, &'static str)]) -> HeaderMap {
        of.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn forms_come_from_our_own_pages() {
        let url = Url::parse("https://roster.example").unwrap();
        let ours = |of: &[(&'static str, &'static str)]| form_is_ours(&url, &headers(of));
        assert!(ours(&[("sec-fetch-site", "same-origin")]));
        assert!(ours(&[("origin", "https://roster.example")]));
        assert!(ours(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        for foreign in [
            &[] as &[(&str, &str)],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://roster.example")],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
            &[("origin", "http://roster.example")],
            &[("origin", "https://roster.example.evil.example")],
            &[("referer", "https://roster.example/")],
            &[("origin", "http://localhost"), ("host", "localhost")],
        ] {
            assert!(!ours(foreign), "{foreign:?}");
        }
    }

    #[test]
    fn on_this_machine_a_form_comes_from_the_name_it_was_asked_under() {
        let url = Url::parse("http://127.0.0.1:8080").unwrap();
        let ours = |host, origin| form_is_ours(&url, &headers(&[("host", host), ("origin", origin)]));
        assert!(ours("localhost:8080", "http://localhost:8080"));
        assert!(ours("localhost:8080", "http://127.0.0.1:8080"));
        assert!(!ours("localhost:8080", "http://localhost:8081"));
        assert!(!ours("localhost:8080", "http://[::1]:8080"));
    }

    #[test]
    fn several_lines_say_nothing() {
        let url = Url::parse("https://roster.example").unwrap();
        let mut twice = HeaderMap::new();
        for site in ["same-origin", "cross-site"] {
            twice.append(HeaderName::from_static("sec-fetch-site"), HeaderValue::from_static(site));
        }
        assert!(!form_is_ours(&url, &twice));
    }

    #[test]
    fn only_our_host_is_answered() {
        let public = Url::parse("https://roster.example").unwrap();
        let local = Url::parse("http://127.0.0.1:8080").unwrap();
        let ours = |url: &Url, host: &'static str| host_is_ours(url, None, &headers(&[("host", host)]));
        assert!(ours(&public, "roster.example") && ours(&public, "roster.example:443"));
        assert!(ours(&local, "127.0.0.1:8080") && ours(&local, "localhost:8080"));
        for host in
            ["evil.example", "roster.example:8443", "roster.example@evil.example", "roster.example/x", "localhost", ""]
        {
            assert!(!ours(&public, host), "{host}");
        }
        assert!(!host_is_ours(&public, Some("evil.example"), &headers(&[("host", "roster.example")])));
        assert!(!host_is_ours(&public, None, &headers(&[])));
    }
}
