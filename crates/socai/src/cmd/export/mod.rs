//! `socai export`: the whole ledger in a form that other tools read, one file for each format.

mod cases;
mod csv;
mod figures;
mod jsonl;
pub mod manifest;
pub mod parquet;
mod records;
mod stages;
pub mod tables;
mod tiles;
mod whole;

use std::{fs, process::ExitCode};

use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum as _;
use socai_log::Reader;
use socai_tlog::LeafIndex;

use crate::{
    cli::{ExportArgs, ExportFormat},
    cut, file,
    lang::Lang,
    ledger,
    mistake::{Mistake, mistake},
    out, progress, state,
};
use manifest::{Bound, Written};
use records::{Entries, Facts, Gathered};
use stages::Task;
use tables::Output;
use whole::Whole;

/// Writes the export and says where it is.
pub fn run(args: &ExportArgs, lang: Lang) -> Result<ExitCode> {
    file::refuse(&[("--out", Some(&args.out))], lang)?;
    let reader = ledger::reader(&args.ledger)?;
    let size = cut::resolve(args.as_of.as_deref(), &reader).context("--as-of")?;
    let is_of_tables = matches!(args.format, ExportFormat::Parquet | ExportFormat::Csv);
    if args.min_cell > 0 && !is_of_tables {
        let format = format_name(args.format);
        return Err(mistake(
            format!("--min-cell che các con số nhỏ: parquet và csv có số liệu, {format} thì không"),
            format!("--min-cell suppresses figures: parquet and csv have them, {format} does not"),
        ));
    }
    if args.format == ExportFormat::Tiles {
        ensure!(
            args.as_of.is_none(),
            Mistake::new(
                "tiles là của mốc mới nhất: bỏ --as-of",
                "tiles are of the newest checkpoint: leave --as-of out"
            )
        );
        fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
        return tiles::write(&reader, &args.out, lang);
    }
    let bound = Bound::of(&reader, size)?;
    // tools read every table below a directory, so two exports do not mix
    let whole =
        Whole::begin(&args.out, |name| is_of_tables || [jsonl::NAME, manifest::NAME].contains(&name))?;
    whole.end_with_signals()?;
    let dir = whole.dir();
    let mut files = match args.format {
        ExportFormat::Csv => written(&reader, &bound, Box::new(csv::Csv::new(dir)), args.min_cell, lang)?,
        ExportFormat::Parquet => {
            let output = parquet::Parquet::new(dir, bound.clone());
            written(&reader, &bound, Box::new(output), args.min_cell, lang)?
        }
        ExportFormat::Jsonl | ExportFormat::Tiles => vec![jsonl::write(&reader, size, dir)?],
    };
    files.sort_by(|a, b| a.name.cmp(&b.name));
    manifest::write(&bound, &files, dir)?;
    whole.end()?;
    let lines: u64 = files.iter().map(|file| file.lines).sum();
    out::line(&match (files.as_slice(), lang) {
        ([file], _) => format!(
            "{}: {} ({}), {} {size}",
            args.out.display(),
            file.name,
            file.lines,
            lang.pick("cỡ cây", "tree size")
        ),
        (_, Lang::Vi) => {
            format!("{}: {} tệp, {lines} dòng, cỡ cây {size}", args.out.display(), files.len())
        }
        (_, Lang::En) => {
            format!("{}: {} files, {lines} rows, tree size {size}", args.out.display(), files.len())
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Facts, entries, cases and figures; with `min_cell` figures alone, since a row of a fact is a cell of one.
///
/// # Errors
/// The log cannot be read or a file not written.
pub fn written(
    reader: &Reader,
    bound: &Bound,
    output: Box<dyn Output>,
    min_cell: u64,
    lang: Lang,
) -> Result<Vec<Written>> {
    let fold = state::at(reader, bound.size)?;
    let is_whole = min_cell == 0;
    // a table is the work of one task, so what is in its files does not depend on which of them is quicker
    let (entries, figures) = (output.beside(), output.beside());
    let cases = is_whole.then(|| output.beside());
    let bar = progress::bar(bound.size.0, ("bản ghi", "records"), lang);
    let passed = |leaf: LeafIndex| {
        if leaf.0.is_multiple_of(4_096) {
            bar.set_position(leaf.0);
        }
    };
    let gathered = Gathered::new(&fold, cases, figures, min_cell);
    let mut tasks: Vec<Box<dyn Task + '_>> = vec![Box::new(gathered)];
    if is_whole {
        tasks.push(Box::new(Facts { fold: &fold, output, passed }));
        tasks.push(Box::new(Entries { fold: &fold, output: entries }));
    }
    let mut files = stages::run(reader, bound.size, tasks)?;
    bar.finish_and_clear();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// As it is written on the command line.
fn format_name(format: ExportFormat) -> String {
    format.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
