//! What is posted about passkeys. Their names are left out: the person who got into an account chooses those.

use serde::{Deserialize, Serialize};

use crate::mail::{Draft, EmailTemplate};
use crate::outbox::Priority;
use crate::web::Site;
use crate::web::clock::Clock;

/// To an account that has a new passkey.
#[derive(Serialize, Deserialize)]
pub struct PasskeyAdded {}

impl EmailTemplate for PasskeyAdded {
    const KIND: &'static str = "passkey_added";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("A passkey was added to your account at Roster")
            .paragraph("A passkey was added to your account at Roster. The device that holds it can sign in without your password.")
            .button("Passkeys", site.address("/account/passkeys"))
            .note("If it was you, there is nothing to do. If it was not, remove the passkey and change your password now.")
    }
}

/// To an account that has a passkey less.
#[derive(Serialize, Deserialize)]
pub struct PasskeyRemoved {}

impl EmailTemplate for PasskeyRemoved {
    const KIND: &'static str = "passkey_removed";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("A passkey was removed from your account at Roster")
            .paragraph("A passkey was removed from your account at Roster. It can no longer be used to sign in.")
            .button("Passkeys", site.address("/account/passkeys"))
            .note("If it was you, there is nothing to do. If it was not, change your password now.")
    }
}
