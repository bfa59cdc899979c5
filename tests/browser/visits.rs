//! What a visit asks of the server, counted on the way between the browser and Roster: so nothing is left out, the
//! icon of the browser's own window neither.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::chromium::on_screen;
use crate::shared::World;
use crate::shared::world::site;

/// What a browser may do after a page is there, it has done by then.
const SETTLED: Duration = Duration::from_secs(3);

/// Counts the requests that come by on the way to a port.
async fn counts(listener: TcpListener, port: u16, asked: Arc<AtomicUsize>) {
    while let Ok((browser, _)) = listener.accept().await {
        let asked = asked.clone();
        actix_web::rt::spawn(async move {
            let server = TcpStream::connect(("127.0.0.1", port)).await.expect("the server");
            let (mut from_browser, mut to_browser) = browser.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            actix_web::rt::spawn(async move {
                let _ = tokio::io::copy(&mut from_server, &mut to_browser).await;
            });
            let mut part = vec![0; 64 * 1024];
            while let Ok(length @ 1..) = from_browser.read(&mut part).await {
                let lines = part[..length].windows(11).filter(|line| *line == b" HTTP/1.1\r\n").count();
                asked.fetch_add(lines, Ordering::SeqCst);
                if to_server.write_all(&part[..length]).await.is_err() {
                    break;
                }
            }
        });
    }
}

#[actix_web::test]
async fn a_first_visit_asks_three_times_and_the_next_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let here = listener.local_addr().expect("a port").port();
    let mut behind = 0;
    let world = World::with(|app_state| {
        behind = app_state.site.url.port().expect("a port");
        app_state.site = site(&format!("http://127.0.0.1:{here}"));
    })
    .await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = actix_web::rt::spawn(counts(listener, behind, asked.clone()));
    on_screen(&world, async |visitor| {
        let visit = async |path: &str| {
            asked.store(0, Ordering::SeqCst);
            visitor.opens(path).await.finds("document.readyState === 'complete'").await;
            tokio::time::sleep(SETTLED).await;
            asked.load(Ordering::SeqCst)
        };
        assert_eq!(visit("/sign-in").await, 3, "the page, its style and its script");
        assert_eq!(visit("/create-account").await, 1, "the page alone");
        assert_eq!(visit("/sign-in").await, 1, "the page alone");
    })
    .await;
    counting.abort();
}
