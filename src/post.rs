//! What is handed to the outbox: the kind of a letter and its facts, never its text.

use serde_json::Value;
use uuid::Uuid;

use crate::text::EmailAddress;

/// A letter that waits to be written out and posted. It holds no link: those are computed when the
/// letter leaves.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Which kind of letter.
    pub kind: &'static str,
    /// What the letter is written from.
    pub facts: Value,
    /// Where it goes.
    pub to: EmailAddress,
    /// The row it is about, where somebody is shown whether it was delivered.
    pub about: Option<Uuid>,
}
