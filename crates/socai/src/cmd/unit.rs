//! `socai unit keys|enrol`: how an office joins a ledger.

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, Result, bail};
use socai_district::{Ledger, LedgerDir, UnitSpec, now_ms};

use crate::{cli::UnitCommand, enrol, lang::Lang, out};

/// Makes keys, or registers a unit with them.
pub fn run(command: UnitCommand, lang: Lang) -> Result<ExitCode> {
    match command {
        UnitCommand::Keys { dir } => keys(&dir, lang),
        UnitCommand::Enrol { ledger, dir, json } => enrol_one(&ledger, &dir, &json, lang),
    }
}

fn keys(dir: &Path, lang: Lang) -> Result<ExitCode> {
    if LedgerDir::new(dir).config().exists() {
        let vi = "đây là thư mục của quận (có ledger.toml), khóa đã tạo khi lập sổ cái. Hãy nêu thư mục riêng của đơn vị; nkey NATS của quận: \
                  socai district status";
        let en = "this is a district's directory (ledger.toml), whose keys were made when it was founded. Name a directory of the unit's own; \
                  socai district status prints the district's NATS nkey";
        bail!("{}: {}", dir.display(), lang.pick(vi, en));
    }
    let enrolment = socai_ward::generate(&socai_ward::UnitDir::new(dir))?;
    out::line(&serde_json::to_string_pretty(&enrolment)?)?;
    Ok(ExitCode::SUCCESS)
}

fn enrol_one(ledger: &Path, dir: &Path, json: &str, lang: Lang) -> Result<ExitCode> {
    let spec: UnitSpec = serde_json::from_str(json).context("--json: a registration in JSON form")?;
    let mut ledger = Ledger::open_alone(&LedgerDir::new(ledger))?;
    let units = [(spec, dir.to_owned())];
    enrol::units(&mut ledger, &units, now_ms())?;
    let (spec, _) = &units[0];
    out::line(&match lang {
        Lang::Vi => format!("đã đăng ký đơn vị {} ({})", spec.unit_no, spec.unit_id),
        Lang::En => format!("registered unit {} ({})", spec.unit_no, spec.unit_id),
    })?;
    Ok(ExitCode::SUCCESS)
}
