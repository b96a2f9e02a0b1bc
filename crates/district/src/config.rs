//! What a ledger's directory holds and the few settings of `ledger.toml`.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use socai_log::{Readers, replace_durably};
use socai_tlog::Origin;

/// `ledger.toml`: what the operator chose when the ledger was founded, and where its broker is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerConfig {
    /// The ledger's name for ever, in every genesis and checkpoint: a URL without scheme and closing slash.
    pub origin: String,
    /// The token that stands for the ledger in NATS subjects: lower-case letters, digits and dashes.
    pub ledger: String,
    /// Where the broker listens, e.g. `nats://127.0.0.1:4222`.
    pub nats: String,
}

impl LedgerConfig {
    /// The ledger's name, once name and token can be used.
    pub(crate) fn origin(&self) -> Result<Origin, String> {
        let origin = Origin::new(&self.origin).map_err(|error| error.to_string())?;
        check_token(&self.ledger).map(|()| origin)
    }
}

/// Why a ledger's settings or keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file could not be read or written.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A file is there and does not hold what it should.
    #[error("{}: {reason}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        reason: String,
    },
}

impl ConfigError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> ConfigError + '_ {
        move |cause| ConfigError::Io { path: path.to_owned(), cause }
    }

    pub(crate) fn content(path: &Path, reason: impl Into<String>) -> ConfigError {
        ConfigError::Content { path: path.to_owned(), reason: reason.into() }
    }
}

/// The places inside one ledger's directory.
#[derive(Clone, Debug)]
pub struct LedgerDir(PathBuf);

impl LedgerDir {
    /// Names the directory; nothing is read or made.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        LedgerDir(dir.into())
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// `log/`: the truth.
    pub fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    /// `lock`: held by whoever may append.
    pub fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }

    /// `models/`: the read models, disposable.
    pub fn models(&self) -> PathBuf {
        self.0.join("models")
    }

    /// `snapshots/`: the fold at sizes far apart, disposable.
    pub fn snapshots(&self) -> PathBuf {
        self.0.join("snapshots")
    }

    /// `policy`: the tlog-policy that pins the operator's key.
    pub fn policy(&self) -> PathBuf {
        self.0.join("policy")
    }

    /// `cosigned`: the newest checkpoint with the quorum of witnesses that `policy` asks for.
    pub fn cosigned(&self) -> PathBuf {
        self.0.join("cosigned")
    }

    /// `witnessed`: the cosigned checkpoints before that one, as [`socai_log::WitnessedFile`] keeps them.
    pub fn witnessed(&self) -> PathBuf {
        self.0.join("witnessed")
    }

    /// `ledger.toml`.
    pub fn config(&self) -> PathBuf {
        self.0.join("ledger.toml")
    }

    /// `swept`: up to where erased annexes were erased from the broker's stream as well.
    pub fn swept(&self) -> PathBuf {
        self.0.join("swept")
    }

    /// A secret in `keys/`.
    pub fn key(&self, name: &str) -> PathBuf {
        self.0.join("keys").join(name)
    }

    /// Reads `ledger.toml`.
    ///
    /// # Errors
    /// The file is missing, not TOML, or names an origin or subject token that cannot be used.
    pub fn read_config(&self) -> Result<LedgerConfig, ConfigError> {
        let path = self.config();
        let text = fs::read_to_string(&path).map_err(ConfigError::io(&path))?;
        let config: LedgerConfig =
            toml::from_str(&text).map_err(|error| ConfigError::content(&path, error.to_string()))?;
        config.origin().map_err(|reason| ConfigError::content(&path, reason))?;
        Ok(config)
    }

    /// Writes `ledger.toml`, replacing an older one whole.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_config(&self, config: &LedgerConfig) -> Result<(), ConfigError> {
        let path = self.config();
        let text =
            toml::to_string_pretty(config).map_err(|error| ConfigError::content(&path, error.to_string()))?;
        replace(&path, text.as_bytes())
    }
}

/// Refuses a subject token that NATS would read as something else.
fn check_token(token: &str) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=64).contains(&token.len()) && token.chars().all(fits) {
        return Ok(());
    }
    Err(format!("ledger = {token:?} must be 1 to 64 lower-case letters, digits or dashes"))
}

/// Writes a secret for its owner alone; an existing one is never overwritten.
pub(crate) fn write_secret(path: &Path, content: &[u8]) -> Result<(), ConfigError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(ConfigError::io(parent))?;
    }
    let mut options = fs::OpenOptions::new();
    let mut file =
        options.write(true).create_new(true).mode(0o600).open(path).map_err(ConfigError::io(path))?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(ConfigError::io(path))
}

/// Replaces a small file, durably: a reader and a power cut see the old one or the new one, never half.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), ConfigError> {
    replace_durably(path, content, Readers::Others).map_err(ConfigError::io(path))
}
