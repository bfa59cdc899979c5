//! How long a connection may keep us waiting (DOS-01).
//!
//! The server counts the time until the first request of a connection is there, and how long one lies
//! idle between two. It counts neither how slowly a later request trickles in, nor how slowly an answer
//! is read, nor a body that nobody asked for. One rule covers all of these, and whatever else somebody
//! thinks of: every honest request is answered, so a connection on which nothing was answered for a while
//! is cut.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use crate::web::line_ends::LineEnds;

/// How long is waited, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the head of a connection's first request.
    pub head: Duration,
    /// For the body of a form.
    pub body: Duration,
    /// For the body of a form with a file: a photo over a telephone.
    pub upload: Duration,
    /// For the next request, when the last one was answered.
    pub idle: Duration,
    /// For the next byte that can be written: longer than any request takes to be read and answered.
    pub silence: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(5),
            body: Duration::from_secs(10),
            upload: Duration::from_secs(25),
            idle: Duration::from_secs(15),
            silence: Duration::from_secs(30),
        }
    }
}

/// A connection that is cut when nothing was written on it for a while. What is read on it has passed [`LineEnds`].
pub struct Bounded<S> {
    stream: S,
    line_ends: LineEnds,
    silence: Duration,
    cut: Pin<Box<Sleep>>,
}

impl<S> Bounded<S> {
    /// A connection that begins now.
    pub fn new(stream: S, silence: Duration) -> Self {
        Self { stream, line_ends: LineEnds::default(), silence, cut: Box::pin(sleep(silence)) }
    }

    fn is_over(&mut self, task: &mut Context<'_>) -> bool {
        self.cut.as_mut().poll(task).is_ready()
    }

    fn goes_on(&mut self, written: &Poll<io::Result<usize>>) {
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.cut.as_mut().reset(Instant::now() + self.silence);
        }
    }
}

impl Bounded<TcpStream> {
    /// A connection that was just accepted. What is written leaves at once: a page that comes in several pieces, as a
    /// compressed one does, would else wait for each to be acknowledged, and readers take their time with that.
    pub fn accepted(stream: TcpStream, silence: Duration) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self::new(stream, silence))
    }
}

fn cut<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
}

impl<S: AsyncRead + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(mut self: Pin<&mut Self>, task: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.is_over(task) {
            return cut();
        }
        let before = into.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(task, into);
        self.line_ends.check(&mut into.filled_mut()[before..]);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(mut self: Pin<&mut Self>, task: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_over(task) {
            return cut();
        }
        let written = Pin::new(&mut self.stream).poll_write(task, bytes);
        self.goes_on(&written);
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(task)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(task)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_over(task) {
            return cut();
        }
        let written = Pin::new(&mut self.stream).poll_write_vectored(task, parts);
        self.goes_on(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[actix_web::test]
    async fn what_is_written_leaves_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _reader = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let connection = Bounded::accepted(stream, Duration::from_secs(1)).unwrap();
        assert!(connection.stream.nodelay().unwrap());
    }
}
