//! What is remembered of pictures.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::PictureOwner;
use super::rules::Image;
use crate::db::DbError;
use crate::ids::PictureId;
use crate::schema::{organizations, pictures};

/// Keeps a picture in place of the one there was. Answers where it is, or none if it is the one there was.
pub fn keep(connection: &mut PgConnection, owner: PictureOwner, image: &Image) -> Result<Option<PictureId>, DbError> {
    let (account, organization) = owner.columns();
    let same = pictures::table
        .filter(pictures::account_id.nullable().eq(account).or(pictures::organization_id.nullable().eq(organization)))
        .filter(pictures::image.eq(image.bytes()));
    if diesel::select(diesel::dsl::exists(same)).get_result(connection)? {
        return Ok(None);
    }
    forget(connection, owner)?;
    let id = PictureId::fresh();
    diesel::insert_into(pictures::table)
        .values((
            pictures::id.eq(id),
            pictures::account_id.eq(account),
            pictures::organization_id.eq(organization),
            pictures::media_type.eq(image.media_type()),
            pictures::image.eq(image.bytes()),
        ))
        .execute(connection)?;
    Ok(Some(id))
}

/// Forgets the picture of somebody. Answers whether there was one.
pub fn forget(connection: &mut PgConnection, owner: PictureOwner) -> Result<bool, DbError> {
    let (account, organization) = owner.columns();
    let own = pictures::table
        .filter(pictures::account_id.nullable().eq(account).or(pictures::organization_id.nullable().eq(organization)));
    Ok(diesel::delete(own).execute(connection)? == 1)
}

/// The picture at an address, and its media type. None of a deleted organization's is found.
pub fn find(connection: &mut PgConnection, id: PictureId) -> Result<Option<(String, Vec<u8>)>, DbError> {
    Ok(pictures::table
        .left_join(organizations::table)
        .filter(pictures::id.eq(id))
        .filter(organizations::deleted_at.is_null())
        .select((pictures::media_type, pictures::image))
        .first(connection)
        .optional()?)
}
