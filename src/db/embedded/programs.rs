//! The machine's PostgreSQL programs, and the user who runs them.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{User, geteuid};

use super::EmbeddedError;

/// The oldest version that Roster was tried with.
const OLDEST: u32 = 15;

/// The server programs of one version.
pub(super) struct Programs {
    folder: PathBuf,
    major: u32,
}

impl Programs {
    /// The newest programs there are; for a cluster that exists, those of its version.
    pub fn find(cluster: &Path) -> Result<Programs, EmbeddedError> {
        let version = fs::read_to_string(cluster.join("PG_VERSION")).ok();
        let made_by = version.and_then(|text| text.trim().parse::<u32>().ok());
        let found = folders().into_iter().filter_map(Programs::in_folder);
        match made_by {
            Some(major) => found
                .into_iter()
                .find(|programs| programs.major == major)
                .ok_or_else(|| EmbeddedError::OtherVersion { folder: cluster.to_owned(), major }),
            None => found
                .filter(|programs| programs.major >= OLDEST)
                .max_by_key(|programs| programs.major)
                .ok_or(EmbeddedError::NoPrograms),
        }
    }

    fn in_folder(folder: PathBuf) -> Option<Programs> {
        if !folder.join("initdb").is_file() {
            return None;
        }
        let said = Command::new(folder.join("postgres")).arg("--version").output().ok()?.stdout;
        let major = major(&String::from_utf8_lossy(&said))?;
        Some(Programs { folder, major })
    }

    /// One of the programs, to be run by the runner: with nothing of Roster's environment, which may
    /// hold secrets and `PG…` variables, and stopped by the system when Roster dies.
    pub fn command(&self, name: &str, runner: &Runner) -> Command {
        let program = self.folder.join(name);
        let mut command = if setpriv_knows_pdeathsig() {
            let mut setpriv = Command::new("setpriv");
            setpriv.args(["--pdeathsig", "INT", "--"]).arg(program);
            setpriv
        } else {
            Command::new(program)
        };
        command.env_clear().env("LC_ALL", "C.UTF-8");
        if let Some(path) = env::var_os("PATH") {
            command.env("PATH", path);
        }
        // The runner may not be allowed to be where Roster is.
        command.current_dir("/");
        if let Some(user) = &runner.user {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        command
    }
}

/// Where server programs may be: each folder of PATH, where pg_config says, where Debian keeps them.
fn folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    if let Ok(said) = Command::new("pg_config").arg("--bindir").stderr(Stdio::null()).output() {
        folders.push(PathBuf::from(String::from_utf8_lossy(&said.stdout).trim()));
    }
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    folders.retain(|folder| folder.is_absolute());
    folders
}

/// The 15 of `postgres (PostgreSQL) 15.18 (Debian …)`.
fn major(said: &str) -> Option<u32> {
    let version = said.split_whitespace().nth(2)?;
    let digits = version.split(|message: char| !message.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// util-linux has it since 2.33; other makers of a setpriv do not.
fn setpriv_knows_pdeathsig() -> bool {
    let mut setpriv = Command::new("setpriv");
    setpriv.args(["--pdeathsig", "INT", "--", "true"]).stdin(Stdio::null());
    setpriv.stdout(Stdio::null()).stderr(Stdio::null());
    setpriv.status().is_ok_and(|status| status.success())
}

/// Who runs the programs: Roster's own user, unless that is root.
pub(super) struct Runner {
    user: Option<User>,
}

impl Runner {
    /// `postgres` in place of root, or `nobody` where there is no such user.
    pub fn choose() -> Result<Runner, EmbeddedError> {
        if !geteuid().is_root() {
            return Ok(Runner { user: None });
        }
        let known = |name| User::from_name(name).ok().flatten();
        let user = known("postgres").or_else(|| known("nobody")).ok_or(EmbeddedError::NoUser)?;
        Ok(Runner { user: Some(user) })
    }

    /// Whether it is another user than Roster's.
    pub fn is_another(&self) -> bool {
        self.user.is_some()
    }

    /// Makes the runner the owner of a folder.
    pub fn give(&self, folder: &Path) -> io::Result<()> {
        match &self.user {
            Some(user) => chown(folder, Some(user.uid.as_raw()), Some(user.gid.as_raw())),
            None => Ok(()),
        }
    }

    /// Finds the folder on the way that the runner cannot enter, by its plain permissions.
    pub fn check_reach(&self, folder: &Path) -> Result<(), EmbeddedError> {
        let Some(user) = &self.user else {
            return Ok(());
        };
        let closed = folder.ancestors().filter(|step| *step != OsStr::new("")).find(|step| {
            fs::metadata(step).is_ok_and(|step| {
                let entry = if step.uid() == user.uid.as_raw() {
                    0o100
                } else if step.gid() == user.gid.as_raw() {
                    0o010
                } else {
                    0o001
                };
                step.mode() & entry == 0
            })
        });
        match closed {
            Some(closed) => Err(EmbeddedError::Unreachable { folder: closed.to_owned(), user: user.name.clone() }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("setpriv"), None);
    }
}
