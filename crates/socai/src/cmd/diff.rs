//! `socai diff LEDGER --from CUT --to CUT`: which figures are known differently at a later cut-off, and by which facts.

use std::process::ExitCode;

use anyhow::Result;
use socai_domain::{CivilDate, time};
use socai_fold::figures::Asked;

use crate::{asked, cli::DiffArgs, compared, cut, lang::Lang, ledger, out, state};

/// Prints the comparison.
pub fn run(args: &DiffArgs, lang: Lang) -> Result<ExitCode> {
    let reader = ledger::reader(&args.ledger)?;
    let (from, to) = (cut::resolve(Some(&args.from), &reader)?, cut::resolve(args.to.as_deref(), &reader)?);
    let (earlier, later) = (state::at(&reader, from)?, state::at(&reader, to)?);
    let asked = match asked::of(args.period.as_deref(), args.occasion.as_deref(), later.rulebook(), lang)? {
        Some(asked) => asked,
        // without a period: everything up to the day on which the later cut-off was received
        None => {
            let day = time::vietnam_date(later.last_received_at_ms());
            Asked { from: CivilDate::MIN, to: day, year: day.year(), occasion: None }
        }
    };
    let text = compared::printed(&reader, (&earlier, &later), &asked, None, args.format, lang)?;
    out::line(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}
