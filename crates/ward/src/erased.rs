//! `erased`: the tree size of the ledger up to which every erasure of this unit's annexes is carried out here.
//!
//! Written after the annex was overwritten, so a crash between has it overwritten again. A file that is missing or unreadable stands for 0:
//! the district then tells all of them once more.

use socai_tlog::TreeSize;

use crate::dir::{FileError, UnitDir, read_if_there, replace};

/// Reads it.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn read(dir: &UnitDir) -> Result<TreeSize, FileError> {
    let bytes = read_if_there(&dir.erased())?.unwrap_or_default();
    let text = String::from_utf8(bytes).unwrap_or_default();
    Ok(TreeSize(text.trim().parse().unwrap_or_default()))
}

/// Keeps it.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn write(dir: &UnitDir, size: TreeSize) -> Result<(), FileError> {
    replace(&dir.erased(), format!("{size}\n").as_bytes())
}
