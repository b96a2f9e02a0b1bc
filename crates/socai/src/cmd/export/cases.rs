//! Rows of cases: what belongs to each, and where it stands by its lifecycle.
//!
//! A lifecycle judges all facts of a case together, so the facts of kinds that have one are held until the end of the pass, in large pieces of
//! memory.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use socai_domain::{
    CivilDate, Event,
    lifecycle::{self, Asked, Fact, Family, State},
    time,
};
use socai_fold::Fold;
use socai_proto::{KindInfo, kind_by_tag};
use socai_tlog::EventName;

use super::tables::{CASES, Cell, Month, Output};

/// Cases by family and key.
#[derive(Default)]
pub struct Cases {
    places: BTreeMap<&'static str, HashMap<Box<str>, usize>>,
    /// By their place: they are larger than a table that grows should move.
    cases: Vec<Case>,
    /// The held facts, one behind the other, in pieces of [`PIECE`].
    facts: Vec<Vec<u8>>,
}

/// Bytes of a piece; none is ever moved. Facts are at most 1 MiB.
const PIECE: usize = 4 << 20;

struct Case {
    count: i64,
    first: Step,
    last: Step,
    /// None when its kinds have no lifecycle.
    family: Option<Family>,
    held: Vec<Held>,
}

/// Where a held fact lies.
struct Held {
    name: EventName,
    piece: u32,
    at: u32,
    len: u32,
}

/// A fact in the order of a case: day, unit, seq.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    on: CivilDate,
    name: EventName,
    tag: u32,
}

impl Step {
    fn kind(self) -> &'static str {
        kind_by_tag(self.tag).map_or("", |kind| kind.name)
    }
}

impl Cases {
    /// Takes facts of a case that count, as they count: of a kind and day.
    pub fn note(
        &mut self,
        case: &str,
        facts: &[u8],
        kind: &'static KindInfo,
        on: CivilDate,
        name: EventName,
    ) {
        let family = if kind.case_family.is_empty() { kind.name } else { kind.case_family };
        let step = Step { on, name, tag: kind.tag };
        let places = self.places.entry(family).or_default();
        let place = match places.get(case) {
            Some(place) => *place,
            None => {
                let place = self.cases.len();
                places.insert(case.into(), place);
                let family = Family::of_kind(kind.name);
                self.cases.push(Case { count: 0, first: step, last: step, family, held: Vec::new() });
                place
            }
        };
        let known = &mut self.cases[place];
        known.count += 1;
        (known.first, known.last) = (known.first.min(step), known.last.max(step));
        if known.family.is_some() {
            if self.facts.last().is_none_or(|piece| piece.len() + facts.len() > PIECE) {
                self.facts.push(Vec::with_capacity(PIECE));
            }
            let place = self.facts.len() - 1;
            let piece = &mut self.facts[place];
            let (at, len) = (piece.len() as u32, facts.len() as u32); // a piece has 4 MiB
            known.held.push(Held { name, piece: place as u32, at, len });
            piece.extend_from_slice(facts);
        }
    }

    /// Adds a row a case, by the day it began.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(self, fold: &Fold, output: &mut dyn Output) -> Result<()> {
        let on = time::vietnam_date(fold.last_received_at_ms());
        let mut cases: Vec<_> = self
            .places
            .iter()
            .flat_map(|(family, places)| places.iter().map(move |(key, place)| ((family, key), place)))
            .map(|(named, place)| (named, &self.cases[*place]))
            .collect();
        cases.sort_unstable_by(|((family, key), case), ((other_family, other_key), other)| {
            (case.first.on, family, key).cmp(&(other.first.on, other_family, other_key))
        });
        let mut facts = Vec::new();
        for ((family, key), case) in cases {
            let last_name = case.last.name.to_string();
            let unit = fold.registry().unit(case.last.name.unit).map_or("", |unit| unit.id.as_str());
            let standing = case.family.and_then(|family| self.standing(case, family, fold, on, &mut facts));
            let cells = [
                Cell::Text(key),
                Cell::Text(family),
                Cell::Date(case.first.on),
                Cell::Date(case.last.on),
                Cell::Int(case.count),
                Cell::Text(case.first.kind()),
                Cell::Text(case.last.kind()),
                Cell::text(unit),
                Cell::Text(&last_name),
                standing.map_or(Cell::Null, |(state, _)| Cell::Text(state.name())),
                standing.map_or(Cell::Null, |(_, since)| Cell::Date(since)),
            ];
            output.row(&CASES, Month::of(case.first.on), &cells)?;
        }
        Ok(())
    }

    /// Where a case stands on a day, and since when; none before its first fact. Its facts are read into `facts`.
    fn standing<'a>(
        &'a self,
        case: &Case,
        family: Family,
        fold: &Fold,
        on: CivilDate,
        facts: &mut Vec<Fact<'a>>,
    ) -> Option<(State, CivilDate)> {
        let fact = |held: &Held| {
            let facts = &self.facts[held.piece as usize][held.at as usize..];
            let event = Event::decode_again(&facts[..held.len as usize]).ok()?;
            Some(Fact { name: held.name, event })
        };
        facts.clear();
        facts.extend(case.held.iter().filter_map(fact));
        let state = |on| lifecycle::state(facts, family, &Asked { on, rules: fold.rulebook() });
        let mut days: Vec<_> =
            facts.iter().map(|fact| fact.event.occurred_on()).filter(|day| *day <= on).collect();
        days.sort_unstable();
        days.dedup();
        let now = state(on)?;
        since(now, &days, on, state).map(|since| (now, since))
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
