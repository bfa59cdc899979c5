//! What is wanted, and how well a name fits it.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// So many of a kind are shown; the person who wants another says more of its name.
pub const SHOWN: usize = 8;

/// So few letters are in almost every name: they are looked for where words begin alone. In bytes, so that a single
/// sign of a script that has no spaces between words is not short.
const SHORT: usize = 2;

/// What somebody typed to find something: bounded, and without what cannot be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    text: String,
    folded: String,
    words: Vec<String>,
}

/// How well a name fits, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It begins so.
    Begins,
    /// Words in it do.
    Words,
    /// It stands somewhere in it.
    Holds,
}

impl Wanted {
    /// More than this is no name: the rest is left out.
    pub const MOST: usize = 100;

    /// So many words are looked for, the longest: the others would leave little out.
    pub const WORDS: usize = 6;

    /// Reads what was typed, whatever it is.
    pub fn read(typed: &str) -> Self {
        let plain = typed.chars().map(|c| if c.is_control() { ' ' } else { c });
        let text = plain.skip_while(|c| c.is_whitespace()).take(Self::MOST).collect::<String>().trim_end().to_owned();
        let folded = folded(&text);
        let mut words: Vec<String> = folded.split(' ').map(str::to_owned).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.dedup();
        words.truncate(Self::WORDS);
        Self { text, folded, words }
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether nothing was typed.
    pub const fn is_nothing(&self) -> bool {
        self.text.is_empty()
    }

    /// How well a name fits, if every word that was typed is in it.
    pub fn fits(&self, name: &str) -> Option<Fit> {
        let name = folded(name);
        if name.starts_with(&self.folded) {
            return Some(Fit::Begins);
        }
        self.words.iter().map(|word| place(&name, word)).try_fold(Fit::Words, |fit, place| Some(fit.max(place?)))
    }
}

/// How well one typed word fits.
fn place(name: &str, word: &str) -> Option<Fit> {
    let mut found = name.match_indices(word).peekable();
    found.peek()?;
    let begins = |at: usize| name.get(..at).is_some_and(|before| !before.ends_with(char::is_alphanumeric));
    match found.any(|(at, _)| begins(at)) {
        true => Some(Fit::Words),
        false => (word.len() > SHORT).then_some(Fit::Holds),
    }
}

/// Text as it is compared: without accents, in lower case, with single spaces.
fn folded(text: &str) -> String {
    let bare: String = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Some that fit, the best first and otherwise in the order given, one more than are shown.
pub fn best<T>(all: impl IntoIterator<Item = T>, fits: impl Fn(&T) -> Option<Fit>) -> Vec<T> {
    let mut fitting: Vec<(Fit, T)> = all.into_iter().filter_map(|one| Some((fits(&one)?, one))).collect();
    fitting.sort_by_key(|(fit, _)| *fit);
    fitting.truncate(SHOWN + 1);
    fitting.into_iter().map(|(_, one)| one).collect()
}

/// What the page says of how much was found, to eyes and ears.
pub fn told(wanted: &Wanted, count: usize, has_more: bool) -> String {
    match (wanted.is_nothing(), count) {
        (true, _) => String::new(),
        (false, 0) => format!("Nothing found for “{}”.", wanted.as_str()),
        (false, 1) => "1 result.".to_owned(),
        (false, count) if has_more => format!("The first {count} results."),
        (false, count) => format!("{count} results."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_bounded_and_plain() {
        assert_eq!(Wanted::read("  Ada\0 \t").as_str(), "Ada");
        assert!(Wanted::read(" \n\0\u{7f} ").is_nothing());
        assert_eq!(Wanted::read(&"é".repeat(10_000)).as_str().chars().count(), Wanted::MOST);
        assert_eq!(Wanted::read(&" ".repeat(10_000)).as_str(), "");
        for odd in ["%", "_", "\\", "'", "\"", "🚀", "\u{202e}", "((("] {
            assert_eq!(Wanted::read(odd).fits("Analytical Engines"), None, "{odd:?}");
            assert_eq!(Wanted::read(odd).fits(&format!("a {odd} b")), Some(Fit::Words), "{odd:?}");
        }
    }

    #[test]
    fn the_beginning_fits_best_then_words_then_anything() {
        let fits = |typed: &str| Wanted::read(typed).fits("Ärzte & Söhne-Werke");
        assert_eq!(fits("ARZTE"), Some(Fit::Begins));
        assert_eq!(fits("arzte  & soh"), Some(Fit::Begins));
        assert_eq!(fits("werke"), Some(Fit::Words));
        assert_eq!(fits("söhne ärz"), Some(Fit::Words));
        assert_eq!(fits("zte"), Some(Fit::Holds));
        assert_eq!(fits("werke zte"), Some(Fit::Holds));
        assert_eq!(fits("werke acme"), None);
    }

    #[test]
    fn a_word_inside_another_does_not_hide_one_that_begins() {
        assert_eq!(Wanted::read("art").fits("Smart Art"), Some(Fit::Words));
    }

    #[test]
    fn few_letters_are_looked_for_where_words_begin_alone() {
        assert_eq!(Wanted::read("an").fits("Smart Analysis"), Some(Fit::Words));
        assert_eq!(Wanted::read("an").fits("Organizations"), None);
        assert_eq!(Wanted::read("ani").fits("Organizations"), Some(Fit::Holds));
        assert_eq!(Wanted::read("analysis rt").fits("Smart Analysis"), None);
        assert_eq!(Wanted::read("都").fits("東京都庁"), Some(Fit::Holds));
    }

    #[test]
    fn the_best_come_first_and_one_more_than_is_shown() {
        let wanted = Wanted::read("art");
        let best_of = |all: &[&'static str]| best(all.to_vec(), |name| wanted.fits(name));
        assert_eq!(
            best_of(&["Smart", "Fine Art", "Nothing", "Artists", "Art"]),
            ["Artists", "Art", "Fine Art", "Smart"]
        );
        assert_eq!(best_of(&["Art"; 30]).len(), SHOWN + 1);
    }

    #[test]
    fn how_much_was_found_is_told() {
        assert_eq!(told(&Wanted::default(), 5, false), "");
        assert_eq!(told(&Wanted::read("x"), 0, false), "Nothing found for “x”.");
        assert_eq!(told(&Wanted::read("x"), 1, false), "1 result.");
        assert_eq!(told(&Wanted::read("x"), 9, true), "The first 9 results.");
    }
}
