//! The memory that hashing works in: kept, and lent to one hash after another.
//!
//! A hash needs 19 MiB. Asked for again each time, they are given back and yet never free for the next one: the
//! allocator cuts a block so that it lies at a round address, and what is left of the last one is too short
//! for that. Measured without this: ten gigabytes after 1,700 sign-ins.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// What is kept of it: never more pieces than were in use at once.
#[derive(Clone, Default)]
pub(super) struct Memory(Arc<Mutex<Vec<Vec<Block>>>>);

impl Memory {
    /// The hash to keep of a password, in PHC notation.
    pub(super) fn hash(&self, argon: &Argon2, password: &[u8]) -> Result<String, argon2::password_hash::Error> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(|_| argon2::password_hash::Error::Crypto)?;
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        self.fill(argon, password, &salt, &mut output)?;
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(argon.params())?,
            salt: Some(Salt::new(&salt)?),
            hash: Some(Output::new(&output)?),
        };
        Ok(hash.to_string())
    }

    /// Whether the password is the one behind the hash, which says itself how it was made.
    pub(super) fn matches(&self, password: &[u8], hash: &str) -> bool {
        let Ok(kept) = PasswordHash::new(hash) else { return false };
        let (Some(salt), Some(expected), Some(version)) = (&kept.salt, &kept.hash, kept.version) else { return false };
        let (Ok(algorithm), Ok(version)) = (Algorithm::try_from(kept.algorithm.as_str()), Version::try_from(version))
        else {
            return false;
        };
        let Ok(params) = Params::try_from(&kept) else { return false };
        let mut output = vec![0; expected.len()];
        let filled = self.fill(&Argon2::new(algorithm, version, params), password, salt, &mut output);
        // Two outputs are compared in constant time.
        filled.is_ok() && Output::new(&output).is_ok_and(|output| output == *expected)
    }

    fn fill(&self, argon: &Argon2, password: &[u8], salt: &[u8], output: &mut [u8]) -> argon2::Result<()> {
        let needed = argon.params().block_count();
        let mut blocks = self.pieces().pop().unwrap_or_default();
        if blocks.len() < needed {
            blocks.resize(needed, Block::default());
        }
        let filled = argon.hash_password_into_with_memory(password, salt, output, &mut blocks[..needed]);
        self.pieces().push(blocks);
        filled
    }

    fn pieces(&self) -> std::sync::MutexGuard<'_, Vec<Vec<Block>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many pieces are kept.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.pieces().len()
    }
}
