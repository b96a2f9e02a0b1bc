//! As reported and as known now: the four kinds of change, each with its own mark on the figures.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{
    Ledger, district,
    facts::{HA_DINH, NHAN_CHINH, OPERATOR, asked},
};
use serde_json::json;
use socai_domain::tables::Measure;
use socai_fold::figures::{Asked, Comparison, Restatement, Why};
use socai_tlog::EventName;

fn given() -> Ledger {
    let mut ledger = district::founded();
    ledger.on("2023-02-08");
    ledger
}

/// The comparison of the ledger at a size with the whole of it.
fn since(ledger: &Ledger, size: usize, asked: &Asked) -> Vec<Restatement> {
    let ((earlier, _), (later, rejections)) = (ledger.fold_to(size), ledger.fold());
    assert_eq!(rejections, [], "nothing is rejected");
    let mut comparison = Comparison::new(&earlier, &later, asked).unwrap();
    ledger.iter().for_each(|record| comparison.visit(&record).unwrap());
    comparison.finish().unwrap()
}

/// Fines by amount: before and after, and per cause why, the fact, by whom, acknowledged by whom.
type Told = (Option<i128>, Option<i128>, Vec<(Why, EventName, EventName, Option<EventName>)>);

fn fines(ledger: &Ledger, size: usize) -> Told {
    let restated = since(ledger, size, &asked());
    let Some(line) = restated.into_iter().find(|line| line.row.code == "TT.02") else {
        return (None, None, vec![]);
    };
    let causes = line.causes.iter().map(|cause| (cause.why, cause.event, cause.by, cause.acknowledged));
    (line.before, line.after, causes.collect())
}

#[test]
fn nothing_is_restated_when_nothing_came() {
    let mut ledger = given();
    ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    assert_eq!(since(&ledger, ledger.records.len(), &asked()), []);
}

#[test]
fn a_correction_restates_the_past_and_names_itself() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 43_570_000);
    let size = ledger.records.len();
    let correction = ledger.correct_fine(1, fine, 43_570_000, 43_750_000);
    assert_eq!(
        fines(&ledger, size),
        (Some(43_570_000), Some(43_750_000), vec![(Why::Corrected, fine, correction, None)])
    );
    let counted = since(&ledger, size, &asked()).into_iter().find(|line| line.row.code == "TT.01");
    assert_eq!(counted, None, "the number of fines is what it was");
}

#[test]
fn after_closing_a_correction_restates_once_acknowledged_and_names_the_acknowledgement() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    ledger.close(1, &[]);
    let size = ledger.records.len();
    let correction = ledger.correct_fine(1, fine, 100_000, 200_000);
    assert_eq!(fines(&ledger, size), (None, None, vec![]), "pending: nothing is known differently");
    let answer = ledger.answer(OPERATOR, correction, "confirmed");
    assert_eq!(
        fines(&ledger, size),
        (Some(100_000), Some(200_000), vec![(Why::Corrected, fine, correction, Some(answer))])
    );
}

#[test]
fn a_void_takes_a_fact_out_and_a_voided_correction_restores_it() {
    let mut ledger = given();
    let (first, second) =
        (ledger.fine(NHAN_CHINH, "2023-01-05", 100_000), ledger.fine(NHAN_CHINH, "2023-01-06", 50_000));
    let correction = ledger.correct_fine(1, first, 100_000, 300_000);
    let size = ledger.records.len();
    let undo = ledger.void(1, correction);
    let void = ledger.void(1, second);
    assert_eq!(
        fines(&ledger, size),
        (
            Some(350_000),
            Some(100_000),
            vec![(Why::Restored, first, undo, None), (Why::Voided, second, void, None)]
        )
    );
}

#[test]
fn a_late_fact_is_known_later_and_told_from_one_whose_period_was_open() {
    let mut ledger = given();
    ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    ledger.close(1, &[]);
    let size = ledger.records.len();
    let late = ledger.fine(NHAN_CHINH, "2023-01-20", 200_000);
    let open = ledger.fine(HA_DINH, "2023-01-21", 400_000);
    assert_eq!(
        fines(&ledger, size),
        (
            Some(100_000),
            Some(700_000),
            vec![(Why::Late, late, late, None), (Why::Recorded, open, open, None)]
        )
    );
}

#[test]
fn a_fact_that_came_and_went_since_is_no_change() {
    let mut ledger = given();
    let size = ledger.records.len();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    ledger.void(1, fine);
    assert_eq!(fines(&ledger, size), (None, None, vec![]));
}

#[test]
fn changes_that_cancel_out_are_told_although_the_value_is_the_same() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let size = ledger.records.len();
    let void = ledger.void(1, fine);
    let again = ledger.fine(HA_DINH, "2023-01-05", 100_000);
    assert_eq!(
        fines(&ledger, size),
        (
            Some(100_000),
            Some(100_000),
            vec![(Why::Voided, fine, void, None), (Why::Recorded, again, again, None)]
        )
    );
}

#[test]
fn a_correction_of_the_day_or_field_moves_a_fact_in_or_out_of_a_figure() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let size = ledger.records.len();
    ledger.correct(1, fine, &[("occurred_on", json!("2023-01-05"), json!("2022-12-30"))]);
    let lines = since(&ledger, size, &asked());
    let moved: Vec<_> = lines.iter().map(|line| (line.row.code.as_str(), line.before, line.after)).collect();
    assert_eq!(moved, [("TT.01", Some(1), None), ("TT.02", Some(100_000), None)]);
    assert_eq!((lines[1].causes[0].before, lines[1].causes[0].after), (100_000, 0));
}

#[test]
fn a_distinct_count_names_the_facts_whose_member_changed() {
    let mut ledger = given();
    let inspect = |ledger: &mut Ledger, facility: &str| {
        let data = json!({
            "field": "food_safety", "facility": facility, "facility_kind": "clinic", "planned": true, "lead_unit": NHAN_CHINH.1,
            "result": "pass", "shortcomings": 0, "suspension": "none", "samples_taken": 0, "samples_failed": 0,
        });
        ledger.json(1, json!({"kind": "inspection.conducted", "occurred_on": "2023-01-10", "data": data}))
    };
    let first = inspect(&mut ledger, "facility-a");
    inspect(&mut ledger, "facility-b");
    let size = ledger.records.len();
    let correction = ledger.correct(1, first, &[("data.facility", json!("facility-a"), json!("facility-b"))]);
    let lines = since(&ledger, size, &asked());
    let distinct = lines.iter().find(|line| line.row.code == "YT.01b").unwrap();
    assert_eq!((distinct.before, distinct.after), (Some(2), Some(1)));
    assert_eq!((distinct.causes[0].why, distinct.causes[0].by), (Why::Corrected, correction));
}

#[test]
fn a_boundary_change_names_the_succession_and_restates_no_fact() {
    let mut ledger = given();
    ledger.fine(HA_DINH, "2023-01-05", 100_000);
    let size = ledger.records.len();
    let data = json!({"from": HA_DINH.1, "to": NHAN_CHINH.1, "portion": "whole", "effective": "2023-02-01", "legal": "thử"});
    let succession =
        ledger.json(0, json!({"kind": "unit.succeeded", "occurred_on": "2023-02-01", "data": data}));
    let lines = since(&ledger, size, &asked());
    let told: Vec<_> = lines.iter().map(|line| (line.row.code.as_str(), line.before, line.after)).collect();
    assert_eq!(told, [("HC.00", Some(11), Some(10))]);
    assert_eq!((lines[0].causes[0].why, lines[0].causes[0].by), (Why::Boundary, succession));
}

#[test]
fn a_newly_defined_figure_names_its_adoption() {
    let mut ledger = given();
    let rules = district::read("rules/indicators.toml");
    let size = ledger.records.len();
    ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let renamed = rules.replace("code = \"TT.02\"\n", "code = \"TT.92\"\n");
    district::adopt(&mut ledger, "indicators", 2, "2023-01-01", &renamed);
    let adoption = ledger.records.last().unwrap().0.name;
    let lines = since(&ledger, size, &asked());
    let new = lines.iter().find(|line| line.row.code == "TT.92").unwrap();
    assert_eq!((new.before, new.causes[0].why, new.causes[0].by), (None, Why::Rules, adoption));
}

/// Issues a report of the asked days with what the ledger says now, except these values.
fn issue(ledger: &mut Ledger, printed: &[(&str, i64)]) -> EventName {
    let zero = "00".repeat(32);
    let values: Vec<_> = printed
        .iter()
        .map(|(code, value)| json!({"indicator": code, "value": value, "digest": zero}))
        .collect();
    let period = json!({"kind": "ad_hoc", "from": "2023-01-01", "to": "2023-02-08"});
    let data = json!({
        "report_no": "45/BC-UBND", "period": period, "tree_size": ledger.records.len(), "root": zero, "values": values, "text_digest": zero,
    });
    ledger.json(0, json!({"kind": "report.issued", "occurred_on": "2023-02-08", "data": data}))
}

#[test]
fn an_issued_report_is_compared_by_what_it_printed() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let report = issue(&mut ledger, &[("TT.01", 1), ("TT.02", 90_000)]);
    let correction = ledger.correct_fine(1, fine, 100_000, 200_000);
    let (later, _) = ledger.fold();
    let issued = later.reports().numbered("45/BC-UBND").unwrap();
    assert_eq!(
        issued,
        later.reports().about("2023-01-01".parse().unwrap(), "2023-02-08".parse().unwrap()).unwrap()
    );
    let (earlier, _) = ledger.fold_to(issued.size.0 as usize);
    let asked = Asked::reported(later.rulebook(), issued.period);
    assert_eq!(asked.occasion.as_deref(), Some("tet-quy-mao-2023"), "the named period of the same days");
    let mut comparison = Comparison::new(&earlier, &later, &asked).unwrap();
    comparison.as_reported(issued);
    ledger.iter().for_each(|record| comparison.visit(&record).unwrap());
    let lines = comparison.finish().unwrap();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((line.row.code.as_str(), line.before, line.after), ("TT.02", Some(90_000), Some(200_000)));
    let causes: Vec<_> =
        line.causes.iter().map(|cause| (cause.why, cause.by, cause.before, cause.after)).collect();
    assert_eq!(
        causes,
        [(Why::Printed, report, 90_000, 100_000), (Why::Corrected, correction, 100_000, 200_000)],
        "what was misprinted is told from what changed since"
    );
}

#[test]
fn a_legal_revision_is_a_fact_of_its_own_day_and_restates_nothing() {
    let mut ledger = given();
    ledger.revenue("2023-01-10", 2023, 300);
    let size = ledger.records.len();
    ledger.on("2023-03-20");
    // money paid back for a decision that was annulled in March: a posting of March
    ledger.revenue("2023-03-15", 2023, -100);
    assert_eq!(since(&ledger, size, &asked()), []);
    let march = Asked { to: "2023-03-31".parse().unwrap(), ..asked() };
    let lines = since(&ledger, size, &march);
    let revenue = lines.iter().find(|line| line.row.code == "NS.01").unwrap();
    assert_eq!((revenue.before, revenue.after, revenue.causes[0].why), (Some(300), Some(200), Why::Recorded));
}

#[test]
fn the_causes_of_a_sum_add_up_to_its_change_over_the_reference_month() {
    let ledger = district::month();
    for size in [0, 10, 40, 400, 900, 1_300, ledger.records.len()] {
        for line in since(&ledger, size, &asked()) {
            let is_additive = matches!(
                line.row.measure,
                Measure::Count | Measure::Sum(_) | Measure::Items(_) | Measure::Stock(_)
            );
            let moved: i128 = line.causes.iter().map(|cause| cause.after - cause.before).sum();
            if is_additive {
                let known = |value: Option<i128>| value.unwrap_or_default();
                assert_eq!(known(line.after) - known(line.before), moved, "{} since {size}", line.row.code);
            }
        }
    }
}

#[test]
fn what_a_report_says_nothing_of_is_nothing_here_too() {
    let mut ledger = given();
    let size = ledger.records.len();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let recorded = vec![(Why::Recorded, fine, fine, None)];
    assert_eq!(fines(&ledger, size), (None, Some(100_000), recorded), "no fines then: nothing, not 0");
    let size = ledger.records.len();
    let void = ledger.void(1, fine);
    assert_eq!(fines(&ledger, size), (Some(100_000), None, vec![(Why::Voided, fine, void, None)]));
}

#[test]
fn since_the_beginning_every_fact_is_told_once_and_by_itself() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    assert_eq!(fines(&ledger, 0), (None, Some(100_000), vec![(Why::Recorded, fine, fine, None)]));
    for line in since(&district::month(), 0, &asked()) {
        let adoptions = line.causes.iter().filter(|cause| cause.why == Why::Rules).count();
        let facts = line.causes.len() - adoptions;
        assert!(
            adoptions <= 1 && (adoptions == 0 || facts == 0),
            "{}: {adoptions} and {facts}",
            line.row.code
        );
    }
}

#[test]
fn everything_up_to_a_day_has_figures_of_every_year_and_occasion() {
    let mut ledger = given();
    let size = ledger.records.len();
    ledger.revenue("2022-12-20", 2022, 300);
    ledger.revenue("2023-01-10", 2023, 500);
    let data = json!({
        "programme": "qua-tet", "occasion": "tet-quy-mao-2023", "source": "district", "group": "elderly", "form": "cash", "unit_value": 500_000,
        "quantity": 3, "amount": 1_500_000, "returned": 0,
    });
    ledger.fact(19, "2023-01-10", "gift.delivered", data, json!({"case": "qua-tet"}));
    let since_ever = Asked::since_ever("2026-11-28".parse().unwrap());
    let lines = since(&ledger, size, &since_ever);
    let told: Vec<_> = lines.iter().map(|line| (line.row.code.as_str(), line.after)).collect();
    for expected in [("NS.01", Some(800)), ("AS.01", Some(3)), ("AS.02", Some(1_500_000)), ("AS.03", Some(1))]
    {
        assert!(told.contains(&expected), "{expected:?} is not in {told:?}");
    }
}
