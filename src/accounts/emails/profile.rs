//! What is posted about what people are called.

use serde::{Deserialize, Serialize};

use crate::accounts::profile::HELD;
use crate::mail::{Draft, EmailTemplate};
use crate::outbox::Priority;
use crate::text::Username;
use crate::web::Site;
use crate::web::clock::Clock;

/// To an account whose username was changed. Usernames are letters, digits, hyphens: no program makes a
/// link of one.
#[derive(Serialize, Deserialize)]
pub struct UsernameChanged {
    pub from: Username,
    pub to: Username,
}

impl EmailTemplate for UsernameChanged {
    const KIND: &'static str = "username_changed";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        let Self { from, to } = self;
        Draft::new("Your username for Roster was changed")
            .paragraph(format!("The username of your account at Roster was changed from {from} to {to}. From now on you sign in as {to}."))
            .paragraph(format!("For {HELD} nobody else can have the name {from}, and you can take it back."))
            .button("Choose a new password", site.address("/forgot-password"))
            .note("If it was you, there is nothing to do. If it was not, choose a new password now, and change the username back under Account Settings.")
    }
}
