//! Cases that somebody asked for and that are not there.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use socai_log::Reader;
use socai_tlog::TreeSize;

use crate::{lang::Lang, near};

/// Refuses a case that no fact below a size belongs to: a slip of the pen looks like a case without facts else. The others of `asked` have been printed; those
/// that were `met` are there.
///
/// # Errors
/// The log cannot be read, or there is no such case: says which one was probably meant.
pub fn all_known(
    reader: &Reader,
    size: TreeSize,
    asked: &[String],
    met: &BTreeSet<String>,
    lang: Lang,
) -> Result<()> {
    if asked.iter().all(|case| met.contains(case)) {
        return Ok(());
    }
    let cases = near::cases(reader, size)?;
    match asked.iter().find(|case| !cases.contains(*case)) {
        Some(unknown) => bail!("--case: {}", near::no_case(unknown, size, &cases, lang)),
        None => Ok(()),
    }
}
