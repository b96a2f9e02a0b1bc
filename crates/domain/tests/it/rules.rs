//! What is refused, field by field, and what is not refused although it looks odd.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::*;
use serde_json::{Value, json};
use socai_domain::rules::{self, Ctx};
use socai_domain::{Event, Malformed};

/// Examples whose keys, headers or tables are made up: the registry and the table parser know better.
const MADE_UP: [&str; 5] =
    ["unit.registered", "unit.resumed", "key.rotated", "fork.evidenced", "rules.adopted"];

#[test]
fn every_example_of_the_catalogue_breaks_no_rule() {
    let world = World::new();
    for kind in socai_proto::kinds().iter().filter(|kind| !MADE_UP.contains(&kind.name)) {
        let publisher = if kind.operator_only { OPERATOR } else { HA_DINH };
        let publisher = if kind.name == "event.acknowledged" { HEALTH } else { publisher };
        assert_eq!(world.draft(publisher, &kind.example(), "2025-07-15"), [""; 0], "{}", kind.name);
    }
}

#[test]
fn the_kinds_of_the_operator_are_those_the_descriptors_say() {
    let world = World::new();
    for kind in socai_proto::kinds() {
        let refused =
            world.draft(HA_DINH, &kind.example(), "2025-07-15").contains(&"kind operator_only".to_owned());
        assert_eq!(refused, kind.operator_only, "{}", kind.name);
    }
}

#[test]
fn penalties_add_up_and_rest_on_a_record() {
    let kind = "penalty.decided";
    for (changes, expected) in [
        (vec![], vec![]),
        (vec![("data.total", json!(2_250_001))], vec!["data.total sum_differs"]),
        (vec![("data.lines.0.amount", json!(750_001))], vec!["data.total sum_differs"]),
        (
            vec![("data.lines.0.bracket_min", json!(1_000_001))],
            vec!["data.lines.0.bracket_max bracket_reversed"],
        ),
        (vec![("data.lines.1.act", json!("115/2018/NĐ-CP:15.1.a"))], vec!["data.lines.1.act act_twice"]),
        (vec![("data.form", json!("warning"))], vec!["data.form form_differs"]),
        (vec![("data.due_on", json!("2023-01-11"))], vec!["data.due_on too_early"]),
        (vec![("refs", json!(null)), ("case", json!(null))], vec!["refs record_missing"]),
        (vec![("refs", json!(null)), ("case", json!(null)), ("data.on_the_spot", json!(true))], vec![]),
        (vec![("refs", json!(null))], vec![]),
        // Findings for auditors, never refusals: outside the bracket, above the ward chair's competence, a late decision.
        (vec![("data.lines.0.amount", json!(5_000_000)), ("data.total", json!(6_500_000))], vec![]),
        (vec![("data.lines.0.amount", json!(1)), ("data.total", json!(1_500_001))], vec![]),
        (vec![("occurred_on", json!("2023-07-15")), ("data.due_on", json!("2023-07-25"))], vec![]),
    ] {
        breaks(kind, &changes, &expected);
    }
    let warning = [
        ("data.form", json!("warning")),
        ("data.total", json!(0)),
        ("data.lines.0.amount", json!(0)),
        ("data.lines.1.amount", json!(0)),
    ];
    breaks(kind, &warning, &[]);
    breaks(
        "penalty.payment_received",
        &[("data.amount", json!(0)), ("data.late_interest", json!(0))],
        &["data.amount zero"],
    );
    breaks("penalty.payment_received", &[("data.amount", json!(0)), ("data.late_interest", json!(1))], &[]);
    breaks(
        "violation.recorded",
        &[("data.acts", json!(["a.1", "b.2", "a.1"]))],
        &["data.acts.2 listed_twice"],
    );
}

/// Whether the books were open is a finding; a year that nobody can have meant is not let in.
#[test]
fn budget_postings_have_an_amount_and_a_year_near_their_day() {
    for (on, year, fits) in [
        ("2023-01-01", 2023, true),
        ("2023-01-31", 2022, true),
        ("2023-02-01", 2022, true),
        ("2022-12-31", 2023, true),
        ("2024-01-31", 2019, true),
        ("2024-01-31", 2018, false),
        ("2023-06-01", 2028, true),
        ("2023-06-01", 2032, false),
    ] {
        for kind in ["budget.revenue_posted", "budget.expenditure_posted"] {
            let form = with(with(example(kind), "occurred_on", json!(on)), "data.fiscal_year", json!(year));
            let expected: &[&str] = if fits { &[] } else { &["data.fiscal_year year_differs"] };
            assert_eq!(World::new().draft(HA_DINH, &form, "2024-07-15"), expected, "{kind} {on} {year}");
        }
    }
    breaks("budget.revenue_posted", &[("data.amount", json!(0))], &["data.amount zero"]);
    breaks("budget.revenue_posted", &[("data.amount", json!(-5))], &[]);
    breaks(
        "budget.expenditure_posted",
        &[("data.amount", json!(-5)), ("data.stage", json!("final"))],
        &["data.amount sign_differs"],
    );
    breaks(
        "budget.expenditure_posted",
        &[("data.amount", json!(5)), ("data.stage", json!("recovery"))],
        &["data.amount sign_differs"],
    );
    breaks(
        "budget.expenditure_posted",
        &[("data.amount", json!(-5)), ("data.stage", json!("recovery"))],
        &[],
    );
    let estimate = |on: &str, year: u32| {
        [("occurred_on", json!(on)), ("doc", json!(null)), ("data.fiscal_year", json!(year))]
    };
    breaks("budget.estimate_set", &estimate("2022-12-20", 2023), &[]);
    breaks("budget.estimate_set", &estimate("2023-03-20", 2022), &[]);
    breaks("budget.estimate_set", &estimate("2022-12-20", 2102), &["data.fiscal_year year_differs"]);
}

#[test]
fn gifts_multiply_and_come_back_in_part_at_most() {
    let kind = "gift.delivered";
    breaks(kind, &[("data.amount", json!(60_000_001))], &["data.amount product_differs"]);
    breaks(kind, &[("data.quantity", json!(119))], &["data.amount product_differs"]);
    breaks(kind, &[("data.returned", json!(121))], &["data.returned more_than_the_whole"]);
    breaks(kind, &[("data.returned", json!(120))], &[]);
    let huge = [
        ("data.lines.0.unit_value", json!(1_000_000_000_000_000i64)),
        ("data.lines.0.quantity", json!(10_000_000)),
    ];
    breaks("gift.programme_approved", &huge, &["data.lines too_large"]);
}

#[test]
fn visits_hand_overs_and_inspections_agree_with_themselves() {
    breaks(
        "health.visits_reported",
        &[("data.from", json!("2023-02-09"))],
        &["data.to ends_before_it_begins"],
    );
    breaks("health.visits_reported", &[("data.to", json!("2023-07-16"))], &["data.to too_late"]);
    let kind = "conscription.handed_over";
    breaks(kind, &[("data.volunteers", json!(8))], &["data.volunteers more_than_the_whole"]);
    breaks(kind, &[("data.returned", json!(8))], &["data.returned more_than_the_whole"]);
    breaks(kind, &[("data.year", json!(2022))], &[]);
    breaks(kind, &[("data.year", json!(2017))], &["data.year year_differs"]);
    breaks(kind, &[("data.place", json!("hn.tx.ha-dinh.9"))], &["data.place unknown_unit"]);
    let kind = "inspection.conducted";
    breaks(kind, &[("data.samples_failed", json!(4))], &["data.samples_failed more_than_the_whole"]);
    breaks(kind, &[("data.result", json!("pass"))], &["data.result result_differs"]);
    breaks(
        kind,
        &[("data.result", json!("shortcomings")), ("data.shortcomings", json!(0))],
        &["data.result result_differs"],
    );
    let clean = [("data.result", json!("pass")), ("data.shortcomings", json!(0))];
    breaks(kind, &clean, &[]);
    breaks(
        kind,
        &[&clean[..], &[("data.suspension", json!("full"))]].concat(),
        &["data.result result_differs"],
    );
    breaks(kind, &[("data.participants", json!(["hn.tx.ha-dinh.1"]))], &["data.participants.0 listed_twice"]);
    breaks("project.accepted", &[("data.works", json!(["ct-1", "ct-1"]))], &["data.works.1 listed_twice"]);
    breaks("activity.held", &[("data.to", json!("2020-01-01"))], &["data.to ends_before_it_begins"]);
}

#[test]
fn directives_are_due_later_and_progress_names_its_task() {
    breaks(
        "directive.issued",
        &[("data.due_on", json!("2020-01-01"))],
        &["data.due_on ends_before_it_begins"],
    );
    let lead = example("directive.issued")["data"]["lead_unit"].clone();
    breaks("directive.issued", &[("data.with_units", json!([lead]))], &["data.with_units.0 listed_twice"]);
    breaks("directive.progressed", &[("case", json!(null)), ("refs", json!(null))], &["case required"]);
}

#[test]
fn closings_declare_nil_what_exists_over_days_that_are_over() {
    let kind = "period.closed";
    for (nil, expected) in [
        (json!(["incident.reported", "YT.04", "TT.02b"]), vec![]),
        (json!(["incident.reportd"]), vec!["data.nil_kinds.0 unknown_kind"]),
        (json!(["YT.04", "yt.04"]), vec!["data.nil_kinds.1 unknown_kind"]),
        (json!(["YT.4"]), vec!["data.nil_kinds.0 unknown_kind"]),
        (json!(["YT.04", "YT.04"]), vec!["data.nil_kinds.1 listed_twice"]),
    ] {
        breaks(kind, &[("data.nil_kinds", nil)], &expected);
    }
    breaks(kind, &[("data.from", json!("2023-02-09"))], &["data.to ends_before_it_begins"]);
    breaks(kind, &[("data.to", json!("2023-02-10"))], &["data.to too_late"]);
    breaks("baseline.declared", &[("data.period_to", json!("2023-07-14"))], &["data.period_to too_late"]);
}

#[test]
fn corrections_change_what_may_be_corrected() {
    let kind = "event.corrected";
    for field in ["data.total", "data.lines.0.amount", "occurred_on", "doc.number", "place.0", "case"] {
        breaks(kind, &[("data.changes.0.field", json!(field))], &[]);
    }
    for field in ["id", "kind", "data", "data.", "source.kind", "entered_by", "unit", "annex.text"] {
        breaks(kind, &[("data.changes.0.field", json!(field))], &["data.changes.0.field not_correctable"]);
    }
    breaks(kind, &[("data.changes.0.new", json!("43570000"))], &["data.changes.0.new no_change"]);
    breaks(
        kind,
        &[("data.changes.0.new", json!("\"gọi 0912 345 678\""))],
        &["data.changes.0.new phone_number"],
    );
    for amount in ["437500000", "912345678", "1912345678", r#"{"act":"12-1-a","amount":437500000}"#] {
        breaks(kind, &[("data.changes.0.new", json!(amount))], &[]);
    }
    for text in ["\"437500000 CMND\"", r#"{"act":"912345678 \" 0912345678","amount":1}"#] {
        let outcome =
            World::new().draft(HEALTH, &with(example(kind), "data.changes.0.new", json!(text)), "2023-07-15");
        assert_eq!(outcome.len(), 1, "{text}: {outcome:?}");
    }
    breaks("event.acknowledged", &[], &["data.target own_record"]);
    let refusal = with(example("event.acknowledged"), "data.ground", json!(null));
    assert_eq!(World::new().draft(HEALTH, &refusal, "2023-07-15"), ["data.ground required"]);
}

#[test]
fn a_record_does_not_build_on_its_own_future() {
    let mut world = World::new();
    for seq in [0, 1, 1_000] {
        let target = json!(format!("3/{seq}"));
        let void = with(example("event.voided"), "data.target", target.clone());
        let outcome = world.record(HA_DINH, &with(void, "occurred_on", json!("2023-02-10")));
        assert_eq!(codes(&outcome), ["data.target not_recorded_yet"], "{target}");
    }
    let outcome = world.record(HA_DINH, &with(example("penalty.decided"), "refs", json!(["3/3"])));
    assert_eq!(codes(&outcome), ["refs.0 not_recorded_yet"]);
    let outcome = world.record(HA_DINH, &with(example("penalty.decided"), "refs", json!(["3/3", "4/900"])));
    assert_eq!(codes(&outcome), [""; 0], "another unit's record may arrive later");
}

#[test]
fn rule_tables_that_do_not_parse_are_refused_with_line_and_key() {
    let world = World::new();
    let adopt = |name: &str, content: &str| {
        let form = with(example("rules.adopted"), "data.name", json!(name));
        let facts = facts(&with(form, "data.content", json!(content)));
        let ctx = Ctx::draft(&world.registry, date("2023-07-15"));
        rules::check(&Event::decode(&facts).unwrap(), OPERATOR, &ctx)
    };
    let tet = "[[occasion]]\nid = \"tet\"\nlabel = \"Tết\"\nfrom = 2023-01-20\nto = 2023-01-26\n";
    assert_eq!(adopt("occasions", tet), []);
    let breaches = adopt("occasions", &tet.replace("to = 2023-01-26", "to = 2023-01-36"));
    assert_eq!((breaches[0].field.as_str(), breaches[0].code), ("data.content", "bad_table"));
    assert!(breaches[0].message_en.contains("line 5, key `to`"), "{}", breaches[0]);
    assert_eq!(adopt("laws", tet)[0].field, "data.name");
}

#[test]
fn amounts_of_a_rule_table_are_no_identities_and_texts_in_it_are_read_with_their_line() {
    let world = World::new();
    let adopt = |name: &str, content: &str| {
        let form = with(example("rules.adopted"), "data.name", json!(name));
        let facts = facts(&with(form, "data.content", json!(content)));
        let ctx = Ctx::draft(&world.registry, date("2023-07-15"));
        rules::check(&Event::decode(&facts).unwrap(), OPERATOR, &ctx)
    };
    let law = "[[cap]]\nvalid_from = 2022-01-01\nsource = \"Nghị định 1\"\nmax = 100000000\n";
    assert_eq!(adopt("law.thu", law), []);
    for (wrong, line) in [("Nghị định 012345678", 3), ("CMND 123456789", 3)] {
        let breaches = adopt("law.thu", &law.replace("Nghị định 1", wrong));
        assert_eq!((breaches[0].field.as_str(), breaches[0].code), ("data.content", "card_number"));
        assert!(breaches[0].message_en.contains(&format!("line {line}:")), "{}", breaches[0]);
        assert!(breaches[0].message_vi.contains(&format!("dòng {line}:")), "{}", breaches[0]);
    }
    assert_eq!(adopt("law.thu", &format!("{law}# CMND 123456789\n"))[0].code, "card_number");
    // a template is a text from end to end
    assert_eq!(adopt("template.monthly", "Thu\n123456789 quà")[0].code, "card_number");
}

#[test]
fn who_when_and_where_are_known_and_in_force() {
    let world = World::new();
    let facts = |changes: &[(&str, Value)]| {
        let form = with(with(example("incident.reported"), "doc", json!(null)), "refs", json!(null));
        changes.iter().fold(form, |form, (path, value)| with(form, path, value.clone()))
    };
    for (publisher, today, changes, expected) in [
        (HA_DINH, "2023-02-08", vec![("occurred_on", json!("2023-02-08"))], vec![]),
        (
            HA_DINH,
            "2023-02-08",
            vec![("occurred_on", json!("2023-02-09"))],
            vec!["occurred_on in_the_future"],
        ),
        (socai_tlog::UnitNo(7), "2023-02-08", vec![], vec!["unit unknown_unit"]),
        (HA_DINH, "2025-07-15", vec![("occurred_on", json!("2024-12-31"))], vec![]),
        (
            HA_DINH,
            "2025-07-15",
            vec![("occurred_on", json!("2025-01-01"))],
            vec!["unit unit_not_valid", "place.0 unit_not_valid"],
        ),
        (HEALTH, "2025-07-15", vec![("occurred_on", json!("2025-01-01"))], vec!["place.0 unit_not_valid"]),
        (
            HEALTH,
            "2025-07-15",
            vec![("occurred_on", json!("1996-12-31"))],
            vec!["unit unit_not_valid", "place.0 unit_not_valid"],
        ),
        (HA_DINH, "2023-02-08", vec![("place", json!(["hn.tx.ha-dinh.3"]))], vec!["place.0 unknown_unit"]),
        (HA_DINH, "2023-02-08", vec![("place", json!(["00361"]))], vec!["place.0 unknown_unit"]),
        (HA_DINH, "2023-02-08", vec![("place", json!(null))], vec![]),
        (
            HA_DINH,
            "2023-02-08",
            vec![("place", json!(["hn.tx.kim-giang.1", "hn.tx.ha-dinh.1", "hn.tx.kim-giang.1"]))],
            vec!["place.2 listed_twice"],
        ),
        (HA_DINH, "2023-02-08", vec![("refs", json!(["4/1", "4/2", "4/1"]))], vec!["refs.2 listed_twice"]),
    ] {
        let changes =
            [&[("occurred_on", json!("2023-02-01")), ("place", json!(["hn.tx.ha-dinh.1"]))][..], &changes]
                .concat();
        assert_eq!(
            world.draft(publisher, &facts(&changes), today),
            expected,
            "{publisher} {today} {changes:?}"
        );
    }
}

#[test]
fn documents_are_numbered_in_the_year_of_their_date() {
    breaks("penalty.decided", &[("doc.year", json!(2022))], &["doc.year year_differs"]);
    breaks("penalty.decided", &[("doc.date", json!("2023-07-16"))], &["doc.date too_late"]);
}

#[test]
fn identities_in_texts_are_refused_without_repeating_them() {
    for (kind, path, text, code) in [
        ("activity.held", "data.name", "Hội nghị, liên hệ 0912 345 678", "phone_number"),
        ("activity.held", "data.venue", "nhà ông có CCCD 001099012345", "citizen_number"),
        ("directive.issued", "data.text", "Xử lý xe 29A-123.45", "vehicle_plate"),
        ("directive.progressed", "data.note", "gửi về a.nguyen@gmail.com", "mail_address"),
        ("directive.progressed", "data.note", "CMND 012345678", "card_number"),
        ("violation.recorded", "data.record_no", "001099012345", "citizen_number"),
        ("penalty.decided", "case", "vp-0912345678", "phone_number"),
        ("penalty.decided", "entered_by", "0912345678", "phone_number"),
    ] {
        let form = with(example(kind), path, json!(text));
        let facts = facts(&form);
        let world = World::new();
        let ctx = Ctx::draft(&world.registry, date("2023-07-15"));
        let breaches = rules::check(&Event::decode(&facts).unwrap(), HA_DINH, &ctx);
        assert_eq!(
            breaches.iter().map(|b| (b.field.as_str(), b.code)).collect::<Vec<_>>(),
            [(path, code)],
            "{text}"
        );
        let digits: String = text.chars().filter(char::is_ascii_digit).take(9).collect();
        assert!(digits.is_empty() || !format!("{:?}", breaches[0]).contains(&digits), "{:?}", breaches[0]);
    }
}

#[test]
fn tokens_codes_and_document_numbers_are_no_identities() {
    for (kind, path, text) in [
        ("violation.recorded", "data.subject", "09123456780987654321a"),
        ("inspection.conducted", "data.facility", "cs_0912345678xx"),
        ("penalty.decided", "data.decision_no", "012345678/QĐ-XPHC"),
        ("budget.revenue_posted", "data.voucher", "230112000123"),
        (
            "directive.issued",
            "data.text",
            "Thu đủ 1.005.123.000.000 đồng theo 3225/QĐ-UBND ngày 08/12/2022 (mã 00361)",
        ),
    ] {
        breaks(kind, &[(path, json!(text))], &[]);
    }
}

#[test]
fn facts_of_a_foreign_node_are_held_against_the_descriptors_too() {
    let world = World::new();
    let mut message = socai_proto::kind("penalty.decided").unwrap().example_event();
    message.entered_by.clear();
    message.level = 7;
    message.case = "Ha\u{323}".into();
    let facts = prost::Message::encode_to_vec(&message);
    let breaches = rules::check(
        &Event::decode(&facts).unwrap(),
        HA_DINH,
        &Ctx::draft(&world.registry, date("2023-07-15")),
    );
    let found: Vec<_> = breaches.iter().map(|b| (b.field.as_str(), b.code)).collect();
    assert_eq!(found, [("case", "not_nfc"), ("level", "unknown_value"), ("entered_by", "required")]);
}

#[test]
fn bytes_that_are_no_event_are_malformed_with_the_reason() {
    let whole = facts(&example("penalty.decided"));
    assert!(Event::decode(&whole).is_ok());
    assert!(matches!(Event::decode(&whole[..whole.len() - 1]), Err(Malformed::NotFacts(_))));
    assert_eq!(Event::decode(&[]).unwrap_err(), Malformed::UnknownKind);
    assert_eq!(
        Event::decode(&vec![0; (1 << 20) + 1]).unwrap_err(),
        Malformed::TooLong { got: (1 << 20) + 1 }
    );
    let mut message = socai_proto::kind("penalty.decided").unwrap().example_event();
    message.id = message.id.slice(..15);
    let short = prost::Message::encode_to_vec(&message);
    assert_eq!(Event::decode(&short).unwrap_err(), Malformed::BadId { got: 15 });
    message.id = vec![1; 16].into();
    message.occurred_on = 20_230_230;
    let no_day = prost::Message::encode_to_vec(&message);
    assert!(matches!(Event::decode(&no_day), Err(Malformed::BadDate(_))));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_decoding_or_the_rules_fail(at in 0usize..400, byte in 0u8..=255, kind in 0usize..32) {
        let world = World::new();
        let kinds = socai_proto::kinds();
        let mut facts = facts(&kinds[kind % kinds.len()].example());
        let at = at % facts.len();
        facts[at] = byte;
        if let Ok(event) = Event::decode(&facts) {
            for publisher in [OPERATOR, HA_DINH] {
                let at = world.position(publisher, "2023-07-15", false);
                rules::check(&event, publisher, &Ctx::recorded(&world.registry, &at));
            }
        }
    }
}
