//! The state back from its rows.

use std::sync::Arc;

use socai_domain::CivilDate;
use socai_tlog::{EventName, LeafIndex, UnitNo, UnitSeq};

use crate::{
    activity::Activity,
    amended::Amended,
    amendments::Amendments,
    cube::{self, CellKey, Facts, IndicatorNo, Total},
    drain::Head,
    fold::Fold,
    latest::{About, Said},
    ledger::LedgerFact,
    rows::{self, BadRow, Parts, Table},
    scope::{Held, Scope},
};

impl Fold {
    /// The tables that [`Fold::from_rows`] reads; rows of the others need not be given.
    pub const HELD: [Table; 13] = [
        Table::Head,
        Table::Ledger,
        Table::Activity,
        Table::Rejection,
        Table::Cube,
        Table::Distinct,
        Table::Plan,
        Table::Amended,
        Table::Answer,
        Table::Directive,
        Table::Baseline,
        Table::Latest,
        Table::Project,
    ];

    /// Whether a key is of a table that [`Fold::from_rows`] reads.
    pub fn holds(key: &[u8]) -> bool {
        key.first().copied().and_then(Table::of).is_some_and(|table| Fold::HELD.contains(&table))
    }

    /// The state whose rows these are, in ascending order of their keys. It goes on exactly as the fold did that they came from.
    ///
    /// # Errors
    /// A row that this version did not write, which means that the models are to be rebuilt from the log.
    pub fn from_rows<K, V>(rows: impl IntoIterator<Item = (K, V)>) -> Result<Self, BadRow>
    where
        K: AsRef<[u8]>,
        V: AsRef<[u8]>,
    {
        let mut restoring = Restoring::new(None);
        for (key, value) in rows {
            restoring.row(key.as_ref(), value.as_ref())?;
        }
        Ok(restoring.done())
    }
}

/// A state that is coming back, row by row: whole, or as far as a scope needs it.
#[derive(Debug)]
pub struct Restoring {
    fold: Fold,
    scope: Option<Scope>,
    /// The key before.
    last: Vec<u8>,
    /// The place of the series of the last row that had one.
    series: usize,
    /// In order of their names, as their rows are.
    amended: Vec<(EventName, Amended)>,
}

impl Restoring {
    /// Begins; with a scope, cells that it does not need are left out.
    ///
    /// A state with a scope goes on counting what it has, and answers what it was asked about ([`Fold::covers_its_scope`]); its rows are not
    /// those of the whole.
    pub fn new(scope: Option<Scope>) -> Self {
        Restoring { fold: Fold::new(), scope, last: vec![], series: 0, amended: vec![] }
    }

    /// Whether any row is needed that lies between these two, first and last of a group ([`Restoring::group`]). Rows of smaller groups are to be
    /// given before: what is needed is told by the rules among them.
    ///
    /// # Errors
    /// The keys are not of this version.
    pub fn needs(&mut self, first: &[u8], last: &[u8]) -> Result<bool, BadRow> {
        let (mut one, mut other) = (Parts::of(first), Parts::of(last));
        if cells_of(first).is_none() {
            return Ok(true);
        }
        self.begin_cells();
        if self.fold.held.is_none() {
            return Ok(true);
        }
        let Restoring { fold, series, .. } = self;
        let (no, from) = cube::read_shelf(&mut one, fold.rulebook.series(), series)?;
        let (same, to) = cube::read_shelf(&mut other, fold.rulebook.series(), series)?;
        Ok(no != same || fold.held.as_ref().is_none_or(|held| held.has_any(no, (from, to))))
    }

    /// The part of a key that rows have in common which are needed together or not at all, but for their days: of cells table, indicator and layout,
    /// of other rows the table.
    pub fn group(key: &[u8]) -> &[u8] {
        let Some(_) = cells_of(key) else { return key.get(..1).unwrap_or_default() };
        let mut parts = Parts::of(key);
        match parts.text() {
            // table, length, text, layout
            Ok(code) => key.get(..code.len() + 4).unwrap_or(key),
            Err(_) => key,
        }
    }

    /// Takes the next row, in ascending order of keys.
    ///
    /// # Errors
    /// This version did not write it.
    pub fn row(&mut self, key: &[u8], value: &[u8]) -> Result<(), BadRow> {
        if key <= self.last.as_slice() {
            return Err(BadRow::new(key, "rows are not in ascending order"));
        }
        let table =
            key.first().copied().and_then(Table::of).ok_or_else(|| BadRow::new(key, "no such table"))?;
        self.restore(table, key, value)?;
        self.last.clear();
        self.last.extend_from_slice(key);
        Ok(())
    }

    /// The state after the last row.
    pub fn done(mut self) -> Fold {
        self.begin_cells();
        self.fold.amendments = Amendments::restored(self.amended);
        self.fold
    }

    /// From here on rows are cells: the rules that say what the scope needs are all there.
    fn begin_cells(&mut self) {
        if let Some(scope) = self.scope.take() {
            self.fold.held = Some(Arc::new(Held::new(scope, &self.fold.rulebook)));
        }
    }

    fn restore(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), BadRow> {
        let mut parts = Parts::of(key);
        match table {
            Table::Head => {
                let head: Head = rows::decode(key, value)?;
                (self.fold.size, self.fold.last_received_at_ms) = (head.size, head.last_received_at_ms);
            }
            Table::Ledger => {
                let (leaf, fact): (_, LedgerFact) = (LeafIndex(parts.u64()?), rows::decode(key, value)?);
                self.fold.restore_ledger(key, leaf, &fact)?;
            }
            Table::Activity => {
                let activity: Activity = rows::decode(key, value)?;
                self.fold.activity.restore(UnitNo(parts.u32()?), activity);
            }
            Table::Rejection => self.fold.rejected.push(parts.u64()?),
            Table::Cube => {
                let Some(cell) = self.cell(&mut parts)? else { return Ok(()) };
                parts.end()?;
                let total: Total = rows::decode(key, value)?;
                self.fold.cube.restore(cell, total);
            }
            Table::Distinct => {
                let Some(cell) = self.cell(&mut parts)? else { return Ok(()) };
                let member = self.fold.values.read(&mut parts)?;
                parts.end()?;
                self.fold.distinct.restore((cell, member), Facts::of(rows::decode(key, value)?));
            }
            Table::Latest => {
                let Some(cell) = self.cell(&mut parts)? else { return Ok(()) };
                let case = self.fold.values.read(&mut parts)?;
                let seq = UnitSeq(parts.u64()?);
                parts.end()?;
                self.fold.latest.restore(About { cell, case, seq }, Said::of(rows::decode(key, value)?));
            }
            Table::Plan => self.fold.plans.restore(key, value)?,
            Table::Amended => self.amended.push(Amendments::read(key, value)?),
            Table::Answer => self.fold.answers.restore(key, value)?,
            Table::Directive => self.fold.directives.restore(key, value)?,
            Table::Baseline => self.fold.baselines.restore(key, value)?,
            Table::Project => self.fold.projects.restore(key, value)?,
            Table::Case | Table::Late => {}
        }
        Ok(())
    }

    /// The cell of a row; none when it is not needed.
    fn cell(&mut self, parts: &mut Parts<'_>) -> Result<Option<CellKey>, BadRow> {
        self.begin_cells();
        let fold = &mut self.fold;
        let shelf: (IndicatorNo, CivilDate) =
            cube::read_shelf(parts, fold.rulebook.series(), &mut self.series)?;
        if fold.held.as_ref().is_some_and(|held| !held.has(shelf.0, shelf.1)) {
            return Ok(None);
        }
        cube::read_cell(parts, shelf, fold.rulebook.series(), &mut fold.values).map(Some)
    }
}

/// The table of a key, when its rows are cells.
fn cells_of(key: &[u8]) -> Option<Table> {
    let table = Table::of(*key.first()?)?;
    matches!(table, Table::Cube | Table::Distinct | Table::Latest).then_some(table)
}
