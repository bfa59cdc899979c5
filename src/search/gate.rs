//! How many searches of one person go on at once, and how many in a minute.
//!
//! A search costs a few milliseconds of the database and a connection while it lasts. A person who begins many at once
//! waits behind their own, and takes no connection from others (COST-3).

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::ids::AccountId;
use crate::web::PageError;

/// Searches of one person at once.
pub const AT_ONCE: usize = 2;

/// Searches of one person in a minute: more than anybody types.
const A_MINUTE: NonZeroU32 = match NonZeroU32::new(120) {
    Some(times) => times,
    None => NonZeroU32::MIN,
};

/// How long a search waits behind others of the same person.
const PATIENCE: Duration = Duration::from_secs(2);

/// The searches of this process.
#[derive(Clone)]
pub struct SearchLimiter {
    within: Arc<Mutex<HashMap<AccountId, Arc<Semaphore>>>>,
    quota: Arc<DefaultKeyedRateLimiter<AccountId>>,
}

impl Default for SearchLimiter {
    fn default() -> Self {
        Self { within: Arc::default(), quota: Arc::new(RateLimiter::keyed(Quota::per_minute(A_MINUTE))) }
    }
}

impl SearchLimiter {
    /// Lets a search of a person begin, once there is room; the place is given back when it is dropped.
    pub async fn enter(&self, account: AccountId) -> Result<OwnedSemaphorePermit, PageError> {
        if self.quota.len() > 10_000 {
            self.quota.retain_recent();
        }
        if self.quota.check_key(&account).is_err() {
            return Err(too_many("You searched very often within a minute. Wait a few seconds, and search again."));
        }
        match timeout(PATIENCE, self.places(account).acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(too_many("Your other searches are still under way. Wait a few seconds, and search again.")),
        }
    }

    fn places(&self, account: AccountId) -> Arc<Semaphore> {
        let mut within = self.within.lock().unwrap_or_else(PoisonError::into_inner);
        if within.len() > 1_000 {
            // A place that is taken holds its semaphore, too.
            within.retain(|_, places| Arc::strong_count(places) > 1 || places.available_permits() < AT_ONCE);
        }
        Arc::clone(within.entry(account).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))))
    }
}

fn too_many(told: &str) -> PageError {
    PageError::TooMany { seconds: 5, told: told.to_owned() }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn cost_3_one_person_searches_twice_at_once_and_others_do_not_wait() {
        let (gate, ada, grace) = (SearchLimiter::default(), AccountId::fresh(), AccountId::fresh());
        let one = gate.enter(ada).await.unwrap();
        let _other = gate.enter(ada).await.unwrap();
        assert!(gate.enter(ada).now_or_never().is_none());
        assert!(gate.enter(grace).now_or_never().is_some());
        drop(one);
        assert!(gate.enter(ada).now_or_never().is_some_and(|place| place.is_ok()));
    }

    #[tokio::test]
    async fn cost_3_the_searches_of_one_person_in_a_minute_are_counted() {
        let (gate, ada, grace) = (SearchLimiter::default(), AccountId::fresh(), AccountId::fresh());
        let mut searched = 0;
        while let Ok(place) = gate.enter(ada).await {
            drop(place);
            searched += 1;
            assert!(searched < 1_000, "nobody counts");
        }
        assert!(searched >= A_MINUTE.get());
        assert!(matches!(gate.enter(ada).await, Err(PageError::TooMany { .. })));
        assert!(gate.enter(grace).await.is_ok());
    }
}
