//! Parquet files, compressed with zstd, a file for each table and month; each says in its metadata of which tree it is.
//!
//! Keys of the metadata: `socai.ledger`, `socai.size`, `socai.root`, `socai.checkpoint` (the newest signed note, of that size or later),
//! `socai.table`. Memory: [`MOST_OPEN`] files at a time, [`BATCH`] rows of each, and [`MOST_PENDING`] bytes of encoded rows; twice that, since entries
//! are written beside facts.

mod column;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::BufWriter,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result};
use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, Encoding, ZstdLevel},
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties},
    },
    schema::types::ColumnPath,
};
use socai_domain::Event;
use socai_proto::{KindInfo, schema};

use super::{
    manifest::{Bound, Hashing, Written},
    tables::{self, ABOUT, Cell, Columns, Fixed, Month, Output},
};
use column::Column;

/// Files that are written at the same time.
const MOST_OPEN: usize = 192;
/// Rows that are encoded at once.
const BATCH: usize = 1_024;
/// Encoded bytes that wait for their row group to end.
const MOST_PENDING: usize = 64 << 20;
/// The fastest level of zstd: files are about a tenth larger than at its usual one, and the tables that it clears for every page a tenth.
const LEVEL: i32 = 1;
/// Columns in which nearly every row has a value of its own: a dictionary would hold them all, and be given up half way.
const OWN_NUMBERS: [&str; 4] = ["leaf", "seq", "recorded_at", "received_at"];
/// The same of texts that are random, so that their least and greatest say nothing either.
const OWN_TEXTS: [&str; 2] = ["link", "id"];
/// How often they are counted, in batches.
const COUNTED_EVERY: u64 = 64;

/// Tables as Parquet below a directory.
pub struct Parquet {
    dir: PathBuf,
    bound: Bound,
    schemas: BTreeMap<u32, SchemaRef>,
    open: BTreeMap<(u32, Month), Open>,
    parts: BTreeMap<(u32, Month), u32>,
    written: Vec<Written>,
    batches: u64,
    clock: u64,
}

struct Open {
    path: PathBuf,
    name: String,
    schema: SchemaRef,
    columns: Vec<Column>,
    pending: usize,
    rows: u64,
    used: u64,
    writer: ArrowWriter<Hashing<BufWriter<File>>>,
}

impl Parquet {
    /// Files below `dir`, of the tree that `bound` names.
    pub fn new(dir: &Path, bound: Bound) -> Self {
        Parquet {
            dir: dir.to_owned(),
            bound,
            schemas: BTreeMap::new(),
            open: BTreeMap::new(),
            parts: BTreeMap::new(),
            written: Vec::new(),
            batches: 0,
            clock: 0,
        }
    }

    /// Makes an empty file of every table, so that a reader knows the columns of what nobody has recorded yet.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn with_every_table(mut self) -> Result<Self> {
        for table in tables::FIXED {
            self.file(
                (table.number, Month::NONE),
                || table.name.to_owned(),
                || Schema::new(fixed(table.columns)),
            )?;
        }
        for kind in socai_proto::kinds() {
            self.file((kind.tag, Month::NONE), || format!("facts/{}", kind.name), || of_kind(kind))?;
        }
        Ok(self)
    }

    /// The open file of a table and month, made when there is none.
    fn file(
        &mut self,
        key: (u32, Month),
        name: impl FnOnce() -> String,
        schema: impl FnOnce() -> Schema,
    ) -> Result<&mut Open> {
        self.clock += 1;
        if !self.open.contains_key(&key) {
            if self.open.len() >= MOST_OPEN {
                self.close_oldest()?;
            }
            let schema = self.schemas.entry(key.0).or_insert_with(|| Arc::new(schema())).clone();
            let (part, table) = (self.parts.entry(key).or_default(), name());
            let name = format!("{table}/month={}/part-{part:04}.parquet", key.1);
            *part += 1;
            let open = Open::create(&self.dir, name, schema, properties(&self.bound, &table)?)?;
            self.open.insert(key, open);
        }
        let open = self.open.get_mut(&key).context("it was just opened")?;
        open.used = self.clock;
        Ok(open)
    }

    fn close_oldest(&mut self) -> Result<()> {
        let oldest = self.open.iter().min_by_key(|(_, open)| open.used).map(|(key, _)| *key);
        if let Some(open) = oldest.and_then(|key| self.open.remove(&key)) {
            self.written.push(open.close()?);
        }
        Ok(())
    }

    /// Ends row groups when too much waits in memory.
    fn relieve(&mut self) -> Result<()> {
        self.batches += 1;
        if !self.batches.is_multiple_of(COUNTED_EVERY) {
            return Ok(());
        }
        let size = |open: &Open| open.writer.in_progress_size();
        let mut pending: usize = self.open.values().map(size).sum();
        while pending > MOST_PENDING {
            let Some(largest) = self.open.values_mut().max_by_key(|open| size(open)) else { return Ok(()) };
            pending -= size(largest).max(1);
            largest.writer.flush().with_context(|| largest.path.display().to_string())?;
        }
        Ok(())
    }
}

impl Output for Parquet {
    fn row(&mut self, table: &'static Fixed, month: Month, cells: &[Cell<'_>]) -> Result<()> {
        let open =
            self.file((table.number, month), || table.name.to_owned(), || Schema::new(fixed(table.columns)))?;
        open.columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
        if open.added()? { self.relieve() } else { Ok(()) }
    }

    fn fact(
        &mut self,
        kind: &'static KindInfo,
        month: Month,
        about: &[Cell<'_>],
        event: &Event<'_>,
    ) -> Result<()> {
        let open = self.file((kind.tag, month), || format!("facts/{}", kind.name), || of_kind(kind))?;
        let (before, rest) = open.columns.split_at_mut(about.len());
        before.iter_mut().zip(about).for_each(|(column, cell)| column.push(cell));
        for (column, field) in rest.iter_mut().zip(schema::EVENT.fields) {
            column.push_field(field, Some(event.view()));
        }
        if let Some(data) = rest.last_mut().filter(|_| !kind.message.fields.is_empty()) {
            data.push_message(kind.message, Some(event.payload()));
        }
        if open.added()? { self.relieve() } else { Ok(()) }
    }

    fn beside(&self) -> Box<dyn Output + Send> {
        let another = Parquet::new(&self.dir, self.bound.clone());
        Box::new(Parquet { parts: self.parts.clone(), schemas: self.schemas.clone(), ..another })
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<Written>> {
        for open in std::mem::take(&mut self.open).into_values() {
            self.written.push(open.close()?);
        }
        Ok(self.written)
    }
}

/// Columns of a table that no descriptor gives.
pub fn fixed(columns: Columns) -> Vec<Field> {
    columns.iter().map(|(name, of)| column::fixed(name, *of)).collect()
}

/// Columns of a kind: about the record, the envelope, and `data`.
pub fn of_kind(kind: &KindInfo) -> Schema {
    let mut fields = fixed(ABOUT);
    fields.extend(column::fields(&schema::EVENT).iter().map(|field| field.as_ref().clone()));
    if !kind.message.fields.is_empty() {
        fields.push(Field::new("data", DataType::Struct(column::fields(kind.message)), true));
    }
    Schema::new(fields)
}

fn properties(bound: &Bound, table: &str) -> Result<WriterProperties> {
    let pairs = [
        ("socai.ledger", bound.ledger.clone()),
        ("socai.size", bound.size.to_string()),
        ("socai.root", bound.root.to_string()),
        ("socai.checkpoint", bound.checkpoint.clone()),
        ("socai.table", table.to_owned()),
    ];
    let pairs = pairs.into_iter().map(|(key, value)| KeyValue::new(key.to_owned(), value)).collect();
    let mut properties = WriterProperties::builder();
    for name in OWN_NUMBERS {
        let path = ColumnPath::from(name);
        properties = properties.set_column_dictionary_enabled(path.clone(), false);
        properties = properties.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
    }
    for name in OWN_TEXTS {
        let path = ColumnPath::from(name);
        properties = properties.set_column_dictionary_enabled(path.clone(), false);
        properties = properties.set_column_statistics_enabled(path, EnabledStatistics::None);
    }
    Ok(properties
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
        .set_key_value_metadata(Some(pairs))
        .set_created_by("socai".to_owned())
        .build())
}

impl Open {
    fn create(dir: &Path, name: String, schema: SchemaRef, properties: WriterProperties) -> Result<Open> {
        let path = dir.join(&name);
        let at = || path.display().to_string();
        fs::create_dir_all(path.parent().unwrap_or(dir)).with_context(at)?;
        let file = File::create_new(&path).with_context(at)?;
        let out = Hashing::new(BufWriter::new(file));
        let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties)).with_context(at)?;
        let columns = schema.fields().iter().map(|field| Column::new(field.data_type())).collect();
        Ok(Open { path, name, schema, columns, pending: 0, rows: 0, used: 0, writer })
    }

    /// Counts a row; whether a batch was encoded.
    fn added(&mut self) -> Result<bool> {
        self.pending += 1;
        self.rows += 1;
        if self.pending < BATCH {
            return Ok(false);
        }
        self.encode().map(|()| true)
    }

    fn encode(&mut self) -> Result<()> {
        if self.pending == 0 {
            return Ok(());
        }
        self.pending = 0;
        let columns = self.columns.iter_mut().map(Column::finish).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), columns)?;
        self.writer.write(&batch).with_context(|| self.path.display().to_string())
    }

    fn close(mut self) -> Result<Written> {
        self.encode()?;
        let at = || self.path.display().to_string();
        let (writer, bytes, digest) = self.writer.into_inner().with_context(at)?.finish().with_context(at)?;
        // not waited for: the manifest has the digest of every file, and whoever lost power exports again
        writer.into_inner().with_context(at)?;
        Ok(Written { name: self.name, lines: self.rows, bytes, digest })
    }
}
