//! The sentences of the manual: plain text with marks in brackets, such as `Press [press: Send Invite].`
//!
//! A mark has a domain function and words. Most domain functions are deeds: what a reader does, or looks for, at that
//! point. The words are then the label as it is on the page, to the letter.

use super::topics::{self, HelpTopic};

/// What a reader does at a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// Opens something of their own: the words say what, not what it is called.
    Open,
    /// Opens the link of an email.
    OpenLetter,
    /// Follows the link or the tab of this name.
    Follow,
    /// Presses the button of this name.
    Press,
    /// Presses the button of this name in the row that the step speaks of.
    PressInRow,
    /// Types something of their own into the field with this label.
    Fill,
    /// Chooses the option, or ticks the box, of this name.
    Choose,
    /// Chooses one option of their own from the list with this label.
    Pick,
    /// Finds these words on the page.
    Read,
}

impl Instruction {
    const ALL: [(&'static str, Self); 9] = [
        ("open", Self::Open),
        ("letter", Self::OpenLetter),
        ("follow", Self::Follow),
        ("press", Self::Press),
        ("press-in-row", Self::PressInRow),
        ("fill", Self::Fill),
        ("choose", Self::Choose),
        ("pick", Self::Pick),
        ("read", Self::Read),
    ];

    /// As it is in a mark, and in the page for those who follow by machine.
    pub fn key(self) -> &'static str {
        Self::ALL.iter().find(|(_, deed)| *deed == self).map(|(key, _)| *key).unwrap_or_default()
    }

    /// Whether the words of the mark are a label, and not a thing of the reader's own.
    pub const fn names_a_label(self) -> bool {
        !matches!(self, Self::Open | Self::OpenLetter)
    }
}

/// A piece of a sentence.
#[derive(Clone, Copy, Debug)]
pub enum Piece {
    /// Words as they are.
    Text(&'static str),
    /// Something to do, by its label.
    Instruction(Instruction, &'static str),
    /// A label that is spoken of, with nothing to do now.
    Label(&'static str),
    /// Something to type elsewhere, to the letter.
    Code(&'static str),
    /// The way to another topic.
    Topic(&'static HelpTopic),
}

/// The pieces of a sentence. A mark that is none stays text, brackets and all.
pub fn pieces(sentence: &'static str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = sentence;
    while let Some((before, marked)) = rest.split_once('[') {
        let Some((mark, after)) = marked.split_once(']') else { break };
        let Some(piece) = piece(mark) else { break };
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(piece);
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

fn piece(mark: &'static str) -> Option<Piece> {
    let (verb, words) = mark.split_once(": ")?;
    match verb {
        "label" => Some(Piece::Label(words)),
        "code" => Some(Piece::Code(words)),
        "topic" => topics::find(words).map(Piece::Topic),
        verb => Instruction::ALL.iter().find(|(key, _)| *key == verb).map(|(_, deed)| Piece::Instruction(*deed, words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::help::topics::TopicPart;

    /// Every sentence of the manual, with the topic it is in.
    fn sentences() -> impl Iterator<Item = (&'static str, &'static str)> {
        topics::all().flat_map(|topic| {
            let parts = topic.parts.iter().flat_map(|part| match part {
                TopicPart::Says(sentence) | TopicPart::Note(sentence) => vec![*sentence],
                TopicPart::Steps(sentences) | TopicPart::List(sentences) => sentences.to_vec(),
                TopicPart::Heading(_) | TopicPart::Shows(_) | TopicPart::Policy => Vec::new(),
            });
            parts.map(|sentence| (topic.slug, sentence))
        })
    }

    #[test]
    fn marks_are_found_between_words() {
        let found = pieces("Press [press: Send Invite], then [nothing: here].");
        let [
            Piece::Text("Press "),
            Piece::Instruction(Instruction::Press, "Send Invite"),
            Piece::Text(", then [nothing: here]."),
        ] = found.as_slice()
        else {
            panic!("{found:?}")
        };
    }

    #[test]
    fn every_mark_of_the_manual_is_understood() {
        for (topic, sentence) in sentences() {
            for piece in pieces(sentence) {
                if let Piece::Text(text) = piece {
                    assert!(!text.contains(['[', ']']), "{topic}: {text:?}");
                }
            }
        }
    }

    #[test]
    fn the_manual_is_calm_and_plain() {
        for (topic, sentence) in sentences() {
            assert!(!sentence.contains('!'), "{topic}: {sentence}");
            assert!(sentence.ends_with(['.', '?', ':']), "{topic}: {sentence}");
            let easy = ["simply", "easily", "obviously", "please", "functionality", "utilize"];
            let words = sentence.to_lowercase();
            assert!(
                !easy.iter().any(|word| words.split(|c: char| !c.is_alphabetic()).any(|w| w == *word)),
                "{sentence}"
            );
        }
    }

    #[test]
    fn a_step_begins_with_what_to_do() {
        for topic in topics::all() {
            for part in topic.parts {
                let TopicPart::Steps(steps) = part else { continue };
                assert!(steps.len() <= 9, "{}: too many steps to follow", topic.slug);
                let deeds =
                    |step: &&'static str| pieces(step).iter().any(|piece| matches!(piece, Piece::Instruction(..)));
                assert!(steps.iter().all(deeds), "{}: a step with nothing to do", topic.slug);
            }
        }
    }
}
