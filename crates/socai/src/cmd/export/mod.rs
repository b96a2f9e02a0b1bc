//! `socai export`: the whole ledger in a form that other tools read, one file for each format.

mod cases;
mod csv;
mod figures;
mod jsonl;
pub mod manifest;
pub mod parquet;
mod records;
mod stages;
mod suppress;
pub mod tables;
mod tiles;

use std::{
    fs,
    io::{self, IsTerminal as _},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use socai_log::Reader;
use socai_tlog::LeafIndex;

use crate::{
    cli::{ExportArgs, ExportFormat},
    cut,
    lang::Lang,
    ledger, out, state,
};
use manifest::{Bound, Written};
use records::{Entries, Facts, Gathered};
use stages::Task;
use tables::Output;

/// Writes the export and says where it is.
pub fn run(args: &ExportArgs, lang: Lang) -> Result<ExitCode> {
    let reader = ledger::reader(&args.ledger)?;
    let size = cut::resolve(args.as_of.as_deref(), &reader).context("--as-of")?;
    let is_of_tables = matches!(args.format, ExportFormat::Parquet | ExportFormat::Csv);
    if args.min_cell > 0 && !is_of_tables {
        bail!("--min-cell suppresses figures: parquet and csv have them, {:?} does not", args.format);
    }
    fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    let bound = Bound::of(&reader, size)?;
    let mut files = match args.format {
        ExportFormat::Tiles if args.as_of.is_some() => {
            bail!("tiles are of the newest checkpoint: leave --as-of out")
        }
        ExportFormat::Tiles => return tiles::write(&reader, &args.out, lang),
        ExportFormat::Jsonl => vec![jsonl::write(&reader, size, &args.out)?],
        ExportFormat::Parquet => {
            let output = parquet::Parquet::new(&args.out, bound.clone());
            tables(args, &reader, &bound, Box::new(output), lang)?
        }
        ExportFormat::Csv => tables(args, &reader, &bound, Box::new(csv::Csv::new(&args.out)), lang)?,
    };
    files.sort_by(|a, b| a.name.cmp(&b.name));
    manifest::write(&bound, &files, &args.out)?;
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

fn tables(
    args: &ExportArgs,
    reader: &Reader,
    bound: &Bound,
    output: Box<dyn Output>,
    lang: Lang,
) -> Result<Vec<Written>> {
    empty(&args.out)?;
    written(reader, bound, output, args.min_cell, lang)
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
    let bar = bar(bound.size.0, lang);
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

/// Refuses to mix two exports: tools read every file below a directory.
fn empty(dir: &Path) -> Result<()> {
    let is_empty = fs::read_dir(dir).with_context(|| dir.display().to_string())?.next().is_none();
    ensure!(is_empty, "{}: the directory is not empty; export into a new one", dir.display());
    Ok(())
}

fn bar(records: u64, lang: Lang) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let words = lang.pick("bản ghi, còn {eta}", "records, {eta} left");
    let style = ProgressStyle::with_template(&format!("  {{bar:32}} {{pos}}/{{len}} {words}"));
    ProgressBar::new(records).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
