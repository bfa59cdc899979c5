//! A mail server on loopback that does what a story needs: takes letters, refuses them, or stops
//! answering at a chosen moment.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// How the server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes every email.
    Takes,
    /// Refuses every recipient for good.
    Refuses,
    /// Says "later" to every recipient.
    Delays,
    /// Closes every connection at once.
    BreaksOff,
    /// Takes every email, and thinks for so long before that.
    Pauses(Duration),
    /// Stops answering at this command; the empty one is the greeting.
    StallsAt(&'static str),
}

/// The server, and what it was given.
pub struct MailServer {
    /// Where it listens.
    pub address: SocketAddr,
    taken: Arc<Mutex<Vec<String>>>,
    manner: Arc<Mutex<Manner>>,
}

impl MailServer {
    /// Starts one; it ends with the test's runtime.
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self { address, taken: Arc::default(), manner: Arc::new(Mutex::new(manner)) };
        let (taken, manner) = (Arc::clone(&server.taken), Arc::clone(&server.manner));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&manner), Arc::clone(&taken)));
            }
        });
        server
    }

    /// Behaves otherwise from the next command on.
    pub fn changes_to(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// The raw messages it took so far.
    pub fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

async fn serve(stream: TcpStream, manner: Arc<Mutex<Manner>>, taken: Arc<Mutex<Vec<String>>>) -> Option<()> {
    let manner = || *manner.lock().unwrap();
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    let stalls = |command: &str| matches!(manner(), Manner::StallsAt(at) if command.starts_with(at) && (at.is_empty() == command.is_empty()));
    if manner() == Manner::BreaksOff {
        return None;
    }
    if stalls("") {
        return std::future::pending().await;
    }
    writing.write_all(b"220 sink\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let command = line.to_ascii_uppercase();
        if manner() == Manner::BreaksOff {
            return None;
        }
        if stalls(&command) {
            return std::future::pending().await;
        }
        let answer: &[u8] = match command.split(' ').next()? {
            "EHLO" => b"250 sink\r\n",
            "RCPT" if manner() == Manner::Refuses => b"550 no such mailbox\r\n",
            "RCPT" if manner() == Manner::Delays => b"450 try later\r\n",
            "DATA" => {
                writing.write_all(b"354 go on\r\n").await.ok()?;
                let mut message = String::new();
                loop {
                    // A person who goes away before the end has sent nothing.
                    let line = lines.next_line().await.ok()??;
                    if line == "." {
                        break;
                    }
                    message.push_str(line.strip_prefix('.').unwrap_or(&line));
                    message.push('\n');
                }
                if stalls(".") {
                    return std::future::pending().await;
                }
                if let Manner::Pauses(pause) = manner() {
                    sleep(pause).await;
                }
                taken.lock().unwrap().push(message);
                b"250 taken\r\n"
            }
            "QUIT" => {
                writing.write_all(b"221 bye\r\n").await.ok()?;
                return Some(());
            }
            _ => b"250 fine\r\n",
        };
        writing.write_all(answer).await.ok()?;
    }
    Some(())
}
