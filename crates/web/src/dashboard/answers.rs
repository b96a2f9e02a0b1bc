//! What the pages show that the command line prints too.

use socai_domain::CivilDate;
use socai_fold::{Fold, Report, figures::Asked};
use socai_log::Reader;
use socai_proto::{Lang, v1};
use socai_report::Figures;
use socai_tlog::{EventName, LeafIndex, TreeSize};

/// A report as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// Ready to print.
    Html,
    /// To edit and sign.
    Docx,
    /// The annexes as a workbook.
    Xlsx,
}

/// Why no report can be issued with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongNumber {
    /// No document can have it: it is empty, too long, or has white space or control characters.
    Odd,
    /// A report has it already.
    Taken {
        /// The record.
        name: EventName,
        /// Its place in the log.
        leaf: LeafIndex,
        /// When it was issued, ms UTC.
        received_at_ms: u64,
    },
}

/// A case on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// Where it stands by each sort of case that its kinds belong to, in words, with its sums and days.
    pub states: Vec<CaseState>,
    /// Its facts in the order that decides.
    pub story: Vec<CaseEntry>,
}

/// Where a case stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseState {
    /// In words.
    pub label: String,
    /// Sums and days, each with its label.
    pub details: Vec<(String, String)>,
    /// What goes against the law or is missing: message, legal source, the facts it is about.
    pub findings: Vec<(String, String, Vec<String>)>,
}

/// A fact of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseEntry {
    /// The day it took effect.
    pub on: Option<CivilDate>,
    /// `unit/seq`.
    pub name: String,
    /// The kind in words.
    pub label: String,
    /// `125/QĐ-XPHC (2023)`, or nothing.
    pub document: String,
    /// Choices, numbers and days, each with its label.
    pub values: Vec<(String, String)>,
    /// Whether it was corrected.
    pub is_corrected: bool,
    /// Whether it does not count.
    pub is_voided: bool,
}

/// One indicator by month of a year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Months {
    /// The picture: an SVG document that reads in black and white.
    pub svg: String,
    /// The numbers behind it, in the form of `socai series --format json`.
    pub json: String,
}

/// Whoever assembles answers from a ledger: one way to each, so that a page and a command never say two things.
///
/// Errors are words for the log of the program; a page says only that it failed.
pub trait Answers: Send + Sync + 'static {
    /// The state of the ledger at a size, for the past.
    ///
    /// # Errors
    /// The log cannot be read.
    fn at(&self, reader: &Reader, size: TreeSize) -> Result<Fold, String>;

    /// The figures of a question at the size of the fold, as `socai report` prints them. Costs passes over the log.
    ///
    /// # Errors
    /// The log cannot be read.
    fn figures(&self, reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures, String>;

    /// The same without digests, texts and what earlier reports printed otherwise: what pages show. At hand much sooner.
    ///
    /// # Errors
    /// The log cannot be read.
    fn glance(&self, reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures, String>;

    /// What the state alone says of a question, without reading a record: the same without rows that judge cases, without ratios and numbers of
    /// units, and without who was late.
    ///
    /// # Errors
    /// The log cannot be read.
    fn sums(&self, reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures, String>;

    /// The state at a size of the past as far as the figures of a question need it. At hand much sooner than the whole.
    ///
    /// # Errors
    /// The log cannot be read.
    fn about(&self, reader: &Reader, size: TreeSize, asked: &Asked) -> Result<Fold, String>;

    /// The figures of a question without a pass over the log: without digests, without rows that judge cases and ratios, and nothing beside the figures.
    ///
    /// # Errors
    /// The log cannot be read.
    fn brief(&self, reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures, String>;

    /// Figures as a file.
    ///
    /// # Errors
    /// No template fits them.
    fn paper(&self, fold: &Fold, figures: &Figures, paper: Paper) -> Result<Vec<u8>, String>;

    /// What the ledger would hold of a report that is issued with its number, at the size of the fold; `period` is as it was asked for.
    ///
    /// # Errors
    /// No template fits the figures.
    fn to_issue(&self, fold: &Fold, figures: &Figures, period: &str) -> Result<v1::ReportIssued, String>;

    /// Why no report can be issued with this number; none when one can. The fold is the newest, so that no report is overlooked.
    ///
    /// # Errors
    /// The log cannot be read.
    fn wrong_number(&self, reader: &Reader, fold: &Fold, number: &str)
    -> Result<Option<WrongNumber>, String>;

    /// An issued report as it was printed. Costs a replay to its size.
    ///
    /// # Errors
    /// Its tree size and root are not this ledger's, or the log cannot be read.
    fn issued(&self, reader: &Reader, fold: &Fold, report: &Report, paper: Paper) -> Result<Vec<u8>, String>;

    /// An indicator by month, from the first of the year to the last day of the question; none when there is no such row.
    ///
    /// # Errors
    /// The log cannot be read.
    fn months(
        &self,
        reader: &Reader,
        fold: &Fold,
        code: &str,
        asked: &Asked,
        lang: Lang,
    ) -> Result<Option<Months>, String>;

    /// Where a case stands on a day, and its story, as `socai case` prints it; none when no fact belongs to it. Costs a pass over the log.
    ///
    /// # Errors
    /// The log cannot be read.
    fn case(&self, reader: &Reader, id: &str, on: CivilDate, lang: Lang) -> Result<Option<Case>, String>;
}
