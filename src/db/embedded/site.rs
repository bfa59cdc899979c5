//! The folder of one cluster, and what is done in it: made, cleared of an earlier run, started.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::programs::{Programs, Runner};
use super::server::{Note, Server};
use super::{EmbeddedError, PORT, ROLE};

const SOCKET: &str = ".s.PGSQL.5432";
/// What fits into a socket's address everywhere (104 bytes on macOS and the BSDs), less the last zero.
const SOCKET_PATH: usize = 103;

const LOG_LIMIT: u64 = 10 * 1024 * 1024;
/// Recovery after a crash takes its time when much was written; longer than this is reported.
const START_LIMIT: Duration = Duration::from_secs(300);
/// How long the backends of a killed server may hold on to its memory.
const BACKENDS_LIMIT: Duration = Duration::from_secs(30);

/// What the server is started with. The log settings matter most: a statement, a parameter or the
/// detail of a broken constraint may hold what a person typed, so errors are asked to Roster alone.
const SETTINGS: &[(&str, &str)] = &[
    ("listen_addresses", ""),
    ("port", PORT),
    ("unix_socket_permissions", "0700"),
    ("max_connections", "60"),
    ("timezone", "UTC"),
    ("jit", "off"),
    // A lock that was not had in time is known by its words.
    ("lc_messages", "C"),
    ("log_timezone", "UTC"),
    ("log_destination", "stderr"),
    ("logging_collector", "off"),
    ("log_line_prefix", "%m [%p] "),
    ("log_min_messages", "log"),
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
    ("log_statement", "none"),
    ("log_min_duration_statement", "-1"),
    ("log_parameter_max_length", "0"),
    ("log_parameter_max_length_on_error", "0"),
    ("log_checkpoints", "off"),
];

/// The places of one cluster.
pub(super) struct Site {
    pub folder: PathBuf,
    pub cluster: PathBuf,
    log: PathBuf,
}

impl Site {
    /// Makes the folder, and sees that the server will be able to come to its cluster.
    pub fn prepare(folder: &Path, runner: &Runner) -> Result<Site, EmbeddedError> {
        // Passed through by the server's user when that is another; whatever lies in it is closed.
        let mode = if runner.is_another() { 0o711 } else { 0o700 };
        DirBuilder::new().recursive(true).mode(mode).create(folder).map_err(files(folder))?;
        let folder = folder.canonicalize().map_err(files(folder))?;
        runner.check_reach(&folder)?;
        if folder.as_os_str().as_encoded_bytes().contains(&b',') {
            return Err(EmbeddedError::Comma { folder });
        }
        let cluster = folder.join("cluster");
        let length = cluster.join(SOCKET).as_os_str().len();
        if length > SOCKET_PATH {
            let excess = length - SOCKET_PATH;
            return Err(EmbeddedError::TooLong { folder: cluster, excess });
        }
        Ok(Site { log: folder.join("server.log"), cluster, folder })
    }

    /// Takes the lock, or tells who has it.
    pub fn lock(&self) -> Result<File, EmbeddedError> {
        let path = self.folder.join("lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(files(&path))?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0).map_err(files(&path))?;
                write!(file, "process {}", std::process::id()).map_err(files(&path))?;
                Ok(file)
            }
            Err(fs::TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let told = file.read_to_string(&mut holder).is_ok_and(|length| length > 0);
                let holder = if told { holder } else { "just starting".to_owned() };
                Err(EmbeddedError::Busy { folder: self.folder.clone(), holder })
            }
            Err(fs::TryLockError::Error(why)) => Err(files(&path)(why)),
        }
    }

    /// Makes the cluster aside, the role and the database included, and puts it in place whole.
    ///
    /// A careless one is not written through to the disk: for tests.
    pub fn make(&self, programs: &Programs, runner: &Runner, careless: bool) -> Result<(), EmbeddedError> {
        let draft = self.folder.join("cluster.new");
        if draft.exists() {
            fs::remove_dir_all(&draft).map_err(files(&draft))?;
        }
        DirBuilder::new().mode(0o700).create(&draft).map_err(files(&draft))?;
        runner.give(&draft).map_err(files(&draft))?;

        let mut initdb = programs.command("initdb", runner);
        initdb.arg("-D").arg(&draft).args([
            "--username=postgres",
            "--auth-local=trust",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--data-checksums",
            "--no-instructions",
        ]);
        if careless {
            initdb.arg("--no-sync");
        }
        self.finish("initdb", initdb, "")?;

        // A server for one, without a socket: nobody can see a cluster that is not whole.
        let mut single = programs.command("postgres", runner);
        single.arg("--single").arg("-D").arg(&draft);
        single.args(["-c", "exit_on_error=on", "-c", "log_checkpoints=off"]);
        if careless {
            single.args(["-c", "fsync=off"]);
        }
        single.arg("postgres");
        let words = format!("CREATE ROLE {ROLE} LOGIN CREATEDB\nCREATE DATABASE {ROLE} OWNER {ROLE}\n");
        self.finish("postgres", single, &words)?;

        fs::rename(&draft, &self.cluster).map_err(files(&self.cluster))?;
        let folder = File::open(&self.folder).map_err(files(&self.folder))?;
        folder.sync_all().map_err(files(&self.folder))
    }

    /// Under the lock no server may run here: one that does was left by a Roster that is gone.
    pub fn stop_earlier(&self) -> Result<(), EmbeddedError> {
        if let Some(note) = Note::read(&self.cluster).filter(|note| note.is_alive(&self.cluster)) {
            tracing::info!(pid = note.pid, "stopping the private PostgreSQL of an earlier run");
            if !note.stop(&self.cluster) {
                return Err(EmbeddedError::Stubborn { pid: note.pid });
            }
        }
        // PostgreSQL clears a dead server's note by itself, but not where the number has gone to
        // another process or a zombie. Backends that outlive their server it finds by other means.
        let path = Note::path(&self.cluster);
        match fs::remove_file(&path) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(files(&path)(why)),
            _ => Ok(()),
        }
    }

    /// Starts the server and waits until it takes connections.
    pub fn run(
        &self,
        programs: &Programs,
        runner: &Runner,
        settings: &[(&str, &str)],
    ) -> Result<Server, EmbeddedError> {
        let begun = Instant::now();
        loop {
            let before = self.log_length();
            let mut command = programs.command("postgres", runner);
            let socket = self.cluster.display().to_string().replace('"', "\"\"");
            command.arg("-D").arg(&self.cluster);
            command.arg("-c").arg(format!("unix_socket_directories=\"{socket}\""));
            for (name, value) in SETTINGS.iter().chain(settings) {
                command.arg("-c").arg(format!("{name}={value}"));
            }
            self.log_into(&mut command)?;
            let server = Server::launch(command).map_err(|why| self.failed("postgres", &why.to_string()))?;
            if server.is_ready_within(START_LIMIT, &self.cluster) {
                return Ok(server);
            }
            server.stop();
            let said = self.said_since(before);
            // The backends of a killed server end by themselves as soon as they look up.
            if !said.contains("shared memory block") || begun.elapsed() > BACKENDS_LIMIT {
                return Err(self.failed("postgres", &said));
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Runs a program to its end; what it says goes to the log.
    fn finish(&self, name: &'static str, mut program: Command, words: &str) -> Result<(), EmbeddedError> {
        let before = self.log_length();
        self.log_into(&mut program)?;
        let run = || {
            let mut child = program.stdin(Stdio::piped()).spawn()?;
            if let Some(mut stdin) = child.stdin.take() {
                // A program that no longer listens says why by its status.
                let _ = stdin.write_all(words.as_bytes());
            }
            child.wait()
        };
        match { run }() {
            Ok(status) if status.success() => Ok(()),
            Ok(_) => Err(self.failed(name, &self.said_since(before))),
            Err(why) => Err(self.failed(name, &why.to_string())),
        }
    }

    /// Sends what a program says to the log. Two logs of a bounded size are enough: this one and the
    /// one before.
    fn log_into(&self, program: &mut Command) -> Result<(), EmbeddedError> {
        if self.log_length() > LOG_LIMIT {
            fs::rename(&self.log, self.log.with_extension("log.1")).map_err(files(&self.log))?;
        }
        let log = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.log).map_err(files(&self.log))?;
        program.stdout(log.try_clone().map_err(files(&self.log))?).stderr(log);
        Ok(())
    }

    fn log_length(&self) -> u64 {
        fs::metadata(&self.log).map_or(0, |log| log.len())
    }

    fn said_since(&self, before: u64) -> String {
        let read = || {
            let mut said = Vec::new();
            let mut log = File::open(&self.log)?;
            log.seek(SeekFrom::Start(before))?;
            log.read_to_end(&mut said)?;
            io::Result::Ok(String::from_utf8_lossy(&said).into_owned())
        };
        read().unwrap_or_default()
    }

    /// The failure of a program, in its last words that tell something.
    fn failed(&self, program: &'static str, said: &str) -> EmbeddedError {
        let lines = || said.lines().rev().map(str::trim).filter(|line| !line.is_empty());
        let told = lines().find(|line| line.contains("FATAL") || line.contains("error:"));
        let told = told.or_else(|| lines().next()).unwrap_or("without a word");
        EmbeddedError::Program { program, told: told.to_owned(), log: self.log.clone() }
    }
}

fn files(path: &Path) -> impl FnOnce(io::Error) -> EmbeddedError + use<> {
    let path = path.to_owned();
    move |why| EmbeddedError::Files { path, why }
}
