//! Secrets that must be read again, at rest.
//!
//! A password is kept as a hash; the secret of an app that shows codes cannot be, for the codes are
//! computed from it. So it is kept sealed (AES-256-GCM) under a key derived from the secret key: a
//! stolen database opens nothing. What a seal is about is bound to it, so that what was sealed for one
//! account opens for no other.

use aes_gcm::aead::{Aead, AeadCore, KeyInit, OsRng, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of the number that makes each seal another.
const NONCE: usize = 12;

/// The keys behind all seals: the first seals, every one of them opens.
#[derive(Clone)]
pub struct SecretBox(Vec<Zeroizing<[u8; 32]>>);

impl SecretBox {
    /// Takes the secret keys of this Roster, the newest first.
    pub fn new<'k>(secret_keys: impl IntoIterator<Item = &'k [u8]>) -> Self {
        let derived = secret_keys.into_iter().map(|secret_key| {
            let mut key = Zeroizing::new([0; 32]);
            // HKDF fails only for more than 255 blocks.
            let _ = Hkdf::<Sha256>::new(None, secret_key).expand(b"roster seal", key.as_mut_slice());
            key
        });
        Self(derived.collect())
    }

    /// Seals a secret; `about` must be given again to open it. None when the machine has no chance to
    /// give.
    pub fn close(&self, about: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
        let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
        let closed = Self::cipher(self.0.first()?).encrypt(&nonce, Payload { msg: secret, aad: about }).ok()?;
        Some([nonce.as_slice(), &closed].concat())
    }

    /// Opens what any of the keys has sealed about the same.
    pub fn open(&self, about: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, closed) = sealed.split_at_checked(NONCE)?;
        let mut opened = self.0.iter().map(|key| {
            let payload = Payload { msg: closed, aad: about };
            Self::cipher(key).decrypt(Nonce::from_slice(nonce), payload)
        });
        opened.find_map(Result::ok).map(Zeroizing::new)
    }

    fn cipher(key: &[u8; 32]) -> Aes256Gcm {
        Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_opens_for_what_it_was_made_and_nothing_else() {
        let secret_box = SecretBox::new([[7; 64].as_slice()]);
        let sealed = secret_box.close(b"ada", b"a secret").unwrap();
        assert_eq!(secret_box.open(b"ada", &sealed).unwrap().as_slice(), b"a secret");
        assert!(!sealed.windows(8).any(|bytes| bytes == b"a secret"));
        assert_ne!(secret_box.close(b"ada", b"a secret").unwrap(), sealed);
        assert!(secret_box.open(b"grace", &sealed).is_none());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(secret_box.open(b"ada", &changed).is_none(), "{at}");
        }
        assert!(secret_box.open(b"ada", b"short").is_none());
    }

    #[test]
    fn an_older_key_still_opens_and_a_removed_one_does_not() {
        let old = SecretBox::new([[7; 64].as_slice()]);
        let both = SecretBox::new([[8; 64].as_slice(), [7; 64].as_slice()]);
        let new = SecretBox::new([[8; 64].as_slice()]);
        let sealed = old.close(b"ada", b"a secret").unwrap();
        assert!(both.open(b"ada", &sealed).is_some());
        assert!(new.open(b"ada", &sealed).is_none());
        assert!(new.open(b"ada", &both.close(b"ada", b"a secret").unwrap()).is_some(), "the first seals");
    }
}
