//! What is posted about accounts. No word of these is chosen by the person who asked for them (MAIL-05).

pub mod addresses;
mod new_sign_in;
pub mod operator;
pub mod passkeys;
pub mod profile;
mod second_factor;

use diesel::pg::PgConnection;
use serde::{Deserialize, Serialize};

use super::store;
use crate::db::DbError;
use crate::ids::{PasswordResetId, RegistrationId};
use crate::mail::{Draft, EmailTemplate};
use crate::outbox::Priority;
use crate::signed_links::Purpose;
use crate::web::Site;
use crate::web::clock::Clock;
pub use new_sign_in::NewSignIn;
pub use second_factor::{
    RecoveryCodeUsed, RecoveryCodesRenewed, SecondFactorRefused, TwoFactorDisabled, TwoFactorEnabled,
};

/// To an address that must be confirmed.
#[derive(Serialize, Deserialize)]
pub struct Confirmation {
    pub registration: RegistrationId,
}

impl EmailTemplate for Confirmation {
    const KIND: &'static str = "confirmation";
    const PRIORITY: Priority = Priority::Requested;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("Confirm your address for Roster")
            .paragraph("Someone, hopefully you, asked for a Roster account with this address. Open the link to choose a password and create the account.")
            .button("Choose a password", site.link(Purpose::Confirmation, self.registration.uuid(), 1))
            .note("The link works once, for 48 hours. If it was not you, ignore this email: no account is created.")
    }

    fn still_true(&self, connection: &mut PgConnection) -> Result<bool, DbError> {
        Ok(store::registrations::find(connection, self.registration)?.is_some())
    }
}

/// To an address that has an account, when somebody asks for one with it.
#[derive(Serialize, Deserialize)]
pub struct KnownAddress {}

impl EmailTemplate for KnownAddress {
    const KIND: &'static str = "known_address";
    const PRIORITY: Priority = Priority::Requested;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("You already have an account at Roster")
            .paragraph("Somebody, perhaps you, asked for an account at Roster with this address. It has one already, so nothing was changed.")
            .button("Sign In", site.address("/sign-in"))
            .note("If you do not know your password, choose a new one under “Forgot your password?” on that page. If it was not you, do nothing.")
    }
}

/// To an account that asked for a new password.
#[derive(Serialize, Deserialize)]
pub struct PasswordReset {
    pub reset: PasswordResetId,
}

impl EmailTemplate for PasswordReset {
    const KIND: &'static str = "password_reset";
    const PRIORITY: Priority = Priority::Requested;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("Reset your password for Roster")
            .paragraph("Somebody, hopefully you, asked to choose a new password for your account at Roster.")
            .button("Choose a new password", site.link(Purpose::PasswordReset, self.reset.uuid(), 1))
            .note("The link works once, for one hour. If it was not you, do nothing: your password stays as it is.")
    }

    fn still_true(&self, connection: &mut PgConnection) -> Result<bool, DbError> {
        Ok(store::find_reset(connection, self.reset)?.is_some())
    }
}

/// To an account whose password was changed.
#[derive(Serialize, Deserialize)]
pub struct PasswordChanged {}

impl EmailTemplate for PasswordChanged {
    const KIND: &'static str = "password_changed";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("Your password for Roster was changed")
            .paragraph("The password of your account at Roster was changed. Wherever else you were signed in, you are signed out.")
            .button("Choose a new password", site.address("/forgot-password"))
            .note("If it was you, there is nothing to do. If it was not, choose a new password now.")
    }
}
