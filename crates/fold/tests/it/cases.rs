//! Cases as of a day: which of them a figure counts, on which day, by which law, and what moves that later.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{
    Ledger, district,
    facts::{HA_DINH, NHAN_CHINH, OPERATOR, TREASURY, asked},
};
use serde_json::{Value, json};
use socai_fold::{
    Fold,
    figures::{Asked, Comparison, Contributions, Figure, Fraction, Restatement, Why, figures},
};
use socai_tlog::{Digest, EventName, LeafIndex, UnitNo};

fn given() -> Ledger {
    let mut ledger = district::founded();
    for name in ["law.dossier", "law.penalty", "law.petition"] {
        district::adopt(&mut ledger, name, 1, "2022-01-01", &district::read(&format!("rules/{name}.toml")));
    }
    ledger.on("2023-02-09");
    ledger
}

fn until(to: &str) -> Asked {
    Asked { to: to.parse().unwrap(), ..asked() }
}

fn between(from: &str, to: &str) -> Asked {
    Asked { from: from.parse().unwrap(), ..until(to) }
}

/// A dossier in the ward of a case, promised for a day.
fn received(
    ledger: &mut Ledger,
    (unit, place): (u32, &str),
    case: &str,
    on: &str,
    promised: &str,
) -> EventName {
    let data = json!({
        "dossier": "hs-7Yt2Lw9QmZx3Rk", "procedure": "1.011442", "level": "full", "channel": "online", "promised_on": promised,
        "fee": 0, "components": 3,
    });
    ledger.json(
        unit,
        json!({"kind": "dossier.received", "occurred_on": on, "place": [place], "case": case, "data": data}),
    )
}

fn status(ledger: &mut Ledger, unit: u32, case: &str, on: &str, status: &str) -> EventName {
    let data = json!({
        "status": status, "at": 600, "decided_by_delegation": false, "online_paid": false, "apology": false,
        "e_result": matches!(status, "processed" | "returned"),
    });
    ledger
        .json(unit, json!({"kind": "dossier.status_changed", "occurred_on": on, "case": case, "data": data}))
}

fn digest(names: &[EventName]) -> Digest {
    let mut bytes = vec![];
    for name in names {
        bytes.extend(name.unit.0.to_be_bytes());
        bytes.extend(name.seq.0.to_be_bytes());
    }
    Digest(*blake3::hash(&bytes).as_bytes())
}

/// On time, late, open and late; and the ratio in hundredths of a per cent.
fn on_time(ledger: &Ledger, asked: &Asked) -> (i128, i128, i128, Option<i128>) {
    let value = |code: &str| ledger.figure_asked(code, asked).value;
    let ratio = ledger.figure_asked("MC.02", asked).fraction.and_then(|of| of.percent(2));
    (value("MC.02.dung"), value("MC.02.tre"), value("MC.02.qua"), ratio)
}

#[test]
fn dossiers_are_on_time_late_or_open_and_late_as_the_decision_of_766_says() {
    let mut ledger = given();
    for (case, promised, end) in [
        ("a", "2023-01-20", Some(("2023-01-20", "processed"))),
        ("b", "2023-01-20", Some(("2023-01-21", "processed"))),
        ("c", "2023-01-20", None),
        ("d", "2023-03-20", None),
        ("e", "2023-01-20", Some(("2023-01-19", "withdrawn"))),
        ("f", "2023-01-20", Some(("2023-01-18", "supplement_requested"))),
    ] {
        received(&mut ledger, NHAN_CHINH, case, "2023-01-10", promised);
        if let Some((on, what)) = end {
            status(&mut ledger, 1, case, on, what);
        }
    }
    assert_eq!(ledger.fold().1, []);
    assert_eq!(on_time(&ledger, &asked()), (3, 1, 1, Some(6_000)), "3 of 5; d is within its term");
    let figure = ledger.figure("MC.02");
    assert_eq!(figure.fraction, Some(Fraction { numerator: 3, denominator: 5 }));
    assert_eq!(figure.events, 3 * 2 + 2 + 1, "the facts of a, b, c, e and f, each once");
    assert_eq!(on_time(&ledger, &until("2023-01-20")), (3, 0, 0, Some(10_000)), "nothing was late yet");
}

#[test]
fn what_ended_in_one_period_does_not_end_again_in_the_next() {
    let mut ledger = given();
    received(&mut ledger, NHAN_CHINH, "a", "2023-01-10", "2023-03-20");
    status(&mut ledger, 1, "a", "2023-01-12", "processed");
    status(&mut ledger, 1, "a", "2023-02-03", "returned");
    let (january, february) = (between("2023-01-01", "2023-01-31"), between("2023-02-01", "2023-02-08"));
    assert_eq!(on_time(&ledger, &january).0, 1);
    assert_eq!(on_time(&ledger, &february), (0, 0, 0, None));
    assert_eq!(on_time(&ledger, &asked()).0, 1);
}

#[test]
fn open_dossiers_are_carried_over_from_one_period_to_the_next() {
    let mut ledger = given();
    received(&mut ledger, NHAN_CHINH, "a", "2022-12-20", "2023-03-20");
    received(&mut ledger, HA_DINH, "b", "2022-12-21", "2023-03-20");
    received(&mut ledger, HA_DINH, "c", "2023-01-21", "2023-03-20");
    status(&mut ledger, 1, "a", "2023-01-12", "processed");
    status(&mut ledger, 7, "c", "2023-01-22", "in_process");
    assert_eq!((ledger.figure("MC.01.truoc").value, ledger.figure("MC.01").value), (2, 1));
    let left = ledger.figure("MC.01.ton");
    assert_eq!((left.value, left.events), (2, 3));
    let wards: Vec<_> = left.wards.iter().map(|ward| (ward.unit, ward.part.value)).collect();
    assert_eq!(wards, [(UnitNo(7), 2)]);
    let states: Vec<_> =
        left.slices.iter().map(|s| (s.axis.as_str(), s.value.as_str(), s.part.value)).collect();
    assert_eq!(states, [("state", "accepted", 1), ("state", "in_process", 1)]);
    let next = between("2023-02-09", "2023-02-28");
    assert_eq!(ledger.figure_asked("MC.01.truoc", &next).value, 2, "what was left is what is carried over");
}

#[test]
fn no_case_among_those_looked_at_is_a_zero_and_no_case_at_all_is_nothing() {
    let mut ledger = given();
    assert_eq!((ledger.figure("MC.02.qua").value, ledger.figure("MC.02.qua").cases), (0, Some(0)));
    received(&mut ledger, NHAN_CHINH, "a", "2023-01-10", "2023-03-20");
    let figure = ledger.figure("MC.02.qua");
    assert_eq!((figure.value, figure.events, figure.cases), (0, 0, Some(1)));
}

#[test]
fn the_order_of_arrival_decides_nothing() {
    let facts: [fn(&mut Ledger) -> EventName; 4] = [
        |ledger| received(ledger, NHAN_CHINH, "a", "2023-01-10", "2023-01-20"),
        |ledger| status(ledger, 1, "a", "2023-01-12", "supplement_requested"),
        |ledger| status(ledger, 1, "a", "2023-01-16", "in_process"),
        |ledger| status(ledger, 1, "a", "2023-01-23", "processed"),
    ];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        let mut ledger = given();
        for at in order {
            (facts[at])(&mut ledger);
        }
        assert_eq!(on_time(&ledger, &asked()), (1, 0, 0, Some(10_000)), "four days of waiting do not count");
    }
}

#[test]
fn a_correction_a_void_and_a_late_fact_move_a_case_and_are_named() {
    let mut ledger = given();
    received(&mut ledger, NHAN_CHINH, "a", "2023-01-10", "2023-01-20");
    received(&mut ledger, NHAN_CHINH, "b", "2023-01-10", "2023-01-20");
    let end = status(&mut ledger, 1, "a", "2023-01-21", "processed");
    let size = ledger.records.len();
    let correction = ledger.correct(1, end, &[("occurred_on", json!("2023-01-21"), json!("2023-01-19"))]);
    assert_eq!(on_time(&ledger, &asked()), (1, 0, 1, Some(5_000)));
    let lines = since(&ledger, size);
    assert_eq!(told(&lines, "MC.02.dung"), (Some(0), Some(1), vec![(Why::Corrected, end, correction)]));
    assert_eq!(told(&lines, "MC.02.tre"), (Some(1), Some(0), vec![(Why::Corrected, end, correction)]));
    assert_eq!(told(&lines, "MC.02"), (Some(0), Some(5_000), vec![(Why::Corrected, end, correction)]));
    assert!(lines.iter().all(|line| line.row.code != "MC.02.qua"), "b is what it was");

    let size = ledger.records.len();
    let void = ledger.void(1, end);
    assert_eq!(on_time(&ledger, &asked()), (0, 0, 2, Some(0)));
    assert_eq!(told(&since(&ledger, size), "MC.02.qua"), (Some(1), Some(2), vec![(Why::Voided, end, void)]));

    ledger.close(1, &[]);
    let size = ledger.records.len();
    let late = status(&mut ledger, 1, "b", "2023-01-20", "processed");
    assert_eq!(on_time(&ledger, &asked()), (1, 0, 1, Some(5_000)));
    assert_eq!(told(&since(&ledger, size), "MC.02.qua"), (Some(2), Some(1), vec![(Why::Late, late, late)]));
}

#[test]
fn after_closing_a_correction_moves_a_case_once_it_is_acknowledged() {
    let mut ledger = given();
    received(&mut ledger, NHAN_CHINH, "a", "2023-01-10", "2023-01-20");
    let end = status(&mut ledger, 1, "a", "2023-01-21", "processed");
    ledger.close(1, &[]);
    let size = ledger.records.len();
    let correction = ledger.correct(1, end, &[("occurred_on", json!("2023-01-21"), json!("2023-01-19"))]);
    assert_eq!(on_time(&ledger, &asked()).0, 0);
    let answer = ledger.answer(OPERATOR, correction, "confirmed");
    assert_eq!(on_time(&ledger, &asked()).0, 1);
    let line = since(&ledger, size).into_iter().find(|line| line.row.code == "MC.02.dung").unwrap();
    assert_eq!(line.causes[0].acknowledged, Some(answer));
}

/// A recorded violation and its decision, in working days of January 2023.
fn decided(
    ledger: &mut Ledger,
    case: &str,
    recorded: &str,
    decided: Option<&str>,
    due: &str,
) -> Vec<EventName> {
    let data = json!({
        "record_no": "12/BB-VPHC", "field": "construction", "acts": ["a"], "subject_kind": "individual", "subject": "v7Qm2kXr9TzL4cWb",
        "transferred": false,
    });
    let form = |kind: &str, on: &str, data: Value| json!({"kind": kind, "occurred_on": on, "place": [HA_DINH.1], "case": case, "data": data});
    let mut names = vec![ledger.json(7, form("violation.recorded", recorded, data))];
    if let Some(on) = decided {
        let data = json!({
            "decision_no": "1/QĐ-XPHC", "field": "construction", "form": "fine", "total": 500_000, "signer_level": "ward",
            "subject_kind": "individual", "on_the_spot": false, "due_on": due,
            "lines": [{"act": "a", "bracket_min": 400_000, "bracket_max": 600_000, "amount": 500_000}],
        });
        names.push(ledger.json(7, form("penalty.decided", on, data)));
    }
    names
}

#[test]
fn decisions_are_late_and_fines_overdue_by_the_calendar_and_the_asking_day() {
    let mut ledger = given();
    decided(&mut ledger, "x", "2023-01-03", Some("2023-01-09"), "2023-01-19");
    decided(&mut ledger, "y", "2023-01-03", Some("2023-02-06"), "2023-02-16");
    decided(&mut ledger, "z", "2023-01-03", None, "");
    assert_eq!(ledger.fold().1, []);
    let of = |code: &str, on: &str| ledger.figure_asked(code, &until(on)).value;
    // seven working days after 3 January; Tết is off
    assert_eq!((of("TT.05.chua", "2023-01-12"), of("TT.05.chua", "2023-01-13")), (0, 2));
    assert_eq!((of("TT.05.chua", "2023-02-06"), of("TT.05.ra", "2023-02-06")), (1, 1));
    assert_eq!(
        (of("TT.05.th", "2023-01-19"), of("TT.05.th", "2023-01-20")),
        (0, 1),
        "nothing happened that day"
    );
    let overdue = ledger.figure_asked("TT.05.th", &until("2023-02-20"));
    assert_eq!((overdue.value, overdue.slices[0].value.as_str()), (2, "construction"));
    let february = between("2023-02-01", "2023-02-08");
    assert_eq!(ledger.figure_asked("TT.05.ra", &february).value, 1);
    assert_eq!(ledger.figure_asked("TT.05.ra", &between("2023-02-07", "2023-02-08")).value, 0);
}

#[test]
fn a_payment_by_the_treasury_settles_the_case_and_the_facts_of_counted_cases_are_the_digest() {
    let mut ledger = given();
    let first = decided(&mut ledger, "x", "2023-01-03", Some("2023-01-09"), "2023-01-19");
    decided(&mut ledger, "y", "2023-01-03", Some("2023-01-09"), "2023-01-19");
    let data = json!({"amount": 500_000, "late_interest": 0, "voucher": "BLP-1"});
    ledger.json(
        TREASURY,
        json!({"kind": "penalty.payment_received", "occurred_on": "2023-01-25", "case": "y", "data": data}),
    );
    let figure = ledger.figure("TT.05.th");
    assert_eq!((figure.value, figure.events, figure.digest), (1, 2, Some(digest(&first))));
    assert_eq!(figure.wards[0].unit, UnitNo(7));
    assert_eq!(ledger.figure_asked("TT.05.th", &until("2023-01-24")).value, 2);
}

#[test]
fn without_the_law_nothing_is_said_and_its_adoption_is_named() {
    let mut ledger = district::founded();
    ledger.on("2023-02-09");
    decided(&mut ledger, "x", "2023-01-03", Some("2023-02-06"), "2023-02-16");
    let figure = ledger.figure("TT.05.ra");
    assert_eq!((figure.value, figure.cases), (0, Some(0)), "no zero, for nothing was looked at");
    let size = ledger.records.len();
    district::adopt(&mut ledger, "law.penalty", 1, "2022-01-01", &district::read("rules/law.penalty.toml"));
    let law = ledger.records.last().unwrap().0.name;
    assert_eq!(told(&since(&ledger, size), "TT.05.ra"), (None, Some(1), vec![(Why::Rules, law, law)]));
}

#[test]
fn petitions_with_statutory_days_are_concluded_in_time_or_not() {
    let mut ledger = given();
    let step = |ledger: &mut Ledger, case: &str, on: &str, data: Value| {
        let kind = if data.get("action").is_some() { "petition.handled" } else { "petition.received" };
        ledger.json(
            7,
            json!({"kind": kind, "occurred_on": on, "place": [HA_DINH.1], "case": case, "data": data}),
        );
    };
    for (case, class, concluded) in [
        ("a", "complaint", Some("2022-12-20")),
        ("b", "complaint", Some("2023-01-30")),
        ("c", "request", Some("2023-01-30")),
        ("d", "complaint", None),
    ] {
        let mut data = json!({"class": class, "field": "land", "eligible": true});
        if class == "complaint" {
            data["instance"] = json!(1);
        }
        step(&mut ledger, case, "2022-12-01", data);
        step(&mut ledger, case, "2022-12-02", json!({"action": "accepted"}));
        if let Some(on) = concluded {
            step(&mut ledger, case, on, json!({"action": "concluded", "outcome": "right"}));
        }
    }
    assert_eq!(ledger.fold().1, []);
    let values: Vec<i128> =
        ["TD.03.dung", "TD.03.tre", "TD.03.qua", "TD.03"].map(|code| ledger.figure(code).value).to_vec();
    assert_eq!(values, [0, 1, 1, 0]);
    let december = between("2022-12-01", "2022-12-31");
    assert_eq!(ledger.figure_asked("TD.03", &december).value, 1_000, "100,0%");
}

#[test]
fn a_complaint_without_a_recorded_acceptance_is_late_when_its_term_from_the_last_day_for_it_has_passed() {
    let mut ledger = given();
    for (case, received, concluded) in [
        ("a", "2022-05-02", Some("2023-01-10")),
        ("b", "2022-06-02", None),
        ("c", "2023-01-03", Some("2023-01-10")),
    ] {
        let data = json!({"class": "complaint", "field": "land", "eligible": true, "instance": 1});
        ledger.json(7, json!({"kind": "petition.received", "occurred_on": received, "place": [HA_DINH.1], "case": case, "data": data}));
        if let Some(on) = concluded {
            let data = json!({"action": "concluded", "outcome": "right"});
            ledger.json(7, json!({"kind": "petition.handled", "occurred_on": on, "place": [HA_DINH.1], "case": case, "data": data}));
        }
    }
    assert_eq!(ledger.fold().1, []);
    let values = ["TD.03.dung", "TD.03.tre", "TD.03.qua"].map(|code| ledger.figure(code).value);
    assert_eq!(values, [1, 1, 1], "c on time, a late, b past its term");
    assert_eq!(ledger.figure("TD.03").value, 500, "50,0%");
}

#[test]
fn tasks_stand_where_their_latest_report_says_unless_their_day_has_passed() {
    let mut ledger = given();
    for (number, due, report) in [
        (1, "2023-02-28", Some("in_progress")),
        (2, "2023-01-31", Some("in_progress")),
        (3, "2023-01-31", Some("done")),
        (4, "2023-02-28", None),
    ] {
        let case = format!("nv-{number}");
        let data = json!({
            "directive": "nv", "number": number, "text": "việc", "lead_unit": "hn.tx.b.vp", "due_on": due, "class": "task_group",
        });
        ledger.json(
            24,
            json!({"kind": "directive.issued", "occurred_on": "2023-01-03", "case": case, "data": data}),
        );
        if let Some(said) = report {
            let data = json!({"status": said});
            ledger.json(24, json!({"kind": "directive.progressed", "occurred_on": "2023-01-20", "case": case, "data": data}));
        }
    }
    let states = |asked: &Asked| -> Vec<(String, i128)> {
        let slices = ledger.figure_asked("CD.01", asked).slices.into_iter();
        slices.map(|slice| (slice.value, slice.part.value)).collect()
    };
    let of = |list: &[(&str, i128)]| -> Vec<(String, i128)> {
        list.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    };
    assert_eq!(states(&asked()), of(&[("done", 1), ("late", 1), ("not_started", 1), ("on_track", 1)]));
    assert_eq!(states(&until("2023-01-15")), of(&[("not_started", 4)]));
}

#[test]
fn a_case_that_a_successor_goes_on_with_is_one_case_of_the_place_where_it_began() {
    let mut ledger = given();
    received(&mut ledger, HA_DINH, "a", "2023-01-10", "2023-02-06");
    let data = json!({"from": HA_DINH.1, "to": NHAN_CHINH.1, "portion": "whole", "effective": "2023-01-15", "legal": "NQ-1"});
    ledger.json(OPERATOR, json!({"kind": "unit.succeeded", "occurred_on": "2023-01-15", "data": data}));
    status(&mut ledger, NHAN_CHINH.0, "a", "2023-01-20", "processed");
    assert_eq!(ledger.fold().1, []);
    let figure = ledger.figure("MC.02.dung");
    assert_eq!((figure.value, figure.events), (1, 2));
    assert_eq!(figure.wards.iter().map(|ward| ward.unit).collect::<Vec<_>>(), [UnitNo(7)]);
}

#[test]
fn facts_of_a_case_from_before_the_row_was_adopted_belong_to_its_story() {
    let mut ledger = Ledger::default();
    let given = given();
    let rules = district::read("rules/indicators.toml");
    // the district as founded, without its indicators
    for (at, facts) in &given.records {
        let has_rows = std::str::from_utf8(facts).is_ok_and(|text| text.contains("Thu ngân sách nhà nước"));
        if at.name.unit == UnitNo::OPERATOR && !has_rows && !contains(facts, "NS.01") {
            ledger.now_ms = at.received_at_ms;
            ledger.publish_bytes(0, facts.clone());
        }
    }
    ledger.on("2023-02-09");
    received(&mut ledger, NHAN_CHINH, "a", "2023-01-10", "2023-01-20");
    district::adopt(&mut ledger, "indicators", 1, "2022-01-01", &rules);
    status(&mut ledger, 1, "a", "2023-01-21", "processed");
    assert_eq!(ledger.fold().1, []);
    let figure = ledger.figure("MC.02.tre");
    assert_eq!((figure.value, figure.events, figure.counted_since), (1, 2, LeafIndex(0)));
    assert_eq!(ledger.figure("MC.01").value, 0, "counted are facts recorded after the row");
}

fn contains(facts: &[u8], text: &str) -> bool {
    facts.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_fold_from_rows_and_a_replay_judge_cases_alike_and_a_fold_without_a_pass_leaves_them_out() {
    let mut ledger = given();
    received(&mut ledger, NHAN_CHINH, "a", "2023-01-10", "2023-01-20");
    let end = status(&mut ledger, 1, "a", "2023-01-21", "processed");
    ledger.correct(1, end, &[("occurred_on", json!("2023-01-21"), json!("2023-01-22"))]);
    let (replayed, _) = ledger.fold();
    let mut noted = Fold::new();
    noted.capture(true);
    ledger.onto(&mut noted, ledger.records.len());
    let rows = noted.drain();
    let rows = rows.iter().filter(|change| Fold::holds(&change.key));
    let restored =
        Fold::from_rows(rows.filter_map(|change| Some((&change.key, change.new.as_ref()?)))).unwrap();
    let all = |fold: &Fold| -> Vec<Figure> {
        let mut pass = Contributions::new(fold, &asked());
        ledger.iter().for_each(|record| pass.visit(&record).unwrap());
        figures(fold, &asked(), Some(&pass.finish().unwrap())).unwrap()
    };
    assert_eq!(all(&restored), all(&replayed));
    assert!(all(&replayed).iter().any(|figure| figure.row.code == "MC.02" && figure.events == 2));
    let without = figures(&replayed, &asked(), None).unwrap();
    let left_out = ["MC.02", "MC.02.tre", "MC.03", "CD.01"];
    assert!(without.iter().all(|figure| !left_out.contains(&figure.row.code.as_str())));
    assert!(without.iter().any(|figure| figure.row.code == "MC.01"));
}

fn since(ledger: &Ledger, size: usize) -> Vec<Restatement> {
    let ((earlier, _), (later, rejections)) = (ledger.fold_to(size), ledger.fold());
    assert_eq!(rejections, [], "nothing is rejected");
    let mut comparison = Comparison::new(&earlier, &later, &asked()).unwrap();
    ledger.iter().for_each(|record| comparison.visit(&record).unwrap());
    comparison.finish().unwrap()
}

/// Before and after, and per cause why, the fact, by whom.
type Told = (Option<i128>, Option<i128>, Vec<(Why, EventName, EventName)>);

fn told(lines: &[Restatement], code: &str) -> Told {
    let line = lines.iter().find(|line| line.row.code == code).unwrap();
    let causes = line.causes.iter().map(|cause| (cause.why, cause.event, cause.by));
    (line.before, line.after, causes.collect())
}
