//! Input that must not be sealed: every way in says which field is wrong and why, and leaves the journal as it was.

use serde_json::{Value, json};
use socai_tests::{
    chance::Chance,
    facts,
    ledger::{self, Roots},
    running::Running,
    socai,
    unit::Unit,
    wait,
    world::World,
};

/// A wrong event: what is wrong with it, the field and code that have to be named, and how a good one is spoilt.
struct Wrong {
    what: &'static str,
    field: &'static str,
    code: &'static str,
    spoil: fn(&mut Value),
}

const WRONGS: &[Wrong] = &[
    Wrong {
        what: "unknown kind",
        field: "kind",
        code: "unknown_kind",
        spoil: |event| event["kind"] = "activity.dreamt".into(),
    },
    Wrong {
        what: "unknown unit",
        field: "place.0",
        code: "unknown_unit",
        spoil: |event| event["place"] = json!(["hn.tx.khong-co.1"]),
    },
    Wrong {
        what: "another unit",
        field: "unit",
        code: "wrong_unit",
        spoil: |event| event["unit"] = "hn.tx.thuong-dinh.1".into(),
    },
    Wrong {
        what: "wrong type",
        field: "data.name",
        code: "wrong_type",
        spoil: |event| event["data"]["name"] = 7.into(),
    },
    Wrong {
        what: "a fraction for a count",
        field: "data.participants",
        code: "wrong_type",
        spoil: |event| event["data"]["participants"] = 1.5.into(),
    },
    Wrong {
        what: "out of range",
        field: "data.participants",
        code: "out_of_range",
        spoil: |event| event["data"]["participants"] = 10_000_001.into(),
    },
    Wrong {
        what: "negative count",
        field: "data.participants",
        code: "out_of_range",
        spoil: |event| event["data"]["participants"] = (-1).into(),
    },
    Wrong {
        what: "unknown value of a list",
        field: "data.kind",
        code: "unknown_value",
        spoil: |event| event["data"]["kind"] = "siesta".into(),
    },
    Wrong {
        what: "missing value",
        field: "data.venue",
        code: "required",
        spoil: |event| drop(event["data"].as_object_mut().unwrap().remove("venue")),
    },
    Wrong {
        what: "misspelt field",
        field: "data.nmae",
        code: "unknown_field",
        spoil: |event| event["data"]["nmae"] = "x".into(),
    },
    Wrong {
        what: "no day of the calendar",
        field: "occurred_on",
        code: "bad_date",
        spoil: |event| event["occurred_on"] = "2023-02-29".into(),
    },
    Wrong {
        what: "in the future",
        field: "occurred_on",
        code: "in_the_future",
        spoil: |event| event["occurred_on"] = "2199-01-01".into(),
    },
    Wrong {
        what: "after the unit ended",
        field: "unit",
        code: "unit_not_valid",
        spoil: |event| event["occurred_on"] = "2025-07-01".into(),
    },
    Wrong {
        what: "decomposed letters",
        field: "data.name",
        code: "not_nfc",
        spoil: |event| event["data"]["name"] = "Ra qua\u{302}n".into(),
    },
    Wrong {
        what: "text too long",
        field: "data.name",
        code: "too_long",
        spoil: |event| event["data"]["name"] = "x".repeat(301).into(),
    },
    Wrong {
        what: "too many places",
        field: "place",
        code: "too_many",
        spoil: |event| event["place"] = vec!["hn.tx.ha-dinh.1"; 65].into(),
    },
    Wrong {
        what: "citizen number",
        field: "data.name",
        code: "citizen_number",
        spoil: |event| event["data"]["name"] = "Ra quân 001089012345".into(),
    },
    Wrong {
        what: "phone",
        field: "data.venue",
        code: "phone_number",
        spoil: |event| event["data"]["venue"] = "gọi 0912 345 678".into(),
    },
    Wrong {
        what: "plate",
        field: "data.venue",
        code: "vehicle_plate",
        spoil: |event| event["data"]["venue"] = "xe 30A-123.45".into(),
    },
    Wrong {
        what: "phone in free text",
        field: "annex.text.note",
        code: "phone_number",
        spoil: |event| event["annex"] = json!({"text": {"note": "liên hệ 0912345678"}}),
    },
    Wrong {
        what: "an operator's fact",
        field: "kind",
        code: "operator_only",
        spoil: |event| {
            event["kind"] = "unit.suspended".into();
            event["data"] = json!({"unit": "hn.tx.thuong-dinh.1", "ground": "fork", "from_leaf_index": 1});
        },
    },
];

fn good(unit: &Unit) -> Value {
    json!({
        "kind": "activity.held", "unit": unit.id, "occurred_on": "2023-01-12", "level": "public", "entered_by": "thu-nghiem",
        "data": {"kind": "campaign", "name": "Ra quân", "from": "2023-01-12", "to": "2023-01-12", "venue": "nhà văn hóa"},
    })
}

fn spoilt(unit: &Unit, wrong: &Wrong) -> Value {
    let mut event = good(unit);
    (wrong.spoil)(&mut event);
    event
}

#[test]
fn the_command_line_names_field_and_reason_and_seals_nothing() {
    let world = World::found(1);
    let unit = &world.units[0];
    socai!("ward", "record", unit.dir, "activity.held", "--json", good(unit).to_string()).ok();
    let before = ledger::journal_bytes(unit);
    for wrong in WRONGS {
        let event = spoilt(unit, wrong);
        let kind = event["kind"].as_str().unwrap();
        let said = socai!("ward", "record", unit.dir, kind, "--json", event.to_string());
        assert_eq!(said.code, Some(1), "{}: {said}", wrong.what);
        let line = said.out.lines().find(|line| line.trim_start().starts_with(&format!("{}:", wrong.field)));
        let line = line.unwrap_or_else(|| panic!("{}: {} is not named: {said}", wrong.what, wrong.field));
        assert!(line.ends_with(&format!("[{}]", wrong.code)), "{}: {line}", wrong.what);
        assert!(said.out.contains("nothing was sealed"), "{said}");
    }
    socai!("ward", "record", unit.dir, "activity.held", "--json", "{\"data\": ").fails(2, &["--json"]);
    socai!("ward", "record", unit.dir, "activity.held", "--json", "[]").fails(2, &["--json"]);
    assert_eq!(ledger::journal_bytes(unit), before, "not a byte of the journal changed");
}

#[test]
fn the_http_api_answers_problem_json_field_by_field_and_seals_nothing() {
    let world = World::found(1);
    let running = Running::start(&world);
    let unit = &world.units[0];
    assert_eq!(unit.post(&good(unit)).unwrap().status, 201);
    let before = ledger::journal_bytes(unit);
    for wrong in WRONGS {
        let answer = unit.post(&spoilt(unit, wrong)).unwrap();
        assert_eq!(answer.status, 422, "{}: {}", wrong.what, answer.body);
        assert_eq!(answer.kind, "application/problem+json", "{}", wrong.what);
        let errors = answer.body["errors"].as_array().unwrap();
        let named = errors.iter().find(|error| error["field"] == wrong.field && error["code"] == wrong.code);
        let named = named.unwrap_or_else(|| panic!("{}: {}", wrong.what, answer.body));
        assert!(named["message_vi"].is_string() && named["message_en"].is_string(), "{named}");
    }
    one_wrong_event_spoils_the_batch(unit);
    requests_that_are_none(unit);
    assert_eq!(ledger::journal_bytes(unit), before, "not a byte of the journal changed");
    running.close(&world, &mut Roots::default());
}

#[test]
fn beside_a_running_node_a_refusal_is_said_in_the_words_and_the_language_of_the_command() {
    let world = World::found(1);
    let running = Running::start(&world);
    let unit = &world.units[0];
    let mut event = good(unit);
    event["data"]["name"] = 7.into();
    let rows = unit.dir.join("rows.jsonl");
    std::fs::write(&rows, format!("{event}\n")).unwrap();
    for (lang, words) in
        [("vi", ["không niêm phong gì;", "sai kiểu dữ liệu"]), ("en", ["nothing was sealed;", "wrong type"])]
    {
        for args in [
            ["record", "activity.held", "--json", &event.to_string()].map(std::ffi::OsString::from),
            ["import".into(), rows.clone().into(), "--lang".into(), lang.into()],
        ] {
            let mut command = std::process::Command::new(socai_tests::program::socai());
            command.arg("ward").arg(&args[0]).arg(&unit.dir).args(&args[1..]);
            if args[0] == "record" {
                command.args(["--lang", lang]);
            }
            let said = socai_tests::command::run(command, None).fails(1, &words);
            assert!(said.out.contains("data.name: ") && said.out.contains("[wrong_type]"), "{said}");
        }
    }
    running.close(&world, &mut Roots::default());
}

fn one_wrong_event_spoils_the_batch(unit: &Unit) {
    let mut batch: Vec<_> = (0..5).map(|_| good(unit)).collect();
    batch[3]["data"]["name"] = 7.into();
    let answer = unit.post(&batch.into()).unwrap();
    assert_eq!(
        (answer.status, &answer.body["errors"][0]["field"]),
        (422, &json!("3.data.name")),
        "{}",
        answer.body
    );
}

/// Not one event: no JSON, no event, too many, too long, another type, no token.
fn requests_that_are_none(unit: &Unit) {
    let json = [("Content-Type", "application/json")];
    let post = |headers: &[(&str, &str)], body: &[u8]| {
        // a refusal of a long body may be lost with the connection that it closes; asking again is harmless
        let ask = || unit.ask("POST", "/api/v1/events", headers, body).ok();
        let answer = wait::until("an answer", ask);
        assert_eq!(answer.kind, "application/problem+json", "{answer:?}");
        assert!(answer.body["detail"].is_string(), "{answer:?}");
        answer.status
    };
    assert_eq!(post(&json, b"{\"kind\": "), 400);
    assert_eq!(post(&json, b"[]"), 400);
    assert_eq!(post(&json, b"7"), 422);
    let many = Value::from(vec![good(unit); 513]).to_string();
    assert_eq!(post(&json, many.as_bytes()), 413);
    assert_eq!(post(&json, "x".repeat(5 << 20).as_bytes()), 413);
    assert_eq!(post(&[("Content-Type", "text/plain")], good(unit).to_string().as_bytes()), 415);
    let (address, _) = unit.address().unwrap();
    for token in ["", "Bearer ", "Bearer wrong-token-wrong-token", "Basic abc"] {
        let headers = [json[0], ("Authorization", token)];
        let body = good(unit).to_string();
        let answer =
            socai_tests::http::request(&address, "POST", "/api/v1/events", &headers, body.as_bytes())
                .unwrap();
        assert_eq!(answer.status, 401, "{token:?}: {}", answer.body);
    }
}

#[test]
fn an_import_with_wrong_rows_seals_none_of_them_and_lists_all() {
    let world = World::found(1);
    let unit = &world.units[0];
    let mut chance = Chance::new(3);
    let mut rows: Vec<Value> = (0..40).map(|_| facts::inspection(&unit.id, &mut chance)).collect();
    rows[6]["data"]["samples_taken"] = (-1).into();
    rows[30]["occurred_on"] = "2199-01-01".into();
    let file = world.path().join("month.jsonl");
    std::fs::write(&file, format!("{}not json\n", facts::lines(&rows))).unwrap();
    let rows = ["row 7, data.samples_taken", "row 31, occurred_on", "row 41"];
    socai!("ward", "import", unit.dir, file).fails(1, &rows);
    assert_eq!(ledger::journal(unit), []);
    let node = unit.node();
    socai!("ward", "import", unit.dir, file).fails(1, &rows);
    node.stop();
    assert_eq!(ledger::journal(unit), []);
    socai!("ward", "import", unit.dir, world.path().join("no-such-file.jsonl")).fails(2, &["no-such-file"]);
    socai!("ward", "import", unit.dir, unit.dir.join("unit.toml")).fails(2, &[".jsonl or .csv"]);
}
