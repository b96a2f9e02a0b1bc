//! The measure of an indicator row: which keys each takes, and what in them contradicts itself.

use serde::Deserialize;

use super::indicator_rows::{Problem, Written};
use super::{AsOf, Format, Indicator, Latest, Measure, PeriodUse, Ratio, Stock, Term, Where, WhereValue};
use crate::lifecycle::Family;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum MeasureName {
    Count,
    Sum,
    Items,
    Distinct,
    Units,
    Stock,
    Latest,
    AsOf,
    Ratio,
}

impl MeasureName {
    fn written(self) -> &'static str {
        match self {
            MeasureName::Count => "count",
            MeasureName::Sum => "sum",
            MeasureName::Items => "items",
            MeasureName::Distinct => "distinct",
            MeasureName::Units => "units",
            MeasureName::Stock => "stock",
            MeasureName::Latest => "latest",
            MeasureName::AsOf => "as-of",
            MeasureName::Ratio => "ratio",
        }
    }
}

/// The slice of a row judged as of a day that is no field: the state of the case.
pub const STATE: &str = "state";

impl Written {
    /// The measure, once every key that is written belongs to it.
    pub(super) fn measure(&self) -> Result<Measure, Problem> {
        self.check_keys()?;
        let wants = |fits: bool, what: &str| match fits {
            true => Ok(()),
            false => Err(("of", format!("measure `{}` takes {what}", self.measure.written()))),
        };
        match self.measure {
            MeasureName::Count => wants(self.of.is_empty(), "no fields").map(|()| Measure::Count),
            MeasureName::Units => wants(self.of.is_empty(), "no fields").map(|()| Measure::Units),
            MeasureName::Items => {
                wants(self.of.len() == 1, "one repeated field").map(|()| Measure::Items(self.of[0].clone()))
            }
            MeasureName::Distinct => {
                wants(!self.of.is_empty(), "at least one field").map(|()| Measure::Distinct(self.of.clone()))
            }
            MeasureName::Sum => {
                wants(!self.of.is_empty(), "at least one field").map(|()| Measure::Sum(terms(&self.of)))
            }
            MeasureName::Stock => self.stock().map(Measure::Stock),
            MeasureName::Latest => {
                wants(!self.of.is_empty(), "the fields that tell cases apart")?;
                Ok(Measure::Latest(Latest {
                    of: self.of.clone(),
                    value: self.value.clone(),
                    having: self.having.clone(),
                }))
            }
            MeasureName::AsOf => {
                wants(self.of.is_empty(), "no fields")?;
                self.as_of().map(Measure::AsOf)
            }
            MeasureName::Ratio => {
                wants(self.of.is_empty(), "no fields")?;
                self.ratio().map(Measure::Ratio)
            }
        }
    }

    /// Keys of one measure in a row of another would say nothing.
    fn check_keys(&self) -> Result<(), Problem> {
        use MeasureName::{AsOf, Latest, Ratio, Stock};
        let keys: [(&'static str, bool, MeasureName); 11] = [
            ("adds", !self.adds.is_empty(), Stock),
            ("takes", !self.takes.is_empty(), Stock),
            ("value", self.value.is_some(), Latest),
            ("having", !self.having.is_empty(), Latest),
            ("states", !self.states.is_empty(), AsOf),
            ("findings", !self.findings.is_empty(), AsOf),
            ("without", !self.without.is_empty(), AsOf),
            ("marks", !self.marks.is_empty(), AsOf),
            ("begun", self.begun, AsOf),
            ("numerator", !self.numerator.is_empty(), Ratio),
            ("denominator", !self.denominator.is_empty(), Ratio),
        ];
        let foreign = keys.into_iter().find(|(_, is_written, of)| *is_written && *of != self.measure);
        match foreign {
            Some((key, _, of)) => Err((key, format!("only for measure = \"{}\"", of.written()))),
            None => Ok(()),
        }
    }

    fn stock(&self) -> Result<Stock, Problem> {
        for (key, conditions) in [("adds", &self.adds), ("takes", &self.takes)] {
            if conditions.is_empty() {
                return Err((key, "a stock says which facts add and which take away".into()));
            }
        }
        let apart = |one: &Where| {
            self.takes.iter().any(|other| {
                let is_plain = |value: &WhereValue| !matches!(value, WhereValue::AtLeast(_));
                one.field == other.field
                    && one.values.iter().chain(&other.values).all(is_plain)
                    && one.values.iter().all(|value| !other.values.contains(value))
            })
        };
        if !self.adds.iter().any(apart) {
            let problem =
                "one fact could add and take away: give one field other values in `adds` and `takes`";
            return Err(("takes", problem.into()));
        }
        Ok(Stock { fields: terms(&self.of), adds: self.adds.clone(), takes: self.takes.clone() })
    }

    fn as_of(&self) -> Result<AsOf, Problem> {
        let kind = self.kind.as_deref().unwrap_or_default();
        let Some(family) = Family::of_kind(kind) else {
            return Err(("kind", format!("`{kind}` belongs to no case that has states")));
        };
        let (states, findings) = (family.states(), family.codes());
        let lists = [
            ("states", &self.states, states.as_slice()),
            ("findings", &self.findings, findings),
            ("without", &self.without, findings),
            ("marks", &self.marks, family.marks()),
        ];
        for (key, written, known) in lists {
            if let Some(unknown) = written.iter().find(|name| !known.contains(&name.as_str())) {
                let known = known.join(", ");
                return Err((key, format!("`{unknown}` is none of {known}")));
            }
        }
        Ok(AsOf {
            states: self.states.clone(),
            findings: self.findings.clone(),
            without: self.without.clone(),
            marks: self.marks.clone(),
            begun: self.begun,
        })
    }

    fn ratio(&self) -> Result<Ratio, Problem> {
        for (key, codes) in [("numerator", &self.numerator), ("denominator", &self.denominator)] {
            if codes.is_empty() {
                return Err((key, "a ratio is of the rows whose codes it names".into()));
            }
            if let Some((_, twice)) = codes.iter().enumerate().find(|(at, code)| codes[..*at].contains(code))
            {
                return Err((key, format!("`{twice}` is named twice")));
            }
        }
        let own = "a ratio has it from its rows";
        if self.period.is_some() {
            return Err(("period", own.into()));
        }
        if !self.filter.is_empty() {
            return Err(("where", own.into()));
        }
        if !self.nil_scope.is_empty() {
            return Err(("nil_scope", own.into()));
        }
        if self.plan.is_some() {
            return Err(("plan", "a ratio is not compared with a plan".into()));
        }
        Ok(Ratio { numerator: self.numerator.clone(), denominator: self.denominator.clone() })
    }

    /// Balances and states are those of a day; a percentage is of a ratio.
    pub(super) fn check_fit(&self, period: &PeriodUse) -> Result<(), Problem> {
        let is_of_a_day = matches!(period, PeriodUse::ToDate | PeriodUse::Before);
        let may_be_before =
            matches!(self.measure, MeasureName::Stock | MeasureName::Latest | MeasureName::AsOf);
        if matches!(self.measure, MeasureName::Stock | MeasureName::Latest) && !is_of_a_day {
            let name = self.measure.written();
            return Err(("period", format!("measure `{name}` takes \"to-date\" or \"before\"")));
        }
        if self.measure == MeasureName::AsOf && !is_of_a_day && *period != PeriodUse::Period {
            return Err(("period", "measure `as-of` takes \"to-date\", \"before\" or \"period\"".into()));
        }
        if self.begun && *period != PeriodUse::Period {
            return Err(("begun", "cases begin in a period: only for period = \"period\"".into()));
        }
        if *period == PeriodUse::Before && !may_be_before {
            return Err(("period", "\"before\" is for stock, latest and as-of".into()));
        }
        if (self.format == Format::Pct) != (self.measure == MeasureName::Ratio) {
            return Err(("format", "`pct` is the format of measure `ratio`, and its only one".into()));
        }
        Ok(())
    }
}

/// Holds a ratio against the rows that it names; its period is that of the first row below the line.
pub(super) fn complete(row: &Indicator, rows: &[Indicator]) -> Result<Option<PeriodUse>, Problem> {
    let Measure::Ratio(ratio) = &row.measure else { return Ok(None) };
    let mut period = None;
    for (key, codes) in [("numerator", &ratio.numerator), ("denominator", &ratio.denominator)] {
        for code in codes {
            let Some(named) = rows.iter().find(|row| row.code == *code) else {
                return Err((key, format!("there is no row `{code}`")));
            };
            if matches!(named.measure, Measure::Ratio(_) | Measure::Units) {
                return Err((key, format!("`{code}` is no sum of facts")));
            }
            if let Some(slice) = row.slices.iter().find(|slice| !named.slices.contains(slice)) {
                return Err(("slices", format!("`{code}` has no slice `{slice}`")));
            }
            if key == "denominator" && period.is_none() {
                period = Some(named.period.clone());
            }
        }
    }
    Ok(period)
}

fn terms(fields: &[String]) -> Vec<Term> {
    let term = |text: &String| match text.strip_prefix('-') {
        Some(field) => Term { field: field.trim().to_owned(), negative: true },
        None => Term { field: text.to_owned(), negative: false },
    };
    fields.iter().map(term).collect()
}
