//! Who somebody is, and in whose name something is done: what was proven, by which link, and for what.

mod acting;
mod dead_links;
mod handed;
mod recovery;
mod registration;
