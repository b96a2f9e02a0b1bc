//! Verifying annexes against their records, and that annex volumes hold nothing else.

use std::{fs::File, path::PathBuf};

use crate::{
    annex::{self, Annex, annex_path},
    disk,
    error::{Damage, LogError},
    frame,
    lookup::check_annex,
    reader::{Reader, damaged, read_frame},
    replay::StoredAnnex,
    scan::Tail,
    volume::volume_path,
};

/// Annexes read together: neighbours, so that small ones do not cost a system call each.
const PIECE: u64 = 1 << 20;

/// What became of annexes that records point to.
#[derive(Clone, Debug, Default)]
pub struct AnnexesChecked {
    /// Those that are there and match.
    pub present: u64,
    /// Those that were erased, by their place among the given ones.
    pub erased: Vec<usize>,
    /// Those that do not hold, by their place among the given ones.
    pub faults: Vec<(usize, LogError)>,
}

impl Reader {
    /// Where annex volume `volume` lies.
    pub fn annex_file(&self, volume: u64) -> PathBuf {
        annex_path(self.dir(), volume)
    }

    /// Where volume `volume` lies.
    pub fn record_file(&self, volume: u64) -> PathBuf {
        volume_path(self.dir(), volume)
    }

    /// Verifies annexes of one volume that lie one behind the other, as [`Replay::annexes`](crate::Replay::annexes) gives them.
    ///
    /// # Errors
    /// The file cannot be read; annexes that do not hold are faults.
    pub fn check_annexes(&self, volume: u64, stored: &[StoredAnnex]) -> Result<AnnexesChecked, LogError> {
        let path = annex_path(self.dir(), volume);
        let file = disk::open_read(&path)?;
        let mut checked = AnnexesChecked::default();
        let (mut bytes, mut first) = (Vec::new(), 0);
        while first < stored.len() {
            let start = stored[first].at.offset;
            let near = stored[first..].iter().take_while(|next| end_of(next) - start <= PIECE).count().max(1);
            let piece = &stored[first..first + near];
            let have = match &file {
                Some(file) => read_range(file, &path, start, end_of(&piece[near - 1]), &mut bytes)?,
                None => 0,
            };
            for (place, annex) in (first..).zip(piece) {
                let from = ((annex.at.offset - start) as usize).min(have);
                let to = ((end_of(annex) - start) as usize).min(have);
                match check_one(&bytes[from..to], annex) {
                    Ok(Annex::Erased) => checked.erased.push(place),
                    Ok(_) => checked.present += 1,
                    Err(_) if file.is_none() => {
                        checked.faults.push((place, damaged(&path, 0, Damage::Missing)));
                    }
                    Err(what) => checked.faults.push((place, damaged(&path, annex.at.offset, what))),
                }
            }
            first += near;
        }
        Ok(checked)
    }

    /// Verifies the head of annex volume `volume`, of which the records of volume `volume` need the first `end` bytes; 0 when
    /// they point to no annex. Tells what lies behind: in the newest volume a batch on its way or one that a crash left.
    ///
    /// # Errors
    /// The first damage, or the file cannot be read.
    pub fn check_annex_volume(&self, volume: u64, end: u64) -> Result<Option<Tail>, LogError> {
        let path = annex_path(self.dir(), volume);
        let Some(file) = disk::open_read(&path)? else {
            return if end == 0 { Ok(None) } else { Err(damaged(&path, 0, Damage::Missing)) };
        };
        if end > 0 {
            let mut bytes = Vec::new();
            let head = annex::parse_head(&read_frame(&file, &path, 0, &mut bytes)?);
            let head = head.map_err(|what| damaged(&path, 0, what))?;
            if head != (self.volume_head(volume)?.origin, volume) {
                let what = Damage::Layout("the origin or number in the annex volume's head");
                return Err(damaged(&path, 0, what));
            }
        }
        let len = disk::file_len(&file, &path)?.saturating_sub(end);
        Ok((len > 0).then_some(Tail { path, offset: end, len }))
    }

    /// As [`Reader::check_annex_volume`] for a volume that is sealed: nothing may lie behind.
    ///
    /// # Errors
    /// The first damage, or the file cannot be read.
    pub fn check_sealed_annex_volume(&self, volume: u64, end: u64) -> Result<(), LogError> {
        match self.check_annex_volume(volume, end)? {
            None => Ok(()),
            Some(Tail { path, offset, .. }) => {
                let what = Damage::Layout("an annex volume with bytes behind its last annex");
                Err(damaged(&path, offset, what))
            }
        }
    }
}

/// Verifies the bytes that a record says are its annex's frame.
fn check_one(bytes: &[u8], stored: &StoredAnnex) -> Result<Annex, Damage> {
    let frame = frame::parse(bytes)?;
    match frame.encoded_len() {
        len if len == bytes.len() => check_annex(&frame, stored),
        len => Err(Damage::Number {
            what: "the length of an annex frame",
            got: len as u64,
            expected: bytes.len() as u64,
        }),
    }
}

fn end_of(stored: &StoredAnnex) -> u64 {
    stored.at.offset + annex::OVERHEAD as u64 + u64::from(stored.at.len)
}

/// Reads what is there of a range into `bytes`; tells how much.
fn read_range(
    file: &File,
    path: &std::path::Path,
    start: u64,
    end: u64,
    bytes: &mut Vec<u8>,
) -> Result<usize, LogError> {
    let have = disk::file_len(file, path)?.min(end).saturating_sub(start) as usize;
    bytes.resize(have, 0);
    disk::read_at(file, path, bytes, start)?;
    Ok(have)
}
