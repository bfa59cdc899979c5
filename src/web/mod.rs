//! What every page shares: how a request is admitted, how a form is read, how a page is drawn, and
//! what is answered when something fails.
//!
//! A request passes, from the outside in: [`log`] (a reference for it, and a line when it is done),
//! [`headers`], [`error`] (every failure becomes a page), [`request_target`] (no address longer than ours),
//! [`same_origin`] (the right host, and forms from our own pages alone), and [`cookies`] (the session, under whichever
//! of our keys). Then [`routes`] finds the address, [`form`] reads the form (once, and bounded; a file is left to
//! [`upload`]), and the handler's first argument is a [`May`](crate::authority::May) that [`admission`] makes or
//! refuses.

pub mod admission;
pub mod assets;
pub mod clock;
pub mod cookies;
pub mod error;
pub mod form;
pub mod headers;
pub mod help_link;
pub mod icons;
pub mod kit;
pub mod line_ends;
pub mod log;
pub mod network;
pub mod network_rate_limits;
pub mod paging;
pub mod purpose;
mod query;
pub mod readiness;
pub mod request_target;
pub mod responder;
pub mod routes;
pub mod same_origin;
pub mod show;
pub mod site;
pub mod timeouts;
pub mod upload;
pub mod watchdog;

pub use admission::{Anonymous, Authenticate};
pub use error::PageError;
pub use form::{Field, Form};
pub use query::Query;
pub use responder::{Layout, Page, Responder};
pub use routes::Routes;
pub use site::Site;
pub use upload::Upload;
