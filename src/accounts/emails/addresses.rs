//! What is posted about the addresses of an account. No word of these is chosen by a stranger.

use diesel::pg::PgConnection;
use serde::{Deserialize, Serialize};

use crate::accounts::store;
use crate::db::DbError;
use crate::ids::AddressClaimId;
use crate::mail::{Draft, EmailTemplate};
use crate::outbox::Priority;
use crate::signed_links::Purpose;
use crate::text::EmailAddress;
use crate::web::Site;
use crate::web::clock::Clock;

/// To an address that somebody wants to add to their account.
#[derive(Serialize, Deserialize)]
pub struct AddressClaimed {
    pub claim: AddressClaimId,
}

impl EmailTemplate for AddressClaimed {
    const KIND: &'static str = "address_claimed";
    const PRIORITY: Priority = Priority::Requested;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("Confirm this address for Roster")
            .paragraph("Somebody, hopefully you, asked to add this address to their account at Roster. Sign in to that account and press the button to confirm the address.")
            .button("Confirm this address", site.link(Purpose::AddressClaim, self.claim.uuid(), 1))
            .note("The link works once, for 24 hours. If it was not you, do nothing: nothing is added.")
    }

    fn still_true(&self, connection: &mut PgConnection) -> Result<bool, DbError> {
        Ok(store::addresses::find_claim(connection, self.claim)?.is_some())
    }
}

/// To an address that somebody wants to add to their account, and that belongs to another one.
#[derive(Serialize, Deserialize)]
pub struct AddressInUse {}

impl EmailTemplate for AddressInUse {
    const KIND: &'static str = "address_in_use";
    const PRIORITY: Priority = Priority::Requested;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("This address is in use at Roster")
            .paragraph("Somebody, perhaps you, asked to add this address to an account at Roster. It belongs to another account already, so nothing was changed.")
            .button("Sign In", site.address("/sign-in"))
            .note("If it was you, sign in with this address, delete it there under Email Addresses, and add it again. If it was not you, do nothing.")
    }
}

/// To an account's primary address, when another was added.
#[derive(Serialize, Deserialize)]
pub struct AddressAdded {
    pub address: EmailAddress,
}

impl EmailTemplate for AddressAdded {
    const KIND: &'static str = "address_added";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("An address was added to your account at Roster")
            .paragraph("This address was added to your account, and can be used to sign in:")
            .paragraph(self.address.to_string())
            .button("Choose a new password", site.address("/forgot-password"))
            .note("If it was you, there is nothing to do. If it was not, choose a new password now.")
    }
}

/// To the older addresses of an account, when a younger one was to reset the password.
#[derive(Serialize, Deserialize)]
pub struct ResetRefused {
    pub address: EmailAddress,
}

impl EmailTemplate for ResetRefused {
    const KIND: &'static str = "reset_refused";

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("A new address tried to reset your password for Roster")
            .paragraph("Someone asked for a link to choose a new password for your account at Roster, to be sent to this address:")
            .paragraph(self.address.to_string())
            .paragraph("The address was added less than 72 hours ago, so no link was sent to it. You can have one sent to an older address of your account.")
            .button("Choose a new password", site.address("/forgot-password"))
            .note("If you did not add that address, someone else uses your account: choose a new password now. You can then review and remove recent additions.")
    }
}

/// To an account's primary address and to the one that was deleted from it.
#[derive(Serialize, Deserialize)]
pub struct AddressRemoved {
    pub address: EmailAddress,
}

impl EmailTemplate for AddressRemoved {
    const KIND: &'static str = "address_removed";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("An address was deleted from your account at Roster")
            .paragraph("This address was deleted from your account. It can no longer be used to sign in or to choose a new password:")
            .paragraph(self.address.to_string())
            .button("Sign In", site.address("/sign-in"))
            .note("If it was you, there is nothing to do. If it was not, sign in with another address of yours and change your password, or ask the operator of this Roster for help.")
    }
}

/// To an account's old and its new primary address.
#[derive(Serialize, Deserialize)]
pub struct PrimaryAddressChanged {
    pub from: EmailAddress,
    pub to: EmailAddress,
}

impl EmailTemplate for PrimaryAddressChanged {
    const KIND: &'static str = "primary_address_changed";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("The primary address of your account at Roster was changed")
            .paragraph("Emails about your account go to another address from now on.")
            .paragraph(format!("Until now: {}", self.from))
            .paragraph(format!("From now on: {}", self.to))
            .button("Choose a new password", site.address("/forgot-password"))
            .note("If it was you, there is nothing to do. If it was not, choose a new password now: a link for that can be sent to this address as long as it belongs to your account.")
    }
}
