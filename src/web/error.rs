//! Every failure, one page.
//!
//! A page for a failure says what happened in the reader's words and where to go. It never shows a
//! cause: what went wrong inside is in the log, under the reference that is on the page.

use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use futures_util::FutureExt;

use crate::db::{CONFLICTS, DbError};
use crate::web::form::{Field, FormData};
use crate::web::log::{reference, refused};
use crate::web::purpose;
use crate::web::responder::{Layout, local_path};

/// Why there is no page of the kind that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Nobody is signed in: do that first and come back, by a path of ours.
    #[error("signed out")]
    SignInFirst {
        /// Where to come back to.
        back: String,
    },
    /// It has moved for good.
    #[error("moved")]
    Moved(String),
    /// There is nothing here for this person, whether or not it exists.
    #[error("not here")]
    NotFound,
    /// They know that it exists, but may not.
    #[error("not allowed")]
    Forbidden {
        /// One sentence on who can help.
        help: String,
        /// Where the page says who can do what.
        permissions: Option<String>,
    },
    /// They belong to it, and have no access for now.
    #[error("suspended")]
    MembershipSuspended {
        /// What they still have, and whom to ask.
        told: String,
    },
    /// A link that opens nothing: unknown, used, cancelled, expired, all alike.
    #[error("link not valid")]
    DeadLink,
    /// The same of an invitation's link: a new one can be asked for.
    #[error("invitation not valid")]
    DeadInvitation {
        /// What the form that asks for it carries: it looks alike whatever the link was.
        token: String,
    },
    /// It was deleted.
    #[error("gone")]
    Gone,
    /// Somebody changed it.
    #[error("changed by someone else")]
    Conflict,
    /// The password must be given again first; the form is kept.
    #[error("password needed again")]
    Reauthenticate(Reauthentication),
    /// The same before it was given: the form is the one that was posted.
    #[error("password needed")]
    ReauthenticationRequired,
    /// The form did not come from our own pages.
    #[error("foreign form")]
    ForeignForm,
    /// The request names a host that is not ours.
    #[error("foreign host")]
    ForeignHost,
    /// The form is not one of ours.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// The address answers, but not to this method.
    #[error("wrong method")]
    WrongMethod,
    /// The form was not posted as forms are.
    #[error("wrong content type")]
    WrongType,
    /// More was posted than any form of ours holds.
    #[error("too large")]
    TooLarge,
    /// The address is longer than any of ours.
    #[error("address too long")]
    AddressTooLong,
    /// Too often, too fast.
    #[error("too many")]
    TooMany {
        /// Seconds to wait.
        seconds: u64,
        /// A sentence that says when to try again.
        told: String,
    },
    /// Not now, but soon.
    #[error("away: {0}")]
    Unavailable(String),
    /// Our error.
    #[error("broken: {0}")]
    Internal(String),
}

/// A form that waits for the password.
#[derive(Debug)]
pub struct Reauthentication {
    /// Where the form goes once the password is given.
    pub action: String,
    /// The form as it was filled.
    pub fields: FormData,
    /// What was wrong with the password, if one was given.
    pub password: Field,
}

impl Reauthentication {
    /// The form of a request that is to wait. A form that was posted goes on to where it was going; a page that was
    /// opened is come back to.
    fn of(request: &HttpRequest) -> Self {
        let action = if *request.method() == Method::POST {
            request.uri().to_string()
        } else {
            let back = request.uri().path_and_query().and_then(|path| local_path(path.as_str())).unwrap_or_default();
            format!("/reauthentication?back={}", form_urlencoded::byte_serialize(back.as_bytes()).collect::<String>())
        };
        Self { action, fields: FormData::of(request), password: Field::default() }
    }

    fn page(&self, request: &HttpRequest) -> ReauthenticationPage {
        ReauthenticationPage {
            layout: Layout::of(request, "Confirm your password"),
            purpose: request.match_pattern().and_then(|pattern| purpose::told(&pattern)).unwrap_or("go on"),
            action: self.action.clone(),
            fields: self.fields.without_secrets(),
            password_again: self.password.clone(),
        }
    }
}

impl From<DbError> for PageError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(told) => Self::Unavailable(told),
            DbError::LockTimeout => Self::Unavailable("the lock is held".to_owned()),
            DbError::NotFound => Self::NotFound,
            DbError::Forbidden => Self::Forbidden { help: String::new(), permissions: None },
            DbError::ReauthenticationRequired => Self::ReauthenticationRequired,
            DbError::SignedOut => Self::SignInFirst { back: String::new() },
            DbError::Database(error) => match crate::db::refused_by(&error) {
                Some(constraint) if CONFLICTS.contains(&constraint) => Self::Conflict,
                Some(constraint) => Self::Internal(format!("refused by the constraint {constraint}: {error}")),
                None => Self::Internal(error.to_string()),
            },
            DbError::Internal(told) => Self::Internal(told),
        }
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    layout: Layout,
    code: u16,
    title: &'static str,
    text: String,
    /// Where the page says who can do what.
    permissions: Option<String>,
    reference: String,
    /// The token with which a new invitation can be asked for.
    asks_with: Option<String>,
}

#[derive(Template)]
#[template(path = "password_again.html")]
struct ReauthenticationPage {
    layout: Layout,
    purpose: &'static str,
    action: String,
    fields: Vec<(String, String)>,
    password_again: Field,
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignInFirst { .. } => StatusCode::SEE_OTHER,
            Self::Moved(_) => StatusCode::MOVED_PERMANENTLY,
            Self::NotFound | Self::DeadLink | Self::DeadInvitation { .. } => StatusCode::NOT_FOUND,
            Self::Forbidden { .. } | Self::MembershipSuspended { .. } | Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::Gone => StatusCode::GONE,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Reauthenticate(again) if again.password.error.is_some() => StatusCode::UNPROCESSABLE_ENTITY,
            // Nothing failed: the page asks a question on the way.
            Self::Reauthenticate(_) | Self::ReauthenticationRequired => StatusCode::OK,
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::WrongType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::AddressTooLong => StatusCode::URI_TOO_LONG,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The bare words: [`drawn`] makes the page wherever a request is left to make it for.
    fn error_response(&self) -> HttpResponse {
        let (title, text) = self.words();
        HttpResponse::build(self.status_code())
            .content_type("text/plain; charset=utf-8")
            .body(format!("{title}\n{text}\n"))
    }
}

impl PageError {
    fn words(&self) -> (&'static str, String) {
        let words: (&str, &str) = match self {
            Self::SignInFirst { .. } | Self::Moved(_) | Self::Reauthenticate(_) | Self::ReauthenticationRequired => {
                ("One moment", "Taking you to the next page…")
            }
            Self::NotFound => (
                "There is nothing here",
                "Either this page does not exist, or it is not shared with you. Check the address, or ask the person who sent you here.",
            ),
            Self::Forbidden { help, .. } if !help.is_empty() => return ("You may not do this", help.clone()),
            Self::Forbidden { .. } => ("You may not do this", "Ask an owner of the organization."),
            Self::MembershipSuspended { told } => return ("Your membership is suspended", told.clone()),
            Self::DeadLink => (
                "This link is not valid",
                "It may have been used already, cancelled, replaced by a newer one, or it has expired. Ask for a new one where you got it from.",
            ),
            Self::DeadInvitation { .. } => (
                "This link is not valid",
                "It may have been used already, cancelled, replaced by a newer one, or it has expired. If it was an invitation, you can ask for a new one: it goes to the address that was invited, once an owner of the organization approves.",
            ),
            Self::Gone => ("This is gone", "It was deleted."),
            Self::Conflict => ("This was changed by someone else", "Go back, reload the page and try again."),
            Self::ForeignForm => (
                "This form did not come from Roster",
                "For your safety Roster takes forms from its own pages only. Open the page here and send it again.",
            ),
            Self::ForeignHost => {
                ("This is not the address of this Roster", "Use the address that its operator gave you.")
            }
            Self::Malformed(_) => ("This form cannot be read", "Go back, reload the page, and try again."),
            Self::WrongMethod => {
                ("This address cannot be used this way", "Go back and follow the links or buttons of the page.")
            }
            Self::WrongType => ("This form cannot be read", "It was not sent the way a browser sends a form."),
            Self::TooLarge => ("This is too large", "Shorten what you typed, and try again."),
            Self::AddressTooLong => ("This address is too long", "Go back, type less, and try again."),
            Self::TooMany { told, .. } => return ("Too many tries", told.clone()),
            Self::Unavailable(_) => (
                "Roster is not available for a moment",
                "Try again in a few seconds. If you were saving something, check first whether it was saved.",
            ),
            Self::Internal(_) => (
                "Something went wrong on our side",
                "Nothing was changed. Try again. If the error persists, give the operator the reference below.",
            ),
        };
        (words.0, words.1.to_owned())
    }

    fn page(&self, request: &HttpRequest) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        match self {
            Self::SignInFirst { back } => {
                let to = if back.is_empty() {
                    "/sign-in".to_owned()
                } else {
                    format!("/sign-in?back={}", form_urlencoded::byte_serialize(back.as_bytes()).collect::<String>())
                };
                return answer.insert_header((header::LOCATION, to)).finish();
            }
            Self::Moved(to) => return answer.insert_header((header::LOCATION, to.as_str())).finish(),
            Self::TooMany { seconds, .. } => {
                answer.insert_header((header::RETRY_AFTER, *seconds));
                refused(request, "throttled");
            }
            Self::Forbidden { .. } => refused(request, "not allowed"),
            Self::MembershipSuspended { .. } => refused(request, "suspended"),
            Self::ForeignForm => refused(request, "foreign form"),
            Self::ForeignHost => refused(request, "foreign host"),
            Self::Unavailable(told) => {
                tracing::warn!(reference = reference(request), told, "away");
                answer.insert_header((header::RETRY_AFTER, 2));
            }
            Self::Internal(told) => tracing::error!(reference = reference(request), told, "broken"),
            _ => {}
        }
        let drawn = match self {
            Self::Reauthenticate(again) => again.page(request).render(),
            Self::ReauthenticationRequired => Reauthentication::of(request).page(request).render(),
            _ => {
                let (title, text) = self.words();
                ErrorPage {
                    layout: Layout::of(request, title),
                    code: self.status_code().as_u16(),
                    title,
                    text,
                    permissions: match self {
                        Self::Forbidden { permissions, .. } => permissions.clone(),
                        _ => None,
                    },
                    reference: reference(request),
                    asks_with: match self {
                        Self::DeadInvitation { token } => Some(token.clone()),
                        _ => None,
                    },
                }
                .render()
            }
        };
        answer.content_type("text/html; charset=utf-8").body(drawn.unwrap_or_default())
    }
}

/// Draws the page for whatever failed further in. What fails without leaving a request behind, a panic
/// above all, is answered by [`PageError::error_response`].
pub async fn drawn(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, BoxBody>>, Error> {
    let known_as = reference(request.request());
    let answer = match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Err(of(&error).into()),
        Err(_) => {
            tracing::error!(reference = known_as, "a handler panicked");
            return Err(PageError::Internal("a handler panicked".to_owned()).into());
        }
    };
    let mut page = match answer.response().error() {
        Some(error) => match error.as_error::<PageError>() {
            Some(error) => error.page(answer.request()),
            None => of(error).page(answer.request()),
        },
        None => return Ok(answer.map_into_left_body()),
    };
    // What was said on the way in (a cookie that ends) is said with the page, too.
    for value in answer.headers().get_all(header::SET_COOKIE) {
        page.headers_mut().append(header::SET_COOKIE, HeaderValue::clone(value));
    }
    Ok(answer.into_response(page).map_into_right_body())
}

/// What an error of the framework means to a reader.
fn of(error: &Error) -> PageError {
    match error.as_response_error().status_code() {
        StatusCode::NOT_FOUND => PageError::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => PageError::WrongMethod,
        StatusCode::PAYLOAD_TOO_LARGE => PageError::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => PageError::WrongType,
        status if status.is_client_error() => PageError::Malformed("refused by the framework"),
        _ => PageError::Internal(error.to_string()),
    }
}
