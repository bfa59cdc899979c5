//! Lines of a request's head end in CR LF, and in nothing less (WEB-12).
//!
//! The parser behind the server also takes a line that ends in a bare LF, which RFC 9112 (2.2) allows. A proxy in
//! front may read the same bytes as one long line, and so let through a header that it would have removed. The parser
//! has no setting for it, so the bytes are looked at before it sees them: a bare LF in a head becomes NUL, which it
//! refuses with 400 wherever it stands. Bodies are left as they are.
//!
//! To tell heads from bodies, lengths are read as the parser reads them. What it refuses (two lengths, a length that
//! is no number, another encoding than `chunked`) ends the connection, so nothing has to be right behind that.

/// What is expected next on a connection.
#[derive(Debug, Default)]
pub struct LineEnds {
    part: Part,
    head: Head,
    after_cr: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum Part {
    #[default]
    Head,
    /// So many bytes.
    Body(u64),
    Chunk(Chunk, u64),
    /// Whatever comes until the end of the connection.
    Rest,
}

#[derive(Clone, Copy, Debug)]
enum Chunk {
    Size,
    /// What is behind the size on its line.
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    EndCr,
    EndLf,
    Trailer,
    TrailerLf,
}

/// What matters of a head that is not over yet.
#[derive(Debug, Default)]
struct Head {
    has_begun: bool,
    /// The beginning of the current line, in lower case, without blanks.
    line: Vec<u8>,
    length: u64,
    is_chunked: bool,
    is_upgrade: bool,
    is_connect: bool,
}

/// As much of a line is kept: the longest name that matters, and a number behind it.
const KEPT: usize = 48;

impl LineEnds {
    /// Looks at the bytes that were read next.
    pub fn check(&mut self, bytes: &mut [u8]) {
        let mut at = 0;
        while let Some(rest) = bytes.get_mut(at..).filter(|rest| !rest.is_empty()) {
            at += match self.part {
                Part::Rest => return,
                Part::Body(left) | Part::Chunk(Chunk::Data, left) => self.skip(left, rest.len()),
                Part::Chunk(chunk, size) => {
                    self.part = chunk.then(rest[0], size);
                    1
                }
                Part::Head => {
                    self.take(&mut rest[0]);
                    1
                }
            };
        }
    }

    fn skip(&mut self, left: u64, there: usize) -> usize {
        let skipped = usize::try_from(left).unwrap_or(usize::MAX).min(there);
        let left = left - skipped as u64;
        self.part = match (self.part, left) {
            (Part::Chunk(..), 0) => Part::Chunk(Chunk::DataCr, 0),
            (Part::Chunk(..), left) => Part::Chunk(Chunk::Data, left),
            (_, 0) => Part::Head,
            (_, left) => Part::Body(left),
        };
        skipped
    }

    fn take(&mut self, byte: &mut u8) {
        let after_cr = std::mem::replace(&mut self.after_cr, *byte == b'\r');
        match *byte {
            b'\n' if !after_cr => *byte = 0,
            b'\n' if self.head.line.is_empty() && self.head.has_begun => {
                self.part = std::mem::take(&mut self.head).body();
            }
            b'\n' => self.head.end_line(),
            b'\r' | b' ' | b'\t' => {}
            other if self.head.line.len() < KEPT => self.head.line.push(other.to_ascii_lowercase()),
            _ => {}
        }
    }
}

impl Head {
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return;
        }
        if !std::mem::replace(&mut self.has_begun, true) {
            self.is_connect = line.starts_with(b"connect");
        } else if let Some(length) = line.strip_prefix(b"content-length:") {
            self.length = std::str::from_utf8(length).ok().and_then(|digits| digits.parse().ok()).unwrap_or_default();
        } else if line.starts_with(b"transfer-encoding:") {
            self.is_chunked = true;
        } else if line == b"upgrade:websocket" {
            self.is_upgrade = true;
        }
    }

    const fn body(&self) -> Part {
        match self.length {
            _ if self.is_chunked => Part::Chunk(Chunk::Size, 0),
            _ if self.is_upgrade => Part::Rest,
            0 if self.is_connect => Part::Rest,
            0 => Part::Head,
            length => Part::Body(length),
        }
    }
}

impl Chunk {
    /// What comes after a byte. What cannot come there is refused by the parser, and is the rest here.
    fn then(self, byte: u8, size: u64) -> Part {
        let digit = char::from(byte).to_digit(16).map(u64::from);
        match (self, byte) {
            (Self::Size | Self::Extension, b'\r') => Part::Chunk(Self::SizeLf, size),
            (Self::Size, _) => match digit {
                Some(digit) => size
                    .checked_mul(16)
                    .map_or(Part::Rest, |sixteenfold| Part::Chunk(Self::Size, sixteenfold.saturating_add(digit))),
                None => Part::Chunk(Self::Extension, size),
            },
            (Self::Extension, _) => Part::Chunk(Self::Extension, size),
            (Self::SizeLf, b'\n') if size == 0 => Part::Chunk(Self::EndCr, 0),
            (Self::SizeLf, b'\n') => Part::Chunk(Self::Data, size),
            (Self::DataCr, b'\r') => Part::Chunk(Self::DataLf, 0),
            (Self::DataLf, b'\n') => Part::Chunk(Self::Size, 0),
            (Self::EndCr, b'\r') => Part::Chunk(Self::EndLf, 0),
            (Self::EndCr, _) => Part::Chunk(Self::Trailer, 0),
            (Self::EndLf, b'\n') => Part::Head,
            (Self::Trailer, b'\r') => Part::Chunk(Self::TrailerLf, 0),
            (Self::Trailer, _) => Part::Chunk(Self::Trailer, 0),
            (Self::TrailerLf, b'\n') => Part::Chunk(Self::EndCr, 0),
            _ => Part::Rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of some bytes, however they are cut into reads.
    fn checked(sent: &str) -> String {
        let whole = |step: usize| {
            let (mut ends, mut bytes) = (LineEnds::default(), sent.as_bytes().to_vec());
            bytes.chunks_mut(step).for_each(|read| ends.check(read));
            String::from_utf8(bytes).unwrap()
        };
        let once = whole(sent.len());
        for step in 1..9 {
            assert_eq!(whole(step), once, "in reads of {step}");
        }
        once
    }

    const BODIES: [&str; 5] = [
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\na\nb\n",
        "POST / HTTP/1.1\r\nHOST: a\r\nCONTENT-LENGTH:\t 4 \r\nX: y\r\n\r\n\n\n\n\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\n\n\n\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\nA\r\n0123456\n89\r\n0\r\nX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    ];

    #[test]
    fn what_ends_in_cr_lf_is_left_as_it_is() {
        for first in BODIES {
            for second in BODIES {
                let both = format!("{first}\r\n{second}");
                assert_eq!(checked(&both), both);
            }
        }
        for stream in ["CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n\n\n", "GET / HTTP/1.1\r\nUpgrade: WebSocket\r\n\r\n\n\n"]
        {
            assert_eq!(checked(stream), stream);
        }
    }

    #[test]
    fn auth_10_a_bare_lf_in_any_head_is_made_unreadable() {
        for head in [
            "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n\n",
            "GET / HTTP/1.1\r\nX: \n\r\n\r\n",
        ] {
            let expected = {
                let kept = head.replace("\r\n", "\u{1}").replace('\n', "\0");
                kept.replace('\u{1}', "\r\n")
            };
            assert_eq!(checked(head), expected);
            for before in BODIES {
                assert_eq!(checked(&format!("{before}{head}")), format!("{before}{expected}"));
            }
        }
    }
}
