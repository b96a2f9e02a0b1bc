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
use socai_tlog::{Digest, TreeSize};

use crate::cmd::report;

/// A file of an export.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its name in the directory.
    pub name: &'static str,
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

/// Writes the manifest, last: a directory without one is no whole export.
///
/// # Errors
/// The log cannot be read or the file not written.
pub fn write(reader: &Reader, size: TreeSize, files: &[Written], dir: &Path) -> Result<()> {
    let checkpoint = String::from_utf8(reader.committed()?.checkpoint).context("the newest checkpoint")?;
    let files: Vec<_> = files
        .iter()
        .map(|file| {
            let digest = file.digest.to_string();
            json!({"name": file.name, "lines": file.lines, "bytes": file.bytes, "blake3": digest})
        })
        .collect();
    let manifest = json!({
        "ledger": report::origin(reader, size)?,
        "size": size.0,
        "root": reader.root_at(size)?.to_string(),
        "checkpoint": checkpoint,
        "files": files,
    });
    let path = dir.join("manifest.json");
    let mut text = serde_json::to_string_pretty(&manifest)?;
    text.push('\n');
    fs::write(&path, text).with_context(|| path.display().to_string())
}
