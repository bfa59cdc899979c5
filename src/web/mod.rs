//! What every page shares: how a request is admitted, how a form is read, how a page is drawn, and
//! what is answered when something fails.
//!
//! A request passes, from the outside in: [`log`] (a reference for it, and a line when it is done),
//! [`headers`], [`oops`] (every failure becomes a page), [`target`] (no address longer than ours), [`same_origin`] (the right host, and forms
//! from our own pages alone), and [`cookies`] (the session, under whichever of our keys). Then [`routes`] finds
//! the address, [`posted`] reads the form (once, and bounded; a file is left to [`upload`]), and the handler's first argument is a
//! [`May`](crate::authority::May) that [`admission`] makes or refuses.

pub mod admission;
pub mod assets;
pub mod clock;
pub mod cookies;
pub mod desk;
pub mod guesses;
pub mod headers;
pub mod icons;
pub mod kit;
pub mod line_ends;
pub mod log;
pub mod network;
pub mod oops;
pub mod paging;
pub mod patience;
pub mod posted;
pub mod purpose;
mod query;
pub mod readiness;
pub mod routes;
pub mod same_origin;
pub mod show;
pub mod signpost;
pub mod site;
pub mod target;
pub mod upload;
pub mod watchdog;

pub use admission::{Admit, Visitor};
pub use desk::{Desk, Page, Shell};
pub use oops::Oops;
pub use posted::{Posted, Typed};
pub use query::Query;
pub use routes::Routes;
pub use site::Site;
pub use upload::Upload;
