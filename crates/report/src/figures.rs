//! What a report is made of: plain values, filled from the fold by whoever asks.

use socai_domain::CivilDate;
use socai_domain::tables::{Format, Indicator};
use socai_tlog::{Digest, Hash, TreeSize};

use crate::detail::{Detail, Part, Standing};
use crate::format::{dem, pct, point, tien};
use crate::section_text::SectionText;

/// Everything one report prints, as known at one tree size.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The ledger's origin.
    pub ledger: String,
    /// Official name of the body that reports: `Ủy ban nhân dân quận Thanh Xuân`.
    pub issuer: String,
    /// Number with symbol, once the report has one: `45/BC-UBND`.
    pub number: Option<String>,
    /// What was asked for.
    pub period: Period,
    /// The cut-off.
    pub as_of: AsOf,
    /// Figures in the order of the indicator rows.
    pub figures: Vec<Figure>,
    /// Main tasks, in the order of their numbers.
    pub directives: Vec<Directive>,
    /// Figures of earlier reports that are known differently now.
    pub restated: Vec<Restated>,
    /// Units that have not closed the period.
    pub open: Vec<UnitName>,
    /// Every unit that publishes, in official order; those that no longer exist but have a part in a figure come last.
    pub units: Vec<Standing>,
    /// Texts written and signed by officials, in the order they are printed within a section.
    pub texts: Vec<SectionText>,
}

/// The period of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its name in the occasions table, when it has one: `2023-02`.
    pub id: Option<String>,
    /// As the foot prints it: `tháng 02/2023`.
    pub name: String,
    /// The time whose results the title says the report has: `tháng 01/2023`.
    pub results_of: String,
    /// First day.
    pub from: CivilDate,
    /// Last day: the cut-off of the facts.
    pub to: CivilDate,
    /// Last day on which the books of the year are adjusted, of a report on a whole fiscal year.
    pub books_to: Option<CivilDate>,
    /// The time the main tasks are for, as the titles of the report and of its second part print it.
    pub tasks_of: String,
    /// The occasion reported with it.
    pub occasion: Option<Occasion>,
}

impl Period {
    /// First and last day as the record of a report states them ([`socai_fold::figures::Asked::stated`]).
    pub fn stated(&self) -> (CivilDate, CivilDate) {
        (self.from, self.books_to.unwrap_or(self.to))
    }
}

/// An occasion such as Tết.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// Id on the facts: `tet-quy-mao-2023`.
    pub id: String,
    /// Name inside a sentence: `Tết Quý Mão`.
    pub name: String,
}

/// The cut-off: a tree size, its root and when its last entry was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// Number of entries.
    pub size: TreeSize,
    /// Root of the tree of that size.
    pub root: Hash,
    /// Milliseconds UTC at which the last of them was received.
    pub time_ms: u64,
}

/// How a figure prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A count with its unit of measure: `11.854 suất quà`.
    Count,
    /// Money: `10 tỷ 287 triệu đồng`.
    Money,
    /// A percentage with at most this many decimals: `98,76%`.
    Percent(u8),
}

/// One figure.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Indicator code.
    pub indicator: String,
    /// Vietnamese label.
    pub label: String,
    /// Unit of measure: `VND`, `suất quà`.
    pub unit: String,
    /// How it prints.
    pub form: Form,
    /// What it was asked for.
    pub span: Span,
    /// What its facts add up to, in units of measure (money in đồng, a percentage in units of its last decimal). What may be said of
    /// it: [`Figure::known`].
    pub value: i128,
    /// The two sums of a ratio.
    pub fraction: Option<Fraction>,
    /// Cases that were judged for it, counted or not; `None` for figures that judge none.
    pub cases: Option<u64>,
    /// Cases behind it of which a term was judged over days of a year whose holidays are not known.
    pub holidays_unknown: u64,
    /// Plans it is compared with, in order of authority.
    pub plan: Vec<Plan>,
    /// As a percentage of the same period of the year before: `108.61`.
    pub same_period: Option<String>,
    /// Beside it the comparison by the lunar calendar, for rows that ask for it.
    pub lunar_period: Option<Lunar>,
    /// Parts of the value along the axes of its row.
    pub slices: Vec<Slice>,
    /// Number of facts it was computed from.
    pub events: u64,
    /// BLAKE3 over the names of those facts in leaf order; `None` when nobody read the records again to make it.
    pub digest: Option<Digest>,
    /// The nil declarations a zero needs; `None` when the row asks for none.
    pub nil: Option<Nil>,
    /// Its parts by time and unit.
    pub detail: Detail,
}

/// What a ratio is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    /// Above the line.
    pub numerator: i128,
    /// Below it.
    pub denominator: i128,
}

/// The days or the occasion a figure was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// From the first to the last day.
    Days(CivilDate, CivilDate),
    /// Up to a day, however old.
    Until(CivilDate),
    /// By the occasion's id on the facts.
    Occasion(String),
}

/// What an authority set for the year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The authority: `city`.
    pub by: String,
    /// The authority in words: `Thành phố giao`.
    pub label: String,
    /// The plan, in the figure's unit of measure.
    pub value: i128,
    /// The figure as a percentage of the plan: `17.6`; `None` for a plan that is not above zero.
    pub percent: Option<String>,
}

/// A figure beside the days of the year before that lie as far from its Tết.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lunar {
    /// The figure as a percentage of it; `None` when nothing is known of those days.
    pub percent: Option<String>,
}

/// A part of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Field that divides: `source`.
    pub axis: String,
    /// Value of the field: `social_org`.
    pub key: String,
    /// That value in words: `các tổ chức xã hội`.
    pub label: String,
    /// The part, in the figure's unit.
    pub value: i128,
    /// The same part of the year before.
    pub same_period: Option<i128>,
    /// The part as a percentage of it: `108.61`.
    pub same_period_pct: Option<String>,
}

/// Declarations behind a zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nil {
    /// Units that still owe one, in official order; none when the zero is proven.
    pub missing: Vec<UnitName>,
}

/// A unit by id and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitName {
    /// Unit id.
    pub id: String,
    /// Official name on the last day of the period.
    pub name: String,
}

/// One main task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Its number in the document.
    pub number: u32,
    /// What is to be done.
    pub text: String,
    /// Name of the unit that leads.
    pub lead: String,
    /// Last day.
    pub due_on: CivilDate,
    /// Latest status in words; `None` before any progress was recorded.
    pub status: Option<String>,
}

/// A figure of an earlier report that is known differently now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restated {
    /// Indicator code.
    pub indicator: String,
    /// Vietnamese label.
    pub label: String,
    /// How it prints.
    pub form: Form,
    /// As reported then.
    pub reported: i128,
    /// As known now; none when nothing can be said any more.
    pub known: Option<i128>,
    /// Why, in words.
    pub reason: String,
    /// Names of the facts that changed it.
    pub events: Vec<String>,
}

/// What may be said about a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing: no facts, or a zero that some unit has not confirmed.
    Nothing,
    /// That nothing happened: every unit in scope has said so.
    Nil,
    /// That the facts there are come to zero. Nobody has said that there are no others.
    Zero,
    /// This value.
    Value(i128),
}

impl Form {
    /// How figures of a row print.
    pub(crate) fn of(row: &Indicator) -> Form {
        match row.format {
            Format::Tien => Form::Money,
            Format::Pct => Form::Percent(row.percent_decimals),
            Format::Dem => Form::Count,
        }
    }
}

impl Figure {
    /// What may be said about this figure. Absence of facts alone is never a zero.
    pub fn known(&self) -> Known {
        self.known_part(Part { value: self.value, events: self.events })
    }

    /// What may be said about a part of this figure, by the same rule. A ratio of nothing is nothing; none of the cases that were
    /// judged is a zero.
    pub fn known_part(&self, part: Part) -> Known {
        if self.fraction.is_some_and(|fraction| fraction.denominator <= 0) {
            return Known::Nothing;
        }
        let has_grounds = part.events > 0 || self.cases.is_some_and(|cases| cases > 0);
        match (part.value, &self.nil) {
            (0, Some(nil)) if nil.missing.is_empty() => Known::Nil,
            (0, None) if has_grounds => Known::Zero,
            (0, _) => Known::Nothing,
            (value, _) => Known::Value(value),
        }
    }

    /// Units whose nil declaration is missing; none when a value other than zero is known anyway.
    pub fn missing(&self) -> &[UnitName] {
        match (&self.nil, self.value) {
            (Some(nil), 0) => &nil.missing,
            _ => &[],
        }
    }

    /// The figure as print: `63 trường hợp`, `83 triệu đồng`, `không phát sinh`; `None` when nothing may be said. A zero that nobody has confirmed is
    /// a number, not those words: `0 hồ sơ`.
    pub fn printed(&self) -> Option<String> {
        match (self.known(), self.form) {
            (Known::Nothing, _) => None,
            (Known::Nil, _) => Some("không phát sinh".to_owned()),
            (Known::Zero, Form::Percent(_)) => Some(pct("0")),
            (Known::Value(value), Form::Percent(decimals)) => Some(pct(&point(value, decimals))),
            (Known::Zero, Form::Money) => Some(tien(0)),
            (Known::Zero, Form::Count) => Some(format!("{} {}", dem(0), self.unit)),
            (Known::Value(value), Form::Money) => Some(tien(value)),
            (Known::Value(value), Form::Count) => Some(format!("{} {}", dem(value), self.unit)),
        }
    }

    /// The percentage of a plan, unless nothing may be said about the figure.
    pub fn against_plan<'f>(&self, plan: &'f Plan) -> Option<&'f str> {
        plan.percent.as_deref().filter(|_| self.known() != Known::Nothing)
    }

    /// The percentage of the same period of the year before, unless nothing may be said about the figure.
    pub fn against_same_period(&self) -> Option<&str> {
        self.same_period.as_deref().filter(|_| self.known() != Known::Nothing)
    }

    /// The percentage by the lunar calendar, unless nothing may be said about the figure.
    pub fn against_lunar_period(&self) -> Option<&str> {
        let percent = self.lunar_period.as_ref().and_then(|lunar| lunar.percent.as_deref());
        percent.filter(|_| self.known() != Known::Nothing)
    }
}
