//! Requests whose end two readers could see in different places: what a proxy takes for the rest of one
//! request must never be another one to us.

use crate::shared::{RawConnection, World};

/// What somebody would like to smuggle in, and what the next one on the same connection asks for.
const BEHIND: &str = "GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n";
const LAST: &str = "GET /readyz HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n";

const POST: &str = "POST /sign-in HTTP/1.1\r\nHost: HOST\r\nSec-Fetch-Site: same-origin\r\n\
    Content-Type: application/x-www-form-urlencoded\r\n";
const GET: &str = "GET /healthz HTTP/1.1\r\nHost: HOST\r\n";

/// WEB-12: where the length of a request is shown twice, wrongly or in another's tongue, it is refused, and
/// nothing behind it is read.
#[actix_web::test]
async fn what_can_be_read_in_two_ways_is_not_read() {
    let world = World::new().await;
    let headers = |headers: &str| format!("{POST}{headers}\r\n\r\n0\r\n\r\n");
    let chunks = |chunks: &str| format!("{POST}Transfer-Encoding: chunked\r\n\r\n{chunks}");
    let mut refused: Vec<String> = [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 0\r\nContent-Length: 44",
        "Content-Length: 0\r\nContent-Length: 0",
        "Content-Length: 0, 0",
        "Content-Length: +0",
        "Content-Length: -1",
        "Content-Length: 0x0",
        "Content-Length: 18446744073709551616",
        "Content-Length: ",
        "Content-Length: \x0b0",
        "Content-Length : 0",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding:\x0bchunked",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding:\r\n chunked",
        "X-A: b\nTransfer-Encoding: chunked\r\nContent-Length: 5",
        "X-A: b\r\n folded",
        "X-A: b\nX-B: c",
        "X-A: b\rX-B: c",
        "X-A: b\0c",
        "No colon",
        ": no name",
        "Host: evil.example",
    ]
    .map(headers)
    .to_vec();
    refused.extend(
        [
            "0;\nxx\r\n\r\n",
            "0\n\r\n",
            "+0\r\n\r\n",
            "-1\r\n\r\n",
            "0x0\r\n\r\n",
            "\r\n\r\n",
            "10000000000000000\r\na\r\n0\r\n\r\n",
            "1\r\naX0\r\n\r\n",
        ]
        .map(chunks),
    );
    refused.extend(
        [
            "POST /sign-in HTTP/1.0\r\nHost: HOST\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "GET /healthz HTTP/1.1\r\n Host: HOST\r\n\r\n",
            "GET  /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n",
            "GET\t/healthz\tHTTP/1.1\r\nHost: HOST\r\n\r\n",
            "GET /healthz\r\n\r\n",
            "GET /healthz HTTP/1.2\r\nHost: HOST\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ]
        .map(str::to_owned),
    );
    for request in refused {
        let mut wire = RawConnection::to(&world).await;
        wire.says(&format!("{request}{BEHIND}{LAST}")).await;
        let answers = wire.hears_to_the_end().await;
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [400], "{request:?}");
    }
}

/// WEB-12: what has one meaning alone is understood as that, to the byte: the next request begins where this
/// one ends.
#[actix_web::test]
async fn what_has_one_meaning_is_read_to_its_end() {
    let world = World::new().await;
    let hidden = format!("{POST}Content-Length: {}\r\n\r\n{BEHIND}", BEHIND.len() + "127.0.0.1:12345".len() - 4);
    let understood = [
        (hidden.as_str(), 400),
        (&format!("{POST}Content-Length:\t0\r\n\r\n"), 422),
        (&format!("{POST}Transfer-Encoding: ChUnKeD\r\n\r\n0\r\n\r\n"), 422),
        (&format!("{POST}Transfer-Encoding: chunked\r\n\r\n0;name=value\r\n\r\n"), 422),
        (&format!("{POST}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 99\r\n\r\n"), 422),
        (&format!("{POST}Transfer-Encoding: chunked\r\n\r\n7\r\nlogin=a\r\n0\r\n\r\n"), 422),
        (&format!("{GET}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 200),
        (&format!("{GET}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"), 200),
        ("GET http://evil.example/ HTTP/1.1\r\nHost: HOST\r\n\r\n", 421),
        (&format!("\r\n\r\n{GET}\r\n"), 200),
    ];
    for (request, status) in understood {
        let mut wire = RawConnection::to(&world).await;
        wire.says(&format!("{request}{BEHIND}{LAST}")).await;
        let answers = wire.hears_to_the_end().await;
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [status, 200, 200], "{request:?}");
        assert_eq!(answers[1].body_text(), "alive\n", "{request:?}");
        assert_eq!(answers[2].body_text(), "ready\n", "{request:?}");
    }
}
