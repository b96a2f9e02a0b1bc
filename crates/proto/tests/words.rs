//! What people read: errors with the way out, the list of kinds, the page of one kind.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use serde_json::{Value, json};
use socai_proto::{FieldError, Lang, catalogue, json as form, kind, kinds};

/// The penalty example with one place changed.
fn penalty(pointer: &str, value: Value) -> Value {
    let mut form = kind("penalty.decided").unwrap().example();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    form.pointer_mut(parent).unwrap()[key] = value;
    form
}

fn only_error(form: &Value) -> FieldError {
    let mut errors = form::event_from_json(form).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors.remove(0)
}

#[test]
fn an_error_says_where_what_was_got_and_what_was_expected_in_both_languages() {
    let error = only_error(&penalty("/data/lines/1/amount", json!("1.500.000")));
    assert_eq!(
        error.to_string(),
        "data.lines.1.amount: Amount: wrong type; got 1.500.000; expected a whole number from 0 to 1000000000000000 (VND)"
    );
    assert_eq!(
        error.message(Lang::Vi),
        "Số tiền phạt: sai kiểu dữ liệu; nhận được 1.500.000; cần số nguyên từ 0 đến 1000000000000000 (VND)"
    );
    assert_eq!((error.path.as_str(), error.code.as_str()), ("data.lines.1.amount", "wrong_type"));
    assert_eq!(error.message(Lang::En), error.message_en);
    assert_eq!(
        (&*error.got, &*error.expected),
        ("1.500.000", "a whole number from 0 to 1000000000000000 (VND)")
    );
}

#[test]
fn a_wrong_name_brings_the_nearest_right_one() {
    let cases = [
        (penalty("/data/totl", json!(1)), "(did you mean \"total\"?)"),
        (penalty("/data/lines/0/bracket_mni", json!(1)), "(did you mean \"bracket_min\"?)"),
        (penalty("/data/field", json!("urban_oder")), "(did you mean \"urban_order\"?)"),
        (
            json!({"kind": "penalty.decide", "occurred_on": "2023-01-12"}),
            "(did you mean \"penalty.decided\"?)",
        ),
        (penalty("/doc/numer", json!("1")), "(did you mean \"number\"?)"),
    ];
    for (form, hint) in cases {
        let error = only_error(&form);
        assert!(error.message_en.ends_with(hint), "{error}");
        assert!(error.message_vi.contains("có phải «"), "{}", error.message_vi);
    }
}

#[test]
fn all_errors_of_a_form_come_at_once() {
    let mut form = penalty("/data/total", json!(-1));
    form["occurred_on"] = json!("12/01/2023");
    form["data"]["decision_no"] = Value::Null;
    let errors = form::event_from_json(&form).unwrap_err();
    let paths: Vec<_> = errors.iter().map(|error| (error.path.as_str(), error.code.as_str())).collect();
    assert_eq!(
        paths,
        [("occurred_on", "bad_date"), ("data.decision_no", "required"), ("data.total", "out_of_range")]
    );
}

#[test]
fn secrets_are_turned_away_with_the_way_they_must_go() {
    let mut form = kind("penalty.decided").unwrap().example();
    form["level"] = json!("Tối mật");
    let error = only_error(&form);
    assert!(error.message_en.contains("goes through another channel"), "{error}");
    assert!(error.message_vi.contains("gửi theo đường văn bản mật"), "{}", error.message_vi);
}

#[test]
fn what_an_attacker_sent_is_shown_short_and_on_one_line() {
    let hostile = format!("\u{1B}[2J\u{202E}{}", "x".repeat(10_000));
    let error = only_error(&penalty("/data/decision_no", json!(hostile)));
    assert!(error.to_string().len() < 400, "{error}");
    assert!(!error.to_string().chars().any(|c| c.is_control() || c == '\u{202E}'), "{error:?}");
    let key = only_error(
        &json!({"kind": "event.voided", "occurred_on": "2023-01-12", "data": {"target": "1/2", "reason": "test", hostile: 1}}),
    );
    assert!(!key.to_string().chars().any(char::is_control), "{key:?}");
}

#[test]
fn a_record_with_publisher_and_annex_goes_to_json_and_back() {
    let mut whole = kind("penalty.decided").unwrap().example();
    whole["unit"] = json!("hn.tx.ha-dinh.1");
    whole["annex"] =
        json!({"salt": "00112233445566778899aabbccddeeff", "text": {"reason": "gõ nhầm", "a": "b"}});
    let (event, annex) = form::event_from_json(&whole).unwrap();
    assert_eq!(form::event_to_json(&event, Some(&annex), Some("hn.tx.ha-dinh.1")), whole);
    assert_eq!(socai_proto::validate_annex(&annex), []);
}

#[test]
fn a_draft_may_leave_to_the_ward_what_the_ward_supplies() {
    let mut draft = kind("penalty.decided").unwrap().example();
    for key in ["id", "level", "source", "entered_by", "approved_by"] {
        draft.as_object_mut().unwrap().remove(key);
    }
    draft["annex"] = json!({"text": {"reason": "…"}});
    let (event, annex) = form::event_from_json(&draft).unwrap();
    let asked: Vec<_> = socai_proto::validate(&event).into_iter().map(|error| error.path).collect();
    assert_eq!(asked, ["id", "level", "source", "entered_by"]);
    assert_eq!(socai_proto::validate_annex(&annex)[0].path, "annex.salt");
}

#[test]
fn the_list_of_kinds_names_each_once_in_both_languages() {
    for lang in [Lang::Vi, Lang::En] {
        let list = catalogue::list(lang);
        for kind in kinds() {
            let lines: Vec<_> =
                list.lines().filter(|line| line.split_whitespace().next() == Some(kind.name)).collect();
            assert_eq!(lines.len(), 1, "{}", kind.name);
            assert!(lines[0].contains(kind.label.get(lang)));
            assert_eq!(lines[0].ends_with('°'), kind.operator_only);
        }
    }
}

#[test]
fn the_page_of_a_kind_names_every_field_and_shows_an_example_that_can_be_sent() {
    for kind in kinds() {
        for lang in [Lang::Vi, Lang::En] {
            let page = catalogue::describe(kind, lang);
            for field in kind.message.fields {
                assert!(
                    page.contains(&format!("  {}", field.name)) && page.contains(field.label.get(lang)),
                    "{}",
                    field.name
                );
            }
            let example = page.split_once("{\n").map(|(_, rest)| format!("{{\n{rest}")).unwrap();
            let example: Value = serde_json::from_str(&example).unwrap();
            assert_eq!(form::event_from_json(&example).unwrap().0, kind.example_event());
        }
    }
}

#[test]
fn the_readme_says_how_many_kinds_there_are() {
    let (ledger, domain): (Vec<_>, Vec<_>) = kinds().iter().partition(|kind| kind.is_ledger());
    assert_eq!((ledger.len(), domain.len()), (15, 36));
    let letters: std::collections::BTreeSet<_> = domain.iter().map(|kind| kind.domain).collect();
    let said = format!("{} kinds of facts in {} domains", kinds().len(), letters.len() + 1);
    let readme = include_str!("../../../README.md").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(readme.contains(&said), "README.md does not say: {said}");
}
