//! Hand-overs, transfers and late amendments that wait too long for another unit's answer.

use socai_domain::{CivilDate, tables::FindingRule};

use super::watch::{Raw, Sealed, Watch};
use crate::{
    fold::Fold,
    obligation::{Obligations, Open, OpenWhat},
    recorded::Facts,
    verdict::FoldError,
};

/// The pass over obligations, as part of this one.
pub(super) struct AnswerOwed<'f> {
    rule: &'f FindingRule,
    fold: &'f Fold,
    on: CivilDate,
    days: i64,
    pass: Obligations<'f>,
}

impl<'f> AnswerOwed<'f> {
    pub fn new(rule: &'f FindingRule, fold: &'f Fold, on: CivilDate, days: i64) -> Self {
        AnswerOwed { rule, fold, on, days, pass: Obligations::new(fold, on) }
    }
}

impl<'f> Watch<'f> for AnswerOwed<'f> {
    fn record(&mut self, sealed: &Sealed<'_>) -> Result<(), FoldError> {
        self.pass.visit(sealed.record)
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        let AnswerOwed { rule, fold, on, days, pass } = *self;
        for open in pass.finish()? {
            let term = i32::try_from(days).ok().and_then(|days| open.occurred_on.add_days(days));
            let due = open.due_on.or(term).unwrap_or(CivilDate::MAX);
            if !rule.judges(open.occurred_on) || due >= on {
                continue;
            }
            let late = i64::from(on.days_since(due));
            let (vi, en) = owed(fold, &open);
            let raw = Raw::new(rule, open.name.unit, open.occurred_on, vec![open.name], vi, en);
            out.push(Raw { case: open.case, ..raw.late_by(late) });
        }
        Ok(())
    }
}

/// What is owed and by whom.
fn owed(fold: &Fold, open: &Open) -> (String, String) {
    let ids = open
        .from
        .iter()
        .map(|no| fold.registry.unit(*no).map_or_else(|| no.to_string(), |unit| unit.id.clone()));
    let from = ids.collect::<Vec<_>>().join(", ");
    let (what_vi, what_en) = match &open.what {
        OpenWhat::Answer(vi, en) => (vi.as_str(), if en.is_empty() { vi.as_str() } else { en }),
        OpenWhat::Acknowledgement => {
            ("xác nhận đính chính, hủy sau khi chốt", "acknowledges a change made after the closing")
        }
    };
    let refused = |text: &'static str| if open.is_refused { text } else { "" };
    (
        format!("chờ {from}: {what_vi}{}", refused(" (đã từ chối)")),
        format!("waits for {from}: {what_en}{}", refused(" (refused)")),
    )
}
