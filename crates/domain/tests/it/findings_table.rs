//! The table of findings: what an inspector may write, and the line and key he is told when it is wrong.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use socai_domain::{
    Dong,
    lifecycle::Family,
    tables::{Check, Claim, FindingRule, Severity, Table, TableError, parse},
};
use socai_proto::v1::UnitType;

const REFERENCE: &str = include_str!("../../../../deploy/thanh-xuan/rules/findings.toml");

/// Lines are counted from the first character, so the first row stands in line 1.
const TABLE: &str = r#"[[finding]]
id = "unpaid"
label = "Quá hạn nộp phạt"
label_en = "Unpaid past due"
severity = "high"
check = "case"
family = "penalty"
codes = ["overdue"]
min_days = 10
min_amount = 1_000_000
valid_from = 2013-07-01
valid_to = 2025-06-30
source = "Luật 15/2012/QH13 Điều 78"

[[finding]]
id = "gaps"
label = "Thiếu số"
severity = "medium"
check = "number-gaps"
kinds = ["penalty.decided"]
series = "QĐ-XPHC"
from_one = true
valid_from = 2023-01-01
source = "Nghị định 30/2020/NĐ-CP Điều 15"

[[finding]]
id = "silent"
label = "Im lặng"
severity = "low"
check = "unit-silent"
types = ["ward"]
days = 30
valid_from = 2023-01-01
source = "Quy chế"
"#;

fn rules(content: &str) -> Vec<FindingRule> {
    match parse("findings", content).unwrap_or_else(|error| panic!("{error}")) {
        Table::Findings(rules) => rules,
        other => panic!("{other:?}"),
    }
}

/// What is said of the table with one thing changed.
fn told(from: &str, to: &str) -> TableError {
    assert!(TABLE.contains(from), "{from}");
    let changed = TABLE.replacen(from, to, 1);
    parse("findings", &changed).err().unwrap_or_else(|| panic!("`{to}` was accepted"))
}

#[test]
fn rows_hold_their_check_with_its_thresholds_severity_days_and_source() {
    let rules = rules(TABLE);
    assert_eq!(
        rules[0].check,
        Check::Case {
            family: Family::Penalty,
            codes: vec!["overdue".to_owned()],
            min_days: 10,
            min_amount: Dong(1_000_000),
        }
    );
    assert_eq!((rules[0].severity, rules[0].source.as_str()), (Severity::High, "Luật 15/2012/QH13 Điều 78"));
    let day = |text: &str| rules[0].judges(text.parse().unwrap());
    assert_eq!(
        [day("2013-06-30"), day("2013-07-01"), day("2025-06-30"), day("2025-07-01")],
        [false, true, true, false]
    );
    let Check::NumberGaps(numbering) = &rules[1].check else { panic!("{:?}", rules[1].check) };
    assert_eq!((numbering.series.as_slice(), numbering.from_one), (["QĐ-XPHC".to_owned()].as_slice(), true));
    assert_eq!(rules[2].check, Check::UnitSilent { types: vec![UnitType::Ward], days: 30 });
}

#[test]
fn a_wrong_row_is_refused_with_its_line_and_key() {
    for (from, to, line, key, problem) in [
        ("check = \"case\"", "check = \"cases\"", 6, "check", "there is no check `cases`"),
        ("family = \"penalty\"", "family = \"fines\"", 7, "family", "is none of penalty"),
        ("codes = [\"overdue\"]", "codes = [\"overdu\"]", 8, "codes", "never found"),
        ("codes = [\"overdue\"]", "codes = []", 8, "codes", "at least one"),
        ("min_days = 10", "min_day = 10", 9, "min_day", "is no key of the check `case`"),
        ("min_days = 10", "min_days = -1", 9, "min_days", "outside 0"),
        ("min_amount = 1_000_000", "min_amount = \"1tr\"", 10, "min_amount", "expected an integer"),
        ("id = \"unpaid\"", "id = \"Unpaid\"", 2, "id", "a-z"),
        ("label = \"Quá hạn nộp phạt\"", "label = \" \"", 3, "label", "is empty"),
        ("source = \"Luật 15/2012/QH13 Điều 78\"", "source = \"\"", 13, "source", "law or decision"),
        ("valid_to = 2025-06-30", "valid_to = 2012-06-30", 12, "valid_to", "ends before"),
        (
            "kinds = [\"penalty.decided\"]",
            "kinds = [\"penalty.made\"]",
            20,
            "kinds",
            "no kind `penalty.made`",
        ),
        (
            "check = \"number-gaps\"\nkinds = [\"penalty.decided\"]",
            "check = \"voucher-twice\"\nkinds = [\"penalty.decided\"]",
            20,
            "kinds",
            "penalty.decided has no `voucher`",
        ),
        ("kinds = [\"penalty.decided\"]\n", "", 15, "kinds", "names the kinds"),
        ("from_one = true", "from_one = 1", 22, "from_one", "true or false"),
        ("types = [\"ward\"]", "types = [\"phuong\"]", 31, "types", "no unit type"),
        ("days = 30\n", "", 26, "days", "is missing"),
        ("id = \"gaps\"", "id = \"silent\"", 27, "id", "has another row"),
    ] {
        let error = told(from, to);
        assert_eq!(
            (error.table.as_str(), error.line, error.key.as_str()),
            ("findings", line, key),
            "{error}"
        );
        assert!(error.problem.contains(problem), "{error}");
    }
}

#[test]
fn a_severity_that_is_none_and_a_row_without_its_first_day_are_refused_too() {
    let error = told("severity = \"high\"", "severity = \"grave\"");
    assert!(error.problem.contains("grave"), "{error}");
    let error = told("valid_from = 2013-07-01\n", "");
    assert!(error.problem.contains("valid_from"), "{error}");
}

#[test]
fn a_claim_that_witnesses_contradict_is_one_of_three_and_its_term_is_in_minutes_or_days() {
    let row = |keys: &str| {
        TABLE.replacen(
            "check = \"unit-silent\"\ntypes = [\"ward\"]\ndays = 30",
            &format!("check = \"witnessed-with\"\n{keys}"),
            1,
        )
    };
    let term = |keys: &str| match rules(&row(keys))[2].check {
        Check::WitnessedWith { claim, minutes } => (claim, minutes),
        ref other => panic!("{other:?}"),
    };
    assert_eq!(term("claim = \"recorded\"\ndays = 2"), (Claim::Recorded, 2_880));
    assert_eq!(term("claim = \"received\"\nminutes = 2"), (Claim::Received, 2));
    for (keys, key) in [
        ("claim = \"signed\"\nminutes = 2", "claim"),
        ("minutes = 2", "claim"),
        ("claim = \"occurred\"", "minutes"),
        ("claim = \"occurred\"\ndays = 1\nminutes = 2", "minutes"),
    ] {
        assert_eq!(parse("findings", &row(keys)).unwrap_err().key, key, "{keys}");
    }
}

#[test]
fn rows_of_one_id_follow_each_other_but_do_not_overlap() {
    let next = TABLE.replace("id = \"gaps\"", "id = \"unpaid\"");
    assert!(parse("findings", &next).is_err(), "2023-01-01 lies in the first row");
    let after =
        next.replace("valid_from = 2023-01-01\nsource = \"Nghị", "valid_from = 2025-07-01\nsource = \"Nghị");
    assert_eq!(rules(&after)[1].id, "unpaid");
}

#[test]
fn every_check_can_be_written_and_takes_no_key_of_another() {
    for (check, keys) in [
        ("number-gaps", "kinds = [\"penalty.decided\"]"),
        ("number-twice", "kinds = [\"penalty.decided\"]"),
        ("number-order", "kinds = [\"penalty.decided\"]\ndays = 0"),
        ("case", "family = \"gift\"\ncodes = [\"value_differs\"]"),
        ("recorded-late", "days = 3"),
        ("received-late", "days = 3"),
        ("clock-ahead", "minutes = 3"),
        ("clock-back", "minutes = 3"),
        ("witnessed-without", "claim = \"received\"\nminutes = 3"),
        ("witnessed-with", "claim = \"occurred\"\ndays = 3"),
        ("document-after", "days = 3"),
        ("fact-after-closing", ""),
        ("amended-after-closing", ""),
        ("nil-contradicted", ""),
        ("unit-silent", "days = 3"),
        ("period-open", "working_days = 2"),
        ("answer-owed", "days = 3"),
        ("fines-against-revenue", "tolerance = 0"),
        ("gift-repeated", "days = 3"),
        ("gift-two-programmes", ""),
        ("gifts-against-expenditure", "tolerance = 0\ndays = 60"),
        ("capital-plan", "tolerance = 0"),
        ("cleared-area", "tolerance_m2 = 0"),
        ("ward-contribution", "least = 1"),
        ("inspection-not-lead", ""),
        ("inspection-twice", ""),
        ("suspension-open", "fields = [\"fire\"]\ndays = 30"),
        ("records-of-visits", ""),
        ("document-differs", ""),
        ("dossier-twice", ""),
        ("rejected", ""),
        ("fork", ""),
    ] {
        let row = |more: &str| {
            let fixed =
                "id = \"a\"\nlabel = \"a\"\nseverity = \"low\"\nvalid_from = 2023-01-01\nsource = \"s\"\n";
            format!("[[finding]]\n{fixed}check = \"{check}\"\n{keys}\n{more}\n")
        };
        assert_eq!(rules(&row("")).len(), 1, "{check}");
        let error = parse("findings", &row("centuries = 1")).unwrap_err();
        assert_eq!(error.key, "centuries", "{error}");
        let listed = parse("findings", &row("").replace(check, "none")).unwrap_err();
        assert!(listed.problem.contains(check), "{check} is listed: {listed}");
    }
}

#[test]
fn the_table_of_the_reference_district_says_how_far_each_source_was_checked() {
    let rules = rules(REFERENCE);
    assert!(rules.len() > 30, "{}", rules.len());
    for rule in rules {
        let is_marked = [
            "đã đọc văn bản",
            "cần kiểm tra",
            "ngưỡng của quận",
            "ghi trong sổ",
            "CATALOGUE.md",
            "obligations",
        ]
        .iter()
        .any(|mark| rule.source.contains(mark));
        assert!(is_marked, "{}: {}", rule.id, rule.source);
        assert!(!rule.label_en.is_empty(), "{}", rule.id);
    }
}

#[test]
fn a_field_of_inspection_that_there_is_none_of_is_refused_by_its_key() {
    let row = |fields: &str| {
        TABLE.replacen(
            "check = \"unit-silent\"\ntypes = [\"ward\"]",
            &format!("check = \"suspension-open\"\nfields = {fields}"),
            1,
        )
    };
    let error = parse("findings", &row("[\"fires\"]")).unwrap_err();
    assert_eq!((error.key.as_str(), error.problem.contains("`fires`")), ("fields", true), "{error}");
    let of = |rule: &FindingRule| match &rule.check {
        Check::SuspensionOpen { fields, days } => (fields.len(), *days),
        other => panic!("{other:?}"),
    };
    assert_eq!(of(&rules(&row("[\"fire\", \"market\"]"))[2]), (2, 30));
    assert_eq!(of(&rules(&row("[]"))[2]), (0, 30), "all of them");
}

/// What a judge finds and no rule asks for is seen by nobody. Penalties have findings that only figures and `socai case` show.
#[test]
fn everything_that_is_found_in_a_case_is_asked_for_by_the_reference_district() {
    let rules = rules(REFERENCE);
    let asked = |family: Family, code: &str| {
        rules.iter().any(|rule| match &rule.check {
            Check::Case { family: of, codes, .. } => *of == family && codes.iter().any(|known| known == code),
            _ => false,
        })
    };
    for family in Family::ALL.into_iter().filter(|family| *family != Family::Penalty) {
        for code in family.codes() {
            assert!(asked(family, code), "no rule asks for {code} of {}", family.name());
        }
    }
}
