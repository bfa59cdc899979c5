//! A picture at its address.

use actix_web::http::header::{self, ContentEncoding};
use actix_web::{HttpResponse, web};

use super::rules::Image;
use super::{SeePicture, store};
use crate::authority::May;
use crate::db::{Db, Queries};
use crate::ids::PictureId;
use crate::web::{Page, PageError, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/pictures/{picture}", show);
}

/// `GET /pictures/{picture}`: the same for ever, since another picture has another address; kept by nobody but
/// the reader's browser.
async fn show(by: May<SeePicture>, id: web::Path<String>, db: Db) -> Page {
    let id = PictureId::parse(&id).ok_or(PageError::NotFound)?;
    let (media_type, image) =
        db.read(&by, move |read| store::find(read.connection(), id)).await?.ok_or(PageError::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type(Image::known_media_type(&media_type))
        .insert_header((header::CACHE_CONTROL, "private, max-age=31536000, immutable"))
        .insert_header((header::CONTENT_DISPOSITION, "inline"))
        .insert_header(ContentEncoding::Identity)
        .body(image))
}
