//! The checks that rows of the table of findings choose from, each with the thresholds it takes.
//!
//! A key that a check does not take, or a value that it cannot mean, is refused by its name: a threshold with a typing error would
//! otherwise be a rule that finds nothing.

use socai_proto::v1::UnitType;

use super::finding_params::{MAX_DAYS, MAX_MINUTES, MAX_MONEY, Params, Problem, problem};
use crate::{Dong, lifecycle::Family};

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// Numbers missing in a series of documents.
    NumberGaps(Numbering),
    /// A number that two facts claim.
    NumberTwice(Numbering),
    /// A number given after a greater one, by more days than this.
    NumberOrder(Numbering, i64),
    /// What the lifecycle of a case finds.
    Case {
        /// Sort of case.
        family: Family,
        /// Which of its findings.
        codes: Vec<String>,
        /// Fewest days past the term, where the finding states days.
        min_days: i64,
        /// Least money, where it states money.
        min_amount: Dong,
    },
    /// Sealed by its unit more days than this after the day of the fact.
    RecordedLate {
        /// Kinds of facts; empty for all.
        kinds: Vec<String>,
        /// Days allowed.
        days: i64,
    },
    /// Received by the district more days than this after it was sealed.
    ReceivedLate {
        /// Days allowed.
        days: i64,
    },
    /// Sealed, by the unit's clock, more minutes than this after it was received.
    ClockAhead {
        /// Minutes allowed.
        minutes: i64,
    },
    /// Sealed, by the unit's clock, more minutes than this before the record before it.
    ClockBack {
        /// Minutes allowed.
        minutes: i64,
    },
    /// A time that was claimed for a record lies more minutes than this before a time at which witnesses still saw a tree without the record.
    WitnessedWithout {
        /// Which of its times.
        claim: Claim,
        /// Minutes allowed.
        minutes: i64,
    },
    /// A time that was claimed for a record lies more minutes than this after a time at which witnesses saw a tree with the record.
    WitnessedWith {
        /// Which of its times.
        claim: Claim,
        /// Minutes allowed.
        minutes: i64,
    },
    /// The document is dated more days than this after the day of the fact.
    DocumentAfter {
        /// Kinds of facts; empty for all.
        kinds: Vec<String>,
        /// Days allowed.
        days: i64,
    },
    /// A fact of a period that its unit had closed.
    FactAfterClosing,
    /// A correction or void of a fact of a period that was closed.
    AmendedAfterClosing,
    /// Facts of a kind or indicator of which their unit had declared, after it sealed them, that nothing happened.
    NilContradicted,
    /// A unit without any fact of its last days.
    UnitSilent {
        /// Types of units; empty for all.
        types: Vec<UnitType>,
        /// Days it may be silent.
        days: i64,
    },
    /// A unit that did not close the report months that are over.
    PeriodOpen {
        /// Types of units; empty for all.
        types: Vec<UnitType>,
        /// Working days it has after the last day of the month.
        working_days: u32,
    },
    /// A fact that waits for another unit's answer more days than this.
    AnswerOwed {
        /// Days allowed where the row of the obligation states none.
        days: i64,
    },
    /// Fines that were paid against revenue posted as fines, by fiscal year.
    FinesAgainstRevenue {
        /// Difference that is let pass.
        tolerance: Dong,
    },
    /// A voucher number that two facts of a kind claim on one day.
    VoucherTwice {
        /// Kinds of facts with a `voucher`; those of one kind are compared, revenue by who collected it.
        kinds: Vec<String>,
    },
    /// Something of a fiscal year on a day on which its books are not open (`law.budget`).
    OutsideBooks {
        /// Kinds of facts with a `fiscal_year`.
        kinds: Vec<String>,
    },
    /// A tax debt that was recovered without a record of the revenue it was posted as.
    RecoveryUnposted,
    /// The same batch of gifts delivered again within so many days.
    GiftRepeated {
        /// Days.
        days: i64,
    },
    /// A group that was given from one source under two programmes of one occasion.
    GiftTwoProgrammes,
    /// What budgets spent on gifts against what was given, by programme.
    GiftsAgainstExpenditure {
        /// Difference that is let pass.
        tolerance: Dong,
        /// Days after a batch within which it is paid.
        days: i64,
    },
    /// Disbursements against the capital plan of their year.
    CapitalPlan {
        /// Excess that is let pass.
        tolerance: Dong,
    },
    /// Land handed over against the land that the plans of a project need.
    ClearedArea {
        /// Difference that is let pass, m².
        tolerance_m2: u64,
    },
    /// Units that give fewer citizens than this in a year's call-up.
    WardContribution {
        /// Types of units; empty for all.
        types: Vec<UnitType>,
        /// Fewest citizens.
        least: u64,
    },
    /// A visit that another unit led.
    InspectionNotLead,
    /// A visit that two units published.
    InspectionTwice,
    /// A temporary suspension that lasts more days than this.
    SuspensionOpen {
        /// Fields of inspection, by number; empty for all.
        fields: Vec<i32>,
        /// Days allowed.
        days: i64,
    },
    /// Violations recorded from visits that do not fit the visits.
    RecordsOfVisits,
    /// One number with two dates or signers behind facts of any kind.
    DocumentDiffers,
    /// A dossier's code in two cases.
    DossierTwice,
    /// Records that broke a rule.
    Rejected,
    /// A unit that signed two histories.
    Fork,
}

/// A time that somebody claims for a record, which witnesses can contradict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The day of the fact, by its unit.
    Occurred,
    /// When it was sealed, by its unit's clock.
    Recorded,
    /// When it was received, by the district's clock.
    Received,
}

/// Whose documents are numbered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbering {
    /// Kinds of facts that issue a document: `penalty.decided`.
    pub kinds: Vec<String>,
    /// Symbols of the series: `QĐ-XPHC`; empty for all.
    pub series: Vec<String>,
    /// Whether a series begins with 1, so that the numbers before the first one known are missing.
    pub from_one: bool,
}

const MAX_AREA_M2: i64 = 1_000_000_000;
const MAX_CITIZENS: i64 = 100_000;

impl Check {
    pub(super) fn of(name: &str, mut params: Params) -> Result<Check, Problem> {
        let check = match name {
            "number-gaps" => Check::NumberGaps(Numbering::of(&mut params, true)?),
            "number-twice" => Check::NumberTwice(Numbering::of(&mut params, false)?),
            "number-order" => {
                Check::NumberOrder(Numbering::of(&mut params, false)?, params.number("days", MAX_DAYS)?)
            }
            "case" => case(&mut params)?,
            "recorded-late" => {
                Check::RecordedLate { kinds: params.kinds()?, days: params.number("days", MAX_DAYS)? }
            }
            "received-late" => Check::ReceivedLate { days: params.number("days", MAX_DAYS)? },
            "clock-ahead" => Check::ClockAhead { minutes: params.number("minutes", MAX_MINUTES)? },
            "clock-back" => Check::ClockBack { minutes: params.number("minutes", MAX_MINUTES)? },
            "witnessed-without" => {
                Check::WitnessedWithout { claim: params.claim()?, minutes: params.minutes()? }
            }
            "witnessed-with" => Check::WitnessedWith { claim: params.claim()?, minutes: params.minutes()? },
            "document-after" => {
                Check::DocumentAfter { kinds: params.kinds()?, days: params.number("days", MAX_DAYS)? }
            }
            "fact-after-closing" => Check::FactAfterClosing,
            "amended-after-closing" => Check::AmendedAfterClosing,
            "nil-contradicted" => Check::NilContradicted,
            "unit-silent" => {
                Check::UnitSilent { types: params.types()?, days: params.number("days", MAX_DAYS)? }
            }
            "period-open" => Check::PeriodOpen {
                types: params.types()?,
                working_days: u32::try_from(params.number("working_days", 366)?).unwrap_or_default(),
            },
            "answer-owed" => Check::AnswerOwed { days: params.number("days", MAX_DAYS)? },
            "fines-against-revenue" => {
                Check::FinesAgainstRevenue { tolerance: Dong(params.number("tolerance", MAX_MONEY)?) }
            }
            "voucher-twice" => Check::VoucherTwice { kinds: params.kinds_with("voucher")? },
            "outside-books" => Check::OutsideBooks { kinds: params.kinds_with("fiscal_year")? },
            "recovery-unposted" => Check::RecoveryUnposted,
            "gift-repeated" => Check::GiftRepeated { days: params.number("days", MAX_DAYS)? },
            "gift-two-programmes" => Check::GiftTwoProgrammes,
            "gifts-against-expenditure" => Check::GiftsAgainstExpenditure {
                tolerance: Dong(params.number("tolerance", MAX_MONEY)?),
                days: params.number("days", MAX_DAYS)?,
            },
            "capital-plan" => Check::CapitalPlan { tolerance: Dong(params.number("tolerance", MAX_MONEY)?) },
            "cleared-area" => Check::ClearedArea {
                tolerance_m2: params.number("tolerance_m2", MAX_AREA_M2)?.unsigned_abs(),
            },
            "ward-contribution" => Check::WardContribution {
                types: params.types()?,
                least: params.number("least", MAX_CITIZENS)?.unsigned_abs(),
            },
            "inspection-not-lead" => Check::InspectionNotLead,
            "inspection-twice" => Check::InspectionTwice,
            "suspension-open" => {
                Check::SuspensionOpen { fields: params.fields()?, days: params.number("days", MAX_DAYS)? }
            }
            "records-of-visits" => Check::RecordsOfVisits,
            "document-differs" => Check::DocumentDiffers,
            "dossier-twice" => Check::DossierTwice,
            "rejected" => Check::Rejected,
            "fork" => Check::Fork,
            other => {
                return Err((
                    "check".to_owned(),
                    format!("there is no check `{other}`: {}", NAMES.join(", ")),
                ));
            }
        };
        params.end(name)?;
        Ok(check)
    }
}

/// Every check, as tables name it.
const NAMES: [&str; 35] = [
    "number-gaps",
    "number-twice",
    "number-order",
    "case",
    "recorded-late",
    "received-late",
    "clock-ahead",
    "clock-back",
    "witnessed-without",
    "witnessed-with",
    "document-after",
    "fact-after-closing",
    "amended-after-closing",
    "nil-contradicted",
    "unit-silent",
    "period-open",
    "answer-owed",
    "fines-against-revenue",
    "voucher-twice",
    "outside-books",
    "recovery-unposted",
    "gift-repeated",
    "gift-two-programmes",
    "gifts-against-expenditure",
    "capital-plan",
    "cleared-area",
    "ward-contribution",
    "inspection-not-lead",
    "inspection-twice",
    "suspension-open",
    "records-of-visits",
    "document-differs",
    "dossier-twice",
    "rejected",
    "fork",
];

impl Numbering {
    fn of(params: &mut Params, counts: bool) -> Result<Numbering, Problem> {
        let kinds = params.kinds()?;
        if kinds.is_empty() {
            return Err(problem("kinds", "names the kinds of facts that issue a document"));
        }
        let from_one = counts && params.yes("from_one")?;
        Ok(Numbering { kinds, series: params.texts("series")?, from_one })
    }
}

fn case(params: &mut Params) -> Result<Check, Problem> {
    let named = params.text("family")?;
    let Some(family) = Family::named(&named) else {
        let known: Vec<_> = Family::ALL.iter().map(|family| family.name()).collect();
        return Err(problem("family", format!("`{named}` is none of {}", known.join(", "))));
    };
    let codes = params.texts("codes")?;
    if codes.is_empty() {
        return Err(problem("codes", "names at least one finding of the case"));
    }
    if let Some(unknown) = codes.iter().find(|code| !family.codes().contains(&code.as_str())) {
        let known = family.codes().join(", ");
        return Err(problem("codes", format!("`{unknown}` is never found in such a case: {known}")));
    }
    let min_days = params.number_or("min_days", MAX_DAYS, 0)?;
    let min_amount = Dong(params.number_or("min_amount", MAX_MONEY, 0)?);
    Ok(Check::Case { family, codes, min_days, min_amount })
}
