//! Numbers of documents: those missing, given twice, or out of the order of their days, by issuer, series and year.

use std::collections::BTreeMap;

use socai_domain::{
    CivilDate, Event, Kind,
    lifecycle::finding::day,
    tables::{Check, FindingRule, Numbering},
};
use socai_proto::{Fields as _, schema, view};
use socai_tlog::EventName;

use super::watch::{Counted, Raw, Watch};
use crate::{fold::Fold, recorded::Facts, verdict::FoldError};

/// The series of the same kinds, for every rule that looks at them.
pub(super) struct Numbers<'f> {
    fold: &'f Fold,
    numbering: &'f Numbering,
    rules: Vec<&'f FindingRule>,
    /// As the records come; in order only when they are asked for.
    series: BTreeMap<Series, Vec<(Number, Issued)>>,
}

/// One numbering: it begins again every year.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Series {
    issuer: Box<str>,
    symbol: Box<str>,
    year: i32,
    /// Of a register: whether it is of what came in or of what went out.
    way: i32,
}

/// A number; one that holds anything but digits has no place among the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Number {
    Plain(u64),
    Other(Box<str>),
}

/// A fact that issued a document.
#[derive(Clone, Copy, Debug)]
struct Issued {
    name: EventName,
    /// Of the document.
    dated: CivilDate,
    /// Of the fact.
    on: CivilDate,
}

impl<'f> Numbers<'f> {
    /// One watch for each set of kinds and series.
    pub fn of(rules: &[&'f FindingRule], fold: &'f Fold) -> Vec<Self> {
        let mut watches: Vec<Self> = vec![];
        for rule in rules.iter().copied() {
            let Some(numbering) = numbering(&rule.check) else { continue };
            let is_same = |watch: &&mut Self| {
                watch.numbering.kinds == numbering.kinds && watch.numbering.series == numbering.series
            };
            match watches.iter_mut().find(is_same) {
                Some(watch) => watch.rules.push(rule),
                None => watches.push(Numbers { fold, numbering, rules: vec![rule], series: BTreeMap::new() }),
            }
        }
        watches
    }
}

impl Numbers<'_> {
    fn issued(&self, fact: &Counted<'_>) -> Option<(Series, Number, CivilDate)> {
        let publisher = self.fold.registry.unit(fact.name.unit).map_or("", |unit| unit.id.as_str());
        issued(fact.event, publisher)
    }
}

fn numbering(check: &Check) -> Option<&Numbering> {
    match check {
        Check::NumberGaps(of) | Check::NumberTwice(of) | Check::NumberOrder(of, _) => Some(of),
        _ => None,
    }
}

impl<'f> Watch<'f> for Numbers<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        if !fact.is_of(&self.numbering.kinds) {
            return Ok(());
        }
        let Some((series, number, dated)) = self.issued(fact) else { return Ok(()) };
        let wanted = &self.numbering.series;
        if wanted.is_empty() || wanted.iter().any(|symbol| **symbol == *series.symbol) {
            let fact = Issued { name: fact.name, dated, on: fact.day() };
            self.series.entry(series).or_default().push((number, fact));
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        // facts of one number stay in the order of the records
        self.series.values_mut().for_each(|issued| issued.sort_by(|one, other| one.0.cmp(&other.0)));
        for rule in &self.rules {
            for (series, issued) in &self.series {
                let judged = |facts: &[(Number, Issued)]| {
                    facts
                        .iter()
                        .map(|(_, fact)| *fact)
                        .filter(|fact| rule.judges(fact.on))
                        .collect::<Vec<_>>()
                };
                let numbers = issued.chunk_by(|one, other| one.0 == other.0);
                let numbers = numbers.map(|facts| (&facts[0].0, judged(facts)));
                let numbers: Vec<_> = numbers.filter(|(_, facts)| !facts.is_empty()).collect();
                match &rule.check {
                    Check::NumberGaps(of) => gaps(rule, series, &numbers, of.from_one, out),
                    Check::NumberTwice(_) => twice(rule, series, &numbers, out),
                    Check::NumberOrder(_, days) => order(rule, series, &numbers, *days, out),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// The document that a fact issues, or the entry that it makes in a register: by its own statement, else by the number of its decision
/// or record in its publisher's books.
fn issued(event: &Event<'_>, publisher: &str) -> Option<(Series, Number, CivilDate)> {
    if let Kind::DocumentRegistered(said) = event.kind() {
        let on = CivilDate::from_yyyymmdd(said.on).unwrap_or(event.occurred_on());
        let (issuer, symbol) = (publisher.into(), said.series.into());
        let series = Series { issuer, symbol, year: on.year(), way: said.direction };
        return Some((series, Number::of(said.number), on));
    }
    if let Some(doc) = event.doc() {
        let dated = CivilDate::from_yyyymmdd(doc.date).unwrap_or(event.occurred_on());
        return Some((Series::of(doc)?, Number::of(doc.number), dated));
    }
    let written = ["decision_no", "record_no"].into_iter().find_map(|name| {
        let field = socai_proto::kind_by_tag(event.tag())?.message.field(name)?;
        event.kind().text(field.tag)
    })?;
    let (number, symbol) = written.split_once('/').unwrap_or((written, ""));
    let year = event.occurred_on().year();
    let series = Series { issuer: publisher.into(), symbol: symbol.into(), year, way: 0 };
    Some((series, Number::of(number), event.occurred_on()))
}

impl Number {
    pub fn of(written: &str) -> Number {
        let written = written.trim();
        let digits = !written.is_empty() && written.bytes().all(|b| b.is_ascii_digit());
        match written.parse() {
            Ok(number) if digits => Number::Plain(number),
            _ => Number::Other(written.into()),
        }
    }

    pub fn text(&self) -> String {
        match self {
            Number::Plain(number) => number.to_string(),
            Number::Other(text) => text.to_string(),
        }
    }
}

type Numbered<'n> = (&'n Number, Vec<Issued>);

fn plain<'n>(numbers: &'n [Numbered<'n>]) -> impl Iterator<Item = (u64, &'n [Issued])> {
    numbers.iter().filter_map(|(number, facts)| match number {
        Number::Plain(number) => Some((*number, facts.as_slice())),
        Number::Other(_) => None,
    })
}

impl Series {
    /// That of a document; none when its year is no year.
    pub fn of(doc: &view::Doc<'_>) -> Option<Series> {
        let year = i32::try_from(doc.year).ok()?;
        Some(Series { issuer: doc.issuer.into(), symbol: doc.series.into(), year, way: 0 })
    }

    /// `QĐ-XPHC của hn.tx.ha-dinh.1 năm 2023`; of a register `văn bản đến so-den của …`.
    pub fn texts(&self) -> (String, String) {
        let Series { issuer, symbol, year, way } = self;
        let way = schema::DOCUMENT_DIRECTION.value(i64::from(*way)).filter(|value| value.number != 0);
        let vi = way.map_or(String::new(), |way| format!("văn bản {} ", way.label.vi));
        let en = way.map_or(String::new(), |way| format!("{} ", way.label.en));
        (format!("{vi}{symbol} của {issuer} năm {year}"), format!("{en}{symbol} of {issuer}, {year}"))
    }
}

/// Every run of missing numbers, with the facts on both sides.
fn gaps<'f>(
    rule: &'f FindingRule,
    series: &Series,
    numbers: &[Numbered<'_>],
    from_one: bool,
    out: &mut Vec<Raw<'f>>,
) {
    let (vi, en) = series.texts();
    let mut before: Option<(u64, Issued)> = None;
    for (number, facts) in plain(numbers) {
        let Some(next) = facts.first().copied() else { continue };
        let last = before.map_or(if from_one { 0 } else { number.saturating_sub(1) }, |(last, _)| last);
        if number > last + 1 {
            let missing = number - last - 1;
            let run = match missing {
                1 => (last + 1).to_string(),
                _ => format!("{}–{}", last + 1, number - 1),
            };
            let facts: Vec<_> = before.iter().map(|(_, fact)| fact.name).chain([next.name]).collect();
            out.push(Raw::new(
                rule,
                next.name.unit,
                next.on,
                facts,
                format!("thiếu {missing} số ({run}) trước số {number}, {vi}"),
                format!("{missing} missing ({run}) before number {number}, {en}"),
            ));
        }
        before = facts.last().map(|fact| (number, *fact));
    }
}

/// Every number that several facts claim.
fn twice<'f>(rule: &'f FindingRule, series: &Series, numbers: &[Numbered<'_>], out: &mut Vec<Raw<'f>>) {
    let (vi, en) = series.texts();
    for (number, facts) in numbers.iter().filter(|(_, facts)| facts.len() > 1) {
        let (times, number) = (facts.len(), number.text());
        out.push(Raw::new(
            rule,
            facts[0].name.unit,
            facts[0].on,
            facts.iter().map(|fact| fact.name).collect(),
            format!("số {number} có ở {times} sự kiện, {vi}"),
            format!("number {number} stands in {times} facts, {en}"),
        ));
    }
}

/// Every number dated before a smaller one, beside the latest of those.
fn order<'f>(
    rule: &'f FindingRule,
    series: &Series,
    numbers: &[Numbered<'_>],
    allowed: i64,
    out: &mut Vec<Raw<'f>>,
) {
    let (vi, en) = series.texts();
    let mut latest: Option<(u64, Issued)> = None;
    for (number, facts) in plain(numbers) {
        for fact in facts {
            let Some((earlier, known)) = latest.filter(|(earlier, _)| *earlier < number) else { continue };
            let early = i64::from(known.dated.days_since(fact.dated));
            if early > allowed {
                let (this_vi, that_vi) = (day(fact.dated), day(known.dated));
                let (this, that) = (fact.dated, known.dated);
                let raw = Raw::new(
                    rule,
                    fact.name.unit,
                    fact.on,
                    vec![known.name, fact.name],
                    format!("số {number} đề {this_vi}, số {earlier} đã đề {that_vi}, {vi}"),
                    format!("number {number} is dated {this}, number {earlier} {that}, {en}"),
                );
                out.push(raw.late_by(early));
            }
        }
        let newest = facts.iter().max_by_key(|fact| fact.dated).map(|fact| (number, *fact));
        if latest.is_none_or(|(_, known)| newest.is_some_and(|(_, fact)| fact.dated > known.dated)) {
            latest = newest;
        }
    }
}
