//! The manual for what is on the screen.
//!
//! It is open to everybody, signed in or not, and the **?** of each page leads to the topic about it:
//! [`help_links`] is the one table of that. A topic is a value, kept in [`topics`]; its sentences carry
//! [marks](words) that name what is pressed, followed and filled by the very labels of the pages. The page
//! of a topic shows the marks to anyone who reads it and to the person who follows it by machine: the tests do
//! what the manual says, so a label that changes without the manual turns them red.
//!
//! Its pictures are made from the demonstration by `bin/help-pictures` and kept beside the style sheet.
//! Who can do what is drawn from the policy, as the page of that name is.

pub mod help_links;
mod pages;
pub mod topics;
pub mod words;

use crate::accounts::OptionalAccount;
use crate::action;
use crate::web::Routes;

action! {
    /// Reading the manual.
    pub ReadHelp: OptionalAccount, ()
}

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}
