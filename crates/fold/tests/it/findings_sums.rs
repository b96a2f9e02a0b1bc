//! Sums that have to agree: gifts and what budgets spent on them, disbursements and the capital plan, cleared land and required
//! land, citizens and wards.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{
    Ledger,
    facts::{HA_DINH, NHAN_CHINH, TREASURY},
    inspect::given,
};
use serde_json::json;
use socai_tlog::EventName;

const ON: &str = "2023-02-08";
const FINANCE: u32 = 12;
const CLEARANCE: u32 = 16;
const SOCIAL: u32 = 19;
const MILITARY: u32 = 23;

/// Ten gifts of 500,000.
fn gifts(ledger: &mut Ledger, on: &str, source: &str, returned: u32) -> EventName {
    let data = json!({
        "programme": format!("qua-{source}"), "occasion": "tet-quy-mao-2023", "source": source, "group": "elderly", "form": "cash",
        "unit_value": 500_000, "quantity": 10, "amount": 5_000_000, "returned": returned,
    });
    ledger.fact(
        SOCIAL,
        on,
        "gift.delivered",
        data,
        json!({"case": format!("qua-{source}"), "place": [HA_DINH.1]}),
    )
}

fn spent(ledger: &mut Ledger, on: &str, amount: i64, on_gifts: &[EventName]) -> EventName {
    let refs: Vec<_> = on_gifts.iter().map(ToString::to_string).collect();
    let data = json!({"fiscal_year": 2023, "amount": amount, "stage": if amount < 0 { "recovery" } else { "final" }});
    ledger.fact(TREASURY, on, "budget.expenditure_posted", data, json!({"refs": refs}))
}

#[test]
fn what_budgets_spend_on_gifts_is_what_was_given() {
    let mut ledger = given();
    ledger.on("2023-06-01");
    let batch = gifts(&mut ledger, "2023-01-10", "district", 0);
    spent(&mut ledger, "2023-01-12", 400_000, &[]);
    assert_eq!(ledger.found("gifts_against_expenditure", "2023-03-11"), [], "the budget has sixty days");
    let found = ledger.found("gifts_against_expenditure", "2023-03-12");
    let [unpaid] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((unpaid.amount, &unpaid.facts), (Some(5_000_000), &vec![batch]));
    assert_eq!(unpaid.says, "qua-district: gifts of 5,000,000 VND delivered from a budget, 0 spent on them");
    let posting = spent(&mut ledger, "2023-03-10", 5_000_000, &[batch]);
    assert_eq!(ledger.found("gifts_against_expenditure", "2023-06-01"), []);
    let second = spent(&mut ledger, "2023-03-11", 1, &[batch]);
    let found = ledger.found("gifts_against_expenditure", "2023-03-11");
    assert_eq!(
        (&found[0].facts, found[0].amount),
        (&vec![batch, posting, second], Some(-1)),
        "too much is found at once"
    );
}

#[test]
fn gifts_that_came_back_are_not_spent() {
    let mut ledger = given();
    ledger.on("2023-06-01");
    let batch = gifts(&mut ledger, "2023-01-10", "city", 2);
    spent(&mut ledger, "2023-01-12", 5_000_000, &[batch]);
    assert_eq!(ledger.found("gifts_against_expenditure", ON)[0].amount, Some(-1_000_000));
    spent(&mut ledger, "2023-01-20", -1_000_000, &[batch]);
    assert_eq!(ledger.found("gifts_against_expenditure", "2023-06-01"), []);
}

#[test]
fn no_budget_spends_on_what_social_organisations_give() {
    let mut ledger = given();
    ledger.on("2023-06-01");
    let batch = gifts(&mut ledger, "2023-01-10", "social_org", 0);
    assert_eq!(ledger.found("gifts_against_expenditure", "2023-06-01"), []);
    let posting = spent(&mut ledger, "2023-01-12", 5_000_000, &[batch]);
    let found = ledger.found("gifts_against_expenditure", ON);
    assert_eq!((&found[0].facts, found[0].amount), (&vec![batch, posting], Some(-5_000_000)));
}

fn capital(ledger: &mut Ledger, on: &str, authority: &str, amount: i64) -> EventName {
    let data = json!({"fiscal_year": 2023, "direction": "capital", "authority": authority, "action": "assign", "amount": amount, "decision": "q"});
    ledger.fact(FINANCE, on, "budget.estimate_set", data, json!({}))
}

fn paid_out(ledger: &mut Ledger, on: &str, plan_year: u32, amount: i64) -> EventName {
    let data = json!({"project": "da-1", "plan_year": plan_year, "kind": "payment", "amount": amount, "voucher": on});
    ledger.fact(TREASURY, on, "project.disbursed", data, json!({"case": "da-1"}))
}

#[test]
fn no_more_is_paid_out_under_a_capital_plan_than_it_holds() {
    let mut ledger = given();
    paid_out(&mut ledger, "2023-01-05", 2023, 7_000);
    paid_out(&mut ledger, "2023-01-06", 2022, 9_000);
    assert_eq!(ledger.found("capital_plan", ON), [], "no plan is known");
    capital(&mut ledger, "2023-01-03", "city", 10_000);
    capital(&mut ledger, "2023-01-03", "unit", 1_000);
    paid_out(&mut ledger, "2023-01-09", 2023, 3_000);
    assert_eq!(ledger.found("capital_plan", ON), []);
    let over = paid_out(&mut ledger, "2023-01-12", 2023, 500);
    let found = ledger.found("capital_plan", ON);
    assert_eq!((found[0].amount, found[0].facts.last()), (Some(500), Some(&over)));
    assert_eq!(found[0].says, "10,500 VND paid out under the plan of 2023, which holds 10,000");
    // the council may plan more, and the newest setting counts
    capital(&mut ledger, "2023-01-20", "council", 11_000);
    assert_eq!(ledger.found("capital_plan", ON), []);
    capital(&mut ledger, "2023-01-25", "council", 10_100);
    assert_eq!(ledger.found("capital_plan", ON)[0].amount, Some(400));
}

fn stage(ledger: &mut Ledger, plan: &str, round: u32, on: &str, stage: &str, area: u32) {
    let data = json!({"project": "d", "plan": plan, "round": round, "stage": stage, "land_users": 3, "area_m2": area, "amount": 900});
    ledger.fact(CLEARANCE, on, "clearance.stage_reached", data, json!({"case": plan}));
}

fn handed_over(ledger: &mut Ledger, plan: Option<&str>, on: &str, area: u32, complete: bool) -> EventName {
    let data =
        json!({"project": "d", "plan": plan, "area_m2": area, "enforced": false, "complete": complete});
    ledger.fact(CLEARANCE, on, "clearance.site_handed_over", data, json!({"case": plan.unwrap_or("d")}))
}

#[test]
fn a_project_is_cleared_when_all_its_land_is_handed_over() {
    let mut ledger = given();
    stage(&mut ledger, "pa-1", 1, "2023-01-03", "draft_passed", 90);
    stage(&mut ledger, "pa-1", 1, "2023-01-05", "approved", 100);
    stage(&mut ledger, "pa-1", 2, "2023-01-05", "approved", 50);
    stage(&mut ledger, "pa-2", 1, "2023-01-05", "approved", 30);
    stage(&mut ledger, "pa-3", 1, "2023-01-05", "withdrawn", 70);
    handed_over(&mut ledger, Some("pa-1"), "2023-01-10", 150, false);
    assert_eq!(ledger.found("cleared_area", ON), []);
    let complete = handed_over(&mut ledger, None, "2023-01-20", 20, true);
    let found = ledger.found("cleared_area", ON);
    let [short] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(short.facts.last(), Some(&complete));
    assert_eq!(short.says, "d: said to be cleared with 170 of 180 m² handed over");
    handed_over(&mut ledger, Some("pa-2"), "2023-01-19", 10, false);
    assert_eq!(ledger.found("cleared_area", ON), [], "in the order of days");
}

#[test]
fn no_more_land_is_handed_over_than_the_plans_need() {
    let mut ledger = given();
    let unknown = handed_over(&mut ledger, Some("pa-1"), "2023-01-10", 101, false);
    assert_eq!(ledger.found("cleared_area", ON), [], "no plan is known");
    stage(&mut ledger, "pa-1", 1, "2023-01-05", "approved", 100);
    let found = ledger.found("cleared_area", ON);
    assert_eq!(found[0].says, "d: 101 m² handed over, its plans need 100");
    ledger.void(CLEARANCE, unknown);
    handed_over(&mut ledger, Some("pa-1"), "2023-01-11", 100, true);
    assert_eq!(ledger.found("cleared_area", ON), []);
}

fn citizens(ledger: &mut Ledger, place: &str, count: u32, returned: u32) -> EventName {
    let data = json!({"year": 2023, "call_no": 1, "place": place, "service": "army", "count": count, "volunteers": 0, "returned": returned});
    ledger.fact(MILITARY, "2023-02-06", "conscription.handed_over", data, json!({}))
}

#[test]
fn every_ward_gives_somebody_by_the_end_of_the_season() {
    let mut ledger = given();
    ledger.on("2023-06-01");
    let wards: Vec<String> = crate::common::district::units()
        .into_iter()
        .filter(|(no, _)| (1..=11).contains(no))
        .map(|(_, id)| id)
        .collect();
    let none = citizens(&mut ledger, NHAN_CHINH.1, 1, 1);
    for ward in wards.iter().filter(|id| *id != NHAN_CHINH.1 && *id != HA_DINH.1) {
        citizens(&mut ledger, ward, 6, 0);
    }
    assert_eq!(ledger.found("wards_without_conscripts", "2023-03-31"), []);
    let found = ledger.found("wards_without_conscripts", "2023-04-01");
    let told: Vec<_> = found.iter().map(|told| (told.unit, told.says.as_str())).collect();
    assert_eq!(
        told,
        [
            (1, "hn.tx.nhan-chinh.1: nobody handed over in 2023, every ward has to give at least 1"),
            (7, "hn.tx.ha-dinh.1: nobody handed over in 2023, every ward has to give at least 1"),
        ]
    );
    assert_eq!(found[0].facts, [none]);
    citizens(&mut ledger, HA_DINH.1, 1, 0);
    assert_eq!(ledger.found("wards_without_conscripts", "2023-04-01").len(), 1);
}
