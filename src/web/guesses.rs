//! How often one source may try links that open nothing (INV-28).
//!
//! Kept in the process, unlike every throttle that matters: a link has 256 bits, so no number of
//! tries finds one. This only keeps the noise down.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::web::Oops;
use crate::web::network::counted;

/// Dead links opened in a minute before a source has to wait.
const A_MINUTE: NonZeroU32 = match NonZeroU32::new(60) {
    Some(times) => times,
    None => NonZeroU32::MIN,
};

/// The tries of each source.
#[derive(Clone)]
pub struct Guesses(Arc<DefaultKeyedRateLimiter<String>>);

impl Default for Guesses {
    fn default() -> Self {
        Self(Arc::new(RateLimiter::keyed(Quota::per_minute(A_MINUTE))))
    }
}

impl Guesses {
    /// Counts a try of a dead link, and answers what the page is to say.
    pub fn dead_link(&self, source: &str) -> Oops {
        if self.0.len() > 10_000 {
            self.0.retain_recent();
        }
        match self.0.check_key(&counted(source)) {
            Ok(()) => Oops::DeadLink,
            Err(_) => Oops::TooMany {
                seconds: 60,
                told: "Too many links that open nothing were tried from your network. Try again in a minute."
                    .to_owned(),
            },
        }
    }
}
