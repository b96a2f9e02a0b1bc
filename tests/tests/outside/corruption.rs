//! Things that happen to files: rot, cuts, and what somebody does who knows the format but not the keys.

use std::{
    fs,
    path::{Path, PathBuf},
};

use socai_tests::{chance::Chance, files};

/// A directory as it was, to be spoilt and put back.
pub struct Pristine {
    dir: PathBuf,
    files: Vec<(PathBuf, Vec<u8>)>,
}

impl Pristine {
    pub fn of(dir: &Path) -> Pristine {
        let files = files::all(dir).into_iter().map(|path| (path.clone(), fs::read(path).unwrap()));
        Pristine { dir: dir.to_owned(), files: files.collect() }
    }

    /// Puts everything back.
    pub fn restore(&self) {
        for path in files::all(&self.dir) {
            if !self.files.iter().any(|(known, _)| *known == path) {
                fs::remove_file(path).unwrap();
            }
        }
        for (path, bytes) in &self.files {
            fs::write(path, bytes).unwrap();
        }
    }

    /// Spoils something, or leaves everything as it is; says what was done.
    pub fn spoil(&self, chance: &mut Chance) -> String {
        let (path, bytes) = self.pick(chance, "");
        let name = path.strip_prefix(&self.dir).unwrap().display();
        let (mut spoilt, at) = (bytes.clone(), chance.below(bytes.len() as u64) as usize);
        match chance.below(12) {
            0 | 1 => {
                let bit = chance.below(8);
                spoilt[at] ^= 1 << bit;
                fs::write(path, spoilt).unwrap();
                format!("bit {bit} of byte {at} of {name}")
            }
            2 => {
                spoilt.truncate(at);
                fs::write(path, spoilt).unwrap();
                format!("{name} cut to {at} bytes")
            }
            3 => {
                let more = 1 + chance.below(40);
                spoilt.extend((0..more).map(|_| chance.number() as u8));
                fs::write(path, spoilt).unwrap();
                format!("{more} bytes behind {name}")
            }
            4 => {
                fs::remove_file(path).unwrap();
                format!("{name} deleted")
            }
            5 => {
                let end = (at + 1 + chance.below(64) as usize).min(spoilt.len());
                spoilt[at..end].fill(0);
                fs::write(path, spoilt).unwrap();
                format!("zeros in {name} from {at} to {end}")
            }
            6 => {
                let (other, content) = self.pick(chance, "");
                fs::write(path, content).unwrap();
                format!("{} over {name}", other.display())
            }
            7 => {
                let stray = path.with_file_name(format!("stray{}", chance.below(10)));
                fs::write(&stray, b"x").unwrap();
                format!("a stray file {}", stray.display())
            }
            _ => self.spoil_frames(chance),
        }
    }

    /// Spoils a volume or annexes in a way that checksums do not tell.
    fn spoil_frames(&self, chance: &mut Chance) -> String {
        let folder = if chance.below(6) == 0 { "annex" } else { "volumes" };
        let (path, bytes) = self.pick(chance, folder);
        let name = path.strip_prefix(&self.dir).unwrap().display();
        let mut frames = frames_of(bytes);
        let (at, other) =
            (chance.below(frames.len() as u64) as usize, chance.below(frames.len() as u64) as usize);
        let what = match chance.below(8) {
            0 => {
                frames.swap(at, other);
                format!("frames {at} and {other} of {name} changed places")
            }
            1 => {
                frames.remove(at);
                format!("frame {at} of {name} is gone")
            }
            2 => {
                let again = frames[at].clone();
                frames.insert(other, again);
                format!("frame {at} of {name} again as {other}")
            }
            3 => {
                frames.truncate(at);
                format!("{name} ends before frame {at}")
            }
            _ => {
                let frame = &mut frames[at];
                let (byte, bit) = (4 + chance.below(frame.len() as u64 - 8) as usize, chance.below(8));
                frame[byte] ^= 1 << bit;
                let end = frame.len() - 4;
                let crc = crc32c(&frame[..end]).to_be_bytes();
                frame[end..].copy_from_slice(&crc);
                format!("bit {bit} of byte {byte} of frame {at} of {name}, its checksum made right")
            }
        };
        fs::write(path, frames.concat()).unwrap();
        what
    }

    /// A file that is not empty, from a folder.
    fn pick(&self, chance: &mut Chance, folder: &str) -> (&PathBuf, &Vec<u8>) {
        let folder = self.dir.join(folder);
        let fits = |(path, bytes): &&(PathBuf, Vec<u8>)| path.starts_with(&folder) && !bytes.is_empty();
        let candidates: Vec<_> = self.files.iter().filter(fits).collect();
        let (path, bytes) = chance.pick(&candidates);
        (path, bytes)
    }
}

/// The frames of a whole file: `u32` length, kind, payload, checksum.
fn frames_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut frames, mut rest) = (Vec::new(), bytes);
    while let Some(len) = rest.first_chunk::<4>() {
        let (frame, after) = rest.split_at(u32::from_be_bytes(*len) as usize + 9);
        frames.push(frame.to_vec());
        rest = after;
    }
    frames
}

/// CRC-32C bit by bit, so that the checksum is not ours either.
fn crc32c(bytes: &[u8]) -> u32 {
    let fold = |crc: u32, byte: &u8| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 },
        )
    };
    !bytes.iter().fold(u32::MAX, fold)
}
