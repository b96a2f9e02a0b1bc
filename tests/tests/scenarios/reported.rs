//! A report that was issued, then corrected: printed again as it left the house, and compared with what is known now.

use serde_json::{Value, json};
use socai_tests::{chance::Chance, facts, load, running::Running, socai, unit::Unit, world::World};

/// Seals a fact of 9 February and gives its name.
fn say(unit: &Unit, chance: &mut Chance, kind: &str, data: Value) -> String {
    let fact = json!({
        "id": chance.id(), "kind": kind, "unit": unit.id, "occurred_on": "2023-02-09", "level": "internal",
        "entered_by": "thu-nghiem.van-phong", "data": data,
    });
    let accepted = load::hand_in(unit, &[fact]);
    let (_, (name, _)) = accepted.into_iter().next().unwrap();
    unit.await_recorded();
    name
}

fn figure<'r>(sheet: &'r Value, code: &str) -> &'r Value {
    let figures = sheet["figures"].as_array().unwrap();
    figures.iter().find(|figure| figure["indicator"] == code).unwrap_or_else(|| panic!("{code} in {sheet}"))
}

#[test]
fn an_issued_report_stays_as_printed_and_what_changed_since_is_told_with_its_reasons() {
    let mut chance = Chance::of_run("reported");
    let world = World::found(2);
    let running = Running::start(&world);
    let (district, ward, office) = (world.district_dir(), &world.units[0], &world.units[1]);

    let visits: Vec<Value> = (0..3).map(|_| facts::inspection(&ward.id, &mut chance)).collect();
    let visits: Vec<String> = load::hand_in(ward, &visits).into_iter().map(|(_, (name, _))| name).collect();
    ward.await_recorded();
    let closing = json!({
        "period_kind": "ad_hoc", "from": "2023-01-01", "to": "2023-02-08", "nil_kinds": ["YT.04"], "signer_position": "ct",
    });
    say(ward, &mut chance, "period.closed", closing);

    let sheet = socai!("report", district, "--period", "2023-02", "--format", "json").json();
    let printed = figure(&sheet, "YT.01");
    assert_eq!(printed["value"], 3);
    let issued = json!({
        "report_no": "45/BC-UBND", "period": {"kind": "ad_hoc", "from": "2023-01-01", "to": "2023-02-08"},
        "tree_size": sheet["as_of"]["size"], "root": sheet["as_of"]["root"], "text_digest": "00".repeat(32),
        "values": [{"indicator": "YT.01", "value": 3, "digest": printed["digest"]}],
    });
    let report = say(office, &mut chance, "report.issued", issued);

    let void = say(ward, &mut chance, "event.voided", json!({"target": visits[0], "reason": "duplicate"}));
    let waiting = socai!("obligations", district, "--on", "2023-02-09", "--json").json();
    assert_eq!((&waiting[0]["event"], waiting.as_array().unwrap().len()), (&json!(void), 1));
    assert_eq!(waiting[0]["from"], json!(["hn.thanh-xuan.q"]), "the aggregator by the grouping table");

    let late = load::hand_in(ward, &[facts::inspection(&ward.id, &mut chance)]);
    let (_, (late, _)) = late.into_iter().next().unwrap();
    ward.await_recorded();

    let compared = socai!("report", district, "--period", "2023-02", "--compare", "--format", "json").json();
    assert_eq!(compared["report"], json!({"report_no": "45/BC-UBND", "event": report}));
    let changed = figure(&compared, "YT.01");
    assert_eq!((&changed["before"], &changed["after"]), (&json!(3), &json!(4)), "the void still waits");
    assert_eq!(
        changed["causes"][0],
        json!({
            "why": "late", "event": late, "by": late, "acknowledged": null, "before": 0, "after": 1,
        })
    );
    let words = socai!("--lang", "en", "report", district, "--compare", "--as-reported", "45/BC-UBND").ok();
    assert!(words.contains(&format!("late, after the closing: {late}")), "{words}");

    let again = socai!("report", district, "--period", "2023-02", "--as-reported", "--format", "json").json();
    assert_eq!(figure(&again, "YT.01"), printed, "as it left the house");
    assert_eq!(again["as_of"], sheet["as_of"]);

    let from = sheet["as_of"]["size"].to_string();
    let since = socai!("diff", district, "--from", from, "--period", "2023-02", "--format", "json").json();
    assert_eq!(figure(&since, "YT.01")["causes"][0]["by"], json!(late));
    assert_eq!(since["report"], Value::Null);

    let next = socai!("report", district, "--period", "2023-03").ok();
    let next = next.split_whitespace().collect::<Vec<_>>().join(" ");
    let mentioned = "đã báo cáo 3, hiện biết 4; lý do: đến sau khi chốt";
    assert!(next.contains(mentioned) && next.contains(&late), "{next}");
    assert!(!next.contains("Không phát sinh vụ cháy"), "no unit here answers for fires: {next}");

    socai!("report", district, "--period", "2023-03", "--compare").fails(2, &["45/BC-UBND"]);
    running.stop();
}
