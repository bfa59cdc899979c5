//! PgBouncer between Roster and its PostgreSQL.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Output, Stdio};

use nix::unistd::Uid;
use tempfile::TempDir;

use super::site::{Site, until};

/// A PgBouncer in a mode, in front of a site's PostgreSQL. It stops when it is dropped.
struct Pooler {
    folder: TempDir,
    process: Child,
    port: u16,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

impl Pooler {
    async fn start(site: &Site, mode: &str) -> Self {
        let (folder, port) = (tempfile::tempdir().expect("a folder"), free_port());
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("its mode");
        let settings = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\nroster = host={} port=5432 user=roster\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {mode}\n",
            site.socket_folder().display()
        );
        fs::write(&settings, text).expect("settings");
        // It refuses to run as root, as PostgreSQL does.
        let mut command = if Uid::effective().is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "pgbouncer"]);
            command
        } else {
            Command::new("pgbouncer")
        };
        let process = command.arg(&settings).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("PgBouncer");
        let pooler = Self { folder, process, port };
        let listens = async || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
        until("PgBouncer listens", listens).await;
        pooler
    }

    /// What `roster` says with this database.
    fn tells(&self, roster: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roster"));
        command.env_clear().env("DATABASE_URL", format!("postgresql://roster@127.0.0.1:{}/roster", self.port));
        command.current_dir(self.folder.path()).arg(roster).output().expect("a command")
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sessions may be pooled. What is pooled by transactions is refused, in a line that says what to do.
#[actix_web::test]
#[ignore = "needs PgBouncer: bin/cluster runs it"]
async fn a_pooler_of_sessions_works_and_one_of_transactions_is_refused() {
    let site = Site::start(None).await;
    let pooler = Pooler::start(&site, "session").await;
    let told = pooler.tells("migrate");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    // A whole Roster behind it serves as many as the pool lets in.
    let other = Site::beside(&format!("postgresql://roster@127.0.0.1:{}/roster", pooler.port));
    let ada = other.person("ada").await;
    for path in ["/dashboard", "/acme/members", "/acme/activity", "/readyz"] {
        assert_eq!(ada.gets(path).await, Some(200), "{path}");
    }
    drop(other);
    drop(pooler);

    for mode in ["transaction", "statement"] {
        let pooler = Pooler::start(&site, mode).await;
        let told = pooler.tells("migrate");
        let said = String::from_utf8_lossy(&told.stderr);
        assert!(!told.status.success(), "{mode} mode is taken");
        assert!(said.contains("pool_mode = session"), "{mode}: {said}");
    }
}
