//! What a device is asked, and what is made of its answer: `webauthn_rp`, in the words of this house.
//!
//! What is asked for: a key that the device itself finds by the domain (discoverable), used only after it
//! has verified the person (a fingerprint, a face, a PIN), and no attestation, for the make of a device is
//! nobody's business here.

use std::convert::Infallible;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::{Host, Url};
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    Extension, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle16,
};
use webauthn_rp::request::{AsciiDomain, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::auth::error::AuthCeremonyErr;
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication16, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration, RegistrationServerState,
};

use crate::ids::AccountId;
use crate::text::Username;

pub use super::super::store::passkeys::PasskeyRow;

/// How long a device may take to answer.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// Why there can be no passkeys at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unable {
    /// It is a number, and a passkey belongs to a name.
    BareAddress,
    /// It is not https, and not this very machine.
    Insecure,
}

impl fmt::Display for Unable {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::BareAddress => {
                "Passkeys belong to the name of a site, and the public address of this Roster is a number. Its operator can \
                 give it a name, or localhost for this machine alone, by the setting ROSTER_URL."
            }
            Self::Insecure => {
                "Browsers use passkeys by https only, and the public address of this Roster is not https. Its operator can \
                 change that, and then the setting ROSTER_URL."
            }
        })
    }
}

/// The domain that passkeys of this Roster belong to. It comes from the public address alone, never from
/// a request.
#[derive(Clone, Debug)]
pub struct Domain {
    id: RpId,
    origin: String,
}

/// What a device is asked, as the page carries it, and what the session's cookie remembers of it.
pub type CeremonyStart = (String, Waiting);

/// What is waited for: kept in the session's cookie, which is encrypted and cannot be changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Waiting {
    state: String,
    /// Until when.
    pub until: DateTime<Utc>,
}

impl Waiting {
    fn new(state: &[u8], now: DateTime<Utc>) -> Self {
        Self { state: URL_SAFE_NO_PAD.encode(state), until: now + PATIENCE }
    }

    fn state(&self) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(&self.state).ok()
    }

    /// What a spent challenge is remembered by: all that was asked with it, so that it is shown from any other.
    pub fn challenge_hash(&self) -> Vec<u8> {
        Sha256::digest(&self.state).to_vec()
    }
}

/// A passkey that a device has just made.
pub struct Made {
    /// The device's own name for it.
    pub credential: Vec<u8>,
    /// The public key, and what was said of the device.
    pub fixed_state: Vec<u8>,
    /// The count of signatures, and the flags.
    pub moving_state: Vec<u8>,
}

/// A device's answer when it was asked for a new passkey.
pub struct Attestation(Registration);

impl Attestation {
    /// Reads what the script has put into the form.
    pub fn parse(json: &str) -> Option<Self> {
        Registration::from_json_relaxed(json.as_bytes()).ok().map(Self)
    }
}

/// A device's answer when it was asked for a passkey it has.
pub struct Assertion(DiscoverableAuthentication16);

impl Assertion {
    /// Reads what the script has put into the form.
    pub fn parse(json: &str) -> Option<Self> {
        DiscoverableAuthentication16::from_json_relaxed(json.as_bytes()).ok().map(Self)
    }

    /// The device's own name for the passkey.
    pub fn credential(&self) -> &[u8] {
        self.0.raw_id().into_inner()
    }
}

/// What is wrong with an answer.
#[derive(Debug, PartialEq, Eq)]
pub enum AssertionError {
    /// It was not given by this passkey, to this question, at this address, by its verified owner.
    Wrong,
    /// All of it is right, but the passkey has counted back: there are two of it.
    Copied,
}

/// A public key as it is kept.
type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

impl Domain {
    /// The domain of a public address.
    pub fn of(url: &Url) -> Result<Self, Unable> {
        let Some(Host::Domain(name)) = url.host() else { return Err(Unable::BareAddress) };
        let is_here = name == "localhost" || name.ends_with(".localhost");
        if url.scheme() != "https" && !is_here {
            return Err(Unable::Insecure);
        }
        let id = AsciiDomain::try_from(name.to_owned()).map_err(|_| Unable::BareAddress)?;
        Ok(Self { id: RpId::Domain(id), origin: url.origin().ascii_serialization() })
    }

    /// Asks a device for a new passkey, unless it has one of those that are `kept`.
    pub fn ask_for_new(
        &self,
        account: AccountId,
        username: &Username,
        kept: Vec<Vec<u8>>,
        now: DateTime<Utc>,
    ) -> Option<CeremonyStart> {
        let handle = kept_for(account);
        let user = PublicKeyCredentialUserEntity {
            name: username.as_str().try_into().ok()?,
            id: &handle,
            display_name: username.as_str().try_into().ok(),
        };
        // How a device is reached is not kept: the browser finds out.
        let transports = AuthTransports::decode(0).ok()?;
        let kept = kept.into_iter().filter_map(|id| CredentialId::decode(id).ok());
        let kept = kept.map(|id| PublicKeyCredentialDescriptor { id, transports }).collect();
        let mut question = PublicKeyCredentialCreationOptions::passkey(&self.id, user, kept);
        // No extension is asked for: a device that knows none is as good, for its owner is verified each time.
        question.extensions = Extension::default();
        let (server, client) = question.start_ceremony().ok()?;
        Some((serde_json::to_string(&client).ok()?, Waiting::new(&server.encode().ok()?, now)))
    }

    /// Asks a device for a passkey it has, whosesoever.
    pub fn ask_for_known(&self, now: DateTime<Utc>) -> Option<CeremonyStart> {
        let (server, client) = DiscoverableCredentialRequestOptions::passkey(&self.id).start_ceremony().ok()?;
        Some((serde_json::to_string(&client).ok()?, Waiting::new(&server.encode().ok()?, now)))
    }

    /// The passkey that a device has made for an account, if the answer fits what it was asked.
    pub fn made(&self, waiting: &Waiting, answer: &Attestation, account: AccountId) -> Option<Made> {
        let state = RegistrationServerState::<16>::decode(&waiting.state()?).ok()?;
        let origins = [self.origin.as_str()];
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            // What a device says without being asked is passed over, as the standard has it.
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let made = state.verify(&self.id, &answer.0, &options).ok()?;
        // Somebody else may have signed in, in the same browser.
        if *made.user_id() != kept_for(account) {
            return None;
        }
        let Ok(fixed_state) = made.static_state().encode();
        let Ok(moving_state) = made.dynamic_state().encode();
        Some(Made { credential: made.id().as_ref().to_vec(), fixed_state, moving_state: moving_state.to_vec() })
    }

    /// Compares an answer with what is kept of its passkey. Answers what must be kept from here on.
    pub fn used(&self, waiting: &Waiting, answer: &Assertion, kept: &PasskeyRow) -> Result<Vec<u8>, AssertionError> {
        let state = waiting.state().ok_or(AssertionError::Wrong)?;
        let state = DiscoverableAuthenticationServerState::decode(&state).map_err(|_| AssertionError::Wrong)?;
        let fixed = StaticState::<PublicKey>::decode(&kept.fixed_state).map_err(|_| AssertionError::Wrong)?;
        let moving = kept.moving_state.as_slice().try_into().map_err(|_| AssertionError::Wrong)?;
        let moving = DynamicState::decode(moving).map_err(|_| AssertionError::Wrong)?;
        let handle = kept_for(kept.account);
        let mut credential = AuthenticatedCredential::new(answer.0.raw_id(), &handle, fixed, moving)
            .map_err(|_| AssertionError::Wrong)?;
        let origins = [self.origin.as_str()];
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        match state.verify(&self.id, &answer.0, &mut credential, &options) {
            Ok(_) => {
                let Ok(moving_state) = credential.dynamic_state().encode();
                Ok(moving_state.to_vec())
            }
            // The last thing that is looked at: anyone who gets so far has the key.
            Err(AuthCeremonyErr::SignatureCounter) => Err(AssertionError::Copied),
            Err(_) => Err(AssertionError::Wrong),
        }
    }
}

/// What a device keeps for an account.
fn kept_for(account: AccountId) -> UserHandle16 {
    let decoded: Result<UserHandle16, Infallible> = UserHandle16::decode(*account.uuid().as_bytes());
    let Ok(handle) = decoded;
    handle
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(address: &str) -> Result<Domain, Unable> {
        Domain::of(&Url::parse(address).unwrap())
    }

    #[test]
    fn passkeys_belong_to_a_name_that_browsers_trust() {
        for able in ["https://roster.example", "https://roster.example:8443", "http://localhost:8080"] {
            assert!(domain(able).is_ok(), "{able}");
        }
        for bare in ["http://127.0.0.1:8080", "https://192.0.2.1", "http://[::1]:8080"] {
            assert_eq!(domain(bare).unwrap_err(), Unable::BareAddress, "{bare}");
        }
        assert_eq!(domain("http://roster.example").unwrap_err(), Unable::Insecure);
    }

    #[test]
    fn a_device_is_asked_for_a_verified_owner_and_no_attestation() {
        let (now, account) = ("2026-11-24T12:00:00Z".parse().unwrap(), AccountId::fresh());
        let username = Username::parse("ada").unwrap();
        let kept = vec![vec![7; 32]];
        let (json, waiting) =
            domain("https://roster.example").unwrap().ask_for_new(account, &username, kept, now).unwrap();
        let asked: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(asked["rp"]["id"], "roster.example");
        assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(asked["attestation"], "none");
        assert_eq!(asked["excludeCredentials"].as_array().unwrap().len(), 1);
        assert_eq!(asked["user"]["id"], URL_SAFE_NO_PAD.encode(account.uuid().as_bytes()));
        assert_eq!(waiting.until - now, TimeDelta::minutes(5));
        assert!(serde_json::to_string(&waiting).unwrap().len() < 200, "it must fit into a cookie");

        let (json, _) = domain("https://roster.example").unwrap().ask_for_known(now).unwrap();
        let asked: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&asked["rpId"], &asked["userVerification"]), (&"roster.example".into(), &"required".into()));
    }

    #[test]
    fn what_is_no_answer_is_none() {
        for garbage in ["", "{}", "[]", "null", "\"\"", "{\"id\":\"AAAA\"}", "{\"response\":{}}", "\u{0}"] {
            assert!(Attestation::parse(garbage).is_none() && Assertion::parse(garbage).is_none(), "{garbage:?}");
        }
    }
}
