//! Uploaded pictures of people and organizations.
//!
//! Who has none is shown by initials on a colour ([`Picture`](crate::web::show::Picture)); the person who uploads one
//! is shown by it. The features whose picture it is (`accounts`, `organizations`) decide who may change it, tell it
//! in the audit log, and note in their own row where it is; so every page knows it by the rows it reads anyway.
//! Here is what they share.
//!
//! **Reading** somebody's file is the risk, so it is done by few at a time: an [allowance](UPLOADS) for each
//! person, few files in memory ([`upload`](crate::web::upload)), and one decoder at work in the whole application.
//! A flood of uploads lets other uploads wait, and no page.
//!
//! **Keeping** it in the database rather than in files: all nodes see it, a backup holds it, and it goes with its
//! account or organization by reference, at once. It is one small row each, replaced and never added to.
//!
//! **Showing** it asks for no session. The address is the permission: 122 random bits, new with each upload, and
//! written only into pages whose reader may see the person or the organization. An invitation shows its
//! organization and its inviter to somebody who has no account yet, and a public project shows its organization
//! to everybody: a session could not be asked for, and to ask for one on some pages would protect nothing there.
//! Nothing lists addresses; a referrer never carries one, no page elsewhere can embed one, and only the reader's
//! own browser keeps it. Once a picture is replaced or removed, or its organization is deleted, its address
//! answers as one that never was. A person who was removed from an organization could still fetch a picture whose
//! address they wrote down, until it is changed: it shows them what they had seen.

mod pages;
pub mod rules;
mod store;

use diesel::pg::PgConnection;

use crate::action;
use crate::authority::{Action, May, Scope};
use crate::db::throttle::{Quota, consume};
use crate::db::{Db, DbError, Queries};
use crate::ids::{AccountId, OrganizationId, PictureId};
use crate::web::show::Picture;
use crate::web::upload::{self, NoFile, Upload};
use crate::web::{Anonymous, Field, PageError, Routes};
use rules::{Image, PictureError};

action! {
    /// Looking at a picture whose address one knows.
    pub SeePicture: Anonymous, ()
}

/// The field of the form that holds the file.
pub const FIELD: &str = "picture";

/// Files that one person may send in an hour.
const UPLOADS: Quota = Quota::hourly(30);

/// Whose picture it is.
#[derive(Clone, Copy, Debug)]
pub enum PictureOwner {
    /// A person's.
    Account(AccountId),
    /// An organization's.
    Organization(OrganizationId),
}

impl PictureOwner {
    const fn columns(self) -> (Option<AccountId>, Option<OrganizationId>) {
        match self {
            Self::Account(account) => (Some(account), None),
            Self::Organization(organization) => (None, Some(organization)),
        }
    }
}

/// The part of a page in which a picture is uploaded or removed.
pub struct PictureForm {
    /// As it is now.
    pub picture: Picture,
    /// What is wrong with the file that was sent.
    pub file: Field,
    /// The largest file, in bytes.
    pub most: usize,
    /// Where a file is sent.
    pub action: String,
    /// Where Remove Picture is sent, when there is an uploaded one.
    pub removal: Option<String>,
}

impl PictureForm {
    /// The form for a picture, which is sent to an address and removed below it.
    pub fn of(picture: Picture, action: impl Into<String>) -> Self {
        let action = action.into();
        let removal = picture.image.is_some().then(|| format!("{action}/removal"));
        Self { picture, file: Field::default(), most: upload::MOST, action, removal }
    }
}

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}

/// Reads the picture that was posted by somebody who may; or says what is wrong with it, in a sentence to stand
/// beside the field.
pub async fn received<A: Action>(by: &May<A>, upload: Upload, db: &Db) -> Result<Result<Image, String>, PageError> {
    let who = by.actor().id.map(|account| account.to_string()).unwrap_or_default();
    if let Err(rate_limited) = db.read(by, move |read| consume(read.connection(), &["picture", &who], UPLOADS)).await? {
        upload.throw_away(by).await?;
        return Ok(Err(format!("You chose too many pictures. Try again {}.", rate_limited.wait(by.now()))));
    }
    let file = match upload.file(by, FIELD).await? {
        Ok(file) => file,
        Err(NoFile::NoneChosen) => return Ok(Err("Choose a file first.".to_owned())),
        Err(NoFile::TooLarge) => return Ok(Err("This file is too large: at most 5 MB.".to_owned())),
    };
    let turn = file.decoder().await?;
    let read = tokio::task::spawn_blocking(move || {
        // Given back by the work, and not by a request that may be dropped before it.
        let _turn = turn;
        Image::read(&file)
    });
    // A decoder that panics has met what it cannot read.
    Ok(read.await.unwrap_or(Err(PictureError::Damaged)).map_err(|unfit| unfit.told().to_owned()))
}

/// Keeps a picture in place of the one there was, in the transaction of the feature whose it is. Answers where it
/// is, for the owner's row; or none if it is the one there was.
pub fn keep(connection: &mut PgConnection, owner: PictureOwner, image: &Image) -> Result<Option<PictureId>, DbError> {
    store::keep(connection, owner, image)
}

/// Forgets a picture, in the transaction of the feature whose it is. Answers whether there was one.
pub fn forget(connection: &mut PgConnection, owner: PictureOwner) -> Result<bool, DbError> {
    store::forget(connection, owner)
}
