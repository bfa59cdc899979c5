//! Clients that hold a connection and let us wait: each is cut, and nobody else notices.

use std::time::Duration;

use futures_util::future::join_all;
use roster::web::timeouts::Timeouts;

use crate::shared::{Answer, RawConnection, World};

/// A Roster in a hurry.
async fn hurried() -> World {
    World::with(|app_state| {
        app_state.timeouts = Timeouts {
            head: Duration::from_millis(1_500),
            body: Duration::from_millis(500),
            upload: Duration::from_millis(500),
            idle: Duration::from_millis(500),
            silence: Duration::from_millis(2_500),
        };
    })
    .await
}

const POST: &str = "POST /sign-in HTTP/1.1\r\nHost: HOST\r\nSec-Fetch-Site: same-origin\r\n\
    Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nlogin=";

fn statuses(answers: &[Answer]) -> Vec<u16> {
    answers.iter().map(|answer| answer.status).collect()
}

/// DOS-01: the person who connects and says nothing, or never ends what they say, is cut.
///
/// Each fails without its part of `Timeouts`; the second request of a connection, and what is sent with a
/// request that takes no body, without [`roster::web::timeouts::Bounded`].
#[actix_web::test]
async fn whoever_lets_us_wait_is_cut() {
    let world = hurried().await;
    let kept = "GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n";
    let again = format!("{kept}GET /sign-in HT");
    let blank = format!("{kept}\r\n");
    let cases: [(&str, &[u16]); 10] = [
        ("", &[408]),
        ("GET /sign-in HT", &[408]),
        ("GET /sign-in HTTP/1.1\r\nHost: HOST\r\nX-A: ", &[408]),
        (POST, &[400]),
        (
            "POST /nowhere/at/all HTTP/1.1\r\nHost: HOST\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 9\r\n\r\na",
            &[404],
        ),
        (kept, &[200]),
        (&again, &[200]),
        (&blank, &[200]),
        ("GET /healthz HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", &[200]),
        ("GET /healthz HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\n\r\nab", &[200]),
    ];
    let waited_for = cases.map(|(said, heard)| {
        let world = &world;
        async move {
            let mut wire = RawConnection::to(world).await;
            wire.says(said).await;
            assert_eq!(statuses(&wire.hears_to_the_end().await), heard, "{said:?}");
        }
    });
    join_all(waited_for).await;
}

/// DOS-01: a byte now and then is not enough to stay.
#[actix_web::test]
async fn whoever_trickles_is_cut() {
    let world = hurried().await;
    let kept = "GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n";
    let again = format!("{kept}GET /sign-in HTTP/1.1\r\nHost: HOST\r\n");
    let blank = format!("{kept}\r\n");
    let cases = [
        ("GET /sign-in HTTP/1.1\r\nHost: HOST\r\n", "X-A: b\r\n"),
        (POST, "a"),
        (&again, "X-A: b\r\n"),
        (&blank, "\r\n"),
        ("GET /healthz HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"),
    ];
    let trickling = cases.map(|(said, drop)| {
        let world = &world;
        async move {
            let mut wire = RawConnection::to(world).await;
            wire.says(said).await;
            wire.trickles(drop).await;
        }
    });
    join_all(trickling).await;
}

/// DOS-01: the person who asks and never reads the answers is cut, too.
#[actix_web::test]
async fn whoever_does_not_read_is_cut() {
    let world = hurried().await;
    let mut wire = RawConnection::narrow(&world).await;
    let some = "GET /create-account HTTP/1.1\r\nHost: HOST\r\n\r\n".repeat(100);
    // It takes what fits between us, and is not closed before; then it is waited for, and closed.
    while wire.says(&some).await {}
}

/// DOS-01: while many are slow in every way at once, an honest request is answered as ever.
#[actix_web::test]
async fn nobody_else_notices_the_slow() {
    let world = hurried().await;
    let slow = |said: &'static str| {
        let world = &world;
        async move {
            let mut wire = RawConnection::to(world).await;
            wire.says(said).await;
            wire.hears_to_the_end().await;
        }
    };
    let crowd = (0..200).map(|n| slow(["", "GET /sign-in HT", POST][n % 3]));
    let crowd = join_all(crowd);
    let honest = async {
        for _ in 0..20 {
            world.raw("GET", "/sign-in").sends().await.status(200).reads("Forgot your password?");
        }
    };
    tokio::join!(crowd, honest);
}
