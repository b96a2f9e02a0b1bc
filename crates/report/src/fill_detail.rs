//! Filling from the fold what only the annexes print.

use std::collections::BTreeSet;

use socai_domain::{Registry, tables::PeriodUse};
use socai_fold::figures::{self, Asked, Spread};
use socai_fold::{Closing, Fold};
use socai_proto::kind;
use socai_tlog::{LeafIndex, UnitNo};

use crate::detail::{Closed, Detail, Level, Newest, Part, Standing};
use crate::fill::unit_name;
use crate::format::sentence_case;

/// The parts of a figure; without a spread only its comparison.
pub(crate) fn detail(
    registry: &Registry,
    asked: &Asked,
    figure: &figures::Figure,
    spread: Option<&Spread>,
) -> Detail {
    let same_period = figure.same_period.as_ref().map(|same| same.compared.value);
    let Some(spread) = spread else { return judged(registry, asked, figure, same_period) };
    Detail {
        in_period: Some(part(spread.in_period)),
        to_date: Some(part(spread.to_date)),
        same_period,
        units: spread
            .units
            .iter()
            .map(|(no, of)| (unit_name(registry, *no, asked.to).id, part(*of)))
            .collect(),
        unallocated: part(spread.unallocated),
        is_additive: spread.is_additive,
    }
}

/// Cases are judged on one day and belong to wards: the figure has no other parts.
fn judged(registry: &Registry, asked: &Asked, figure: &figures::Figure, same_period: Option<i128>) -> Detail {
    let whole = Part { value: figure.value, events: figure.events };
    let units =
        figure.wards.iter().map(|ward| (unit_name(registry, ward.unit, asked.to).id, part(ward.part)));
    let is_of_days = figure.row.period == PeriodUse::Period;
    Detail {
        in_period: is_of_days.then_some(whole),
        to_date: (!is_of_days).then_some(whole),
        same_period,
        units: units.collect(),
        unallocated: part(figure.unallocated),
        is_additive: false,
    }
}

fn part(part: figures::Part) -> Part {
    Part { value: part.value, events: part.events }
}

/// Every unit that publishes on the last asked day, in official order, then units that no longer exist and have a part in a figure.
pub(crate) fn standings(fold: &Fold, asked: &Asked, spreads: &[Spread]) -> Vec<Standing> {
    let existing: Vec<UnitNo> = fold.registry().on(asked.to).into_iter().map(|(unit, _)| unit.no).collect();
    let with_parts: BTreeSet<UnitNo> =
        spreads.iter().flat_map(|spread| spread.units.keys().copied()).collect();
    let gone = with_parts.into_iter().filter(|unit| !existing.contains(unit));
    let units = existing.iter().copied().chain(gone).filter(|unit| *unit != UnitNo::OPERATOR);
    units.map(|unit| standing(fold, asked, unit)).collect()
}

fn standing(fold: &Fold, asked: &Asked, unit: UnitNo) -> Standing {
    let activity = fold.activity(unit);
    let of_period: Vec<&Closing> = fold
        .closings()
        .of(unit)
        .iter()
        .filter(|closing| closing.from <= asked.to && asked.from <= closing.to)
        .collect();
    let is_closed = fold.closings().is_closed(unit, asked.from, asked.to);
    Standing {
        no: unit,
        unit: unit_name(fold.registry(), unit, asked.to),
        level: level(fold.registry(), unit, asked),
        closed: of_period
            .last()
            .filter(|_| is_closed)
            .map(|closing| Closed { received_at_ms: closing.received_at_ms, seq: closing.name.seq.0 }),
        newest: activity.next_seq.checked_sub(1).map(|seq| Newest {
            seq,
            leaf: LeafIndex(activity.last_leaf),
            link: None,
        }),
        nil: declared(&of_period),
        late: None,
    }
}

/// What the closings declare, each once: codes of indicators, kinds with their labels.
fn declared(closings: &[&Closing]) -> Vec<String> {
    let mut declared: Vec<String> = Vec::new();
    for nil in closings.iter().flat_map(|closing| &closing.nil) {
        let said = match kind(nil) {
            Some(kind) => format!("{} ({nil})", sentence_case(kind.message.label.vi)),
            None => nil.clone(),
        };
        if !declared.contains(&said) {
            declared.push(said);
        }
    }
    declared
}

fn level(registry: &Registry, unit: UnitNo, asked: &Asked) -> Level {
    match registry.unit(unit).is_some_and(|unit| unit.is_ward(asked.to)) {
        true => Level::Territory,
        false => Level::Body,
    }
}
