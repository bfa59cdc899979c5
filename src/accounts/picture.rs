//! The picture one uploads in place of the initials.
//!
//! Pictures themselves are read, kept and shown by [`pictures`](crate::pictures).

use std::convert::Infallible;

use crate::accounts::{CurrentAccount, store};
use crate::action;
use crate::audit_log::EventKind;
use crate::db::{Change, Queries, Verdict, WriteTx};
use crate::pictures::rules::Image;
use crate::pictures::{self, PictureOwner};

action! {
    /// Uploading one's picture, and removing it.
    pub ChangePicture: CurrentAccount, ()
}

/// Shows a picture in place of the one there was, or of the initials. The same one again changes nothing.
pub fn change_picture(tx: &mut WriteTx<ChangePicture>, image: &Image) -> Verdict<Change<()>, Infallible> {
    let account = tx.scope().account();
    let Some(kept) = pictures::keep(tx.connection(), PictureOwner::Account(account), image)? else {
        return Ok(Ok(Change::unchanged(())));
    };
    store::profile::set_picture(tx.connection(), account, Some(kept))?;
    Ok(Ok(Change::recorded((), EventKind::PictureChanged)))
}

/// Goes back to the initials.
pub fn remove_picture(tx: &mut WriteTx<ChangePicture>) -> Verdict<Change<()>, Infallible> {
    let account = tx.scope().account();
    if !pictures::forget(tx.connection(), PictureOwner::Account(account))? {
        return Ok(Ok(Change::unchanged(())));
    }
    store::profile::set_picture(tx.connection(), account, None)?;
    Ok(Ok(Change::recorded((), EventKind::PictureRemoved)))
}
