//! How many changes behind one lock may hold a connection at once (DOS-08).
//!
//! A person who waits for a lock waits with a connection in hand. So that a crowd at one organization does
//! not take them all away from the others, only a few of it come as far as the database; the rest
//! wait before it, for as long as one waits for a lock.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use uuid::Uuid;

use super::DbError;
use crate::authority::Scope;
use crate::ids::{AccountId, OrganizationId};

/// One at work and a few behind it, so that none of them waits for the way to the database.
const AT_ONCE: usize = 4;

/// As long as a lock is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The crowds of this process.
#[derive(Clone, Default)]
pub(super) struct LockQueues(Arc<Mutex<HashMap<Uuid, Arc<Semaphore>>>>);

impl LockQueues {
    /// Waits for a place among those who change the same organization, or else the same account.
    pub(super) async fn join(&self, scope: &impl Scope) -> Result<Option<OwnedSemaphorePermit>, DbError> {
        let account = || scope.actor().id.map(AccountId::uuid);
        let Some(lock) = scope.organization().map(OrganizationId::uuid).or_else(account) else { return Ok(None) };
        match timeout(PATIENCE, self.at(lock).acquire_owned()).await {
            Ok(Ok(place)) => Ok(Some(place)),
            _ => Err(DbError::LockTimeout),
        }
    }

    fn at(&self, lock: Uuid) -> Arc<Semaphore> {
        let mut lock_queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lock_queues.len() > 1_000 {
            lock_queues.retain(|_, crowd| Arc::strong_count(crowd) > 1);
        }
        Arc::clone(lock_queues.entry(lock).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))))
    }
}
