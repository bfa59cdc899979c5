//! Links in mail are computed, not stored.
//!
//! A token is the id of a row, a generation, and a MAC over both under a key derived from the secret
//! key for one purpose. So a stolen database opens nothing, an email sent again carries the same
//! link, and a token of one purpose is worthless for another. Whether the row still means anything is
//! decided by the row.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Confirming the address of a registration.
    Confirmation,
    /// Choosing a new password.
    PasswordReset,
    /// Answering an invitation.
    Invitation,
    /// Asking for a new one in its place.
    NewInvitation,
    /// Restoring a deleted organization.
    Restoration,
    /// Adding an address to an account.
    AddressClaim,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Confirmation => b"roster link: confirmation",
            Self::PasswordReset => b"roster link: password reset",
            Self::Invitation => b"roster link: invitation",
            Self::NewInvitation => b"roster link: new invitation",
            Self::Restoration => b"roster link: restoration",
            Self::AddressClaim => b"roster link: address claim",
        }
    }
}

/// The keys behind all links: the first makes them, every one of them is believed, so that a key can be
/// changed while emails are on their way.
#[derive(Clone)]
pub struct LinkSigner(Vec<Zeroizing<Vec<u8>>>);

/// Bytes of the id, the generation, and the MAC.
const LENGTHS: (usize, usize, usize) = (16, 2, 32);

impl LinkSigner {
    /// Takes the secret keys of this Roster, the newest first.
    pub fn new<'k>(secret_keys: impl IntoIterator<Item = &'k [u8]>) -> Self {
        Self(secret_keys.into_iter().map(|key| Zeroizing::new(key.to_vec())).collect())
    }

    /// The token for a row and its generation: 67 characters that need no escaping anywhere.
    pub fn token(&self, purpose: Purpose, id: Uuid, generation: u16) -> String {
        let mut bytes = Vec::with_capacity(LENGTHS.0 + LENGTHS.1 + LENGTHS.2);
        bytes.extend_from_slice(id.as_bytes());
        bytes.extend_from_slice(&generation.to_be_bytes());
        let newest = self.0.first().map_or(&[][..], |key| key);
        let proof = mac(newest, purpose, &bytes).finalize().into_bytes();
        bytes.extend_from_slice(&proof);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The row and the generation a token was made for, if this key made it for this purpose. Asks
    /// no database, and compares in constant time.
    pub fn open(&self, purpose: Purpose, token: &str) -> Option<(Uuid, u16)> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (said, proof) = bytes.split_at_checked(LENGTHS.0 + LENGTHS.1)?;
        self.0.iter().find(|key| mac(key, purpose, said).verify_slice(proof).is_ok())?;
        let (id, generation) = said.split_at_checked(LENGTHS.0)?;
        Some((Uuid::from_slice(id).ok()?, u16::from_be_bytes(generation.try_into().ok()?)))
    }
}

fn mac(secret_key: &[u8], purpose: Purpose, said: &[u8]) -> Hmac<Sha256> {
    let mut key = Zeroizing::new([0_u8; 64]);
    // HKDF fails only for more than 255 blocks; were it to, the two ends would still agree on
    // nothing but a key that no row answers to.
    let _ = Hkdf::<Sha256>::new(None, secret_key).expand(purpose.label(), key.as_mut_slice());
    let mut mac = <Hmac<Sha256> as Mac>::new(key.as_slice().into());
    mac.update(said);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> LinkSigner {
        LinkSigner::new([[7; 64].as_slice()])
    }

    #[test]
    fn a_token_opens_what_it_was_made_for() {
        let id = Uuid::now_v7();
        let token = key().token(Purpose::Invitation, id, 3);
        assert_eq!(key().open(Purpose::Invitation, &token), Some((id, 3)));
    }

    #[test]
    fn no_purpose_opens_another() {
        let all = [
            Purpose::Confirmation,
            Purpose::PasswordReset,
            Purpose::Invitation,
            Purpose::NewInvitation,
            Purpose::Restoration,
            Purpose::AddressClaim,
        ];
        for made in all {
            let token = key().token(made, Uuid::now_v7(), 1);
            for asked in all {
                assert_eq!(key().open(asked, &token).is_some(), made == asked, "{made:?} {asked:?}");
            }
        }
    }

    #[test]
    fn another_key_opens_nothing() {
        let token = key().token(Purpose::Invitation, Uuid::now_v7(), 1);
        assert_eq!(LinkSigner::new([[8; 64].as_slice()]).open(Purpose::Invitation, &token), None);
    }

    #[test]
    fn an_older_key_is_believed_and_the_first_one_makes_links() {
        let id = Uuid::now_v7();
        let both = LinkSigner::new([[8; 64].as_slice(), [7; 64].as_slice()]);
        assert!(both.open(Purpose::Invitation, &key().token(Purpose::Invitation, id, 1)).is_some());
        assert!(key().open(Purpose::Invitation, &both.token(Purpose::Invitation, id, 1)).is_none());
    }

    /// INV-06, INV-08: each character counts, and nothing malformed gets past the MAC.
    #[test]
    fn a_changed_or_malformed_token_opens_nothing() {
        let token = key().token(Purpose::Invitation, Uuid::now_v7(), 1);
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(key().open(Purpose::Invitation, &changed), None, "{at}");
        }
        for malformed in ["", "A", "%00", "İ", &"A".repeat(10_000), &token[1..], &format!("{token}A")] {
            assert_eq!(key().open(Purpose::Invitation, malformed), None);
        }
    }
}
