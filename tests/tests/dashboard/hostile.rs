//! Texts of facts that would like to be markup: wherever they are shown they are texts.

use serde_json::{Value, json};
use socai_tests::{
    browser::Browser, chance::Chance, dashboard::Dashboard, facts, running::Running, socai, world::World,
};

use crate::pages::assert_nothing_inline;

/// Closes whatever it stands in and runs.
const EVIL: &str = "\"><script>pwned=1</script><img src=x onerror=pwned=1>'--></title></textarea>";
/// Turns the reading around.
const BIDI: &str = "\u{202e}gnp.exe\u{2066}";

/// The same as a code, which has no white space.
const EVIL_CODE: &str = "\"><script>pwned=1</script>";

/// What a change is called, and the change of an event.
type Change = (&'static str, fn(&mut Value));

/// An inspection with a document, changed.
fn inspection(unit: &str, number: u32, change: impl Fn(&mut Value)) -> Value {
    let mut event = facts::with_id(unit, &format!("{number:032x}"), &mut Chance::new(1));
    event["case"] = format!("kt-{number}").into();
    event["doc"] = json!({
        "issuer": unit, "number": "12", "series": "BB-KT", "year": 2023, "date": "2023-01-12", "signer_position": "chu-tich",
    });
    change(&mut event);
    event
}

#[test]
fn hostile_texts_in_names_documents_cases_and_signers_are_shown_and_do_nothing() {
    let mut world = World::found(0);
    let name = format!("Phường {EVIL}");
    world.enrol(&json!({
        "unit_no": 7, "unit_id": "evil.1", "code": "00007", "name": name, "type": "ward",
        "parent": "hn.thanh-xuan.q", "valid_from": "1997-01-01",
    }));
    world.admit_all();
    let running = Running::start(&world);
    let unit = &world.units[0];
    // whatever of this is let in is shown; what the rules refuse cannot be
    let changes: [Change; 5] = [
        ("plain", |_| {}),
        ("series", |event| event["doc"]["series"] = EVIL_CODE.into()),
        ("number", |event| event["doc"]["number"] = EVIL_CODE.into()),
        ("case", |event| event["case"] = "javascript:pwned=1//'\"><b>".into()),
        ("signer", |event| event["doc"]["signer_position"] = format!("{EVIL_CODE}{BIDI}").into()),
    ];
    let mut taken = Vec::new();
    for (seed, (what, change)) in changes.iter().enumerate() {
        let answer = unit.post(&inspection(&unit.id, 1 + seed as u32, change)).unwrap();
        if answer.status == 201 {
            taken.push((*what, answer.body["name"].as_str().unwrap().to_owned()));
        } else {
            eprintln!("{what} is refused: {}", answer.body);
        }
    }
    running.settle(&world);
    running.stop();
    assert!(taken.len() >= 4, "what is well formed is let in: {taken:?}");
    assert!(taken.iter().all(|(what, _)| *what != "signer"), "what turns the reading around is not");

    let board = Dashboard::serve(&world.district_dir());
    let mut paths: Vec<String> =
        ["/", "/units", "/unit/evil.1", "/log", "/report", "/replay", "/running", "/api/v1/units"]
            .map(str::to_owned)
            .to_vec();
    paths.extend(taken.iter().map(|(_, name)| format!("/record/{name}")));
    paths.push("/case/javascript%3Apwned%3D1%2F%2F%27%22%3E%3Cb%3E".to_owned());
    let evil = "%22%3E%3Cscript%3Epwned%3D1%3C%2Fscript%3E";
    paths.extend([
        format!("/case/{evil}"),
        format!("/?period={evil}"),
        format!("/unit/{evil}"),
        format!("/{evil}"),
    ]);
    for path in &paths {
        let answer = board.get(path, &[]);
        let text = answer.text();
        assert!(answer.status != 500, "{path}: {text}");
        if !path.starts_with("/api/") {
            assert!(
                !text.contains("<script>pwned") && !text.contains("<img src=x"),
                "{path} lets it through"
            );
            assert_nothing_inline(path, &text);
        }
    }
    let shown = board.get("/unit/evil.1", &[]).text();
    assert!(shown.contains("&lt;script&gt;pwned=1"), "it is shown as a text");
    let case = board.get("/case/javascript%3Apwned%3D1%2F%2F%27%22%3E%3Cb%3E", &[]);
    assert_eq!(case.status, 200, "{}", case.text());
    // and over the district's own reports
    let said = socai!("units", world.district_dir());
    assert_eq!(said.code, Some(0));

    let Some(mut browser) = Browser::start() else { return };
    for path in &paths {
        browser.page.open(&board.at(path));
        assert_eq!(browser.page.ask("typeof pwned"), "undefined", "{path}");
        let foreign = "[...document.images].filter((image) => !image.src.endsWith('/qr.svg')).length";
        assert_eq!(browser.page.ask(foreign), 0, "{path}");
    }
    board.stop();
}
