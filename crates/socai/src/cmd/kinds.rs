//! `socai kinds [KIND]`: the catalogue of events.

use std::process::ExitCode;

use anyhow::{Result, bail};
use socai_proto::{catalogue, nearest};

use crate::{lang::Lang, out, quoted::quoted};

/// Prints the list of kinds, or one kind with its fields, ranges and an example.
pub fn run(kind: Option<&str>, lang: Lang) -> Result<ExitCode> {
    let text = match kind {
        None => catalogue::list(lang.proto()),
        Some(name) => match socai_proto::kind(name) {
            Some(kind) => catalogue::describe(kind, lang.proto()),
            None => bail!("{}", unknown(name, lang)),
        },
    };
    out::lines(text.trim_end(), 4)?;
    Ok(ExitCode::SUCCESS)
}

/// What to say about a kind that does not exist: those that share its subject or verb, else the one whose letters are nearest.
pub fn unknown(name: &str, lang: Lang) -> String {
    let names = || socai_proto::kinds().iter().map(|kind| kind.name);
    let mut near: Vec<_> = names().filter(|kind| is_near(kind, name)).collect();
    if near.is_empty() {
        near.extend(nearest(name, names()));
    }
    let hint = if near.is_empty() { String::new() } else { format!(" ({}?)", near.join(", ")) };
    let name = quoted(name);
    match lang {
        Lang::Vi => format!("không có loại sự kiện {name}{hint}; xem danh mục: socai kinds"),
        Lang::En => format!("there is no kind {name}{hint}; see the catalogue: socai kinds"),
    }
}

/// Whether a kind shares its subject or its verb with what was asked for.
fn is_near(kind: &str, name: &str) -> bool {
    kind.split('.').any(|part| name.split('.').any(|asked| part == asked))
}
