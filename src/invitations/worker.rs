//! What Roster does about invitations by itself, on errands of its own.

use diesel::pg::PgConnection;

use super::bulk_invites::{self, AbandonBatch, ROOM, SendPortion};
use super::reinvite_requests::{self, JudgeRequest};
use super::store;
use super::store::bulk_invites::DueBatch;
use crate::authority::May;
use crate::db::failures::FailureSubject;
use crate::db::sweep::{Lapsing, forget};
use crate::db::{Db, DbError};
use crate::ids::InvitationId;
use crate::members;

/// The tasks, as their failures are counted.
const JUDGE: &str = "judge requests for invitations";
const SEND: &str = "send lists of invitations";

/// Does whatever is due. Answers whether there may be more.
pub async fn run_due(db: &Db) -> Result<bool, DbError> {
    // The one does not wait for the other to work.
    let (judged, sent) = (answer_requests(db).await, send_portion(db).await);
    let (judged, sent) = (judged?, sent?);
    if judged > 0 || sent.is_some() {
        tracing::debug!(judged, ?sent, "wishes judged, invitations of a list sent");
    }
    Ok(sent.is_some())
}

/// Sends the next portion of the list that has waited longest, unless too many emails wait already. Returns how many
/// invitations were sent; none where no list was due.
pub async fn send_portion(db: &Db) -> Result<Option<usize>, DbError> {
    let next = db.without_authorization(|connection| {
        if store::bulk_invites::emails_due(connection, ROOM)? >= ROOM {
            return Ok(None);
        }
        store::bulk_invites::next_due(connection, SEND)
    });
    let Some(due) = next.await? else { return Ok(None) };
    let id = due.id;
    match portion(db, due).await {
        Ok(sent) => Ok(Some(sent)),
        Err(error) => db.set_back(SEND, FailureSubject::of(id.uuid()), error).await.map(|()| Some(0)),
    }
}

/// Sends a portion of a list, or ends it where its sender may not send it any more.
async fn portion(db: &Db, DueBatch { id, sender, slug }: DueBatch) -> Result<usize, DbError> {
    let name = sender.clone();
    let by: Option<May<SendPortion>> =
        db.without_authorization(move |connection| members::for_seed(connection, &name, &slug)).await?;
    let sent = match by {
        Some(by) => db.write(&by, move |tx| bulk_invites::send_portion(tx, id)).await,
        None => Err(DbError::Forbidden),
    };
    match sent {
        Ok(Ok(sent)) => Ok(sent),
        Ok(Err(never)) => match never {},
        // A person who sent it is no longer a member, or may not invite: read under the lock, or not even let in.
        Err(DbError::NotFound | DbError::Forbidden | DbError::SignedOut) => {
            let by: Option<May<AbandonBatch>> =
                db.without_authorization(move |connection| members::system_task(connection, id)).await?;
            let Some(by) = by else { return Ok(0) };
            match db.write(&by, move |tx| bulk_invites::abandon(tx, &sender)).await? {
                Ok(()) => Ok(0),
                Err(never) => match never {},
            }
        }
        Err(error) => Err(error),
    }
}

/// Judges every wish for a new invitation that waits, in a transaction each. Returns how many.
pub async fn answer_requests(db: &Db) -> Result<usize, DbError> {
    let next = |connection: &mut PgConnection| store::oldest_request(connection, JUDGE);
    db.each_due(JUDGE, next, |id| FailureSubject::of(id.uuid()), |id| judge(db, id)).await
}

/// Judges a wish.
async fn judge(db: &Db, id: InvitationId) -> Result<bool, DbError> {
    let by: Option<May<JudgeRequest>> =
        db.without_authorization(move |connection| members::system_task(connection, id)).await?;
    let judged = match by {
        Some(by) => db.write(&by, reinvite_requests::answer_request).await,
        // Its link names nothing that there is.
        None => Err(DbError::NotFound),
    };
    match judged {
        Ok(Ok(asked)) => tracing::info!(%id, asked, "a new invitation was wished for"),
        Ok(Err(never)) => match never {},
        // Or the organization went.
        Err(DbError::NotFound) => {
            db.without_authorization(move |connection| store::take_request(connection, id)).await?;
        }
        Err(error) => return Err(error),
    }
    Ok(true)
}

/// Previews after a day, and lists a month after they were made unless they are still being sent: first their lines,
/// so many at a time, for a list may have thousands of them.
pub const LAPSING: &[Lapsing] = &[
    (
        "invitation_batch_lines",
        "batch_id IN (SELECT id FROM invitation_batches WHERE \
         (made_at < (SELECT roster_now()) - interval '1 day' AND sent_at IS NULL) \
         OR (made_at < (SELECT roster_now()) - interval '30 days' AND ended_at IS NOT NULL))",
    ),
    (
        "invitation_batches",
        "((made_at < (SELECT roster_now()) - interval '1 day' AND sent_at IS NULL) \
         OR (made_at < (SELECT roster_now()) - interval '30 days' AND ended_at IS NOT NULL)) \
         AND NOT EXISTS (SELECT FROM invitation_batch_lines WHERE batch_id = invitation_batches.id)",
    ),
];

/// Forgets lists that nobody needs any more. Returns how many rows.
pub fn forget_lapsed(connection: &mut PgConnection) -> Result<usize, DbError> {
    LAPSING.iter().try_fold(0, |sum, (table, condition)| Ok(sum + forget(connection, table, condition)?))
}
