//! Tiles: the addresses under which a log serves its tree and entries (C2SP tlog-tiles).
//!
//! A tile is up to 256 neighbours of one tile level, so it is a range of the flat file of that level: tile `N` starts at byte
//! `8192 * N`. An entry bundle is 256 entries, each after its `u16` length.

use std::{fmt, ops::Range, str::FromStr};

use crate::names::{BadName, LeafIndex, TreeSize, parse_decimal};

/// Hashes in a full tile and entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// Bytes of a hash in a tile.
const HASH_LEN: u64 = 32;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Hashes of this tile level, 0 to 63; level 0 holds leaf hashes.
    Hashes(u8),
    /// Entries.
    Entries,
}

/// The address of a tile, printed as its path: `tile/0/x001/x234/067.p/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    kind: TileKind,
    index: u64,
    width: u16,
}

impl Tile {
    /// Tile `index` of `kind`, `width` wide (1 to 256); `None` for a width or level that does not exist.
    pub fn new(kind: TileKind, index: u64, width: u16) -> Option<Self> {
        let level_exists = !matches!(kind, TileKind::Hashes(64..));
        let valid = level_exists && (1..=TILE_WIDTH).contains(&width);
        valid.then_some(Tile { kind, index, width })
    }

    /// The tile that holds hash or entry `position` of `kind` in a tree of `size`, as wide as it is there.
    pub fn holding(kind: TileKind, position: u64, size: TreeSize) -> Option<Self> {
        let (index, count) = (position / u64::from(TILE_WIDTH), kind.count(size));
        let width = count.checked_sub(index * u64::from(TILE_WIDTH))?.min(u64::from(TILE_WIDTH));
        if position >= count { None } else { Tile::new(kind, index, width as u16) }
    }

    /// Every tile of `kind` in a tree of `size`, the last one partial unless the level ends with a full one.
    pub fn all(kind: TileKind, size: TreeSize) -> impl Iterator<Item = Tile> {
        let tiles = kind.count(size).div_ceil(u64::from(TILE_WIDTH));
        (0..tiles).filter_map(move |index| Tile::holding(kind, index * u64::from(TILE_WIDTH), size))
    }

    /// Every tile a log of `size` serves: all levels of hashes, and the entries.
    pub fn tree(size: TreeSize) -> impl Iterator<Item = Tile> {
        let levels = (0..8).map(TileKind::Hashes); // 256^8 is 2^64
        levels.chain([TileKind::Entries]).flat_map(move |kind| Tile::all(kind, size))
    }

    /// What it holds.
    pub const fn kind(&self) -> TileKind {
        self.kind
    }

    /// Its place in its level.
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it holds, 1 to 256.
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Whether it holds fewer than 256.
    pub const fn is_partial(&self) -> bool {
        self.width < TILE_WIDTH
    }

    /// The full tile that replaces this partial one as the log grows.
    pub const fn full(&self) -> Tile {
        Tile { kind: self.kind, index: self.index, width: TILE_WIDTH }
    }

    /// Whether a log of `size` has all of its hashes or entries.
    pub fn is_within(&self, size: TreeSize) -> bool {
        self.positions().is_some_and(|positions| positions.end <= self.kind.count(size))
    }

    /// The leaves whose entries a bundle holds; `None` for hashes, or beyond any log.
    pub fn leaves(&self) -> Option<Range<LeafIndex>> {
        let Range { start, end } = self.positions()?;
        (self.kind == TileKind::Entries).then_some(LeafIndex(start)..LeafIndex(end))
    }

    /// The bytes of a tile of hashes in the flat file of its level; `None` for entries, or beyond any log.
    pub fn byte_range(&self) -> Option<Range<u64>> {
        let Range { start, end } = self.positions()?;
        let range = start.checked_mul(HASH_LEN)?..end.checked_mul(HASH_LEN)?;
        (self.kind != TileKind::Entries).then_some(range)
    }

    /// The hashes of the level, or the entries, that it holds.
    pub fn positions(&self) -> Option<Range<u64>> {
        let start = self.index.checked_mul(u64::from(TILE_WIDTH))?;
        Some(start..start.checked_add(u64::from(self.width))?)
    }
}

impl TileKind {
    /// How many complete hashes of the level, or entries, a tree of `size` has: ⌊size / 256^level⌋.
    pub const fn count(self, size: TreeSize) -> u64 {
        match self {
            TileKind::Hashes(level @ 0..8) => size.0 >> (8 * level),
            TileKind::Hashes(_) => 0,
            TileKind::Entries => size.0,
        }
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(out, "tile/{level}/")?,
            TileKind::Entries => out.write_str("tile/entries/")?,
        }
        write_index(out, self.index)?;
        if self.is_partial() { write!(out, ".p/{}", self.width) } else { Ok(()) }
    }
}

/// Groups of three digits, an `x` before each but the last.
fn write_index(out: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    let groups = (1..7).rev().map(|group| index / 1000_u64.pow(group));
    for group in groups.filter(|&group| group > 0) {
        write!(out, "x{:03}/", group % 1000)?;
    }
    write!(out, "{:03}", index % 1000)
}

/// The number in groups of three digits; the caller compares what it would print.
fn parse_index(text: &str) -> Option<u64> {
    let mut index = 0_u64;
    for group in text.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        index = index.checked_mul(1000)?.checked_add(parse_group(digits)?)?;
    }
    Some(index)
}

fn parse_group(text: &str) -> Option<u64> {
    let three_digits = text.len() == 3 && text.bytes().all(|digit| digit.is_ascii_digit());
    if three_digits { text.parse().ok() } else { None }
}

fn parse_tile(path: &str) -> Option<Tile> {
    let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let kind = match kind {
        "entries" => TileKind::Entries,
        level => TileKind::Hashes(parse_decimal(level)?),
    };
    let (index, width) = match rest.split_once(".p/") {
        Some((index, width)) => (index, parse_decimal(width).filter(|&width| width < TILE_WIDTH)?),
        None => (rest, TILE_WIDTH),
    };
    Tile::new(kind, parse_index(index)?, width)
}

impl FromStr for Tile {
    type Err = BadName;

    /// Reads a path as a log serves it, without a slash before it. Each tile has one path; others are refused.
    fn from_str(path: &str) -> Result<Self, BadName> {
        let expected = "the path of a tile such as tile/0/x001/067 or tile/entries/000.p/12";
        let tile = parse_tile(path).filter(|tile| tile.to_string() == path);
        tile.ok_or_else(|| BadName { got: path.chars().take(128).collect(), expected })
    }
}
