//! A whole file of events, or nothing of it.
//!
//! The file is copied into the unit's spool first, so nobody changes it between the two readings. The first reading drafts every row and
//! keeps nothing but what is wrong; the second, only if nothing was, drafts again and seals in batches, one sync each. A crash
//! between two batches is finished by importing the same file again: a row's id is derived from the file's digest and its line, so
//! what is sealed is recognised. Memory is one row and one batch, whatever the file's length.

mod cells;
mod columns;
mod headers;
mod lines;
mod rows;
mod spool;
mod table;

use std::collections::HashSet;

use serde::Serialize;
use serde_json::Value;
use socai_domain::CivilDate;
use socai_proto::KindInfo;
use socai_tlog::{EventName, MAX_RECORDS};

use crate::{
    dir::FileError,
    draft::{Draft, Drafter, Given},
    keeper::{Known, SealError, Sealed},
    problem::Problem,
    vault::VaultError,
};
use rows::Rows;
pub use spool::{MAX_FILE_LEN, Spool, Spooled, Spooling};

/// The most problems that are listed; the others are counted.
pub const MAX_PROBLEMS: usize = 200;
/// The most rows of a file.
pub const MAX_ROWS: u64 = 1_000_000;
/// The most bytes of facts and annexes sealed together: with 512 headers it fits a segment.
const BATCH_LEN: usize = 440 << 10;

/// How a file holds its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// A table with a header.
    Csv,
}

impl Format {
    /// By the end of a file's name.
    pub fn of_name(name: &str) -> Option<Format> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Some(Format::Jsonl),
            "csv" | "tsv" => Some(Format::Csv),
            _ => None,
        }
    }
}

/// What is to be imported.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// How the file holds its events.
    pub format: Format,
    /// The kind of rows that do not state one.
    pub kind: Option<&'static KindInfo>,
    /// The civil date in Viet Nam: no fact may lie after it.
    pub today: CivilDate,
}

/// What was done with a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// BLAKE3 of the file, as `b3sum` prints it.
    pub file: String,
    /// Rows with content.
    pub rows: u64,
    /// Rows sealed now.
    pub sealed: u64,
    /// Rows that an earlier import had sealed.
    pub already: u64,
    /// Name of the first record sealed now.
    pub first: Option<String>,
    /// Name of the last record sealed now.
    pub last: Option<String>,
}

/// What is wrong with a file. Nothing of it was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// Rows with content that were read.
    pub rows: u64,
    /// The first problems, in the order of the file.
    pub problems: Vec<Problem>,
    /// How many more there are.
    pub more: u64,
}

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Rows are wrong: mend them and import again. Nothing was sealed.
    #[error("{} problems in {} rows; nothing was sealed", rejected.problems.len() as u64 + rejected.more, rejected.rows)]
    Rejected {
        /// What is wrong.
        rejected: Rejected,
    },
    /// The file cannot be read or copied.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is longer than an import may be.
    #[error("the file has more than {MAX_FILE_LEN} bytes; split it")]
    TooLarge,
    /// The journal cannot take it now. Import the same file again: what was sealed before stays and is recognised.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The vault cannot keep who the tokens of the next rows are. Import the same file again once it can.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Where drafts are looked up and sealed.
pub trait Seals {
    /// Whether an event with this id is sealed already.
    ///
    /// # Errors
    /// The index or the journal cannot be read.
    fn known(&self, draft: &Draft) -> Result<Known, SealError>;

    /// Seals drafts together, in order, all or none; those that are sealed already are only named.
    ///
    /// # Errors
    /// Nothing was sealed, or it is not known ([`SealError::Unknown`]).
    fn seal(&self, drafts: Vec<Draft>) -> Result<Vec<Sealed>, SealError>;
}

/// Imports a spooled file.
///
/// # Errors
/// See [`ImportError`].
pub fn import(
    file: &Spooled,
    order: &Order,
    drafter: &Drafter,
    sealer: &impl Seals,
) -> Result<Imported, ImportError> {
    let rows = check(file, order, drafter, sealer)?;
    let mut done =
        Imported { file: hex::encode(file.digest()), rows, sealed: 0, already: 0, first: None, last: None };
    let (mut batch, mut len) = (Vec::new(), 0);
    let mut reader = Rows::open(file, order)?;
    while let Some(row) = reader.next()? {
        // the first reading found nothing wrong in the same bytes on the same day
        let draft = row
            .and_then(|(line, form)| draft_row(file, drafter, order, line, &form, false))
            .map_err(one_row)?;
        let size = draft.facts.len() + draft.annex.len();
        if batch.len() == MAX_RECORDS || (len + size > BATCH_LEN && !batch.is_empty()) {
            drafter.settle()?;
            done.count(&sealer.seal(std::mem::take(&mut batch))?);
            len = 0;
        }
        len += size;
        batch.push(draft);
    }
    if !batch.is_empty() {
        drafter.settle()?;
        done.count(&sealer.seal(batch)?);
    }
    Ok(done)
}

impl Imported {
    fn count(&mut self, sealed: &[Sealed]) {
        for one in sealed {
            if one.already {
                self.already += 1;
                continue;
            }
            self.sealed += 1;
            let name = |name: EventName| Some(name.to_string());
            self.first = self.first.take().or_else(|| name(one.name));
            self.last = name(one.name);
        }
    }
}

/// The first reading: how many rows there are, or everything that is wrong.
fn check(file: &Spooled, order: &Order, drafter: &Drafter, sealer: &impl Seals) -> Result<u64, ImportError> {
    let mut rejected = Rejected { rows: 0, problems: Vec::new(), more: 0 };
    let mut stated = HashSet::new();
    let mut reader = Rows::open(file, order)?;
    while let Some(row) = reader.next()? {
        rejected.rows += 1;
        let drafted = match row {
            Ok((line, form)) => draft_row(file, drafter, order, line, &form, true)
                .and_then(|draft| if_free(draft, &form, line, sealer, &mut stated)),
            Err(problems) => Err(problems),
        };
        rejected.add(drafted.err().unwrap_or_default());
        if rejected.rows > MAX_ROWS {
            rejected.add(vec![too_many_rows()]);
            break;
        }
    }
    if rejected.rows == 0 && rejected.problems.is_empty() {
        rejected.add(vec![no_rows()]);
    }
    if rejected.problems.is_empty() { Ok(rejected.rows) } else { Err(ImportError::Rejected { rejected }) }
}

impl Rejected {
    fn add(&mut self, problems: Vec<Problem>) {
        for problem in problems {
            if self.problems.len() < MAX_PROBLEMS { self.problems.push(problem) } else { self.more += 1 }
        }
    }
}

fn draft_row(
    file: &Spooled,
    drafter: &Drafter,
    order: &Order,
    line: u32,
    form: &Value,
    is_trial: bool,
) -> Result<Draft, Vec<Problem>> {
    let given = Given {
        kind: order.kind.map(|kind| kind.name),
        id: Some(drafter.ids().of_row(file.digest(), line)),
        row: Some((*file.digest(), line)),
        is_trial,
    };
    let drafted = drafter.draft(form, &given, order.today);
    drafted.map_err(|problems| problems.into_iter().map(|problem| problem.in_row(line)).collect())
}

/// An id that a row states may not be in the file twice, nor name another event in the journal.
fn if_free(
    draft: Draft,
    form: &Value,
    line: u32,
    sealer: &impl Seals,
    stated: &mut HashSet<[u8; 16]>,
) -> Result<(), Vec<Problem>> {
    let states_id = form.get("id").is_some_and(|id| !id.is_null());
    if states_id && !stated.insert(draft.id) {
        return Err(vec![id_twice().in_row(line)]);
    }
    match sealer.known(&draft) {
        Ok(Known::Other(name)) => Err(vec![id_taken(name).in_row(line)]),
        Ok(_) => Ok(()),
        Err(error) => {
            let text = error.to_string();
            Err(vec![Problem::new("", "unavailable", text.clone(), text).in_row(line)])
        }
    }
}

fn one_row(problems: Vec<Problem>) -> ImportError {
    ImportError::Rejected { rejected: Rejected { rows: 1, problems, more: 0 } }
}

fn id_twice() -> Problem {
    Problem::new(
        "id",
        "id_twice",
        "Mã sự kiện này đã có ở một dòng trước",
        "an earlier row states the same id",
    )
}

fn id_taken(name: EventName) -> Problem {
    Problem::new(
        "id",
        "id_taken",
        format!("Mã này thuộc về bản ghi {name} với nội dung khác; bỏ mã, hoặc đính chính bản ghi đó"),
        format!(
            "this id belongs to record {name}, which says something else; leave the id out, or correct that record"
        ),
    )
}

fn no_rows() -> Problem {
    Problem::new("", "no_rows", "Tệp không có dòng dữ liệu nào", "the file has no rows")
}

fn too_many_rows() -> Problem {
    Problem::new(
        "",
        "too_many_rows",
        format!("Tệp có hơn {MAX_ROWS} dòng; hãy chia nhỏ"),
        format!("the file has more than {MAX_ROWS} rows; split it"),
    )
}
