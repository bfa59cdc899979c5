//! Who takes letters away: a mail server, or, where none is set, a folder.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use chrono::{DateTime, Utc};

use super::Written;
use crate::ids::LetterId;

/// A letter that is to leave now.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The row it comes from; a repeat is recognised by it.
    pub id: LetterId,
    /// Which kind of letter.
    pub kind: String,
    /// What it was written from.
    pub facts: Value,
    /// Where it goes.
    pub to: String,
    /// As it is to be read.
    pub written: Written,
    /// When it leaves.
    pub at: DateTime<Utc>,
}

/// Why a letter did not leave.
#[derive(Debug, thiserror::Error)]
pub enum Undelivered {
    /// It will never leave like this: the address is refused, or the letter cannot be made.
    #[error("refused: {0}")]
    Refused(String),
    /// It may leave later.
    #[error("not now: {0}")]
    NotNow(String),
}

/// Takes letters away.
pub trait Carrier: Send + Sync + 'static {
    /// Takes one, or says why not. Called again for the same letter after `NotNow`.
    fn carry<'a>(&'a self, letter: &'a Outgoing) -> Pin<Box<dyn Future<Output = Result<(), Undelivered>> + Send + 'a>>;
}

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    host: String,
}

impl Smtp {
    /// Prepares to speak to the server at an address as the settings have it: with TLS it checks the
    /// certificate and never falls back to plain text (MAIL-02). `host` stands in the message ids.
    pub fn new(url: &str, from: Mailbox, host: &str) -> Result<Self, lettre::transport::smtp::Error> {
        let transport =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?.timeout(Some(super::worker::PATIENCE)).build();
        Ok(Self { transport, from, host: host.to_owned() })
    }

    /// The message as it goes over the wire.
    fn message(&self, letter: &Outgoing) -> Result<Message, String> {
        let to: Mailbox = letter.to.parse().map_err(|error: lettre::address::AddressError| error.to_string())?;
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.written.subject.clone())
            .message_id(Some(format!("<{}@{}>", letter.id, self.host)))
            // Tells programs that answer by themselves not to (RFC 3834).
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(letter.written.text.clone(), letter.written.html.clone()))
            .map_err(|error| error.to_string())
    }
}

impl Carrier for Smtp {
    fn carry<'a>(&'a self, letter: &'a Outgoing) -> Pin<Box<dyn Future<Output = Result<(), Undelivered>> + Send + 'a>> {
        Box::pin(async move {
            let message = self.message(letter).map_err(Undelivered::Refused)?;
            match self.transport.send(message).await {
                Ok(_) => Ok(()),
                Err(error) if error.is_permanent() => Err(Undelivered::Refused(error.to_string())),
                Err(error) => Err(Undelivered::NotNow(error.to_string())),
            }
        })
    }
}

/// A folder for letters, where no mail server is set. It keeps their facts: `/dev/mail` writes them
/// out, so that the folder holds no usable link.
pub struct Folder(pub PathBuf);

/// A letter in the folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// The row it comes from.
    pub id: LetterId,
    /// Which kind of letter.
    pub kind: String,
    /// What it is written from.
    pub facts: Value,
    /// Where it goes.
    pub to: String,
    /// When it left.
    pub at: DateTime<Utc>,
}

impl Carrier for Folder {
    fn carry<'a>(&'a self, letter: &'a Outgoing) -> Pin<Box<dyn Future<Output = Result<(), Undelivered>> + Send + 'a>> {
        Box::pin(async move {
            let kept = Kept {
                id: letter.id,
                kind: letter.kind.clone(),
                facts: letter.facts.clone(),
                to: letter.to.clone(),
                at: letter.at,
            };
            let json = serde_json::to_vec(&kept).map_err(|error| Undelivered::Refused(error.to_string()))?;
            let not_now = |error: std::io::Error| Undelivered::NotNow(error.to_string());
            tokio::fs::create_dir_all(&self.0).await.map_err(not_now)?;
            tokio::fs::write(self.0.join(format!("{}.json", letter.id)), json).await.map_err(not_now)
        })
    }
}
