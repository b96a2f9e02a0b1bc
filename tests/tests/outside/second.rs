//! The second verifier: Python, written from `proto/README.md` alone, against `socai audit verify`.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use socai_proto::v1::{self, event::Kind};
use socai_tests::{
    chance::Chance,
    demo::Demo,
    outside::{or_skip, python, sources},
    socai,
};

use crate::{
    corruption::Pristine,
    log::{Ledger, rotation, secret},
};

/// How often a log is spoilt.
const CORRUPTIONS: usize = 200;

/// The second verifier, running: a directory in, a verdict out.
struct Second {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Second {
    /// Starts it with a policy; none when its packages cannot be had.
    fn start(policy: &Path) -> Option<Second> {
        let python = or_skip("the second verifier", python("second-verifier.txt", &[]))?;
        let mut command = Command::new(python);
        command.arg("-B").arg(sources().join("second_verifier.py")).arg(policy);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Some(Second { child, input, output: BufReader::new(output) })
    }

    /// Its verdict on a log directory: `verified <size> <root>` or `refused <why>`.
    fn verdict(&mut self, log: &Path) -> String {
        writeln!(self.input, "{}", log.display()).unwrap();
        self.input.flush().unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        assert!(line.starts_with("verified ") || line.starts_with("refused "), "no verdict but {line:?}");
        line.trim_end().to_owned()
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The verdict of `socai audit verify` in the same words, and the whole of it.
fn first(log: &Path, policy: &Path) -> (String, String) {
    let said = socai!("audit", "verify", log, "--policy", policy, "--json");
    let report = said.json();
    let verdict = match said.code {
        Some(0) => format!("verified {} {}", report["size"], report["root"].as_str().unwrap()),
        Some(1) => "refused".to_owned(),
        _ => format!("neither: {said}"),
    };
    (verdict, said.to_string())
}

#[test]
fn a_second_verifier_agrees_on_the_reference_month() {
    let demo = Demo::played();
    let (log, policy) = (demo.district().join("log"), demo.district().join("policy"));
    let Some(mut second) = Second::start(&policy) else { return };
    let (verdict, whole) = first(&log, &policy);
    assert_eq!(second.verdict(&log), verdict, "{whole}");
    assert!(verdict.starts_with("verified 14"), "{whole}");
}

/// Everything the formats know in few bytes: volumes, annexes, one of them erased, rotations by a unit and by the operator.
fn small(place: &Path) {
    let mut ledger = Ledger::found(place, 9, &[0, 1, 2]);
    ledger.publish(1, 5, true);
    ledger.publish(2, 3, true);
    ledger.commit();
    ledger.rotate(1, secret(60));
    ledger.publish(1, 2, false);
    ledger.commit();
    let record = ledger.unit(0).seal_event(rotation(&secret(61), "hn.thu.p2"), 0);
    let by_operator = ledger.unit(0).sign(vec![record]);
    ledger.append(&by_operator);
    ledger.unit(2).key = secret(61);
    ledger.publish(2, 2, true);
    ledger.commit();
    for count in [1, 4, 6, 260] {
        ledger.publish(1, count, count < 5);
        ledger.publish(2, 1, false);
        ledger.commit();
    }
    // by the procedure: what is destroyed without a record that says so does not verify
    let erased = v1::AnnexErased {
        target: Some(v1::Ref { unit: 1, seq: 0 }),
        ground: v1::ErasureGround::PersonalData.into(),
        procedure: "14/QĐ-UBND".to_owned(),
        approver_position: "chu-tich".to_owned(),
    };
    let record = ledger.unit(0).seal_event(Kind::AnnexErased(erased), 0);
    let by_operator = ledger.unit(0).sign(vec![record]);
    ledger.append(&by_operator);
    ledger.commit();
    ledger.writer.erase_annex(socai_tlog::LeafIndex(3)).unwrap(); // 1/0
}

#[test]
fn a_second_verifier_agrees_on_a_log_and_on_200_corruptions_of_it() {
    let mut chance = Chance::of_run("second_verifier");
    let place = tempfile::tempdir().unwrap();
    small(place.path());
    let (log, policy) = (place.path().join("log"), place.path().join("policy"));
    let Some(mut second) = Second::start(&policy) else { return };
    let (verdict, whole) = first(&log, &policy);
    assert_eq!(second.verdict(&log), verdict, "{whole}");
    assert!(verdict.starts_with("verified "), "{whole}");
    let pristine = Pristine::of(&log);
    let mut refused = 0;
    for number in 0..CORRUPTIONS {
        let what = pristine.spoil(&mut chance);
        let (ours, whole) = first(&log, &policy);
        let theirs = second.verdict(&log);
        let agree = ours == theirs || ours == "refused" && theirs.starts_with("refused");
        assert!(
            agree,
            "corruption {number}, {what}: the second verifier says {theirs:?}, the audit {ours:?}\n{whole}"
        );
        refused += usize::from(ours == "refused");
        pristine.restore();
    }
    assert!(refused > CORRUPTIONS * 8 / 10, "only {refused} corruptions were any");
    assert_eq!(second.verdict(&log), first(&log, &policy).0, "everything was put back");
}
