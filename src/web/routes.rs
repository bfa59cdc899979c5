//! Which address answers to whom.
//!
//! A handler can only be mounted when its first argument is a [`May`]: a page that forgot to ask who
//! comes does not compile.
//!
//! ```compile_fail
//! use roster::web::{Responder, Page, Routes};
//! async fn index(respond: Responder) -> Page { respond.go("/").silently() }
//! Routes::default().get("/open-to-all", index);
//! ```

use std::any::Any;
use std::panic::AssertUnwindSafe;

use actix_web::dev::Handler;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, HttpResponse, Responder, Route, guard};
use futures_util::future::{CatchUnwind, MapErr};
use futures_util::{FutureExt, TryFutureExt};

use crate::authority::{Action, May};
use crate::web::{PageError, form};

/// The arguments of a handler that begins by asking for a proof.
pub trait BeginsWithMay {
    /// What the proof is of.
    type Action: Action;
}

macro_rules! begins_with_may {
    ($($rest:ident)*) => {
        impl<A: Action, $($rest),*> BeginsWithMay for (May<A>, $($rest,)*) {
            type Action = A;
        }
    };
}

begins_with_may!();
begins_with_may!(B);
begins_with_may!(B C);
begins_with_may!(B C D);
begins_with_may!(B C D E);
begins_with_may!(B C D E F);
begins_with_may!(B C D E F G);

/// One mounted route, for the tests that walk all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mounted {
    /// GET or POST.
    pub method: Method,
    /// The address with its parameters in braces.
    pub pattern: String,
    /// The act that its proof is of.
    pub action: &'static str,
    /// What the action needs, in words: the name of a permission, or `()`.
    pub needs: String,
    /// Whether it asks for the password again.
    pub requires_recent_password: bool,
}

/// The routes of all features, in the order in which they are tried.
#[derive(Default)]
pub struct Routes {
    table: Vec<Mounted>,
    resources: Vec<Resource>,
}

/// All that answers at one address.
struct Resource {
    pattern: String,
    routes: Vec<Route>,
    /// Whether its forms carry a file, and are left to their handlers.
    takes_files: bool,
}

impl Routes {
    /// Answers GET (and HEAD) at an address.
    pub fn get<H, Args>(&mut self, pattern: &str, handler: H) -> &mut Self
    where
        H: Handler<Args, Output: Responder + 'static>,
        Args: BeginsWithMay + FromRequest + 'static,
    {
        let route = web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(Caught(handler));
        self.mount::<Args::Action>(Method::GET, pattern, route)
    }

    /// Answers POST at an address.
    pub fn post<H, Args>(&mut self, pattern: &str, handler: H) -> &mut Self
    where
        H: Handler<Args, Output: Responder + 'static>,
        Args: BeginsWithMay + FromRequest + 'static,
    {
        self.mount::<Args::Action>(Method::POST, pattern, web::post().to(Caught(handler)))
    }

    /// Answers POST at an address to which a file is sent: nothing of it is read before the handler's
    /// [`Upload`](super::Upload) is shown its proof. No other form may be sent there.
    pub fn upload<H, Args>(&mut self, pattern: &str, handler: H) -> &mut Self
    where
        H: Handler<Args, Output: Responder + 'static>,
        Args: BeginsWithMay + FromRequest + 'static,
    {
        self.post(pattern, handler);
        for resource in self.resources.iter_mut().filter(|resource| resource.pattern == pattern) {
            resource.takes_files = true;
        }
        self
    }

    fn mount<A: Action>(&mut self, method: Method, pattern: &str, route: Route) -> &mut Self {
        self.table.push(Mounted {
            method,
            pattern: pattern.to_owned(),
            action: A::NAME,
            needs: format!("{:?}", A::NEEDS),
            requires_recent_password: A::REQUIRES_RECENT_PASSWORD,
        });
        match self.resources.iter_mut().find(|known| known.pattern == pattern) {
            Some(known) => known.routes.push(route),
            None => {
                self.resources.push(Resource { pattern: pattern.to_owned(), routes: vec![route], takes_files: false });
            }
        }
        self
    }

    /// Every mounted route.
    pub fn table(&self) -> &[Mounted] {
        &self.table
    }

    /// Hands all of them to the application: those with fewer parameters first, so that `/account`
    /// is never taken for the organization of that name.
    pub fn configure(mut self, config: &mut ServiceConfig) {
        self.resources.sort_by_key(|resource| segments_that_vary(&resource.pattern));
        for Resource { pattern, routes, takes_files } in self.resources {
            let mut resource = web::resource(pattern).default_service(web::to(wrong_method));
            for route in routes {
                resource = resource.route(route);
            }
            if takes_files {
                config.service(resource);
            } else {
                config.service(resource.wrap(from_fn(form::gathered)));
            }
        }
    }
}

/// Which of the segments are parameters, from the left, so that sorting puts the fixed ones first.
fn segments_that_vary(pattern: &str) -> Vec<bool> {
    pattern.split('/').skip(1).map(|segment| segment.starts_with('{')).collect()
}

/// A handler whose panic is a failure like any other: it has a page, its headers, and a line in the log.
#[derive(Clone)]
struct Caught<H>(H);

impl<H: Handler<Args>, Args> Handler<Args> for Caught<H> {
    type Output = Result<H::Output, PageError>;
    type Future = MapErr<CatchUnwind<AssertUnwindSafe<H::Future>>, fn(Box<dyn Any + Send>) -> PageError>;

    fn call(&self, args: Args) -> Self::Future {
        AssertUnwindSafe(self.0.call(args))
            .catch_unwind()
            .map_err(|_| PageError::Internal("a handler panicked".to_owned()))
    }
}

async fn wrong_method() -> Result<HttpResponse, PageError> {
    Err(PageError::WrongMethod)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_panic_is_a_failure_like_any_other() {
        let caught = Caught(|sound: bool| async move {
            assert!(sound, "out of tune");
            "a song"
        });
        assert_eq!(caught.call((true,)).await.ok(), Some("a song"));
        assert!(matches!(caught.call((false,)).await, Err(PageError::Internal(_))));
    }
}
