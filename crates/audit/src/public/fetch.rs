//! Getting tiles from wherever they are served.

use socai_tlog::{TILE_WIDTH, Tile, TileKind, bundled};

/// The longest entry with its length (`proto/README.md`, Entry).
const MAX_ENTRY: usize = 2 + 193;
/// Bytes of a hash.
const HASH: usize = 32;

/// Somebody who serves a log.
pub trait Tiles {
    /// The bytes at a path below the address, such as `tile/0/000`, at most `max` of them; none when there is nothing. What cannot be asked or
    /// is longer is an error in words.
    ///
    /// # Errors
    /// The address does not answer.
    fn get(&self, path: &str, max: usize) -> Result<Option<Vec<u8>>, String>;

    /// Where it is.
    fn address(&self) -> &str;
}

/// The bytes of a tile, of the full one's front when the partial one is no longer there.
pub(super) fn tile(tiles: &dyn Tiles, tile: Tile) -> Result<Option<Vec<u8>>, String> {
    let unit = match tile.kind() {
        TileKind::Hashes(_) => HASH,
        TileKind::Entries => MAX_ENTRY,
    };
    let asked = tiles.get(&tile.to_string(), unit * usize::from(tile.width()))?;
    if asked.is_some() || !tile.is_partial() {
        return Ok(asked);
    }
    let full = tiles.get(&tile.full().to_string(), unit * usize::from(TILE_WIDTH))?;
    Ok(full.map(|bytes| front(bytes, tile)))
}

/// The part of a full tile that is the partial one; what is malformed stays for its reader to tell.
fn front(mut bytes: Vec<u8>, tile: Tile) -> Vec<u8> {
    let width = usize::from(tile.width());
    let len = match tile.kind() {
        TileKind::Hashes(_) => HASH * width,
        TileKind::Entries => bundled(&bytes).take(width).flatten().map(|entry| 2 + entry.len()).sum(),
    };
    bytes.truncate(len);
    bytes
}
