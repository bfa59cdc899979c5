//! How often one source may try what costs no row in the database: links that open nothing (INV-28),
//! and passwords whose strength is shown while they are typed.
//!
//! Kept in the process, unlike every throttle that matters: a link has 256 bits, so no number of
//! tries finds one, and telling a strength tells nothing of anybody. This only keeps the noise down.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::authority::Source;
use crate::web::PageError;

/// Dead links opened in a minute before a source has to wait.
const LINKS_A_MINUTE: NonZeroU32 = match NonZeroU32::new(60) {
    Some(times) => times,
    None => NonZeroU32::MIN,
};

/// Strengths told in a minute: a person who types on and on asks for about one each second.
const STRENGTHS_A_MINUTE: NonZeroU32 = match NonZeroU32::new(120) {
    Some(times) => times,
    None => NonZeroU32::MIN,
};

/// The tries of each source.
#[derive(Clone)]
pub struct NetworkRateLimits {
    links: Arc<DefaultKeyedRateLimiter<String>>,
    strengths: Arc<DefaultKeyedRateLimiter<String>>,
}

impl Default for NetworkRateLimits {
    fn default() -> Self {
        Self {
            links: Arc::new(RateLimiter::keyed(Quota::per_minute(LINKS_A_MINUTE))),
            strengths: Arc::new(RateLimiter::keyed(Quota::per_minute(STRENGTHS_A_MINUTE))),
        }
    }
}

impl NetworkRateLimits {
    /// Counts a try of a dead link, and answers what the page is to say.
    pub fn dead_link(&self, source: &Source) -> PageError {
        if is_within(&self.links, source) {
            return PageError::DeadLink;
        }
        PageError::TooMany {
            seconds: 60,
            told: "Too many links that open nothing were tried from your network. Try again in a minute.".to_owned(),
        }
    }

    /// Counts a password whose strength is asked for.
    pub fn strength(&self, source: &Source) -> Result<(), PageError> {
        if is_within(&self.strengths, source) {
            return Ok(());
        }
        let told = "Too many passwords were judged for your network. Try again in a minute.".to_owned();
        Err(PageError::TooMany { seconds: 60, told })
    }
}

fn is_within(tries: &DefaultKeyedRateLimiter<String>, source: &Source) -> bool {
    if tries.len() > 10_000 {
        tries.retain_recent();
    }
    tries.check_key(&source.counted()).is_ok()
}
