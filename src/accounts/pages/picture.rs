//! The picture on the Profile page: uploaded, and removed.

use super::profile::Edit;
use crate::accounts::forms::NoFields;
use crate::accounts::picture::{ChangePicture, change_picture, remove_picture};
use crate::authority::May;
use crate::db::Db;
use crate::pictures::received;
use crate::web::{Form, Page, Responder, Routes, Upload};

/// Where the form stands.
const PROFILE: &str = "/account/profile";

pub(super) fn routes(routes: &mut Routes) {
    routes.upload("/account/profile/picture", create).post("/account/profile/picture/removal", create_removal);
}

/// `POST /account/profile/picture`
async fn create(by: May<ChangePicture>, upload: Upload, db: Db, respond: Responder) -> Page {
    let image = match received(&by, upload, &db).await? {
        Ok(image) => image,
        Err(error) => return respond.render_invalid(&Edit::blaming_picture(&by, error, &db, &respond).await?),
    };
    match db.write(&by, move |tx| change_picture(tx, &image)).await? {
        Ok(()) => respond.redirect(PROFILE).notice("Your picture is saved."),
        Err(never) => match never {},
    }
}

/// `POST /account/profile/picture/removal`
async fn create_removal(by: May<ChangePicture>, Form(NoFields {}): Form<NoFields>, db: Db, respond: Responder) -> Page {
    match db.write(&by, remove_picture).await? {
        Ok(()) => respond.redirect(PROFILE).notice("Your picture was removed. Your initials are shown instead."),
        Err(never) => match never {},
    }
}
