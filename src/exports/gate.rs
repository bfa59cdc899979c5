//! How many exports go on at once: a few for one person, some for all, and fewer yet that ask the database
//! at the same moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::ids::AccountId;

/// Exports of one person at once.
const OF_ONE: usize = 2;

/// Exports of all at once, in each process. One that nobody takes from costs some kilobytes.
const OF_ALL: usize = 64;

/// Questions of exports at once, in each process: the pages need the other connections.
const QUESTIONS: usize = 4;

/// Why an export has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// Enough of this person's are on their way.
    OfOne,
    /// Enough of everybody's are.
    OfAll,
}

/// The exports of this process.
#[derive(Clone)]
pub struct ExportLimiter {
    within: Arc<Mutex<HashMap<AccountId, usize>>>,
    questions: Arc<Semaphore>,
}

impl Default for ExportLimiter {
    fn default() -> Self {
        Self { within: Arc::default(), questions: Arc::new(Semaphore::new(QUESTIONS)) }
    }
}

impl ExportLimiter {
    /// Lets an export of a person in, if there is room.
    pub fn enter(&self, account: AccountId) -> Result<ExportSlot, Full> {
        let mut within = self.within.lock().unwrap_or_else(PoisonError::into_inner);
        if within.get(&account).is_some_and(|own| *own >= OF_ONE) {
            return Err(Full::OfOne);
        }
        if within.values().sum::<usize>() >= OF_ALL {
            return Err(Full::OfAll);
        }
        *within.entry(account).or_default() += 1;
        Ok(ExportSlot { gate: self.clone(), account })
    }
}

/// The place of an export that goes on; given back when it ends, however it ends.
pub struct ExportSlot {
    gate: ExportLimiter,
    account: AccountId,
}

impl ExportSlot {
    /// Waits for the turn to ask the database.
    pub async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.gate.questions).acquire_owned().await.ok()
    }
}

impl Drop for ExportSlot {
    fn drop(&mut self) {
        let mut within = self.gate.within.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = within.get_mut(&self.account) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                within.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_given_back() {
        let (gate, ada) = (ExportLimiter::default(), AccountId::fresh());
        let places: Vec<ExportSlot> = (0..OF_ONE).map(|_| gate.enter(ada).ok().unwrap()).collect();
        assert_eq!(gate.enter(ada).err(), Some(Full::OfOne));
        drop(places);
        assert!(gate.enter(ada).is_ok());
        assert!(gate.within.lock().unwrap().is_empty());
    }

    #[test]
    fn there_is_room_for_so_many() {
        let gate = ExportLimiter::default();
        let places: Vec<ExportSlot> = (0..OF_ALL).map(|_| gate.enter(AccountId::fresh()).ok().unwrap()).collect();
        assert_eq!(gate.enter(AccountId::fresh()).err(), Some(Full::OfAll));
        drop(places);
        assert!(gate.enter(AccountId::fresh()).is_ok());
    }
}
