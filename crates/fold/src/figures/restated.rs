//! As reported and as known now: which figures are known differently at a later size, and which facts are why.
//!
//! Four things that look alike stay apart. A *correction* or void restates the past: the cause is the record it is about, and `by` names the
//! amendment (and whose acknowledgement it needed). A *late* fact was true before but unknown. A *boundary* change moves units, with the
//! succession or registration that says so. A *legal revision* is a fact of its own day like any other: it restates nothing, and shows here only
//! as recorded since.
//!
//! Cost: one pass over the records of the later size; only new and amended ones are looked into.

use std::collections::{BTreeMap, BTreeSet};

use socai_domain::{Event, Kind, name_of};
use socai_proto::{v1::Answer, view::Heading};
use socai_tlog::{EventName, LeafIndex};

use super::{
    asked::{Asked, Window},
    figure::{Disagreement, figures, figures_of},
    restated_cases::{Answered, CaseChanges, CaseLine},
    restated_line::{Line, known, moved},
    restatement::{Cause, NotCompared, Restatement, Why},
    shares::{Share, share},
    watched::{Watch, Watches, rows_of},
};
use crate::{
    change::{self, Change},
    fold::Fold,
    recorded::Recorded,
    report::Report,
    steps::{Stepped, Steps},
    switch::Counted,
    verdict::FoldError,
};

/// The comparison. Give it every record below the later fold's size, in order; ask [`Comparison::finish`] at the end.
pub struct Comparison<'f> {
    earlier: &'f Fold,
    later: &'f Fold,
    asked: Asked,
    lines: Vec<Line>,
    /// Counter's indicator number → the lines whose figure its facts belong to.
    watched: Vec<Vec<Watch>>,
    cases: CaseChanges,
    /// Adoptions of law and holidays that only the later size knows.
    laws: Vec<EventName>,
    reported: Option<Report>,
    /// Where the records stand that count otherwise.
    changed_at: BTreeMap<EventName, LeafIndex>,
    /// Adoption that a changed row comes from → its lines.
    adopted: BTreeMap<u64, Vec<usize>>,
    /// The adoptions of changed rows that were met.
    definitions: BTreeSet<EventName>,
    /// Amendment → the last confirmation of it that was seen.
    confirmed: BTreeMap<EventName, EventName>,
    steps: Steps,
}

impl<'f> Comparison<'f> {
    /// Compares a question's answers at two sizes of one ledger.
    ///
    /// # Errors
    /// None that the caller could have caused; a [`Disagreement`] would be a fault of the fold.
    pub fn new(earlier: &'f Fold, later: &'f Fold, asked: &Asked) -> Result<Self, Disagreement> {
        let values = |fold| figures_of(fold, asked, None, None).map(known);
        let (then, now) = (values(earlier)?, values(later)?);
        let in_force =
            |fold: &'f Fold| fold.rulebook().indicators(asked.to).map_or(&[][..], |(_, rows)| rows);
        let (rows_then, rows) = (in_force(earlier), in_force(later));
        let mut adopted: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        let adoption = later.rulebook().in_force("indicators", asked.to).map(|adopted| adopted.leaf.0);
        let (mut lines, mut watches) = (vec![], Watches::default());
        for row in rows {
            let Some(window) = Window::of(&row.period, asked) else { continue };
            let (of_rows, judged) = rows_of(row, rows);
            let before = rows_then.iter().find(|then| then.code == row.code);
            let is_known = then.contains_key(&row.code) || !judged.is_empty();
            let is_redefined = before.filter(|_| is_known).is_none_or(|before| before != row);
            if let Some(leaf) = adoption.filter(|leaf| is_redefined && *leaf >= earlier.size) {
                adopted.entry(leaf).or_default().push(lines.len());
            }
            watches.add(lines.len(), (row, &window), &of_rows, asked);
            lines.push(Line {
                moved: moved(earlier, later, row, asked.to),
                before: then.get(&row.code).copied().flatten(),
                after: now.get(&row.code).copied().flatten(),
                row: row.clone(),
                judged,
                causes: vec![],
            });
        }
        Ok(Comparison {
            watched: watches.by_series(later),
            cases: CaseChanges::new(earlier, later, asked),
            laws: vec![],
            reported: None,
            changed_at: BTreeMap::new(),
            definitions: BTreeSet::new(),
            asked: asked.clone(),
            confirmed: BTreeMap::new(),
            steps: Steps::default(),
            earlier,
            later,
            lines,
            adopted,
        })
    }

    /// Puts what a report printed in the place of what the ledger gives at its cut-off. `earlier` is the fold at that cut-off.
    pub fn as_reported(&mut self, report: &Report) {
        self.reported = Some(report.clone());
    }

    /// Takes the next record; those at and above the later fold's size change nothing.
    pub fn visit(&mut self, record: &Recorded<'_>) -> Result<(), FoldError> {
        let (leaf, name) = (record.at.leaf, record.at.name);
        let step = self.steps.advance(leaf, self.later)?;
        let (is_new, amended) = (leaf.0 >= self.earlier.size, self.later.amendments.get(name));
        if step != Stepped::Taken || !is_new && amended.is_none() && self.cases.is_idle() {
            return Ok(());
        }
        if !is_new && amended.is_none() {
            self.unchanged(record);
            return Ok(());
        }
        let Ok(stated) = Event::decode(record.facts) else { return Ok(()) };
        if is_new {
            self.note_ledger(&stated, name, leaf);
        }
        let before = if is_new { None } else { self.earlier.amendments.counting(name, record.facts) };
        let after = self.later.amendments.counting(name, record.facts);
        let (then, now) = (decoded(before), decoded(after));
        match before == after {
            true => self.cases.visit(name, leaf, now.as_ref()),
            false => {
                self.cases.visit_both(name, leaf, then.as_ref(), now.as_ref());
                self.changed(&stated, (name, leaf), then.as_ref(), now.as_ref());
            }
        }
        Ok(())
    }

    /// A record that counts now as it did: only cases care, and only for their own kinds.
    fn unchanged(&mut self, record: &Recorded<'_>) {
        if Heading::of(record.facts).is_some_and(|heading| !self.cases.is_about(heading.tag)) {
            return;
        }
        if let Ok(event) = Event::decode(record.facts) {
            self.cases.visit(record.at.name, record.at.leaf, Some(&event));
        }
    }

    /// Records of the ledger's own kinds that are causes, or that name them.
    fn note_ledger(&mut self, event: &Event<'_>, name: EventName, leaf: LeafIndex) {
        for line in self.adopted.get(&leaf.0).into_iter().flatten() {
            // how much of the change it explains is known at the end
            let cause =
                Cause { why: Why::Rules, event: name, by: name, acknowledged: None, before: 0, after: 0 };
            self.lines[*line].causes.push(cause);
            self.definitions.insert(name);
        }
        match event.kind() {
            Kind::EventAcknowledged(said) if said.answer() == Answer::Confirmed => {
                self.confirmed.extend(said.target.map(|target| (name_of(&target), name)));
            }
            Kind::RulesAdopted(rules) if rules.name.starts_with("law.") || rules.name == "holidays" => {
                self.laws.push(name);
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
        (name, leaf): (EventName, LeafIndex),
        then: Option<&Event<'_>>,
        now: Option<&Event<'_>>,
    ) {
        let (before, after) = (self.shares(then, leaf), self.shares(now, leaf));
        let (why, by) = match then.is_none() && leaf.0 >= self.earlier.size {
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
        self.cases.note(name, (why, by), then, now);
        self.changed_at.insert(name, leaf);
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
    fn shares(&self, event: Option<&Event<'_>>, leaf: LeafIndex) -> BTreeMap<usize, Share> {
        let mut shares: BTreeMap<usize, Share> = BTreeMap::new();
        let Some(event) = event else { return shares };
        let (day, payload) = (event.occurred_on(), event.kind());
        let Some(version) = self.later.rulebook().version(leaf, day) else { return shares };
        let Some(of_kind) = version.of_kind(event.tag()) else { return shares };
        for Counted { counter, .. } in of_kind.counters.of(payload) {
            for Watch { figure, window, is_part } in &self.watched[usize::from(counter.no.0)] {
                let field = window.pick.as_ref().and_then(|pick| counter.axes.scalar(&pick.field));
                if window.holds(day, payload, field) {
                    let share = share(counter, event);
                    match *is_part {
                        false => drop(shares.insert(*figure, share)),
                        true => shares.entry(*figure).or_default().add_part(counter, share),
                    }
                }
            }
        }
        shares
    }

    /// The values of figures that only judged cases tell, with what the cases say of why.
    fn fill_judged(&mut self) -> Result<(), Disagreement> {
        if self.cases.is_idle() {
            return Ok(());
        }
        let (of_then, of_now) = (self.cases.then(self.earlier), self.cases.now(self.later));
        let values = |fold, of: &Answered| figures(fold, &self.asked, Some(&of.found)).map(known);
        let (then, now) = (values(self.earlier, &of_then)?, values(self.later, &of_now)?);
        let of_rows = self.cases.lines(&of_then.counted, &of_now.counted, &self.asked);
        for line in self.lines.iter_mut().filter(|line| !line.judged.is_empty()) {
            line.before = then.get(&line.row.code).copied().flatten();
            line.after = now.get(&line.row.code).copied().flatten();
            let of_line: Vec<&CaseLine> = line.judged.iter().filter_map(|code| of_rows.get(code)).collect();
            for changed in of_line.iter().flat_map(|of| &of.causes) {
                let (why, event, by) = (changed.why, changed.event, changed.by);
                // a fact may belong to several of a ratio's rows
                if line.causes.iter().all(|cause| cause.event != event) {
                    line.causes.push(Cause { why, event, by, acknowledged: None, before: 0, after: 0 });
                }
            }
            line.causes.sort_by_key(|cause| self.changed_at.get(&cause.event));
            if of_line.iter().any(|of| of.is_unexplained) {
                let (before, after) = (line.before.unwrap_or_default(), line.after.unwrap_or_default());
                line.causes.extend(self.laws.iter().map(|law| Cause {
                    why: Why::Rules,
                    event: *law,
                    by: *law,
                    acknowledged: None,
                    before,
                    after,
                }));
            }
        }
        Ok(())
    }

    /// What the report printed, in the place of what its cut-off gives.
    fn fill_reported(&mut self) {
        let Some(report) = &self.reported else { return };
        for printed in &report.values {
            let Some(line) = self.lines.iter_mut().find(|line| line.row.code == printed.indicator) else {
                continue;
            };
            let (printed, given) = (i128::from(printed.value), line.before.unwrap_or_default());
            if printed != given {
                let (event, by) = (report.name, report.name);
                let (before, after, why) = (printed, given, Why::Printed);
                line.causes.insert(0, Cause { why, event, by, acknowledged: None, before, after });
            }
            line.before = Some(printed);
        }
    }

    /// The figures that are known differently, or by other facts, in printing order.
    ///
    /// # Errors
    /// Records are missing: the pass ended before the later size. Or the records are not those that the folds were made of.
    pub fn finish(mut self) -> Result<Vec<Restatement>, NotCompared> {
        self.steps.ended(self.later)?;
        self.fill_judged()?;
        self.lines.iter_mut().for_each(|line| line.settle_definitions(&self.definitions));
        self.fill_reported();
        let needed = |cause: &Cause| {
            let amended = self.later.amendments.get(cause.event);
            amended.is_some_and(|amended| amended.was_after_closing(cause.by))
        };
        let restated =
            self.lines.into_iter().filter(|line| line.before != line.after || !line.causes.is_empty());
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

fn decoded(facts: Option<&[u8]>) -> Option<Event<'_>> {
    facts.and_then(|facts| Event::decode(facts).ok())
}
