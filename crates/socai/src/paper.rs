//! A report onto paper: the bytes of a format, to a file or to standard output.

use std::io::{IsTerminal as _, stdout};

use anyhow::{Context as _, Result, bail};
use socai_fold::Fold;
use socai_report::{Figures, Template};

use crate::{
    cli::{PrintArgs, ReportFormat},
    file,
    lang::Lang,
    out,
};

/// Refuses to write an archive to a terminal, before any work is done.
pub fn refuse_terminal(print: &PrintArgs, lang: Lang) -> Result<()> {
    if print.out.is_none() && is_binary(print.format) && stdout().is_terminal() {
        bail!(
            "{}",
            lang.pick(
                "docx và xlsx là tệp nhị phân: hãy ghi vào tệp bằng --out TỆP",
                "docx and xlsx are binary: write them to a file with --out FILE",
            )
        );
    }
    Ok(())
}

/// Writes the report's bytes where the flags say.
pub fn write(print: &PrintArgs, bytes: &[u8]) -> Result<()> {
    match &print.out {
        Some(path) => file::put(path, bytes).with_context(|| format!("--out {}", path.display()))?,
        None => out::bytes(bytes)?,
    }
    Ok(())
}

/// The bytes of a format.
pub fn bytes(format: ReportFormat, fold: &Fold, figures: &Figures) -> Result<Vec<u8>> {
    Ok(match format {
        ReportFormat::Text => text(fold, figures)?.into_bytes(),
        ReportFormat::Json => socai_report::json(figures)?.into_bytes(),
        ReportFormat::Html => socai_report::html(figures, &template(fold, figures)?)?.into_bytes(),
        ReportFormat::Docx => socai_report::docx(figures, &template(fold, figures)?)?,
        ReportFormat::Xlsx => socai_report::xlsx(figures)?,
    })
}

/// The report in Vietnamese for 80 columns.
pub fn text(fold: &Fold, figures: &Figures) -> Result<String> {
    Ok(socai_report::text(figures, &template(fold, figures)?)?)
}

/// The template in force; broken ones that it stands in for are told on standard error.
fn template(fold: &Fold, figures: &Figures) -> Result<Template> {
    let in_force = Template::in_force(fold.rulebook(), figures)?;
    for broken in &in_force.broken {
        tracing::warn!("{broken}; the one before it stays in use");
    }
    Ok(in_force.template)
}

fn is_binary(format: ReportFormat) -> bool {
    matches!(format, ReportFormat::Docx | ReportFormat::Xlsx)
}
