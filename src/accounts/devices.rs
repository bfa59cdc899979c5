//! Devices and places that an account knows: where somebody has signed in from before.
//!
//! They are there for two reasons. A sign-in from elsewhere is given by mail, so that anyone who has been robbed of
//! a password learns of it. And the person who guesses from elsewhere uses up what strangers may try, and nothing
//! of what is kept for the places that the account knows ([`super::tries`]).

use chrono::{DateTime, Utc};

use super::emails::NewSignIn;
use super::{addresses, store};
use crate::authority::{Action, Source};
use crate::db::{DbError, Queries, WriteTx};
use crate::ids::AccountId;
use crate::mail::EmailTemplate;
use crate::outbox::OutboxMessage;
use crate::web::network;

/// When an account was last signed in to from a device and network that it knows; none where it never was.
pub(super) fn known_since<A: Action>(
    tx: &mut WriteTx<A>,
    account: AccountId,
    device: &str,
    source: &Source,
) -> Result<Option<DateTime<Utc>>, DbError> {
    store::devices::known_since(tx.connection(), account, device, &source.remembered())
}

/// Remembers where an account signs in, and answers the email that tells of it: none where it has been
/// before, and none at its very first sign-in, when everything is new.
pub(super) fn meet<A: Action>(
    tx: &mut WriteTx<A>,
    account: AccountId,
    device: &str,
    source: &Source,
) -> Result<Option<OutboxMessage>, DbError> {
    let met = store::devices::meet(tx.connection(), account, device, &source.remembered())?;
    if !(met.is_new && met.knew_others) {
        return Ok(None);
    }
    let message = NewSignIn { at: tx.now(), device: device.to_owned(), place: network::told(&source.to_string()) };
    Ok(addresses(tx, account)?.first().map(|primary| message.to(primary)))
}
