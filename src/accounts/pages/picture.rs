//! The picture on the Profile page: uploaded, and removed.

use super::profile::Edit;
use crate::accounts::forms::Press;
use crate::accounts::picture::{ChangePicture, change_picture, remove_picture};
use crate::authority::May;
use crate::db::Db;
use crate::pictures::received;
use crate::web::{Desk, Page, Posted, Routes, Upload};

/// Where the form stands.
const PROFILE: &str = "/account/profile";

pub(super) fn routes(routes: &mut Routes) {
    routes.upload("/account/profile/picture", create).post("/account/profile/picture/removal", create_removal);
}

/// `POST /account/profile/picture`
async fn create(by: May<ChangePicture>, upload: Upload, db: Db, desk: Desk) -> Page {
    let image = match received(&by, upload, &db).await? {
        Ok(image) => image,
        Err(fault) => return desk.ask_again(&Edit::blaming_picture(&by, fault, &db, &desk).await?),
    };
    match db.write(&by, move |tx| change_picture(tx, &image)).await? {
        Ok(()) => desk.go(PROFILE).saying("Your picture is saved."),
        Err(never) => match never {},
    }
}

/// `POST /account/profile/picture/removal`
async fn create_removal(by: May<ChangePicture>, Posted(Press {}): Posted<Press>, db: Db, desk: Desk) -> Page {
    match db.write(&by, remove_picture).await? {
        Ok(()) => desk.go(PROFILE).saying("Your picture is removed: the first letters of your name stand for you."),
        Err(never) => match never {},
    }
}
