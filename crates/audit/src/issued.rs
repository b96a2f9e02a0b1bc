//! Issued reports, recomputed at the cut-off that each of them names.
//!
//! The replay that an audit makes anyway keeps what the cube says at each cut-off; one more pass over the records finds the facts behind the
//! figures of as many reports as fit in [`ROOM`] together. So the memory does not grow with the number of reports, and a pass is shared by
//! years of them. A value is right when the same value comes from the same facts: both the number and the digest of the contributing names.
//!
//! The text of a report whose values are right is laid out again and its digest compared (`texts`).

mod texts;

use std::collections::BTreeMap;

use serde::Serialize;
use socai_domain::{Event, Kind};
use socai_fold::{
    Report,
    figures::{Asked, Figure, Kept, Recount},
};
use socai_follow::{ReplayError, recorded};
use socai_log::Reader;
use socai_tlog::{Digest, LeafIndex, TreeSize};

use crate::{fault_line::FaultLine, replayed::Replayed, said::Said, words::Remedy};

/// Bytes of what questions keep until their pass over the records: of a district with ten thousand amendments about a hundred questions.
const ROOM: usize = 256 << 20;
/// Values that do not hold and are told one by one, of each report.
const MAX_TOLD: usize = 20;

/// An issued report, and whether its figures come out again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportLine {
    /// Number with symbol: `45/BC-UBND`.
    pub number: String,
    /// The record that says it was issued, `unit/number`.
    pub record: String,
    /// Its leaf.
    pub leaf: u64,
    /// First day of the period.
    pub from: String,
    /// Last day.
    pub to: String,
    /// The cut-off it names.
    pub size: u64,
    /// Whether that cut-off, with the root it names, is one of this ledger.
    pub is_of_this_ledger: bool,
    /// How many values it printed.
    pub values: u64,
    /// Those that do not come out again; at most 20 are listed.
    pub differ: u64,
    /// What they are.
    pub differences: Vec<Difference>,
    /// Whether its text comes out again, byte for byte. No fault: another version of the program may lay it out otherwise.
    pub text: TextAnswer,
    /// Which of the occasions that a report of its days may be of its values are true of: its place among the others; none for the usual one.
    #[serde(skip)]
    pub(crate) occasion: Option<usize>,
}

/// A printed value beside the recomputed one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Indicator code.
    pub indicator: String,
    /// As printed.
    pub printed: i64,
    /// As the records give it at that cut-off; none when they allow no statement.
    pub recomputed: Option<i128>,
    /// Whether only the facts behind it are others: the value is the same, the digest of their names is not.
    pub same_value: bool,
}

pub use texts::TextAnswer;

/// A figure as recomputed.
struct Again {
    value: Option<i128>,
    digest: Option<Digest>,
}

type Figures = BTreeMap<String, Again>;

/// Where a report states its cut-off, as found in the log before the replay.
#[derive(Clone, Copy)]
struct Stated {
    leaf: LeafIndex,
    size: TreeSize,
}

/// A question of a report, by the report's leaf.
struct Question {
    leaf: LeafIndex,
    size: TreeSize,
    asks: Asks,
}

#[derive(Clone)]
enum Asks {
    /// What a report of these days asks.
    Reported,
    /// The same under the occasion with this place among the others.
    Other(usize),
}

/// The cut-offs of all reports up to a size, whether they count or not.
fn stated(reader: &Reader, end: TreeSize) -> Result<Vec<Stated>, ReplayError> {
    let mut stated = Vec::new();
    reader.for_each(LeafIndex(0), end, |record| -> Result<(), ReplayError> {
        if let Ok(event) = Event::decode(record.facts())
            && let Kind::ReportIssued(said) = event.kind()
        {
            stated.push(Stated { leaf: record.leaf(), size: TreeSize(said.tree_size) });
        }
        Ok(())
    })?;
    Ok(stated)
}

/// Takes the replay to `end` and recomputes every report on the way.
pub(crate) fn recompute(
    reader: &Reader,
    replayed: &mut Replayed<'_>,
    end: TreeSize,
) -> Result<Vec<ReportLine>, ReplayError> {
    let questions = stated(reader, end)?
        .into_iter()
        .filter(|stated| stated.size.0 <= stated.leaf.0)
        .map(|stated| Question { leaf: stated.leaf, size: stated.size, asks: Asks::Reported });
    let first = answers(reader, replayed, questions.collect())?;
    replayed.to(end)?;
    let reports: Vec<&Report> = replayed.fold().reports().iter().collect();
    let mut lines: BTreeMap<LeafIndex, ReportLine> = BTreeMap::new();
    let mut again = Vec::new();
    for report in reports {
        let known = first.iter().find(|(leaf, ..)| *leaf == report.leaf);
        let line = line(reader, report, known.map(|(.., figures)| figures))?;
        if line.is_of_this_ledger && line.differ > 0 {
            let others = known.map_or(0, |(_, others, _)| *others);
            let asked = |other| Question { leaf: report.leaf, size: report.size, asks: Asks::Other(other) };
            again.extend((0..others).map(asked));
        }
        lines.insert(report.leaf, line);
    }
    // a report does not state its occasion: what is not true of the usual one may be of another
    if !again.is_empty() {
        let second = answers(reader, &mut Replayed::new(reader, None), again)?;
        for report in replayed.fold().reports().iter() {
            let of_report = second.iter().filter(|(leaf, ..)| *leaf == report.leaf);
            for (place, (.., figures)) in of_report.enumerate() {
                let other = ReportLine { occasion: Some(place), ..line(reader, report, Some(figures))? };
                let known = lines.entry(report.leaf).or_insert_with(|| other.clone());
                if other.differ < known.differ {
                    *known = other;
                }
            }
        }
    }
    let mut lines: Vec<ReportLine> = lines.into_values().collect();
    texts::lay_out(reader, replayed.fold(), &mut lines)?;
    Ok(lines)
}

/// The leaf of the report, how many other occasions there are, and its figures.
type Answer = (LeafIndex, usize, Figures);

/// Answers questions in the order of their cut-offs, many in one pass.
fn answers(
    reader: &Reader,
    replayed: &mut Replayed<'_>,
    mut questions: Vec<Question>,
) -> Result<Vec<Answer>, ReplayError> {
    questions.sort_by_key(|question| question.size);
    let mut answers = Vec::with_capacity(questions.len());
    let mut questions = questions.into_iter().peekable();
    while questions.peek().is_some() {
        let (mut kept, mut of, mut room) = (Vec::new(), Vec::new(), ROOM);
        while let Some(question) = questions.next_if(|_| room > 0) {
            let fold = replayed.to(question.size)?;
            let Some(period) = period_at(reader, question.leaf)? else { continue };
            let asked = Asked::reported(fold.rulebook(), period);
            let mut others = asked.with_other_occasions(fold.rulebook());
            let count = others.len();
            let asked = match question.asks {
                Asks::Other(at) if at < count => others.swap_remove(at),
                _ => asked,
            };
            let one = replayed.keep(asked);
            room = room.saturating_sub(one.room());
            kept.push(one);
            of.push((question.leaf, count));
        }
        let figures = recount(reader, replayed, &kept)?;
        answers.extend(of.into_iter().zip(figures).map(|((leaf, others), figures)| (leaf, others, figures)));
    }
    Ok(answers)
}

/// The days that the report at a leaf is about.
fn period_at(
    reader: &Reader,
    leaf: LeafIndex,
) -> Result<Option<(socai_domain::CivilDate, socai_domain::CivilDate)>, ReplayError> {
    let stored = reader.record(leaf)?;
    let Ok(event) = Event::decode(stored.record.facts()) else { return Ok(None) };
    let Kind::ReportIssued(said) = event.kind() else { return Ok(None) };
    let day = socai_domain::CivilDate::from_yyyymmdd;
    Ok(said.period.and_then(|period| Some((day(period.from).ok()?, day(period.to).ok()?))))
}

/// One pass over the records below the greatest cut-off. The replay stands there, so it knows what was rejected.
fn recount(reader: &Reader, replayed: &Replayed<'_>, kept: &[Kept]) -> Result<Vec<Figures>, ReplayError> {
    let Some(end) = kept.iter().map(Kept::size).max() else { return Ok(vec![]) };
    let mut pass = Recount::new(kept);
    reader.for_each(LeafIndex(0), end, |record| -> Result<(), ReplayError> {
        Ok(pass.visit(&recorded(&record)?, replayed.fold().is_rejected(record.leaf()))?)
    })?;
    let again = |figure: Figure| {
        let part = socai_fold::figures::Part { value: figure.value, events: figure.events };
        let value = figure.knows(part).then_some(figure.value);
        (figure.row.code, Again { value, digest: figure.digest })
    };
    // figures that do not agree with their own facts are no figures: every value of the report differs
    let figures = pass.finish()?.into_iter().map(Result::unwrap_or_default);
    Ok(figures.map(|figures| figures.into_iter().map(again).collect()).collect())
}

/// A report beside the figures that its cut-off gives.
fn line(reader: &Reader, report: &Report, figures: Option<&Figures>) -> Result<ReportLine, ReplayError> {
    let is_ours = report.size.0 <= report.leaf.0 && root_at(reader, report.size)? == report.root;
    let differs = |value: &socai_fold::ReportedValue| {
        let again = figures.and_then(|figures| figures.get(&value.indicator));
        let recomputed = again.and_then(|again| again.value);
        let same_value = recomputed == Some(value.value.into());
        let holds = same_value && again.and_then(|again| again.digest) == Some(value.digest);
        (!holds).then(|| Difference {
            indicator: value.indicator.clone(),
            printed: value.value,
            recomputed,
            same_value,
        })
    };
    let mut differences: Vec<Difference> = match is_ours {
        true => report.values.iter().filter_map(differs).collect(),
        false => vec![],
    };
    let differ = differences.len() as u64;
    differences.truncate(MAX_TOLD);
    Ok(ReportLine {
        number: report.report_no.clone(),
        record: report.name.to_string(),
        leaf: report.leaf.0,
        from: report.period.0.to_string(),
        to: report.period.1.to_string(),
        size: report.size.0,
        is_of_this_ledger: is_ours,
        values: report.values.len() as u64,
        differ,
        differences,
        text: TextAnswer::not_laid_out(match is_ours {
            true => Said::new("số liệu không như đã in", "its values are not what was printed"),
            false => Said::new("không phải báo cáo của sổ cái này", "it is not of this ledger"),
        }),
        occasion: None,
    })
}

fn root_at(reader: &Reader, size: TreeSize) -> Result<socai_tlog::Hash, ReplayError> {
    match size {
        TreeSize(0) => Ok(socai_tlog::empty_root()),
        size => Ok(reader.root_at(size)?),
    }
}

impl ReportLine {
    /// What does not hold of it.
    pub(crate) fn faults(&self) -> Vec<FaultLine> {
        let remedy = if self.is_of_this_ledger { Remedy::Recomputed } else { Remedy::Reported };
        let fault = |said| FaultLine {
            record: Some(self.record.clone()),
            ..FaultLine::new("report", said, remedy.said())
        };
        let (number, size) = (&self.number, self.size);
        if !self.is_of_this_ledger {
            return vec![fault(Said::new(
                format!("báo cáo {number} nêu số mục {size} với một gốc cây không phải của sổ cái này"),
                format!("report {number} names size {size} with a root that is not this ledger's"),
            ))];
        }
        let mut faults: Vec<FaultLine> =
            self.differences.iter().map(|difference| fault(difference.said(number, size))).collect();
        let more = self.differ - self.differences.len() as u64;
        if more > 0 {
            faults.push(fault(Said::new(
                format!("báo cáo {number}: {more} số liệu nữa không tính lại được như đã in"),
                format!("report {number}: {more} more values are not what they were printed as"),
            )));
        }
        faults
    }
}

impl Difference {
    fn said(&self, number: &str, size: u64) -> Said {
        let Difference { indicator, printed, recomputed, same_value } = self;
        match (recomputed, same_value) {
            (_, true) => Said::new(
                format!(
                    "báo cáo {number}, {indicator}: in {printed} đúng, nhưng theo {size} mục thì từ những sự kiện khác"
                ),
                format!(
                    "report {number}, {indicator}: printed {printed} is right, but at size {size} other facts give it"
                ),
            ),
            (Some(value), _) => Said::new(
                format!(
                    "báo cáo {number}, {indicator}: đã in {printed}, tính lại theo {size} mục là {value}"
                ),
                format!(
                    "report {number}, {indicator}: printed {printed}, recomputed at size {size} it is {value}"
                ),
            ),
            (None, _) => Said::new(
                format!(
                    "báo cáo {number}, {indicator}: đã in {printed}, theo {size} mục thì không nói được gì"
                ),
                format!(
                    "report {number}, {indicator}: printed {printed}, at size {size} nothing can be said of it"
                ),
            ),
        }
    }
}
