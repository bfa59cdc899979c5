//! A second server of the same Roster: another process, so to speak, on the same database.

use std::net::TcpListener;
use std::thread::JoinHandle;

use actix_web::cookie::Key;
use actix_web::dev::ServerHandle;
use roster::accounts::password::{Cost, Hasher};
use roster::app::AppState;
use roster::app::workers::Health;
use roster::db::Db;
use roster::web::Site;
use roster::web::timeouts::Timeouts;
use roster::web::upload::Uploads;
use roster::web::watchdog::Watchdog;

use super::raw::Raw;
use super::world::{World, serve, site};

/// A second server of the same Roster. It stops when this is dropped.
pub struct SecondServer {
    site: Site,
    server: Option<(ServerHandle, JoinHandle<()>)>,
}

impl SecondServer {
    /// One beside the server of a world. Only the database is shared.
    pub fn of(world: &World) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let site = Site { trusted_proxies: world.site.trusted_proxies.clone(), ..site(&format!("http://{address}")) };
        let app_state = AppState {
            db: Db::connect(&world.database_url(), 4).expect("a connection"),
            site: site.clone(),
            hasher: Hasher::new(Cost::Least).expect("a hasher"),
            cookies: vec![Key::from(&[3; 64])],
            mailbag: None,
            metrics: None,
            timeouts: Timeouts::default(),
            uploads: Uploads::default(),
            health: Health::default(),
            watchdog: Watchdog::default(),
        };
        Self { site, server: Some(serve(app_state, listener)) }
    }

    /// A request to it.
    pub fn raw(&self, method: &str, path: &str) -> Raw {
        Raw::new(method, self.site.address(path))
    }
}

impl Drop for SecondServer {
    fn drop(&mut self) {
        if let Some((handle, thread)) = self.server.take() {
            drop(handle.stop(false));
            // A server that died has said so by itself.
            let _ = thread.join();
        }
    }
}
