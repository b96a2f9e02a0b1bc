//! Bytes that somebody changed: the audit names the file; what is derived is repaired by the next start.

use std::{fs, path::Path};

use socai_tests::{chance::Chance, demo::Demo, files, ledger, socai, world::World};

#[test]
fn a_flipped_bit_in_any_file_of_the_log_is_named_by_the_audit() {
    let mut chance = Chance::of_run("flipped_bit");
    let demo = Demo::played();
    let district = demo.district();
    ledger::audit(&district).ok();
    let log = district.join("log");
    for file in files::all(&log) {
        let len = fs::metadata(&file).unwrap().len();
        if len == 0 {
            continue;
        }
        let (offset, bit) = (chance.below(len), chance.below(8) as u8);
        let was = files::flip(&file, offset, bit);
        let said = ledger::audit(&district);
        let what = format!("{} byte {offset} bit {bit}", file.display());
        assert_eq!(said.code, Some(1), "{what}: {said}");
        let name = file.strip_prefix(&log).unwrap().to_str().unwrap();
        assert!(said.out.contains(name) || said.err.contains(name), "{what} is not named: {said}");
        files::put(&file, offset, was);
    }
    ledger::audit(&district).ok();
}

#[test]
fn derived_files_that_were_damaged_or_deleted_are_repaired_by_the_next_start() {
    let mut chance = Chance::of_run("derived_files");
    let world = World::found(2);
    let running = socai_tests::running::Running::start(&world);
    for unit in &world.units {
        let facts: Vec<_> = (0..300).map(|_| socai_tests::facts::inspection(&unit.id, &mut chance)).collect();
        socai_tests::load::hand_in(unit, &facts);
    }
    running.settle(&world);
    running.stop();
    let log = world.log_dir();
    let derived =
        |file: &Path| !file.starts_with(log.join("volumes")) && !file.starts_with(log.join("annex"));
    let files: Vec<_> = files::all(&log).into_iter().filter(|file| derived(file)).collect();
    let before: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    for (n, file) in files.iter().enumerate() {
        match n % 3 {
            0 => drop(files::flip(file, chance.below(fs::metadata(file).unwrap().len()), 3)),
            1 => fs::remove_file(file).unwrap(),
            _ => fs::File::options().write(true).open(file).unwrap().set_len(1).unwrap(),
        }
    }
    ledger::audit(&world.district_dir()).fails(1, &["repairs"]);
    world.district().stop();
    // a start looks at the end of long files only; a rebuild looks at everything
    if ledger::audit(&world.district_dir()).code != Some(0) {
        socai!("rebuild", world.district_dir()).ok();
    }
    ledger::audit(&world.district_dir()).ok();
    for (file, before) in files.iter().zip(before) {
        assert!(fs::read(file).unwrap() == before, "{} is not as it was", file.display());
    }
}

#[test]
fn models_that_are_gone_or_garbage_are_made_again() {
    let demo = Demo::played();
    let (district, models) = (demo.district(), demo.district().join("models"));
    let published = fs::read_to_string(models.join("published")).unwrap();
    let garbage = |models: &Path| {
        for file in files::all(models).iter().filter(|file| file.parent() != Some(models)) {
            fs::write(file, b"this is not a database").unwrap();
        }
    };
    type Spoil<'a> = (&'a str, &'a dyn Fn(&Path));
    let spoils: [Spoil<'_>; 4] = [
        ("gone", &|models| fs::remove_dir_all(models).unwrap()),
        ("garbage", &garbage),
        ("pointing nowhere", &|models| fs::write(models.join("current"), "99\n").unwrap()),
        ("half", &|models| {
            for file in files::all(models) {
                let len = fs::metadata(&file).unwrap().len();
                fs::File::options().write(true).open(&file).unwrap().set_len(len / 2).unwrap();
            }
        }),
    ];
    for (what, spoil) in spoils {
        spoil(&models);
        socai!("demo", "--exit", "--data", demo.path()).ok();
        assert_eq!(fs::read_to_string(models.join("published")).unwrap(), published, "models {what}");
        ledger::audit(&district).ok();
    }
}

#[test]
fn a_published_state_that_the_log_does_not_give_fails_the_audit() {
    let demo = Demo::played();
    let published = demo.district().join("models/published");
    let text = fs::read_to_string(&published).unwrap();
    let digest = text.lines().find_map(|line| line.strip_prefix("digest ")).unwrap();
    let other = format!("{}{}", if digest.starts_with('0') { '1' } else { '0' }, &digest[1..]);
    for altered in [text.replace(digest, &other), text.replace("size ", "size 9"), "nonsense\n".to_owned()] {
        fs::write(&published, &altered).unwrap();
        let said = ledger::audit(&demo.district()).fails(1, &["models"]);
        assert!(said.out.contains("published") || said.err.contains("published"), "{said}");
    }
    fs::write(&published, &text).unwrap();
    ledger::audit(&demo.district()).ok();
}

#[test]
fn a_log_that_lost_its_newest_commits_is_told_by_its_checkpoint_and_does_not_start() {
    let demo = Demo::played();
    let volume = demo.district().join("log/volumes/0000000000.vol");
    let len = fs::metadata(&volume).unwrap().len();
    fs::File::options().write(true).open(&volume).unwrap().set_len(len - 1000).unwrap();
    ledger::audit(&demo.district()).fails(1, &["committed records are missing"]);
    let before = fs::read(&volume).unwrap();
    socai!("demo", "--exit", "--data", demo.path()).fails(2, &["checkpoint"]);
    assert!(fs::read(&volume).unwrap() == before, "not a byte was cut");
}
