//! Bytes on a connection, as they are said here: for what no client of HTTP would send.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::raw::Answer;
use super::world::World;

/// A test that waits longer for what must happen has failed.
const LIMIT: Duration = Duration::from_secs(20);

/// A connection to a world's server.
pub struct RawConnection {
    stream: TcpStream,
    heard: Vec<u8>,
    host: String,
}

impl RawConnection {
    /// Opens one, and says nothing yet.
    pub async fn to(world: &World) -> Self {
        let host = world.local_address().trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host).await.expect("a connection");
        Self { stream, heard: Vec::new(), host }
    }

    /// Opens one that takes little at a time.
    pub async fn narrow(world: &World) -> Self {
        let host = world.local_address().trim_start_matches("http://").to_owned();
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small buffer");
        let stream = socket.connect(host.parse().expect("an address")).await.expect("a connection");
        Self { stream, heard: Vec::new(), host }
    }

    /// Says a little now and then, until the server closes the connection.
    #[track_caller]
    pub fn trickles(mut self, drop: &str) -> impl Future<Output = ()> + '_ {
        let place = std::panic::Location::caller();
        async move {
            let trickling = async {
                loop {
                    // The pause is a wait for the server's end of the patience.
                    match timeout(Duration::from_millis(50), self.stream.read_buf(&mut self.heard)).await {
                        Ok(Ok(1..)) => {}
                        Ok(_) => break,
                        Err(_) if self.says(drop).await => {}
                        Err(_) => break,
                    }
                }
            };
            let ended = timeout(LIMIT, trickling).await;
            assert!(ended.is_ok(), "{place}: still open after {LIMIT:?} of {drop:?}");
        }
    }

    /// Says these bytes; `HOST` stands for the server's own. Answers whether the connection took them.
    pub async fn says(&mut self, bytes: &str) -> bool {
        let bytes = bytes.replace("HOST", &self.host);
        let said = timeout(LIMIT, self.stream.write_all(bytes.as_bytes())).await;
        said.expect("the connection to take it, or to be closed").is_ok()
    }

    /// Waits until the server closes the connection, and answers all that it has said.
    #[track_caller]
    pub fn hears_to_the_end(mut self) -> impl Future<Output = Vec<Answer>> {
        let place = std::panic::Location::caller();
        async move {
            let ending = async {
                // A connection that is reset has ended, too.
                while let Ok(1..) = self.stream.read_buf(&mut self.heard).await {}
            };
            let ended = timeout(LIMIT, ending).await;
            assert!(ended.is_ok(), "{place}: still open after {LIMIT:?}");
            answers(&self.heard)
        }
    }

    /// Waits for one whole answer, and leaves the connection open.
    pub async fn hears(&mut self) -> Answer {
        let waiting = async {
            loop {
                if let Some((answer, rest)) = answer(&self.heard) {
                    self.heard = rest.to_vec();
                    return answer;
                }
                let read = self.stream.read_buf(&mut self.heard).await.expect("an answer");
                assert!(read > 0, "closed without an answer: {:?}", String::from_utf8_lossy(&self.heard));
            }
        };
        timeout(LIMIT, waiting).await.expect("an answer in time")
    }
}

/// Everything that was answered, one after another.
fn answers(mut heard: &[u8]) -> Vec<Answer> {
    let mut answers = Vec::new();
    while let Some((answer, rest)) = answer(heard) {
        answers.push(answer);
        heard = rest;
    }
    answers
}

/// The first answer, and what comes behind it.
fn answer(heard: &[u8]) -> Option<(Answer, &[u8])> {
    let end = heard.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&heard[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut answer = Answer { status, headers: Default::default(), body: Vec::new() };
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        answer.headers.append(
            reqwest::header::HeaderName::from_bytes(name.as_bytes()).expect("a name"),
            value.trim().parse().expect("a value"),
        );
    }
    let mut rest = &heard[end + 4..];
    if answer.header("transfer-encoding") == "chunked" {
        loop {
            let line = rest.windows(2).position(|two| two == b"\r\n")?;
            let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?, 16).ok()?;
            rest = rest.get(line + 2..)?;
            answer.body.extend_from_slice(rest.get(..size)?);
            rest = rest.get(size + 2..)?;
            if size == 0 {
                return Some((answer, rest));
            }
        }
    }
    let length = answer.header("content-length").parse().unwrap_or(0);
    answer.body = rest.get(..length)?.to_vec();
    Some((answer, &rest[length..]))
}
