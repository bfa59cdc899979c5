//! What outsiders send: pieces that parsers trip over, in any order, some of them many times.

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// Pieces with a meaning to some parser, and characters that are not what they seem.
const PIECES: [&str; 64] = [
    " ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\0",
    ",",
    ";",
    ":",
    ".",
    "..",
    "/",
    "\\",
    "//",
    "@",
    "<",
    ">",
    "\"",
    "'",
    "(",
    ")",
    "=",
    "&",
    "%",
    "%00",
    "%25",
    "+",
    "-",
    "_",
    "#",
    "?",
    "[",
    "]",
    "{",
    "}",
    "|",
    "\u{a0}",
    "\u{200b}",
    "\u{200d}",
    "\u{202e}",
    "\u{301}",
    "\u{fe0f}",
    "\u{feff}",
    "\u{fffd}",
    "é",
    "ß",
    "İ",
    "ﷺ",
    "山田",
    "علی‌رضا",
    "🚀",
    "４",
    "ada@example.org",
    "xn--",
    "https://",
    "example.org",
    "=?utf-8?b?",
    "4111 1111 1111 1111",
    "email,name,role\n",
    "owner",
    "admin",
    "2029-04",
    "AAAAAAAAAAAAAAAAAAAAAA",
    "01900000-0000-7000-8000-000000000001",
];

/// Texts of up to some thousand characters.
pub fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(PIECES.as_slice()).prop_map(str::to_owned),
        2 => "[a-z0-9]{1,8}",
        1 => any::<char>().prop_map(String::from),
    ];
    let times = prop_oneof![6 => Just(1_usize), 2 => 2..6_usize, 1 => 100..400_usize];
    vec((piece, times).prop_map(|(piece, times)| piece.repeat(times)), 0..12).prop_map(|pieces| pieces.concat())
}

/// How long a target runs: `ROSTER_TEST_FUZZ_SECONDS`, else a few seconds.
fn timeouts() -> Duration {
    let seconds = std::env::var("ROSTER_TEST_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(3))
}

/// One value after another, until the time is over. Each run begins with another seed, which it tells: the variable
/// `ROSTER_TEST_FUZZ_SEED` repeats it.
pub struct Values<S: Strategy> {
    strategy: S,
    runner: TestRunner,
    begun: Instant,
}

impl<S: Strategy> Values<S> {
    /// Begins.
    pub fn of(strategy: S) -> Self {
        let chosen = std::env::var("ROSTER_TEST_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok());
        let chance = || std::time::UNIX_EPOCH.elapsed().map_or(0, |time| u64::from(time.subsec_nanos()));
        let seed = chosen.unwrap_or_else(chance);
        eprintln!("ROSTER_TEST_FUZZ_SEED={seed}");
        let config = Config { rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() };
        Self { strategy, runner: TestRunner::new(config), begun: Instant::now() }
    }
}

impl<S: Strategy> Iterator for Values<S> {
    type Item = S::Value;

    fn next(&mut self) -> Option<S::Value> {
        if self.begun.elapsed() > timeouts() {
            return None;
        }
        self.strategy.new_tree(&mut self.runner).ok().map(|tree| tree.current())
    }
}
