//! One pass over the entries: the tree they make, tile by tile, and the chains that their headers make.

use std::collections::BTreeMap;

use socai_follow::{Progress, Trust};
use socai_tlog::{
    ChainHead, Completed, Entry, EventName, Frontier, Hash, Header, Malformed, SignedCheckpoint, TILE_WIDTH,
    Tile, TileKind, TreeSize, UnitNo, UnitSeq, bundled, genesis, leaf_hash, segment_message,
};

use super::{
    Public,
    fetch::{self, Tiles},
};
use crate::{fault_line::FaultLine, said::Said, words::Remedy};

/// Levels of tiles that a tree can have.
const LEVELS: usize = 8;
/// Faults that are told one by one.
const MAX_TOLD: usize = 100;
/// The most records of a segment (`proto/README.md`, Segment).
const MAX_SEGMENT: u64 = 512;

/// Where a unit's chain stands.
struct Tip {
    head: ChainHead,
    /// Records since the last signature.
    open: u64,
}

/// The pass.
pub(super) struct Walk<'a> {
    tiles: &'a dyn Tiles,
    trust: &'a Trust,
    kept: Option<&'a SignedCheckpoint>,
    frontier: Frontier,
    /// Hashes of each level of tiles since its last full one.
    levels: [Vec<Hash>; LEVELS],
    units: BTreeMap<UnitNo, Tip>,
    received_at_ms: u64,
    public: Public,
    faults: Vec<FaultLine>,
    faults_found: u64,
    /// Whether every entry was read.
    whole: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(tiles: &'a dyn Tiles, trust: &'a Trust, kept: Option<&'a SignedCheckpoint>) -> Self {
        Walk {
            tiles,
            trust,
            kept,
            frontier: Frontier::default(),
            levels: Default::default(),
            units: BTreeMap::new(),
            received_at_ms: 0,
            public: Public::default(),
            faults: vec![],
            faults_found: 0,
            whole: false,
        }
    }

    pub(super) fn size(&self) -> TreeSize {
        self.frontier.size()
    }

    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    pub(super) fn received_at_ms(&self) -> u64 {
        self.received_at_ms
    }

    pub(super) fn faults_found(&self) -> u64 {
        self.faults_found
    }

    pub(super) fn end(self) -> (Public, Vec<FaultLine>) {
        (Public { units: self.units.len() as u64, ..self.public }, self.faults)
    }

    /// Goes over a tree of this size and root. It ends early when entries are not given: what follows cannot be known.
    pub(super) fn whole(&mut self, size: TreeSize, root: &Hash, progress: &mut dyn FnMut(Progress)) {
        self.hold_against_kept(size);
        for tile in Tile::all(TileKind::Entries, size) {
            if self.bundle(tile).is_none() {
                return;
            }
            progress(Progress { done: self.size().0, of: size.0 });
        }
        self.whole = true;
        for level in 0..LEVELS {
            let left = std::mem::take(&mut self.levels[level]);
            let begin = TileKind::Hashes(level as u8).count(size) - left.len() as u64;
            if !left.is_empty() {
                self.compare(level, begin / u64::from(TILE_WIDTH), &left);
            }
        }
        let found = self.frontier.root();
        if found != *root {
            let said = Said::new(
                format!("mốc đã ký gốc {root}, các mục cho gốc {found}"),
                format!("the checkpoint signs root {root}, the entries make {found}"),
            );
            self.tell(FaultLine {
                file: Some("checkpoint".to_owned()),
                ..fault("damaged", said, Remedy::Restore)
            });
        }
        self.hold_uncovered();
    }

    /// The older checkpoint that the auditor brought, where the tree is too short for it.
    fn hold_against_kept(&mut self, size: TreeSize) {
        let Some(kept) = self.kept.map(SignedCheckpoint::size).filter(|kept| *kept > size) else { return };
        let said = Said::new(
            format!("trước đây đã ký mốc {kept} mục, nay sổ cái chỉ có {size}: bản cũ hoặc bị cắt"),
            format!("size {kept} was signed before, the log has {size} entries: an old copy, or cut"),
        );
        self.tell(fault("rolled_back", said, Remedy::Accuse));
    }

    /// A bundle; nothing when it is not there or cannot be read to its end.
    fn bundle(&mut self, tile: Tile) -> Option<()> {
        let bytes = self.fetched(tile)?;
        let mut count = 0;
        for entry in bundled(&bytes) {
            match entry {
                Ok(entry) => self.entry(tile, entry),
                Err(error) => {
                    self.tell(at(tile, malformed(&error)));
                    return None;
                }
            }
            count += 1;
        }
        if count != tile.width() {
            let width = tile.width();
            let said = Said::new(
                format!("có {count} mục, phải có {width}"),
                format!("holds {count} entries and should hold {width}"),
            );
            self.tell(at(tile, fault("damaged", said, Remedy::Restore)));
            return None;
        }
        Some(())
    }

    /// Bytes of a tile; what is not given is told.
    fn fetched(&mut self, tile: Tile) -> Option<Vec<u8>> {
        match fetch::tile(self.tiles, tile) {
            Ok(Some(bytes)) => {
                self.public.tiles += 1;
                self.public.bytes += bytes.len() as u64;
                Some(bytes)
            }
            Ok(None) => {
                let said = Said::new(
                    "không được cung cấp, dù mốc đã ký gồm nó",
                    "is not served, although the checkpoint signs for it",
                );
                self.tell(at(tile, fault("damaged", said, Remedy::Restore)));
                None
            }
            Err(why) => {
                let line =
                    FaultLine { unreadable: true, ..fault("unreadable", Said::same(why), Remedy::Read) };
                self.tell(at(tile, line));
                None
            }
        }
    }

    fn entry(&mut self, tile: Tile, bytes: &[u8]) {
        let leaf = self.size().0;
        let mut completed = Vec::with_capacity(1);
        self.frontier.push_with(leaf_hash(bytes), |done| {
            if done.level.is_multiple_of(8) {
                completed.push(done);
            }
        });
        completed.into_iter().for_each(|done| self.complete(done));
        self.hold_root();
        let read = Entry::decode(bytes).and_then(|entry| Ok((entry, Header::decode(&entry.header_bytes)?)));
        match read {
            Ok((entry, header)) => self.header(tile, leaf, &entry, &header),
            Err(error) => {
                let line = malformed(&error);
                let what = format!("entry {leaf}: {}", line.what);
                let what_vi = format!("mục {leaf}: {}", line.what_vi);
                self.tell(at(tile, FaultLine { what, what_vi, ..line }));
            }
        }
    }

    /// The root at the older checkpoint's size, once the tree is there.
    fn hold_root(&mut self) {
        let Some(kept) = self.kept.filter(|kept| kept.size() == self.size()) else { return };
        let (root, ours) = (*kept.root(), self.frontier.root());
        if root != ours {
            let size = kept.size();
            let said = Said::new(
                format!(
                    "trước đây đã ký mốc {size} mục với gốc {root}, nay sổ cái khác ở đó: lịch sử bị viết lại"
                ),
                format!(
                    "size {size} was signed before with root {root}, and the log is another there: history was rewritten"
                ),
            );
            self.tell(fault("rewritten", said, Remedy::Accuse));
        }
    }

    /// A hash of a level of tiles; a full tile is compared.
    fn complete(&mut self, done: Completed) {
        let level = usize::from(done.level / 8);
        self.levels[level].push(done.hash);
        if self.levels[level].len() == usize::from(TILE_WIDTH) {
            let full = std::mem::take(&mut self.levels[level]);
            self.compare(level, done.index / u64::from(TILE_WIDTH), &full);
        }
    }

    /// A tile of hashes against those that the entries make.
    fn compare(&mut self, level: usize, index: u64, expected: &[Hash]) {
        // at most 256 hashes of one of eight levels: there is such a tile
        let Some(tile) = Tile::new(TileKind::Hashes(level as u8), index, expected.len() as u16) else {
            return;
        };
        let Some(bytes) = self.fetched(tile) else { return };
        let expected: Vec<u8> = expected.iter().flat_map(|hash| hash.0).collect();
        if bytes != expected {
            let first = bytes.iter().zip(&expected).take_while(|(got, expected)| got == expected).count();
            let said = Said::new(
                "không phải các mã băm mà các mục cho ra",
                "are not the hashes that the entries make",
            );
            let line = fault("damaged", said, Remedy::Restore);
            self.tell(at(tile, FaultLine { offset: Some(first as u64), ..line }));
        }
    }

    /// The header in its unit's chain.
    fn header(&mut self, tile: Tile, leaf: u64, entry: &Entry, header: &Header) {
        let name = EventName { unit: header.unit, seq: header.seq };
        let tell = |this: &mut Self, code, said, remedy| {
            let line = FaultLine { record: Some(name.to_string()), ..fault(code, said, remedy) };
            this.tell(at(tile, line));
        };
        if entry.received_at_ms < self.received_at_ms {
            let said = Said::new(
                format!("mục {leaf} nhận trước mục trước nó"),
                format!("entry {leaf} was received before the one before it"),
            );
            tell(self, "order", said, Remedy::Compare);
        }
        self.received_at_ms = self.received_at_ms.max(entry.received_at_ms);
        let operator = self.trust.operator();
        let begin = genesis(self.trust.origin(), operator, UnitNo::OPERATOR, operator);
        let expected = match self.units.get(&header.unit) {
            Some(tip) => Some((tip.head.next_seq, Some(tip.head.link))),
            None if header.unit == UnitNo::OPERATOR => Some((UnitSeq(0), Some(begin))),
            None => Some((UnitSeq(0), None)), // its genesis is of a key that is a fact
        };
        let (seq, link) = expected.unwrap_or((header.seq, None));
        if header.seq != seq || link.is_some_and(|link| link != header.prev) {
            let said = Said::new(
                format!("mục {leaf} không nối tiếp chuỗi của đơn vị, lẽ ra là số {seq}"),
                format!("entry {leaf} does not go on with its unit's chain, which is at number {seq}"),
            );
            tell(self, "chain", said, Remedy::Compare);
        }
        let link = socai_tlog::link(&entry.header_bytes);
        let open = self.units.get(&header.unit).map_or(0, |tip| tip.open) + 1;
        if open > MAX_SEGMENT {
            let said =
                Said::new("quá 512 bản ghi không có chữ ký", "more than 512 records without a signature");
            tell(self, "uncovered", said, Remedy::Compare);
        }
        if let Some(signature) = &entry.signature {
            self.public.segments += 1;
            if header.unit == UnitNo::OPERATOR {
                self.public.segments_verified += 1;
                if !operator.verifies(&segment_message(self.trust.origin(), link), signature) {
                    let said = Said::new(
                        "chữ ký không phải của khóa vận hành",
                        "the signature was not made with the operator's key",
                    );
                    tell(self, "signature", said, Remedy::Compare);
                }
            }
        }
        let next_seq = UnitSeq(header.seq.0.saturating_add(1));
        let open = if entry.signature.is_some() { 0 } else { open };
        self.units.insert(header.unit, Tip { head: ChainHead { next_seq, link }, open });
    }

    /// Every chain ends with a signature.
    fn hold_uncovered(&mut self) {
        let open: Vec<String> =
            self.units.iter().filter(|(_, tip)| tip.open > 0).map(|(unit, _)| unit.to_string()).collect();
        if !open.is_empty() {
            let units = open.join(", ");
            let said = Said::new(
                format!("chuỗi của đơn vị số {units} kết thúc không có chữ ký"),
                format!("the chains of units {units} end without a signature"),
            );
            self.tell(fault("uncovered", said, Remedy::Compare));
        }
    }

    /// Adds a fault; of many the first are told.
    pub(super) fn tell(&mut self, fault: FaultLine) {
        self.faults_found += 1;
        if self.faults.len() < MAX_TOLD {
            self.faults.push(fault);
        }
    }
}

fn fault(code: &'static str, said: Said, remedy: Remedy) -> FaultLine {
    FaultLine::new(code, said, remedy.said())
}

fn malformed(error: &Malformed) -> FaultLine {
    let said = Said::new(format!("sai khuôn dạng: {error}"), format!("is malformed: {error}"));
    fault("damaged", said, Remedy::Restore)
}

fn at(tile: Tile, fault: FaultLine) -> FaultLine {
    FaultLine { file: Some(tile.to_string()), ..fault }
}
