//! The days of which facts of each kind are wanted.

use socai_domain::CivilDate;

/// By tag, first and last day of something; none of kinds that nobody asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct DaysOfKinds(Vec<Option<(CivilDate, CivilDate)>>);

/// Every day.
pub(super) const ALWAYS: (CivilDate, CivilDate) = (CivilDate::MIN, CivilDate::MAX);

impl DaysOfKinds {
    /// Whether a day is one of those of a kind.
    #[inline]
    pub fn holds(&self, tag: u32, day: CivilDate) -> bool {
        let days = self.0.get(tag as usize).copied().flatten();
        days.is_some_and(|(from, to)| from <= day && day <= to)
    }

    /// Adds days to those of a kind, and what lies between.
    pub fn widen(&mut self, tag: u32, (from, to): (CivilDate, CivilDate)) {
        let at = tag as usize;
        self.0.resize(self.0.len().max(at + 1), None);
        let (first, last) = self.0[at].unwrap_or((from, to));
        self.0[at] = Some((first.min(from), last.max(to)));
    }

    /// Adds those of another question.
    pub fn widen_all(&mut self, other: &DaysOfKinds) {
        let days = other.0.iter().zip(0..).filter_map(|(days, tag)| Some((tag, (*days)?)));
        days.for_each(|(tag, days)| self.widen(tag, days));
    }
}
