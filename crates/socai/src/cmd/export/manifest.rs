//! `manifest.json`: what an export is an export of.
//!
//! Shape: `{"ledger","size","root","checkpoint","files":[{"name","lines","bytes","blake3"}]}`. `size` and `root` are those of the
//! cut-off; `checkpoint` is the newest signed one, a C2SP note, of that size or a later one that it is consistent with.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use anyhow::{Context as _, Result};
use serde_json::json;
use socai_log::Reader;
use socai_tlog::{Digest, Hash, TreeSize};

/// The file.
pub const NAME: &str = "manifest.json";

/// A file of an export.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its name in the directory.
    pub name: String,
    /// Records in it.
    pub lines: u64,
    /// Its length.
    pub bytes: u64,
    /// BLAKE3 of its bytes.
    pub digest: Digest,
}

/// Passes bytes on, counting and hashing them.
pub struct Hashing<W> {
    inner: W,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    /// Around a writer.
    pub fn new(inner: W) -> Self {
        Hashing { inner, hasher: blake3::Hasher::new(), bytes: 0 }
    }

    /// Flushes; gives the writer, the bytes that went through, and their digest.
    ///
    /// # Errors
    /// The writer refuses.
    pub fn finish(mut self) -> io::Result<(W, u64, Digest)> {
        self.inner.flush()?;
        Ok((self.inner, self.bytes, Digest(*self.hasher.finalize().as_bytes())))
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// What every file of an export is bound to.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The ledger's origin.
    pub ledger: String,
    /// The cut-off.
    pub size: TreeSize,
    /// Root of the tree of that size.
    pub root: Hash,
    /// The newest signed checkpoint, a C2SP note, of that size or a later one that it is consistent with.
    pub checkpoint: String,
}

impl Bound {
    /// The log at a size.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn of(reader: &Reader, size: TreeSize) -> Result<Self> {
        Ok(Bound {
            ledger: socai_audit::printed::origin(reader)?,
            size,
            root: reader.root_at(size)?,
            checkpoint: String::from_utf8(reader.committed()?.checkpoint).context("the newest checkpoint")?,
        })
    }
}

/// Writes the manifest, last: a directory without one is no whole export.
///
/// # Errors
/// The file cannot be written.
pub fn write(bound: &Bound, files: &[Written], dir: &Path) -> Result<()> {
    let files: Vec<_> = files
        .iter()
        .map(|file| {
            let digest = file.digest.to_string();
            json!({"name": file.name, "lines": file.lines, "bytes": file.bytes, "blake3": digest})
        })
        .collect();
    let manifest = json!({
        "ledger": bound.ledger,
        "size": bound.size.0,
        "root": bound.root.to_string(),
        "checkpoint": bound.checkpoint,
        "files": files,
    });
    let path = dir.join(NAME);
    let mut text = serde_json::to_string_pretty(&manifest)?;
    text.push('\n');
    fs::write(&path, text).with_context(|| path.display().to_string())
}
