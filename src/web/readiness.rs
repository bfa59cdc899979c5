//! Whether this Roster can serve, asked of the database at most once a second (WEB-15): a flood of
//! probes must not become a flood of questions.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::db::{self, Db};

/// How long an answer is good for.
const FRESH: Duration = Duration::from_secs(1);

/// The last answer; one for the whole process.
#[derive(Clone, Default)]
pub struct Readiness(Arc<Mutex<Option<(Instant, bool)>>>);

impl Readiness {
    /// Whether the database answers. Whoever comes while it is being asked waits for the same answer.
    pub async fn of(&self, db: &Db) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, ready)) = *last
            && at.elapsed() < FRESH
        {
            return ready;
        }
        let ready = db.unproven(db::now).await.is_ok();
        *last = Some((Instant::now(), ready));
        ready
    }
}
