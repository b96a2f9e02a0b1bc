//! A file under way: rows in memory, then batches of them in a writer.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result};
use arrow_array::{ArrayRef, RecordBatch};
use parquet::arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions};

use super::{BATCH, column::Column, layout::Layout};
use crate::cmd::export::manifest::{Hashing, Written};

/// A file of a table and month.
pub struct Open {
    path: PathBuf,
    name: String,
    layout: Arc<Layout>,
    pub columns: Vec<Column>,
    pending: usize,
    rows: u64,
    /// When it was last asked for.
    pub used: u64,
    /// Made with the first batch, by what is in it.
    writer: Option<ArrowWriter<Hashing<File>>>,
}

impl Open {
    /// An empty file `name` below `dir`; it is made when its first rows are encoded.
    pub fn new(dir: &Path, name: String, layout: Arc<Layout>) -> Open {
        let columns = layout.schema.fields().iter().map(|field| Column::new(field.data_type())).collect();
        Open { path: dir.join(&name), name, layout, columns, pending: 0, rows: 0, used: 0, writer: None }
    }

    /// Counts a row; whether a batch was encoded.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn added(&mut self) -> Result<bool> {
        self.pending += 1;
        self.rows += 1;
        if self.pending < BATCH {
            return Ok(false);
        }
        self.encode(false).map(|()| true)
    }

    /// Encoded bytes that wait for their row group to end.
    pub fn waiting(&self) -> usize {
        self.writer.as_ref().map_or(0, ArrowWriter::in_progress_size)
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn end_row_group(&mut self) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.flush().with_context(|| self.path.display().to_string())
    }

    fn encode(&mut self, is_last: bool) -> Result<()> {
        let rows = std::mem::take(&mut self.pending);
        if rows == 0 && self.writer.is_some() {
            return Ok(());
        }
        let columns: Vec<ArrayRef> = self.columns.iter_mut().map(Column::finish).collect();
        let at = || self.path.display().to_string();
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(create(&self.path, &self.layout, &columns, is_last).with_context(at)?),
        };
        if rows > 0 {
            let batch = RecordBatch::try_new(self.layout.schema.clone(), columns)?;
            writer.write(&batch).with_context(at)?;
        }
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn close(mut self) -> Result<Written> {
        self.encode(true)?;
        let at = || self.path.display().to_string();
        let writer = self.writer.with_context(at)?;
        // not waited for: the manifest has the digest of every file, and whoever lost power exports again
        let (_, bytes, digest) = writer.into_inner().with_context(at)?.finish().with_context(at)?;
        Ok(Written { name: self.name, lines: self.rows, bytes, digest })
    }
}

fn create(
    path: &Path,
    layout: &Layout,
    columns: &[ArrayRef],
    is_all: bool,
) -> Result<ArrowWriter<Hashing<File>>> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    let out = Hashing::new(File::create_new(path)?); // the writer has a buffer
    let options = ArrowWriterOptions::new()
        .with_properties(layout.properties(columns, is_all))
        .with_parquet_schema(layout.descriptor.clone())
        .with_skip_arrow_metadata(true); // the layout has it
    Ok(ArrowWriter::try_new_with_options(out, layout.schema.clone(), options)?)
}
