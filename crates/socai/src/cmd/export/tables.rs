//! What the tables of an export hold, whatever the files are: the one place where their columns are written down.
//!
//! ```text
//! facts/<kind>/month=2023-02/part-0000.*   a row a readable record of the kind, as it counts now (corrected facts, not first ones)
//! entries/…                                a row a record of the log, readable or not
//! cases/…                                  a row a case, by the month it began
//! figures/…                                a row a figure and a row each of its parts, by the month its period ends
//! ```
//!
//! Columns of facts after [`ABOUT`] are the fields of the event, then `data` with those of the kind, as the descriptors have them. Months
//! are those of `occurred_on`; `__HIVE_DEFAULT_PARTITION__` holds what has none.

use std::fmt;

use anyhow::Result;
use socai_domain::{CivilDate, Event};
use socai_proto::KindInfo;

use super::manifest::Written;

/// Sort of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Bool,
    Int,
    Date,
    /// Milliseconds UTC.
    Time,
    Text,
}

/// A value; its sort is that of the column or [`Cell::Null`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Date(CivilDate),
    Time(u64),
    Text(&'a str),
}

impl<'a> Cell<'a> {
    /// Text, or nothing when it is empty.
    pub fn text(text: &'a str) -> Self {
        if text.is_empty() { Cell::Null } else { Cell::Text(text) }
    }
}

/// Columns: name and sort.
pub type Columns = &'static [(&'static str, Type)];

/// A table whose columns no descriptor gives.
#[derive(Debug)]
pub struct Fixed {
    /// Below the tags of kinds.
    pub number: u32,
    pub name: &'static str,
    pub columns: Columns,
}

/// What stands before the fields of a fact. `standing` is `recorded`, `corrected`, `voided` or `rejected`; only the first two count.
pub const ABOUT: Columns = &[
    ("leaf", Type::Int),
    ("unit_no", Type::Int),
    ("unit", Type::Text),
    ("seq", Type::Int),
    ("recorded_at", Type::Time),
    ("received_at", Type::Time),
    ("standing", Type::Text),
    ("counts", Type::Bool),
];

/// Every record of the log. Why a rejected one is rejected is in the JSON lines.
pub static ENTRIES: Fixed = Fixed {
    number: 1,
    name: "entries",
    columns: &[
        ("leaf", Type::Int),
        ("unit_no", Type::Int),
        ("unit", Type::Text),
        ("seq", Type::Int),
        ("link", Type::Text),
        ("recorded_at", Type::Time),
        ("received_at", Type::Time),
        ("kind", Type::Text),
        ("occurred_on", Type::Date),
        ("case", Type::Text),
        ("standing", Type::Text),
        ("counts", Type::Bool),
    ],
};

/// Every case that facts which count belong to. A case key is unique within its family of kinds. `state` is where it stands on the day the
/// cut-off was received, by the lifecycles and the adopted law, and `since` the day from which on it stands there; both are null for
/// kinds without a lifecycle.
pub static CASES: Fixed = Fixed {
    number: 2,
    name: "cases",
    columns: &[
        ("case", Type::Text),
        ("family", Type::Text),
        ("first_on", Type::Date),
        ("last_on", Type::Date),
        ("facts", Type::Int),
        ("first_kind", Type::Text),
        ("last_kind", Type::Text),
        ("last_unit", Type::Text),
        ("last_name", Type::Text),
        ("state", Type::Text),
        ("since", Type::Date),
    ],
};

/// Figures: `dimension` is `all`, `unit` or the field that divides; `value` is null when nothing may be said, or `suppressed`. A percentage
/// is in units of its last decimal. `digest` is there for periods that have a name.
pub static FIGURES: Fixed = Fixed {
    number: 3,
    name: "figures",
    columns: &[
        ("period", Type::Text),
        ("from", Type::Date),
        ("to", Type::Date),
        ("occasion", Type::Text),
        ("indicator", Type::Text),
        ("label", Type::Text),
        ("unit_of_measure", Type::Text),
        ("dimension", Type::Text),
        ("key", Type::Text),
        ("value", Type::Int),
        ("events", Type::Int),
        ("digest", Type::Text),
        ("suppressed", Type::Bool),
        ("rules_version", Type::Int),
    ],
};

/// All of them.
pub const FIXED: [&Fixed; 3] = [&ENTRIES, &CASES, &FIGURES];

/// A calendar month; none for what has no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(Option<(i32, u8)>);

impl Month {
    /// The month of nothing.
    pub const NONE: Month = Month(None);

    /// The month of a day.
    pub fn of(day: CivilDate) -> Self {
        Month(Some((day.year(), day.month())))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((year, month)) => write!(out, "{year:04}-{month:02}"),
            None => out.write_str("__HIVE_DEFAULT_PARTITION__"),
        }
    }
}

/// Where rows go.
pub trait Output: Send {
    /// Adds a row of a table with fixed columns.
    ///
    /// # Errors
    /// A file cannot be written.
    fn row(&mut self, table: &'static Fixed, month: Month, cells: &[Cell<'_>]) -> Result<()>;

    /// Adds a fact to the table of its kind; `about` are the cells of [`ABOUT`].
    ///
    /// # Errors
    /// A file cannot be written.
    fn fact(
        &mut self,
        kind: &'static KindInfo,
        month: Month,
        about: &[Cell<'_>],
        event: &Event<'_>,
    ) -> Result<()>;

    /// Another writer into the same place, for other tables than this one writes from now on: on a thread of its own.
    fn beside(&self) -> Box<dyn Output>;

    /// Ends with the last row.
    fn finish(self: Box<Self>) -> Ending;
}

/// What an output comes to.
#[derive(Default)]
pub struct Ending {
    /// Files that are closed.
    pub written: Vec<Written>,
    /// How to write and close each of the others: apart from the rest, by whoever has time.
    pub open: Vec<Closing>,
}

/// Closes a file, or says why it cannot be written.
pub type Closing = Box<dyn FnOnce() -> Result<Written> + Send>;

impl Ending {
    /// Adds what another output comes to.
    pub fn add(&mut self, other: Ending) {
        self.written.extend(other.written);
        self.open.extend(other.open);
    }
}
