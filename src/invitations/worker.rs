//! What Roster does about invitations by itself, on errands of its own.

use std::time::Duration;

use diesel::pg::PgConnection;

use super::asking::{self, JudgeRequest};
use super::batches::{self, AbandonBatch, ROOM, SendPortion};
use super::store;
use super::store::batches::DueBatch;
use crate::authority::{Machine, May};
use crate::db::{Db, Stop};
use crate::members;

/// How long it sleeps when there was nothing to do.
const NAP: Duration = Duration::from_secs(2);

/// Does whatever is due, until it is dropped.
pub async fn run(db: Db) {
    loop {
        let judged = judge_requests(&db).await.unwrap_or_else(|stop| {
            tracing::warn!(%stop, "wishes for new invitations cannot be judged");
            0
        });
        let sent = send_portion(&db).await.unwrap_or_else(|stop| {
            tracing::warn!(%stop, "a list of invitations cannot be sent");
            None
        });
        match (judged, sent) {
            (0, None) => tokio::time::sleep(NAP).await,
            _ => tracing::debug!(judged, ?sent, "wishes judged, invitations of a list sent"),
        }
    }
}

/// Sends the next portion of the list that has waited longest, unless too many letters wait already. Returns how many
/// invitations were sent; none where no list was due.
pub async fn send_portion(db: &Db) -> Result<Option<usize>, Stop> {
    let next = db.unproven(|connection| {
        if store::batches::letters_due(connection, ROOM)? >= ROOM {
            return Ok(None);
        }
        let Some(due) = store::batches::next_due(connection)? else { return Ok(None) };
        let by: Option<May<SendPortion>> = members::stand_in(connection, &due.sender, &due.slug)?;
        Ok(Some((due, by)))
    });
    let Some((DueBatch { id, sender, .. }, by)) = next.await? else { return Ok(None) };
    let sent = match by {
        Some(by) => db.change(&by, move |work| batches::send_portion(work, id)).await,
        None => Err(Stop::NotYours),
    };
    match sent {
        Ok(Ok(sent)) => Ok(Some(sent)),
        Ok(Err(never)) => match never {},
        // Whoever sent it belongs here no more, or may not invite: read under the lock, or not even let in.
        Err(Stop::NotHere | Stop::NotYours | Stop::SignedOut) => {
            let by = Machine::named::<AbandonBatch>("Roster");
            match db.change(&by, move |work| batches::abandon(work, id, &sender)).await? {
                Ok(()) => Ok(Some(0)),
                Err(never) => match never {},
            }
        }
        Err(stop) => {
            db.unproven(move |connection| store::batches::postpone(connection, id)).await?;
            Err(stop)
        }
    }
}

/// Judges every wish for a new invitation that waits, in a transaction each. Returns how many.
pub async fn judge_requests(db: &Db) -> Result<usize, Stop> {
    let mut judged = 0;
    loop {
        let next = db.unproven(|connection| {
            let Some(id) = store::oldest_request(connection)? else { return Ok(None) };
            let by: Option<May<JudgeRequest>> = members::errand(connection, id)?;
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

/// Forgets lists that nobody needs any more. Returns how many.
pub fn forget_lapsed(connection: &mut PgConnection) -> Result<usize, Stop> {
    store::batches::forget_lapsed(connection)
}
