//! Where a handler draws its page, or sends the reader on with a word for the next one.

use std::fmt::Display;
use std::future::{Ready, ready};

use actix_session::{Session, SessionExt};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use serde::{Deserialize, Serialize};

use crate::ids::PictureId;
use crate::text::{PersonName, Username};
use crate::web::help_link::HelpLink;
use crate::web::show::Picture;
use crate::web::{PageError, Site};

/// What a handler answers.
pub type Page = Result<HttpResponse, PageError>;

/// What is around every page.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The page's title, without the product's name.
    pub title: String,
    /// Where the style is.
    pub css: String,
    /// Where the scripts are.
    pub js: String,
    /// The icon itself, as an address.
    pub icon: String,
    /// What the page before had to say.
    pub flash: Option<Flash>,
    /// Who is signed in.
    pub person: Option<Person>,
    /// The path of this page.
    pub here: String,
    /// What the manual says about this page.
    pub help: HelpLink,
}

/// A sentence for the next page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flash {
    /// The sentence.
    pub text: String,
    /// `good` or `bad`.
    pub kind: String,
    /// Where what it tells of is undone, if it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
}

/// The person in the top-right menu.
#[derive(Clone, Debug)]
pub struct Person {
    /// As they sign in.
    pub username: String,
    /// As they wish to be called, if they have said so.
    pub display_name: Option<String>,
    /// Their picture.
    pub picture: Picture,
}

impl Person {
    /// Somebody by their names, with the picture they uploaded.
    pub fn of(username: &Username, display_name: Option<&PersonName>, picture: Option<PictureId>) -> Self {
        Self {
            username: username.to_string(),
            display_name: display_name.map(ToString::to_string),
            picture: Picture::of_person(username, display_name).showing(picture),
        }
    }
}

impl Layout {
    /// The shell of a page for a failure: it takes no word that another page is to say.
    pub fn of(request: &HttpRequest, title: impl Into<String>) -> Self {
        let assets = &Site::of(request).assets;
        Self {
            title: title.into(),
            css: assets.css().to_owned(),
            js: assets.js().to_owned(),
            icon: assets.icon().to_owned(),
            flash: None,
            person: request.extensions().get::<Person>().cloned(),
            here: request.path().to_owned(),
            help: HelpLink::of(request),
        }
    }
}

/// The key of the next page's word in the session's cookie.
const FLASH: &str = "word";

/// Where a handler draws.
pub struct Responder {
    request: HttpRequest,
    session: Session,
}

impl FromRequest for Responder {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self { request: request.clone(), session: request.get_session() }))
    }
}

impl Responder {
    /// What is around the page, with the word that the page before left. Call it once for a page.
    pub fn layout(&self, title: impl Into<String>) -> Layout {
        let flash = self.session.get::<Flash>(FLASH).ok().flatten();
        if flash.is_some() {
            self.session.remove(FLASH);
        }
        Layout { flash, ..Layout::of(&self.request, title) }
    }

    /// The site, for links and lifetimes.
    pub fn site(&self) -> &Site {
        Site::of(&self.request)
    }

    /// The request, for what has no other way in.
    pub const fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// The session's cookie, for the features that keep a proof in it.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Answers with a page.
    pub fn render(&self, view: &impl Template) -> Page {
        Self::answer(StatusCode::OK, view)
    }

    /// Answers with the same form again: what was typed, and a message beside each field. Status 422.
    pub fn render_invalid(&self, view: &impl Template) -> Page {
        Self::answer(StatusCode::UNPROCESSABLE_ENTITY, view)
    }

    /// Answers with a page that holds much: it is drawn where that keeps nobody else waiting.
    pub async fn render_in_background(&self, status: StatusCode, view: impl Template + Send + 'static) -> Page {
        let drawing = tokio::task::spawn_blocking(move || view.render());
        let drawn = drawing.await.map_err(|error| PageError::Internal(error.to_string()))??;
        Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(drawn))
    }

    /// Answers with another status.
    pub fn render_with_status(&self, status: StatusCode, view: &impl Template) -> Page {
        Self::answer(status, view)
    }

    /// Sends the reader on, with 303: the change is made, and reloading repeats nothing.
    pub fn redirect(&self, to: impl Into<String>) -> Redirect<'_> {
        Redirect { respond: self, to: to.into(), undo: None }
    }

    fn answer(status: StatusCode, view: &impl Template) -> Page {
        Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(view.render()?))
    }
}

/// On the way to another page.
pub struct Redirect<'a> {
    respond: &'a Responder,
    to: String,
    undo: Option<String>,
}

impl Redirect<'_> {
    /// With a button beside the word, which undoes what was done by posting to an address.
    #[must_use]
    pub fn undone_at(self, undo: Option<String>) -> Self {
        Self { undo, ..self }
    }

    /// With a word that says what was done.
    pub fn notice(self, text: impl Display) -> Page {
        self.leave(text.to_string(), "good")
    }

    /// With a word that says why it was not done.
    pub fn warning(self, text: impl Display) -> Page {
        self.leave(text.to_string(), "bad")
    }

    /// Without a word.
    pub fn without_notice(self) -> Page {
        Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, self.to)).finish())
    }

    fn leave(self, text: String, kind: &str) -> Page {
        self.respond
            .session
            .insert(FLASH, Flash { text, kind: kind.to_owned(), undo: self.undo.clone() })
            .map_err(|error| PageError::Internal(error.to_string()))?;
        self.without_notice()
    }
}

/// Characters of the longest path of ours that is gone back to.
pub const PATH: usize = 500;

/// A path of ours to go back to, or none: what begins with one slash and nothing that a browser
/// would take for another host (ACC-29).
pub fn local_path(path: &str) -> Option<String> {
    let begins = path.starts_with('/') && !path.starts_with("//") && !path.starts_with("/\\");
    let plain = path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    (begins && plain && path.len() <= PATH).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_gone_back_to() {
        assert_eq!(local_path("/acme/members?after=1"), Some("/acme/members?after=1".into()));
        for path in
            ["", "acme", "//e", "/\\e", "/a\\b", "https:e", "https://e", "/\te", "/a\nb", "javascript:1", "/ü", "\\/e"]
        {
            assert_eq!(local_path(path), None, "{path:?}");
        }
    }
}
