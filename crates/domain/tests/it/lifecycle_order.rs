//! A case is the same whatever arrived first: any permutation of its facts, any split into what is known now and later.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Adopted, Given, given};
use proptest::prelude::*;
use serde_json::json;

/// Days of the facts and of the question: enough for every term to be met and missed.
fn a_day() -> impl Strategy<Value = String> {
    (2023..=2024_i32, 1..=12_u32, 1..=28_u32).prop_map(|(y, m, d)| format!("{y}-{m:02}-{d:02}"))
}

/// One fact of some lifecycle, by its choice and numbers.
fn put(case: Given, which: u8, unit: u32, on: &str, amount: u32) -> Given {
    let money = i64::from(amount) * 1_000;
    let line = json!({"act": "a", "bracket_min": 1_000, "bracket_max": 3_000_000, "amount": money});
    match which {
        0 => case.fact(unit, on, "violation.recorded", json!({"acts": ["a"], "subject_kind": "individual"})),
        1 => {
            let data = json!({
                "form": "fine", "total": money, "lines": [line], "due_on": "2024-03-01", "subject_kind": "individual",
            });
            case.fact(unit, on, "penalty.decided", data)
        }
        2 => {
            let data = json!({"amount": money, "late_interest": amount, "instalment_no": null});
            case.fact(unit, on, "penalty.payment_received", data)
        }
        3 => case.fact(unit, on, "directive.issued", json!({"due_on": "2024-06-01"})),
        4 => case.fact(unit, on, "directive.progressed", json!({"status": "in_progress"})),
        5 => case.fact(unit, on, "directive.progressed", json!({"status": "done"})),
        6 => {
            let stages =
                ["draft_prepared", "draft_passed", "published", "appraised", "approved", "redrafted"];
            let data = json!({"plan": "pa", "round": 1 + amount % 2, "stage": stages[amount as usize % 6]});
            case.fact(unit, on, "clearance.stage_reached", data)
        }
        7 => {
            let lines = json!([{"group": "elderly", "recipient_kind": "person", "unit_value": 1, "quantity": amount}]);
            case.fact(unit, on, "gift.programme_approved", json!({"source": "city", "lines": lines}))
        }
        8 => {
            let actions = ["served", "postponed", "reduced", "enforcement_ordered", "suspended_by_complaint"];
            let action = actions[amount as usize % 5];
            let data = json!({"action": action, "amount": money, "until": "2024-12-31"});
            case.fact(unit, on, "penalty.execution_changed", data)
        }
        9 => {
            let actions = ["amended", "annulled", "replaced"];
            let data = json!({"action": actions[amount as usize % 3], "new_total": null});
            case.fact(unit, on, "penalty.decision_revised", data)
        }
        10 => case.fact(unit, on, "dossier.received", json!({"promised_on": "2024-06-01"})),
        11 => {
            let statuses = ["in_process", "supplement_requested", "processed", "returned", "withdrawn"];
            let data =
                json!({"status": statuses[amount as usize % 5], "at": amount % 1_440, "e_result": null});
            case.fact(unit, on, "dossier.status_changed", data)
        }
        12 => {
            let class = ["complaint", "denunciation", "request"][amount as usize % 3];
            case.fact(unit, on, "petition.received", json!({"class": class, "instance": 1}))
        }
        13 => {
            let actions = ["accepted", "extended", "concluded", "withdrawn", "returned"];
            let data = json!({"action": actions[amount as usize % 5], "outcome": null});
            case.fact(unit, on, "petition.handled", data)
        }
        14 => {
            let authority = ["city", "district"][amount as usize % 2];
            case.fact(unit, on, "conscription.quota_set", json!({"authority": authority, "quota": amount}))
        }
        15 => {
            let data = json!({"plan": "pa", "round": 1, "land_users": 2, "amount": money, "refused": 0});
            case.fact(unit, on, "clearance.payment_made", data)
        }
        _ => {
            let data = json!({
                "source": "city", "group": "elderly", "unit_value": 1, "quantity": amount, "amount": amount, "returned": 0,
            });
            case.fact(unit, on, "gift.delivered", data)
        }
    }
}

fn a_case() -> impl Strategy<Value = Given> {
    let fact = (0..=16_u8, 1..=4_u32, a_day(), 1..=3_000_u32);
    prop::collection::vec(fact, 1..24).prop_map(|facts| {
        let put =
            |case, (which, unit, on, amount): (u8, u32, String, u32)| put(case, which, unit, &on, amount);
        facts.into_iter().fold(given(), put)
    })
}

proptest! {
    #[test]
    fn every_permutation_of_arrival_gives_the_same_state_and_findings(
        (case, arrived) in a_case().prop_flat_map(|case| {
            let arrived = Just(case.facts.clone()).prop_shuffle();
            (Just(case), arrived)
        }),
        on in a_day(),
    ) {
        let rules = Adopted::reference();
        let known = case.under(&rules, &on);
        let mut shuffled = case;
        shuffled.facts = arrived;
        prop_assert_eq!(shuffled.under(&rules, &on), known);
    }

    #[test]
    fn facts_after_the_asking_day_change_nothing(case in a_case(), on in a_day()) {
        let rules = Adopted::reference();
        let mut known = case.clone();
        known.facts.retain(|(_, facts)| {
            socai_domain::Event::decode(facts).unwrap().occurred_on() <= crate::given::date(&on)
        });
        prop_assert_eq!(known.under(&rules, &on), case.under(&rules, &on));
    }
}
