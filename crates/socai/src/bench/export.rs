//! `socai bench export`: a long ledger into Parquet, every table of it.

use std::{path::Path, time::Instant};

use anyhow::{Result, ensure};

use super::{ground::long_ledger, result::Measured};
use crate::{
    cmd::export::{self, manifest::Bound, parquet::Parquet},
    lang::Lang,
};

/// Exports a simulated district-year, or the ledger that was named; the bytes are those written.
pub fn run(place: &Path, ledger: Option<&Path>, events: u64) -> Result<Vec<Measured>> {
    let (_, reader) = long_ledger(place, ledger, events)?;
    let size = reader.committed()?.size;
    let out = tempfile::tempdir_in(place)?;
    let bound = Bound::of(&reader, size)?;
    let started = Instant::now();
    let output = Parquet::new(out.path(), bound.clone());
    let files = export::written(&reader, &bound, Box::new(output), 0, Lang::En)?;
    let took = started.elapsed();
    let (lines, bytes) =
        files.iter().fold((0, 0), |(lines, bytes), file| (lines + file.lines, bytes + file.bytes));
    ensure!(lines > size.0, "{lines} rows of {size} entries");
    Ok(vec![Measured::rate("export:parquet", size.0, bytes, 2, took)])
}
