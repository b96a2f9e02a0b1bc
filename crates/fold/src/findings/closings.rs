//! What came after a unit had closed the period: facts, corrections and voids, with who approved and who acknowledged.

use socai_domain::{CivilDate, Event, Kind, corrections, tables::FindingRule};
use socai_proto::{schema, v1::Answer};
use socai_tlog::{EventName, UnitNo};

use super::{
    gathered::{Gathered, Off},
    watch::{Counted, Raw, Watch},
};
use crate::{fold::Fold, recorded::Facts, verdict::FoldError};

/// Facts of a closed period.
pub(super) struct FactAfter<'f> {
    rule: &'f FindingRule,
    fold: &'f Fold,
    found: Gathered,
}

impl<'f> FactAfter<'f> {
    pub fn new(rule: &'f FindingRule, fold: &'f Fold) -> Self {
        FactAfter { rule, fold, found: Gathered::default() }
    }
}

impl<'f> Watch<'f> for FactAfter<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        if fact.is_ledgers || !self.rule.judges(fact.stated_on) {
            return Ok(());
        }
        // by the day first stated: a correction makes nothing late
        let closing = self.fold.closings.first_of_day(fact.name.unit, fact.stated_on);
        if let Some(closing) = closing.filter(|closing| closing.leaf < fact.leaf) {
            let days = i64::from(closing.to.days_since(fact.stated_on));
            self.found.add(fact.name, fact.stated_on, days);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        let say = |count, _| {
            (
                format!("{count} sự kiện ghi sổ sau khi đơn vị đã chốt kỳ của chúng"),
                format!("{count} facts recorded after the unit had closed their period"),
            )
        };
        self.found.finish(self.rule, Off::Minutes, say, out);
        Ok(())
    }
}

/// Corrections and voids after a closing.
pub(super) struct AmendedAfter<'f> {
    rule: &'f FindingRule,
    fold: &'f Fold,
    found: Vec<Raw<'f>>,
}

impl<'f> AmendedAfter<'f> {
    pub fn new(rule: &'f FindingRule, fold: &'f Fold) -> Self {
        AmendedAfter { rule, fold, found: vec![] }
    }

    /// Who answered an amendment, and what; nobody yet is an answer too.
    fn answered(&self, amendment: EventName) -> (String, String) {
        let said = |answer| match answer {
            Answer::Confirmed => ("xác nhận", "confirmed by"),
            _ => ("từ chối", "refused by"),
        };
        let answers = self.fold.answers.to(amendment).filter(|(_, answer)| *answer != Answer::Unspecified);
        let (mut vi, mut en) = (vec![], vec![]);
        for (by, answer) in answers {
            let (unit, (said_vi, said_en)) = (self.unit(by), said(answer));
            vi.push(format!("{unit} {said_vi}"));
            en.push(format!("{said_en} {unit}"));
        }
        if vi.is_empty() {
            return ("chưa ai xác nhận".to_owned(), "not acknowledged yet".to_owned());
        }
        (vi.join(", "), en.join(", "))
    }

    fn unit(&self, no: UnitNo) -> String {
        self.fold.registry.unit(no).map_or_else(|| no.to_string(), |unit| unit.id.clone())
    }
}

impl<'f> Watch<'f> for AmendedAfter<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        let Some((target, _)) = corrections::amends(fact.event) else { return Ok(()) };
        let record = self.fold.amendments.record_of(target);
        let amended = self.fold.amendments.get(record);
        let is_late = amended.is_some_and(|amended| amended.was_after_closing(fact.name));
        if !is_late || !self.rule.judges(fact.day()) {
            return Ok(());
        }
        let (what_vi, what_en) = made(fact.event);
        let (answer_vi, answer_en) = self.answered(fact.name);
        let on: CivilDate = fact.day();
        self.found.push(Raw::new(
            self.rule,
            fact.name.unit,
            on,
            vec![record, fact.name],
            format!("{what_vi}; {answer_vi}"),
            format!("{what_en}; {answer_en}"),
        ));
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        out.extend(self.found);
        Ok(())
    }
}

/// What was done, why, and who approved it.
fn made(event: &Event<'_>) -> (String, String) {
    let label = |of: &schema::Enum, number: i32| of.value(number.into()).map(|value| value.label);
    let unknown = schema::Label { vi: "?", en: "?" };
    match event.kind() {
        Kind::EventCorrected(said) => {
            let reason = label(&schema::CORRECTION_REASON, said.reason).unwrap_or(unknown);
            let (fields, by) = (said.changes.iter().count(), said.approver_position);
            (
                format!("đính chính {fields} trường ({}), {by} duyệt", reason.vi),
                format!("{fields} fields corrected ({}), approved by {by}", reason.en),
            )
        }
        Kind::EventVoided(said) => {
            let reason = label(&schema::VOID_REASON, said.reason).unwrap_or(unknown);
            let by = event.approved_by().unwrap_or(event.entered_by());
            (format!("hủy bản ghi ({}), {by} duyệt", reason.vi), format!("voided ({}), by {by}", reason.en))
        }
        _ => (String::new(), String::new()),
    }
}
