//! Rows in chunks: packed for the disk, and unpacked one chunk ahead of whoever reads them.

use std::{
    ops::Range,
    rc::Rc,
    sync::mpsc::{Receiver, sync_channel},
    thread,
};

/// Bytes of rows after which a chunk ends: large enough for the compressor, small enough to be passed around.
const CHUNK: usize = 1 << 20;
/// No chunk is longer: a row is at most 2 MiB of value and a key of a few texts.
const MAX_CHUNK: usize = CHUNK + (4 << 20);
/// The fastest level: rows shrink to about a seventh, and a higher level would not pay for a file that is thrown away.
const LEVEL: i32 = 1;
/// Chunks unpacked ahead of the reader.
const AHEAD: usize = 2;

/// Packs rows.
#[derive(Default)]
pub(super) struct Packing {
    plain: Vec<u8>,
    count: u64,
}

impl Packing {
    /// Adds a row; a full chunk, packed, goes to `full`.
    pub(super) fn add<E>(
        &mut self,
        key: &[u8],
        value: &[u8],
        full: impl FnOnce(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        // keys and values of the fold are far below 4 GiB
        self.plain.extend((key.len() as u32).to_be_bytes());
        self.plain.extend((value.len() as u32).to_be_bytes());
        self.plain.extend_from_slice(key);
        self.plain.extend_from_slice(value);
        self.count += 1;
        if self.plain.len() < CHUNK { Ok(()) } else { full(&self.chunk()) }
    }

    /// The rows added.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The last chunk; empty when the one before was the last.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        if self.plain.is_empty() { vec![] } else { self.chunk() }
    }

    fn chunk(&mut self) -> Vec<u8> {
        let packed = zstd::bulk::compress(&self.plain, LEVEL);
        let packed = packed.expect("zstd packs any bytes into a buffer of its own bound");
        let mut chunk = Vec::with_capacity(packed.len() + 8);
        chunk.extend((packed.len() as u32).to_be_bytes());
        chunk.extend((self.plain.len() as u32).to_be_bytes());
        chunk.extend_from_slice(&packed);
        self.plain.clear();
        chunk
    }
}

/// A piece of an unpacked chunk: a key or a value.
pub(super) struct Piece {
    chunk: Rc<Vec<u8>>,
    at: Range<usize>,
}

impl AsRef<[u8]> for Piece {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        &self.chunk[self.at.clone()]
    }
}

/// The rows of a body, in order; ends early where it cannot be unpacked, which [`Unpacked::is_whole`] then says.
pub(super) struct Unpacked {
    chunks: Receiver<Option<Vec<u8>>>,
    chunk: Rc<Vec<u8>>,
    at: usize,
    left: u64,
    is_broken: bool,
}

impl Unpacked {
    /// The `count` rows of `body`, unpacked by a thread of its own that ends when its reader goes.
    pub(super) fn of(body: Vec<u8>, start: usize, count: u64) -> Self {
        let (send, chunks) = sync_channel(AHEAD);
        thread::spawn(move || {
            let mut rest = body.get(start..).unwrap_or_default();
            while !rest.is_empty() {
                let plain = unpacked(&mut rest);
                let is_broken = plain.is_none();
                if send.send(plain).is_err() || is_broken {
                    return;
                }
            }
        });
        Unpacked { chunks, chunk: Rc::default(), at: 0, left: count, is_broken: false }
    }

    /// Whether all rows came and nothing else.
    pub(super) fn is_whole(&self) -> bool {
        self.left == 0 && !self.is_broken && self.at == self.chunk.len() && self.chunks.recv().is_err()
    }

    fn take(&mut self, len: usize) -> Option<Range<usize>> {
        let end = self.at.checked_add(len).filter(|end| *end <= self.chunk.len())?;
        let range = self.at..end;
        self.at = end;
        Some(range)
    }

    fn row(&mut self) -> Option<(Piece, Piece)> {
        while self.at == self.chunk.len() {
            self.chunk = Rc::new(self.chunks.recv().ok()??);
            self.at = 0;
        }
        let (key_len, value_len) = (self.take(4)?, self.take(4)?);
        let (key_len, value_len) = (number(&self.chunk[key_len]), number(&self.chunk[value_len]));
        let (key, value) = (self.take(key_len)?, self.take(value_len)?);
        let piece = |at| Piece { chunk: Rc::clone(&self.chunk), at };
        Some((piece(key), piece(value)))
    }
}

impl Iterator for Unpacked {
    type Item = (Piece, Piece);

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 || self.is_broken {
            return None;
        }
        let row = self.row();
        self.left -= 1;
        self.is_broken = row.is_none();
        row
    }
}

/// Takes one chunk off the front.
fn unpacked(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let (head, after) = rest.split_at_checked(8)?;
    let (stored, plain) = (number(&head[..4]), number(&head[4..]));
    let (packed, after) = after.split_at_checked(stored)?;
    *rest = after;
    if plain > MAX_CHUNK {
        return None;
    }
    zstd::bulk::decompress(packed, plain).ok().filter(|bytes| bytes.len() == plain && plain > 0)
}

/// Four bytes as a length.
fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rows = Vec<(Vec<u8>, Vec<u8>)>;

    fn packed(rows: &Rows) -> (Vec<u8>, u64) {
        let (mut packing, mut body) = (Packing::default(), vec![]);
        for (key, value) in rows {
            let full = |chunk: &[u8]| {
                body.extend_from_slice(chunk);
                Ok::<_, ()>(())
            };
            packing.add(key, value, full).unwrap();
        }
        body.extend(packing.rest());
        (body, packing.count())
    }

    fn rows(count: u32) -> Rows {
        (0..count).map(|at| (at.to_be_bytes().to_vec(), vec![at as u8; (at % 3_000) as usize])).collect()
    }

    fn read(body: Vec<u8>, count: u64) -> (Rows, bool) {
        let mut unpacked = Unpacked::of(body, 0, count);
        let rows = unpacked.by_ref().map(|(key, value)| (key.as_ref().to_vec(), value.as_ref().to_vec()));
        (rows.collect(), unpacked.is_whole())
    }

    #[test]
    fn rows_come_back_over_several_chunks() {
        for rows in [rows(0), rows(1), rows(3_000)] {
            let (body, count) = packed(&rows);
            assert_eq!(read(body, count), (rows, true));
        }
    }

    #[test]
    fn a_body_that_is_cut_or_goes_on_is_not_whole() {
        let all = rows(2_500);
        let (body, count) = packed(&all);
        for len in [0, 1, 7, 8, 9, body.len() / 2, body.len() - 1] {
            let (rows, is_whole) = read(body[..len].to_vec(), count);
            assert!(!is_whole && rows.len() < all.len(), "{len}");
        }
        assert!(!read([body.as_slice(), &body].concat(), count).1);
        assert!(!read(body.clone(), count - 1).1);
        assert!(!read(body, count + 1).1);
    }
}
