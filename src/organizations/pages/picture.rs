//! The picture on the Settings page: uploaded, and removed.

use super::super::forms::Press;
use super::super::{ManageSettings, change_picture, remove_picture, settings};
use super::{Billing, Edit, SettingsForm};
use crate::authority::May;
use crate::db::Db;
use crate::pictures::received;
use crate::web::{Desk, Page, Posted, Routes, Upload};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .upload("/{organization}/settings/picture", create)
        .post("/{organization}/settings/picture/removal", create_removal);
}

/// `POST /{organization}/settings/picture`
async fn create(by: May<ManageSettings>, upload: Upload, db: Db, billing: Billing, desk: Desk) -> Page {
    let image = match received(&by, upload, &db).await? {
        Ok(image) => image,
        Err(fault) => {
            let mut page = Edit::page(&by, SettingsForm::of(&settings(&by)), &db, billing, &desk).await?;
            page.picture.file.blame(fault);
            return desk.ask_again(&page);
        }
    };
    match db.write(&by, move |tx| change_picture(tx, &image)).await? {
        Ok(()) => desk.go(by.link("settings")).saying("The picture is saved."),
        Err(never) => match never {},
    }
}

/// `POST /{organization}/settings/picture/removal`
async fn create_removal(by: May<ManageSettings>, Posted(Press {}): Posted<Press>, db: Db, desk: Desk) -> Page {
    match db.write(&by, remove_picture).await? {
        Ok(()) => desk
            .go(by.link("settings"))
            .saying(format!("The picture is removed: the first letters of its name stand for {}.", by.name())),
        Err(never) => match never {},
    }
}
