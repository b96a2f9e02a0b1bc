//! CSV files (RFC 4180), the same tables and months as Parquet; `manifest.json` beside them says of which tree.
//!
//! A part of a message is a column of its own, named as in the JSON form: `doc.number`, `data.total`. Lists are JSON arrays. Empty is nothing
//! known. Times are RFC 3339 in Viet Nam. Text that a spreadsheet would take for a formula begins with an apostrophe; numbers stay numbers.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use prost::Message as _;
use serde_json::Value;
use socai_audit::findings::guarded;
use socai_domain::{Event, time::vietnam_rfc3339};
use socai_proto::{
    KindInfo, json, schema,
    schema::{Message, Shape},
    v1,
};

use super::{
    manifest::{Hashing, Written},
    tables::{ABOUT, Cell, Closing, Ending, Fixed, Month, Output},
};

/// Files that are open at the same time; one that is needed again is gone on with.
const MOST_OPEN: usize = 192;

/// Tables as CSV below a directory.
pub struct Csv {
    dir: PathBuf,
    open: BTreeMap<(u32, Month), Open>,
    parts: BTreeMap<(u32, Month), u32>,
    /// Columns of a kind after [`ABOUT`], by tag.
    columns: BTreeMap<u32, Vec<String>>,
    written: Vec<Written>,
    clock: u64,
}

struct Open {
    path: PathBuf,
    name: String,
    rows: u64,
    used: u64,
    writer: Hashing<BufWriter<File>>,
}

impl Csv {
    /// Files below `dir`.
    pub fn new(dir: &Path) -> Self {
        Csv {
            dir: dir.to_owned(),
            open: BTreeMap::new(),
            parts: BTreeMap::new(),
            columns: BTreeMap::new(),
            written: Vec::new(),
            clock: 0,
        }
    }

    fn add(
        &mut self,
        key: (u32, Month),
        table: impl FnOnce() -> String,
        head: impl FnOnce() -> Vec<String>,
        cells: &[String],
    ) -> Result<()> {
        self.clock += 1;
        if !self.open.contains_key(&key) {
            if self.open.len() >= MOST_OPEN {
                self.close_oldest()?;
            }
            let part = self.parts.entry(key).or_default();
            let name = format!("{}/month={}/part-{part:04}.csv", table(), key.1);
            *part += 1;
            self.open.insert(key, Open::create(&self.dir, name, &head())?);
        }
        let open = self.open.get_mut(&key).context("it was just opened")?;
        (open.used, open.rows) = (self.clock, open.rows + 1);
        open.record(cells)
    }

    fn close_oldest(&mut self) -> Result<()> {
        let oldest = self.open.iter().min_by_key(|(_, open)| open.used).map(|(key, _)| *key);
        if let Some(open) = oldest.and_then(|key| self.open.remove(&key)) {
            self.written.push(open.close()?);
        }
        Ok(())
    }
}

impl Output for Csv {
    fn row(&mut self, table: &'static Fixed, month: Month, cells: &[Cell<'_>]) -> Result<()> {
        let head = || table.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let cells: Vec<String> = cells.iter().map(text).collect();
        self.add((table.number, month), || table.name.to_owned(), head, &cells)
    }

    fn fact(
        &mut self,
        kind: &'static KindInfo,
        month: Month,
        about: &[Cell<'_>],
        event: &Event<'_>,
    ) -> Result<()> {
        let columns = self.columns.entry(kind.tag).or_insert_with(|| columns(kind)).clone();
        let form = json::event_to_json(&v1::Event::decode(event.facts())?, None, None);
        let mut cells: Vec<String> = about.iter().map(text).collect();
        cells.extend(columns.iter().map(|path| at(&form, path)));
        let head = || ABOUT.iter().map(|(name, _)| (*name).to_owned()).chain(columns.clone()).collect();
        self.add((kind.tag, month), || format!("facts/{}", kind.name), head, &cells)
    }

    fn beside(&self) -> Box<dyn Output> {
        Box::new(Csv { parts: self.parts.clone(), ..Csv::new(&self.dir) })
    }

    fn finish(self: Box<Self>) -> Ending {
        let closing = |open: Open| -> Closing { Box::new(move || open.close()) };
        Ending { written: self.written, open: self.open.into_values().map(closing).collect() }
    }
}

/// The columns of the envelope, then of the payload.
fn columns(kind: &KindInfo) -> Vec<String> {
    let mut columns = Vec::new();
    flatten(&schema::EVENT, "", &mut columns);
    flatten(kind.message, "data.", &mut columns);
    columns
}

fn flatten(message: &Message, before: &str, columns: &mut Vec<String>) {
    for field in message.fields {
        match field.shape {
            Shape::Message(inner) if !field.repeated => {
                flatten(inner, &format!("{before}{}.", field.name), columns);
            }
            _ => columns.push(format!("{before}{}", field.name)),
        }
    }
}

/// The value at a path of the JSON form.
fn at(form: &Value, path: &str) -> String {
    let value = path.split('.').try_fold(form, |value, name| value.get(name));
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => guarded(text).into_owned(),
        Some(value) => value.to_string(),
    }
}

fn text(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Bool(value) => value.to_string(),
        Cell::Int(value) => value.to_string(),
        Cell::Date(day) => day.to_string(),
        Cell::Time(ms) => vietnam_rfc3339(*ms),
        Cell::Text(text) => guarded(text).into_owned(),
    }
}

impl Open {
    fn create(dir: &Path, name: String, head: &[String]) -> Result<Open> {
        let path = dir.join(&name);
        let at = || path.display().to_string();
        fs::create_dir_all(path.parent().unwrap_or(dir)).with_context(at)?;
        let writer = Hashing::new(BufWriter::new(File::create_new(&path).with_context(at)?));
        let mut open = Open { path, name, rows: 0, used: 0, writer };
        open.record(head)?;
        Ok(open)
    }

    fn record(&mut self, cells: &[String]) -> Result<()> {
        let mut line = String::with_capacity(256);
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                line.push(',');
            }
            match cell.contains(['"', ',', '\n', '\r']) {
                true => {
                    line.push('"');
                    line.push_str(&cell.replace('"', "\"\""));
                    line.push('"');
                }
                false => line.push_str(cell),
            }
        }
        line.push_str("\r\n");
        self.writer.write_all(line.as_bytes()).with_context(|| self.path.display().to_string())
    }

    fn close(self) -> Result<Written> {
        let at = || self.path.display().to_string();
        let (writer, bytes, digest) = self.writer.finish().with_context(at)?;
        writer.into_inner()?.sync_all().with_context(at)?;
        Ok(Written { name: self.name, lines: self.rows, bytes, digest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_a_formula_and_a_number_stays_a_number() {
        let link = "=HYPERLINK(\"http://x\")";
        assert_eq!(text(&Cell::Text(link)), format!("'{link}"));
        assert_eq!(text(&Cell::Text("01/QĐ-XPHC")), "01/QĐ-XPHC");
        assert_eq!(text(&Cell::Int(-5)), "-5");
        let form = serde_json::json!({"data": {"name": "@SUM(1)", "delta": -5, "of": ["=1"]}});
        let cells = ["data.name", "data.delta", "data.of", "data.none"].map(|path| at(&form, path));
        assert_eq!(cells, ["'@SUM(1)", "-5", "[\"=1\"]", ""]);
    }
}
