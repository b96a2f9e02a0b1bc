//! The end of the newest annex volume at a start.

use std::path::Path;

use crate::{
    annex::{self, annex_path},
    checkpoint::LogKey,
    disk::{Disk, DiskFile, read_failed},
    error::{Damage, LogError},
    reader::{damaged, read_frame},
    volume::origin_mark,
};

/// Cuts annexes that no committed record points to; a missing committed one is damage. The name of the file is durable afterwards: a start that made it may have
/// died before its sync.
pub(crate) fn cut_annexes(
    dir: &Path,
    key: &LogKey,
    disk: &Disk,
    volume: u64,
    end: u64,
) -> Result<(Option<DiskFile>, u64), LogError> {
    let path = annex_path(dir, volume);
    match (path.try_exists().map_err(|source| read_failed(&path, None, source))?, end) {
        (false, 0) => return Ok((None, 0)),
        (false, _) => return Err(damaged(&path, 0, Damage::Missing)),
        (true, _) => {}
    }
    let file = disk.open(&path)?;
    let have = file.len()?;
    if have < end {
        return Err(damaged(&path, have, Damage::Truncated { need: end, have }));
    }
    match end {
        0 => disk.sync_dir(&annex::annex_dir(dir))?,
        _ => check_annex_head(&file, key, volume)?,
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
