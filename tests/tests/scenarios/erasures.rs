//! A name that should not have been written: destroyed by procedure in every file of the district, its units and its broker.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Value, json};
use socai_tests::{
    chance::Chance,
    facts, files,
    ledger::{self, Roots},
    running::Running,
    socai,
    unit::Unit,
    wait,
    world::World,
};

const SECRET: &str = "Nguyễn Văn Không Nên Ghi";

/// The files below a directory that hold the secret.
fn holding(dir: &Path) -> Vec<PathBuf> {
    let holds = |file: &PathBuf| {
        let bytes = std::fs::read(file).unwrap_or_default(); // one that is gone meanwhile holds nothing
        bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes())
    };
    files::all(dir).into_iter().filter(holds).collect()
}

fn is_in(world: &World, part: &str) -> bool {
    !holding(&world.path().join(part)).is_empty()
}

/// Everything of the ledger but the copies that a test made.
fn awaits_its_end(world: &World) {
    wait::until_so("the secret is in no file", || {
        ["district", "units", "broker", "logs"].iter().all(|part| !is_in(world, part))
    });
}

/// Seals an inspection whose annex holds the secret; its name.
fn seal_secret(unit: &Unit, chance: &mut Chance) -> String {
    let mut fact = facts::inspection(&unit.id, chance);
    fact["annex"] = json!({"text": {"narrative": format!("Chủ cơ sở là {SECRET}, trú tại phố ấy.")}});
    let answer = unit.post(&fact).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body["name"].as_str().unwrap().to_owned()
}

fn order(unit: &Unit, target: &str) -> Value {
    json!({
        "kind": "annex.erased", "unit": unit.id, "occurred_on": "2023-03-06", "level": "public", "entered_by": "van-thu",
        "approved_by": "chu-tich",
        "data": {"target": target, "ground": "personal_data", "procedure": "14/QĐ-UBND", "approver_position": "chu-tich"},
    })
}

fn report(world: &World, as_of: &str) -> String {
    let district = world.district_dir();
    let text = |format: &str| {
        socai!(
            "report",
            district,
            "--from",
            "2023-01-01",
            "--to",
            "2023-01-31",
            "--as-of",
            as_of,
            "--format",
            format
        )
        .ok()
    };
    text("text") + &text("json")
}

/// `size` and `root` of the last report at a size: what a proof hangs on.
fn audited(world: &World) -> Value {
    let said = ledger::audit(&world.district_dir());
    assert_eq!(said.code, Some(0), "{said}");
    said.json()
}

#[test]
fn a_unit_erases_an_annex_and_no_file_holds_it_any_more_and_no_figure_or_proof_changes() {
    let mut chance = Chance::of_run("unit_erases");
    let world = World::found(2);
    let running = Running::start(&world);
    let unit = &world.units[0];
    let target = seal_secret(unit, &mut chance);
    unit.post(&Value::from((0..5).map(|_| facts::inspection(&unit.id, &mut chance)).collect::<Vec<_>>()))
        .unwrap();
    running.settle(&world);
    for part in ["district", "units", "broker"] {
        wait::until_so("the secret is everywhere", || is_in(&world, part));
    }
    let before = audited(&world);
    assert_eq!(before["counts"]["annexes"], 1);
    let size = before["size"].to_string();
    let printed = report(&world, &size);

    assert_eq!(unit.post(&order(unit, &target)).unwrap().status, 201);
    running.settle(&world);
    awaits_its_end(&world);

    assert_eq!(report(&world, &size), printed, "byte for byte");
    let after = audited(&world);
    assert_eq!((&after["counts"]["annexes"], &after["counts"]["erased_annexes"]), (&json!(0), &json!(1)));
    let listed = socai!("annex", "list", world.district_dir(), "--json").json();
    assert_eq!((&listed[0]["record"], &listed[0]["state"]), (&json!(target), &json!("erased")));
    assert_eq!(listed[0]["procedure"], "14/QĐ-UBND");
    running.close(&world, &mut Roots::default());
    // nor does anything that is made again bring it back
    socai!("rebuild", world.district_dir()).ok();
    assert_eq!(report(&world, &size), printed);
    awaits_its_end(&world);
    audited(&world);
}

#[test]
fn the_operator_erases_while_all_is_down_and_starts_carry_it_into_journals_and_the_stream() {
    let mut chance = Chance::of_run("operator_erases");
    let world = World::found(1);
    let mut running = Running::start(&world);
    let unit = &world.units[0];
    let target = seal_secret(unit, &mut chance);
    running.settle(&world);
    running.nodes[0].take().unwrap().stop();
    running.district.take().unwrap().stop();
    let erase = |target: &str, approver: &str| {
        let dir = world.district_dir();
        socai!(
            "annex",
            "erase",
            dir,
            target,
            "--ground",
            "personal_data",
            "--procedure",
            "14/QĐ-UBND",
            "--approver",
            approver
        )
    };
    erase("1/999999", "chu-tich").fails(2, &["is not in the ledger"]);
    erase(&target, "van-hanh-so-cai").fails(2, &["whoever approves an erasure"]);
    assert!(is_in(&world, "district"), "nothing was done");
    assert!(erase(&target, "chu-tich").ok().contains("erased the annex"));
    assert!(!is_in(&world, "district"));
    assert!(erase(&target, "chu-tich").ok().contains("already"));
    audited(&world);
    assert!(is_in(&world, "units") && is_in(&world, "broker"));

    running.start_rest(&world);
    awaits_its_end(&world);
    running.close(&world, &mut Roots::default());
    audited(&world);
}

#[test]
fn an_old_copy_of_a_ward_put_back_is_told_again_and_a_lost_journal_comes_back_without_it() {
    let mut chance = Chance::of_run("erased_and_restored");
    let world = World::found(1);
    let mut running = Running::start(&world);
    let unit = &world.units[0];
    let target = seal_secret(unit, &mut chance);
    running.settle(&world);
    running.nodes[0].take().unwrap().stop();
    let copy = world.path().join("copy");
    files::copy(&unit.dir, &copy);
    running.nodes[0] = Some(unit.node());
    unit.post(&order(unit, &target)).unwrap();
    running.settle(&world);
    awaits_its_end(&world);

    running.nodes[0].take().unwrap().kill();
    files::restore(&copy, &unit.dir, None);
    assert!(is_in(&world, "units"), "the backup brings it back");
    running.nodes[0] = Some(unit.node());
    running.settle(&world);
    awaits_its_end(&world);

    running.nodes[0].take().unwrap().stop();
    for lost in ["journal", "receipts", "ids"] {
        std::fs::remove_dir_all(unit.dir.join(lost)).unwrap();
    }
    running.nodes[0] = Some(unit.node());
    wait::until_so("the journal came back", || unit.status().is_some_and(|status| status["sealed"] == 2));
    awaits_its_end(&world);
    running.close(&world, &mut Roots::default());
    audited(&world);
}

#[test]
fn whatever_is_killed_on_the_way_the_next_starts_finish_an_erasure() {
    let mut chance = Chance::of_run("erasure_killed");
    let world = World::found(1);
    let mut running = Running::start(&world);
    let unit = &world.units[0];
    for round in 0..6 {
        let target = seal_secret(unit, &mut chance);
        running.settle(&world);
        unit.post(&order(unit, &target)).unwrap();
        std::thread::sleep(chance.time(Duration::from_millis(40))); // any moment will do
        running.district.take().unwrap().kill();
        if round % 2 == 0 {
            running.nodes[0].take().unwrap().kill();
        }
        running.start_rest(&world);
        running.settle(&world);
        awaits_its_end(&world);
    }
    running.close(&world, &mut Roots::default());
    assert_eq!(audited(&world)["counts"]["erased_annexes"], 6);
}

#[test]
fn a_text_of_the_report_is_printed_with_who_signed_it_and_once_erased_prints_as_such() {
    let world = World::found(1);
    let running = Running::start(&world);
    let unit = &world.units[0];
    let closing = json!({
        "kind": "period.closed", "unit": unit.id, "occurred_on": "2023-02-01", "level": "public", "entered_by": "van-thu",
        "data": {"period_kind": "ad_hoc", "from": "2023-01-01", "to": "2023-01-31", "signer_position": "chu-tich",
                 "sections": ["do_thi"]},
        "annex": {"text": {"do_thi": format!("Đã nhắc nhở hộ {SECRET}.")}},
    });
    let answer = unit.post(&closing).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.body);
    let target = answer.body["name"].as_str().unwrap().to_owned();
    running.settle(&world);
    let size = audited(&world)["size"].to_string();
    let print = |format: &str| {
        let district = world.district_dir();
        socai!(
            "report",
            district,
            "--from",
            "2023-01-01",
            "--to",
            "2023-01-31",
            "--as-of",
            size,
            "--format",
            format
        )
        .ok()
    };
    let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = one_line(print("text"));
    assert!(
        text.contains(&format!("Đã nhắc nhở hộ {SECRET}. ("))
            && text.contains(&format!("bản ghi {target}.)")),
        "{text}"
    );
    assert!(print("html").contains(SECRET));
    let figures = print("json");
    assert!(!figures.contains(SECRET) && figures.contains(&target));

    unit.post(&order(unit, &target)).unwrap();
    running.settle(&world);
    awaits_its_end(&world);
    let text = one_line(print("text"));
    assert!(
        text.contains(&format!("bản ghi {target}, đã tiêu hủy theo thủ tục")) && !text.contains(SECRET),
        "{text}"
    );
    assert!(!print("html").contains(SECRET));
    assert_eq!(print("json"), figures, "byte for byte");
    running.close(&world, &mut Roots::default());
    audited(&world);
}
