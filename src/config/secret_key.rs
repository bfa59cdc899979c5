//! The secret key: read, checked, made, kept.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// The 64 bytes every other key is derived from. They are wiped when dropped and never printed.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<[u8; SecretKey::LENGTH]>);

impl SecretKey {
    /// How many bytes a key has.
    pub const LENGTH: usize = 64;
    const FILE: &str = "secret.key";

    /// A new key, by chance.
    pub fn generate() -> io::Result<SecretKey> {
        let mut bytes = Zeroizing::new([0; Self::LENGTH]);
        getrandom::fill(bytes.as_mut_slice()).map_err(io::Error::other)?;
        Ok(SecretKey(bytes))
    }

    /// The bytes, to derive keys from.
    pub fn bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    /// Reads base64, or tells what the text is instead of a key.
    fn decode(text: &str) -> Result<SecretKey, String> {
        let packed: Zeroizing<String> = Zeroizing::new(text.split_ascii_whitespace().collect());
        let decoded = BASE64.decode(packed.as_bytes()).map(Zeroizing::new);
        let decoded = decoded.map_err(|_| "something that is not base64".to_owned())?;
        let bytes: [u8; Self::LENGTH] =
            decoded.as_slice().try_into().map_err(|_| format!("{} bytes", decoded.len()))?;
        let key = SecretKey(Zeroizing::new(bytes));
        if key.is_chance() { Ok(key) } else { Err("a sample, a pattern or plain text".to_owned()) }
    }

    /// Whether the bytes may have come by chance.
    ///
    /// Chance has about 57 different values among 64 bytes and never, in the lifetime of the
    /// universe, fewer than 32, nor only printable characters, nor equal steps all along. That
    /// refuses every sample a document could show without keeping a list of them.
    fn is_chance(&self) -> bool {
        let bytes = self.bytes();
        let mut seen = [false; 256];
        bytes.iter().for_each(|byte| seen[usize::from(*byte)] = true);
        let different = seen.iter().filter(|seen| **seen).count();
        let text = bytes.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
        let step = bytes[1].wrapping_sub(bytes[0]);
        let steps = bytes.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == step);
        different >= 32 && !text && !steps
    }

    /// The key kept in the data folder, or none where none was made yet.
    fn kept_in(folder: &Path) -> Result<Option<SecretKeys>, String> {
        let path = folder.join(Self::FILE);
        let told = |what: String| format!("what {} holds: {what}", path.display());
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(told(format!("it cannot be read ({why})"))),
        };
        let mode = file.metadata().map_err(|why| told(why.to_string()))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(told(format!("others can read it, `chmod 600 {}` first", path.display())));
        }
        let mut text = Zeroizing::new(String::new());
        file.read_to_string(&mut text).map_err(|why| told(why.to_string()))?;
        SecretKeys::decode(&text).map(Some).map_err(told)
    }

    /// Makes a key and keeps it. Of two that start at once both end up with the same key.
    fn make_in(folder: &Path) -> io::Result<SecretKeys> {
        let key = SecretKey::generate()?;
        let path = folder.join(Self::FILE);
        let draft = folder.join(format!("{}.{}", Self::FILE, std::process::id()));
        let _ = fs::remove_file(&draft);
        let text = Zeroizing::new(BASE64.encode(key.bytes()) + "\n");
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        // A link, not a rename: a link never replaces a key that came first.
        let linked = fs::hard_link(&draft, &path);
        fs::remove_file(&draft)?;
        match linked {
            Ok(()) => File::open(folder)?.sync_all().map(|()| SecretKeys(vec![key])),
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {
                SecretKey::kept_in(folder).map_err(io::Error::other)?.ok_or(why)
            }
            Err(why) => Err(why),
        }
    }
}

/// The keys of a Roster, the newest first: the first signs and seals, all of them open. So a key can be
/// changed without signing anybody out or killing a link that is on its way.
#[derive(Clone, Debug)]
pub struct SecretKeys(Vec<SecretKey>);

impl SecretKeys {
    /// No more are ever needed: a new one, the one before, and one that was forgotten.
    const MOST: usize = 3;

    /// All of them, the newest first.
    pub fn all(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|key| key.bytes().as_slice())
    }

    /// Reads keys in base64 with commas between, or tells what the text is instead.
    pub(super) fn decode(text: &str) -> Result<SecretKeys, String> {
        let keys: Vec<&str> = text.split(',').collect();
        if keys.len() > Self::MOST {
            return Err(format!("{} keys", keys.len()));
        }
        let several = keys.len() > 1;
        let told = |(at, holds): (usize, String)| if several { format!("as key {} {holds}", at + 1) } else { holds };
        let decoded =
            keys.into_iter().enumerate().map(|(at, key)| SecretKey::decode(key).map_err(|holds| told((at, holds))));
        decoded.collect::<Result<_, _>>().map(SecretKeys)
    }

    /// The keys kept in the data folder, or none where none was made yet.
    pub(super) fn kept_in(folder: &Path) -> Result<Option<SecretKeys>, String> {
        SecretKey::kept_in(folder)
    }

    /// Makes a key and keeps it.
    pub(super) fn make_in(folder: &Path) -> io::Result<SecretKeys> {
        SecretKey::make_in(folder)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SecretKey(…)")
    }
}

/// Padding may be there or not: shells and secret stores differ.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(byte: impl Fn(u8) -> u8) -> String {
        let bytes: Vec<u8> = (0..64).map(byte).collect();
        BASE64.encode(bytes)
    }

    #[test]
    fn a_key_is_64_bytes_in_base64() {
        let random = SecretKey::generate().unwrap();
        let text = BASE64.encode(random.bytes());
        let bare = text.trim_end_matches('=');
        let broken = format!("{} {}\n", &text[..40], &text[40..]);
        for good in [&text, bare, &broken] {
            assert_eq!(SecretKey::decode(good).unwrap().bytes(), random.bytes());
        }
        assert_eq!(SecretKey::decode("").unwrap_err(), "0 bytes");
        assert_eq!(SecretKey::decode("c2hvcnQ=").unwrap_err(), "5 bytes");
        assert_eq!(SecretKey::decode(&text[..84]).unwrap_err(), "63 bytes");
        let told = SecretKey::decode("not base64!").unwrap_err();
        assert_eq!(told, "something that is not base64");
    }

    #[test]
    fn a_key_that_is_no_chance_is_refused() {
        for sample in [
            packed(|_| 0),
            packed(|_| 255),
            packed(|i| i),
            packed(|i| i.wrapping_mul(3)),
            packed(|i| i % 8),
            packed(|i| b'0' + i),
        ] {
            let told = SecretKey::decode(&sample).unwrap_err();
            assert_eq!(told, "a sample, a pattern or plain text");
        }
    }

    #[test]
    fn keys_made_at_once_are_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let first = SecretKey::make_in(folder.path()).unwrap();
        let second = SecretKey::make_in(folder.path()).unwrap();
        assert_eq!(first.all().collect::<Vec<_>>(), second.all().collect::<Vec<_>>());
    }

    #[test]
    fn several_keys_stand_with_commas_between() {
        let keys: Vec<SecretKey> = (0..4).map(|_| SecretKey::generate().unwrap()).collect();
        let text =
            |keys: &[SecretKey]| keys.iter().map(|key| BASE64.encode(key.bytes())).collect::<Vec<_>>().join(", ");
        let read = SecretKeys::decode(&text(&keys[..2])).unwrap();
        assert_eq!(read.all().collect::<Vec<_>>(), [keys[0].bytes().as_slice(), keys[1].bytes().as_slice()]);
        assert_eq!(SecretKeys::decode(&text(&keys)).unwrap_err(), "4 keys");
        let told = SecretKeys::decode(&format!("{},c2hvcnQ=", text(&keys[..1]))).unwrap_err();
        assert_eq!(told, "as key 2 5 bytes");
        assert!(SecretKeys::decode(&format!("{},", text(&keys[..1]))).is_err());
    }

    #[test]
    fn a_key_is_never_printed() {
        assert_eq!(format!("{:?}", SecretKey::generate().unwrap()), "SecretKey(…)");
    }
}
