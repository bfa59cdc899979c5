//! A file that is posted with a form.
//!
//! All other forms are read before anybody is asked for ([`form`](super::form)), which they may be because
//! they are small. A file is large, so its form is left unread until the handler shows its proof: only a person who may
//! not change a picture makes us read none of it (DOS-02). Then it is read into memory, so much and no more,
//! and only so many at a time: those who come beyond that wait before anything of theirs is read.
//!
//! What is too large is read to its end all the same, and thrown away: a browser shows no answer before it has
//! sent everything, and the person with a photo of eight megabytes would see a broken connection in place of a
//! sentence. That, too, has its bound.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::{StreamExt, stream};
use multer::{Constraints, Multipart};
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::form::FormData;
use crate::authority::{Action, May};
use crate::web::PageError;
use crate::web::timeouts::Timeouts;

/// No file is larger, in bytes.
pub const MOST: usize = 5 * 1024 * 1024;

/// What is around the file in its form: boundaries, the name of the field and of the file.
const AROUND: usize = 8 * 1024;

/// So much is read of what is too large before the connection is given up.
const MOST_THROWN_AWAY: usize = 32 * 1024 * 1024;

/// Files in memory at once.
const PLACES: usize = 12;

/// How long a place is waited for.
const WAITED: Duration = Duration::from_secs(5);

/// How long a file waits for its turn to be decoded.
const DECODED: Duration = Duration::from_secs(10);

/// Bytes of a content type with its boundary, which has at most 70 (RFC 2046).
const LONGEST_TYPE: usize = 200;

/// Fields of a form with files: more than any of ours has.
const MOST_FIELDS: usize = 20;

/// What stands for an email that could not be read: the file is in another encoding than UTF-8.
pub const UNREADABLE: char = '\u{fffd}';

/// What bounds the reading of files: one for the whole application.
#[derive(Clone)]
pub struct Uploads {
    places: Arc<Semaphore>,
    decoder: Arc<Semaphore>,
}

impl Default for Uploads {
    /// So many files in memory, and one decoder at work.
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(PLACES)), decoder: Arc::new(Semaphore::new(1)) }
    }
}

/// A form with a file, of which nothing was read yet. Mount its handler with
/// [`Routes::upload`](super::Routes::upload).
pub struct Upload {
    request: HttpRequest,
    payload: Payload,
}

/// Why there is no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFile {
    /// None was chosen.
    NoneChosen,
    /// It is larger than files may be.
    TooLarge,
}

/// A file, and its place among those that may be in memory.
pub struct File {
    bytes: Bytes,
    uploads: Uploads,
    _place: OwnedSemaphorePermit,
}

impl File {
    /// The one decoder, once it is free: to be given back when the file is read, and not before.
    pub async fn decoder(&self) -> Result<OwnedSemaphorePermit, PageError> {
        self.uploads.turn().await
    }
}

impl Uploads {
    /// The one decoder, once it is free.
    async fn turn(&self) -> Result<OwnedSemaphorePermit, PageError> {
        match timeout(DECODED, Arc::clone(&self.decoder).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(PageError::Unavailable("too many files are being decoded".to_owned())),
        }
    }
}

impl Deref for File {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl FromRequest for Upload {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self { request: request.clone(), payload: payload.take() }))
    }
}

impl Upload {
    /// Reads the file in the one field of the form, for anyone who has proven that they may send it.
    pub async fn file<A: Action>(mut self, _by: &May<A>, field: &str) -> Result<Result<File, NoFile>, PageError> {
        let boundary = self.boundary()?;
        let (uploads, place) = self.place().await?;
        let Some(body) = self.body(MOST + AROUND).await? else { return Ok(Err(NoFile::TooLarge)) };
        let bytes = only_field(body, boundary, field).await?;
        Ok(match bytes.len() {
            0 => Err(NoFile::NoneChosen),
            1..=MOST => Ok(File { bytes, uploads, _place: place }),
            _ => Err(NoFile::TooLarge),
        })
    }

    /// Reads a form of texts and of files that hold text, at most so many bytes, for anyone who has proven that they
    /// may send it. What is no UTF-8 is in it as [`UNREADABLE`]. As it is large, it is taken apart and read
    /// where that keeps nobody else waiting, one form at a time (COST-4).
    pub async fn form<A, F, T>(
        mut self,
        _by: &May<A>,
        most: usize,
        read: impl FnOnce(F) -> T + Send + 'static,
    ) -> Result<T, PageError>
    where
        A: Action,
        F: DeserializeOwned,
        T: Send + 'static,
    {
        let boundary = self.boundary()?;
        let (uploads, place) = self.place().await?;
        let body = self.body(most).await?.ok_or(PageError::TooLarge)?;
        let (turn, runtime) = (uploads.turn().await?, Handle::current());
        let reading = tokio::task::spawn_blocking(move || {
            // Given back by the work: a request that was dropped still works.
            let (_turn, _place) = (turn, place);
            let fields = runtime.block_on(all_fields(body, boundary))?;
            Ok(read(FormData::of_pairs(fields)?.form()?))
        });
        reading.await.map_err(|error| PageError::Internal(error.to_string()))?
    }

    /// What is between the parts of the form.
    fn boundary(&self) -> Result<String, PageError> {
        let kind = self.request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.filter(|kind| kind.len() <= LONGEST_TYPE);
        kind.and_then(|kind| multer::parse_boundary(kind).ok()).ok_or(PageError::WrongType)
    }

    /// A place among those that may be in memory.
    async fn place(&mut self) -> Result<(Uploads, OwnedSemaphorePermit), PageError> {
        let uploads = self.request.app_data::<Data<Uploads>>();
        let uploads = uploads.ok_or_else(|| PageError::Internal("nothing bounds the files".to_owned()))?;
        let uploads = Uploads::clone(uploads);
        let waited = timeout(WAITED, Arc::clone(&uploads.places).acquire_owned()).await;
        let Ok(Ok(place)) = waited else {
            self.body(0).await?;
            return Err(PageError::Unavailable("too many files are being read".to_owned()));
        };
        Ok((uploads, place))
    }

    /// Reads the form to its end and keeps nothing, for anyone who has proven that they might send it and may
    /// not now: only then does a browser show the answer.
    pub async fn throw_away<A: Action>(mut self, _by: &May<A>) -> Result<(), PageError> {
        self.body(0).await.map(drop)
    }

    /// The body, or none when it is larger.
    async fn body(&mut self, most: usize) -> Result<Option<Bytes>, PageError> {
        let declared = self.request.headers().get(header::CONTENT_LENGTH);
        let declared = declared.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if declared.is_some_and(|length| length > MOST_THROWN_AWAY) {
            return Err(PageError::TooLarge);
        }
        let timeouts = self.request.app_data::<Data<Timeouts>>().map_or_else(Timeouts::default, |timeouts| ***timeouts);
        let mut body = BytesMut::new();
        let mut length = 0;
        let reading = async {
            while let Some(chunk) = self.payload.next().await {
                let chunk = chunk.map_err(|_| PageError::Malformed("the body broke off"))?;
                length += chunk.len();
                if length > MOST_THROWN_AWAY {
                    return Err(PageError::TooLarge);
                }
                if length <= most {
                    body.extend_from_slice(&chunk);
                } else {
                    body = BytesMut::new();
                }
            }
            Ok(())
        };
        timeout(timeouts.upload, reading).await.map_err(|_| PageError::Malformed("the body came too slowly"))??;
        Ok((length <= most).then(|| body.freeze()))
    }
}

/// What is in a form of one field.
async fn only_field(body: Bytes, boundary: String, field: &str) -> Result<Bytes, PageError> {
    let malformed = |_| PageError::Malformed("no form with one file");
    let body = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let constraints = Constraints::new().allowed_fields(vec![field]);
    let mut form = Multipart::with_constraints(body, boundary, constraints);
    let Some(only) = form.next_field().await.map_err(malformed)? else {
        return Err(PageError::Malformed("a form without a field"));
    };
    let bytes = only.bytes().await.map_err(malformed)?;
    match form.next_field().await.map_err(malformed)? {
        None => Ok(bytes),
        Some(_) => Err(PageError::Malformed("a field appears twice")),
    }
}

/// Everything that is in a form, as text and by name. A mark of the encoding at the beginning is no text.
async fn all_fields(body: Bytes, boundary: String) -> Result<Vec<(String, String)>, PageError> {
    let malformed = |_| PageError::Malformed("no form with a file");
    let mut form = Multipart::new(stream::iter([Ok::<_, std::convert::Infallible>(body)]), boundary);
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await.map_err(malformed)? {
        if fields.len() == MOST_FIELDS {
            return Err(PageError::TooLarge);
        }
        let name = field.name().ok_or(PageError::Malformed("a field without a name"))?.to_owned();
        let bytes = field.bytes().await.map_err(malformed)?;
        let text = String::from_utf8_lossy(&bytes);
        fields.push((name, text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()));
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_file_of_text_is_text_without_its_mark() {
        let part = |name: &str, text: &[u8]| {
            let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.csv\"\r\n\r\n");
            [head.as_bytes(), text, b"\r\n"].concat()
        };
        let body =
            [part("file", "\u{feff}Zoë,a@example.org".as_bytes()), part("old", b"Zo\xeb"), b"--x--\r\n".to_vec()];
        let fields = all_fields(Bytes::from(body.concat()), "x".to_owned()).await.unwrap();
        assert_eq!(fields[0], ("file".to_owned(), "Zoë,a@example.org".to_owned()));
        assert_eq!(fields[1].1, format!("Zo{UNREADABLE}"));
        assert!(all_fields(Bytes::from_static(b"--y--"), "x".to_owned()).await.is_err());
    }

    async fn read(body: &str) -> Option<Vec<u8>> {
        let body = Bytes::from(body.replace('\n', "\r\n"));
        only_field(body, "x".to_owned(), "picture").await.ok().map(|bytes| bytes.to_vec())
    }

    #[actix_web::test]
    async fn a_form_has_one_file() {
        let part = |name: &str, text: &str| {
            format!("--x\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\n\n{text}\n")
        };
        assert_eq!(read(&format!("{}--x--\n", part("picture", "abc"))).await.as_deref(), Some(b"abc".as_slice()));
        assert_eq!(read(&format!("{}--x--\n", part("picture", ""))).await.as_deref(), Some(b"".as_slice()));
        for wrong in [
            String::new(),
            "--x--\n".to_owned(),
            "--y--\n".to_owned(),
            part("picture", "it breaks off"),
            format!("{}--x--\n", part("another", "abc")),
            format!("{0}{0}--x--\n", part("picture", "abc")),
            format!("{}{}--x--\n", part("picture", "abc"), part("admin", "yes")),
            "--x\nContent-Type: image/png\n\nabc\n--x--\n".to_owned(),
        ] {
            assert_eq!(read(&wrong).await, None, "{wrong}");
        }
    }
}
