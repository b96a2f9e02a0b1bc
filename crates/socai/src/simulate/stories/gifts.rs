//! Gifts: programmes approved before Tết and before 27 July, delivered ward by ward, paid by the budgets they come from.

use anyhow::Result;
use socai_domain::CivilDate;
use socai_proto::v1::{self, GiftGroup as Group, GiftSource as Source, RecipientKind as Whom, event::Kind};
use socai_tlog::EventName;

use crate::simulate::{
    day::{Agenda, Day, Story},
    dice::Dice,
    offices::{SOCIAL, TREASURY, Ward},
    said::Said,
};

/// The Tết of the year, as the occasions table calls it.
pub const TET: &str = "tet-quy-mao-2023";
/// The day of war invalids and martyrs, as the table calls it that is adopted in June.
pub const INVALIDS_DAY: &str = "thuong-binh-liet-si-2023";

/// Source, group, whom, value of one gift, gifts of a ward.
type Line = (Source, Group, Whom, i64, u32);

const AT_TET: [Line; 9] = [
    (Source::Central, Group::MeritoriousPerson, Whom::Person, 300_000, 90),
    (Source::City, Group::MeritoriousPerson, Whom::Person, 1_500_000, 60),
    (Source::City, Group::MartyrRelative, Whom::Person, 1_000_000, 80),
    (Source::City, Group::SocialProtection, Whom::Person, 500_000, 140),
    (Source::District, Group::PoorHousehold, Whom::Household, 1_000_000, 12),
    (Source::District, Group::NearPoorHousehold, Whom::Household, 700_000, 25),
    (Source::Ward, Group::Elderly, Whom::Person, 300_000, 120),
    (Source::Ward, Group::HardshipHousehold, Whom::Household, 500_000, 18),
    (Source::SocialOrg, Group::HardshipHousehold, Whom::Household, 600_000, 30),
];

const IN_JULY: [Line; 4] = [
    (Source::Central, Group::MeritoriousPerson, Whom::Person, 300_000, 90),
    (Source::City, Group::MartyrRelative, Whom::Person, 1_000_000, 80),
    (Source::District, Group::MeritoriousPerson, Whom::Person, 500_000, 60),
    (Source::District, Group::Collective, Whom::Collective, 2_000_000, 1),
];

#[derive(Debug)]
struct Batch {
    occasion: &'static str,
    line: Line,
    ward: Ward,
    approved: EventName,
}

#[derive(Debug)]
struct Bill {
    amount: i64,
    unit: String,
    delivered: EventName,
}

/// The story.
pub struct Gifts {
    dice: Dice,
    batches: Agenda<Batch>,
    bills: Agenda<Bill>,
}

impl Gifts {
    pub fn new(seed: u64) -> Self {
        Gifts { dice: Dice::of(seed, "gifts"), batches: Agenda::default(), bills: Agenda::default() }
    }

    /// Approves a programme of each source, dated `on`, and sends its gifts out within so many days.
    fn approve(
        &mut self,
        day: &mut Day<'_>,
        occasion: &'static str,
        lines: &[Line],
        on: CivilDate,
        within: i32,
    ) {
        let wards = day.offices.wards() as u32;
        let mut sources: Vec<Source> = lines.iter().map(|line| line.0).collect();
        sources.dedup();
        for source in sources {
            let of_source = || lines.iter().filter(move |line| line.0 == source);
            let programme = v1::GiftProgrammeApproved {
                programme: programme(occasion, source),
                occasion: occasion.to_owned(),
                source: source.into(),
                lines: of_source()
                    .map(|(_, group, whom, unit_value, quantity)| v1::GiftLine {
                        group: (*group).into(),
                        recipient_kind: (*whom).into(),
                        unit_value: *unit_value,
                        quantity: quantity * wards,
                    })
                    .collect(),
            };
            let case = programme.programme.clone();
            let said = Said::new(on, Kind::GiftProgrammeApproved(programme)).of(&case).public();
            let approved = day.say(SOCIAL, said);
            for line in of_source() {
                for ward in 0..day.offices.wards() {
                    let on = day.in_days(self.dice.days(1, within));
                    self.batches.add(on, Batch { occasion, line: *line, ward, approved });
                }
            }
        }
    }

    fn deliver(&mut self, day: &mut Day<'_>, batch: Batch) {
        let (source, group, _, unit_value, planned) = batch.line;
        let quantity = planned.max(2) - self.dice.few(0, planned / 20);
        let returned = if self.dice.chance(200) { self.dice.few(0, quantity / 30) } else { 0 };
        let (ward, place) = day.ward(batch.ward);
        let delivered = v1::GiftDelivered {
            programme: programme(batch.occasion, source),
            occasion: batch.occasion.to_owned(),
            source: source.into(),
            group: group.into(),
            form: if unit_value % 500_000 == 0 { v1::GiftForm::Cash } else { v1::GiftForm::Mixed }.into(),
            unit_value,
            quantity,
            amount: unit_value * i64::from(quantity),
            returned,
        };
        let amount = unit_value * i64::from(quantity - returned);
        let said = Said::new(day.date, Kind::GiftDelivered(delivered)).of(&programme(batch.occasion, source));
        let name = day.say(ward, said.at(&place).after(batch.approved));
        // what funds and enterprises give is never spent by a budget
        if source != Source::SocialOrg {
            let unit = if source == Source::Ward { place } else { day.id(SOCIAL) };
            self.bills.add(day.in_days(self.dice.days(1, 10)), Bill { amount, unit, delivered: name });
        }
    }
}

fn programme(occasion: &str, source: Source) -> String {
    let of = match source {
        Source::Central => "tw",
        Source::City => "tp",
        Source::District => "q",
        Source::Ward => "p",
        _ => "xh",
    };
    format!("{occasion}-{of}")
}

impl Story for Gifts {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        if day.number == 1 {
            // decided in December, entered when the year's books open
            let on = CivilDate::new(day.date.year() - 1, 12, 20).unwrap_or(day.date);
            self.approve(day, TET, &AT_TET, on, 17);
        }
        if day.is(7, 4) {
            self.approve(day, INVALIDS_DAY, &IN_JULY, day.date, 20);
        }
        for batch in self.batches.due(day.date) {
            self.deliver(day, batch);
        }
        for bill in self.bills.due(day.date) {
            let posting = v1::BudgetExpenditurePosted {
                fiscal_year: day.date.year() as u32,
                spending_unit: bill.unit,
                nature: v1::ExpenditureNature::Recurrent.into(),
                unplanned: false,
                stage: v1::ExpenditureStage::Final.into(),
                amount: bill.amount,
                voucher: format!("TQ-{}-{}", bill.delivered, self.dice.below(100_000)),
            };
            let said = Said::new(day.date, Kind::BudgetExpenditurePosted(posting));
            day.say(TREASURY, said.after(bill.delivered));
        }
        Ok(())
    }
}
