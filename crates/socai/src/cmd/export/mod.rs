//! `socai export`: a ledger in files that other programs read.

mod tiles;

use std::process::ExitCode;

use anyhow::Result;

use crate::{
    cli::{ExportArgs, ExportFormat},
    lang::Lang,
    ledger,
};

/// Writes the ledger in the form asked for.
pub fn run(args: &ExportArgs, lang: Lang) -> Result<ExitCode> {
    let reader = ledger::reader(&args.ledger)?;
    match args.format {
        ExportFormat::Tiles => tiles::write(&reader, &args.out, lang),
    }
}
