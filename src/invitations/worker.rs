//! What Roster does about invitations by itself, on errands of its own.

use std::time::Duration;

use super::asking::{self, JudgeRequest};
use super::scope::errand;
use super::store;
use crate::authority::May;
use crate::db::{Db, Stop};

/// How long it sleeps when there was nothing to do.
const NAP: Duration = Duration::from_secs(2);

/// Does whatever is due, until it is dropped.
pub async fn run(db: Db) {
    loop {
        match judge_requests(&db).await {
            Ok(0) => tokio::time::sleep(NAP).await,
            Ok(judged) => tracing::debug!(judged, "wishes for new invitations judged"),
            Err(stop) => {
                tracing::warn!(%stop, "wishes for new invitations cannot be judged");
                tokio::time::sleep(NAP).await;
            }
        }
    }
}

/// Judges every wish for a new invitation that waits, in a transaction each. Returns how many.
pub async fn judge_requests(db: &Db) -> Result<usize, Stop> {
    let mut judged = 0;
    loop {
        let next = db.unproven(|connection| {
            let Some(id) = store::oldest_request(connection)? else { return Ok(None) };
            let by: Option<May<JudgeRequest>> = errand(connection, id)?;
            if by.is_none() {
                // Its link names nothing that there is.
                store::take_request(connection, id)?;
            }
            Ok(Some((id, by)))
        });
        let Some((id, by)) = next.await? else { return Ok(judged) };
        judged += 1;
        let Some(by) = by else { continue };
        match db.change(&by, asking::judge).await {
            Ok(Ok(asked)) => tracing::info!(%id, asked, "a new invitation was wished for"),
            Ok(Err(never)) => match never {},
            // The organization went meanwhile.
            Err(Stop::NotHere) => {
                db.unproven(move |connection| store::take_request(connection, id)).await?;
            }
            Err(stop) => return Err(stop),
        }
    }
}
