//! The JSON form: integers as numbers, percentages as printed with a point, keys in one order.

use std::collections::BTreeMap;

use serde::Serialize;
use socai_domain::time::vietnam_rfc3339;

use crate::Error;
use crate::SectionText;
use crate::figures::{Figure, Figures, Known, Occasion, Period, Slice, Span, UnitName};

/// The figures as JSON text, ending with a line feed; the same figures give the same bytes.
///
/// Shape: `{"ledger","period":{"id","name","from","to","occasion"},"as_of":{"size","root","time"},"figures":[{"indicator",
/// "label","value","unit","period","printed","plan_pct":{authority:"17.6"},"same_period_pct","events","digest","slices","units","unallocated","nil"}]}`. A figure about
/// which nothing may be said has the value `null`. A ratio has `numerator` and `denominator` after its value, which is the percentage in units
/// of its last decimal: 9876 is 98,76% with two decimals. A row that asks for the lunar comparison has `lunar_pct` after `same_period_pct`.
/// `slices` names parts by the row's axes, `[{"axis","key","label","value","same_period_pct"}]`, the last only where it is known; `units` by the unit that the facts' place or publisher is, `{id: value}`, and `unallocated`
/// what belongs to none; of judged cases and ratios of them the units are wards. Parts that are zero are left out, and all three where nothing is left. Parts of
/// distinct counts, of balances and of ratios do not add up to the figure.
/// `holidays_unknown` is the number of cases behind a figure with a term that was judged without the holidays of its year, where there are any; a period
/// that is a whole fiscal year has `books_to`, the last day on which its books are adjusted.
/// `nil` is `null` unless the row asks for declarations of units that exist. `texts` names signed texts by `{"section","unit","event",
/// "signer_position","annex"}`, when there are any.
pub fn json(figures: &Figures) -> Result<String, Error> {
    let mut text = serde_json::to_string_pretty(&Sheet::of(figures))?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
struct Sheet<'a> {
    ledger: &'a str,
    period: PeriodRow<'a>,
    as_of: AsOfRow,
    figures: Vec<FigureRow<'a>>,
    /// Only when somebody signed a text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    texts: Vec<TextRow<'a>>,
}

/// A text by the digest of the annex it lies in, so that the form stays the same when the text is destroyed.
#[derive(Serialize)]
struct TextRow<'a> {
    section: &'a str,
    unit: &'a str,
    event: String,
    signer_position: &'a str,
    annex: String,
}

#[derive(Serialize)]
struct PeriodRow<'a> {
    id: Option<&'a str>,
    name: &'a str,
    from: String,
    to: String,
    /// Only of a whole fiscal year.
    #[serde(skip_serializing_if = "Option::is_none")]
    books_to: Option<String>,
    occasion: Option<&'a str>,
}

#[derive(Serialize)]
struct AsOfRow {
    size: u64,
    root: String,
    time: String,
}

#[derive(Serialize)]
struct FigureRow<'a> {
    indicator: &'a str,
    label: &'a str,
    value: Option<i128>,
    /// Only for ratios, with the denominator.
    #[serde(skip_serializing_if = "Option::is_none")]
    numerator: Option<i128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    denominator: Option<i128>,
    unit: &'a str,
    period: SpanRow<'a>,
    printed: Option<String>,
    plan_pct: BTreeMap<&'a str, &'a str>,
    same_period_pct: Option<&'a str>,
    /// Only for rows that ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lunar_pct: Option<Option<&'a str>>,
    events: u64,
    digest: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    slices: Vec<SliceRow<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    units: BTreeMap<&'a str, i128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unallocated: Option<i128>,
    /// Cases judged without the holidays of a year; stated when there are any.
    #[serde(skip_serializing_if = "is_none")]
    holidays_unknown: u64,
    nil: Option<NilRow<'a>>,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

/// A part along an axis of its row.
#[derive(Serialize)]
struct SliceRow<'a> {
    axis: &'a str,
    key: &'a str,
    label: &'a str,
    value: i128,
    #[serde(skip_serializing_if = "Option::is_none")]
    same_period_pct: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum SpanRow<'a> {
    Days { from: String, to: String },
    Until { to: String },
    Occasion { occasion: &'a str },
}

#[derive(Serialize)]
struct NilRow<'a> {
    proven: bool,
    missing: Vec<&'a str>,
}

impl<'a> Sheet<'a> {
    fn of(figures: &'a Figures) -> Sheet<'a> {
        Sheet {
            ledger: &figures.ledger,
            period: PeriodRow::of(&figures.period),
            as_of: AsOfRow {
                size: figures.as_of.size.0,
                root: figures.as_of.root.to_string(),
                time: vietnam_rfc3339(figures.as_of.time_ms),
            },
            figures: figures.figures.iter().map(FigureRow::of).collect(),
            texts: figures.texts.iter().map(TextRow::of).collect(),
        }
    }
}

impl<'a> TextRow<'a> {
    fn of(text: &'a SectionText) -> TextRow<'a> {
        TextRow {
            section: &text.section,
            unit: &text.unit.id,
            event: text.event.to_string(),
            signer_position: &text.signer_position,
            annex: text.annex.to_string(),
        }
    }
}

impl<'a> PeriodRow<'a> {
    fn of(period: &'a Period) -> PeriodRow<'a> {
        PeriodRow {
            id: period.id.as_deref(),
            name: &period.name,
            from: period.from.to_string(),
            to: period.to.to_string(),
            books_to: period.books_to.map(|until| until.to_string()),
            occasion: period.occasion.as_ref().map(|Occasion { id, .. }| id.as_str()),
        }
    }
}

impl<'a> FigureRow<'a> {
    fn of(figure: &'a Figure) -> FigureRow<'a> {
        let plans = figure.plan.iter();
        FigureRow {
            indicator: &figure.indicator,
            label: &figure.label,
            value: match figure.known() {
                Known::Nothing => None,
                Known::Nil | Known::Zero => Some(0),
                Known::Value(value) => Some(value),
            },
            numerator: figure.fraction.map(|fraction| fraction.numerator),
            denominator: figure.fraction.map(|fraction| fraction.denominator),
            unit: &figure.unit,
            period: SpanRow::of(&figure.span),
            printed: figure.printed(),
            plan_pct: plans.filter_map(|plan| Some((plan.by.as_str(), figure.against_plan(plan)?))).collect(),
            same_period_pct: figure.against_same_period(),
            lunar_pct: figure.lunar_period.as_ref().map(|_| figure.against_lunar_period()),
            events: figure.events,
            digest: figure.digest.map(|digest| digest.to_string()),
            slices: figure.slices.iter().filter(|slice| slice.value != 0).map(SliceRow::of).collect(),
            units: {
                let parts = figure.detail.units.iter().map(|(unit, part)| (unit.as_str(), part.value));
                parts.filter(|(_, value)| *value != 0).collect()
            },
            unallocated: Some(figure.detail.unallocated.value).filter(|value| *value != 0),
            holidays_unknown: figure.holidays_unknown,
            nil: figure.nil.as_ref().map(|nil| NilRow {
                proven: nil.missing.is_empty(),
                missing: nil.missing.iter().map(|UnitName { id, .. }| id.as_str()).collect(),
            }),
        }
    }
}

impl<'a> SliceRow<'a> {
    fn of(slice: &'a Slice) -> SliceRow<'a> {
        let Slice { axis, key, label, value, .. } = slice;
        SliceRow { axis, key, label, value: *value, same_period_pct: slice.same_period_pct.as_deref() }
    }
}

impl<'a> SpanRow<'a> {
    fn of(span: &'a Span) -> SpanRow<'a> {
        match span {
            Span::Days(from, to) => SpanRow::Days { from: from.to_string(), to: to.to_string() },
            Span::Until(to) => SpanRow::Until { to: to.to_string() },
            Span::Occasion(id) => SpanRow::Occasion { occasion: id },
        }
    }
}
