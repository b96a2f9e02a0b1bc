//! What was changed is seen: in a file, by the server, and in history itself.

use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use socai_bus::server::free_port;
use socai_tests::{
    browser::{Browser, Page},
    chance::Chance,
    dashboard::Dashboard,
    demo::Demo,
    facts, files, ledger,
    running::Running,
    socai, wait, witnessed,
    world::{World, reference_units},
};

use crate::liar::Liar;

/// Waits for the verdict of the page and gives what it said.
fn verdict(page: &mut Page, expected: &str) -> String {
    page.await_so("a verdict is there", "document.getElementById('checked').dataset.verdict !== undefined");
    let said = page.text("#checked");
    let verdict = page.ask("document.getElementById('checked').dataset.verdict");
    assert_eq!(verdict, expected, "{said}");
    said
}

/// The proof with one bit of its evidence flipped: byte 80 is within the link that the header holds.
fn flipped(proof: &str) -> String {
    let line = proof.lines().find(|line| line.starts_with("extra ")).unwrap();
    let mut bytes = STANDARD.decode(&line[6..]).unwrap();
    bytes[80] ^= 1;
    proof.replace(line, &format!("extra {}", STANDARD.encode(bytes)))
}

#[test]
fn a_file_is_checked_where_it_is_dropped_and_one_changed_bit_fails_in_words() {
    let Some(mut browser) = Browser::start() else { return };
    let demo = Demo::played();
    let board = Dashboard::serve(&demo.district());
    let proof = socai!("audit", "prove", demo.district(), "3/10").ok();
    let file = |name: &str, text: &str| {
        let file = demo.path().join(name);
        fs::write(&file, text).unwrap();
        file
    };
    let page = &mut browser.page;
    page.open(&board.at("/check?lang=en"));
    page.drop_file("#drop", &file("good.tlog-proof", &proof));
    assert!(verdict(page, "proven").contains("3/10"));
    page.picture("check-proven");

    page.choose_file("#file", &file("flipped.tlog-proof", &flipped(&proof)));
    page.await_so("the second verdict", "document.getElementById('checked').dataset.verdict === 'failed'");
    let said = verdict(page, "failed");
    assert!(said.contains("NOT PROVEN") && said.contains("does NOT lead to the root"), "{said}");
    page.picture("check-failed");

    // the operator's signature over another root
    let size = proof.lines().position(|line| line.starts_with("socai.example/")).unwrap() + 1;
    let lines: Vec<&str> = proof.lines().collect();
    let other = proof.replace(&format!("\n{}\n", lines[size]), "\n2000\n");
    for (name, text, words) in [
        ("size", other.as_str(), "signature on the checkpoint is NOT right"),
        ("half", &proof[..proof.len() / 2], "damaged or cut short"),
        ("thesis", "not a proof at all", "damaged or cut short"),
        ("empty", "", "damaged or cut short"),
    ] {
        page.open(&board.at("/check"));
        page.drop_file("#drop", &file(name, text));
        let said = verdict(page, "failed");
        assert!(said.contains(words), "{name}: {said}");
    }
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn a_server_that_changes_a_proof_is_caught_by_the_page_it_serves() {
    let Some(mut browser) = Browser::start() else { return };
    let demo = Demo::played();
    let board = Dashboard::serve(&demo.district());
    let liar = Liar::before(board.address(), "/api/v1/proofs/", |proof| flipped(&proof));
    let page = &mut browser.page;
    page.open(&format!("{}/record/3/10", liar.url));
    let said = verdict(page, "failed");
    assert!(said.contains("KHÔNG CHỨNG MINH ĐƯỢC"), "{said}");
    page.picture("record-tampered");

    // another record's proof, good in itself
    let other = Liar::before(board.address(), "/api/v1/proofs/3/10", |_| String::new());
    page.open(&format!("{}/record/3/10", other.url));
    assert!(verdict(page, "failed").contains("hỏng hoặc thiếu"));
}

#[test]
fn a_browser_that_saw_a_checkpoint_convicts_a_server_with_another_history() {
    let Some(mut browser) = Browser::start() else { return };
    let world = World::found(1);
    let (district, twin) = (world.district_dir(), world.path().join("twin"));
    let enrol = |ledger: &std::path::Path, no: usize| {
        let dir = world.path().join(format!("keys-{no}-{}", ledger.file_name().unwrap().display()));
        socai!("unit", "keys", dir).ok();
        socai!("unit", "enrol", ledger, dir, "--json", reference_units()[no].to_string()).ok();
    };
    files::copy(&district, &twin);
    let (address, page) = (format!("127.0.0.1:{}", free_port().unwrap()), &mut browser.page);
    let board = Dashboard::serve_at(&district, &address, &[]);
    page.open(&board.at("/record/0/1?lang=en"));
    assert!(verdict(page, "proven").contains("for the first time"));
    enrol(&district, 2);
    enrol(&district, 3);
    page.await_so("the growth is seen", "fetch('/api/v1/status').then(a => a.json()).then(s => s.size > 3)");
    page.open(&board.at("/record/0/1"));
    assert!(verdict(page, "proven").contains("continues the checkpoint that this browser saw before"));
    board.stop();

    // the same operator signs another history of other offices, at the same address
    for no in [4, 5, 6, 7] {
        enrol(&twin, no);
    }
    let _board = Dashboard::serve_at(&twin, &address, &[]);
    page.open(&format!("http://{address}/record/0/1"));
    let said = verdict(page, "failed");
    assert!(said.contains("does NOT continue the checkpoint that this browser saw"), "{said}");
}

#[test]
fn the_cosignatures_of_witnesses_are_checked_too_and_a_changed_one_is_told() {
    let Some(mut browser) = Browser::start() else { return };
    let (world, _) = witnessed::world();
    let running = Running::start(&world);
    let (unit, district) = (&world.units[0], world.district_dir());
    unit.post(&facts::inspection(&unit.id, &mut Chance::of_run("witnessed"))).unwrap();
    running.settle(&world);
    let size = ledger::size(&world.log_dir());
    wait::until_so("everything is cosigned", || {
        let note = fs::read_to_string(district.join("cosigned")).unwrap_or_default();
        note.lines().nth(1) == Some(&size.to_string())
    });
    running.stop();
    let board = Dashboard::serve(&district);
    let proof = board.get("/api/v1/proofs/1/0", &[]).text();
    let page = &mut browser.page;
    page.open(&board.at("/record/1/0?lang=en"));
    let said = verdict(page, "proven");
    // whichever two of three were there first
    let by = said.lines().find(|line| line.contains("cosigned by witnesses"));
    assert!(by.is_some_and(|by| by.matches("socai.example/thu-nghiem/").count() >= 2), "{said}");

    // one bit of the last witness's signature
    let last = proof.lines().last().unwrap();
    let (name, signature) = last.rsplit_once(' ').unwrap();
    let mut bytes = STANDARD.decode(signature).unwrap();
    bytes[40] ^= 1;
    let changed = proof.replace(last, &format!("{name} {}", STANDARD.encode(bytes)));
    let file = world.path().join("changed.tlog-proof");
    fs::write(&file, changed).unwrap();
    page.open(&board.at("/check"));
    page.drop_file("#drop", &file);
    assert!(verdict(page, "failed").contains("witness's signature on the checkpoint is NOT right"));
}
