//! The part of verifying a chunk that no other chunk is needed for: checksums, digests, links and leaf hashes.
//!
//! This is nearly all the work, and threads can do it apart; [`Replay::hashed`](crate::Replay::hashed) then takes the
//! results in order. The BLAKE3 hashes of a whole chunk are computed together, which is what makes them cheap.

use socai_tlog::{Digest, HEADER_LEN, Hash, Header, Link, entry_hash, links};

use crate::{
    chunk::{Chunk, Item},
    error::Damage,
    record::RecordRef,
};

/// What hashing a chunk gave, up to the first damage. Used again, so its room is allocated once.
#[derive(Debug, Default)]
pub struct HashedChunk {
    /// For each record in order.
    pub(crate) records: Vec<Hashes>,
    /// Where the chunk is damaged; everything before holds.
    pub(crate) damage: Option<(u64, Damage)>,
}

/// The two hashes of a record whose facts match its header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hashes {
    /// The link of its header.
    pub(crate) link: Link,
    /// Its leaf hash.
    pub(crate) leaf: Hash,
}

impl Chunk {
    /// Verifies checksums and facts and hashes every record into `out`; damage is kept for its turn.
    pub fn hash_into(&self, out: &mut HashedChunk) {
        let read = Read::of(self);
        let facts: Vec<&[u8]> = read.records.iter().map(RecordRef::facts).collect();
        let (digests, links) = (Digest::of_each(&facts), links(&read.headers));
        out.damage = read.damage;
        out.records.clear();
        for (place, record) in read.records.iter().enumerate() {
            let header = &read.headers[place]; // one for each record, as are digests and links
            if let Err(what) = check_facts(record, digests[place]) {
                return out.damage = Some((record.offset(), what));
            }
            let leaf = entry_hash(record.received_at_ms(), header, record.signature());
            out.records.push(Hashes { link: links[place], leaf });
        }
    }
}

/// The records of a chunk up to the first damage.
struct Read<'a> {
    records: Vec<RecordRef<'a>>,
    headers: Vec<[u8; HEADER_LEN]>,
    damage: Option<(u64, Damage)>,
}

impl<'a> Read<'a> {
    fn of(chunk: &'a Chunk) -> Self {
        let about = chunk.len() / 256; // room for records of some hundred bytes; a smaller one costs a copy
        let (records, headers) = (Vec::with_capacity(about), Vec::with_capacity(about));
        let mut read = Read { records, headers, damage: None };
        let mut items = chunk.items();
        while let Some((offset, item)) = items.read_next() {
            let record = match item {
                Ok(Item::Record(record)) => record,
                Ok(_) => continue,
                Err(what) => {
                    read.damage = Some((offset, what));
                    break;
                }
            };
            let header = record.header_bytes();
            if let Err(what) = Header::decode(&header) {
                read.damage = Some((offset, Damage::Header(what)));
                break;
            }
            read.records.push(record);
            read.headers.push(header);
        }
        read
    }
}

/// The facts are those of the header. Before they are said not to be, they are hashed once more on their own.
fn check_facts(record: &RecordRef<'_>, digest: Digest) -> Result<(), Damage> {
    let expected = record.facts_digest();
    if digest == expected || Digest::of(record.facts()) == expected {
        return Ok(());
    }
    Err(Damage::Content { what: "the facts", name: record.name(), got: digest, expected })
}
