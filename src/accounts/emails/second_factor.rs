//! What is posted about the second factor, to the primary address.

use serde::{Deserialize, Serialize};

use crate::mail::{Draft, EmailTemplate};
use crate::outbox::Priority;
use crate::web::Site;
use crate::web::clock::Clock;
use crate::web::show::count;

/// When two-factor authentication was enabled.
#[derive(Serialize, Deserialize)]
pub struct TwoFactorEnabled {}

impl EmailTemplate for TwoFactorEnabled {
    const KIND: &'static str = "two_factor_enabled";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("Two-factor Authentication is on for Roster")
            .paragraph("From now on signing in to your account at Roster asks for a six-digit code, too. Keep your recovery codes where you find them when your phone is lost.")
            .button("Two-factor Authentication", site.address("/account/two-factor"))
            .note("If it was you, there is nothing to do. If it was not, somebody else uses your account: choose a new password now, and ask the operator of this Roster to turn two-factor authentication off.")
    }
}

/// When two-factor authentication was disabled.
#[derive(Serialize, Deserialize)]
pub struct TwoFactorDisabled {
    /// By the person who runs this Roster, not by the person.
    pub by_operator: bool,
}

impl EmailTemplate for TwoFactorDisabled {
    const KIND: &'static str = "two_factor_disabled";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        let off = "Your password alone signs in to your account at Roster, and your recovery codes no longer work.";
        let draft = Draft::new("Two-factor Authentication is off for Roster");
        if self.by_operator {
            return draft
                .paragraph("The operator of this Roster turned two-factor authentication off for you.")
                .paragraph(off)
                .button("Two-factor Authentication", site.address("/account/two-factor"))
                .note("If you asked for it, sign in and enable it again. If you did not, ask them why, and choose a new password.");
        }
        draft.paragraph(off).button("Choose a new password", site.address("/forgot-password")).note(
            "If it was you, there is nothing to do. If it was not, choose a new password now, and enable it again.",
        )
    }
}

/// When new recovery codes took the place of the old ones.
#[derive(Serialize, Deserialize)]
pub struct RecoveryCodesRenewed {}

impl EmailTemplate for RecoveryCodesRenewed {
    const KIND: &'static str = "recovery_codes_renewed";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("You have new recovery codes for Roster")
            .paragraph("New recovery codes were made for your account at Roster. The old ones no longer work.")
            .button("Choose a new password", site.address("/forgot-password"))
            .note("If it was you, there is nothing to do. If it was not, choose a new password now, and make new recovery codes.")
    }
}

/// When a recovery code signed in.
#[derive(Serialize, Deserialize)]
pub struct RecoveryCodeUsed {
    /// How many are left.
    pub left: i64,
}

impl EmailTemplate for RecoveryCodeUsed {
    const KIND: &'static str = "recovery_code_used";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        let left = match self.left {
            0 => "It was the last one: make new ones now, or a lost phone locks you out.".to_owned(),
            left => format!("It no longer works. You have {} left.", count(left, "recovery code")),
        };
        Draft::new("A recovery code signed in to your account at Roster")
            .paragraph("Somebody, hopefully you, signed in with your password and one of your recovery codes.")
            .paragraph(left)
            .button("Two-factor Authentication", site.address("/account/two-factor"))
            .note("If it was not you, somebody knows your password and your recovery codes: choose a new password now, and make new codes.")
    }
}

/// When somebody gave the right password, and then only wrong codes.
#[derive(Serialize, Deserialize)]
pub struct SecondFactorRefused {}

impl EmailTemplate for SecondFactorRefused {
    const KIND: &'static str = "second_factor_refused";
    const PRIORITY: Priority = Priority::Security;

    fn draft(&self, site: &Site, _: Clock) -> Draft {
        Draft::new("Somebody may know your password for Roster")
            .paragraph("Somebody gave your password, and then five wrong codes. They did not get in.")
            .button("Choose a new password", site.address("/forgot-password"))
            .note("If it was you, there is nothing to do: sign in again, and look whether the clock of your phone is right. If it was not, somebody knows your password: choose a new one now.")
    }
}
