//! A small disk of one's own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A small disk that is mounted at a folder.
pub struct Disk {
    at: TempDir,
}

impl Disk {
    /// One of this size; none where this process may not mount.
    pub fn mounted(size: &str) -> Option<Self> {
        let at = TempDir::with_prefix("roster-disk-").expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size},mode=0711"), "tmpfs"]).arg(at.path());
        let mounted = mount.stdout(Stdio::null()).stderr(Stdio::null()).status();
        mounted.is_ok_and(|status| status.success()).then_some(Self { at })
    }

    /// Where it is.
    pub fn folder(&self) -> PathBuf {
        self.at.path().to_owned()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let at: &Path = self.at.path();
        // Lazily: the server may still be about to end.
        let _ = Command::new("umount").arg("-l").arg(at).status();
    }
}
