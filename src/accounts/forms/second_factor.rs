//! What was typed about the second factor. What was typed is never shown again: it is a secret while
//! it works, and worthless afterwards.

use serde::Deserialize;

use crate::accounts::two_factor::recovery::RecoveryCode;
use crate::accounts::two_factor::secret::Code;
use crate::web::Field;

/// Six-digit code.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CodeForm {
    pub code: Field,
}

impl CodeForm {
    /// The code.
    pub fn read(&mut self) -> Option<Code> {
        let typed = self.code.take_secret();
        Code::parse(typed.reveal()).map_err(|error| self.code.add_error(error)).ok()
    }
}

/// Recovery Code.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecoveryForm {
    pub recovery_code: Field,
}

impl RecoveryForm {
    /// The recovery code.
    pub fn read(&mut self) -> Option<RecoveryCode> {
        let typed = self.recovery_code.take_secret();
        RecoveryCode::parse(typed.reveal()).map_err(|error| self.recovery_code.add_error(error)).ok()
    }
}
