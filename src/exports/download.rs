//! How an export leaves: piece by piece, as fast as its reader takes it.

use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use futures_util::stream::{Stream, try_unfold};

use super::Export;
use super::document::{Progress, next};
use super::gate::ExportSlot;
use crate::authority::May;
use crate::db::Db;
use crate::web::PageError;

/// No export goes on for longer: a place is not held for ever by a reader who takes a byte a minute.
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);

/// An export on its way.
struct Sending {
    by: May<Export>,
    db: Db,
    place: ExportSlot,
    begun: Instant,
    left: Option<Progress>,
}

/// The bytes of an export. Each piece is read when the one before it has been taken, by who may still read it.
pub fn stream(
    by: &May<Export>,
    db: Db,
    place: ExportSlot,
    whole: Progress,
) -> impl Stream<Item = Result<Bytes, PageError>> + use<> {
    let sending = Sending { by: by.again(), db, place, begun: Instant::now(), left: Some(whole) };
    try_unfold(sending, |sending| async move {
        piece(sending).await.inspect_err(|error| tracing::info!(%error, "an export ended early"))
    })
}

async fn piece(mut sending: Sending) -> Result<Option<(Bytes, Sending)>, PageError> {
    let Some(left) = sending.left.take() else { return Ok(None) };
    if sending.begun.elapsed() > LONGEST {
        return Err(PageError::Unavailable("the export took too long".to_owned()));
    }
    let turn = sending.place.turn().await;
    let (bytes, left) = sending.db.read_revalidated(&sending.by, move |read| next(read, left)).await?;
    drop(turn);
    sending.left = left;
    Ok(Some((Bytes::from(bytes), sending)))
}
