//! What a private server is told, and the file that tells it.

use crate::{
    MAX_MESSAGE_BYTES,
    keys::BadKey,
    permissions::{User, users_conf},
    subjects::Subjects,
};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// When JetStream syncs its files to disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SyncMode {
    /// Every two minutes. Enough for us: what counts is what the district's log holds, and wards send again.
    #[default]
    ServerDefault,
    /// Before each acknowledgement; about 30 times slower.
    Always,
    /// At this interval.
    Every(Duration),
}

/// What a private server may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest message in bytes, at least [`MAX_MESSAGE_BYTES`].
    pub max_payload: usize,
    /// Largest size of all JetStream files in bytes; `None` is the server's default, three quarters of the free disk.
    pub max_store: Option<u64>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_payload: MAX_MESSAGE_BYTES, max_store: None }
    }
}

/// A private server on loopback.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Directory of its configuration, log, ports and JetStream files; created when missing.
    pub dir: PathBuf,
    /// The names of the ledger it serves.
    pub subjects: Subjects,
    /// The keys it lets in.
    pub users: Vec<User>,
    /// When JetStream syncs.
    pub sync: SyncMode,
    /// Loopback port; 0 takes one of [`super::free_port`], which the server then keeps over restarts.
    pub port: u16,
    /// Bounds.
    pub limits: Limits,
    /// Whether JetStream runs.
    pub jetstream: bool,
    /// Whether the monitoring page (`/jsz`, `/varz`) is served on a free loopback port.
    pub monitor: bool,
    /// The program; `None` asks [`super::Finder::from_env`].
    pub program: Option<PathBuf>,
    /// How long it may take until it answers.
    pub ready_within: Duration,
}

impl ServerConfig {
    /// A JetStream server in `dir` on a free port with the server's default sync, ready within 30 seconds.
    pub fn new(dir: impl Into<PathBuf>, subjects: Subjects, users: Vec<User>) -> ServerConfig {
        ServerConfig {
            dir: dir.into(),
            subjects,
            users,
            sync: SyncMode::default(),
            port: 0,
            limits: Limits::default(),
            jetstream: true,
            monitor: false,
            program: None,
            ready_within: Duration::from_secs(30),
        }
    }

    pub(super) fn file(&self) -> PathBuf {
        self.dir.join("nats.conf")
    }
    pub(super) fn log_file(&self) -> PathBuf {
        self.dir.join("nats.log")
    }
    pub(super) fn ports_dir(&self) -> PathBuf {
        self.dir.join("ports")
    }
    pub(super) fn store_dir(&self) -> PathBuf {
        self.dir.join("jetstream")
    }

    /// The text of the configuration file.
    pub(super) fn render(&self) -> Result<String, BadKey> {
        let mut text = format!(
            "# written by socai; changes are overwritten\n\
             server_name: \"socai-{ledger}\"\n\
             listen: \"127.0.0.1:{port}\"\n\
             max_payload: {max_payload}\n\
             log_file: {log}\n\
             ports_file_dir: {ports}\n",
            ledger = self.subjects.ledger(),
            port = self.port,
            max_payload = self.limits.max_payload.max(MAX_MESSAGE_BYTES),
            log = quoted(&self.log_file()),
            ports = quoted(&self.ports_dir()),
        );
        if self.monitor {
            text.push_str("http: \"127.0.0.1:-1\"\n");
        }
        if self.jetstream {
            text.push_str(&self.render_jetstream());
        }
        let account = if self.jetstream { "jetstream: enabled\n" } else { "" };
        let users = users_conf(&self.users, &self.subjects)?;
        text.push_str(&format!(
            "accounts {{\nSYS {{}}\nSOCAI {{\n{account}{users}}}\n}}\nsystem_account: SYS\n"
        ));
        Ok(text)
    }

    fn render_jetstream(&self) -> String {
        let sync = match self.sync {
            SyncMode::ServerDefault => String::new(),
            SyncMode::Always => "  sync_interval: always\n".to_owned(),
            SyncMode::Every(period) => format!("  sync_interval: \"{}ms\"\n", period.as_millis().max(1)),
        };
        let store =
            self.limits.max_store.map(|bytes| format!("  max_file_store: {bytes}\n")).unwrap_or_default();
        format!("jetstream {{\n  store_dir: {}\n{sync}{store}}}\n", quoted(&self.store_dir()))
    }
}

/// A path as a double-quoted string of nats-server's syntax.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_what_was_asked_for() {
        let subjects = Subjects::new("x").unwrap();
        let mut config = ServerConfig::new("/a \"b\"", subjects, Vec::new());
        config.sync = SyncMode::Always;
        config.limits.max_payload = 1;
        config.port = 10_017;
        let text = config.render().unwrap();
        assert!(text.contains("sync_interval: always"), "{text}");
        assert!(text.contains("listen: \"127.0.0.1:10017\""), "{text}");
        assert!(text.contains("store_dir: \"/a \\\"b\\\"/jetstream\""), "{text}");
        assert!(
            text.contains("max_payload: 2097152"),
            "a server that refuses our own messages is of no use: {text}"
        );
        config.jetstream = false;
        assert!(!config.render().unwrap().contains("jetstream"));
    }
}
