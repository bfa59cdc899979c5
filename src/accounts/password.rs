//! Passwords: judged, hashed, compared.
//!
//! Hashing is made to be expensive, so it has a small pool of its own with a bounded wait: a flood of
//! sign-ins starves no page and fills no memory (ACC-22).

use std::sync::Arc;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use unicode_normalization::UnicodeNormalization;

use crate::text::{Fault, REQUIRED, Secret};
use crate::web::Oops;

/// Shortest password, in characters.
const LEAST: usize = 8;

/// Longest password, in bytes.
const MOST: usize = 1024;

/// How long a sign-in waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// Judges a new password: long enough, and not one of those that are guessed first. `own` are words
/// an attacker would try for this person. No rule asks for digits or signs (NIST SP 800-63B).
pub fn judged(typed: &Secret, own: &[&str]) -> Result<(), Fault> {
    let text = typed.reveal();
    if text.is_empty() {
        return Err(REQUIRED);
    }
    if text.chars().count() < LEAST {
        return Err(format!("Use {LEAST} characters or more.").into());
    }
    if text.len() > MOST {
        return Err("This is longer than any password that can be kept.".into());
    }
    // Guessing is judged by the beginning: the rest can only make it harder.
    let beginning: String = text.chars().take(72).collect();
    let estimate = zxcvbn::zxcvbn(&beginning, own);
    if estimate.score() >= zxcvbn::Score::Two {
        return Ok(());
    }
    let why = estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning);
    Err(match why {
        Some(why) => {
            format!("This password is easy to guess. {why} Three or four unrelated words make a good one.").into()
        }
        None => "This password is easy to guess. Three or four unrelated words make a good one.".into(),
    })
}

/// Hashes and compares, a few at a time.
#[derive(Clone)]
pub struct Hasher {
    argon: Argon2<'static>,
    places: Arc<Semaphore>,
    /// What an unknown name is compared with, so that time tells nothing (ACC-02).
    nobody: Arc<str>,
}

/// How expensive a hash is.
#[derive(Clone, Copy, Debug)]
pub enum Cost {
    /// 19 MiB, two passes: the least that OWASP accepts.
    Full,
    /// As little as Argon2 allows: for demonstrations and tests, where nobody attacks.
    Least,
}

impl Hasher {
    /// Prepares as many places as there are cores.
    pub fn new(cost: Cost) -> Result<Self, argon2::Error> {
        let params = match cost {
            Cost::Full => Params::new(19 * 1024, 2, 1, None)?,
            Cost::Least => Params::new(Params::MIN_M_COST, Params::MIN_T_COST, 1, None)?,
        };
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = argon.hash_password(b"nobody has this password").map_err(|_| argon2::Error::AlgorithmInvalid)?;
        let places = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Ok(Self { argon, places: Arc::new(Semaphore::new(places)), nobody: nobody.to_string().into() })
    }

    /// The hash to keep of a new password.
    pub async fn hash(&self, password: Secret) -> Result<String, Oops> {
        let argon = self.argon.clone();
        self.in_turn(move || argon.hash_password(&bytes(&password)).map(|hash| hash.to_string()))
            .await?
            .map_err(|error| Oops::Broken(error.to_string()))
    }

    /// Whether the password is the one behind the hash. Without a hash it takes as long, and is not.
    pub async fn verify(&self, password: Secret, hash: Option<String>) -> Result<bool, Oops> {
        let (argon, known) = (self.argon.clone(), hash.is_some());
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let matches = self.in_turn(move || {
            password.reveal().len() <= MOST
                && PasswordVerifier::<str>::verify_password(&argon, &bytes(&password), &hash).is_ok()
        });
        Ok(matches.await? && known)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Oops> {
        let place = timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await;
        let Ok(Ok(place)) = place else {
            return Err(Oops::Away("too many passwords at once".to_owned()));
        };
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            // The place is given back by the work, not by the request: one that was dropped still works.
            drop(place);
            done
        });
        done.await.map_err(|error| Oops::Broken(error.to_string()))
    }
}

/// NFC, so that the same password typed on another keyboard is the same; nothing else is changed.
fn bytes(password: &Secret) -> zeroize::Zeroizing<Vec<u8>> {
    zeroize::Zeroizing::new(password.reveal().nfc().collect::<String>().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn guessable_passwords_are_refused_with_the_reason() {
        for typed in ["", "short", "password", "12345678", "qwertyuiop", "iloveyou", "analytical"] {
            assert!(judged(&Secret::new(typed.into()), &["analytical"]).is_err(), "{typed:?}");
        }
        assert!(judged(&Secret::new("x".repeat(1025)), &[]).is_err());
        for typed in ["correct horse battery staple", "ünïcödé wörds häppen", "vR7!kq2Zp9"] {
            assert!(judged(&Secret::new(typed.into()), &[]).is_ok(), "{typed:?}");
        }
    }

    /// ACC-02: an unknown name is compared with a hash that costs what every other costs, and waits for its
    /// turn like every other.
    #[tokio::test]
    async fn an_unknown_name_costs_what_a_known_one_costs() {
        let hasher = Hasher::new(Cost::Full).unwrap();
        let kept = hasher.hash(Secret::new("Ünlock me".into())).await.unwrap();
        let cost = |hash: &str| hash.rsplitn(3, '$').nth(2).map(str::to_owned);
        assert_eq!(cost(&hasher.nobody).as_deref(), Some("$argon2id$v=19$m=19456,t=2,p=1"));
        assert_eq!(cost(&hasher.nobody), cost(&kept));
        let whole =
            PasswordVerifier::<str>::verify_password(&hasher.argon, b"nobody has this password", &hasher.nobody);
        assert!(whole.is_ok(), "what an unknown name is compared with is no hash");

        let all = u32::try_from(hasher.places.available_permits()).unwrap();
        let all = hasher.places.acquire_many(all).await.unwrap();
        for hash in [None, Some(kept.clone())] {
            let waiting = hasher.verify(Secret::new("nobody has this password".into()), hash);
            assert!(waiting.now_or_never().is_none(), "somebody did not wait for their turn");
        }
        drop(all);
        for hash in [None, Some(kept)] {
            assert!(!hasher.verify(Secret::new("nobody has this password".into()), hash).await.unwrap());
        }
    }

    #[tokio::test]
    async fn only_the_password_itself_matches() {
        let hasher = Hasher::new(Cost::Least).unwrap();
        let hash = hasher.hash(Secret::new("Ünlock me".into())).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        let verify = |typed: &str, hash: Option<String>| hasher.verify(Secret::new(typed.into()), hash);
        assert!(verify("Ünlock me", Some(hash.clone())).await.unwrap());
        assert!(verify("U\u{308}nlock me", Some(hash.clone())).await.unwrap());
        assert!(!verify("ünlock me", Some(hash.clone())).await.unwrap());
        assert!(!verify("nobody has this password", None).await.unwrap());
    }
}
