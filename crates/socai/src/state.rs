//! The state of a ledger at a cut-off, replayed from its log.

use anyhow::Result;
use socai_fold::Fold;
use socai_log::Reader;
use socai_tlog::TreeSize;

/// The state after everything that is committed.
pub fn newest(reader: &Reader) -> Result<Fold> {
    at(reader, reader.committed()?.size)
}

/// The state at a size.
pub fn at(reader: &Reader, size: TreeSize) -> Result<Fold> {
    let mut fold = Fold::new();
    socai_follow::replay(reader, &mut fold, size, |_, _| ())?;
    Ok(fold)
}
