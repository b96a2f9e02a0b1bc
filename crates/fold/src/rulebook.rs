//! The adopted rules, as far as the fold counts by them.
//!
//! **Which facts a version of the indicators is about.** A fact is counted once, when it is folded: under the version that is in force
//! on the day it occurred, among those adopted at an earlier leaf. In force is the newest of those effective by that day,
//! or the earliest there is when the day lies before them all. Facts recorded before the first adoption are not counted, and
//! a later version never counts an earlier record again: that would take a pass over the whole log in the middle of live
//! operation. A correction is counted under the version of the record it corrects. So a replay and a live fold, which meet the
//! same leaves in the same order, hold the same cells; figures name the version and the leaf from which they count.

use std::collections::{BTreeMap, BTreeSet};

use socai_domain::{
    CivilDate,
    calendar::Calendar,
    period::{self, Cut, NotAPeriod},
    tables::{self, FindingRule, Grouping, Indicator, Obligation, Occasion, Table},
};
use socai_tlog::LeafIndex;

use crate::{
    cube::IndicatorNo,
    figures::JudgedRow,
    filter::BadRule,
    indicator::{Axes, Counter},
    law,
    obligation::Owed,
    planner::Planner,
    switch::Counters,
};

/// A table that `rules.adopted` brought in.
#[derive(Clone, Debug)]
pub struct Adopted {
    /// Name: `indicators`, `law.penalty`, `template.monthly`.
    pub name: String,
    /// Its version, as the operator numbers them.
    pub version: u32,
    /// First day it applies to.
    pub effective_from: CivilDate,
    /// The record that brought it in.
    pub leaf: LeafIndex,
    /// Law or decision it rests on.
    pub legal_source: String,
    /// The table as written.
    pub content: String,
    /// The table as read.
    pub table: Table,
}

/// Every adopted table, oldest first, with the indicators compiled.
#[derive(Clone, Debug, Default)]
pub struct Rulebook {
    adopted: Vec<Adopted>,
    versions: Vec<Version>,
    /// What an [`IndicatorNo`] stands for: one layout of axes of one code.
    series: Vec<Series>,
    /// Working days, of every year that an adopted table of holidays covers.
    pub(crate) calendar: Calendar,
}

/// Cells of one code with the same axes.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub code: String,
    axes: Vec<String>,
    /// How many layouts the code had before this one.
    pub layout: u8,
}

impl Series {
    pub(crate) fn axes(&self) -> &[String] {
        &self.axes
    }

    /// The place of the axis with this name.
    pub(crate) fn axis(&self, name: &str) -> Option<usize> {
        self.axes.iter().position(|axis| axis == name)
    }
}

/// One adoption of the indicators.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    leaf: LeafIndex,
    effective_from: CivilDate,
    /// What is counted and planned by facts of a kind, by its tag; none for kinds that no row is about.
    by_tag: Box<[Option<Box<OfKind>>]>,
}

/// The rows about one kind of facts.
#[derive(Clone, Debug, Default)]
pub(crate) struct OfKind {
    pub counters: Counters,
    pub planners: Vec<Planner>,
}

impl Version {
    /// The rows about a kind.
    #[inline]
    pub(crate) fn of_kind(&self, tag: u32) -> Option<&OfKind> {
        self.by_tag.get(tag as usize)?.as_deref()
    }
}

impl Rulebook {
    /// Takes a table in. A table that cannot be read, or indicators that name what does not exist, change nothing.
    pub(crate) fn adopt(&mut self, adopted: Adoption<'_>) -> Result<(), BadRule> {
        let table = tables::parse(adopted.name, adopted.content)
            .map_err(|error| BadRule::Other(error.to_string()))?;
        if let Table::Indicators(rows) = &table {
            let mut series = self.series.clone();
            let version = Version::of(rows, &adopted, &mut series)?;
            self.series = series;
            self.versions.push(version);
        }
        if let Table::Obligations(rows) = &table {
            let in_row = |bad: BadRule, row: &str| bad.of_row("obligations", adopted.content, "kind", row);
            rows.iter().try_for_each(|row| Owed::of(row).map(drop).map_err(|bad| in_row(bad, &row.kind)))?;
        }
        let is_holidays = matches!(table, Table::Holidays(_));
        self.adopted.push(Adopted {
            name: adopted.name.to_owned(),
            version: adopted.version,
            effective_from: adopted.effective_from,
            leaf: adopted.leaf,
            legal_source: adopted.legal_source.to_owned(),
            content: adopted.content.to_owned(),
            table,
        });
        if is_holidays {
            self.calendar = law::calendar(&self.adopted);
        }
        Ok(())
    }

    /// The version under which a record of this leaf and day is counted.
    #[inline]
    pub(crate) fn version(&self, leaf: LeafIndex, day: CivilDate) -> Option<&Version> {
        match self.versions.as_slice() {
            [only] => (only.leaf < leaf).then_some(only),
            versions => {
                let known = || versions.iter().filter(|version| version.leaf < leaf);
                let in_force = known().filter(|version| version.effective_from <= day);
                let newest = in_force.max_by_key(|version| (version.effective_from, version.leaf));
                newest.or_else(|| known().min_by_key(|version| (version.effective_from, version.leaf)))
            }
        }
    }

    /// Every counter of every version.
    pub(crate) fn counters(&self) -> impl Iterator<Item = &Counter> {
        let kinds = self.versions.iter().flat_map(|version| version.by_tag.iter().flatten());
        kinds.flat_map(|of_kind| of_kind.counters.all())
    }

    /// The layouts of axes, by [`IndicatorNo`].
    pub(crate) fn series(&self) -> &[Series] {
        &self.series
    }

    /// Every table, in the order of adoption.
    pub fn adopted(&self) -> &[Adopted] {
        &self.adopted
    }

    /// The table of a name that is in force on a day: the newest effective by then, else the earliest there is.
    pub fn in_force(&self, name: &str, day: CivilDate) -> Option<&Adopted> {
        let named = || self.adopted.iter().filter(|adopted| adopted.name == name);
        let newest = named().filter(|adopted| adopted.effective_from <= day);
        let newest = newest.max_by_key(|adopted| (adopted.effective_from, adopted.leaf));
        newest.or_else(|| named().min_by_key(|adopted| (adopted.effective_from, adopted.leaf)))
    }

    /// The indicator rows in force on a day, in printing order, with the adoption they come from.
    pub fn indicators(&self, day: CivilDate) -> Option<(&Adopted, &[Indicator])> {
        let adopted = self.in_force("indicators", day)?;
        match &adopted.table {
            Table::Indicators(rows) => Some((adopted, rows)),
            _ => None,
        }
    }

    /// The occasions and named periods in force on a day.
    pub fn occasions(&self, day: CivilDate) -> &[Occasion] {
        match self.in_force("occasions", day).map(|adopted| &adopted.table) {
            Some(Table::Occasions(occasions)) => occasions,
            _ => &[],
        }
    }

    /// The occasion of an id, from the occasions in force on a day.
    pub fn occasion(&self, id: &str, day: CivilDate) -> Option<&Occasion> {
        self.occasions(day).iter().find(|occasion| occasion.id == id)
    }

    /// Who aggregates whom on a day.
    pub fn grouping(&self, day: CivilDate) -> Option<&Grouping> {
        match &self.in_force("grouping", day)?.table {
            Table::Grouping(grouping) => Some(grouping),
            _ => None,
        }
    }

    /// How report months are cut on a day.
    pub fn cut(&self, day: CivilDate) -> Cut {
        match self.in_force("periods", day).map(|adopted| &adopted.table) {
            Some(Table::Periods(periods)) => periods.cut(day),
            _ => Cut::USUAL,
        }
    }

    /// First and last day of a period as people write it. Report months are cut as it is in force on the day on which they usually end.
    pub fn days_of(&self, period: &str) -> Result<(CivilDate, CivilDate), NotAPeriod> {
        let (_, about) = period::days(period, Cut::USUAL)?;
        period::days(period, self.cut(about))
    }

    /// The facts that another unit has to answer, by the table in force on a day.
    pub fn obligations(&self, day: CivilDate) -> &[Obligation] {
        match self.in_force("obligations", day).map(|adopted| &adopted.table) {
            Some(Table::Obligations(rows)) => rows,
            _ => &[],
        }
    }

    /// What an inspector looks for, by the table in force on a day, with the adoption it comes from.
    pub fn findings(&self, day: CivilDate) -> Option<(&Adopted, &[FindingRule])> {
        let adopted = self.in_force("findings", day)?;
        match &adopted.table {
            Table::Findings(rows) => Some((adopted, rows)),
            _ => None,
        }
    }

    /// The leaf after which facts are counted for a code: that of the first adoption that has it.
    pub(crate) fn counted_since(&self, code: &str) -> Option<LeafIndex> {
        let has = |adopted: &&Adopted| match &adopted.table {
            Table::Indicators(rows) => rows.iter().any(|row| row.code == code),
            _ => false,
        };
        self.adopted.iter().find(has).map(|adopted| adopted.leaf)
    }
}

/// What `rules.adopted` says and where it stands.
pub(crate) struct Adoption<'a> {
    pub name: &'a str,
    pub version: u32,
    pub effective_from: CivilDate,
    pub leaf: LeafIndex,
    pub legal_source: &'a str,
    pub content: &'a str,
}

impl Version {
    fn of(rows: &[Indicator], adopted: &Adoption<'_>, series: &mut Vec<Series>) -> Result<Self, BadRule> {
        let (mut counters, mut planners) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        for row in rows {
            let in_row = |bad: BadRule| bad.of_row("indicators", adopted.content, "code", &row.code);
            JudgedRow::of(row).map_err(in_row)?;
            for counter in Counter::of(row, |axes| number(series, &row.code, axes)).map_err(in_row)? {
                counters.entry(counter.tag).or_default().push(counter);
            }
            if let Some(planner) = Planner::of(row).map_err(in_row)? {
                planners.entry(planner.tag).or_default().push(planner);
            }
        }
        let mut by_tag: Vec<Option<Box<OfKind>>> = vec![];
        let tags: BTreeSet<u32> = counters.keys().chain(planners.keys()).copied().collect();
        for tag in tags {
            by_tag.resize(tag as usize + 1, None);
            let counters = Counters::new(counters.remove(&tag).unwrap_or_default());
            let planners = planners.remove(&tag).unwrap_or_default();
            by_tag[tag as usize] = Some(Box::new(OfKind { counters, planners }));
        }
        let (leaf, effective_from) = (adopted.leaf, adopted.effective_from);
        Ok(Version { leaf, effective_from, by_tag: by_tag.into() })
    }
}

/// The number of a code with these axes, a new one when no earlier version laid them out so.
fn number(series: &mut Vec<Series>, code: &str, axes: &Axes) -> Result<IndicatorNo, BadRule> {
    let same = |known: &Series| known.code == code && known.axes.iter().map(String::as_str).eq(axes.names());
    let at = series.iter().position(same).unwrap_or(series.len());
    let number =
        u16::try_from(at).map_err(|_| BadRule::Other("more than 65,536 indicators ever".to_owned()))?;
    if at == series.len() {
        let layout = series.iter().filter(|known| known.code == code).count();
        let layout = u8::try_from(layout)
            .map_err(|_| BadRule::Other(format!("{code}: more than 256 layouts of axes")))?;
        series.push(Series {
            code: code.to_owned(),
            axes: axes.names().map(str::to_owned).collect(),
            layout,
        });
    }
    Ok(IndicatorNo(number))
}
