//! Rows in chunks: packed for the disk, and unpacked one chunk ahead of whoever reads them.

use std::{
    ops::Range,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel, sync_channel},
    },
    thread,
};

use socai_fold::Restoring;

/// Bytes of rows after which a chunk ends: large enough for the compressor, small enough that one with the asked days has few others.
const CHUNK: usize = 1 << 18;
/// No chunk is longer: a row is at most 2 MiB of value and a key of a few texts.
const MAX_CHUNK: usize = CHUNK + (4 << 20);
/// No key is longer: a few texts of facts.
const MAX_KEY: usize = 1 << 20;
/// The fastest level: rows shrink to about a seventh, and a higher level would not pay for a file that is thrown away.
const LEVEL: i32 = 1;
/// Chunks unpacked ahead of the reader.
const AHEAD: usize = 8;
/// Numbers in front of a chunk: its stored and plain length, its rows, the lengths of its first and last key.
const HEAD: usize = 5 * 4;

/// Packs rows.
#[derive(Default)]
pub(super) struct Packing {
    plain: Vec<u8>,
    rows: u32,
    first: Vec<u8>,
    last: Vec<u8>,
    count: u64,
}

impl Packing {
    /// Adds a row; a full chunk, packed, goes to `full`. Rows of another group begin a chunk.
    pub(super) fn add<E>(
        &mut self,
        key: &[u8],
        value: &[u8],
        mut full: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.rows > 0 && Restoring::group(key) != Restoring::group(&self.last) {
            full(&self.chunk())?;
        }
        if self.rows == 0 {
            self.first.extend_from_slice(key);
        }
        // keys and values of the fold are far below 4 GiB
        self.plain.extend((key.len() as u32).to_be_bytes());
        self.plain.extend((value.len() as u32).to_be_bytes());
        self.plain.extend_from_slice(key);
        self.plain.extend_from_slice(value);
        self.last.clear();
        self.last.extend_from_slice(key);
        self.rows += 1;
        self.count += 1;
        if self.plain.len() < CHUNK { Ok(()) } else { full(&self.chunk()) }
    }

    /// The rows added.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The last chunk; empty when the one before was the last.
    pub(super) fn rest(&mut self) -> Vec<u8> {
        if self.rows == 0 { vec![] } else { self.chunk() }
    }

    fn chunk(&mut self) -> Vec<u8> {
        let packed = zstd::bulk::compress(&self.plain, LEVEL);
        let packed = packed.expect("zstd packs any bytes into a buffer of its own bound");
        let mut chunk = Vec::with_capacity(HEAD + self.first.len() + self.last.len() + packed.len());
        let numbers = [packed.len(), self.plain.len(), self.rows as usize, self.first.len(), self.last.len()];
        numbers.into_iter().for_each(|number| chunk.extend((number as u32).to_be_bytes()));
        [&self.first, &self.last, &packed].into_iter().for_each(|part| chunk.extend_from_slice(part));
        [&mut self.plain, &mut self.first, &mut self.last].into_iter().for_each(Vec::clear);
        self.rows = 0;
        chunk
    }
}

/// A chunk by its head; nothing of it is unpacked yet.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    /// Places in the file.
    first: Range<usize>,
    last: Range<usize>,
    packed: Range<usize>,
    plain: usize,
    rows: usize,
}

/// The chunks of a file.
pub(super) struct Body {
    file: Arc<Vec<u8>>,
    chunks: Vec<Chunk>,
}

impl Body {
    /// The chunks from `start` on; none unless they are whole and have `count` rows together.
    pub(super) fn of(file: Vec<u8>, start: usize, count: u64) -> Option<Self> {
        let (mut chunks, mut at) = (vec![], start);
        while at < file.len() {
            let chunk = Chunk::at(&file, at)?;
            at = chunk.packed.end;
            chunks.push(chunk);
        }
        let rows: u64 = chunks.iter().map(|chunk| chunk.rows as u64).sum();
        (rows == count).then(|| Body { file: Arc::new(file), chunks })
    }

    pub(super) fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// The keys of the first and last row of a chunk.
    pub(super) fn keys(&self, chunk: &Chunk) -> (&[u8], &[u8]) {
        (&self.file[chunk.first.clone()], &self.file[chunk.last.clone()])
    }

    /// One chunk at once; none when it cannot be unpacked.
    pub(super) fn unpacked(&self, chunk: &Chunk) -> Option<Plain> {
        chunk.unpacked(&self.file, &mut zstd::bulk::Decompressor::new().ok()?)
    }

    /// Chunks in order, unpacked by a thread of their own that ends when its reader goes; a none is the last, of one that cannot be unpacked.
    pub(super) fn ahead(&self, wanted: Vec<Chunk>) -> Ahead {
        let (send, chunks) = sync_channel(AHEAD);
        let (back, used) = channel::<Vec<u8>>();
        let file = Arc::clone(&self.file);
        thread::spawn(move || {
            let Ok(mut context) = zstd::bulk::Decompressor::new() else {
                let _ = send.send(None);
                return;
            };
            for chunk in wanted {
                // memory of the system's own comes cleared, which costs more than unpacking into it: what was read is used again
                let room = used.try_recv().unwrap_or_default();
                let plain = chunk.unpacked_into(room, &file, &mut context);
                let is_broken = plain.is_none();
                if send.send(plain).is_err() || is_broken {
                    return;
                }
            }
        });
        Ahead { chunks, back }
    }
}

/// Unpacked chunks as they come.
pub(super) struct Ahead {
    chunks: Receiver<Option<Plain>>,
    back: Sender<Vec<u8>>,
}

impl Ahead {
    /// The next chunk, `take`n; none after the last.
    pub(super) fn next<T>(&mut self, take: impl FnOnce(Option<&Plain>) -> T) -> Option<T> {
        let plain = self.chunks.recv().ok()?;
        let taken = take(plain.as_ref());
        if let Some(plain) = plain {
            let _ = self.back.send(plain.bytes); // after the last chunk nobody unpacks
        }
        Some(taken)
    }
}

impl Chunk {
    fn at(file: &[u8], at: usize) -> Option<Self> {
        let head = file.get(at..at.checked_add(HEAD)?)?;
        let number = |place: usize| number(&head[4 * place..4 * place + 4]);
        let (packed, plain, rows, first, last) = (number(0), number(1), number(2), number(3), number(4));
        if plain > MAX_CHUNK || rows == 0 || first > MAX_KEY || last > MAX_KEY {
            return None;
        }
        let first = at + HEAD..at + HEAD + first;
        let last = first.end..first.end + last;
        let packed = last.end..last.end.checked_add(packed)?;
        (packed.end <= file.len()).then_some(Chunk { first, last, packed, plain, rows })
    }

    fn unpacked(&self, file: &[u8], context: &mut zstd::bulk::Decompressor<'_>) -> Option<Plain> {
        self.unpacked_into(vec![], file, context)
    }

    fn unpacked_into(
        &self,
        mut bytes: Vec<u8>,
        file: &[u8],
        context: &mut zstd::bulk::Decompressor<'_>,
    ) -> Option<Plain> {
        bytes.clear();
        bytes.reserve(self.plain);
        let len = context.decompress_to_buffer(&file[self.packed.clone()], &mut bytes).ok()?;
        (len == self.plain && bytes.len() == len).then_some(Plain { bytes, rows: self.rows })
    }
}

/// An unpacked chunk.
pub(super) struct Plain {
    bytes: Vec<u8>,
    rows: usize,
}

impl Plain {
    /// Hands over its rows in order; whether they were all there and nothing else.
    pub(super) fn each<E>(&self, mut row: impl FnMut(&[u8], &[u8]) -> Result<(), E>) -> Result<bool, E> {
        let (mut rest, mut rows) = (self.bytes.as_slice(), 0);
        while let Some((head, after)) = rest.split_at_checked(8) {
            let (key, value) = (number(&head[..4]), number(&head[4..]));
            let Some((key, after)) = after.split_at_checked(key) else { return Ok(false) };
            let Some((value, after)) = after.split_at_checked(value) else { return Ok(false) };
            row(key, value)?;
            (rest, rows) = (after, rows + 1);
        }
        Ok(rest.is_empty() && rows == self.rows)
    }
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

    fn read(body: Vec<u8>, count: u64) -> Option<Rows> {
        let body = Body::of(body, 0, count)?;
        let mut rows = Rows::new();
        let mut ahead = body.ahead(body.chunks().to_vec());
        let mut push = |key: &[u8], value: &[u8]| {
            rows.push((key.to_vec(), value.to_vec()));
            Ok::<_, ()>(())
        };
        while let Some(is_whole) =
            ahead.next(|chunk| chunk.is_some_and(|chunk| chunk.each(&mut push).unwrap()))
        {
            if !is_whole {
                return None;
            }
        }
        Some(rows)
    }

    #[test]
    fn rows_come_back_over_several_chunks() {
        for rows in [rows(0), rows(1), rows(3_000)] {
            let (body, count) = packed(&rows);
            assert_eq!(read(body, count), Some(rows));
        }
    }

    #[test]
    fn a_chunk_says_which_keys_it_is_from_and_to_and_can_be_left_out() {
        let all = rows(3_000);
        let (file, count) = packed(&all);
        let body = Body::of(file, 0, count).unwrap();
        assert!(body.chunks().len() > 10, "many chunks");
        let mut at = 0;
        for chunk in body.chunks() {
            let (first, last) = body.keys(chunk);
            assert_eq!((first, last), (all[at].0.as_slice(), all[at + chunk.rows - 1].0.as_slice()));
            at += chunk.rows;
        }
        let wanted = body.chunks()[3].clone();
        let (first, last) = body.keys(&wanted);
        let mut keys = vec![];
        let push = |key: &[u8], _: &[u8]| {
            keys.push(key.to_vec());
            Ok::<_, ()>(())
        };
        assert_eq!(body.unpacked(&wanted).unwrap().each(push), Ok(true));
        assert_eq!((keys[0].as_slice(), keys[keys.len() - 1].as_slice()), (first, last));
    }

    #[test]
    fn a_body_that_is_cut_or_goes_on_is_not_whole() {
        let all = rows(2_500);
        let (body, count) = packed(&all);
        for len in [0, 1, 7, 8, 9, body.len() / 2, body.len() - 1] {
            assert_eq!(read(body[..len].to_vec(), count), None, "{len}");
        }
        assert_eq!(read([body.as_slice(), &body].concat(), count), None);
        assert_eq!(read(body.clone(), count - 1), None);
        assert_eq!(read(body, count + 1), None);
    }
}
