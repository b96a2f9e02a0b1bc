//! `socai export`: the whole ledger in a form that other tools read, one file for each format.

mod jsonl;
mod manifest;
mod tiles;

use std::{fs, process::ExitCode};

use anyhow::{Context as _, Result, bail};

use crate::{
    cli::{ExportArgs, ExportFormat},
    cut,
    lang::Lang,
    ledger, out,
};

/// Writes the export and says where it is.
pub fn run(args: &ExportArgs, lang: Lang) -> Result<ExitCode> {
    let reader = ledger::reader(&args.ledger)?;
    let size = cut::resolve(args.as_of.as_deref(), &reader)?;
    fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    let files = match args.format {
        ExportFormat::Tiles if args.as_of.is_some() => {
            bail!("tiles are of the newest checkpoint: leave --as-of out")
        }
        ExportFormat::Tiles => return tiles::write(&reader, &args.out, lang),
        ExportFormat::Jsonl => vec![jsonl::write(&reader, size, &args.out)?],
    };
    manifest::write(&reader, size, &files, &args.out)?;
    let what: Vec<_> = files.iter().map(|file| format!("{} ({})", file.name, file.lines)).collect();
    out::line(&format!(
        "{}: {}, {} {size}",
        args.out.display(),
        what.join(", "),
        lang.pick("cỡ cây", "tree size")
    ))?;
    Ok(ExitCode::SUCCESS)
}
