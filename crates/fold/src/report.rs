//! Issued reports: what was printed, to be compared with what is known later.

use socai_domain::CivilDate;
use socai_proto::view;
use socai_tlog::{Digest, EventName, Hash, LeafIndex, TreeSize};

/// A report that left the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The record.
    pub name: EventName,
    /// Its place in the log.
    pub leaf: LeafIndex,
    /// Number with symbol.
    pub report_no: String,
    /// First and last day of the period.
    pub period: (CivilDate, CivilDate),
    /// The cut-off.
    pub size: TreeSize,
    /// Root at the cut-off.
    pub root: Hash,
    /// The printed values, in the order of the report.
    pub values: Vec<ReportedValue>,
    /// BLAKE3 of the issued text.
    pub text_digest: Digest,
    /// The report it restates.
    pub restates: Option<EventName>,
}

/// One printed figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedValue {
    /// Indicator code.
    pub indicator: String,
    /// Value; money in đồng.
    pub value: i64,
    /// Digest over the contributing names.
    pub digest: Digest,
}

impl Report {
    /// Reads the statement; none when a part of it is missing or of another length, which the schema refuses.
    pub(crate) fn of(issued: &view::ReportIssued<'_>, name: EventName, leaf: LeafIndex) -> Option<Self> {
        let period = issued.period?;
        let value = |value: view::ReportedValue<'_>| {
            let digest = Digest(value.digest.try_into().ok()?);
            Some(ReportedValue { indicator: value.indicator.to_owned(), value: value.value, digest })
        };
        Some(Report {
            name,
            leaf,
            report_no: issued.report_no.to_owned(),
            period: (CivilDate::from_yyyymmdd(period.from).ok()?, CivilDate::from_yyyymmdd(period.to).ok()?),
            size: TreeSize(issued.tree_size),
            root: Hash(issued.root.try_into().ok()?),
            values: issued.values.iter().map(value).collect::<Option<_>>()?,
            text_digest: Digest(issued.text_digest.try_into().ok()?),
            restates: issued.restates.map(|reference| socai_domain::name_of(&reference)),
        })
    }
}

/// Every issued report, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Reports(Vec<Report>);

impl Reports {
    pub(crate) fn extend(&mut self, report: Option<Report>) {
        self.0.extend(report);
    }

    /// The reports, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Report> {
        self.0.iter()
    }

    /// The newest report with this number.
    pub fn numbered(&self, report_no: &str) -> Option<&Report> {
        self.iter().rev().find(|report| report.report_no == report_no)
    }

    /// The newest report about exactly these days.
    pub fn about(&self, from: CivilDate, to: CivilDate) -> Option<&Report> {
        self.iter().rev().find(|report| report.period == (from, to))
    }
}
