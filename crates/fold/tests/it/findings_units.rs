//! Units, closings and clocks: backdating, amendments after closing, silence, answers owed, rejections.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{
    Ledger, district,
    facts::{NHAN_CHINH, OPERATOR, TREASURY},
    inspect::given,
};
use serde_json::json;
use socai_fold::findings::MOST_GATHERED;
use socai_tlog::EventName;

const ON: &str = "2023-02-08";
/// The military command.
const COMMAND: u32 = 20;

fn revenue(ledger: &mut Ledger, on: &str) -> EventName {
    ledger.revenue(on, 2023, 1_000)
}

#[test]
fn a_fact_sealed_long_after_its_day_is_found_and_one_on_the_last_day_allowed_is_not() {
    let mut ledger = given();
    let early = revenue(&mut ledger, "2023-01-03");
    ledger.sealed(early, "2023-02-02", 480);
    assert_eq!(ledger.found("entered_late", ON), [], "thirty days");
    ledger.sealed(early, "2023-02-03", 480);
    let found = ledger.found("entered_late", ON);
    assert_eq!((found[0].unit, &found[0].facts, found[0].days), (TREASURY, &vec![early], Some(31)));
    ledger.correct(TREASURY, early, &[("occurred_on", json!("2023-01-03"), json!("2023-02-03"))]);
    assert_eq!(ledger.found("entered_late", ON), [], "the day was typed wrongly");
}

#[test]
fn what_a_unit_enters_late_is_gathered_with_the_worst_first() {
    let mut ledger = given();
    let mut names: Vec<_> = (0..30).map(|_| revenue(&mut ledger, "2023-01-03")).collect();
    let worst = revenue(&mut ledger, "2023-01-02");
    let found = ledger.found("entered_late", ON);
    let [told] = found.as_slice() else { panic!("{found:?}") };
    names.insert(0, worst);
    names.truncate(MOST_GATHERED);
    assert_eq!((told.in_all, told.days, &told.facts), (31, Some(37), &names));
}

#[test]
fn decisions_have_less_time_than_other_facts() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-02-04", 100_000);
    revenue(&mut ledger, "2023-02-04");
    assert_eq!(ledger.facts_found("decision_entered_late", ON), [[fine]]);
    ledger.adopt_findings(2, "2022-01-01", "days = 3\n", "days = 4\n");
    assert_eq!(ledger.found("decision_entered_late", ON), []);
}

#[test]
fn a_record_that_was_kept_back_a_week_after_sealing_is_found() {
    let mut ledger = given();
    let kept = revenue(&mut ledger, "2023-01-30");
    ledger.sealed(kept, "2023-02-01", 480);
    assert_eq!(ledger.found("sent_late", ON), [], "seven days");
    ledger.sealed(kept, "2023-01-31", 480);
    assert_eq!(ledger.facts_found("sent_late", ON), [[kept]]);
}

#[test]
fn a_clock_ahead_of_the_districts_and_one_that_goes_back_are_found() {
    let mut ledger = given();
    let first = revenue(&mut ledger, "2023-02-07");
    // received at noon
    ledger.sealed(first, ON, 12 * 60 + 10);
    assert_eq!(ledger.found("clock_ahead", ON), [], "ten minutes");
    ledger.sealed(first, ON, 12 * 60 + 11);
    assert_eq!(ledger.facts_found("clock_ahead", ON), [[first]]);
    let second = revenue(&mut ledger, "2023-02-07");
    ledger.sealed(second, ON, 12 * 60 + 1);
    assert_eq!(ledger.found("clock_back", ON), [], "ten minutes");
    ledger.sealed(second, ON, 12 * 60);
    assert_eq!(ledger.facts_found("clock_back", ON), [[second]]);
}

#[test]
fn a_document_signed_after_the_fact_it_is_behind_is_found() {
    let mut ledger = given();
    let doc = |dated: &str| json!({"issuer": NHAN_CHINH.1, "number": "1", "year": 2023, "series": "BB-VPHC", "date": dated});
    let data = || json!({"transferred": false});
    let record = |ledger: &mut Ledger, dated: &str| {
        ledger.fact(1, "2023-01-05", "violation.recorded", data(), json!({"case": "vp-1", "doc": doc(dated)}))
    };
    record(&mut ledger, "2023-01-05");
    assert_eq!(ledger.found("signed_after", ON), []);
    let after = record(&mut ledger, "2023-01-09");
    let found = ledger.found("signed_after", ON);
    assert_eq!((&found[0].facts, found[0].days), (&vec![after], Some(4)));
    ledger.void(1, after);
    assert_eq!(ledger.found("signed_after", ON), []);
}

#[test]
fn a_fact_of_a_closed_period_is_found_and_one_of_the_next_is_not() {
    let mut ledger = given();
    ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    ledger.close(1, &[]);
    ledger.on("2023-02-10");
    ledger.fine(NHAN_CHINH, "2023-02-09", 100_000);
    assert_eq!(ledger.found("added_after_closing", "2023-02-10"), []);
    let late = ledger.fine(NHAN_CHINH, "2023-02-07", 100_000);
    assert_eq!(ledger.facts_found("added_after_closing", "2023-02-10"), [[late]]);
}

#[test]
fn a_correction_after_closing_says_who_approved_it_and_who_acknowledged() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    ledger.correct_fine(1, fine, 100_000, 120_000);
    ledger.close(1, &[]);
    assert_eq!(ledger.found("amended_after_closing", ON), [], "before the closing");
    let void = ledger.void(1, fine);
    let found = ledger.found("amended_after_closing", ON);
    assert_eq!(found[0].facts, [fine, void]);
    assert_eq!(found[0].says, "voided (duplicate), by thu; not acknowledged yet");
    ledger.answer(OPERATOR, void, "refused");
    assert_eq!(
        ledger.found("amended_after_closing", ON)[0].says,
        "voided (duplicate), by thu; refused by hn.thanh-xuan.q"
    );
    let other = ledger.fine(NHAN_CHINH, "2023-01-06", 100_000);
    let correction = ledger.correct_fine(1, other, 100_000, 120_000);
    ledger.answer(OPERATOR, correction, "confirmed");
    let found = ledger.found("amended_after_closing", ON);
    assert_eq!(found[1].facts, [other, correction]);
    assert_eq!(found[1].says, "4 fields corrected (typing), approved by ct; confirmed by hn.thanh-xuan.q");
}

#[test]
fn a_unit_is_silent_after_its_days_and_a_body_of_another_line_never() {
    let mut ledger = given();
    ledger.fine(NHAN_CHINH, "2023-01-09", 100_000);
    let silent = |on: &str| ledger.found("silent", on).iter().map(|told| told.unit).collect::<Vec<_>>();
    assert_eq!(silent("2023-01-31"), [0; 0], "thirty days from the first day of the rule");
    let ours = silent(ON);
    assert!(!ours.contains(&1) && ours.contains(&7), "{ours:?}: ward 1 spoke thirty days ago, ward 7 never");
    assert!(!ours.contains(&TREASURY), "{ours:?}: the treasury is a vertical body");
    let found = ledger.found("silent", "2023-02-09");
    let first = found.iter().find(|told| told.unit == 1).unwrap();
    assert_eq!((first.days, first.facts.len()), (Some(31), 1));
}

#[test]
fn a_month_is_open_two_working_days_after_its_end_until_it_is_closed() {
    let mut ledger = given();
    ledger.on("2023-02-20");
    let open = |ledger: &Ledger, on: &str| {
        ledger.found("not_closed", on).iter().map(|told| told.unit).collect::<Vec<_>>()
    };
    assert_eq!(open(&ledger, "2023-02-16"), [0; 0], "the 14th is a Tuesday: the term ends on the 16th");
    assert!(open(&ledger, "2023-02-17").contains(&1));
    let data = json!({"period_kind": "month", "from": "2023-01-15", "to": "2023-02-14", "nil_kinds": [], "signer_position": "ct"});
    ledger.json(1, json!({"kind": "period.closed", "occurred_on": "2023-02-15", "data": data}));
    let left = open(&ledger, "2023-02-17");
    assert!(!left.contains(&1) && left.contains(&7), "{left:?}");
}

#[test]
fn a_month_whose_cut_changes_behind_its_end_is_open_by_the_days_that_its_report_has() {
    let mut ledger = given();
    let table = district::read("rules/periods.toml");
    let later = "\n[[cut]]\nvalid_from = 2023-02-20\nlast_day = 27\nsource = \"thử\"\n";
    district::adopt(&mut ledger, "periods", 2, "2020-01-01", &format!("{table}{later}"));
    ledger.on("2023-02-20");
    let found = ledger.found("not_closed", "2023-02-17");
    assert!(found.iter().any(|told| told.unit == 1), "from 15/01 to 14/02: {found:?}");
}

#[test]
fn a_hand_over_without_an_answer_is_found_after_ten_days() {
    let mut ledger = given();
    let data = json!({"year": 2023, "call_no": 1, "place": NHAN_CHINH.1, "service": "army", "count": 7, "volunteers": 0, "returned": 0});
    let handed = ledger.json(
        COMMAND,
        json!({"kind": "conscription.handed_over", "occurred_on": "2023-02-06", "data": data}),
    );
    assert_eq!(ledger.found("hand_over_open", "2023-02-16"), []);
    let found = ledger.found("hand_over_open", "2023-02-17");
    assert_eq!((&found[0].facts, found[0].days), (&vec![handed], Some(1)));
    ledger.answer(1, handed, "confirmed");
    assert_eq!(ledger.found("hand_over_open", "2023-02-17"), []);
}

#[test]
fn rejected_records_are_gathered_by_unit_and_others_are_not() {
    let mut ledger = given();
    revenue(&mut ledger, "2023-02-07");
    assert_eq!(ledger.found("rejected", ON), []);
    let broken = ledger.publish_bytes(TREASURY, vec![1, 2, 3]);
    let found = ledger.found_beside_rejections("rejected", ON);
    assert_eq!((found[0].unit, &found[0].facts), (TREASURY, &vec![broken]));
}

#[test]
fn two_passes_over_the_same_records_say_the_same() {
    let mut ledger = district::month();
    district::adopt(&mut ledger, "findings", 1, "2022-01-01", &district::read("rules/findings.toml"));
    for rule in ["entered_late", "gift_batch_twice", "silent"] {
        assert_eq!(ledger.found(rule, ON), ledger.found(rule, ON));
    }
}

#[test]
fn a_record_left_out_of_the_pass_is_an_error_and_not_a_clean_sheet() {
    let mut ledger = given();
    revenue(&mut ledger, "2023-02-07");
    let (fold, _) = ledger.fold();
    let (_, rules) = fold.rulebook().findings(ON.parse().unwrap()).unwrap();
    let mut pass = socai_fold::findings::Findings::new(&fold, rules, ON.parse().unwrap());
    let records: Vec<_> = ledger.iter().collect();
    pass.visit(&records[0], 0, &ledger).unwrap();
    assert!(pass.visit(&records[2], 0, &ledger).is_err());
    assert!(pass.finish(&ledger).is_err());
}

#[test]
fn a_table_with_an_error_is_rejected_with_line_and_key_and_the_one_before_judges_on() {
    let mut ledger = given();
    let late = revenue(&mut ledger, "2023-01-03");
    ledger.adopt_findings(2, "2022-01-01", "days = 30", "dayz = 30");
    assert_eq!(ledger.rejection(), ("data.content".to_owned(), "bad_table".to_owned()));
    let (_, rejected) = ledger.fold();
    let reason = &rejected.last().unwrap().reasons[0].message_en;
    assert!(
        reason.contains("table `findings`, line ") && reason.contains("key `days`: is missing"),
        "{reason}"
    );
    assert_eq!(ledger.found_beside_rejections("entered_late", ON)[0].facts, [late]);
}

#[test]
fn a_nil_declaration_is_found_against_facts_that_the_unit_had_sealed_itself() {
    let mut ledger = given();
    let first = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let second = ledger.fine(NHAN_CHINH, "2023-02-08", 100_000);
    // what is closed is not what was sealed, nor what another unit sealed, nor what did happen
    ledger.close(1, &["gift.delivered", "TT.03"]);
    ledger.close(7, &["penalty.decided", "TT.01"]);
    assert_eq!(ledger.found("nil_contradicted", ON), []);
    let kind = ledger.close(1, &["penalty.decided"]);
    let indicator = ledger.close(1, &["TT.01", "TT.03"]);
    let found = ledger.found("nil_contradicted", ON);
    assert_eq!(
        found.iter().map(|told| &told.facts).collect::<Vec<_>>(),
        [&vec![kind, first, second], &vec![indicator, first, second]]
    );
    assert_eq!(
        found[1].says,
        "declared that no TT.01 happened from 2023-01-01 to 2023-02-08, after 2 facts of it were recorded"
    );
    // what comes later is late, and what is void did not happen
    ledger.fine(NHAN_CHINH, "2023-02-07", 100_000);
    assert_eq!(ledger.found("nil_contradicted", ON).len(), 2);
    for fact in [first, second] {
        let void = ledger.void(1, fact);
        ledger.answer(OPERATOR, void, "confirmed");
    }
    assert_eq!(ledger.found("nil_contradicted", ON), []);
}
