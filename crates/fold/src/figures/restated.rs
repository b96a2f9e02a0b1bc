//! As reported and as known now: which figures are known differently at a later size, and which facts are why.
//!
//! Four things that look alike stay apart. A *correction* or void restates the past: the cause is the record it is about, and `by` names the
//! amendment (and whose acknowledgement it needed). A *late* fact was true before but unknown. A *boundary* change moves units, with the
//! succession or registration that says so. A *legal revision* is a fact of its own day like any other: it restates nothing, and shows here only
//! as recorded since.
//!
//! Cost: one pass over the records of the later size; only new and amended ones are looked into.

use std::collections::{BTreeMap, BTreeSet};

use socai_domain::{
    CivilDate, Event, Kind, name_of,
    tables::{Indicator, Measure},
};
use socai_proto::v1::Answer;
use socai_tlog::{EventName, LeafIndex};

use super::{
    asked::{Asked, Window},
    figure::{Disagreement, figures, units_of},
};
use crate::{
    change::{self, Change},
    fold::Fold,
    indicator::{Adds, Counter},
    recorded::Recorded,
    report::Report,
    switch::Counted,
    values::Value,
    verdict::FoldError,
};

/// A figure that is known differently, or the same by other facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restatement {
    /// The row that defines it now.
    pub row: Indicator,
    /// The value at the earlier size, as its report printed it when there is one; none when it was no figure then.
    pub before: Option<i128>,
    /// The value at the later size.
    pub after: i128,
    /// Why, in leaf order of the facts that changed.
    pub causes: Vec<Cause>,
}

/// One reason why a figure is known differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What happened.
    pub why: Why,
    /// The fact that counts otherwise.
    pub event: EventName,
    /// The record that made it so: the amendment, the succession, the fact itself.
    pub by: EventName,
    /// The aggregator's answer that let an amendment count after closing.
    pub acknowledged: Option<EventName>,
    /// What the fact added to the figure before; 0 for distinct counts and for facts that did not count.
    pub before: i128,
    /// What it adds now.
    pub after: i128,
}

/// What happened to a fact between two sizes of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It was recorded since; its unit had not closed its period.
    Recorded,
    /// It came after its unit had closed its period.
    Late,
    /// Fields were put right.
    Corrected,
    /// It was taken out.
    Voided,
    /// A correction or void of it no longer counts.
    Restored,
    /// Units were registered or succeeded each other.
    Boundary,
    /// The indicator is defined otherwise.
    Rules,
    /// The report printed another value than the ledger gives at its cut-off.
    Printed,
}

/// What a fact adds to one indicator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Share {
    value: i128,
    member: Option<Value>,
}

/// The comparison. Give it every record below the later fold's size, in order; ask [`Comparison::finish`] at the end.
pub struct Comparison<'f> {
    earlier: &'f Fold,
    later: &'f Fold,
    asked: Asked,
    lines: Vec<Line>,
    /// Counter's indicator number → line.
    by_number: Vec<Option<usize>>,
    /// Adoption that a changed row comes from → its lines.
    adopted: BTreeMap<u64, Vec<usize>>,
    /// Amendment → the last confirmation of it that was seen.
    confirmed: BTreeMap<EventName, EventName>,
    next: u64,
}

struct Line {
    row: Indicator,
    window: Window,
    before: Option<i128>,
    after: i128,
    /// Ids of the units that only one of the two sizes counts, for a figure that counts units.
    moved: BTreeSet<String>,
    causes: Vec<Cause>,
}

impl<'f> Comparison<'f> {
    /// Compares a question's answers at two sizes of one ledger.
    ///
    /// # Errors
    /// None that the caller could have caused; a [`Disagreement`] would be a fault of the fold.
    pub fn new(earlier: &'f Fold, later: &'f Fold, asked: &Asked) -> Result<Self, Disagreement> {
        let then: BTreeMap<String, _> = figures(earlier, asked, None)?
            .into_iter()
            .map(|figure| (figure.row.code.clone(), figure))
            .collect();
        let mut adopted: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        let adoption = later.rulebook().in_force("indicators", asked.to).map(|adopted| adopted.leaf.0);
        let mut lines = vec![];
        for figure in figures(later, asked, None)? {
            let before = then.get(&figure.row.code);
            let is_redefined = before.is_none_or(|before| before.row != figure.row);
            if let Some(leaf) = adoption.filter(|leaf| is_redefined && *leaf >= earlier.size) {
                adopted.entry(leaf).or_default().push(lines.len());
            }
            lines.push(Line {
                moved: moved(earlier, later, &figure.row, asked.to),
                before: before.map(|before| before.value),
                after: figure.value,
                window: figure.window,
                row: figure.row,
                causes: vec![],
            });
        }
        let number = |code: &str| lines.iter().position(|line| line.row.code == code);
        let by_number = later.rulebook().series().iter().map(|series| number(&series.code)).collect();
        let (asked, confirmed) = (asked.clone(), BTreeMap::new());
        Ok(Comparison { earlier, later, asked, lines, by_number, adopted, confirmed, next: 0 })
    }

    /// Puts what a report printed in the place of what the ledger gives at its cut-off. `earlier` is the fold at that cut-off.
    pub fn as_reported(&mut self, report: &Report) {
        for printed in &report.values {
            let Some(line) = self.lines.iter_mut().find(|line| line.row.code == printed.indicator) else {
                continue;
            };
            let (printed, given) = (i128::from(printed.value), line.before.unwrap_or_default());
            if printed != given {
                let (event, by) = (report.name, report.name);
                line.causes.push(Cause {
                    why: Why::Printed,
                    event,
                    by,
                    acknowledged: None,
                    before: printed,
                    after: given,
                });
            }
            line.before = Some(printed);
        }
    }

    /// Takes the next record; those at and above the later fold's size change nothing.
    pub fn visit(&mut self, record: &Recorded<'_>) -> Result<(), FoldError> {
        let (leaf, name) = (record.at.leaf, record.at.name);
        if leaf.0 >= self.later.size {
            return Ok(());
        }
        if leaf.0 != self.next {
            return Err(FoldError::OutOfOrder { got: leaf, expected: LeafIndex(self.next) });
        }
        self.next += 1;
        let (is_new, amended) = (leaf.0 >= self.earlier.size, self.later.amendments.get(name));
        if !is_new && amended.is_none() || self.later.is_rejected(leaf) {
            return Ok(());
        }
        let Ok(stated) = Event::decode(record.facts) else { return Ok(()) };
        if is_new {
            self.note_ledger(&stated, name, leaf);
        }
        let before = match self.earlier.amendments.get(name).filter(|_| !is_new) {
            Some(amended) => amended.effective(name).facts(),
            None => Some(record.facts).filter(|_| !is_new),
        };
        let after = amended.map_or(Some(record.facts), |amended| amended.effective(name).facts());
        if before != after {
            self.changed(&stated, name, leaf, before, after);
        }
        Ok(())
    }

    /// Records of the ledger's own kinds that are causes, or that name them.
    fn note_ledger(&mut self, event: &Event<'_>, name: EventName, leaf: LeafIndex) {
        for line in self.adopted.get(&leaf.0).into_iter().flatten() {
            let (before, after) = (self.lines[*line].before.unwrap_or_default(), self.lines[*line].after);
            let cause = Cause { why: Why::Rules, event: name, by: name, acknowledged: None, before, after };
            self.lines[*line].causes.push(cause);
        }
        match event.kind() {
            Kind::EventAcknowledged(said) if said.answer() == Answer::Confirmed => {
                self.confirmed.extend(said.target.map(|target| (name_of(&target), name)));
            }
            Kind::UnitRegistered(unit) => self.note_boundary(&[unit.unit_id], name),
            Kind::UnitSucceeded(succession) => self.note_boundary(&[succession.from, succession.to], name),
            _ => {}
        }
    }

    fn note_boundary(&mut self, ids: &[&str], by: EventName) {
        for line in self.lines.iter_mut().filter(|line| ids.iter().any(|id| line.moved.contains(*id))) {
            line.causes.push(Cause {
                why: Why::Boundary,
                event: by,
                by,
                acknowledged: None,
                before: 0,
                after: 0,
            });
        }
    }

    /// A fact counts otherwise than before: a cause for every figure that it adds something else to.
    fn changed(
        &mut self,
        stated: &Event<'_>,
        name: EventName,
        leaf: LeafIndex,
        before: Option<&[u8]>,
        after: Option<&[u8]>,
    ) {
        let (before, after) = (self.shares(before, leaf), self.shares(after, leaf));
        let (why, by) = match before.is_empty() && leaf.0 >= self.earlier.size {
            true => (self.arrival(stated, name), name),
            false => match change::between(
                name,
                self.earlier.amendments.get(name),
                self.later.amendments.get(name),
            ) {
                Some(Change::Corrected(by)) => (Why::Corrected, by),
                Some(Change::Voided(by)) => (Why::Voided, by),
                Some(Change::Restored(by)) => (Why::Restored, by),
                None => return,
            },
        };
        let lines: BTreeSet<usize> = before.keys().chain(after.keys()).copied().collect();
        for line in lines {
            let (then, now) = (before.get(&line), after.get(&line));
            if then == now {
                continue;
            }
            let value = |share: Option<&Share>| share.map_or(0, |share| share.value);
            let (before, after) = (value(then), value(now));
            self.lines[line].causes.push(Cause { why, event: name, by, acknowledged: None, before, after });
        }
    }

    fn arrival(&self, event: &Event<'_>, name: EventName) -> Why {
        let closing = self.later.closings.first_of_day(name.unit, event.occurred_on());
        if closing.is_some_and(|closing| closing.name.seq < name.seq) { Why::Late } else { Why::Recorded }
    }

    /// What a fact adds, by line.
    fn shares(&self, facts: Option<&[u8]>, leaf: LeafIndex) -> BTreeMap<usize, Share> {
        let mut shares = BTreeMap::new();
        let Some(Ok(event)) = facts.map(Event::decode) else { return shares };
        let (day, payload) = (event.occurred_on(), event.kind());
        let Some(version) = self.later.rulebook().version(leaf, day) else { return shares };
        let Some(of_kind) = version.of_kind(event.tag()) else { return shares };
        for Counted { counter, .. } in of_kind.counters.of(payload) {
            let Some(at) = self.by_number[usize::from(counter.no.0)] else { continue };
            let window = &self.lines[at].window;
            let field = window.pick.as_ref().and_then(|pick| counter.axes.scalar(&pick.field));
            if window.holds(day, payload, field) {
                shares.insert(at, share(counter, payload));
            }
        }
        shares
    }

    /// The figures that are known differently, or by other facts, in printing order.
    ///
    /// # Errors
    /// Records are missing: the pass ended before the later size.
    pub fn finish(self) -> Result<Vec<Restatement>, FoldError> {
        if self.next != self.later.size {
            let (got, expected) = (LeafIndex(self.later.size), LeafIndex(self.next));
            return Err(FoldError::OutOfOrder { got, expected });
        }
        let needed = |cause: &Cause| {
            let amended = self.later.amendments.get(cause.event);
            amended.is_some_and(|amended| amended.was_after_closing(cause.by))
        };
        let restated =
            self.lines.into_iter().filter(|line| line.before != Some(line.after) || !line.causes.is_empty());
        Ok(restated
            .map(|mut line| {
                for cause in line.causes.iter_mut().filter(|cause| needed(cause)) {
                    cause.acknowledged = self.confirmed.get(&cause.by).copied();
                }
                Restatement { row: line.row, before: line.before, after: line.after, causes: line.causes }
            })
            .collect())
    }

    /// What was asked.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }
}

fn share(counter: &Counter, payload: &Kind<'_>) -> Share {
    let member = match &counter.adds {
        Adds::Member(fields) => Some(Value::Many(fields.iter().map(|field| field.value(payload)).collect())),
        _ => None,
    };
    Share { value: i128::from(counter.measure(payload)), member }
}

fn moved(earlier: &Fold, later: &Fold, row: &Indicator, on: CivilDate) -> BTreeSet<String> {
    if row.measure != Measure::Units {
        return BTreeSet::new();
    }
    let ids = |fold| -> BTreeSet<String> {
        units_of(fold, row, on).into_iter().map(|unit| unit.id.clone()).collect()
    };
    ids(earlier).symmetric_difference(&ids(later)).cloned().collect()
}
