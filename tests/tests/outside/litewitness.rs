//! A witness that we did not write cosigns our checkpoints: litewitness of filippo.io/torchwood, asked by a running district.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use socai_bus::server::free_port;
use socai_tests::{
    chance::Chance,
    facts, ledger, load,
    outside::{go_program, or_skip},
    service::Service,
    socai, wait,
    world::{ORIGIN, World},
};
use socai_tlog::Policy;

/// Adds a log with an empty tree, as `witnessctl add-log` and `add-key` do.
const ADD_LOG: &str = "import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
    db.execute('INSERT INTO log VALUES (?, 0, ?)', (sys.argv[2], '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='))
    db.execute('INSERT INTO key VALUES (?, ?)', (sys.argv[2], sys.argv[3]))
";

/// Runs a small command that has to succeed.
fn done(command: &mut Command) -> Result<Output, String> {
    let said = command.output().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    match said.status.success() {
        true => Ok(said),
        false => Err(String::from_utf8_lossy(&said.stderr).into_owned()),
    }
}

/// An SSH agent with a fresh key, which is where litewitness keeps its own; and the key's fingerprint.
fn agent(dir: &Path) -> Result<(Service, String), String> {
    let (socket, key) = (dir.join("agent"), dir.join("key"));
    done(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key))?;
    let said = done(Command::new("ssh-keygen").arg("-lf").arg(&key))?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let fingerprint = said.split(' ').find(|word| word.starts_with("SHA256:")).ok_or("no fingerprint")?;
    let mut agent = Command::new("ssh-agent");
    agent.arg("-D").arg("-a").arg(&socket);
    let agent = Service::start("ssh-agent", agent, &dir.join("agent.log"));
    wait::until_so("the agent listens", || socket.exists());
    done(Command::new("ssh-add").arg("-q").arg(&key).env("SSH_AUTH_SOCK", &socket))?;
    Ok((agent, fingerprint.to_owned()))
}

#[test]
fn litewitness_cosigns_what_a_district_records() {
    let program = go_program("litewitness", "filippo.io/torchwood/cmd/litewitness");
    let Some(program) = or_skip("litewitness", program) else { return };
    let place = tempfile::tempdir().unwrap();
    let Some((_agent, fingerprint)) = or_skip("an SSH agent", agent(place.path())) else { return };
    let address = format!("127.0.0.1:{}", free_port().unwrap());
    let db = place.path().join("db");
    let mut command = Command::new(program);
    command.args(["-name", "chung.example/lite", "-key", &fingerprint, "-listen", &address]);
    command.arg("-db").arg(&db).arg("-ssh-agent").arg(place.path().join("agent"));
    let lite = Service::start("litewitness", command, &place.path().join("lite.log"));
    let vkey = wait::until("litewitness says its key", || {
        let key = lite.log().lines().find_map(|line| line.split_once("vkey="))?.1.trim().to_owned();
        Some(key.trim_matches('"').to_owned())
    });

    let world = World::found(1);
    let policy = world.district_dir().join("policy");
    let log = fs::read_to_string(&policy).unwrap().lines().next().unwrap().to_owned();
    let key = log.strip_prefix("log ").unwrap();
    let mut add = Command::new("python3");
    add.args(["-c", ADD_LOG]).arg(&db).args([ORIGIN, key]);
    done(&mut add).unwrap();
    fs::write(&policy, format!("{log}\nwitness lite {vkey} http://{address}\nquorum lite\n")).unwrap();

    let (district, node, unit) = (world.district(), world.units[0].node(), &world.units[0]);
    let mut chance = Chance::of_run("litewitness");
    let witnessed = || {
        let size = ledger::size(&world.log_dir());
        let note = fs::read(world.district_dir().join("cosigned")).ok()?;
        let opened = Policy::parse(&fs::read(&policy).unwrap()).unwrap().verify(&note).unwrap();
        (opened.checkpoint.size().0 == size).then_some(opened.witnessed_by)
    };
    for _ in 0..2 {
        let facts: Vec<_> = (0..5).map(|_| facts::inspection(&unit.id, &mut chance)).collect();
        load::hand_in(unit, &facts);
        unit.await_recorded();
        let by = wait::until("everything recorded is cosigned", witnessed);
        assert_eq!(by[0].witness, "lite");
    }
    node.stop();
    district.stop();
    socai!("audit", "verify", world.district_dir(), "--policy", policy).ok();
}
