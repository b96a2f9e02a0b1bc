//! Facts that tests state in one line.

use serde_json::{Value, json};
use socai_fold::{
    Fold,
    figures::{Asked, Contributions, Figure, figures},
};
use socai_tlog::EventName;

use super::Ledger;

/// Ward 1 and ward 7 of the reference district.
pub const NHAN_CHINH: (u32, &str) = (1, "hn.tx.nhan-chinh.1");
pub const HA_DINH: (u32, &str) = (7, "hn.tx.ha-dinh.1");
/// The treasury, and the operator, who is also the aggregator.
pub const TREASURY: u32 = 14;
pub const OPERATOR: u32 = 0;

/// What the tests ask: from 1 January to 8 February 2023.
pub fn asked() -> Asked {
    Asked {
        from: "2023-01-01".parse().unwrap(),
        to: "2023-02-08".parse().unwrap(),
        year: 2023,
        occasion: Some("tet-quy-mao-2023".to_owned()),
        books_to: None,
    }
}

impl Ledger {
    /// A fine for urban order, in the case `xp-1`.
    pub fn fine(&mut self, (unit, place): (u32, &str), on: &str, amount: u64) -> EventName {
        let data = json!({
            "decision_no": "1/QĐ-XPHC", "field": "urban_order", "form": "fine", "total": amount, "signer_level": "ward",
            "subject_kind": "individual", "on_the_spot": true, "due_on": "2023-03-01",
            "lines": [{"act": "a", "bracket_min": amount, "bracket_max": amount, "amount": amount}],
        });
        self.json(unit, json!({"kind": "penalty.decided", "occurred_on": on, "place": [place], "case": "xp-1", "data": data}))
    }

    pub fn revenue(&mut self, on: &str, year: u32, amount: i64) -> EventName {
        let data = json!({"fiscal_year": year, "category": "fees", "amount": amount, "voucher": "v", "collector": "tax"});
        self.json(TREASURY, json!({"kind": "budget.revenue_posted", "occurred_on": on, "data": data}))
    }

    pub fn estimate(&mut self, on: &str, authority: &str, amount: u64) -> EventName {
        let data = json!({
            "fiscal_year": 2023, "direction": "revenue", "authority": authority, "action": "assign", "amount": amount, "decision": "q",
        });
        self.json(TREASURY, json!({"kind": "budget.estimate_set", "occurred_on": on, "data": data}))
    }

    /// Closes 1 January to 8 February, declaring these nil.
    pub fn close(&mut self, unit: u32, nil: &[&str]) -> EventName {
        let data = json!({
            "period_kind": "ad_hoc", "from": "2023-01-01", "to": "2023-02-08", "nil_kinds": nil, "signer_position": "ct",
        });
        self.json(unit, json!({"kind": "period.closed", "occurred_on": "2023-02-08", "data": data}))
    }

    /// Corrects fields, each given as path, old and new value.
    pub fn correct(&mut self, unit: u32, target: EventName, changes: &[(&str, Value, Value)]) -> EventName {
        let change = |(field, old, new): &(&str, Value, Value)| json!({"field": field, "old": old.to_string(), "new": new.to_string()});
        let data = json!({
            "target": target.to_string(), "changes": changes.iter().map(change).collect::<Vec<_>>(), "reason": "typing",
            "approver_position": "ct",
        });
        self.json(unit, json!({"kind": "event.corrected", "occurred_on": "2023-02-08", "data": data}))
    }

    /// Corrects the amount of a fine.
    pub fn correct_fine(&mut self, unit: u32, target: EventName, old: u64, new: u64) -> EventName {
        let at =
            ["data.total", "data.lines.0.amount", "data.lines.0.bracket_min", "data.lines.0.bracket_max"];
        self.correct(unit, target, &at.map(|path| (path, json!(old), json!(new))))
    }

    pub fn void(&mut self, unit: u32, target: EventName) -> EventName {
        let data = json!({"target": target.to_string(), "reason": "duplicate"});
        self.json(unit, json!({"kind": "event.voided", "occurred_on": "2023-02-08", "data": data}))
    }

    pub fn answer(&mut self, unit: u32, target: EventName, answer: &str) -> EventName {
        let data = json!({"target": target.to_string(), "answer": answer, "ground": "g"});
        self.json(unit, json!({"kind": "event.acknowledged", "occurred_on": "2023-02-08", "data": data}))
    }

    /// A figure of this ledger, cube and second pass compared.
    pub fn figure(&self, code: &str) -> Figure {
        self.figure_asked(code, &asked())
    }

    pub fn figure_asked(&self, code: &str, asked: &Asked) -> Figure {
        let (fold, _) = self.fold();
        let mut pass = Contributions::new(&fold, asked);
        self.iter().for_each(|record| pass.visit(&record).unwrap());
        figure_of(&fold, code, asked, Some(pass))
    }

    /// Count and sum of the fines for urban order, after checking that nothing was rejected.
    pub fn fines(&self) -> (i128, i128) {
        assert_eq!(self.fold().1, [], "nothing is rejected");
        (self.figure("TT.01").value, self.figure("TT.02").value)
    }
}

/// A figure of a fold.
pub fn figure_of(fold: &Fold, code: &str, asked: &Asked, pass: Option<Contributions<'_>>) -> Figure {
    let found = pass.map(|pass| pass.finish().unwrap());
    let figures = figures(fold, asked, found.as_ref()).unwrap();
    figures.into_iter().find(|figure| figure.row.code == code).unwrap()
}
