//! A point with its names and footnotes, as every form prints it.

use socai_domain::CivilDate;
use socai_fold::figures::Boundary;
use socai_fold::figures::series::{Covers, Point, PointOf};
use socai_proto::schema::Shape;
use socai_proto::{Lang, kind};

use super::{Along, Page, pick};
use crate::format::ngay;

/// One point.
pub(super) struct Line {
    /// What it is in data: `2023-02`, a unit id, a short name; empty for what belongs to no unit.
    pub key: String,
    /// What it is in words.
    pub label: String,
    /// The days that were asked.
    pub days: (CivilDate, CivilDate),
    /// The days of the facts that the value is of.
    pub covers: Covers,
    /// None when nothing may be said.
    pub value: Option<i128>,
    /// None when the point was left blank.
    pub events: Option<u64>,
    pub plans: Vec<Plan>,
    pub same: Option<Other>,
    pub lunar: Option<Other>,
    /// Ids of units that are counted with this one.
    pub includes: Vec<String>,
    pub is_comparable: bool,
    /// The changes of boundaries that it is about, as places among those of the series.
    pub boundaries: Vec<usize>,
    /// Their footnotes, from 1.
    pub notes: Vec<usize>,
}

/// What an authority set.
pub(super) struct Plan {
    pub by: String,
    pub label: String,
    pub other: Other,
}

/// Another value and the percentage.
#[derive(Clone)]
pub(super) struct Other {
    pub value: i128,
    pub percent: Option<String>,
}

impl Page<'_> {
    pub(super) fn lines(&self, lang: Lang) -> Vec<Line> {
        let noted = self.noted();
        self.series.points.iter().map(|point| self.line(point, &noted, lang)).collect()
    }

    /// The changes of boundaries that some point is about, in the order of their footnotes, as places among those of the series.
    fn noted(&self) -> Vec<usize> {
        let is_noted = |of: &Boundary| self.series.points.iter().any(|point| self.concerns(of, point));
        let boundaries = self.series.boundaries.iter().enumerate();
        boundaries.filter(|(_, of)| is_noted(of)).map(|(at, _)| at).collect()
    }

    fn line(&self, point: &Point, noted: &[usize], lang: Lang) -> Line {
        let (key, label) = self.names(point, lang);
        let other = |compared: &socai_fold::figures::Compared| Other {
            value: compared.value,
            percent: compared.percent.clone().filter(|_| point.is_known),
        };
        let plans = point.plans.iter().map(|(by, compared)| Plan {
            by: by.clone(),
            label: self.authority(by, lang),
            other: other(compared),
        });
        let about =
            noted.iter().enumerate().filter(|(_, at)| self.concerns(&self.series.boundaries[**at], point));
        let (notes, boundaries) = about.map(|(note, at)| (note + 1, *at)).unzip();
        Line {
            key,
            label,
            days: point.days,
            covers: point.covers,
            value: point.is_known.then_some(point.part.value),
            events: (!point.is_suppressed).then_some(point.part.events),
            plans: plans.collect(),
            same: point.same_period.as_ref().map(|same| other(&same.compared)),
            lunar: point.lunar_period.as_ref().map(|same| other(&same.compared)),
            includes: point
                .includes
                .iter()
                .filter_map(|no| Some(self.registry.unit(*no)?.id.clone()))
                .collect(),
            is_comparable: point.is_comparable,
            boundaries,
            notes,
        }
    }

    fn names(&self, point: &Point, lang: Lang) -> (String, String) {
        match &point.of {
            PointOf::Days(label) => (label.clone(), label.clone()),
            PointOf::Unallocated => {
                (String::new(), pick(lang, "không thuộc riêng đơn vị nào", "of no single unit").to_owned())
            }
            PointOf::Unit(no) => match self.registry.unit(*no) {
                Some(unit) => (unit.id.clone(), self.name(unit, self.series.days.1)),
                None => (no.to_string(), no.to_string()),
            },
            PointOf::Slice(value) => (value.clone(), self.slice(value, lang)),
        }
    }

    /// A value of the axis in words.
    fn slice(&self, value: &str, lang: Lang) -> String {
        let Along::Slices { axis } = self.along else { return value.to_owned() };
        self.series
            .row
            .kind
            .as_deref()
            .and_then(|kind| words(kind, axis, value, lang))
            .unwrap_or(value)
            .to_owned()
    }

    /// An authority in words.
    fn authority(&self, by: &str, lang: Lang) -> String {
        let plan = self.series.row.plan.as_ref();
        if let Some(plan) = plan.filter(|plan| plan.name.as_deref() == Some(by)) {
            let label = match lang {
                Lang::Vi => plan.label.as_deref(),
                Lang::En => plan.label_en.as_deref().or(plan.label.as_deref()),
            };
            return label.unwrap_or(by).to_owned();
        }
        plan.and_then(|plan| words(&plan.kind, plan.by.as_deref()?, by, lang)).unwrap_or(by).to_owned()
    }

    fn concerns(&self, boundary: &Boundary, point: &Point) -> bool {
        match &point.of {
            PointOf::Days(_) => point.days.0 <= boundary.on && boundary.on <= point.days.1,
            PointOf::Unit(no) => {
                let to = self.registry.by_id(&boundary.to).map(|unit| unit.no);
                boundary.from == *no || to == Some(*no) || point.includes.contains(&boundary.from)
            }
            _ => false,
        }
    }

    /// The footnotes: changes of boundaries, and what follows from them.
    pub(super) fn footnotes(&self, lines: &[Line], lang: Lang) -> Vec<String> {
        let boundary = |(note, at): (usize, usize)| {
            let of = &self.series.boundaries[at];
            let from = self
                .registry
                .unit(of.from)
                .map_or_else(|| of.from.to_string(), |unit| self.name(unit, of.on.previous()));
            let portion = match of.whole {
                true => pick(lang, "toàn bộ", "the whole of"),
                false => pick(lang, "một phần", "a part of"),
            };
            let to = self.name_of_id(&of.to);
            format!("({}) {}: {portion} {from} → {to} ({})", note + 1, ngay(of.on), of.legal)
        };
        let mut notes: Vec<String> = self.noted().into_iter().enumerate().map(boundary).collect();
        if lines.iter().any(|line| !line.is_comparable) {
            let vi = "≠ địa giới đã thay đổi và không thể quy đổi chính xác: không so sánh";
            notes.push(
                pick(lang, vi, "≠ boundaries changed and cannot be mapped exactly: not compared").to_owned(),
            );
        }
        if self.series.is_unmapped {
            let vi =
                "giá trị của chỉ tiêu này không cộng được: đơn vị đã nhập vào nhau vẫn để riêng như khi đó";
            let en =
                "values of this indicator cannot be added: units that were joined stand apart, as they were";
            notes.push(pick(lang, vi, en).to_owned());
        }
        if lines.iter().any(|line| line.events.is_none()) {
            let vi = "* ít sự kiện quá, hoặc từ đó suy ra được chỗ ít sự kiện: để trống";
            notes.push(
                pick(lang, vi, "* of too few facts, or telling of what has too few: left blank").to_owned(),
            );
        }
        for line in lines.iter().filter(|line| !line.includes.is_empty()) {
            let with: Vec<String> = line.includes.iter().map(|id| self.name_of_id(id)).collect();
            let words = pick(lang, "gồm cả", "includes");
            notes.push(format!("{} {words} {}", line.label, with.join(", ")));
        }
        notes
    }
}

impl Line {
    /// The footnotes behind a name: ` (1)(2)`.
    pub(super) fn marks(&self) -> String {
        let marks: String = self.notes.iter().map(|note| format!("({note})")).collect();
        if marks.is_empty() { marks } else { format!(" {marks}") }
    }
}

/// The label of an enum's value.
fn words(of_kind: &str, field: &str, value: &str, lang: Lang) -> Option<&'static str> {
    match kind(of_kind)?.message.field(field)?.shape {
        Shape::Enum(of) => of.named(value).map(|value| value.label.get(lang)),
        _ => None,
    }
}
