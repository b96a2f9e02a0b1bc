//! `socai ward vault add|find|erase|status`: beside a running node or without one. What is printed of a person goes to standard output alone.

use std::{fs, io, path::Path, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::ValueEnum as _;
use serde_json::json;
use socai_district::now_ms;
use socai_domain::time::vietnam_date;
use socai_ward::{Access, Person, UnitDir, Vault, VaultError, problems_of, reach};

use crate::{
    cli_vault::{Ordered, VaultCommand},
    cmd::{refused, ward},
    lang::Lang,
    mistake::Mistake,
    out,
};

/// The kind that says whose entry was destroyed.
const ERASED: &str = "identity.erased";
/// Longest file of a person, in bytes.
const MAX_LEN: u64 = 16 << 10;

/// Does one thing with the vault.
pub fn run(command: &VaultCommand, lang: Lang) -> Result<ExitCode> {
    match command {
        VaultCommand::Add { dir, person, replace } => add(dir, person, *replace),
        VaultCommand::Find { dir, token, person } => find(dir, token.as_deref(), person.as_deref(), lang),
        VaultCommand::Erase { dir, token, ordered } => erase(dir, token, ordered, lang),
        VaultCommand::Status { dir, json } => status(dir, *json, lang),
    }
}

fn vault(dir: &Path) -> Result<Vault> {
    let dir = UnitDir::new(dir);
    if !dir.config().exists() && !dir.keys().exists() {
        let (vi, en) = ("không phải thư mục của đơn vị (không có khóa)", "not a unit's directory (no keys)");
        return Err(Mistake::new(vi, en).of(&dir.path().display().to_string()).into());
    }
    Ok(Vault::of(&dir))
}

/// A person from a file or standard input. A parser's message would repeat what it read.
fn person(from: &str) -> Result<Person> {
    let mut text = String::new();
    let read = |source: &mut dyn io::Read, text: &mut String| {
        io::Read::read_to_string(&mut io::Read::take(source, MAX_LEN), text).map(drop)
    };
    match from {
        "-" => read(&mut io::stdin().lock(), &mut text).context("standard input")?,
        file => {
            fs::File::open(file).and_then(|mut file| read(&mut file, &mut text)).context(file.to_owned())?
        }
    }
    let person = serde_json::from_str(&text).ok();
    person.context(Mistake::new(
        "một người là một đối tượng JSON có number, name, address, programme, mỗi mục là văn bản",
        "a person is a JSON object with number, name, address, programme, each a text",
    ))
}

fn add(dir: &Path, from: &str, may_replace: bool) -> Result<ExitCode> {
    let vault = vault(dir)?;
    let token = vault.token(&person(from)?, may_replace)?;
    vault.settle()?;
    out::line(&token)?;
    Ok(ExitCode::SUCCESS)
}

fn find(dir: &Path, token: Option<&str>, from: Option<&str>, lang: Lang) -> Result<ExitCode> {
    let vault = vault(dir)?;
    let found = match (token, from) {
        (Some(token), _) => match vault.find(token) {
            Ok(person) => Some(serde_json::to_string_pretty(&person)?),
            Err(VaultError::NoEntry) => None,
            Err(error) => return Err(error.into()),
        },
        (None, from) => vault.known(&person(from.unwrap_or("-"))?)?,
    };
    match found {
        Some(found) => {
            out::line(&found)?;
            Ok(ExitCode::SUCCESS)
        }
        None => {
            out::aside(lang.pick("kho danh tính không có mục này", "the vault has no such entry"));
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Destroys only what may be recorded as erased, and before it is recorded: should recording fail all the same, what is still to be recorded is
/// said.
fn erase(dir: &Path, token: &str, ordered: &Ordered, lang: Lang) -> Result<ExitCode> {
    let ground = ordered.ground.to_possible_value().map(|value| value.get_name().to_owned());
    let form = json!({
        "kind": ERASED,
        "occurred_on": ordered.on.clone().unwrap_or_else(|| vietnam_date(now_ms()).to_string()),
        "data": {"token": token, "ground": ground.unwrap_or_default(), "procedure": ordered.procedure},
    });
    let vault = vault(dir)?;
    let problems = problems_of(dir, &form)?;
    if !problems.is_empty() {
        out::line(
            lang.pick(
                "không tiêu hủy gì; hãy sửa rồi làm lại:",
                "nothing was destroyed; mend and try again:",
            ),
        )?;
        return refused::list(&problems, lang);
    }
    let access = reach(dir)?;
    if let Access::Node(node) = &access {
        node.status()?; // a node that does not answer cannot record it
    }
    vault.erase(token)?;
    let told = out::line(lang.pick("đã tiêu hủy mục trong kho", "the entry is destroyed"));
    let recorded = ward::record_by(&access, form.clone(), lang);
    if !matches!(recorded, Ok(ExitCode::SUCCESS)) {
        let (vi, en) = ("còn phải ghi", "still to be recorded");
        let command = format!("socai ward record {} {ERASED} --json '{form}'", dir.display());
        out::aside(&format!("{}: {command}", lang.pick(vi, en)));
    }
    told?; // recorded first, whoever listens
    recorded
}

fn status(dir: &Path, as_json: bool, lang: Lang) -> Result<ExitCode> {
    let status = vault(dir)?.status()?;
    if as_json {
        out::line(&serde_json::to_string_pretty(&status)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (entries, bytes, file, key) = (status.entries, status.bytes, &status.file, &status.key);
    out::line(&match lang {
        Lang::Vi => format!(
            "kho danh tính: {entries} mục mở được, {bytes} byte\n  sao lưu {file}\n  và, ở một nơi khác, khóa {key}: mất khóa thì không ai mở được, có cả hai thì ai cũng đọc được\n  \
             khi tiêu hủy một mục, hủy cả các bản sao lưu cũ"
        ),
        Lang::En => format!(
            "vault: {entries} entries, all open, {bytes} bytes\n  back up {file}\n  and, elsewhere, the key {key}: without it nobody opens the entries, with both anybody reads them\n  \
             whoever is erased is still in older backups: destroy those too"
        ),
    })?;
    Ok(ExitCode::SUCCESS)
}
