//! Profile: what one is called.

use actix_web::FromRequest;
use actix_web::http::StatusCode;
use askama::Template;

use super::{AccountTab, account_links};
use crate::accounts::forms::profile::ProfileForm;
use crate::accounts::profile::{
    ChangeProfile, ChangeUsername, HELD, Profile, ProfileRefusal, change_display_name, change_username, profile,
};
use crate::accounts::{CurrentAccount, SeeAccount};
use crate::authority::{Action, May, Scope};
use crate::db::Db;
use crate::pictures::PictureForm;
use crate::text::named;
use crate::web::show::Picture;
use crate::web::{Form, Layout, Page, PageError, Responder, Routes};

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/account/profile", edit).post("/account/profile", update);
}

#[derive(Template)]
#[template(path = "accounts/profile.html")]
pub(super) struct Edit {
    layout: Layout,
    links: Vec<AccountTab>,
    picture: PictureForm,
    called: String,
    username: String,
    /// What happens to a name that is given up.
    hint: String,
    form: ProfileForm,
    /// What was changed by someone else, in a sentence.
    conflict: Option<String>,
}

impl Edit {
    fn page(by: &CurrentAccount, kept: &Profile, form: ProfileForm, respond: &Responder) -> Self {
        let username = kept.username.to_string();
        Self {
            layout: respond.layout("Profile"),
            links: account_links("/account/profile"),
            picture: PictureForm::of(
                Picture::of_person(&kept.username, kept.display_name.as_ref()).showing(by.picture()),
                "/account/profile/picture",
            ),
            called: kept.display_name.as_ref().map_or_else(|| username.clone(), ToString::to_string),
            hint: format!(
                "How you sign in, and how others tell you apart. Letters, digits, hyphens. If you change it, {username} is kept from everybody else for {HELD}: you can take it back until then."
            ),
            username,
            form,
            conflict: None,
        }
    }

    /// The page again, with what was typed.
    async fn again<A: Action<Scope = CurrentAccount>>(
        by: &May<A>,
        form: ProfileForm,
        db: &Db,
        respond: &Responder,
    ) -> Result<Self, PageError> {
        Ok(Self::page(by, &db.read(by, |read| profile(read)).await?, form, respond))
    }

    /// The page again, with what is wrong with a picture.
    pub(super) async fn blaming_picture<A: Action<Scope = CurrentAccount>>(
        by: &May<A>,
        error: String,
        db: &Db,
        respond: &Responder,
    ) -> Result<Self, PageError> {
        let kept = db.read(by, |read| profile(read)).await?;
        let mut page = Self::page(by, &kept, ProfileForm::of(&kept), respond);
        page.picture.file.add_error(error);
        Ok(page)
    }
}

/// `GET /account/profile`
async fn edit(by: May<SeeAccount>, db: Db, respond: Responder) -> Page {
    let kept = db.read(&by, |read| profile(read)).await?;
    respond.render(&Edit::page(&by, &kept, ProfileForm::of(&kept), &respond))
}

/// `POST /account/profile`: one form for both names. Whether the username is another one decides which act
/// this is, and so whether the password is asked for again; the domain function of the lighter act leaves it alone.
async fn update(by: May<ChangeProfile>, Form(mut form): Form<ProfileForm>, db: Db, respond: Responder) -> Page {
    let version = form.version().ok_or(PageError::Malformed("no version of the profile"))?;
    let Some(wished) = form.read(version) else {
        return respond.render_invalid(&Edit::again(&by, form, &db, &respond).await?);
    };
    let changed = if wished.username == *by.username() {
        db.write(&by, move |tx| change_display_name(tx, &wished)).await?
    } else {
        let by = May::<ChangeUsername>::extract(respond.request()).await?;
        db.write(&by, move |tx| change_username(tx, &wished)).await?
    };
    match changed {
        Ok(()) => respond.redirect("/account/profile").notice("Your profile is saved."),
        Err(ProfileRefusal::Taken) => {
            form.username.add_error("This username is taken. Choose another one.");
            respond.render_invalid(&Edit::again(&by, form, &db, &respond).await?)
        }
        Err(ProfileRefusal::TooMany(rate_limited)) => {
            form.username.add_error(format!("You changed it too often. Try again {}.", rate_limited.wait(by.now())));
            respond.render_invalid(&Edit::again(&by, form, &db, &respond).await?)
        }
        Err(ProfileRefusal::ChangedMeanwhile(kept)) => {
            // What was typed stays; saved once more, it replaces what is shown above it.
            form.version.text = kept.version.to_string();
            let called = named(&kept.username, kept.display_name.as_ref());
            let mut page = Edit::page(&by, &kept, form, &respond);
            page.conflict = Some(format!(
                "Your profile was changed in another window: you are {called} now. This form was not saved. Press Save Changes again to replace your profile with the values below."
            ));
            respond.render_with_status(StatusCode::CONFLICT, &page)
        }
    }
}
