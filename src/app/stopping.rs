//! Stopping without cutting anybody off.
//!
//! From the signal on, no new connection is begun: the system leaves its first packet unanswered, and the person who
//! sent it tries again within a second, by then perhaps at the next Roster. A person who is connected already is
//! served, and told with the answer that the connection ends with it, for otherwise the next request on it could cross
//! its end. After a moment, when everybody who is at work was shown, the server drains: idle connections end, and
//! requests under way are finished.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::web::Data;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;

use super::workers::Health;

/// How long the person who is connected has to send the next request, and to be shown with its answer.
const LAST_REQUESTS: Duration = Duration::from_secs(1);

/// The signals that stop Roster.
pub(super) struct Signals {
    term: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self { term: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Drains the server. A second signal ends it at once.
pub(super) async fn drain(door: TcpListener, server: ServerHandle, health: &Health, signals: &mut Signals) {
    tracing::info!("stopping: no new connections, and requests under way are finished");
    health.stops();
    refuse_new(&door);
    let drained = async {
        sleep(LAST_REQUESTS).await;
        drop(door);
        server.stop(true).await;
    };
    tokio::select! {
        () = drained => return,
        () = signals.next() => {}
    }
    tracing::warn!("stopping at once");
    server.stop(false).await;
}

/// Leaves the first packet of new connections unanswered. Connections that wait to be accepted stay.
#[cfg(target_os = "linux")]
fn refuse_new(door: &TcpListener) {
    use socket2::{SockFilter, SockRef};

    // The flags of a TCP packet, at offset 13: those with SYN (2) and without ACK (16) are dropped.
    let only_begun = [
        SockFilter::new(0x30, 0, 0, 13),
        SockFilter::new(0x54, 0, 0, 0x12),
        SockFilter::new(0x15, 0, 1, 0x02),
        SockFilter::new(0x06, 0, 0, 0),
        SockFilter::new(0x06, 0, 0, u32::MAX),
    ];
    if let Err(error) = SockRef::from(door).attach_filter(&only_begun) {
        tracing::warn!(%error, "connections that begin while Roster stops may be cut");
    }
}

/// Other systems have no such filter.
#[cfg(not(target_os = "linux"))]
fn refuse_new(_: &TcpListener) {}

/// Says with each answer that the connection ends with it, once Roster stops.
pub(super) async fn announced(
    health: Data<Health>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut answer = next.call(request).await?;
    if health.is_stopping() {
        answer.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(answer)
}
