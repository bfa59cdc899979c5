//! The picture on the Settings page: uploaded, and removed.

use super::super::forms::NoFields;
use super::super::{ManageSettings, change_picture, remove_picture, settings};
use super::{Billing, Edit, SettingsForm};
use crate::authority::May;
use crate::db::Db;
use crate::pictures::received;
use crate::web::{Form, Page, Responder, Routes, Upload};

pub(super) fn routes(routes: &mut Routes) {
    routes
        .upload("/{organization}/settings/picture", create)
        .post("/{organization}/settings/picture/removal", create_removal);
}

/// `POST /{organization}/settings/picture`
async fn create(by: May<ManageSettings>, upload: Upload, db: Db, billing: Billing, respond: Responder) -> Page {
    let image = match received(&by, upload, &db).await? {
        Ok(image) => image,
        Err(error) => {
            let mut page = Edit::page(&by, SettingsForm::of(&settings(&by)), &db, billing, &respond).await?;
            page.picture.file.add_error(error);
            return respond.render_invalid(&page);
        }
    };
    match db.write(&by, move |tx| change_picture(tx, &image)).await? {
        Ok(()) => respond.redirect(by.link("settings")).notice("The picture is saved."),
        Err(never) => match never {},
    }
}

/// `POST /{organization}/settings/picture/removal`
async fn create_removal(
    by: May<ManageSettings>,
    Form(NoFields {}): Form<NoFields>,
    db: Db,
    respond: Responder,
) -> Page {
    match db.write(&by, remove_picture).await? {
        Ok(()) => respond
            .redirect(by.link("settings"))
            .notice(format!("The picture was removed. The initials of {} are shown instead.", by.name())),
        Err(never) => match never {},
    }
}
