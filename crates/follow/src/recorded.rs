//! Records of the log as the fold takes them, and earlier ones as it asks for them.

use socai_domain::Position;
use socai_fold::{Facts, FactsUnavailable, FoldError, Original, Recorded};
use socai_log::{LogError, Reader, RecordRef};
use socai_tlog::{EventName, Header, LeafIndex, Malformed, TreeSize};

/// Why a replay stopped early.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A header of the log does not decode.
    #[error("leaf {leaf}: {cause}; verify the log")]
    Header {
        /// The record.
        leaf: LeafIndex,
        /// What is wrong.
        cause: Malformed,
    },
    /// The fold cannot go on.
    #[error(transparent)]
    Fold(#[from] FoldError),
}

/// Earlier facts by name, from the log's own indexes.
pub struct LogFacts<'a> {
    /// The log.
    pub reader: &'a Reader,
    /// Facts behind this committed size are not looked at.
    pub within: TreeSize,
}

impl Facts for LogFacts<'_> {
    fn find(&self, name: EventName) -> Result<Option<Original>, FactsUnavailable> {
        let found = self.reader.find_with(name, self.within, |found| Original {
            leaf: found.leaf,
            received_at_ms: found.record.received_at_ms(),
            facts: found.record.facts().to_vec(),
        });
        found.map_err(|error| FactsUnavailable { name, why: error.to_string() })
    }

    fn missed(&self, name: EventName) -> FactsUnavailable {
        FactsUnavailable { name, why: self.reader.missed(name).to_string() }
    }
}

/// A record of the log as the fold takes it.
///
/// # Errors
/// Its header does not decode.
#[inline]
pub fn recorded<'a>(record: &RecordRef<'a>) -> Result<Recorded<'a>, ReplayError> {
    let flags = record.flags().map_err(|cause| ReplayError::Header { leaf: record.leaf(), cause })?;
    let at = Position {
        name: record.name(),
        leaf: record.leaf(),
        received_at_ms: record.received_at_ms(),
        rotates_key: flags & Header::ROTATES_KEY != 0,
    };
    Ok(Recorded { at, facts: record.facts() })
}
