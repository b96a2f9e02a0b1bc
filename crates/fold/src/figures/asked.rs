//! What a report asks: a span of days, a year, an occasion; and which facts of an indicator fall into it.

use socai_domain::{
    CivilDate, Kind,
    law::budget,
    period::{self, NotAPeriod},
    tables::{Occasion, PeriodUse},
};
use socai_proto::v1::PeriodKind;

use crate::{filter::Scalar, rulebook::Rulebook};

/// A question. Each indicator says itself which part of it it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// First day.
    pub from: CivilDate,
    /// Last day: plans, registry and statuses are those of this day.
    pub to: CivilDate,
    /// Year of yearly and fiscal figures.
    pub year: i32,
    /// Occasion of occasional figures; without one they are left out.
    pub occasion: Option<String>,
    /// Last day on which the books of `year` are adjusted, when the question is about all of that fiscal year: then figures by fiscal year,
    /// and the estimates they are compared with, run up to it. Everything else ends with `to`, the last day of the year.
    pub books_to: Option<CivilDate>,
}

impl Asked {
    /// A span of days and the year of its last day, with the occasion that falls into it if there is exactly one. Named periods
    /// are no occasions. From the first day of a fiscal year to the last on which its books are adjusted is that fiscal year.
    pub fn days(rulebook: &Rulebook, from: CivilDate, to: CivilDate) -> Self {
        let is_whole = (from.month(), from.day()) == (1, 1) && to.year() > from.year();
        match budget::books(rulebook, from.year()).filter(|books| is_whole && *books == (from, to)) {
            Some(_) => Asked::fiscal_year(rulebook, from.year(), (from, to)),
            None => Asked::span(rulebook, from, to),
        }
    }

    /// All of a fiscal year, with what its books are adjusted by after its last day.
    fn fiscal_year(rulebook: &Rulebook, year: i32, (from, until): (CivilDate, CivilDate)) -> Self {
        let to = CivilDate::new(year, 12, 31).unwrap_or(until);
        Asked { books_to: Some(until).filter(|until| *until > to), ..Asked::span(rulebook, from, to) }
    }

    fn span(rulebook: &Rulebook, from: CivilDate, to: CivilDate) -> Self {
        let mut inside = occasions(rulebook)
            .filter(|row| row.occasion.is_none())
            .filter(|occasion| occasion.from <= to && from <= occasion.to);
        let occasion = match (inside.next(), inside.next()) {
            (Some(only), None) => Some(only.id.clone()),
            _ => None,
        };
        Asked { from, to, year: to.year(), occasion, books_to: None }
    }

    /// A row of the adopted table: its days, and the occasion a named period says it is reported with, else the row itself.
    pub fn named(rulebook: &Rulebook, id: &str) -> Option<Self> {
        let row = occasions(rulebook).find(|row| row.id == id)?;
        let occasion = row.occasion.as_ref().unwrap_or(&row.id).clone();
        Some(Asked {
            from: row.from,
            to: row.to,
            year: row.to.year(),
            occasion: Some(occasion),
            books_to: None,
        })
    }

    /// A period as people write it: a row of the occasions table by its id, else the syntax of [`socai_domain::period`], report
    /// months cut as the `periods` table says for their last day.
    pub fn written(rulebook: &Rulebook, text: &str) -> Result<Self, NotAPeriod> {
        if let Some(named) = Asked::named(rulebook, text) {
            return Ok(named);
        }
        if let Some(year) = period::fiscal_year(text)
            && let Some(books) = budget::books(rulebook, year)
        {
            return Ok(Asked::fiscal_year(rulebook, year, books));
        }
        let (from, to) = rulebook.days_of(text)?;
        Ok(Asked::days(rulebook, from, to))
    }

    /// The sort of a period as people write it, for what is recorded about it: an occasion of the table is one, and everything else is what its text says. A
    /// named period with a name of its own is ad hoc.
    pub fn kind_written(rulebook: &Rulebook, text: &str) -> Result<PeriodKind, NotAPeriod> {
        match occasions(rulebook).find(|row| row.id == text) {
            Some(row) if row.occasion.is_none() => Ok(PeriodKind::Occasion),
            Some(_) => Ok(period::kind(text).unwrap_or(PeriodKind::AdHoc)),
            None => period::kind(text),
        }
    }

    /// First and last day by which the question is known again ([`Asked::days`], [`Asked::reported`]): up to the end of the adjustment when it
    /// is about a fiscal year.
    pub fn stated(&self) -> (CivilDate, CivilDate) {
        (self.from, self.books_to.unwrap_or(self.to))
    }

    /// The days of an issued report: the row of the occasions table that has them, else just these days.
    pub fn reported(rulebook: &Rulebook, (from, to): (CivilDate, CivilDate)) -> Self {
        let named = occasions(rulebook).find(|row| (row.from, row.to) == (from, to));
        let named = named.and_then(|row| Asked::named(rulebook, &row.id));
        named.unwrap_or_else(|| Asked::days(rulebook, from, to))
    }

    /// Everything up to a day, of whatever year and occasion.
    pub fn since_ever(to: CivilDate) -> Self {
        Asked { from: CivilDate::MIN, to, year: to.year(), occasion: None, books_to: None }
    }

    /// Whether it has no first day.
    pub fn is_since_ever(&self) -> bool {
        self.from == CivilDate::MIN
    }

    /// The same days with every other occasion of the table, and with none: an issued report states its days and not its occasion.
    pub fn with_other_occasions(&self, rulebook: &Rulebook) -> Vec<Self> {
        let own = occasions(rulebook).filter(|row| row.occasion.is_none()).map(|row| Some(row.id.clone()));
        let others = own.chain([None]).filter(|occasion| *occasion != self.occasion);
        others.map(|occasion| Asked { occasion, ..self.clone() }).collect()
    }
}

/// The occasions of the newest adopted table.
pub(super) fn occasions(rulebook: &Rulebook) -> std::slice::Iter<'_, Occasion> {
    rulebook.occasions(CivilDate::MAX).iter()
}

/// The same occasion a year before one of the newest table.
pub(super) fn occasion_before(rulebook: &Rulebook, id: &str) -> Option<String> {
    occasions(rulebook).find(|row| row.id == id)?.before.clone()
}

/// The last day of the same days a year earlier, of days up to `to`, without `from` since ever: whole calendar months end with the month, so
/// that all of February stands beside all of February.
pub(super) fn last_day_before(from: Option<CivilDate>, to: CivilDate) -> Option<CivilDate> {
    let before = to.add_months(-12)?;
    let is_whole = to == to.end_of_month() && from.is_none_or(|from| from.day() == 1);
    Some(if is_whole { before.end_of_month() } else { before })
}

/// The facts of one indicator that answer a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// First day.
    pub from: CivilDate,
    /// Last day.
    pub to: CivilDate,
    /// A field that must have a value.
    pub pick: Option<Pick>,
}

/// A field and the value it must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Name of the field.
    pub field: String,
    /// The year or the id of the occasion.
    pub value: Picked,
}

/// What a picking field must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// A year.
    Year(i32),
    /// The id of an occasion.
    Occasion(String),
}

impl Window {
    /// The window of an indicator; none when the question names no occasion and the indicator needs one.
    pub fn of(period: &PeriodUse, asked: &Asked) -> Option<Self> {
        let (start, end) = (CivilDate::MIN, CivilDate::MAX);
        let year = |field: &String| Some(Pick { field: field.clone(), value: Picked::Year(asked.year) });
        Some(match period {
            PeriodUse::Period => Window { from: asked.from, to: asked.to, pick: None },
            PeriodUse::ToDate => Window { from: start, to: asked.to, pick: None },
            PeriodUse::Before => Window { from: start, to: asked.from.add_days(-1)?, pick: None },
            // who asks for everything since ever asks for every year and every occasion
            PeriodUse::FiscalYearToDate(_) | PeriodUse::Year(_) if asked.is_since_ever() => {
                Window { from: start, to: asked.to, pick: None }
            }
            PeriodUse::Occasion(_) if asked.is_since_ever() && asked.occasion.is_none() => {
                Window { from: start, to: asked.to, pick: None }
            }
            PeriodUse::FiscalYearToDate(field) => {
                let (_, to) = asked.stated();
                Window { from: CivilDate::new(asked.year, 1, 1)?, to, pick: year(field) }
            }
            PeriodUse::Year(field) => Window { from: start, to: end, pick: year(field) },
            PeriodUse::Occasion(field) => {
                let value = Picked::Occasion(asked.occasion.clone()?);
                Window { from: start, to: end, pick: Some(Pick { field: field.clone(), value }) }
            }
        })
    }

    /// The same window a year earlier. Occasions do not come back on the same days: theirs is the one that the newest table says was before.
    pub fn year_before(&self, rulebook: &Rulebook) -> Option<Self> {
        let pick = match &self.pick {
            None => None,
            Some(Pick { field, value }) => {
                let value = match value {
                    Picked::Year(year) => Picked::Year(year - 1),
                    Picked::Occasion(id) => Picked::Occasion(occasion_before(rulebook, id)?),
                };
                Some(Pick { field: field.clone(), value })
            }
        };
        match (self.from == CivilDate::MIN, self.to == CivilDate::MAX) {
            (false, false) => {
                let to = last_day_before(Some(self.from), self.to)?;
                Some(Window { from: self.from.add_months(-12)?, to, pick })
            }
            (true, false) => Some(Window { from: self.from, to: last_day_before(None, self.to)?, pick }),
            (true, true) if pick.is_some() => Some(Window { from: self.from, to: self.to, pick }),
            _ => None,
        }
    }

    /// The days of the window; for a whole year, adjusted or not, those of the year, for an occasion those of the newest table.
    pub fn days_by(&self, rulebook: &Rulebook) -> (CivilDate, CivilDate) {
        match &self.pick {
            Some(Pick { value: Picked::Occasion(id), .. }) => {
                let row = occasions(rulebook).find(|row| row.id == *id);
                row.map_or((self.from, self.to), |row| (row.from, row.to))
            }
            _ => self.days(),
        }
    }

    /// The days of the window; for a whole year, adjusted or not, those of the year.
    pub fn days(&self) -> (CivilDate, CivilDate) {
        match &self.pick {
            Some(Pick { value: Picked::Year(year), .. }) if self.to.year() > *year => {
                let of_year = |month, day| CivilDate::new(*year, month, day);
                (of_year(1, 1).unwrap_or(self.from), of_year(12, 31).unwrap_or(self.to))
            }
            _ => (self.from, self.to),
        }
    }

    /// Whether a fact falls into the window, given the scalar of the picking field in the layout it is counted by.
    #[inline]
    pub(crate) fn holds(&self, day: CivilDate, payload: &Kind<'_>, field: Option<Scalar>) -> bool {
        let picked = match (&self.pick, field) {
            (None, _) => true,
            (Some(pick), Some(field)) => match &pick.value {
                Picked::Year(year) => field.is_int(payload, i64::from(*year)),
                Picked::Occasion(id) => field.is_text(payload, id),
            },
            (Some(_), None) => false,
        };
        picked && self.has(day)
    }

    /// Whether a day is one of its days.
    #[inline]
    pub(crate) fn has(&self, day: CivilDate) -> bool {
        self.from <= day && day <= self.to
    }
}
