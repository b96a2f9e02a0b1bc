//! The state back from its rows.

use socai_tlog::{LeafIndex, UnitNo, UnitSeq};

use crate::{
    activity::Activity,
    cube::{self, Facts, Total},
    drain::Head,
    fold::Fold,
    latest::{About, Said},
    ledger::LedgerFact,
    rows::{self, BadRow, Parts, Table},
};

impl Fold {
    /// The tables that [`Fold::from_rows`] reads; rows of the others need not be given.
    pub const HELD: [Table; 12] = [
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
        let mut fold = Fold::new();
        let (mut last, mut series) = (vec![], 0);
        for (key, value) in rows {
            let (key, value) = (key.as_ref(), value.as_ref());
            if key <= last.as_slice() {
                return Err(BadRow::new(key, "rows are not in ascending order"));
            }
            fold.restore(key, value, &mut series)?;
            last.clear();
            last.extend_from_slice(key);
        }
        Ok(fold)
    }

    /// `series` is the place of the series of the last row that had one.
    fn restore(&mut self, key: &[u8], value: &[u8], series: &mut usize) -> Result<(), BadRow> {
        let table =
            key.first().copied().and_then(Table::of).ok_or_else(|| BadRow::new(key, "no such table"))?;
        let mut parts = Parts::of(key);
        match table {
            Table::Head => {
                let head: Head = rows::decode(key, value)?;
                (self.size, self.last_received_at_ms) = (head.size, head.last_received_at_ms);
            }
            Table::Ledger => {
                let (leaf, fact): (_, LedgerFact) = (LeafIndex(parts.u64()?), rows::decode(key, value)?);
                self.restore_ledger(key, leaf, &fact)?;
            }
            Table::Activity => {
                let activity: Activity = rows::decode(key, value)?;
                self.activity.restore(UnitNo(parts.u32()?), activity);
            }
            Table::Rejection => self.rejected.push(parts.u64()?),
            Table::Cube => {
                let cell = cube::read_cell(&mut parts, self.rulebook.series(), &mut self.values, series)?;
                parts.end()?;
                let total: Total = rows::decode(key, value)?;
                self.cube.restore(cell, total);
            }
            Table::Distinct => {
                let cell = cube::read_cell(&mut parts, self.rulebook.series(), &mut self.values, series)?;
                let member = self.values.read(&mut parts)?;
                parts.end()?;
                self.distinct.restore((cell, member), Facts(rows::decode(key, value)?));
            }
            Table::Latest => {
                let cell = cube::read_cell(&mut parts, self.rulebook.series(), &mut self.values, series)?;
                let case = self.values.read(&mut parts)?;
                let seq = UnitSeq(parts.u64()?);
                parts.end()?;
                self.latest.restore(About { cell, case, seq }, Said::of(rows::decode(key, value)?));
            }
            Table::Plan => self.plans.restore(key, value)?,
            Table::Amended => self.amendments.restore(key, value)?,
            Table::Answer => self.answers.restore(key, value)?,
            Table::Directive => self.directives.restore(key, value)?,
            Table::Baseline => self.baselines.restore(key, value)?,
            Table::Case | Table::Late => {}
        }
        Ok(())
    }
}
