//! A reference for each request, and a line in the log when it is done.
//!
//! The line names the route by its pattern, never by its path: a path may hold the token of a link
//! (OPS-04).

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};
use uuid::Uuid;

use crate::web::Site;

#[derive(Clone)]
struct Reference(String);

/// What is on a page of failure, and beside its cause in the log.
pub fn reference(request: &HttpRequest) -> String {
    request.extensions().get::<Reference>().map(|reference| reference.0.clone()).unwrap_or_default()
}

/// Logs a refusal that an operator may want to see more of: which, where, and for whom as far as a network
/// address tells. What was typed is no part of it.
pub fn refused(request: &HttpRequest, why: &'static str) {
    let route = request.match_pattern().unwrap_or_else(|| "none".to_owned());
    let source = Site::of(request).source(request);
    tracing::warn!(reference = reference(request), why, route, %source, "refused");
}

/// Times a request and logs it.
pub async fn logged(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let begun = Instant::now();
    let known_as = Uuid::new_v4().simple().to_string()[..12].to_owned();
    request.extensions_mut().insert(Reference(known_as.clone()));
    let method = request.method().clone();
    let answer = next.call(request).await;
    let took = begun.elapsed();
    if let Ok(answer) = &answer {
        let route = answer.request().match_pattern().unwrap_or_else(|| "none".to_owned());
        let status = answer.status().as_u16();
        metrics::counter!("roster_requests_total", "route" => route.clone(), "status" => status.to_string())
            .increment(1);
        metrics::histogram!("roster_request_seconds").record(took.as_secs_f64());
        tracing::info!(reference = known_as, %method, route, status, ms = took.as_secs_f64() * 1e3, "answered");
    }
    answer
}
