//! The server's process, whether it is our child or was left by an earlier run.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long each way of stopping is given.
const STOP_LIMIT: Duration = Duration::from_secs(30);
/// Fast: open transactions are rolled back. Then, for a server that hangs, without its farewell:
/// the next start recovers.
const STOPPING: [Signal; 2] = [Signal::SIGINT, Signal::SIGQUIT];

/// A server that this process started.
pub(super) struct Server {
    child: Arc<Mutex<Child>>,
    /// While this is there, so is the thread that started the server.
    _stays: Sender<()>,
}

impl Server {
    /// Starts the program in a process group of its own, so that Ctrl-C reaches Roster alone.
    ///
    /// It is started by a thread that stays: the signal a dying parent sends (see
    /// [`Programs::command`](super::programs::Programs::command)) is sent when the *thread* ends that
    /// started the child, and the caller's may be one of a pool, or of a test.
    pub fn launch(mut command: Command) -> io::Result<Server> {
        command.stdin(Stdio::null()).process_group(0);
        let (started, start) = mpsc::channel();
        let (stays, goes) = mpsc::channel();
        thread::Builder::new().name("postgresql".to_owned()).spawn(move || {
            let child = command.spawn().map(|child| Arc::new(Mutex::new(child)));
            if started.send(child).is_err() {
                return;
            }
            // Nothing is ever sent: it ends with the server.
            let _: Result<(), _> = goes.recv();
        })?;
        let child = start.recv().map_err(io::Error::other)??;
        Ok(Server { child, _stays: stays })
    }

    /// The number of its process.
    pub fn pid(&self) -> i32 {
        pid_of(&held(&self.child)).as_raw()
    }

    /// Whether its process is gone.
    pub fn has_ended(&self) -> bool {
        has_ended(&mut held(&self.child))
    }

    /// Waits until it takes connections. False when it ended instead, or takes too long.
    pub fn is_ready_within(&self, limit: Duration, cluster: &Path) -> bool {
        let pid = self.pid();
        let ready = || Note::read(cluster).is_some_and(|note| note.ready && note.pid == pid);
        within(limit, || ready() || has_ended(&mut held(&self.child))) && ready()
    }

    /// Stops it and waits. False when it does not stop.
    pub fn stop(&self) -> bool {
        STOPPING.into_iter().any(|signal| {
            {
                let mut child = held(&self.child);
                // Not yet waited for, so the number is still this child's.
                if !has_ended(&mut child) {
                    let _ = kill(pid_of(&child), signal);
                }
            }
            within(STOP_LIMIT, || has_ended(&mut held(&self.child)))
        })
    }
}

fn held(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

fn has_ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

fn pid_of(child: &Child) -> Pid {
    Pid::from_raw(child.id().cast_signed())
}

/// What a server writes about itself: `postmaster.pid`.
pub(super) struct Note {
    /// Its process, or anyone who has the number since.
    pub pid: i32,
    /// Whether it takes connections, or took them when it died.
    pub ready: bool,
}

impl Note {
    /// Where the note lies.
    pub fn path(cluster: &Path) -> PathBuf {
        cluster.join("postmaster.pid")
    }

    /// The note in a cluster, when there is one.
    pub fn read(cluster: &Path) -> Option<Note> {
        let text = fs::read_to_string(Note::path(cluster)).ok()?;
        let mut lines = text.lines().map(str::trim);
        let pid = lines.next()?.parse().ok().filter(|pid| *pid > 1)?;
        // The eighth line; one has been read.
        let ready = lines.nth(6) == Some("ready");
        Some(Note { pid, ready })
    }

    /// Whether that process is there and is the server of this cluster.
    ///
    /// Its command line names the cluster. A zombie's is empty, and another process that got the
    /// number has its own. Without /proc, being there is all that can be known.
    pub fn is_alive(&self, cluster: &Path) -> bool {
        if !Path::new("/proc/self/cmdline").exists() {
            return kill(Pid::from_raw(self.pid), None).is_ok();
        }
        fs::read(format!("/proc/{}/cmdline", self.pid))
            .is_ok_and(|line| line.split(|byte| *byte == 0).any(|word| word == cluster.as_os_str().as_bytes()))
    }

    /// Stops that process and waits. False when it does not stop.
    pub fn stop(&self, cluster: &Path) -> bool {
        STOPPING.into_iter().any(|signal| {
            // It may end by itself, so there may be nobody to signal.
            let _ = kill(Pid::from_raw(self.pid), signal);
            within(STOP_LIMIT, || !self.is_alive(cluster))
        })
    }
}

/// Asks again and again until the answer is yes. False when the time is over first.
fn within(limit: Duration, mut answer: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    loop {
        if answer() {
            return true;
        }
        if begun.elapsed() > limit {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
}
