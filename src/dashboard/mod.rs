//! Where one begins: what happened recently, what was worked on recently, where one belongs, and who
//! invites.
//!
//! It belongs to the person, not to an organization, and draws several features on one page: so it
//! is above them. Of each organization it shows what its Activity page would show to the same
//! person, no more. It asks three questions in all, the one about authority among them.

mod pages;
mod store;

use crate::accounts::CurrentAccount;
use crate::action;
use crate::web::Routes;

action! {
    /// Seeing one's own dashboard.
    pub SeeDashboard: CurrentAccount, ()
}

/// Mounts the pages.
pub fn routes(routes: &mut Routes) {
    pages::routes(routes);
}
