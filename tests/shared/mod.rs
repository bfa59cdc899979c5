//! What the flows, the sweeps and the tests in a real browser share.
//!
//! A [`World`] is a whole Roster for one test: a database of its own, a server, a clock, a mailbag. A
//! [`Browser`] is a person at a screen: it knows what the page shows, and nothing else.

pub mod browser;
pub mod cluster;
pub mod device;
pub mod emails;
pub mod guide;
pub mod log;
pub mod multipart;
pub mod page;
pub mod raw;
pub mod second_server;
pub mod smtp;
pub mod trust;
pub mod wire;
pub mod words;
pub mod world;

pub use browser::Browser;
pub use cluster::start;
pub use emails::EmailTemplate;
pub use guide::Guide;
pub use raw::Answer;
pub use second_server::SecondServer;
pub use wire::RawConnection;
pub use world::{PASSWORD, World};
