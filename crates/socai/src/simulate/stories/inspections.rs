//! Inspections: the same facilities again and again, some with shortcomings, some with a violation that is fined.

use anyhow::Result;
use socai_domain::CivilDate;
use socai_proto::v1::{
    self, FacilityKind as Facility, InspectionField as Field, InspectionResult as Outcome, PenaltyField,
    event::Kind,
};
use socai_tlog::UnitNo;

use crate::simulate::{
    day::{Agenda, Day, Found, Story},
    dice::Dice,
    offices::{CULTURE, HEALTH, POLICE, URBAN, Ward},
    said::Said,
};

/// Visits of a thousand working days.
const VISITS: u64 = 62_000;
/// Facilities of a ward in each field.
const FACILITIES: u64 = 220;

/// Weight, field, kinds of facilities, and the field a violation is fined in.
const FIELDS: [(u64, Field, &[Facility], PenaltyField); 7] = [
    (
        44,
        Field::FoodSafety,
        &[Facility::Catering, Facility::StreetFood, Facility::FoodTrade, Facility::FoodProcessing],
        PenaltyField::FoodSafety,
    ),
    (20, Field::Fire, &[Facility::FireSafetyFacility, Facility::ApartmentBuilding], PenaltyField::Fire),
    (4, Field::Relic, &[Facility::Relic], PenaltyField::Culture),
    (8, Field::PrivateHealthPharma, &[Facility::Pharmacy, Facility::Clinic], PenaltyField::Health),
    (8, Field::Market, &[Facility::Market], PenaltyField::Trade),
    (6, Field::Environment, &[Facility::Other, Facility::FoodProduction], PenaltyField::Environment),
    (10, Field::Construction, &[Facility::ConstructionSite], PenaltyField::Construction),
];

/// The story.
pub struct Inspections {
    dice: Dice,
    seed: u64,
    /// Visits that are entered days after they were made.
    late: Agenda<(CivilDate, Ward)>,
}

impl Inspections {
    pub fn new(seed: u64) -> Self {
        Inspections { dice: Dice::of(seed, "inspections"), seed, late: Agenda::default() }
    }

    fn visit(&mut self, day: &mut Day<'_>, on: CivilDate, ward: Ward) {
        let dice = &mut self.dice;
        let row = dice.weighed(&[0, 1, 2, 3, 4, 5, 6].map(|row| (FIELDS[row].0, row)));
        let (_, field, kinds, fined) = FIELDS[row];
        let which = dice.below(FACILITIES);
        let stream = format!("facility {ward} {row} {which}");
        let outcome =
            dice.weighed(&[(70, Outcome::Pass), (20, Outcome::Shortcomings), (10, Outcome::Violation)]);
        let shortcomings = if outcome == Outcome::Pass { 0 } else { dice.few(1, 6) };
        let suspension = match outcome {
            Outcome::Violation => dice.weighed(&[
                (85, v1::Suspension::None),
                (12, v1::Suspension::Temporary),
                (3, v1::Suspension::Full),
            ]),
            _ => v1::Suspension::None,
        };
        let samples_taken = if field == Field::FoodSafety && dice.chance(250) { dice.few(1, 5) } else { 0 };
        let samples_failed = if outcome == Outcome::Violation { dice.few(0, samples_taken) } else { 0 };
        let (ward_no, place) = day.ward_on(ward, on);
        let body = match field {
            Field::FoodSafety | Field::PrivateHealthPharma => HEALTH,
            Field::Fire => POLICE,
            Field::Relic => CULTURE,
            _ => URBAN,
        };
        let is_wards = dice.chance(550) && field != Field::PrivateHealthPharma;
        let by: UnitNo = if is_wards { ward_no } else { body };
        let joint = dice.chance(150).then(|| if is_wards { day.id(body) } else { place.clone() });
        let visit = v1::InspectionConducted {
            field: field.into(),
            facility: Dice::of(self.seed, &stream).token(),
            facility_kind: (*dice.pick(kinds)).into(),
            planned: dice.chance(650),
            lead_unit: day.id(by),
            participants: joint.into_iter().collect(),
            result: outcome.into(),
            shortcomings,
            suspension: suspension.into(),
            samples_taken,
            samples_failed,
        };
        let name = day.say(by, Said::new(on, Kind::InspectionConducted(visit)).at(&place));
        if outcome == Outcome::Violation && on == day.date {
            day.found.push(Found { visit: name, ward, field: fined });
        }
    }
}

impl Story for Inspections {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        for (on, ward) in self.late.due(day.date) {
            self.visit(day, on, ward);
        }
        for _ in 0..day.times(&mut self.dice, VISITS) {
            let ward = day.any_ward(&mut self.dice);
            match self.dice.chance(30) {
                true => self.late.add(day.in_days(self.dice.days(3, 40)), (day.date, ward)),
                false => self.visit(day, day.date, ward),
            }
        }
        Ok(())
    }
}
