//! Parquet files, compressed with zstd, a file for each table and month; each says in its metadata of which tree it is.
//!
//! Keys of the metadata: `socai.ledger`, `socai.size`, `socai.root`, `socai.checkpoint` (the newest signed note, of that size or later),
//! `socai.table`. Memory: [`MOST_OPEN`] files at a time, [`BATCH`] rows of each, and [`MOST_PENDING`] bytes of encoded rows; as often
//! as there are writers beside each other, three.

mod column;
mod file;
mod layout;
mod values;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result};
use arrow_schema::{DataType, Field, Schema};
use socai_domain::Event;
use socai_proto::{KindInfo, schema};

use super::{
    manifest::{Bound, Written},
    tables::{self, ABOUT, Cell, Closing, Columns, Ending, Fixed, Month, Output},
};
use file::Open;
use layout::Layout;

/// Files that are written at the same time.
const MOST_OPEN: usize = 192;
/// Rows that are encoded at once: most files of a month have fewer, and are then written knowing all that is in them.
const BATCH: usize = 4_096;
/// Encoded bytes that wait for their row group to end.
const MOST_PENDING: usize = 16 << 20;
/// How often they are counted, in batches.
const COUNTED_EVERY: u64 = 16;

/// Tables as Parquet below a directory.
pub struct Parquet {
    dir: PathBuf,
    bound: Bound,
    layouts: BTreeMap<u32, Arc<Layout>>,
    open: BTreeMap<(u32, Month), Open>,
    parts: BTreeMap<(u32, Month), u32>,
    written: Vec<Written>,
    batches: u64,
    clock: u64,
}

impl Parquet {
    /// Files below `dir`, of the tree that `bound` names.
    pub fn new(dir: &Path, bound: Bound) -> Self {
        Parquet {
            dir: dir.to_owned(),
            bound,
            layouts: BTreeMap::new(),
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
            let (part, table) = (self.parts.entry(key).or_default(), name());
            let layout = match self.layouts.entry(key.0) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(Arc::new(Layout::new(schema(), &self.bound, &table)?)),
            };
            let name = format!("{table}/month={}/part-{part:04}.parquet", key.1);
            *part += 1;
            self.open.insert(key, Open::new(&self.dir, name, layout.clone()));
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
        let mut pending: usize = self.open.values().map(Open::waiting).sum();
        while pending > MOST_PENDING {
            let Some(largest) = self.open.values_mut().max_by_key(|open| open.waiting()) else {
                return Ok(());
            };
            pending -= largest.waiting().max(1);
            largest.end_row_group()?;
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
            column.push_field(field, event.view());
        }
        if let Some(data) = rest.last_mut().filter(|_| !kind.message.fields.is_empty()) {
            data.push_message(kind.message, Some(event.payload()));
        }
        if open.added()? { self.relieve() } else { Ok(()) }
    }

    fn beside(&self) -> Box<dyn Output> {
        let another = Parquet::new(&self.dir, self.bound.clone());
        Box::new(Parquet { parts: self.parts.clone(), layouts: self.layouts.clone(), ..another })
    }

    fn finish(self: Box<Self>) -> Ending {
        let closing = |open: Open| -> Closing { Box::new(move || open.close()) };
        Ending { written: self.written, open: self.open.into_values().map(closing).collect() }
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
