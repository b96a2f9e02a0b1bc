//! Copying what is new, piece by piece.

use std::time::Duration;

use socai_log::RawFile;

use crate::{Mirror, ask::Wait, error::MirrorError, source::MAX_PIECE};

/// The largest file that is copied: hundreds of times what a volume has. A source that names a larger one is refused.
const MAX_FILE: u64 = 128 << 30;

impl Mirror {
    /// Copies what the source has behind our end, volume after volume; how many bytes came.
    pub(crate) fn fetch(&self, was_settled: bool, wait: Wait<'_>) -> Result<u64, MirrorError> {
        let first = self.held.as_ref().map_or(0, |held| held.volume);
        let (mut volume, mut bytes) = (first, 0);
        loop {
            bytes += self.fetch_file(RawFile::Volume(volume), wait)?;
            if self.source.read(RawFile::Volume(volume + 1), 0, 1)?.is_none() {
                break;
            }
            // a volume has its successor once it is sealed: now its end is there
            bytes += self.fetch_file(RawFile::Volume(volume), wait)?;
            volume += 1;
        }
        if bytes > 0 || !was_settled {
            // annexes are on the disk before the records that point to them
            for number in first..=volume {
                bytes += self.fetch_file(RawFile::Annexes(number), wait)?;
            }
        }
        Ok(bytes)
    }

    /// Copies a file from our end of it to the end that the source states first.
    fn fetch_file(&self, file: RawFile, wait: Wait<'_>) -> Result<u64, MirrorError> {
        let begin = self.copy.len(file)?;
        let (mut have, mut end) = (begin, None);
        while end.is_none_or(|end| have < end) {
            if wait(Duration::ZERO) {
                return Err(MirrorError::Stopped);
            }
            let Some(piece) = self.source.read(file, have, MAX_PIECE)? else { break };
            let end = *end.get_or_insert(piece.total);
            if end > MAX_FILE {
                let why =
                    format!("log/{file}: the source says that it has {end} bytes, more than any volume");
                return Err(MirrorError::Refused(why));
            }
            if piece.bytes.is_empty() {
                break;
            }
            self.copy.append(file, &piece.bytes)?;
            have += piece.bytes.len() as u64;
        }
        Ok(have - begin)
    }
}
