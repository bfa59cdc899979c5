//! How a request becomes a proof.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use chrono::{DateTime, Utc};
use diesel::pg::PgConnection;

use crate::action;
use crate::authority::{Action, Actor, May, Scope, Source};
use crate::db::{self, Db, DbError, Lockable};
use crate::web::clock::Clock;
use crate::web::{PageError, Site};

/// A scope that a request can be admitted to.
pub trait Authenticate: Scope {
    /// Reads who asks and where, with one query, and refuses what is not allowed. For what is
    /// `requires_recent_password` the password must have been given recently.
    fn authenticate(
        request: HttpRequest,
        need: Self::Need,
        requires_recent_password: bool,
    ) -> impl Future<Output = Result<Self, PageError>>;
}

impl<A: Action<Scope: Authenticate>> FromRequest for May<A> {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            A::Scope::authenticate(request, A::NEEDS, A::REQUIRES_RECENT_PASSWORD).await.map(Self::granted)
        })
    }
}

/// The database behind a request.
///
/// # Panics
/// When the application was put together without one, which every test would notice.
#[expect(clippy::expect_used, reason = "put in by `app`, for every request alike")]
pub fn database(request: &HttpRequest) -> Db {
    Db::clone(request.app_data::<Data<Db>>().expect("the database is part of every application"))
}

impl FromRequest for Db {
    type Error = PageError;
    type Future = std::future::Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Ok(database(request)))
    }
}

/// Someone who is not signed in, or whose session was not asked for.
#[derive(Debug)]
pub struct Anonymous {
    source: Source,
    now: DateTime<Utc>,
}

impl Anonymous {
    /// How they read dates and times: nobody knows yet.
    pub fn clock(&self) -> Clock {
        Clock::default()
    }

    /// The network address they come from.
    pub const fn source(&self) -> &Source {
        &self.source
    }
}

impl Scope for Anonymous {
    type Need = ();

    fn actor(&self) -> Actor {
        Actor::unknown(&self.source)
    }

    fn now(&self) -> DateTime<Utc> {
        self.now
    }
}

impl Authenticate for Anonymous {
    async fn authenticate(request: HttpRequest, (): (), _: bool) -> Result<Self, PageError> {
        let source = Site::of(&request).source(&request);
        Ok(Self { source, now: database(&request).approximate_now() })
    }
}

impl Lockable for Anonymous {
    fn lock_and_reload(&self, (): (), connection: &mut PgConnection) -> Result<Self, DbError> {
        Ok(Self { source: self.source.clone(), now: db::now(connection)? })
    }
}

action! {
    /// Fetching what is the same for everyone: style, scripts, health.
    pub Fetch: Anonymous, ()
}
