//! Passwords: judged, hashed, compared.
//!
//! Hashing is made to be expensive, so it has a small pool of its own with a bounded wait: a flood of
//! sign-ins starves no page and fills no memory (ACC-22).

mod common;
mod memory;

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use self::memory::Memory;
use super::login_attempts::Counted;
use crate::text::{FieldError, REQUIRED, Secret};
use crate::web::PageError;

/// Shortest password, in characters.
const LEAST: usize = 8;

/// Longest password, in bytes.
const MOST: usize = 1024;

/// How long a sign-in waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// Sign-ins that are under way for each place: enough that a place never lies idle for a question to the database.
const UNDER_WAY: usize = 4;

/// What guessing is judged by, in characters: the rest of a longer password can only make it harder, and what it
/// costs to judge one grows with more than its length (COST-2).
const JUDGED: usize = 40;

/// Words of a person that are tried, and characters of each.
const WORDS: (usize, usize) = (40, 64);

/// Words an attacker would try here for anybody.
const HOUSE: &str = "roster";

/// How hard a password is to guess, and what is judged of it.
#[derive(Debug)]
pub struct Strength {
    /// 0 to 4; 2 and more will do.
    pub score: u8,
    /// What is wrong with it, if anything is.
    pub judgement: Result<(), FieldError>,
}

impl Strength {
    /// Judges a new password: long enough, and not one of those that are guessed first. `own` are words
    /// an attacker would try for this person. No rule asks for digits or signs (NIST SP 800-63B).
    fn of(typed: &Secret, own: &[String]) -> Self {
        let text = typed.reveal();
        let refused = |error: FieldError| Self { score: 0, judgement: Err(error) };
        if text.is_empty() {
            return refused(REQUIRED);
        }
        if text.len() > MOST {
            return refused("This is longer than any password that can be kept.".into());
        }
        if text.chars().count() < LEAST {
            return refused(format!("Use {LEAST} characters or more.").into());
        }
        if let Some(why) = common::why_common(text) {
            return refused(why.into());
        }
        let new_session: Zeroizing<String> = Zeroizing::new(text.chars().take(JUDGED).collect());
        let words: Vec<&str> = own.iter().map(String::as_str).collect();
        let estimate = zxcvbn::zxcvbn(&new_session, &words);
        let score = u8::from(estimate.score());
        if estimate.score() >= zxcvbn::Score::Two {
            return Self { score, judgement: Ok(()) };
        }
        let why = estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning);
        let why = why.map_or_else(String::new, |why| format!(" {why}"));
        Self { score, judgement: Err(format!("This password is easy to guess.{why} {}", common::ADVICE).into()) }
    }

    /// What is said of it while it is typed.
    pub fn told(&self) -> String {
        match (&self.judgement, self.score) {
            (Err(error), _) => error.to_string(),
            (Ok(()), 4..) => "Very hard to guess.".to_owned(),
            (Ok(()), 3) => "Hard to guess.".to_owned(),
            (Ok(()), _) => "Good enough. A longer one is harder to guess.".to_owned(),
        }
    }
}

/// A person's words and the house's, whole and in their parts: of an address its name and its domain, too.
fn words_to_try(own: &[&str]) -> Vec<String> {
    let parts = own.iter().flat_map(|word| word.split(|c: char| !c.is_alphanumeric()));
    let long = |word: &&str| word.chars().count() >= 3;
    let all = [HOUSE].into_iter().chain(own.iter().copied()).chain(parts).filter(long).take(WORDS.0);
    all.map(|word| word.chars().take(WORDS.1).collect::<String>().to_lowercase()).collect()
}

/// Hashes and compares, a few at a time.
#[derive(Clone)]
pub struct Hasher {
    argon: Argon2<'static>,
    entrance: Arc<Semaphore>,
    places: Arc<Semaphore>,
    memory: Memory,
    /// What an unknown name is compared with, so that time tells nothing (ACC-02).
    nobody: Arc<str>,
}

/// Somebody who is signing in, and goes out when this is dropped.
#[derive(Debug)]
pub struct HashingPermit {
    _permit: OwnedSemaphorePermit,
}

/// How expensive a hash is.
#[derive(Clone, Copy, Debug)]
pub enum Cost {
    /// 19 MiB, two passes: the least that OWASP accepts.
    Full,
    /// As little as Argon2 allows: for demonstrations and tests, where nobody attacks.
    Least,
    /// A little more than that: for tests of what becomes of cheaper hashes.
    Little,
}

impl Hasher {
    /// Prepares as many places as there are cores.
    pub fn new(cost: Cost) -> Result<Self, argon2::Error> {
        let params = match cost {
            Cost::Full => Params::new(19 * 1024, 2, 1, None)?,
            Cost::Least => Params::new(Params::MIN_M_COST, Params::MIN_T_COST, 1, None)?,
            Cost::Little => Params::new(2 * Params::MIN_M_COST, 2 * Params::MIN_T_COST, 1, None)?,
        };
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let memory = Memory::default();
        let nobody = memory.hash(&argon, b"nobody has this password").map_err(|_| argon2::Error::AlgorithmInvalid)?;
        let places = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Ok(Self {
            argon,
            entrance: Arc::new(Semaphore::new(places * UNDER_WAY)),
            places: Arc::new(Semaphore::new(places)),
            memory,
            nobody: nobody.into(),
        })
    }

    /// Lets a sign-in begin: before it asks the database for anything. A crowd waits here, where waiting costs
    /// nobody anything, and the person who waits too long is asked to come back without a try being counted.
    pub async fn enter(&self) -> Result<HashingPermit, PageError> {
        let permit = waited_for(&self.entrance).await?;
        Ok(HashingPermit { _permit: permit })
    }

    /// How hard a password is to guess for the person who knows these words of a person. That costs as much as hashing
    /// it, so it waits for its turn among those who hash, and is done for nobody whose tries are not counted (COST-2).
    pub async fn judge(&self, password: Secret, own: &[&str], _: &Counted) -> Result<Strength, PageError> {
        let words = words_to_try(own);
        self.in_turn(move || Strength::of(&password, &words)).await
    }

    /// The hash to keep of a new password.
    pub async fn hash(&self, password: Secret) -> Result<String, PageError> {
        let (argon, memory) = (self.argon.clone(), self.memory.clone());
        self.in_turn(move || memory.hash(&argon, &bytes(&password)))
            .await?
            .map_err(|error| PageError::Internal(error.to_string()))
    }

    /// Whether the password is the one behind the hash. Without a hash it takes as long, and is not.
    pub async fn verify(&self, password: Secret, hash: Option<String>) -> Result<bool, PageError> {
        let (memory, known) = (self.memory.clone(), hash.is_some());
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let matches = self.in_turn(move || password.reveal().len() <= MOST && memory.matches(&bytes(&password), &hash));
        Ok(matches.await? && known)
    }

    /// Whether a kept hash was made otherwise than this makes them: with less memory or fewer passes, say.
    pub fn is_outdated(&self, hash: &str) -> bool {
        let Ok(hash) = PasswordHash::new(hash) else { return true };
        let Ok(made_with) = Params::try_from(&hash) else { return true };
        let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        hash.algorithm != Algorithm::Argon2id.ident() || costs(&made_with) != costs(self.argon.params())
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PageError> {
        let place = waited_for(&self.places).await?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            // The place is given back by the work, not by the request: one that was dropped still works.
            drop(place);
            done
        });
        done.await.map_err(|error| PageError::Internal(error.to_string()))
    }
}

async fn waited_for(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, PageError> {
    match timeout(PATIENCE, Arc::clone(places).acquire_owned()).await {
        Ok(Ok(place)) => Ok(place),
        _ => Err(PageError::Unavailable("too many passwords at once".to_owned())),
    }
}

/// NFC, so that the same password typed on another keyboard is the same; nothing else is changed.
fn bytes(password: &Secret) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(password.reveal().nfc().collect::<String>().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn strength(typed: &Secret, own: &[&str]) -> Strength {
        Strength::of(typed, &words_to_try(own))
    }

    fn judged(typed: &Secret, own: &[&str]) -> Result<(), FieldError> {
        strength(typed, own).judgement
    }

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

    /// ACC-23: what is guessed first is refused, however it is written.
    #[test]
    fn well_known_passwords_are_refused() {
        let known = [
            "password",
            "12345678",
            "123456789",
            "1234567890",
            "qwertyuiop",
            "iloveyou",
            "princess",
            "football",
            "baseball",
            "superman",
            "sunshine",
            "trustno1",
            "whatever",
            "starwars",
            "computer",
            "michelle",
            "corvette",
            "jennifer",
            "passw0rd",
            "Password1",
            "password123",
            "abcd1234",
            "1q2w3e4r",
            "1qaz2wsx",
            "zaq12wsx",
            "letmein1",
            "welcome1",
            "admin123",
            "changeme",
            "11111111",
            "00000000",
            "88888888",
            "asdfghjkl",
            "1q2w3e4r5t",
            "q1w2e3r4t5",
            "qwerty123",
            "dragon12",
            "mustang1",
            "liverpool",
            "chocolate",
            "butterfly",
            "basketball",
            "metallica",
            "alexander",
            "elizabeth",
            "spiderman",
            "christine",
            "blink182",
            "internet",
            "p@ssw0rd",
            "PASSWORD",
            "drowssap",
            "abcdefgh",
            "87654321",
            "qazwsxedc",
            "147258369",
            "987654321",
        ];
        for typed in known {
            assert!(judged(&Secret::new(typed.into()), &[]).is_err(), "{typed}");
        }
    }

    /// ACC-23: so is what an attacker would try for this person, and here.
    #[test]
    fn a_persons_own_words_are_no_password() {
        let own = ["katherine.g", "Katherine Goble", "kgoble@wexfolding.example"];
        for typed in ["katherine", "KATHERINE1", "goble2026", "wexfolding", "Wexfolding1", "kgoble@wexfolding.example"]
        {
            assert!(judged(&Secret::new(typed.into()), &own).is_err(), "{typed}");
        }
        assert!(judged(&Secret::new("wexfolding".into()), &[]).is_ok());
        for typed in ["rosterRoster", "roster4ever", "rosteradmin1", "Roster2026"] {
            assert!(judged(&Secret::new(typed.into()), &[]).is_err(), "{typed}");
        }
    }

    #[test]
    fn what_is_told_while_typing_is_what_is_judged() {
        for (typed, will_do) in [("", false), ("short", false), ("password1", false), ("vR7!kq2Zp9", true)] {
            let strength = strength(&Secret::new(typed.into()), &[]);
            assert_eq!((strength.judgement.is_ok(), strength.score >= 2), (will_do, will_do), "{typed:?}");
            assert!(!strength.told().is_empty());
        }
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_outdated() {
        let (least, little) = (Hasher::new(Cost::Least).unwrap(), Hasher::new(Cost::Little).unwrap());
        let hash = least.hash(Secret::new("Ünlock me".into())).await.unwrap();
        assert!(!least.is_outdated(&hash) && little.is_outdated(&hash) && least.is_outdated("$argon2id$nonsense"));
        assert!(little.verify(Secret::new("Ünlock me".into()), Some(hash)).await.unwrap());
    }

    /// ACC-21: what is too long to be anybody's password is refused, whatever its hash would say.
    #[tokio::test]
    async fn a_huge_password_is_not_even_hashed() {
        let hasher = Hasher::new(Cost::Least).unwrap();
        for (length, matches) in [(MOST, true), (MOST + 1, false)] {
            let long = || Secret::new("x".repeat(length));
            let hash = hasher.hash(long()).await.unwrap();
            assert_eq!(hasher.verify(long(), Some(hash)).await.unwrap(), matches, "{length}");
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
        let whole = hasher.memory.matches(b"nobody has this password", &hasher.nobody);
        assert!(whole, "what an unknown name is compared with is no hash");

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

    /// ACC-22: however many come, no more memory is taken than for those who have a place; all of it is kept for the
    /// next.
    #[tokio::test]
    async fn hashing_takes_no_more_memory_than_it_has_places() {
        let hasher = Hasher::new(Cost::Least).unwrap();
        let places = hasher.places.available_permits();
        let many = (0..200).map(|n| hasher.verify(Secret::new(format!("guess {n}")), None));
        assert!(futures_util::future::join_all(many).await.iter().all(Result::is_ok));
        assert!((1..=places).contains(&hasher.memory.kept()), "{} pieces", hasher.memory.kept());
    }

    /// What others have hashed is read, and what is hashed here is read by others.
    #[tokio::test]
    async fn hashes_are_those_of_everybody_else() {
        use argon2::{PasswordHasher, PasswordVerifier};
        let hasher = Hasher::new(Cost::Least).unwrap();
        let elsewhere = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 3, 1, None).unwrap());
        let theirs = elsewhere.hash_password(b"Unlock me").unwrap().to_string();
        for (typed, matches) in [("Unlock me", true), ("unlock me", false)] {
            let typed = Secret::new(typed.into());
            assert_eq!(hasher.verify(typed, Some(theirs.clone())).await.unwrap(), matches);
        }
        let ours = hasher.hash(Secret::new("Unlock me".into())).await.unwrap();
        assert!(PasswordVerifier::<str>::verify_password(&elsewhere, b"Unlock me", &ours).is_ok());
        assert!(PasswordVerifier::<str>::verify_password(&elsewhere, b"unlock me", &ours).is_err());
        assert_ne!(ours, hasher.hash(Secret::new("Unlock me".into())).await.unwrap());
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
