//! Tax debts: recorded, reminded, enforced from day 91, paid, frozen or written off.

use anyhow::Result;
use socai_domain::CivilDate;
use socai_proto::v1::{self, RevenueCategory as Category, TaxDebtAction as Action, event::Kind};
use socai_tlog::EventName;

use crate::simulate::{
    day::{Agenda, Day, Story},
    dice::Dice,
    offices::TAX,
    said::Said,
};

/// Debts of a thousand working days.
const DEBTS: u64 = 15_000;

#[derive(Debug)]
struct Debt {
    case: String,
    debtor: String,
    kind: Category,
    left: i64,
    due: CivilDate,
    recorded: EventName,
}

/// The story.
pub struct Tax {
    dice: Dice,
    agenda: Agenda<(Action, Debt)>,
    debts: u64,
}

impl Tax {
    pub fn new(seed: u64) -> Self {
        Tax { dice: Dice::of(seed, "tax"), agenda: Agenda::default(), debts: 0 }
    }

    fn said(&mut self, day: &mut Day<'_>, debt: &Debt, action: Action, amount: i64) -> Said {
        let measure = match action {
            Action::Enforced => self.dice.weighed(&[
                (6, v1::TaxEnforcement::Account),
                (1, v1::TaxEnforcement::Wages),
                (3, v1::TaxEnforcement::Invoices),
                (1, v1::TaxEnforcement::Seizure),
            ]),
            _ => v1::TaxEnforcement::Unspecified,
        };
        let change = v1::TaxDebtChanged {
            debtor: debt.debtor.clone(),
            tax_kind: debt.kind.into(),
            action: action.into(),
            measure: measure.into(),
            amount,
            overdue_days: day.date.days_since(debt.due).max(0) as u32,
        };
        Said::new(day.date, Kind::TaxDebtChanged(change)).of(&debt.case)
    }

    fn arise(&mut self, day: &mut Day<'_>) {
        self.debts += 1;
        let dice = &mut self.dice;
        let kind = dice.weighed(&[
            (5, Category::CitNonstate),
            (3, Category::Pit),
            (3, Category::Vat),
            (1, Category::LandRent),
            (1, Category::NonagriLandTax),
        ]);
        let mut debt = Debt {
            case: format!("no-{}", self.debts),
            debtor: dice.token(),
            kind,
            left: dice.money(2_000_000, 900_000_000, 1_000),
            due: day.date,
            recorded: EventName::new(0, 0),
        };
        let left = debt.left;
        let said = self.said(day, &debt, Action::Recorded, left);
        debt.recorded = day.say(TAX, said);
        let (after, action) = self.dice.weighed(&[(7, (25, Action::Recovered)), (6, (30, Action::Reminded))]);
        self.agenda.add(day.in_days(after + self.dice.days(-10, 20)), (action, debt));
    }

    fn go_on(&mut self, day: &mut Day<'_>, action: Action, mut debt: Debt) {
        let amount = match action {
            Action::Recovered if self.dice.chance(250) => debt.left / 2_000 * 1_000,
            _ => debt.left,
        };
        if amount == 0 {
            return;
        }
        let mut said = self.said(day, &debt, action, amount).after(debt.recorded);
        if action == Action::Recovered {
            let posting = v1::BudgetRevenuePosted {
                fiscal_year: day.date.year() as u32,
                category: debt.kind.into(),
                sub_item: String::new(),
                amount,
                voucher: format!("NT-{}-{}", debt.case, self.dice.days(0, 999)),
                collector: v1::Collector::Tax.into(),
            };
            said = said.after(day.say(TAX, Said::new(day.date, Kind::BudgetRevenuePosted(posting))));
            debt.left -= amount;
        }
        day.say(TAX, said);
        let next = match action {
            Action::Recovered if debt.left > 0 => Some((40, Action::Recovered)),
            Action::Reminded => Some(self.dice.weighed(&[
                (60, (30, Action::Recovered)),
                (28, (80, Action::Enforced)), // from day 91, when the notice was sent after 20
                (6, (40, Action::InstalmentGranted)),
                (4, (60, Action::Frozen)),
                (2, (120, Action::WrittenOff)),
            ])),
            Action::Enforced | Action::InstalmentGranted => {
                self.dice.chance(800).then_some((30, Action::Recovered))
            }
            _ => None,
        };
        if let Some((after, action)) = next {
            self.agenda.add(day.in_days(after + self.dice.days(-8, 25)), (action, debt));
        }
    }
}

impl Story for Tax {
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()> {
        for (action, debt) in self.agenda.due(day.date) {
            self.go_on(day, action, debt);
        }
        for _ in 0..day.times(&mut self.dice, DEBTS) {
            self.arise(day);
        }
        Ok(())
    }
}
