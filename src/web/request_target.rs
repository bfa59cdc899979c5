//! How long an address and a header may be, asked before anything reads a part of them: each segment of a path names
//! one row or one page, and none of ours is long (COST-1).

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::http::header::{ACCEPT_ENCODING, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest};

use crate::web::PageError;

/// Bytes of a segment of the path. The longest of ours is the token of a link.
const SEGMENT: usize = 200;

/// Bytes of the whole path.
const PATH: usize = 2_000;

/// Bytes of what is behind the question mark.
const QUERY: usize = 30_000;

/// Bytes of a header: more than browsers send of cookies.
const HEADER: usize = 16_000;

/// Bytes of what a browser says of the encodings it reads.
const ENCODINGS: usize = 500;

/// Leaves out what nobody says of encodings. It is read before everything else, and each of them is parsed.
pub async fn plainly_encoded(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let length: usize = request.headers().get_all(ACCEPT_ENCODING).map(|value| value.len()).sum();
    if length > ENCODINGS {
        request.headers_mut().remove(ACCEPT_ENCODING);
    }
    next.call(request).await
}

/// Answers an address that is longer than any of ours, a path with 404 and a query with 414, and a header that is
/// longer than any with 413.
pub async fn bounded(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, BoxBody>>, Error> {
    match refusal(request.uri()).or_else(|| long_header(request.headers())) {
        Some(error) => Ok(request.error_response(error).map_into_right_body()),
        None => next.call(request).await.map(ServiceResponse::map_into_left_body),
    }
}

fn refusal(target: &Uri) -> Option<PageError> {
    let path = target.path();
    if path.len() > PATH || path.split('/').any(|segment| segment.len() > SEGMENT) {
        return Some(PageError::NotFound);
    }
    target.query().is_some_and(|query| query.len() > QUERY).then_some(PageError::AddressTooLong)
}

fn long_header(headers: &HeaderMap) -> Option<PageError> {
    headers.iter().any(|(_, value)| value.len() > HEADER).then_some(PageError::TooLarge)
}

/// The address that was asked for, with another value for one parameter of its pattern.
pub fn under(request: &HttpRequest, parameter: &str, value: &str) -> String {
    let pattern = request.match_pattern().unwrap_or_default();
    let path = pattern.split('/').zip(request.path().split('/'));
    let path = path.map(|(meant, asked)| if meant == parameter { value } else { asked });
    let path = path.collect::<Vec<_>>().join("/");
    match request.query_string() {
        "" => path,
        query => format!("{path}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_1_each_part_of_an_address_has_a_maximum() {
        let refused = |target: String| refusal(&target.parse().unwrap()).map(|error| error.to_string());
        let long = "x".repeat(SEGMENT);
        assert_eq!(refused(format!("/{long}/{long}?q={}", "x".repeat(QUERY - 2))), None);
        for path in [format!("/{long}x"), format!("/acme/{long}x/members"), "/x".repeat(PATH)] {
            assert_eq!(refused(path), Some(PageError::NotFound.to_string()));
        }
        assert_eq!(refused(format!("/?{}", "x".repeat(QUERY + 1))), Some(PageError::AddressTooLong.to_string()));
    }
}
