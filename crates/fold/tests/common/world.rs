//! A small world for random histories: a few wards, forty days, every sort of fact, and everything that can be done to one.

use proptest::prelude::*;
use serde_json::{Value, json};
use socai_domain::CivilDate;
use socai_tlog::EventName;

use super::{Ledger, district};

/// One thing that a unit publishes. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
pub enum Op {
    Penalty { unit: u8, day: u8, field: u8, amount: u8 },
    Revenue { day: u8, category: u8, amount: i32 },
    Gift { unit: u8, day: u8, source: u8, group: u8, quantity: u8 },
    Inspection { unit: u8, day: u8, field: u8, facility: u8, place: u8 },
    Clearance { day: u8, plan: u8, round: u8 },
    Estimate { day: u8, council: bool, amount: u8 },
    Baseline { value: u8 },
    Task { day: u8, number: u8 },
    Progress { day: u8, number: u8, status: u8 },
    Debt { day: u8, action: u8, amount: u8 },
    Milestone { unit: u8, day: u8, block: u8, milestone: u8 },
    Dossier { unit: u8, day: u8, number: u8, channel: u8 },
    Status { unit: u8, day: u8, number: u8, status: u8 },
    Close { unit: u8, to: u8 },
    Redate { by: u8, target: u8, to: u8 },
    Reclass { by: u8, target: u8, field: u8 },
    Void { by: u8, target: u8 },
    Answer { by: u8, target: u8, yes: bool },
    Suspend { unit: u8 },
    Resume { unit: u8 },
    Readopt,
    Garbage { unit: u8, bytes: Vec<u8> },
}

/// Any operation, facts more often than what changes them.
pub fn op() -> impl Strategy<Value = Op> {
    use Op::*;
    let n = any::<u8>;
    prop_oneof![
        6 => (n(), n(), n(), n()).prop_map(|(unit, day, field, amount)| Penalty { unit, day, field, amount }),
        4 => (n(), n(), -900_000..900_000).prop_map(|(day, category, amount)| Revenue { day, category, amount }),
        4 => (n(), n(), n(), n(), n())
            .prop_map(|(unit, day, source, group, quantity)| Gift { unit, day, source, group, quantity }),
        6 => (n(), n(), n(), n(), n())
            .prop_map(|(unit, day, field, facility, place)| Inspection { unit, day, field, facility, place }),
        3 => (n(), n(), n()).prop_map(|(day, plan, round)| Clearance { day, plan, round }),
        2 => (n(), any::<bool>(), n()).prop_map(|(day, council, amount)| Estimate { day, council, amount }),
        1 => n().prop_map(|value| Baseline { value }),
        1 => (n(), n()).prop_map(|(day, number)| Task { day, number }),
        2 => (n(), n(), n()).prop_map(|(day, number, status)| Progress { day, number, status }),
        2 => (n(), n(), n()).prop_map(|(day, action, amount)| Debt { day, action, amount }),
        3 => (n(), n(), n(), n())
            .prop_map(|(unit, day, block, milestone)| Milestone { unit, day, block, milestone }),
        2 => (n(), n(), n(), n()).prop_map(|(unit, day, number, channel)| Dossier { unit, day, number, channel }),
        4 => (n(), n(), n(), n()).prop_map(|(unit, day, number, status)| Status { unit, day, number, status }),
        2 => (n(), n()).prop_map(|(unit, to)| Close { unit, to }),
        5 => (n(), n(), n()).prop_map(|(by, target, to)| Redate { by, target, to }),
        5 => (n(), n(), n()).prop_map(|(by, target, field)| Reclass { by, target, field }),
        5 => (n(), n()).prop_map(|(by, target)| Void { by, target }),
        5 => (n(), n(), any::<bool>()).prop_map(|(by, target, yes)| Answer { by, target, yes }),
        1 => n().prop_map(|unit| Suspend { unit }),
        1 => n().prop_map(|unit| Resume { unit }),
        1 => Just(Readopt),
        1 => (n(), prop::collection::vec(n(), 0..40)).prop_map(|(unit, bytes)| Garbage { unit, bytes }),
    ]
}

/// Units that publish in these histories: two wards, the treasury, the site clearance board.
const UNITS: [u32; 4] = [1, 7, 14, 16];
const IDS: [&str; 4] = ["hn.tx.nhan-chinh.1", "hn.tx.ha-dinh.1", "hn.tx.b.kbnn", "hn.tx.b.gpmb"];
const FIELDS: [&str; 4] = ["urban_order", "traffic_order", "food_safety", "construction"];

fn unit(number: u8) -> u32 {
    UNITS[usize::from(number) % UNITS.len()]
}

fn pick<'a>(from: &[&'a str], number: u8) -> &'a str {
    from[usize::from(number) % from.len()]
}

fn day(number: u8) -> String {
    let first = CivilDate::new(2022, 12, 25).unwrap();
    first.add_days(i32::from(number % 40)).unwrap().to_string()
}

/// The ledger of a history.
pub fn ledger(ops: &[Op]) -> Ledger {
    let mut world = World { ledger: district::founded(), stated: vec![], version: 1 };
    world.ledger.on("2023-02-09");
    ops.iter().for_each(|op| world.play(op));
    world.ledger
}

struct World {
    ledger: Ledger,
    /// Every record of the history with its day and its field, where it has them, as last stated.
    stated: Vec<(EventName, u32, String, Option<String>)>,
    version: u32,
}

impl World {
    fn play(&mut self, op: &Op) {
        match *op {
            Op::Penalty { unit: by, day: on, field, amount } => {
                let (field, amount) = (pick(&FIELDS, field), 100_000 + 1_000 * u64::from(amount));
                let data = json!({
                    "decision_no": "1/QĐ-XPHC", "field": field, "form": "fine", "total": amount, "signer_level": "ward",
                    "subject_kind": "individual", "on_the_spot": true, "due_on": "2023-03-01",
                    "lines": [{"act": "a", "bracket_min": 100_000, "bracket_max": 500_000, "amount": amount}],
                });
                self.fact(
                    unit(by % 2),
                    &day(on),
                    "penalty.decided",
                    Some(field),
                    data,
                    json!({"case": format!("xp-{}", on % 5)}),
                );
            }
            Op::Revenue { day: on, category, amount } => {
                let category = pick(&["fees", "fines", "vat"], category);
                let amount = if amount == 0 { 1 } else { amount };
                let year = 2022 + u32::from(on % 40 > 6);
                let data = json!({"fiscal_year": year, "category": category, "amount": amount, "voucher": "v", "collector": "tax"});
                self.fact(14, &day(on), "budget.revenue_posted", None, data, json!({}));
            }
            Op::Gift { unit: by, day: on, source, group, quantity } => {
                let quantity = 1 + u64::from(quantity % 9);
                let data = json!({
                    "programme": "p", "occasion": "tet-quy-mao-2023", "source": pick(&["central", "city"], source),
                    "group": pick(&["elderly", "poor_household"], group), "form": "cash", "unit_value": 300_000,
                    "quantity": quantity, "amount": 300_000 * quantity, "returned": 0,
                });
                self.fact(unit(by % 2), &day(on), "gift.delivered", None, data, json!({}));
            }
            Op::Inspection { unit: by, day: on, field, facility, place } => {
                let field = pick(&["food_safety", "fire"], field);
                let data = json!({
                    "field": field, "facility": format!("facility-{}", facility % 6), "facility_kind": "clinic", "planned": true,
                    "lead_unit": pick(&IDS[..2], by), "result": "pass", "shortcomings": 0, "suspension": "none",
                    "samples_taken": 0, "samples_failed": 0,
                });
                let places = [json!([]), json!([IDS[0]]), json!([IDS[1]]), json!([IDS[0], IDS[1]])];
                let place = json!({"place": places[usize::from(place) % 4]});
                self.fact(unit(by % 2), &day(on), "inspection.conducted", Some(field), data, place);
            }
            Op::Clearance { day: on, plan, round } => {
                let data = json!({
                    "project": "d", "plan": format!("pa-{}", plan % 4), "round": 1 + round % 2, "stage": "draft_passed",
                    "land_users": 3, "area_m2": 118,
                });
                self.fact(16, &day(on), "clearance.stage_reached", None, data, json!({}));
            }
            Op::Estimate { day: on, council, amount } => {
                let authority = if council { "council" } else { "city" };
                let data = json!({
                    "fiscal_year": 2023, "direction": "revenue", "authority": authority, "action": "assign",
                    "amount": 1_000_000 + u64::from(amount), "decision": "q",
                });
                self.fact(14, &day(on), "budget.estimate_set", None, data, json!({}));
            }
            Op::Baseline { value } => {
                let data = json!({
                    "indicator": "NS.01", "period_from": "2022-01-01", "period_to": "2022-02-08", "value": 1_000 + u64::from(value),
                    "unit_of_measure": "VND", "source_doc": "b",
                });
                let by = if value.is_multiple_of(5) { 16 } else { 14 };
                self.fact(by, "2023-01-02", "baseline.declared", None, data, json!({}));
            }
            Op::Task { day: on, number } => {
                let data = json!({
                    "directive": "cv", "number": 1 + number % 3, "text": "việc", "lead_unit": IDS[2], "due_on": "2023-06-30",
                    "class": "task_group",
                });
                self.fact(
                    14,
                    &day(on),
                    "directive.issued",
                    None,
                    data,
                    json!({"case": format!("nv-{}", number % 3)}),
                );
            }
            Op::Progress { day: on, number, status } => {
                let by = unit(status / 3);
                let status = pick(&["in_progress", "done", "late"], status);
                let case = json!({"case": format!("nv-{}", number % 3)});
                self.fact(by, &day(on), "directive.progressed", None, json!({"status": status}), case);
            }
            Op::Debt { day: on, action, amount } => {
                let action = pick(&["recorded", "reminded", "recovered", "written_off"], action);
                let data = json!({
                    "debtor": "nt-4hJ8sWc1YpQ0aE", "tax_kind": "pit", "action": action, "amount": 1_000 + u64::from(amount),
                    "overdue_days": 97,
                });
                self.fact(14, &day(on), "tax.debt_changed", None, data, json!({"case": "no-1"}));
            }
            Op::Milestone { unit: by, day: on, block, milestone } => {
                let milestone = pick(&["inventoried", "plan_approved", "started", "completed"], milestone);
                let data =
                    json!({"block": format!("c{}", block % 3), "milestone": milestone, "households": 64});
                let place = json!({"place": [IDS[usize::from(by % 2)]]});
                self.fact(unit(by / 2), &day(on), "housing.renovation_milestone", None, data, place);
            }
            Op::Dossier { unit: by, day: on, number, channel } => {
                let data = json!({
                    "dossier": "hs-7Yt2Lw9QmZx3Rk", "procedure": "1.011442", "level": "full",
                    "channel": pick(&["online", "counter"], channel), "promised_on": "2023-02-06", "fee": 0, "components": 3,
                });
                let more = json!({"case": format!("hs-{}", number % 4), "place": [IDS[usize::from(by % 2)]]});
                self.fact(unit(by % 2), &day(on), "dossier.received", None, data, more);
            }
            Op::Status { unit: by, day: on, number, status } => {
                let status = pick(&["in_process", "supplement_requested", "processed", "returned"], status);
                let data = json!({
                    "status": status, "at": 600, "decided_by_delegation": false, "online_paid": false, "apology": false,
                    "e_result": false,
                });
                let case = json!({"case": format!("hs-{}", number % 4)});
                self.fact(unit(by % 2), &day(on), "dossier.status_changed", None, data, case);
            }
            Op::Close { unit: by, to } => {
                let data = json!({
                    "period_kind": "ad_hoc", "from": "2022-12-25", "to": day(to), "nil_kinds": ["YT.04"], "signer_position": "ct",
                });
                self.fact(unit(by), "2023-02-08", "period.closed", None, data, json!({}));
            }
            Op::Readopt => {
                self.version += 1;
                let rules = district::read("rules/indicators.toml")
                    .replace("urban_order\", \"traffic_order", "food_safety");
                district::adopt(&mut self.ledger, "indicators", self.version, "2023-01-10", &rules);
            }
            Op::Suspend { unit: whom } => {
                self.standing("unit.suspended", whom, json!({"ground": "decision"}))
            }
            Op::Resume { unit: whom } => self.standing("unit.resumed", whom, json!({"ground": "decision"})),
            Op::Garbage { unit: by, ref bytes } => {
                self.ledger.publish_bytes(unit(by), bytes.clone());
            }
            Op::Redate { by, target, to } => self.redate(by, target, day(to)),
            Op::Reclass { by, target, field } => self.reclass(by, target, pick(&FIELDS, field)),
            Op::Void { by, target } => {
                let (target, owner) = self.target(target);
                let data = json!({"target": target.to_string(), "reason": "duplicate"});
                self.fact(publisher(by, owner), "2023-02-08", "event.voided", None, data, json!({}));
            }
            Op::Answer { by, target, yes } => {
                let (target, _) = self.target(target);
                let by = if by.is_multiple_of(8) { 1 } else { 0 };
                let answer = if yes { "confirmed" } else { "refused" };
                let data = json!({"target": target.to_string(), "answer": answer, "ground": "g"});
                self.fact(by, "2023-02-08", "event.acknowledged", None, data, json!({}));
            }
        }
    }

    fn fact(&mut self, by: u32, on: &str, kind: &str, field: Option<&str>, data: Value, mut more: Value) {
        let form = more.as_object_mut().unwrap();
        form.insert("kind".into(), json!(kind));
        form.insert("occurred_on".into(), json!(on));
        form.insert("data".into(), data);
        let name = self.ledger.json(by, more);
        self.stated.push((name, by, on.to_owned(), field.map(str::to_owned)));
    }

    fn standing(&mut self, kind: &str, whom: u8, mut data: Value) {
        let from = self.ledger.records.len();
        data["unit"] = json!(pick(&IDS, whom));
        data["from_leaf_index"] = json!(from);
        self.ledger.json(0, json!({"kind": kind, "occurred_on": "2023-02-08", "data": data}));
    }

    /// Most often a record of the history, sometimes one that is not there yet.
    fn target(&self, number: u8) -> (EventName, u32) {
        match self.stated.get(usize::from(number) % (self.stated.len() + 1)) {
            Some((name, owner, ..)) => (*name, *owner),
            None => (EventName::new(1, self.stated.len() as u64 / 2), 1),
        }
    }

    fn redate(&mut self, by: u8, target: u8, to: String) {
        let (name, owner) = self.target(target);
        let at = self.stated.iter().position(|(stated, ..)| *stated == name);
        let old = at.map_or("2023-01-01".to_owned(), |at| self.stated[at].2.clone());
        self.correct(publisher(by, owner), name, "occurred_on", &old, &to);
        if let Some(at) = at {
            self.stated[at].2 = to;
        }
    }

    fn reclass(&mut self, by: u8, target: u8, to: &str) {
        let (name, owner) = self.target(target);
        let at = self.stated.iter().position(|(stated, ..)| *stated == name);
        let old = at.and_then(|at| self.stated[at].3.clone()).unwrap_or_else(|| "urban_order".to_owned());
        self.correct(publisher(by, owner), name, "data.field", &old, to);
        if let Some(at) = at {
            self.stated[at].3 = Some(to.to_owned());
        }
    }

    fn correct(&mut self, by: u32, target: EventName, field: &str, old: &str, new: &str) {
        let change = json!({"field": field, "old": json!(old).to_string(), "new": json!(new).to_string()});
        let data = json!({
            "target": target.to_string(), "changes": [change], "reason": "typing", "approver_position": "ct",
        });
        self.fact(by, "2023-02-08", "event.corrected", None, data, json!({}));
    }
}

/// The owner of a record most of the time, sometimes somebody who may not amend it.
fn publisher(by: u8, owner: u32) -> u32 {
    if by.is_multiple_of(8) { unit(by / 8) } else { owner }
}
