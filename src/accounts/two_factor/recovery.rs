//! Recovery codes: what is in for a lost app, once each.
//!
//! Each has 120 bits from the system's own source of chance, so that nobody guesses one and its plain
//! SHA-256 may be kept (ASVS 6.5.2 asks for 112). They never lapse by time: they are for the day on
//! which everything else is lost, and end by use, by new ones, or with two-factor authentication.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::db::DbError;
use crate::text::{FieldError, REQUIRED};

/// How many there are.
pub const COUNT: usize = 10;

/// Bytes of chance in each, written in letters of five bits.
const BYTES: usize = 15;

/// Letters of each.
const LETTERS: usize = BYTES * 8 / 5;

/// Digits and letters without those that are taken for one another (Crockford's).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A recovery code.
#[derive(Clone)]
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    /// As many new ones as there are.
    pub fn fresh() -> Result<Vec<Self>, DbError> {
        (0..COUNT).map(|_| Self::one()).collect()
    }

    fn one() -> Result<Self, DbError> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|error| DbError::Internal(error.to_string()))?;
        let mut letters = Zeroizing::new(String::with_capacity(LETTERS));
        // Five bytes are eight emails.
        for group in bytes.chunks(5) {
            let bits = group.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            letters.extend((0..8).rev().map(|at| letter(bits >> (5 * at))));
        }
        Ok(Self(letters))
    }

    /// Reads one, however it is grouped and whatever case it is in.
    pub fn parse(typed: &str) -> Result<Self, FieldError> {
        const FORM: FieldError = FieldError::Borrowed("A recovery code is six groups of four letters and digits.");
        let typed = typed.trim();
        if typed.len() > 4 * LETTERS {
            return Err(FORM);
        }
        let letters = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            plain => plain,
        });
        let letters: Zeroizing<String> = Zeroizing::new(letters.collect());
        if letters.is_empty() {
            return Err(REQUIRED);
        }
        if letters.len() != LETTERS || !letters.bytes().all(|byte| ALPHABET.contains(&byte)) {
            return Err(FORM);
        }
        Ok(Self(letters))
    }

    /// For reading, four letters at a time.
    pub fn grouped(&self) -> String {
        let groups = self.0.as_bytes().chunks(4).map(String::from_utf8_lossy);
        groups.collect::<Vec<_>>().join("-")
    }

    /// As it is kept.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

/// The email for the lowest five bits.
fn letter(bits: u64) -> char {
    let place = usize::try_from(bits & 31).unwrap_or_default();
    ALPHABET.get(place).copied().map_or('0', char::from)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_is_another_and_reads_back_however_it_is_typed() {
        let codes: Vec<RecoveryCode> = (0..100).flat_map(|_| RecoveryCode::fresh().unwrap()).collect();
        let told: BTreeSet<String> = codes.iter().map(RecoveryCode::grouped).collect();
        assert_eq!(told.len(), 1000);
        for code in &codes {
            let grouped = code.grouped();
            assert_eq!(grouped.split('-').map(str::len).collect::<Vec<_>>(), [4; 6]);
            for typed in [grouped.clone(), grouped.to_uppercase(), grouped.replace('-', " "), grouped.replace('0', "O")]
            {
                assert_eq!(RecoveryCode::parse(&typed).unwrap().hash(), code.hash(), "{typed}");
            }
        }
        // Chance fills the whole alphabet: no bit of it is thrown away.
        let letters: BTreeSet<char> = told.iter().flat_map(|code| code.chars()).collect();
        assert_eq!(letters.len(), 33);
    }

    #[test]
    fn nothing_else_is_a_recovery_code() {
        for typed in ["", " - ", "123456", "abcd-efgh-jkmn", "uuuu-uuuu-uuuu-uuuu-uuuu-uuuu", "ÿ"] {
            assert!(RecoveryCode::parse(typed).is_err(), "{typed:?}");
        }
    }
}
