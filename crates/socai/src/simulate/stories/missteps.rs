//! Records that break a rule, on purpose: what a node of somebody else's make might seal. Each is expected among the rejections.

use anyhow::Result;
use socai_proto::v1::{self, event::Kind};
use socai_tlog::UnitNo;

use crate::simulate::{
    day::{Day, Story, USUAL_EVENTS},
    dice::Dice,
    said::Said,
    stories::gifts::TET,
};

/// How many of a thousand days of the usual load have one.
const PER_THOUSAND_DAYS: u64 = 120;

/// The story.
pub struct Missteps {
    dice: Dice,
    made: u64,
}

impl Missteps {
    pub fn new(seed: u64) -> Self {
        Missteps { dice: Dice::of(seed, "missteps"), made: 0 }
    }

    fn make(&mut self, day: &mut Day<'_>) {
        self.made += 1;
        let ward = day.any_ward(&mut self.dice);
        let (by, place) = day.ward(ward);
        let today = day.date;
        let said = |kind| Said::new(today, kind).at(&place);
        let heir = day.offices.succession().filter(|(_, from, _)| *from < today);
        let (by, said, code) = match (self.made % 6, heir) {
            (1, _) => {
                let on = today.add_months(12).unwrap_or(today);
                (by, Said::new(on, document(today.yyyymmdd())).at(&place), "in_the_future")
            }
            (2, _) => (by, said(decision(today.yyyymmdd())), "sum_differs"),
            (3, _) => {
                (by, Said::new(today, document(today.yyyymmdd())).at("hn.tx.khong-co.1"), "unknown_unit")
            }
            (4, _) => (by, said(gift()), "product_differs"),
            (5, Some((_, from, new))) => {
                let on = from.previous();
                let heir = UnitNo(new.unit_no);
                (heir, Said::new(on, document(today.yyyymmdd())), "unit_not_valid")
            }
            _ => {
                let suspended = v1::UnitSuspended {
                    unit: place.clone(),
                    ground: v1::SuspensionGround::Decision.into(),
                    from_leaf_index: 0,
                };
                (by, said(Kind::UnitSuspended(suspended)), "operator_only")
            }
        };
        let name = day.say(by, said);
        day.book.expected.insert(name, code);
    }
}

fn document(on: i32) -> Kind {
    Kind::DocumentRegistered(v1::DocumentRegistered {
        direction: v1::DocumentDirection::Out.into(),
        series: "CV".to_owned(),
        number: "1".to_owned(),
        on,
        ..Default::default()
    })
}

fn decision(due_on: i32) -> Kind {
    Kind::PenaltyDecided(v1::PenaltyDecided {
        decision_no: "1/QĐ-XPHC".to_owned(),
        field: v1::PenaltyField::UrbanOrder.into(),
        lines: vec![v1::PenaltyLine {
            act: "144/2021/NĐ-CP:7.1.a".to_owned(),
            bracket_min: 500_000,
            bracket_max: 1_000_000,
            amount: 750_000,
            factors: vec![],
        }],
        form: v1::PenaltyForm::Fine.into(),
        total: 7_500_000,
        signer_level: v1::SignerLevel::Ward.into(),
        subject_kind: v1::SubjectKind::Individual.into(),
        on_the_spot: true,
        due_on,
        remedies: vec![],
        longer_term: 0,
    })
}

fn gift() -> Kind {
    Kind::GiftDelivered(v1::GiftDelivered {
        programme: format!("{TET}-p"),
        occasion: TET.to_owned(),
        source: v1::GiftSource::Ward.into(),
        group: v1::GiftGroup::Elderly.into(),
        form: v1::GiftForm::Cash.into(),
        unit_value: 300_000,
        quantity: 10,
        amount: 300_000,
        returned: 0,
    })
}

impl Story for Missteps {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        let first = (10..15).contains(&day.number);
        let per_day = PER_THOUSAND_DAYS * day.load / USUAL_EVENTS;
        if first || self.dice.chance(per_day) {
            self.make(day);
        }
        Ok(())
    }
}
