//! The digest told to others: an audit compares it with a replay and never opens the database.
//!
//! Four lines of text: `socai models <rows version>`, `size <n>`, `root <hex>`, `digest <hex>`.

use std::{fmt, fs, io, str::FromStr};

use socai_fold::ROWS_VERSION;
use socai_tlog::{Digest, Hash, TreeSize};

use crate::{error::ModelsError, place::Place};

/// What the models say of themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Version of the rows; another version has another digest.
    pub version: u32,
    /// Entries folded.
    pub size: TreeSize,
    /// Root of the log at that size.
    pub root: Hash,
    /// Digest of the state.
    pub digest: Digest,
}

impl Published {
    /// What the models of a directory say; none if they say nothing yet.
    ///
    /// # Errors
    /// The file cannot be read or is not as it was written.
    pub fn read(place: &Place) -> Result<Option<Self>, ModelsError> {
        let path = place.published();
        match fs::read_to_string(&path) {
            Ok(text) => match text.parse() {
                Ok(published) => Ok(Some(published)),
                Err(reason) => Err(ModelsError::Unusable { path, reason }),
            },
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(ModelsError::Io { path, cause }),
        }
    }

    pub(crate) fn new(size: TreeSize, root: Hash, digest: Digest) -> Self {
        Published { version: ROWS_VERSION, size, root, digest }
    }
}

impl fmt::Display for Published {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Published { version, size, root, digest } = self;
        write!(out, "socai models {version}\nsize {size}\nroot {root}\ndigest {digest}\n")
    }
}

impl FromStr for Published {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        let mut part = |name: &str| {
            let line = lines.next().unwrap_or_default();
            line.strip_prefix(name)
                .map(str::to_owned)
                .ok_or_else(|| format!("`{line}` does not begin with `{name}`"))
        };
        let version = part("socai models ")?.parse().map_err(|_| "the version is not a number".to_owned())?;
        let size = part("size ")?.parse().map_err(|error| format!("size: {error}"))?;
        let root = part("root ")?.parse().map_err(|error| format!("root: {error}"))?;
        let digest = part("digest ")?.parse().map_err(|error| format!("digest: {error}"))?;
        match lines.next() {
            None => Ok(Published { version, size, root, digest }),
            Some(line) => Err(format!("`{line}` is one line too many")),
        }
    }
}
