//! What is posted about what the operator does.

use serde::{Deserialize, Serialize};

use crate::mail::{Draft, EmailTemplate};
use crate::outbox::Priority;
use crate::web::Site;
use crate::web::clock::Clock;

/// To an account that the operator has suspended.
#[derive(Serialize, Deserialize)]
pub struct Suspended {}

impl EmailTemplate for Suspended {
    const KIND: &'static str = "account_suspended";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, _: &Site, _: Clock) -> Draft {
        Draft::new("Your account at Roster is suspended")
            .paragraph("The operator of this Roster has suspended your account. You were signed out everywhere, and cannot sign in until it is restored.")
            .note("What you belong to stays as it is. Ask the operator why, and when it will be restored.")
    }
}

/// To an account that the operator has restored.
#[derive(Serialize, Deserialize)]
pub struct Restored {}

impl EmailTemplate for Restored {
    const KIND: &'static str = "account_restored";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("Your account at Roster is restored")
            .paragraph("The operator of this Roster has restored your account: you can sign in again.")
            .button("Sign In", site.address("/sign-in"))
    }
}
