//! `unit.toml`: who the unit is in which ledger, written at enrolment and read at every start.

use serde::{Deserialize, Serialize};
use socai_tlog::{ChainHead, NoteKey, Origin, SealingKey, UnitNo, genesis};

use crate::{
    dir::{FileError, UnitDir, make_dir, read_if_there, replace},
    entropy::{NoEntropy, random},
};

/// How far ahead of the unit's clock a time of the log may be, in seconds, unless `unit.toml` says otherwise.
pub const WITNESS_CLOCK_TOLERANCE_S: u64 = 300;

/// The settings of one unit. A missing or unknown field is an error; only the tolerance of the witness has a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitConfig {
    /// The unit's id, e.g. `hn.tx.ha-dinh.1`.
    pub unit: String,
    /// Its number in the ledger; 0 is the operator and has no node.
    pub no: u32,
    /// The ledger's name for ever: a URL without scheme and closing slash.
    pub origin: String,
    /// The token that stands for the ledger in NATS subjects.
    pub ledger: String,
    /// The operator's verifying key as a note vkey (`name+hash+key`): where this unit's trust starts.
    pub operator: String,
    /// The sealing key the operator registered first, 64 hex digits: the chain's genesis is made with it.
    pub first_key: String,
    /// Where the broker is, e.g. `nats://127.0.0.1:4222`.
    pub nats: String,
    /// Where the node answers HTTP, e.g. `127.0.0.1:8017`; port 0 takes a free one. Loopback unless the unit decides otherwise.
    pub listen: String,
    /// What a caller of the HTTP API must present as bearer token, at least 16 characters.
    pub token: String,
    /// How many seconds ahead of this unit's clock the log's times may be before the unit cosigns nothing; 300 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness_clock_tolerance_s: Option<u64>,
}

/// The settings after they were looked at: what the node works with.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The settings as read.
    pub config: UnitConfig,
    /// The unit's number.
    pub no: UnitNo,
    /// The ledger's name.
    pub origin: Origin,
    /// The operator's key, which signs checkpoints, heads and refusals.
    pub operator: SealingKey,
    /// The sealing key of the genesis.
    pub first_key: SealingKey,
}

/// Why `unit.toml` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is none.
    #[error("{path}: missing; enrol the unit first")]
    Missing {
        /// Where it should be.
        path: String,
    },
    /// It does not hold what it should.
    #[error("{path}: {reason}")]
    Content {
        /// The file.
        path: String,
        /// What is wrong and what to do.
        reason: String,
    },
}

/// A token for the HTTP API that nobody can guess.
///
/// # Errors
/// The system gives no random bytes.
pub fn new_token() -> Result<String, NoEntropy> {
    Ok(hex::encode(random::<20>()?))
}

impl UnitConfig {
    /// Reads and checks the unit's settings.
    ///
    /// # Errors
    /// The file is missing, not TOML, or a field cannot be used; the field is named.
    pub fn read(dir: &UnitDir) -> Result<Unit, ConfigError> {
        let path = dir.config().display().to_string();
        let Some(bytes) = read_if_there(&dir.config())? else {
            return Err(ConfigError::Missing { path });
        };
        let wrong = |reason: String| ConfigError::Content { path: path.clone(), reason };
        let text = String::from_utf8(bytes).map_err(|error| wrong(error.to_string()))?;
        let config: UnitConfig = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        config.check().map_err(wrong)
    }

    /// Writes `unit.toml`, for its owner alone (it holds the API token), replacing an older one whole.
    ///
    /// # Errors
    /// A field cannot be used, or the file cannot be written.
    pub fn write(&self, dir: &UnitDir) -> Result<(), ConfigError> {
        let path = dir.config();
        let wrong = |reason: String| ConfigError::Content { path: path.display().to_string(), reason };
        self.clone().check().map_err(wrong)?;
        let text = toml::to_string_pretty(self).map_err(|error| wrong(error.to_string()))?;
        make_dir(dir.path())?;
        Ok(replace(&path, text.as_bytes())?)
    }

    /// Checks every field and makes the settings a [`Unit`].
    ///
    /// # Errors
    /// The first field that cannot be used, with what it should be.
    pub fn check(self) -> Result<Unit, String> {
        if self.no == UnitNo::OPERATOR.0 {
            return Err("no = 0 is the operator, whose facts the district process seals".into());
        }
        let origin = Origin::new(&self.origin).map_err(|error| format!("origin: {error}"))?;
        let operator = operator_key(&self.operator, &origin).map_err(|error| format!("operator: {error}"))?;
        let first_key = self.first_key.parse().map_err(|error| format!("first_key: {error}"))?;
        if self.token.len() < 16 || !self.token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("token: use at least 16 printable ASCII characters without spaces".into());
        }
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.ledger.is_empty() || !self.ledger.chars().all(fits) {
            return Err(format!("ledger = {:?}: use lower-case letters, digits or dashes", self.ledger));
        }
        let no = UnitNo(self.no);
        Ok(Unit { no, origin, operator, first_key, config: self })
    }
}

impl Unit {
    /// The head of this unit's chain before its first record.
    pub fn genesis(&self) -> ChainHead {
        ChainHead::genesis(genesis(&self.origin, &self.operator, self.no, &self.first_key))
    }
}

/// The key of a vkey, which must be a log's and of this ledger.
fn operator_key(vkey: &str, origin: &Origin) -> Result<SealingKey, String> {
    let key: NoteKey = vkey.parse().map_err(|error| format!("{error}"))?;
    match key.log_key() {
        Some(operator) if key.name() == origin => Ok(*operator),
        Some(_) => Err(format!("the key is that of {}, the ledger is {origin}", key.name())),
        None => Err("a witness's key cannot sign checkpoints".to_owned()),
    }
}
