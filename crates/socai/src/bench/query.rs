//! `socai bench query`: the month's report out of the read models, as a district answers it.

use std::{path::Path, time::Instant};

use anyhow::{Context as _, Result, ensure};
use socai_district::{Folding, LedgerDir};
use socai_fold::{Fold, figures::figures};
use socai_models::{Models, Opened, Place};
use socai_report::Figures;

use super::{fold::log, result::Measured};
use crate::{asked, cli::ReportFormat, lang::Lang, paper};

/// How often each question is asked.
const TIMES: usize = 100;
/// The month that is asked for; the facts of benchmarks are of January to March.
const MONTH: &str = "2023-02";

/// Folds `events` facts into sled, opens the models as a start does, and asks for a month's figures and its printed report.
pub fn run(place: &Path, events: u64) -> Result<Vec<Measured>> {
    let (reader, bytes) = log(place, events)?;
    let dir = LedgerDir::new(place.join("district"));
    drop(Folding::rebuild(&dir, &reader)?);
    let started = Instant::now();
    let Opened::Ready(models) = Models::open(&Place::new(dir.models()))? else {
        anyhow::bail!("the models that were just made are empty");
    };
    let fold = models.fold()?;
    let size = fold.size();
    let mut measured = vec![Measured::rate("query:open-models", size.0, bytes, 1, started.elapsed())];
    let asked = asked::of(Some(MONTH), None, fold.rulebook(), Lang::Vi)?.context("a month")?;
    let (found, root) = (figures(&fold, &asked, None)?, reader.root_at(size)?);
    ensure!(found.iter().any(|figure| figure.value != 0), "the month that is asked for has no figures");
    let report = |fold: &Fold| -> Result<Figures> {
        Ok(Figures::of(fold, &asked, &figures(fold, &asked, None)?, "so-cai.example/do", root))
    };
    measured.push(timed("query:month-figures", size.0, || report(&fold).map(|_| ()))?);
    for (name, format) in [("query:month-text", ReportFormat::Text), ("query:month-docx", ReportFormat::Docx)]
    {
        measured.push(timed(name, size.0, || paper::bytes(format, &fold, &report(&fold)?).map(|_| ()))?);
    }
    Ok(measured)
}

/// Asks again and again; the rate is of questions, each over all the events.
fn timed(name: &str, events: u64, mut ask: impl FnMut() -> Result<()>) -> Result<Measured> {
    let (started, mut each) = (Instant::now(), Vec::with_capacity(TIMES));
    for _ in 0..TIMES {
        let asked = Instant::now();
        ask()?;
        each.push(asked.elapsed());
    }
    Ok(Measured::rate(name, events * TIMES as u64, 0, 1, started.elapsed()).with_latencies(each))
}
