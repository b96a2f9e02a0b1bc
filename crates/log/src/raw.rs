//! The files of a log as bytes, up to the last commit: what a copy is made from.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use crate::{
    annex::annex_path, checkpoint, committed::Committed, derived, disk, error::LogError, reader::Reader,
    volume::volume_path,
};

/// A file that is not derived from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawFile {
    /// A volume.
    Volume(u64),
    /// The annexes of a volume's records.
    Annexes(u64),
    /// The checkpoints that witnesses cosigned, beside the log's directory.
    Witnessed,
}

/// The name of that file.
pub(crate) const WITNESSED: &str = "witnessed";

/// Bytes of such a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The bytes; empty at the end.
    pub bytes: Vec<u8>,
    /// How long the file is, as far as it is given.
    pub total: u64,
}

impl RawFile {
    /// Where it lies for the log in `dir`.
    pub fn path(self, dir: &Path) -> PathBuf {
        match self {
            RawFile::Volume(number) => volume_path(dir, number),
            RawFile::Annexes(number) => annex_path(dir, number),
            RawFile::Witnessed => dir.parent().unwrap_or(dir).join(WITNESSED),
        }
    }
}

/// As in the log's directory: `volumes/0000000000.vol`, `annex/0000000000.anx`; `witnessed`.
impl fmt::Display for RawFile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RawFile::Volume(number) => write!(out, "volumes/{number:010}.vol"),
            RawFile::Annexes(number) => write!(out, "annex/{number:010}.anx"),
            RawFile::Witnessed => out.write_str(WITNESSED),
        }
    }
}

/// A text that names no such file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRawFile;

impl FromStr for RawFile {
    type Err = NoRawFile;

    fn from_str(text: &str) -> Result<Self, NoRawFile> {
        let number = |text: &str| text.parse().ok();
        let volume = text.strip_prefix("volumes/").and_then(|name| name.strip_suffix(".vol"));
        let annexes = text.strip_prefix("annex/").and_then(|name| name.strip_suffix(".anx"));
        let file = match (volume, annexes) {
            (Some(name), _) => number(name).map(RawFile::Volume),
            (_, Some(name)) => number(name).map(RawFile::Annexes),
            _ => (text == WITNESSED).then_some(RawFile::Witnessed),
        };
        // one name for one file
        file.filter(|file| file.to_string() == text).ok_or(NoRawFile)
    }
}

impl Reader {
    /// Bytes of a file from `offset` on, at most `max`; `None` when the log has no such file. Of volumes nothing is given behind the last
    /// published commit; of the newest annexes a batch on its way may be, and of `witnessed` a note.
    ///
    /// # Errors
    /// The log or the file cannot be read; the volumes do not lead up to the published checkpoint, so that something is missing or changed.
    pub fn raw(&self, file: RawFile, offset: u64, max: usize) -> Result<Option<Piece>, LogError> {
        let committed = self.whole()?;
        let path = file.path(self.dir());
        match file {
            RawFile::Volume(number) | RawFile::Annexes(number) if number > committed.volume => {
                return Ok(None);
            }
            _ => {}
        }
        let Some(open) = disk::open_read(&path)? else { return Ok(None) };
        let total = match file {
            RawFile::Volume(number) if number == committed.volume => committed.end,
            _ => disk::file_len(&open, &path)?,
        };
        let mut bytes = vec![0; total.saturating_sub(offset).min(max as u64) as usize];
        disk::read_at(&open, &path, &mut bytes, offset)?;
        Ok(Some(Piece { bytes, total }))
    }

    /// The end of the log, unless the published checkpoint says that there was more.
    fn whole(&self) -> Result<Committed, LogError> {
        let published =
            self.checkpoint_file().ok().and_then(|note| checkpoint::stated(&note)).map(|stated| stated.size);
        // read after the checkpoint: the log can only have grown
        let committed = self.committed()?;
        match published.filter(|published| *published > committed.size) {
            None => Ok(committed),
            Some(published) => Err(LogError::Ahead {
                checkpoint: derived::checkpoint_path(self.dir()),
                published,
                found: committed.size,
                volume: volume_path(self.dir(), committed.volume),
                offset: committed.end,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_name_and_nothing_else_is_one() {
        for file in
            [RawFile::Volume(0), RawFile::Volume(12_345_678_901), RawFile::Annexes(7), RawFile::Witnessed]
        {
            assert_eq!(file.to_string().parse(), Ok(file));
        }
        for wrong in
            ["", "volumes/0.vol", "volumes/+000000000.vol", "volumes/../lock", "annex/0000000000.vol"]
        {
            assert_eq!(wrong.parse::<RawFile>(), Err(NoRawFile), "{wrong}");
        }
    }
}
