//! The log as static files in the layout of C2SP tlog-tiles: what a district serves, for any web server or a USB stick.
//!
//! Every hash is computed here from the entries, so a damaged log file is found and not passed on. The checkpoint is written last:
//! whoever reads it finds all tiles it needs. Full tiles never change, so an export into the same directory goes on where the last one
//! ended and leaves its partial tiles in place for readers of the older checkpoint.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail, ensure};
use socai_log::{Committed, Reader, Readers, replace_remakable};
use socai_tlog::{
    Checkpoint, Completed, Frontier, Note, TILE_WIDTH, Tile, TileKind, TreeSize, bundled, leaf_hash,
};

use crate::{lang::Lang, out};

/// Writes every tile of the committed tree, then its checkpoint.
pub fn write(reader: &Reader, dir: &Path, lang: Lang) -> Result<ExitCode> {
    let committed = reader.committed()?;
    continues(reader, &committed, dir)?;
    let mut export = Export { dir: dir.to_owned(), levels: Vec::new(), written: 0 };
    let (mut tree, mut completed) = (Frontier::default(), Vec::new());
    for tile in Tile::all(TileKind::Entries, committed.size) {
        let bundle = reader.tile(&tile)?.context("a committed tree has all its bundles")?;
        for entry in bundled(&bundle) {
            tree.push_with(leaf_hash(entry?), |done| completed.push(done));
            completed.drain(..).try_for_each(|done| export.hash(done))?;
        }
        export.put(&tile, &bundle)?;
    }
    ensure!(
        tree.root() == committed.root,
        "the derived file `entries` does not lead to the checkpoint, so none was written; \
         `socai audit verify` tells more, `socai rebuild` makes the file anew"
    );
    export.partial_tiles(committed.size)?;
    put(&dir.join("checkpoint"), &committed.checkpoint)?;
    let (size, written, dir) = (committed.size, export.written, dir.display());
    out::line(&match lang {
        Lang::Vi => format!("{size} mục trong {dir}: {written} tile mới, mốc đã ký ở {dir}/checkpoint"),
        Lang::En => format!("{size} entries in {dir}: {written} new tiles, checkpoint in {dir}/checkpoint"),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Tiles under way.
struct Export {
    dir: PathBuf,
    /// For each tile level, how many tiles are full and the hashes of the next one.
    levels: Vec<(u64, Vec<u8>)>,
    /// Tiles that were not there before.
    written: u64,
}

impl Export {
    /// Takes a subtree that a leaf completed; writes its tile once that is full.
    fn hash(&mut self, done: Completed) -> Result<()> {
        if !done.level.is_multiple_of(8) {
            return Ok(());
        }
        let level = done.level / 8;
        self.levels.resize(self.levels.len().max(usize::from(level) + 1), Default::default());
        let (index, hashes) = &mut self.levels[usize::from(level)];
        hashes.extend(done.hash.0);
        if hashes.len() < usize::from(TILE_WIDTH) * 32 {
            return Ok(());
        }
        let (index, hashes) = (std::mem::replace(index, *index + 1), std::mem::take(hashes));
        let tile = Tile::new(TileKind::Hashes(level), index, TILE_WIDTH).context("levels end at 63")?;
        self.put(&tile, &hashes)
    }

    /// Writes the last tile of each level, where the tree of this size ends within one.
    fn partial_tiles(&mut self, size: TreeSize) -> Result<()> {
        for (level, (index, hashes)) in std::mem::take(&mut self.levels).into_iter().enumerate() {
            let kind = TileKind::Hashes(u8::try_from(level)?);
            let first = index * u64::from(TILE_WIDTH);
            if let Some(tile) = Tile::holding(kind, first, size).filter(Tile::is_partial) {
                self.put(&tile, &hashes)?;
            }
        }
        Ok(())
    }

    fn put(&mut self, tile: &Tile, bytes: &[u8]) -> Result<()> {
        let path = self.dir.join(tile.to_string());
        // a tile has one content for ever; one that is there is compared, since a disk may have changed it
        match fs::read(&path) {
            Ok(there) if there == bytes => return Ok(()),
            _ => put(&path, bytes)?,
        }
        self.written += 1;
        Ok(())
    }
}

/// Refuses to write over the export of another ledger, or of a history that this log does not continue.
fn continues(reader: &Reader, committed: &Committed, dir: &Path) -> Result<()> {
    let path = dir.join("checkpoint");
    let name = path.display();
    let there = match fs::read(&path) {
        Ok(there) => there,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    };
    let stated = |note: &[u8]| Checkpoint::parse(Note::parse(note).ok()?.text()).ok();
    let ours = stated(&committed.checkpoint).context("the log's checkpoint is a note")?;
    let Some(theirs) = stated(&there) else {
        bail!("{name} is no checkpoint; export into another directory")
    };
    ensure!(theirs.origin == ours.origin, "{name} is of {}; export into another directory", theirs.origin);
    ensure!(
        theirs.size <= ours.size,
        "{name} is of size {}, this log has {} entries: it is an older copy",
        theirs.size,
        ours.size
    );
    ensure!(
        reader.root_at(theirs.size)? == theirs.root,
        "{name} (size {}) and this log are two histories: keep both and compare them",
        theirs.size
    );
    Ok(())
}

/// Writes a file beside and renames it: a reader sees the whole of it or nothing.
fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    let name = || path.display().to_string();
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).with_context(name)?;
    replace_remakable(path, bytes, Readers::Others).with_context(name)
}
