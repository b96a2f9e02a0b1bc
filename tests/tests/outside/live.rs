//! A reader of the live API in plain Python: it hears of every growth and sees the figures that the report prints.

use std::process::Command;

use serde_json::Value;
use socai_tests::{
    command,
    demo::Demo,
    ledger,
    outside::{or_skip, sources},
    service::Service,
    socai, wait,
};

#[test]
fn a_python_program_follows_the_ledger_and_its_figures() {
    let runs = Command::new("python3").arg("--version").output();
    let Some(_) = or_skip("Python", runs.map_err(|error| error.to_string())) else { return };
    let demo = Demo::played();
    let district = demo.district();
    let serve = command::command(&[&"serve", &district, &"--http", &"127.0.0.1:0"]);
    let serve = Service::start("serve", serve, &demo.path().join("serve.log"));
    let url = wait::until("the dashboard has an address", || {
        let log = serve.log();
        let at = log.find("http://")?;
        log[at..].split_whitespace().next().filter(|_| log[at..].contains('\n')).map(str::to_owned)
    });
    let mut reader = Command::new("python3");
    reader.arg("-B").arg(sources().join("live.py")).arg(&url).args([
        "--period",
        "tet-quy-mao-2023",
        "--times",
        "2",
    ]);
    let reader = Service::start("live.py", reader, &demo.path().join("live.jsonl"));
    let line = |number: usize| -> Value {
        wait::until("the reader prints a line", || {
            let log = reader.log();
            let line = log.split_inclusive('\n').nth(number).filter(|line| line.ends_with('\n'))?;
            Some(serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {log}")))
        })
    };
    let size = ledger::size(&district.join("log"));
    let first = line(0);
    assert_eq!((first["size"].as_u64(), first["as_of"].as_u64()), (Some(size), Some(size)));
    let printed = socai!("report", district, "--period", "tet-quy-mao-2023", "--format", "json").json();
    let figures = printed["figures"].as_array().unwrap();
    assert!(figures.len() > 20);
    assert_eq!(first["figures"].as_object().unwrap().len(), figures.len());
    for figure in figures {
        assert_eq!(
            first["figures"][figure["indicator"].as_str().unwrap()],
            figure["value"],
            "{}",
            figure["indicator"]
        );
    }
    assert_eq!(first["root"], printed["as_of"]["root"]);

    let out = demo.path().join("issued");
    socai!("report", "issue", district, "--no", "45/BC-UBND", "--period", "tet-quy-mao-2023", "--out", out)
        .ok();
    let second = line(1);
    assert_eq!(second["size"].as_u64(), Some(size + 1));
    assert_eq!(
        (&second["newest"][0]["kind"], &second["figures"]),
        (&Value::from("report.issued"), &first["figures"])
    );
    serve.kill();
}
