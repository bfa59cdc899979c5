//! What was typed about the second factor. What was typed is never shown again: it is a secret while
//! it works, and worthless afterwards.

use serde::Deserialize;

use crate::accounts::two_factor::recovery::RecoveryCode;
use crate::accounts::two_factor::secret::Code;
use crate::web::Typed;

/// Six-digit code.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CodeForm {
    pub code: Typed,
}

impl CodeForm {
    /// The code.
    pub fn read(&mut self) -> Option<Code> {
        let typed = self.code.take_secret();
        Code::parse(typed.reveal()).map_err(|fault| self.code.blame(fault)).ok()
    }
}

/// Recovery Code.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecoveryForm {
    pub recovery_code: Typed,
}

impl RecoveryForm {
    /// The recovery code.
    pub fn read(&mut self) -> Option<RecoveryCode> {
        let typed = self.recovery_code.take_secret();
        RecoveryCode::parse(typed.reveal()).map_err(|fault| self.recovery_code.blame(fault)).ok()
    }
}
