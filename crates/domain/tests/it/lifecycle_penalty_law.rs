//! Penalties by the rows of law of their acts and days: maxima of fields, the inner city, terms of the old law, and what no row says.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Adopted, Given, detail, given};
use crate::lifecycle_penalty::{ACT, Penalty, is, line};
use serde_json::{Value as Json, json};
use socai_domain::lifecycle::{Value, penalty::State};

/// Findings of a decision made the day after its record, in time and at the mid-point: what is left is about its amounts.
fn found(rules: &Adopted, days: (&str, &str), signer: &str, field: &str, line: Json) -> Vec<&'static str> {
    found_of(rules, days, signer, (field, "individual"), line)
}

fn found_of(
    rules: &Adopted,
    (on, due): (&str, &str),
    signer: &str,
    (field, subject): (&str, &str),
    line: Json,
) -> Vec<&'static str> {
    let (act, total) = (line["act"].clone(), line["amount"].clone());
    let record = json!({"field": field, "acts": [act], "subject_kind": subject});
    let data = json!({
        "field": field, "signer_level": signer, "subject_kind": subject, "total": total, "lines": [line],
    });
    let case = given().recorded_as(on, record).decided_as(on, due, data);
    codes(&case, rules, on)
}

fn codes(case: &Given, rules: &Adopted, on: &str) -> Vec<&'static str> {
    case.under(rules, on)[0].findings.iter().map(|found| found.code).collect()
}

/// A line at the mid-point of a bracket that ends there.
fn up_to(act: &str, max: i64) -> Json {
    line(act, max / 2, max, (max / 2 + max) / 2)
}

const IN_2023: (&str, &str) = ("2023-02-10", "2023-02-20");
const IN_2021: (&str, &str) = ("2021-03-10", "2021-03-20");

#[test]
fn the_maximum_of_an_act_is_that_of_the_field_its_decree_is_of_whatever_field_is_stated() {
    let rules = Adopted::reference();
    // the district fines half of it, up to a hundred million since 2022 and fifty before
    for (act, days, most) in [
        ("04/2021/NĐ-CP:5.1.a", IN_2023, 37_500_000),
        ("04/2021/NĐ-CP:5.1.a", IN_2021, 25_000_000),
        ("91/2019/NĐ-CP:9.1.a", IN_2023, 100_000_000),
        ("144/2021/NĐ-CP:7.1.a", IN_2023, 20_000_000),
        ("117/2020/NĐ-CP:12.1.a", IN_2023, 25_000_000),
        ("38/2021/NĐ-CP:42.1.a", IN_2023, 50_000_000),
        ("16/2022/NĐ-CP:40.1.a", IN_2023, 75_000_000),
        ("100/2019/NĐ-CP:5.1.a", IN_2023, 37_500_000),
        ("100/2019/NĐ-CP:15.1.a", IN_2023, 50_000_000),
        ("100/2019/NĐ-CP:5.1.a", IN_2021, 20_000_000),
    ] {
        let of = |max| found(&rules, days, "district", "other", up_to(act, max));
        assert_eq!(of(most), [""; 0], "{act} on {}", days.0);
        assert_eq!(of(most + 2), ["over_competence"], "{act} on {}", days.0);
    }
}

#[test]
fn a_field_without_a_maximum_is_not_judged_below_what_the_signer_has_in_any_field() {
    let rules = Adopted::reference();
    let of = |days, max| found(&rules, days, "ward", "other", up_to("999/2024/NĐ-CP:1.1", max));
    assert_eq!(of(IN_2023, 3_000_000), ["not_judged"], "a tenth of an unknown maximum may be less");
    assert_eq!(of(IN_2023, 6_000_000), ["over_competence"], "five million is the most in any field");
    assert_eq!(of(("2025-07-02", "2025-07-14"), 6_000_000), ["not_judged"], "half of an unknown maximum");
    let food = |days| found(&rules, days, "ward", "food_safety", up_to("999/2024/NĐ-CP:1.1", 3_000_000));
    assert_eq!(food(("2013-10-10", "2013-10-21")), ["not_judged"]);
    assert_eq!(food(("2014-10-10", "2014-10-20")), [""; 0]);
}

#[test]
fn what_is_not_judged_is_named() {
    let rules = Adopted::reference();
    let of = |days: (&str, &str), signer: &str| {
        let data = json!({"signer_level": signer});
        let case = given().recorded(days.0).decided_as(days.0, days.1, data);
        let judged = case.under(&rules, days.0).remove(0);
        let found = judged.findings.iter().find(|found| found.code == "not_judged").cloned();
        found.map(|found| found.message_en)
    };
    let said = "not judged, no row of the law table in force says it: ";
    assert_eq!(of(IN_2023, "inspector").unwrap(), format!("{said}competence"));
    assert_eq!(of(IN_2023, "police"), None);
    assert_eq!(of(("2025-03-03", "2025-03-13"), "police").unwrap(), format!("{said}competence"));
    let before = of(("2013-06-28", "2013-07-08"), "ward").unwrap();
    assert_eq!(
        before,
        format!("{said}competence, term of the decision, limitation, term to comply, time for executing it")
    );
    let none = given().recorded("2023-02-06").decided("2023-02-06", "2023-02-16");
    assert_eq!(codes(&none, &Adopted::none(), "2023-02-20"), ["overdue", "holidays_unknown", "not_judged"]);
}

#[test]
fn dumping_on_the_road_has_its_bracket_and_organisations_twice_that() {
    let rules = Adopted::reference();
    let of = |subject, min, max| {
        let line = line("100/2019/NĐ-CP:12.6", min, max, (min + max) / 2);
        found_of(&rules, IN_2023, "district", ("environment", subject), line)
    };
    assert_eq!(of("individual", 4_000_000, 6_000_000), [""; 0]);
    assert_eq!(of("organisation", 8_000_000, 12_000_000), [""; 0]);
    assert_eq!(of("organisation", 4_000_000, 6_000_000), ["bracket_differs"]);
    assert_eq!(of("household", 8_000_000, 12_000_000), ["bracket_differs"]);
}

fn surcharge(keys: &str) -> Adopted {
    let row = format!(
        "[[surcharge]]\n{keys}\ntimes = 2\nvalid_from = 2023-02-01\nvalid_to = 2023-02-28\nsource = \"NQ\"\n"
    );
    Adopted::with("law.penalty", &row)
}

#[test]
fn a_bracket_that_the_council_may_have_set_is_no_finding_while_a_surcharge_is_in_force() {
    let rules = surcharge("field = \"urban_order\"");
    let of = |days, line| found(&rules, days, "ward", "urban_order", line);
    let (on, before, after) = (IN_2023, ("2023-01-31", "2023-02-10"), ("2023-03-01", "2023-03-13"));
    let raised = || line(ACT, 4_000_000, 6_000_000, 5_000_000);
    assert_eq!(of(on, raised()), [""; 0], "three million is within, so the Council's six are");
    for day in [before, after] {
        assert_eq!(of(day, raised()), ["over_competence", "bracket_differs"]);
    }
    assert_eq!(of(on, line(ACT, 3_000_000, 4_500_000, 3_750_000)), [""; 0]);
    assert_eq!(of(on, line(ACT, 2_000_000, 3_000_000, 2_500_000)), [""; 0], "the Government's own");
    assert_eq!(of(on, line(ACT, 4_000_000, 6_000_002, 5_000_001)), ["over_competence", "bracket_differs"]);
    assert_eq!(of(on, line(ACT, 1_500_000, 2_500_000, 2_000_000)), ["bracket_differs"], "below it");
    assert_eq!(found(&rules, on, "ward", "trade", raised()), ["over_competence", "bracket_differs"]);
}

#[test]
fn competence_in_an_act_that_may_be_surcharged_is_not_judged_where_its_own_bracket_is_unknown() {
    let rules = surcharge("acts = [\"144/2021/NĐ-CP:7\"]");
    let of = |act, max| found(&rules, IN_2023, "ward", "urban_order", up_to(act, max));
    let act = "144/2021/NĐ-CP:7.1.a";
    assert_eq!(of(act, 4_000_000), [""; 0]);
    assert_eq!(of(act, 8_000_000), ["not_judged"], "may be the double of four million");
    assert_eq!(of(act, 8_000_002), ["over_competence"]);
    assert_eq!(of("144/2021/NĐ-CP:8.1.a", 8_000_000), ["over_competence"]);
}

#[test]
fn a_surcharge_holds_in_its_places() {
    let raised = || line(ACT, 4_000_000, 6_000_000, 5_000_000);
    let of = |places: &str| {
        let rules = surcharge(&format!("field = \"urban_order\"\nplaces = [{places}]"));
        found(&rules, IN_2023, "ward", "urban_order", raised())
    };
    let example = socai_proto::kind("penalty.decided").unwrap().example();
    let place = example["place"][0].as_str().unwrap();
    let beginning = place.split_once('.').unwrap().0;
    assert_eq!(of(&format!("\"hn.zz\", \"{place}\"")), [""; 0]);
    assert_eq!(of(&format!("\"{beginning}\"")), [""; 0]);
    for elsewhere in ["hn.zz".to_owned(), place[..place.len() - 1].to_owned()] {
        assert_eq!(of(&format!("\"{elsewhere}\"")), ["over_competence", "bracket_differs"], "{elsewhere}");
    }
}

/// What is found of a decision on a record of a day, with what both say of the term.
fn decided_late(recorded: (&str, Json), decided: (&str, Json)) -> Option<String> {
    let record = json!({"longer_term": recorded.1});
    let case = given().recorded_as(recorded.0, record).decided_as(
        decided.0,
        "2099-01-01",
        json!({"longer_term": decided.1}),
    );
    let judged = case.on(decided.0);
    let found = judged.findings.into_iter().find(|found| found.code == "decision_late");
    found.map(|found| format!("{} +{}", found.message_en, found.extent.days.unwrap()))
}

#[test]
fn a_decision_has_one_month_when_explained_and_two_when_complex_and_says_by_which_it_is_late() {
    let on_record = |ground: &str, day| decided_late(("2023-02-06", json!(ground)), (day, json!(null)));
    assert_eq!(on_record("explained", "2023-03-06"), None);
    let late = "decided after 2023-03-06, the term is 1 month (explained or verified) +1";
    assert_eq!(on_record("explained", "2023-03-07").unwrap(), late);
    assert_eq!(on_record("complex", "2023-04-06"), None);
    let late = "decided after 2023-04-06, the term is 2 months (complex) +4";
    assert_eq!(on_record("complex", "2023-04-10").unwrap(), late);
    // the decision knows what came after the record
    let by_decision = |record, decision, day| decided_late(("2023-02-06", record), (day, decision));
    assert_eq!(by_decision(json!(null), json!("explained"), "2023-03-06"), None);
    assert_eq!(by_decision(json!("explained"), json!("complex"), "2023-04-06"), None);
    let none = by_decision(json!(null), json!(null), "2023-03-06").unwrap();
    assert_eq!(
        none,
        "decided after 20 working days, the term is 7 (no ground of a longer term is stated) +13"
    );
}

#[test]
fn a_month_that_ends_on_a_day_off_ends_on_the_next_working_day() {
    // 11/03/2023 is a Saturday
    let of = |day| decided_late(("2023-02-11", json!("explained")), (day, json!(null)));
    assert_eq!(of("2023-03-13"), None);
    assert!(of("2023-03-14").unwrap().contains("after 2023-03-13"));
}

#[test]
fn a_record_with_a_longer_term_is_undecided_only_after_it_and_the_case_says_so() {
    let case = given().recorded_as("2023-02-06", json!({"longer_term": "explained"}));
    case.expect("2023-03-06", is(State::Recorded), &[]);
    case.expect("2023-03-07", is(State::Recorded), &["undecided"]);
    let Some(Value::Words(words)) = detail(&case.on("2023-02-07"), "longer term to decide") else { panic!() };
    assert_eq!(words.vi, "có giải trình hoặc phải xác minh");
    assert_eq!(detail(&given().recorded("2023-02-06").on("2023-02-07"), "longer term to decide"), None);
}

#[test]
fn before_2022_a_decision_had_seven_thirty_and_sixty_calendar_days() {
    // Wednesday 10/03/2021: seven days end on Wednesday 17/03, thirty on Friday 09/04, sixty on Sunday 09/05
    for (ground, last, next) in [
        (json!(null), "2021-03-17", "2021-03-18"),
        (json!("explained"), "2021-04-09", "2021-04-10"),
        (json!("complex"), "2021-05-10", "2021-05-11"),
    ] {
        let of = |day| decided_late(("2021-03-10", ground.clone()), (day, json!(null)));
        assert_eq!(of(last), None, "{ground}");
        assert!(of(next).is_some(), "{ground}");
    }
    let first = decided_late(("2022-01-03", json!(null)), ("2022-01-12", json!(null)));
    assert_eq!(first, None, "seven working days since 01/01/2022");
    assert!(decided_late(("2021-12-31", json!(null)), ("2022-01-11", json!(null))).is_some());
}

#[test]
fn before_2022_fines_were_put_off_from_three_million_for_persons_only_and_paid_in_parts_from_twenty() {
    let of = |subject: &str, total: i64, action: &str| {
        let line = line("144/2021/NĐ-CP:7.1.a", total, total, total);
        let record = json!({"subject_kind": subject, "acts": ["144/2021/NĐ-CP:7.1.a"]});
        let data = json!({"signer_level": "city", "subject_kind": subject, "total": total, "lines": [line]});
        let case = given().recorded_as("2021-03-10", record).decided_as("2021-03-10", "2021-03-20", data);
        let until = json!({"until": "2021-05-31"});
        codes(&case.executed("2021-03-15", action, until), &Adopted::reference(), "2021-03-15")
    };
    assert_eq!(of("individual", 3_000_000, "postponed"), [""; 0]);
    assert_eq!(of("individual", 2_900_000, "postponed"), ["postponement_not_allowed"]);
    assert_eq!(of("organisation", 80_000_000, "postponed"), ["postponement_not_allowed"]);
    assert_eq!(of("individual", 20_000_000, "instalments"), [""; 0]);
    assert_eq!(of("individual", 19_000_000, "instalments"), ["instalments_not_allowed"]);
}

#[test]
fn an_act_of_land_prices_or_housing_is_barred_after_two_years_also_in_another_field() {
    let rules = Adopted::reference();
    let of = |act: &str| {
        let record = json!({"field": "other", "acts": [act]});
        let data = json!({"field": "other", "signer_level": "district", "lines": [up_to(act, 3_333_332)], "total": 2_499_999});
        let case = given().recorded_as("2023-02-06", record).decided_as("2024-06-06", "2024-06-17", data);
        codes(&case, &rules, "2024-06-06").contains(&"limitation_passed")
    };
    for act in ["91/2019/NĐ-CP:9.1.a", "16/2022/NĐ-CP:67.1.a", "109/2013/NĐ-CP:11.1", "98/2020/NĐ-CP:17.1.c"]
    {
        assert!(!of(act), "{act}");
    }
    assert!(of("04/2021/NĐ-CP:5.1.a") && of("144/2021/NĐ-CP:7.1.a"));
}

#[test]
fn an_act_that_is_barred_is_found_beside_one_that_is_not() {
    let acts = ["91/2019/NĐ-CP:9.1.a", "04/2021/NĐ-CP:5.1.a"];
    let lines = acts.map(|act| line(act, 1_000_000, 1_500_000, 1_250_000));
    let data = json!({"field": "other", "signer_level": "district", "lines": lines, "total": 2_500_000});
    let record = json!({"field": "other", "acts": acts});
    let case = given().recorded_as("2023-02-06", record).decided_as("2024-06-06", "2024-06-17", data);
    let (message, source) = case.finding("2024-06-06", "limitation_passed");
    assert_eq!(message, "04/2021/NĐ-CP:5.1.a: decided after the limitation of 2024-02-06");
    assert!(source.contains("Điều 6"), "{source}");
}

#[test]
fn payments_and_relief_are_no_more_than_the_fine() {
    let case = given().recorded("2023-02-06").decided("2023-02-10", "2023-02-20");
    let relief = |amount: i64| case.clone().executed("2023-02-15", "exempted", json!({"amount": amount}));
    relief(2_500_000).expect("2023-02-20", is(State::Exempted), &[]);
    relief(2_500_001).expect("2023-02-20", is(State::Exempted), &["relief_above_fine"]);
    let both = relief(1_500_000).paid("2023-02-16", 1_000_001);
    both.expect("2023-02-20", is(State::Paid), &["overpaid"]);
    let (message, _) = both.finding("2023-02-20", "overpaid");
    assert!(message.ends_with("of which 1,500,000 was reduced or exempted"), "{message}");
    let warning = json!({"form": "warning", "total": 0, "lines": [line(ACT, 2_000_000, 3_000_000, 0)]});
    let warned = given().recorded("2023-02-06").decided_as("2023-02-10", "2023-02-20", warning);
    warned.paid("2023-02-16", 1).expect("2023-02-20", is(State::Warned), &["overpaid"]);
}

#[test]
fn a_revised_fine_is_no_more_than_its_brackets_allow_together() {
    let case = given().recorded("2023-02-06").decided("2023-02-10", "2023-02-20");
    let to = |total: i64| case.clone().revised("2023-02-13", "amended", json!(total));
    to(3_000_000).expect("2023-02-14", is(State::Decided), &[]);
    to(500_000).expect("2023-02-14", is(State::Decided), &[]);
    to(3_000_001).expect("2023-02-14", is(State::Decided), &["outside_bracket"]);
}
