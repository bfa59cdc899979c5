//! What was typed about addresses.

use serde::Deserialize;

use crate::text::EmailAddress;
use crate::web::Field;

/// Add an address.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AddForm {
    pub email: Field,
}

impl AddForm {
    /// The address.
    pub fn read(&mut self) -> Option<EmailAddress> {
        self.email.read(EmailAddress::parse)
    }
}

/// A button about one of one's addresses.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AddressForm {
    pub address: Field,
}

impl AddressForm {
    /// Which address.
    pub fn read(&mut self) -> Option<EmailAddress> {
        self.address.read(EmailAddress::parse)
    }
}
