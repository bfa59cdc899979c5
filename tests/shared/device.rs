//! A device that keeps a passkey, made of little more than its key: it can answer wrongly, too, which no
//! honest one would.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The person was there.
const PRESENT: u8 = 0x01;

/// It was the owner, by a fingerprint, a face or a PIN.
const VERIFIED: u8 = 0x04;

/// A key is informed about.
const WITH_KEY: u8 = 0x40;

/// A device with one passkey. Its fields are what an answer says, right or wrong.
#[derive(Clone)]
pub struct Device {
    key: SigningKey,
    /// Its own name for the passkey.
    pub credential: Vec<u8>,
    /// The account it keeps the passkey for, once it was asked for one.
    pub user: String,
    /// The address the browser is at.
    pub origin: String,
    /// The domain that the passkey belongs to.
    pub domain: String,
    /// How often it has signed; nought for a device that does not count.
    pub count: u32,
    /// Whether it has verified its owner.
    pub verifies: bool,
}

impl Device {
    /// A device in a browser that is at an address; another number makes another device.
    pub fn at(origin: &str, number: u8) -> Self {
        Self {
            key: SigningKey::from_bytes(&[number; 32]),
            credential: vec![number; 16],
            user: String::new(),
            origin: origin.to_owned(),
            domain: "localhost".to_owned(),
            count: 1,
            verifies: true,
        }
    }

    /// Its answer when it is asked for a new passkey.
    pub fn makes(&mut self, options: &Value) -> String {
        self.user = options["user"]["id"].as_str().expect("a user").to_owned();
        // {1: 1 (OKP), 3: -8 (EdDSA), -1: 6 (Ed25519), -2: the key}
        let public: Vec<u8> =
            [&[0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20][..], self.key.verifying_key().as_bytes()]
                .concat();
        let length = u16::try_from(self.credential.len()).expect("a short name").to_be_bytes();
        let told = [&self.data(WITH_KEY)[..], &[0; 16], &length, &self.credential, &public].concat();
        let size = u8::try_from(told.len()).expect("few bytes");
        // {"fmt": "none", "attStmt": {}, "authData": …}
        let object = [&b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"[..], &[size], &told].concat();
        let client = self.client("webauthn.create", options);
        let response = json!({ "clientDataJSON": encoded(client), "attestationObject": encoded(object) });
        self.answer(&response)
    }

    /// Its answer when it is asked for the passkey it has. It counts, unless it never did.
    pub fn signs(&mut self, options: &Value) -> String {
        self.count += u32::from(self.count > 0);
        let (told, client) = (self.data(0), self.client("webauthn.get", options));
        let signed = [&told[..], &Sha256::digest(&client)].concat();
        let response = json!({
            "clientDataJSON": encoded(client),
            "authenticatorData": encoded(told),
            "signature": encoded(self.key.sign(&signed).to_bytes()),
            "userHandle": self.user,
        });
        self.answer(&response)
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let flags = PRESENT | if self.verifies { VERIFIED } else { 0 } | more;
        [&Sha256::digest(&self.domain)[..], &[flags], &self.count.to_be_bytes()].concat()
    }

    fn client(&self, kind: &str, options: &Value) -> Vec<u8> {
        let said =
            json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false });
        said.to_string().into_bytes()
    }

    fn answer(&self, response: &Value) -> String {
        let id = encoded(&self.credential);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
            .to_string()
    }
}

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
