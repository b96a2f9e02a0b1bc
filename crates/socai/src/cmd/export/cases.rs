//! Rows of cases: what belongs to each, and where it stands by its lifecycle.
//!
//! A lifecycle judges all facts of a case together, and so do figures: whoever gathers cases for these shows them here. Of the kinds that have no
//! lifecycle nothing is held but numbers and days.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use socai_domain::{
    CivilDate,
    lifecycle::{self, Asked, Fact, Family, State},
    time,
};
use socai_fold::{Fold, figures::WholeCase};
use socai_proto::{KindInfo, kind_by_tag};
use socai_tlog::EventName;

use super::tables::{CASES, Cell, Month, Output};

/// The cases that were met so far.
pub struct Cases<'f> {
    fold: &'f Fold,
    /// The day on which they stand somewhere.
    on: CivilDate,
    judged: Vec<Row>,
    /// Those of kinds that have no lifecycle, by family and key.
    others: BTreeMap<&'static str, HashMap<Box<str>, Span>>,
    /// Room for the days of a case.
    days: Vec<CivilDate>,
}

/// What is known of a case.
struct Row {
    family: &'static str,
    key: Box<str>,
    span: Span,
    /// Where it stands and since when; none before its first fact, and when its kinds have no lifecycle.
    standing: Option<(State, CivilDate)>,
}

/// Its facts from the first to the last.
#[derive(Clone, Copy)]
struct Span {
    count: i64,
    first: Step,
    last: Step,
}

/// A fact in the order of a case: day, unit, seq.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    on: CivilDate,
    name: EventName,
    tag: u32,
}

impl Step {
    fn of(fact: &Fact<'_>) -> Self {
        Step { on: fact.event.occurred_on(), name: fact.name, tag: fact.event.tag() }
    }

    fn kind(self) -> &'static str {
        kind_by_tag(self.tag).map_or("", |kind| kind.name)
    }
}

/// The family in which the keys of a kind's cases are unique.
fn family_of(kind: &KindInfo) -> &'static str {
    if kind.case_family.is_empty() { kind.name } else { kind.case_family }
}

impl<'f> Cases<'f> {
    /// None yet. They stand where they stood on the day that the last record was received.
    pub fn new(fold: &'f Fold) -> Self {
        let on = time::vietnam_date(fold.last_received_at_ms());
        Cases { fold, on, judged: Vec::new(), others: BTreeMap::new(), days: Vec::new() }
    }

    /// Takes a fact of a case, of a day, as it counts. Of kinds that have a lifecycle, [`Cases::meet`] takes whole cases.
    pub fn note(&mut self, case: &str, kind: &'static KindInfo, on: CivilDate, name: EventName) {
        if Family::of_tag(kind.tag).is_some() {
            return;
        }
        let step = Step { on, name, tag: kind.tag };
        let cases = self.others.entry(family_of(kind)).or_default();
        match cases.get_mut(case) {
            Some(span) => {
                span.count += 1;
                (span.first, span.last) = (span.first.min(step), span.last.max(step));
            }
            None => drop(cases.insert(case.into(), Span { count: 1, first: step, last: step })),
        }
    }

    /// Takes a case of kinds that have a lifecycle.
    pub fn meet(&mut self, case: WholeCase<'_>) {
        let family = |fact: &Fact<'_>| kind_by_tag(fact.event.tag()).map_or("", family_of);
        let Some(first) = case.facts.first() else { return };
        if case.family != Family::Conscription {
            return self.add(family(first), case);
        }
        // the one lifecycle of kinds that have no family in common
        let mut parts: BTreeMap<&'static str, Vec<Fact<'_>>> = BTreeMap::new();
        case.facts.iter().for_each(|fact| parts.entry(family(fact)).or_default().push(*fact));
        parts.iter().for_each(|(family, facts)| self.add(family, WholeCase { facts, ..case }));
    }

    fn add(&mut self, family: &'static str, case: WholeCase<'_>) {
        if let [first, ..] = case.facts
            && let [.., last] = case.facts
        {
            let span = Span { count: case.facts.len() as i64, first: Step::of(first), last: Step::of(last) };
            let standing = self.standing(&case);
            self.judged.push(Row { family, key: case.key.into(), span, standing });
        }
    }

    /// Where a case stands, and since when; none before its first fact.
    fn standing(&mut self, case: &WholeCase<'_>) -> Option<(State, CivilDate)> {
        let rules = self.fold.rulebook();
        let state = |on| lifecycle::state(case.facts, case.family, &Asked { on, rules });
        let now = state(self.on)?;
        let days = case.facts.iter().map(|fact| fact.event.occurred_on());
        self.days.clear();
        self.days.extend(days.take_while(|day| *day <= self.on));
        self.days.dedup();
        since(now, &self.days, self.on, state).map(|since| (now, since))
    }

    /// Adds a row a case, by the day it began.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(self, output: &mut dyn Output) -> Result<()> {
        let Cases { fold, judged: mut rows, others, .. } = self;
        let others = others.into_iter().flat_map(|(family, cases)| {
            cases.into_iter().map(move |(key, span)| Row { family, key, span, standing: None })
        });
        rows.extend(others);
        rows.sort_unstable_by(|row, other| {
            (row.span.first.on, row.family, &row.key).cmp(&(other.span.first.on, other.family, &other.key))
        });
        for Row { family, key, span: Span { count, first, last }, standing } in &rows {
            let last_name = last.name.to_string();
            let unit = fold.registry().unit(last.name.unit).map_or("", |unit| unit.id.as_str());
            let cells = [
                Cell::Text(key),
                Cell::Text(family),
                Cell::Date(first.on),
                Cell::Date(last.on),
                Cell::Int(*count),
                Cell::Text(first.kind()),
                Cell::Text(last.kind()),
                Cell::text(unit),
                Cell::Text(&last_name),
                standing.map_or(Cell::Null, |(state, _)| Cell::Text(state.name())),
                standing.map_or(Cell::Null, |(_, since)| Cell::Date(since)),
            ];
            output.row(&CASES, Month::of(first.on), &cells)?;
        }
        Ok(())
    }
}

/// The day from which on a state holds: that of a fact, or one on which a term ran out after the last fact.
fn since(
    now: State,
    days: &[CivilDate],
    on: CivilDate,
    state: impl Fn(CivilDate) -> Option<State>,
) -> Option<CivilDate> {
    let last = *days.last()?;
    if state(last) != Some(now) {
        // without new facts a case only moves on, so the days on which it stands there are the last ones
        let (mut before, mut from) = (last.day_number(), on.day_number());
        while from - before > 1 {
            let middle = before + (from - before) / 2;
            let is_there = CivilDate::from_day_number(middle).and_then(&state) == Some(now);
            if is_there { from = middle } else { before = middle }
        }
        return CivilDate::from_day_number(from);
    }
    days.iter().rev().copied().take_while(|day| state(*day) == Some(now)).last()
}

#[cfg(test)]
mod tests {
    use socai_domain::lifecycle::penalty;

    use super::*;

    fn day(text: &str) -> CivilDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_state_holds_since_the_fact_or_the_end_of_a_term_that_brought_it() {
        let (decided, overdue) =
            (State::Penalty(penalty::State::Decided), State::Penalty(penalty::State::Overdue));
        let state = |on: CivilDate| Some(if on < day("2023-02-14") { decided } else { overdue });
        let days = ["2023-01-20", "2023-02-01", "2023-02-03"].map(day);
        let since = |now, on| super::since(now, &days, day(on), state).map(|day| day.to_string());
        assert_eq!(since(decided, "2023-02-05").as_deref(), Some("2023-01-20"));
        assert_eq!(since(overdue, "2023-06-30").as_deref(), Some("2023-02-14"));
        assert_eq!(since(overdue, "2023-02-14").as_deref(), Some("2023-02-14"));
        let again = |on: CivilDate| Some(if on == days[1] { overdue } else { decided });
        let since = super::since(decided, &days, day("2023-03-01"), again).unwrap();
        assert_eq!(since, days[2], "it stood elsewhere in between");
    }
}
