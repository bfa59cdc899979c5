//! Who takes letters away: a mail server, or, where none is set, a folder.

use std::fs;
use std::future::Future;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::fs::{DirBuilder, OpenOptions};
use tokio::io::AsyncWriteExt;

use chrono::{DateTime, Utc};

use super::RenderedEmail;
use crate::ids::EmailId;

/// An email that is to leave now.
#[derive(Clone, Debug)]
pub struct OutgoingEmail {
    /// The row it comes from; a repeat is recognised by it.
    pub id: EmailId,
    /// Which kind of letter.
    pub kind: String,
    /// What it was written from.
    pub facts: Value,
    /// Where it goes.
    pub to: String,
    /// As it must be read.
    pub written: RenderedEmail,
    /// When it leaves.
    pub at: DateTime<Utc>,
}

/// Why a letter did not leave.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// It will never leave like this: the address is refused, or the email cannot be made.
    #[error("refused: {0}")]
    Refused(String),
    /// It may leave later.
    #[error("not now: {0}")]
    NotNow(String),
}

/// Takes letters away.
pub trait Transport: Send + Sync + 'static {
    /// Takes one, or says why not. Called again for the same email after `NotNow`.
    fn carry<'a>(
        &'a self,
        email: &'a OutgoingEmail,
    ) -> Pin<Box<dyn Future<Output = Result<(), DeliveryError>> + Send + 'a>>;

    /// Takes leave: nothing is carried any more.
    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
}

/// A mail server.
pub struct Smtp {
    builder: AsyncSmtpTransportBuilder,
    transport: Mutex<SmtpConnection>,
    from: Mailbox,
    host: String,
}

/// Keeps connections to the server open for the next letter.
type SmtpConnection = AsyncSmtpTransport<Tokio1Executor>;

impl Smtp {
    /// Prepares to speak to the server at an address as the settings have it: with TLS it checks the
    /// certificate and never falls back to plain text (MAIL-02). `host` is in the message ids.
    pub fn new(url: &str, from: Mailbox, host: &str) -> Result<Self, lettre::transport::smtp::Error> {
        let builder = SmtpConnection::from_url(url)?.timeout(Some(super::worker::PATIENCE));
        Ok(Self { transport: Mutex::new(builder.clone().build()), builder, from, host: host.to_owned() })
    }

    fn transport(&self) -> MutexGuard<'_, SmtpConnection> {
        // Nothing is left half done by the person who panics with this lock: the transport is a handle.
        self.transport.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The message as it goes over the wire.
    fn message(&self, email: &OutgoingEmail) -> Result<Message, String> {
        let to: Mailbox = email.to.parse().map_err(|error: lettre::address::AddressError| error.to_string())?;
        let mut message = Message::builder();
        if let Some(choice) = &email.written.choice {
            // A page, where the person who opens it chooses (RFC 2369).
            let name = HeaderName::new_from_ascii_str("List-Unsubscribe");
            message = message.raw_header(HeaderValue::new(name, format!("<{choice}>")));
        }
        message
            .from(self.from.clone())
            .to(to)
            .subject(email.written.subject.clone())
            .message_id(Some(format!("<{}@{}>", email.id, self.host)))
            // Tells programs that answer by themselves not to (RFC 3834).
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(email.written.text.clone(), email.written.html.clone()))
            .map_err(|error| error.to_string())
    }
}

impl Transport for Smtp {
    fn carry<'a>(
        &'a self,
        email: &'a OutgoingEmail,
    ) -> Pin<Box<dyn Future<Output = Result<(), DeliveryError>> + Send + 'a>> {
        Box::pin(async move {
            let message = self.message(email).map_err(DeliveryError::Refused)?;
            let transport = self.transport().clone();
            let unfinished = Unfinished(Some(self));
            let sent = transport.send(message).await;
            unfinished.finish();
            match sent {
                Ok(_) => Ok(()),
                Err(error) if error.is_permanent() => Err(DeliveryError::Refused(error.to_string())),
                Err(error) => Err(DeliveryError::NotNow(error.to_string())),
            }
        })
    }

    /// Ends the connections that are kept open, while there is a runtime to do it in.
    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let transport = self.transport().clone();
        Box::pin(async move { transport.shutdown().await })
    }
}

/// A conversation with the server that is not over. When it is given up in the middle, its connection
/// is of no use to the next letter: all are opened again (MAIL-03).
struct Unfinished<'a>(Option<&'a Smtp>);

impl Unfinished<'_> {
    fn finish(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(smtp) = self.0 {
            *smtp.transport() = smtp.builder.clone().build();
        }
    }
}

/// A folder for letters, where no mail server is set. It keeps their facts: `/dev/mail` writes them
/// out, so that the folder holds no usable link.
///
/// Who gets which email is nobody else's business on this machine: the folder and what is in it are for the user alone
/// that Roster runs as.
pub struct Folder(pub PathBuf);

/// Reading, writing and entering, for the owner alone.
const FOLDER_MODE: u32 = 0o700;

/// Reading and writing, for the owner alone.
const FILE_MODE: u32 = 0o600;

impl Folder {
    /// The folder at a path, with everything that is in it already closed to others: an earlier version left it open.
    pub fn closed(path: PathBuf) -> io::Result<Self> {
        let kept = match fs::read_dir(&path) {
            Ok(kept) => kept,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self(path)),
            Err(error) => return Err(error),
        };
        close(&path, FOLDER_MODE)?;
        for entry in kept {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                close(&entry.path(), FILE_MODE)?;
            }
        }
        Ok(Self(path))
    }

    /// Writes a file, once: a repeat replaces what was written.
    async fn keep(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(&self.0).await?;
        let mut file = OpenOptions::new();
        let mut file = file.write(true).create(true).truncate(true).mode(FILE_MODE).open(self.0.join(name)).await?;
        file.write_all(bytes).await?;
        file.flush().await
    }
}

fn close(path: &Path, mode: u32) -> io::Result<()> {
    if fs::metadata(path)?.permissions().mode() & 0o777 == mode {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// A letter in the folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DevEmail {
    /// The row it comes from.
    pub id: EmailId,
    /// Which kind of letter.
    pub kind: String,
    /// What it is written from.
    pub facts: Value,
    /// Where it goes.
    pub to: String,
    /// When it left.
    pub at: DateTime<Utc>,
}

impl Transport for Folder {
    fn carry<'a>(
        &'a self,
        email: &'a OutgoingEmail,
    ) -> Pin<Box<dyn Future<Output = Result<(), DeliveryError>> + Send + 'a>> {
        Box::pin(async move {
            let kept = DevEmail {
                id: email.id,
                kind: email.kind.clone(),
                facts: email.facts.clone(),
                to: email.to.clone(),
                at: email.at,
            };
            let json = serde_json::to_vec(&kept).map_err(|error| DeliveryError::Refused(error.to_string()))?;
            let not_now = |error: std::io::Error| DeliveryError::NotNow(error.to_string());
            self.keep(&format!("{}.json", email.id), &json).await.map_err(not_now)
        })
    }
}
