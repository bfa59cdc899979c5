//! Whether this Roster can serve, asked of the database at most once a second (WEB-15): a flood of
//! probes must not become a flood of questions.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::db::{self, Db};

/// How long an answer is good for.
const FRESH: Duration = Duration::from_millis(500);

/// How long an answer is waited for: two seconds after the database has fallen silent, every probe knows.
const PATIENCE: Duration = Duration::from_millis(1_200);

/// The last answer; one for the whole process.
#[derive(Clone, Default)]
pub struct Readiness(Arc<Mutex<Asked>>);

#[derive(Default)]
struct Asked {
    last: Option<(Instant, bool)>,
    /// A question that was not answered in time: no second one is asked before it is.
    pending: Option<JoinHandle<bool>>,
}

impl Readiness {
    /// Whether the database answers. A person who comes while it is being asked waits for the same answer.
    pub async fn of(&self, db: &Db) -> bool {
        let mut asked = self.0.lock().await;
        if let Some((at, ready)) = asked.last
            && at.elapsed() < FRESH
        {
            return ready;
        }
        let mut question = match asked.pending.take() {
            Some(pending) => pending,
            None => {
                let db = db.clone();
                tokio::spawn(async move { db.without_authorization(db::now).await.is_ok() })
            }
        };
        let ready = match timeout(PATIENCE, &mut question).await {
            Ok(answered) => answered.unwrap_or(false),
            Err(_) => {
                asked.pending = Some(question);
                false
            }
        };
        asked.last = Some((Instant::now(), ready));
        ready
    }
}
