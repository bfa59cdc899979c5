//! How long an address may be, asked before anything reads a part of it: each segment of a path names one row or
//! one page, and none of ours is long (COST-1).

use actix_web::Error;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::middleware::Next;

use crate::web::Oops;

/// Bytes of a segment of the path. The longest of ours is the token of a link.
const SEGMENT: usize = 200;

/// Bytes of the whole path.
const PATH: usize = 2_000;

/// Bytes of what stands behind the question mark.
const QUERY: usize = 30_000;

/// Answers an address that is longer than any of ours: a path with 404, a query with 414.
pub async fn bounded(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, BoxBody>>, Error> {
    match refusal(request.uri()) {
        Some(oops) => Ok(request.error_response(oops).map_into_right_body()),
        None => next.call(request).await.map(ServiceResponse::map_into_left_body),
    }
}

fn refusal(target: &Uri) -> Option<Oops> {
    let path = target.path();
    if path.len() > PATH || path.split('/').any(|segment| segment.len() > SEGMENT) {
        return Some(Oops::NotHere);
    }
    target.query().is_some_and(|query| query.len() > QUERY).then_some(Oops::AddressTooLong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_1_each_part_of_an_address_has_a_maximum() {
        let refused = |target: String| refusal(&target.parse().unwrap()).map(|oops| oops.to_string());
        let long = "x".repeat(SEGMENT);
        assert_eq!(refused(format!("/{long}/{long}?q={}", "x".repeat(QUERY - 2))), None);
        for path in [format!("/{long}x"), format!("/acme/{long}x/members"), "/x".repeat(PATH)] {
            assert_eq!(refused(path), Some(Oops::NotHere.to_string()));
        }
        assert_eq!(refused(format!("/?{}", "x".repeat(QUERY + 1))), Some(Oops::AddressTooLong.to_string()));
    }
}
