//! Audits that go on from the last one: asked for, said in the report, and no worse at finding what is new.

use std::fs;

use socai_tests::{files, ledger, socai, world::World};

use crate::mirrors::grow;

#[test]
fn only_what_is_new_is_gone_over_when_asked_for_and_the_report_says_so() {
    let world = World::found(1);
    let (dir, kept) = (world.district_dir(), world.path().join("kept"));
    let volume = dir.join("log/volumes/0000000000.vol");
    socai!("audit", "verify", dir, "--only-new").fails(2, &["--since"]);
    socai!("audit", "verify", dir, "--keep", kept).ok();
    let (before, len) = (ledger::size(&world.log_dir()), fs::metadata(&volume).unwrap().len());
    grow(&dir, world.path(), 2);
    let new = |more: &str| socai!("audit", "verify", dir, "--since", kept, "--only-new", more);
    let said = new("--json").json();
    assert_eq!((&said["verified"], &said["skipped"]), (&true.into(), &before.into()));
    assert_eq!(said["key_changes"].as_array().unwrap().len(), 1, "{said}");
    assert!(new("--every-signature").ok().contains("ONLY WHAT IS NEW"));
    let whole = socai!("audit", "verify", dir, "--since", kept, "--json").json();
    assert_eq!(whole["skipped"], 0);
    assert_eq!((&whole["size"], &whole["root"]), (&said["size"], &said["root"]));

    // what is new is found, what is old is not looked at
    let byte = files::flip(&volume, len + 100, 1);
    new("--json").fails(1, &["does_not_verify"]);
    files::put(&volume, len + 100, byte);
    let byte = files::flip(&volume, 400, 1);
    new("--json").ok();
    socai!("audit", "verify", dir, "--since", kept).fails(1, &["DOES NOT VERIFY"]);
    files::put(&volume, 400, byte);

    // kept again, it goes on from there; a state of another checkpoint, or none, is of no use
    let older = world.path().join("older");
    for end in ["", ".state"] {
        fs::copy(world.path().join(format!("kept{end}")), world.path().join(format!("older{end}"))).unwrap();
    }
    socai!("audit", "verify", dir, "--since", kept, "--only-new", "--keep", kept).ok();
    assert_eq!(new("--json").json()["skipped"], said["size"]);
    fs::copy(world.path().join("kept.state"), world.path().join("older.state")).unwrap();
    socai!("audit", "verify", dir, "--since", older, "--only-new").fails(2, &["another checkpoint"]);
    fs::remove_file(world.path().join("older.state")).unwrap();
    socai!("audit", "verify", dir, "--since", older, "--only-new").fails(2, &["older.state", "--keep"]);
    socai!("audit", "verify", dir, "--since", older).ok();
}
