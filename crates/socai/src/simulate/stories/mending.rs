//! What was typed wrong is corrected or voided, and what was closed by then waits for the aggregator's answer.
//!
//! Most corrections hold. A few state an old value that is not the present one, or are another unit's: they stay in the log and
//! change nothing, as the fold must find.

use anyhow::Result;
use serde_json::Value;
use socai_proto::{
    json,
    v1::{self, event::Kind},
};
use socai_tlog::{EventName, UnitNo};

use crate::simulate::{
    day::{Agenda, Day, Story},
    dice::Dice,
    offices::OFFICE,
    said::{Said, reference},
};

/// A fact that somebody looks at again.
#[derive(Debug)]
struct Mistake {
    /// The version that counts.
    target: EventName,
    /// Its content.
    event: v1::Event,
    /// Who published the fact.
    unit: UnitNo,
    /// How often it was mended already.
    times: u32,
}

/// The story.
pub struct Mending {
    dice: Dice,
    mistakes: Agenda<Mistake>,
    answers: Agenda<EventName>,
}

impl Mending {
    pub fn new(seed: u64) -> Self {
        Mending { dice: Dice::of(seed, "mending"), mistakes: Agenda::default(), answers: Agenda::default() }
    }

    fn look(&mut self, day: &mut Day<'_>, mistake: Mistake) {
        let by = self.author(day, mistake.unit);
        let said = match self.dice.below(100) {
            0..30 => self.void(&mistake, day),
            _ => match self.correction(&mistake, day) {
                Some((corrected, after)) => {
                    let said = Said::new(day.date, Kind::EventCorrected(corrected));
                    return self.corrected(day, by, mistake, said, after);
                }
                None => self.void(&mistake, day),
            },
        };
        let name = day.say(by, said);
        self.await_answer(day, by, &mistake, name);
    }

    /// Who mends a unit's facts today: the unit, or the one that continues it; now and then somebody who may not.
    fn author(&mut self, day: &Day<'_>, unit: UnitNo) -> UnitNo {
        if self.dice.chance(60) {
            return OFFICE;
        }
        match day.offices.succession() {
            Some((old, from, new)) if old.unit_no == unit.0 && from <= day.date => UnitNo(new.unit_no),
            _ => unit,
        }
    }

    fn void(&mut self, mistake: &Mistake, day: &Day<'_>) -> Said {
        let reason = self.dice.weighed(&[
            (6, v1::VoidReason::Duplicate),
            (1, v1::VoidReason::Test),
            (2, v1::VoidReason::WrongUnit),
            (1, v1::VoidReason::Other),
        ]);
        let voided = v1::EventVoided { target: Some(reference(mistake.target)), reason: reason.into() };
        Said::new(day.date, Kind::EventVoided(voided))
    }

    fn corrected(&mut self, day: &mut Day<'_>, by: UnitNo, mistake: Mistake, said: Said, after: v1::Event) {
        let name = day.say(by, said);
        self.await_answer(day, by, &mistake, name);
        // a correction may itself be wrong
        if mistake.times < 3 && self.dice.chance(250) {
            let again = Mistake { target: name, event: after, unit: mistake.unit, times: mistake.times + 1 };
            self.mistakes.add(day.in_days(self.dice.days(1, 25)), again);
        }
    }

    /// After the closing of the fact's days the operator answers, mostly.
    fn await_answer(&mut self, day: &Day<'_>, by: UnitNo, mistake: &Mistake, amendment: EventName) {
        let on = socai_domain::CivilDate::from_yyyymmdd(mistake.event.occurred_on).unwrap_or(day.date);
        if day.book.is_closed(by, on) && self.dice.chance(850) {
            self.answers.add(day.in_days(self.dice.days(1, 20)), amendment);
        }
    }

    /// A change of some fields, with the content it leads to.
    fn correction(&mut self, mistake: &Mistake, day: &Day<'_>) -> Option<(v1::EventCorrected, v1::Event)> {
        let form = json::event_to_json(&mistake.event, None, None);
        let mut changes = self.changes(&mistake.event, &form, day)?;
        let after = socai_proto::patch(&mistake.event, &changes).ok()?;
        if self.dice.chance(90) {
            // looked up in an old print: it will never be the present value
            changes[0].old = "987654321".to_owned();
        }
        let corrected = v1::EventCorrected {
            target: Some(reference(mistake.target)),
            changes,
            reason: self
                .dice
                .weighed(&[
                    (6, v1::CorrectionReason::Typing),
                    (2, v1::CorrectionReason::Misread),
                    (1, v1::CorrectionReason::WrongCode),
                ])
                .into(),
            approver_position: "pho-chu-tich".to_owned(),
        };
        Some((corrected, after))
    }

    fn changes(&mut self, event: &v1::Event, form: &Value, day: &Day<'_>) -> Option<Vec<v1::Change>> {
        let data = |field: &str| form["data"][field].clone();
        let change = |field: &str, new: Value| {
            let old = field.split('.').fold(form, |at, part| match at {
                Value::Array(items) => {
                    part.parse::<usize>().ok().and_then(|at| items.get(at)).unwrap_or(&Value::Null)
                }
                other => &other[part],
            });
            v1::Change { field: field.to_owned(), old: old.to_string(), new: new.to_string() }
        };
        let amount = data("amount").as_i64();
        let more = |dice: &mut Dice, value: i64| value + value.abs() / 100 * dice.between(1, 30) + 1;
        let changes = match event.kind.as_ref()? {
            Kind::BudgetRevenuePosted(_) if self.dice.chance(200) => {
                let other = if data("category") == "fees" { "other" } else { "fees" };
                vec![change("data.category", other.into())]
            }
            Kind::BudgetRevenuePosted(posting) if posting.amount < 0 => return None,
            Kind::BudgetExpenditurePosted(posting) if posting.amount < 0 => return None,
            Kind::BudgetRevenuePosted(_)
            | Kind::BudgetExpenditurePosted(_)
            | Kind::PenaltyPaymentReceived(_) => {
                vec![change("data.amount", more(&mut self.dice, amount?).into())]
            }
            Kind::PenaltyDecided(decision) if decision.total > 0 => {
                let total: Value = (decision.total + 50_000).into();
                vec![change("data.total", total.clone()), change("data.lines.0.amount", total)]
            }
            Kind::HealthVisitsReported(report) => {
                vec![change("data.visits", (report.visits + self.dice.few(1, 20)).into())]
            }
            Kind::EpidemicCasesReported(report) => vec![change("data.new", (report.new + 1).into())],
            Kind::GiftDelivered(batch) => {
                let quantity = batch.quantity + 1;
                let amount = batch.unit_value * i64::from(quantity);
                vec![change("data.quantity", quantity.into()), change("data.amount", amount.into())]
            }
            Kind::InspectionConducted(_) if self.dice.chance(400) => {
                let ward = day.any_ward(&mut self.dice);
                let on = socai_domain::CivilDate::from_yyyymmdd(event.occurred_on).ok()?;
                let place = day.ward_on(ward, on).1;
                (form["place"][0] != place.as_str()).then(|| vec![change("place.0", place.into())])?
            }
            Kind::InspectionConducted(visit) => {
                vec![change("data.planned", (!visit.planned).into())]
            }
            Kind::DossierReceived(dossier) => {
                let is_online = dossier.channel == i32::from(v1::DossierChannel::Online);
                vec![change("data.channel", if is_online { "counter" } else { "online" }.into())]
            }
            Kind::IncidentReported(incident) => vec![change("data.injured", (incident.injured + 1).into())],
            Kind::CitizenReceptionHeld(session) => {
                let more = session.visits + 1;
                vec![change("data.visits", more.into())]
            }
            Kind::TaxDebtChanged(debt) => vec![change("data.amount", (debt.amount + 1_000).into())],
            // one day earlier, which may be in another period
            Kind::DocumentRegistered(_) | Kind::DossierStatusChanged(_) | Kind::PetitionReceived(_) => {
                let on = socai_domain::CivilDate::from_yyyymmdd(event.occurred_on).ok()?;
                let on = on.add_days(-self.dice.days(1, 5)).filter(|earlier| earlier.year() == on.year())?;
                vec![change("occurred_on", on.to_string().into())]
            }
            _ => return None,
        };
        changes.iter().all(|change| change.old != change.new).then_some(changes)
    }
}

impl Story for Mending {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        for target in self.answers.due(day.date) {
            let refuses = self.dice.chance(90);
            let answer = v1::EventAcknowledged {
                target: Some(reference(target)),
                answer: if refuses { v1::Answer::Refused } else { v1::Answer::Confirmed }.into(),
                ground: if refuses { "khong-du-can-cu".to_owned() } else { String::new() },
            };
            day.say(UnitNo::OPERATOR, Said::new(day.date, Kind::EventAcknowledged(answer)));
        }
        for mistake in self.mistakes.due(day.date) {
            self.look(day, mistake);
        }
        for (target, event) in std::mem::take(&mut day.book.sample) {
            let is_domain = socai_proto::kind_of(&event).is_some_and(|kind| kind.tag >= 200);
            if is_domain && !day.book.expected.contains_key(&target) {
                let on = day.in_days(self.dice.days(1, 45));
                self.mistakes.add(on, Mistake { target, event, unit: target.unit, times: 0 });
            }
        }
        Ok(())
    }
}
