//! Change Password.

use actix_web::web;
use askama::Template;

use super::{Tab, account_links, allowed};
use crate::accounts::credentials::{self, ChangePassword};
use crate::accounts::forms::credentials::ChangeForm;
use crate::accounts::password::Hasher;
use crate::accounts::session::{Token, compared};
use crate::authority::May;
use crate::db::Db;
use crate::web::{Desk, Page, Posted, Routes, Shell};

const HERE: &str = "/account/password";

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/account/password", edit).post("/account/password", update);
}

#[derive(Template)]
#[template(path = "accounts/password.html")]
struct Edit {
    shell: Shell,
    links: Vec<Tab>,
    form: ChangeForm,
    /// What the strength is told by, beside the password.
    own: String,
}

impl Edit {
    fn page(form: ChangeForm, own: &[String], desk: &Desk) -> Self {
        Self { shell: desk.shell("Change Password"), links: account_links(HERE), form, own: own.join(" ") }
    }
}

/// `GET /account/password`
async fn edit(by: May<ChangePassword>, db: Db, desk: Desk) -> Page {
    let account = by.account();
    let own = db.read(&by, move |read| credentials::own_words(read, account)).await?;
    desk.draw(&Edit::page(ChangeForm::default(), &own, &desk))
}

/// `POST /account/password`
async fn update(
    by: May<ChangePassword>,
    Posted(mut form): Posted<ChangeForm>,
    db: Db,
    hasher: web::Data<Hasher>,
    desk: Desk,
) -> Page {
    let account = by.account();
    let counted = allowed(&db, "new password", by.source()).await?;
    let own = db.read(&by, move |read| credentials::own_words(read, account)).await?;
    let words: Vec<&str> = own.iter().map(String::as_str).collect();
    let Some((current, new)) = form.read(&words, &hasher, &counted).await? else {
        return desk.ask_again(&Edit::page(form, &own, &desk));
    };
    if let Some(fault) = compared(desk.request(), &db, &by, current).await? {
        form.current_password.blame(fault);
        return desk.ask_again(&Edit::page(form, &own, &desk));
    }
    let (password_hash, token) = (hasher.hash(new).await?, Token::fresh()?);
    let token_hash = token.hash();
    match db.write(&by, move |tx| credentials::change_password(tx, &password_hash, &token_hash)).await? {
        Ok(()) => token.put_into(desk.session())?,
        Err(never) => match never {},
    }
    desk.go(HERE).saying("Your password was changed. Wherever else you were signed in, you are signed out.")
}
