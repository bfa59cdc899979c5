//! What is remembered of what people are called.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::accounts::profile::Profile;
use crate::db::DbError;
use crate::ids::{AccountId, PictureId};
use crate::schema::accounts;
use crate::text::{PersonName, Username};

/// What an account is called now.
pub fn find(connection: &mut PgConnection, account: AccountId) -> Result<Profile, DbError> {
    let (display_name, username, version): (Option<String>, String, i32) = accounts::table
        .find(account)
        .select((accounts::display_name, accounts::username, accounts::version))
        .first(connection)?;
    Ok(Profile { display_name: display_name.map(PersonName::stored), username: Username::stored(username), version })
}

/// Keeps the display name, and that the profile was changed.
pub fn set_display_name(
    connection: &mut PgConnection,
    account: AccountId,
    display_name: Option<&PersonName>,
) -> Result<(), DbError> {
    diesel::update(accounts::table.find(account))
        .set((
            accounts::display_name.eq(display_name.map(PersonName::as_str)),
            accounts::version.eq(accounts::version + 1),
        ))
        .execute(connection)?;
    Ok(())
}

/// Keeps where the picture is. That is no change of what one is called: a form with the names stays fresh.
pub fn set_picture(
    connection: &mut PgConnection,
    account: AccountId,
    picture: Option<PictureId>,
) -> Result<(), DbError> {
    diesel::update(accounts::table.find(account)).set(accounts::picture_id.eq(picture)).execute(connection)?;
    Ok(())
}

/// Keeps both names, and that the profile was changed. The new username was claimed before; the database
/// holds the old one from now on.
pub fn set_names(connection: &mut PgConnection, account: AccountId, wished: &Profile) -> Result<(), DbError> {
    diesel::update(accounts::table.find(account))
        .set((
            accounts::display_name.eq(wished.display_name.as_ref().map(PersonName::as_str)),
            accounts::username.eq(wished.username.as_str()),
            accounts::version.eq(accounts::version + 1),
        ))
        .execute(connection)?;
    Ok(())
}
