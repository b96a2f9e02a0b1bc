//! What is refused of debts, projects, clearance, execution, housing, epidemics, dossiers, documents, petitions and erasures, and what
//! is recorded although somebody will ask about it.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::*;
use serde_json::{Value, json};

/// Changes to the example of a kind, and what the result breaks.
type Row<'a> = (&'a [(&'a str, Value)], &'a [&'a str]);

fn table(kind: &str, rows: &[Row<'_>]) {
    for (changes, expected) in rows {
        breaks(kind, changes, expected);
    }
}

#[test]
fn facts_that_continue_a_case_name_it_by_its_key_or_by_a_record() {
    for kind in [
        "penalty.decision_revised",
        "penalty.execution_changed",
        "violation.closed_without_penalty",
        "dossier.status_changed",
        "dossier.component_digitised",
        "petition.handled",
        "directive.progressed",
    ] {
        let no_case = || ("case", json!(null));
        let no_refs = || ("refs", json!(null));
        table(
            kind,
            &[
                (&[], &[]),
                (&[no_case()], &[]),
                (&[no_refs()], &[]),
                (&[no_case(), no_refs()], &["case required"]),
            ],
        );
    }
}

#[test]
fn a_tax_debt_changes_by_an_amount_and_only_enforcement_has_a_measure() {
    let action = |action: &str| ("data.action", json!(action));
    let none = || ("data.measure", json!(null));
    table(
        "tax.debt_changed",
        &[
            (&[("data.amount", json!(0))], &["data.amount zero"]),
            (&[("data.amount", json!(-1))], &["data.amount out_of_range"]),
            (&[none()], &["data.measure measure_differs"]),
            (&[action("recovered")], &["data.measure measure_differs"]),
            (&[action("recovered"), none()], &[]),
            (&[action("written_off"), none()], &[]),
            // Enforced before day 91 is a finding.
            (&[("data.overdue_days", json!(3))], &[]),
        ],
    );
}

#[test]
fn a_project_names_everything_once_and_lies_where_there_are_units() {
    table(
        "project.registered",
        &[
            (&[], &[]),
            (&[("data.names", json!([]))], &["data.names required"]),
            (&[("data.names", json!(["Ngõ 460", "Ngõ 460"]))], &["data.names.1 listed_twice"]),
            (&[("data.places", json!(["hn.tx.ha-dinh.9"]))], &["data.places.0 unknown_unit"]),
            (
                &[("data.places", json!(["hn.tx.ha-dinh.1", "hn.tx.ha-dinh.1"]))],
                &["data.places.1 listed_twice"],
            ),
            (&[("data.places", json!(null))], &[]),
            (&[("data.total_investment", json!(0))], &["data.total_investment zero"]),
            (&[("data.works.1.work", json!("mat-duong"))], &["data.works.1.work listed_twice"]),
            (&[("data.works", json!(null))], &[]),
        ],
    );
    breaks("project.accepted", &[("data.works", json!(["ct-1", "ct-1"]))], &["data.works.1 listed_twice"]);
}

#[test]
fn a_disbursement_pays_something_under_a_plan_that_exists_already() {
    let kind = |kind: &str| ("data.kind", json!(kind));
    let nothing = || ("data.amount", json!(0));
    let year = |year: u32| ("data.plan_year", json!(year));
    table(
        "project.disbursed",
        &[
            (&[kind("payment"), nothing()], &["data.amount zero"]),
            (&[kind("advance"), nothing()], &["data.amount zero"]),
            (&[kind("final_settlement"), nothing()], &[]),
            (&[("data.amount", json!(-1))], &["data.amount out_of_range"]),
            (&[year(2023)], &[]),
            (&[year(2024)], &[]),
            (&[year(2029)], &["data.plan_year year_differs"]),
            // A plan of years ago, or of years ahead, is a finding at most.
            (&[year(2019)], &[]),
            (&[year(2025)], &[]),
        ],
    );
}

#[test]
fn clearance_pays_those_who_did_not_refuse_and_hands_land_over() {
    let refused = |count: u32| ("data.refused", json!(count));
    let nothing = || ("data.amount", json!(0));
    table(
        "clearance.payment_made",
        &[
            (&[refused(13)], &["data.refused more_than_the_whole"]),
            (&[nothing()], &["data.amount zero"]),
            (&[refused(12), nothing()], &[]),
            (&[("data.land_users", json!(0)), refused(0)], &["data.land_users out_of_range"]),
        ],
    );
    let no_land = || ("data.area_m2", json!(0));
    table(
        "clearance.site_handed_over",
        &[
            (&[no_land()], &["data.area_m2 zero"]),
            (&[no_land(), ("data.complete", json!(true))], &[]),
            (&[("data.plan", json!(null))], &[]),
        ],
    );
}

#[test]
fn a_revised_decision_has_a_total_unless_it_is_annulled() {
    let action = |action: &str| ("data.action", json!(action));
    let no_total = || ("data.new_total", json!(null));
    table(
        "penalty.decision_revised",
        &[
            (&[action("annulled")], &["data.new_total total_differs"]),
            (&[action("annulled"), no_total()], &[]),
            (&[action("rectified"), no_total()], &[]),
            (&[action("replaced"), no_total()], &[]),
            (&[("data.new_total", json!(0))], &[]),
        ],
    );
}

#[test]
fn relief_states_how_much_and_delay_until_when() {
    let action = |action: &str| ("data.action", json!(action));
    let no_amount = || ("data.amount", json!(null));
    let no_end = || ("data.until", json!(null));
    table(
        "penalty.execution_changed",
        &[
            (&[no_end()], &["data.until required"]),
            (&[action("instalments"), no_end()], &["data.until required"]),
            (&[("data.until", json!("2023-01-19"))], &["data.until ends_before_it_begins"]),
            (&[action("reduced"), no_amount(), no_end()], &["data.amount required"]),
            (&[action("exempted"), ("data.amount", json!(0)), no_end()], &["data.amount required"]),
            (&[action("exempted"), no_end()], &[]),
            (&[action("served"), no_amount(), no_end()], &[]),
            (&[action("suspended_by_complaint"), no_amount(), no_end()], &[]),
            // A postponement of years is beyond the law: a finding.
            (&[("data.until", json!("2030-01-01"))], &[]),
        ],
    );
}

#[test]
fn a_graded_block_has_a_grade() {
    table(
        "housing.renovation_milestone",
        &[
            (&[("data.grade", json!(null))], &["data.grade required"]),
            (&[("data.grade", json!(null)), ("data.milestone", json!("inventoried"))], &[]),
            (&[("data.milestone", json!("demolished")), ("data.households", json!(0))], &[]),
        ],
    );
}

#[test]
fn cases_of_a_disease_began_on_days_that_are_over() {
    table(
        "epidemic.cases_reported",
        &[
            (&[("data.onset_from", json!("2023-02-06"))], &["data.onset_to ends_before_it_begins"]),
            (&[("data.onset_to", json!("2023-07-16"))], &["data.onset_to too_late"]),
            // Onset long before the report is usual.
            (&[("data.onset_from", json!("2022-01-01"))], &[]),
            (&[("data.new", json!(0)), ("data.recovered", json!(0))], &[]),
        ],
    );
}

#[test]
fn a_dossier_is_promised_ahead_and_its_electronic_result_comes_with_a_result() {
    table(
        "dossier.received",
        &[
            (&[("data.promised_on", json!("2023-01-16"))], &[]),
            (&[("data.promised_on", json!("2023-01-15"))], &["data.promised_on ends_before_it_begins"]),
            (&[("data.components", json!(0))], &["data.components out_of_range"]),
        ],
    );
    for (status, has_result) in [
        ("registered", false),
        ("accepted", false),
        ("not_accepted", false),
        ("in_process", false),
        ("supplement_requested", false),
        ("payment_requested", false),
        ("withdrawn", false),
        ("stopped", false),
        ("processed", true),
        ("returned", true),
    ] {
        let expected: &[&str] = if has_result { &[] } else { &["data.e_result too_early"] };
        breaks("dossier.status_changed", &[("data.status", json!(status))], expected);
        let on_paper = [("data.status", json!(status)), ("data.e_result", json!(false))];
        breaks("dossier.status_changed", &on_paper, &[]);
    }
    breaks("dossier.status_changed", &[("data.at", json!(1440))], &["data.at out_of_range"]);
    // A late result is recorded; whether it was late is computed.
    breaks("dossier.status_changed", &[("occurred_on", json!("2023-06-30"))], &[]);
}

#[test]
fn statuses_have_the_numbers_of_the_national_portal() {
    let field = socai_proto::kind("dossier.status_changed").unwrap().message;
    let field = field.fields.iter().find(|field| field.name == "status").unwrap();
    let socai_proto::schema::Shape::Enum(statuses) = field.shape else { panic!("an enum") };
    let listed: Vec<_> = statuses.stated().map(|value| (value.number, value.label.vi)).collect();
    let expected = [
        (1, "mới đăng ký"),
        (2, "được tiếp nhận"),
        (3, "không được tiếp nhận"),
        (4, "đang xử lý"),
        (5, "yêu cầu bổ sung giấy tờ"),
        (6, "yêu cầu thực hiện nghĩa vụ tài chính"),
        (7, "công dân yêu cầu rút hồ sơ"),
        (8, "dừng xử lý"),
        (9, "đã xử lý xong"),
        (10, "đã trả kết quả"),
    ];
    assert_eq!(listed, expected);
}

#[test]
fn digitising_digitises_something() {
    let nothing = [("data.digitised", json!(0)), ("data.reused", json!(0))];
    breaks("dossier.component_digitised", &nothing, &["data.digitised zero"]);
    let result = [&nothing[..], &[("data.result_digitised", json!(true))]].concat();
    breaks("dossier.component_digitised", &result, &[]);
    breaks("dossier.component_digitised", &[("data.digitised", json!(0))], &[]);
}

#[test]
fn the_dates_of_a_document_follow_each_other() {
    table(
        "document.registered",
        &[
            (
                &[("data.on", json!("2023-07-16"))],
                &[
                    "data.on too_late",
                    "data.due_on ends_before_it_begins",
                    "data.done_on ends_before_it_begins",
                ],
            ),
            (&[("data.due_on", json!("2023-01-11"))], &["data.due_on ends_before_it_begins"]),
            (&[("data.done_on", json!("2023-01-11"))], &["data.done_on ends_before_it_begins"]),
            (&[("data.done_on", json!("2023-07-16"))], &["data.done_on too_late"]),
            (&[("data.due_on", json!(null)), ("data.done_on", json!(null))], &[]),
            // Done after it was due is a finding; due in the future is usual.
            (&[("data.done_on", json!("2023-02-16"))], &[]),
            (&[("data.due_on", json!("2024-02-16"))], &[]),
        ],
    );
}

#[test]
fn groups_are_visits_and_an_empty_session_received_nobody() {
    let none = |field: &'static str| (field, json!(0));
    table(
        "citizen.reception_held",
        &[
            (&[("data.crowds", json!(5))], &["data.crowds more_than_the_whole"]),
            (
                &[none("data.visits"), none("data.crowds")],
                &["data.persons more_than_the_whole", "data.cases more_than_the_whole"],
            ),
            (&[none("data.visits"), none("data.crowds"), none("data.persons"), none("data.cases")], &[]),
        ],
    );
}

#[test]
fn a_complaint_has_an_instance_and_only_a_conclusion_judges() {
    let no_instance = || ("data.instance", json!(null));
    table(
        "petition.received",
        &[
            (&[no_instance()], &["data.instance required"]),
            (&[("data.instance", json!(3))], &["data.instance out_of_range"]),
            (&[no_instance(), ("data.class", json!("denunciation"))], &[]),
        ],
    );
    let action = |action: &str| ("data.action", json!(action));
    let no_outcome = || ("data.outcome", json!(null));
    let no_money = || ("data.recovered", json!(null));
    table(
        "petition.handled",
        &[
            (&[no_outcome(), no_money()], &[]),
            (&[action("returned"), no_money()], &["data.outcome outcome_differs"]),
            (&[action("accepted"), no_outcome()], &["data.recovered recovered_differs"]),
            (&[action("enforced"), no_outcome()], &[]),
            (&[action("withdrawn"), no_outcome(), no_money()], &[]),
        ],
    );
}

#[test]
fn an_annex_is_erased_by_its_unit_or_the_successor_or_the_operator() {
    let mut world = World::new();
    let erasure = example("annex.erased");
    let others = ["data.target another_units_record"];
    for (publisher, expected) in
        [(HA_DINH, &[][..]), (OPERATOR, &[]), (KIM_GIANG, &others), (HEALTH, &others)]
    {
        assert_eq!(world.draft(publisher, &erasure, "2023-07-15"), expected, "{publisher}");
    }
    let succession = json!({
        "from": "hn.tx.ha-dinh.1", "to": "hn.tx.kim-giang.1", "portion": "whole", "effective": "2023-03-01",
        "legal": "Nghị quyết 1/NQ",
    });
    let form = with(example("unit.succeeded"), "occurred_on", json!("2023-03-01"));
    world.record(OPERATOR, &with(form, "data", succession)).unwrap();
    assert_eq!(world.draft(KIM_GIANG, &erasure, "2023-07-15"), [""; 0]);
    assert_eq!(world.draft(HEALTH, &erasure, "2023-07-15"), others);
}

#[test]
fn an_annex_is_erased_after_it_was_recorded() {
    let mut world = World::new();
    let erasure = with(example("annex.erased"), "data.target", json!("3/0"));
    assert_eq!(codes(&world.record(HA_DINH, &erasure)), ["data.target not_recorded_yet"]);
    assert_eq!(codes(&world.record(HA_DINH, &erasure)), [""; 0]);
}

#[test]
fn an_erasure_is_not_approved_by_the_office_that_entered_it() {
    let alone = with(example("annex.erased"), "entered_by", json!("chu-tich"));
    let mut world = World::new();
    world.record(HA_DINH, &example("period.closed")).unwrap();
    assert_eq!(world.draft(HA_DINH, &alone, "2023-07-15"), ["data.approver_position approves_own_entry"]);
    let own = with(example("annex.erased"), "data.approver_position", json!("van-thu"));
    assert_eq!(world.draft(HA_DINH, &own, "2023-07-15"), ["data.approver_position approves_own_entry"]);
}

#[test]
fn an_erased_identity_is_named_by_its_token_alone() {
    breaks("identity.erased", &[("data.token", json!("001099012345"))], &["data.token bad_format"]);
    breaks("identity.erased", &[("data.token", json!(null))], &["data.token required"]);
}
