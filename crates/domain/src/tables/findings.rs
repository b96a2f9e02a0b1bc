//! What an inspector looks for: each row names a check that the program knows, sets its thresholds and cites the law it rests on.

use serde::Deserialize;

use super::TableError;
use super::finding_checks::Check;
use super::finding_params::Params;
use super::source::{Row, Source, date, optional_date};
use crate::CivilDate;

/// A rule by which something is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRule {
    /// Its name for ever: `decision_gaps`. Rows of one id differ in their days.
    pub id: String,
    /// What it finds, in Vietnamese.
    pub label: String,
    /// In English.
    pub label_en: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Law or decision it rests on, with how far it was checked.
    pub source: String,
    /// First day of the facts it judges.
    pub valid_from: CivilDate,
    /// Last day; none while it lasts.
    pub valid_to: Option<CivilDate>,
    /// What is compared, with its thresholds.
    pub check: Check,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Against the law, or money is missing.
    High,
    /// To be explained by the unit.
    Medium,
    /// To be known.
    Low,
}

impl Severity {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        }
    }
}

impl FindingRule {
    /// Whether facts of this day are judged.
    pub fn judges(&self, day: CivilDate) -> bool {
        self.valid_from <= day && day <= self.last_day()
    }

    fn last_day(&self) -> CivilDate {
        self.valid_to.unwrap_or(CivilDate::MAX)
    }

    fn overlaps(&self, other: &FindingRule) -> bool {
        self.valid_from <= other.last_day() && other.valid_from <= self.last_day()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    finding: Vec<Row<Written>>,
}

#[derive(Deserialize)]
struct Written {
    id: String,
    label: String,
    #[serde(default)]
    label_en: String,
    severity: Severity,
    source: String,
    #[serde(deserialize_with = "date")]
    valid_from: CivilDate,
    #[serde(default, deserialize_with = "optional_date")]
    valid_to: Option<CivilDate>,
    check: String,
    /// Thresholds; which there are depends on the check.
    #[serde(flatten)]
    params: toml::Table,
}

pub(super) fn parse(content: &str) -> Result<Vec<FindingRule>, TableError> {
    let source = Source { name: "findings", content };
    let file: File = source.parse()?;
    let mut rules: Vec<FindingRule> = Vec::with_capacity(file.finding.len());
    for row in file.finding {
        let (span, row) = (row.span(), row.into_inner());
        let rule = row.checked().map_err(|(key, problem)| source.row_error(&span, &key, problem))?;
        if let Some(other) = rules.iter().find(|other| other.id == rule.id && other.overlaps(&rule)) {
            let problem = format!("`{}` has another row that begins on {}", rule.id, other.valid_from);
            return Err(source.row_error(&span, "id", problem));
        }
        rules.push(rule);
    }
    Ok(rules)
}

impl Written {
    fn checked(self) -> Result<FindingRule, (String, String)> {
        let wrong = |key: &str, problem: &str| Err((key.to_owned(), problem.to_owned()));
        let is_id = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if self.id.is_empty() || !self.id.bytes().all(is_id) {
            return wrong("id", "is made of a-z, 0-9 and _");
        }
        if self.label.trim().is_empty() {
            return wrong("label", "is empty");
        }
        if self.source.trim().is_empty() {
            return wrong("source", "a rule names the law or decision it rests on");
        }
        if self.valid_to.is_some_and(|to| to < self.valid_from) {
            return wrong("valid_to", "ends before it begins");
        }
        Ok(FindingRule {
            check: Check::of(&self.check, Params::of(self.params))?,
            id: self.id,
            label: self.label,
            label_en: self.label_en,
            severity: self.severity,
            source: self.source,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        })
    }
}
