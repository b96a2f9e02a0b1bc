//! The file of entries: sealed one by one, appended, or written anew without what is erased.
//!
//! A frame is `u32` length of what follows, big-endian ‖ 24-byte nonce ‖ ciphertext and tag of XChaCha20-Poly1305 under the key derived from
//! `keys/vault`. The additional data is `u64`, the frame's number from 0: frames change places for nobody. Frame 0 holds `socai vault v1` and opens under
//! the right key alone; each other one holds an entry as JSON. A frame that is not whole, or zeros, at the end is what a crash left of an append that nobody was
//! told of: it is cut off. Anything else that does not open is damage, and is left as it is.

use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use serde::{Deserialize, Serialize};

use super::{Person, VaultError};
use crate::{
    dir::{FileError, sync_dir},
    entropy::random,
};

/// What frame 0 holds.
const HEAD: &[u8] = b"socai vault v1";
/// Bytes of a nonce.
const NONCE: usize = 24;
/// The longest frame: an entry is four texts of at most 400 characters and a token.
const MAX_FRAME: usize = 16 << 10;

/// A token and who is behind it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) token: String,
    pub(super) person: Person,
}

/// Where a frame is.
#[derive(Clone, Copy)]
pub(super) struct Place {
    at: u64,
    number: u64,
}

/// The open file.
pub(super) struct Entries {
    path: PathBuf,
    file: File,
    cipher: XChaCha20Poly1305,
    /// Bytes that hold whole frames.
    len: u64,
    frames: u64,
}

impl Entries {
    /// Opens or makes the file; gives every entry to `each`.
    pub(super) fn open(
        path: &Path,
        key: &[u8; 32],
        mut each: impl FnMut(Entry, Place),
    ) -> Result<Entries, VaultError> {
        let cipher = XChaCha20Poly1305::new(&blake3::derive_key("socai vault entries v1", key).into());
        let is_new = !path.exists();
        let file = options().create(true).open(path).map_err(FileError::at(path))?;
        let mut entries = Entries { path: path.to_owned(), file, cipher, len: 0, frames: 0 };
        if is_new {
            entries.push(HEAD)?;
            entries.sync()?;
            if let Some(parent) = path.parent() {
                sync_dir(parent)?;
            }
            return Ok(entries);
        }
        let bytes = entries.bytes()?;
        let whole = entries.walk(&bytes, |entry, place| {
            each(entry, place);
            Ok(())
        })?;
        if (whole.0 as usize) < bytes.len() {
            // what a crash left of an append that was not answered
            entries
                .file
                .set_len(whole.0)
                .and_then(|()| entries.file.sync_all())
                .map_err(FileError::at(path))?;
        }
        (entries.len, entries.frames) = whole;
        if entries.frames == 0 {
            // not even the head was written
            entries.push(HEAD)?;
            entries.sync()?;
        }
        Ok(entries)
    }

    /// Bytes that hold whole frames.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Whether the file is still the one that was opened, as long as it was: another process may have written.
    pub(super) fn is_current(&self) -> bool {
        let there = fs::metadata(&self.path).map(|about| (about.ino(), about.len()));
        let ours = self.file.metadata().map(|about| about.ino());
        matches!((there, ours), (Ok((ino, len)), Ok(own)) if ino == own && len == self.len)
    }

    /// Adds an entry, not synced; of a token the last one holds.
    pub(super) fn append(&mut self, entry: &Entry) -> Result<Place, VaultError> {
        let place = Place { at: self.len, number: self.frames };
        self.push(&serde_json::to_vec(entry).unwrap_or_default())?;
        Ok(place)
    }

    /// Makes what was added survive a power cut.
    pub(super) fn sync(&mut self) -> Result<(), VaultError> {
        Ok(self.file.sync_all().map_err(FileError::at(&self.path))?)
    }

    /// The entry of a frame that was given before.
    pub(super) fn read(&self, place: Place) -> Result<Entry, VaultError> {
        let damaged = || VaultError::Damaged { path: self.path.display().to_string(), at: place.at };
        let mut len = [0; 4];
        let read =
            |buffer: &mut [u8], at| self.file.read_exact_at(buffer, at).map_err(FileError::at(&self.path));
        read(&mut len, place.at)?;
        let len = u32::from_be_bytes(len) as usize;
        if len > MAX_FRAME {
            return Err(damaged());
        }
        let mut frame = vec![0; len];
        read(&mut frame, place.at + 4)?;
        let plain = self.opened(&frame, place.number).ok_or_else(damaged)?;
        serde_json::from_slice(&plain).map_err(|_| damaged())
    }

    /// Writes the file anew without what it says of a token; a crash leaves the old file or the new one. Places that were given before are no more.
    pub(super) fn remove(&mut self, token: &str) -> Result<(), VaultError> {
        let beside = self.path.with_extension("new");
        let file = options().create(true).truncate(true).open(&beside).map_err(FileError::at(&beside))?;
        let mut new = Entries { path: beside.clone(), file, cipher: self.cipher.clone(), len: 0, frames: 0 };
        new.push(HEAD)?;
        let bytes = self.bytes()?;
        self.walk(&bytes, |entry, _| {
            if entry.token != token {
                new.append(&entry)?;
            }
            Ok(())
        })?;
        new.sync()?;
        fs::rename(&beside, &self.path).map_err(FileError::at(&self.path))?;
        if let Some(parent) = self.path.parent() {
            sync_dir(parent)?;
        }
        (self.file, self.len, self.frames) = (new.file, new.len, new.frames);
        Ok(())
    }

    fn bytes(&self) -> Result<Vec<u8>, FileError> {
        let (mut bytes, mut file) = (Vec::new(), &self.file);
        let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut bytes));
        read.map_err(FileError::at(&self.path))?;
        Ok(bytes)
    }

    /// Seals what is added as the next frame.
    fn push(&mut self, plain: &[u8]) -> Result<(), VaultError> {
        let nonce = random::<NONCE>()?;
        let payload = Payload { msg: plain, aad: &self.frames.to_be_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload);
        // it fails only above 256 GiB
        let sealed = sealed.map_err(|_| VaultError::Unknowable)?;
        let mut frame = ((NONCE + sealed.len()) as u32).to_be_bytes().to_vec();
        frame.extend(nonce);
        frame.extend(sealed);
        let mut file = &self.file;
        let written = file.seek(SeekFrom::Start(self.len)).and_then(|_| file.write_all(&frame));
        written.map_err(FileError::at(&self.path))?;
        (self.len, self.frames) = (self.len + frame.len() as u64, self.frames + 1);
        Ok(())
    }

    /// What a frame holds; none when it does not open.
    fn opened(&self, frame: &[u8], number: u64) -> Option<Vec<u8>> {
        let (nonce, sealed) = frame.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: &number.to_be_bytes() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).ok()
    }

    /// Gives every entry of whole frames; where they end, and how many frames there are.
    fn walk(
        &self,
        bytes: &[u8],
        mut each: impl FnMut(Entry, Place) -> Result<(), VaultError>,
    ) -> Result<(u64, u64), VaultError> {
        let path = || self.path.display().to_string();
        let (mut at, mut number) = (0, 0_u64);
        while let Some(frame) = next(&bytes[at..]) {
            let damaged = || match number {
                0 => VaultError::WrongKey { path: path() },
                _ => VaultError::Damaged { path: path(), at: at as u64 },
            };
            let frame = frame.map_err(|()| damaged())?;
            let plain = self.opened(frame, number).ok_or_else(damaged)?;
            if number == 0 {
                if plain != HEAD {
                    return Err(damaged());
                }
            } else {
                let entry = serde_json::from_slice(&plain).map_err(|_| damaged())?;
                each(entry, Place { at: at as u64, number })?;
            }
            (at, number) = (at + 4 + frame.len(), number + 1);
        }
        Ok((at as u64, number))
    }
}

/// The next frame without its length; none where a crash cut it, an error for a length that none has.
fn next(bytes: &[u8]) -> Option<Result<&[u8], ()>> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    let len = u32::from_be_bytes(*len) as usize;
    if bytes.iter().all(|byte| *byte == 0) {
        return None; // the length of the file was written, and nothing else
    }
    if !(NONCE..=MAX_FRAME).contains(&len) {
        return Some(Err(()));
    }
    rest.get(..len).map(Ok)
}

fn options() -> fs::OpenOptions {
    let mut options = File::options();
    options.read(true).write(true).mode(0o600);
    options
}
