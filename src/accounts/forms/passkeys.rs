//! What was typed about passkeys, and what devices have answered.

use serde::Deserialize;

use crate::accounts::passkeys::ceremony::{Assertion, Attestation};
use crate::text::Title;
use crate::web::Field;
use crate::web::responder::PATH;

/// Characters of what a device answers, with the certificates that some send along.
const CREDENTIAL: usize = 14_000;

/// Add a Passkey: its name, and what the script has brought from the device.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewPasskeyForm {
    pub name: Field,
    pub credential: Field<CREDENTIAL>,
}

impl NewPasskeyForm {
    /// Its name, and the device's answer. The answer is taken out: no page carries it.
    pub fn read(&mut self) -> (Option<Title>, Option<Attestation>) {
        let answer = Attestation::parse(&std::mem::take(&mut self.credential.text));
        (self.name.read(Title::parse), answer)
    }
}

/// Another name for a passkey.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasskeyNameForm {
    pub name: Field,
}

/// Sign In with a Passkey.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasskeySignInForm {
    pub credential: Field<CREDENTIAL>,
    pub back: Field<PATH>,
}

impl PasskeySignInForm {
    /// The device's answer, taken out: no page carries it.
    pub fn read(&mut self) -> Option<Assertion> {
        Assertion::parse(&std::mem::take(&mut self.credential.text))
    }
}
