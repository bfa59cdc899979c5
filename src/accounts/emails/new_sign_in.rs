//! To an account that was signed in to from where it was not known.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::mail::{Draft, EmailTemplate};
use crate::outbox::Priority;
use crate::web::Site;
use crate::web::clock::Clock;

/// To an account's primary address, when somebody signed in from a device or a network that it did not know.
/// The device's words come from a closed list, whatever the browser said of itself.
#[derive(Serialize, Deserialize)]
pub struct NewSignIn {
    pub at: DateTime<Utc>,
    pub device: String,
    pub place: String,
}

impl EmailTemplate for NewSignIn {
    const KIND: &'static str = "new_sign_in";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, site: &Site, clock: Clock) -> Draft {
        let Self { device, place, .. } = self;
        Draft::new("New sign-in to your account at Roster")
            .paragraph("Somebody, hopefully you, signed in to your account at Roster from a device or a place that it did not know.")
            .paragraph(format!("When: {}", clock.written(self.at)))
            .paragraph(format!("Device: {device}"))
            .paragraph(format!("Place: {place}"))
            .button("Change Password", site.address("/account/password"))
            .note("If it was you, there is nothing to do. If it was not, change your password now: every other session ends with it.")
            .note("If you can no longer sign in, choose a new password under “Forgot your password?” on the page Sign In.")
    }
}
