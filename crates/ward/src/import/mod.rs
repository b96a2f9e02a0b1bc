//! A whole file of events, or nothing of it.
//!
//! The file is copied into the unit's spool first, so nobody changes it between the two readings. The first reading drafts every row and
//! keeps nothing but what is wrong; the second, only if nothing was, drafts again and seals in batches, one sync each. A crash or
//! failure between two batches ([`Broken`]) is finished by importing the same file again: a row's id is derived from the file's digest
//! and its line, so what is sealed is recognised. A corrected file is another file. Memory is one row and one batch, and while rows are
//! only tried the ids they state and 32 bytes for each person ([`Trial`]).

mod cells;
mod columns;
mod headers;
mod lines;
mod rows;
mod sealing;
mod spool;
mod table;

use std::{collections::HashSet, fmt};

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use socai_domain::CivilDate;
use socai_proto::KindInfo;
use socai_tlog::EventName;

use crate::{
    dir::FileError,
    draft::{Draft, Drafter, Given},
    entropy::EventId,
    keeper::{Known, SealError, Sealed},
    problem::Problem,
    vault::{Trial, VaultError, Where},
};
use rows::Rows;
pub use sealing::{Broken, Stopped};
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

/// What is wrong with a file. Nothing of it was sealed now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// Rows with content that were read.
    pub rows: u64,
    /// The first problems, in the order of the file.
    pub problems: Vec<Problem>,
    /// How many more there are.
    pub more: u64,
    /// The line up to which an earlier import of this very file sealed its rows. Corrected, they would be sealed a second time.
    pub sealed_to: Option<u32>,
}

impl fmt::Display for Rejected {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems = self.problems.len() as u64 + self.more;
        let (rows, s) = (self.rows, |number: u64| if number == 1 { "" } else { "s" });
        write!(out, "{problems} problem{} in {rows} row{}; nothing was sealed", s(problems), s(rows))?;
        if let Some(line) = self.sealed_to {
            write!(
                out,
                " now, but an earlier import of this very file sealed its rows up to line {line}: leave them out of the file that \
                 you correct, or they are sealed a second time"
            )?;
        }
        Ok(())
    }
}

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Rows are wrong: mend them and import again. Nothing was sealed now.
    #[error("{rejected}")]
    Rejected {
        /// What is wrong.
        rejected: Rejected,
    },
    /// It stopped when a part of the rows was sealed, or may be: import the same file again.
    #[error(transparent)]
    Broken {
        /// How far it came, and why.
        #[from]
        broken: Broken,
    },
    /// The file cannot be read or copied. Nothing was sealed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is longer than an import may be.
    #[error("the file has more than {MAX_FILE_LEN} bytes; split it")]
    TooLarge,
    /// The journal cannot take it now. Nothing was sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The vault cannot keep who the tokens of the rows are. Nothing was sealed.
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
    sealing::seal_all(file, order, drafter, sealer, rows)
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
    let mut rejected = Rejected { rows: 0, problems: Vec::new(), more: 0, sealed_to: None };
    let mut lookup = Lookup { sealer, stated: HashSet::new(), sealed_to: None };
    let trial = Trial::default();
    let mut reader = Rows::open(file, order)?;
    while let Some(row) = reader.next()? {
        rejected.rows += 1;
        if let Err(problems) = row.and_then(|(line, form)| {
            let drafted = draft_row(file, drafter, order, line, &form, Some(&trial));
            lookup.row(drafted, drafter.ids().of_row(file.digest(), line), &form, line)
        }) {
            rejected.add(problems);
        }
        if rejected.rows > MAX_ROWS {
            rejected.add(vec![too_many_rows()]);
            break;
        }
    }
    if rejected.rows == 0 && rejected.problems.is_empty() {
        rejected.add(vec![no_rows()]);
    }
    rejected.sealed_to = lookup.sealed_to;
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
    trial: Option<&Trial>,
) -> Result<Draft, Vec<Problem>> {
    let given = Given {
        kind: order.kind.map(|kind| kind.name),
        id: Some(drafter.ids().of_row(file.digest(), line)),
        row: Some((*file.digest(), line)),
        trial: trial.map(|trial| (trial, Where::Row(line))),
    };
    let drafted = drafter.draft(form, &given, order.today);
    drafted.map_err(|problems| problems.into_iter().map(|problem| problem.in_row(line)).collect())
}

/// What is known of the ids of rows while they are only tried.
struct Lookup<'a, S> {
    sealer: &'a S,
    /// Ids that rows state.
    stated: HashSet<EventId>,
    /// The last line that an earlier import of the same file sealed.
    sealed_to: Option<u32>,
}

impl<S: Seals> Lookup<'_, S> {
    /// An id that a row states may not be in the file twice, nor name another event in the journal. `own`, which the file gives it, is in the
    /// journal only when an earlier import of the same file sealed the row.
    fn row(
        &mut self,
        drafted: Result<Draft, Vec<Problem>>,
        own: EventId,
        form: &Value,
        line: u32,
    ) -> Result<(), Vec<Problem>> {
        let states_id = form.get("id").is_some_and(|id| !id.is_null());
        let draft = match drafted {
            Ok(draft) => draft,
            Err(problems) => {
                let nothing = Draft { id: own, facts: Bytes::new(), annex: Bytes::new() };
                // what cannot be read is told of rows without problems
                if !states_id && self.sealer.known(&nothing).is_ok_and(|known| known != Known::No) {
                    self.sealed_to = Some(line);
                }
                return Err(problems);
            }
        };
        let one = |problem: Problem| Err(vec![problem.in_row(line)]);
        if states_id && !self.stated.insert(draft.id) {
            return one(id_twice());
        }
        let known = match self.sealer.known(&draft) {
            Ok(known) => known,
            Err(error) => return one(Problem::new("", "unavailable", error.to_string(), error.to_string())),
        };
        if !states_id && known != Known::No {
            self.sealed_to = Some(line);
        }
        match known {
            Known::Other(name) if states_id => one(id_taken(name)),
            Known::Other(name) => one(sealed_otherwise(name)),
            Known::No | Known::Same(_) => Ok(()),
        }
    }
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

fn sealed_otherwise(name: EventName) -> Problem {
    Problem::new(
        "",
        "sealed_otherwise",
        format!(
            "Lần nhập trước của chính tệp này đã niêm phong dòng này thành bản ghi {name}, nay nó nói khác; đính chính bản ghi đó nếu cần"
        ),
        format!(
            "an earlier import of this very file sealed this row as record {name}, and now it says something else; correct that record if need be"
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
