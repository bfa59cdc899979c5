//! Change Password.

use actix_web::web;
use askama::Template;

use super::{AccountTab, account_links, allowed};
use crate::accounts::credentials::{self, ChangePassword};
use crate::accounts::forms::credentials::ChangeForm;
use crate::accounts::password::Hasher;
use crate::accounts::session::{Token, compared};
use crate::authority::May;
use crate::db::Db;
use crate::web::{Form, Layout, Page, Responder, Routes};

const HERE: &str = "/account/password";

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/account/password", edit).post("/account/password", update);
}

#[derive(Template)]
#[template(path = "accounts/password.html")]
struct Edit {
    layout: Layout,
    links: Vec<AccountTab>,
    form: ChangeForm,
    /// What the strength is given by, beside the password.
    own: String,
}

impl Edit {
    fn page(form: ChangeForm, own: &[String], respond: &Responder) -> Self {
        Self { layout: respond.layout("Change Password"), links: account_links(HERE), form, own: own.join(" ") }
    }
}

/// `GET /account/password`
async fn edit(by: May<ChangePassword>, db: Db, respond: Responder) -> Page {
    let account = by.account();
    let own = db.read(&by, move |read| credentials::own_words(read, account)).await?;
    respond.render(&Edit::page(ChangeForm::default(), &own, &respond))
}

/// `POST /account/password`
async fn update(
    by: May<ChangePassword>,
    Form(mut form): Form<ChangeForm>,
    db: Db,
    hasher: web::Data<Hasher>,
    respond: Responder,
) -> Page {
    let account = by.account();
    let counted = allowed(&db, "new password", by.source()).await?;
    let own = db.read(&by, move |read| credentials::own_words(read, account)).await?;
    let words: Vec<&str> = own.iter().map(String::as_str).collect();
    let Some((current, new)) = form.read(&words, &hasher, &counted).await? else {
        return respond.render_invalid(&Edit::page(form, &own, &respond));
    };
    if let Some(error) = compared(respond.request(), &db, &by, current).await? {
        form.current_password.add_error(error);
        return respond.render_invalid(&Edit::page(form, &own, &respond));
    }
    let (password_hash, token) = (hasher.hash(new).await?, Token::fresh()?);
    let token_hash = token.hash();
    match db.write(&by, move |tx| credentials::change_password(tx, &password_hash, &token_hash)).await? {
        Ok(()) => token.put_into(respond.session())?,
        Err(never) => match never {},
    }
    respond.redirect(HERE).notice("Your password was changed. Wherever else you were signed in, you are signed out.")
}
