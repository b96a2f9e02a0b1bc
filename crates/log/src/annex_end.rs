//! The end of the newest annex volume at a start.

use std::path::Path;

use crate::{
    annex::{self, annex_path},
    checkpoint::LogKey,
    disk::{Disk, DiskFile},
    error::{Damage, LogError},
    reader::{damaged, read_frame},
    volume::origin_mark,
};

/// Cuts annexes that no committed record points to; a missing committed one is damage.
pub(crate) fn cut_annexes(
    dir: &Path,
    key: &LogKey,
    disk: &Disk,
    volume: u64,
    end: u64,
) -> Result<(Option<DiskFile>, u64), LogError> {
    let path = annex_path(dir, volume);
    if !path.exists() && end == 0 {
        return Ok((None, 0));
    }
    if !path.exists() {
        return Err(damaged(&path, 0, Damage::Missing));
    }
    let file = disk.open(&path)?;
    let have = file.len()?;
    if have < end {
        return Err(damaged(&path, have, Damage::Truncated { need: end, have }));
    }
    if end > 0 {
        check_annex_head(&file, key, volume)?;
    }
    if have > end {
        file.set_len(end)?;
        file.sync()?;
    }
    Ok((Some(file), have - end))
}

fn check_annex_head(file: &DiskFile, key: &LogKey, volume: u64) -> Result<(), LogError> {
    let mut bytes = Vec::new();
    let frame = read_frame(file.file(), file.path(), 0, &mut bytes)?;
    let head = annex::parse_head(&frame).map_err(|what| damaged(file.path(), 0, what))?;
    match head == (origin_mark(key.origin()), volume) {
        true => Ok(()),
        false => {
            Err(damaged(file.path(), 0, Damage::Layout("the origin or number in the annex volume's head")))
        }
    }
}
