//! `socai simulate`: a generated district-year as a ledger directory.

use std::{fmt::Write as _, io::IsTerminal as _, path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use socai_district::LedgerDir;

use crate::{
    cli::SimulateArgs,
    lang::Lang,
    out,
    simulate::{self, Made, Wish},
};

/// Makes the year and says what is in it.
pub fn run(args: &SimulateArgs, lang: Lang) -> Result<ExitCode> {
    let dir = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("simulated-{}", args.seed)));
    let bar = bar(args.days, lang);
    let made = simulate::make(&LedgerDir::new(dir.join("district")), &wish(args), &mut |days| {
        bar.set_position(days.into());
    })
    .with_context(|| dir.display().to_string())?;
    bar.finish_and_clear();
    let text = match args.json {
        true => serde_json::to_string(&object(&made, args, &dir.display().to_string()))?,
        false => words(&made, args, &dir.display().to_string(), lang),
    };
    out::line(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

fn wish(args: &SimulateArgs) -> Wish {
    let SimulateArgs { seed, units, days, events_per_day, .. } = *args;
    Wish { seed, units, days, events_per_day }
}

fn bar(days: u32, lang: Lang) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let words = lang.pick("ngày", "days");
    let style = ProgressStyle::with_template(&format!("  {{bar:32}} {{pos}}/{{len}} {words}"));
    ProgressBar::new(days.into()).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn object(made: &Made, args: &SimulateArgs, dir: &str) -> serde_json::Value {
    let rejected: Vec<_> =
        made.rejected.iter().map(|(name, code)| json!({"event": name.to_string(), "code": code})).collect();
    json!({
        "ledger": dir, "seed": args.seed, "units": args.units, "days": args.days,
        "size": made.size.0, "root": made.root.to_string(), "kinds": made.kinds, "rejected": rejected,
    })
}

fn words(made: &Made, args: &SimulateArgs, dir: &str, lang: Lang) -> String {
    let mut text = match lang {
        Lang::Vi => format!("{dir}: hạt giống {}, {} đơn vị, {} ngày\n", args.seed, args.units, args.days),
        Lang::En => format!("{dir}: seed {}, {} units, {} days\n", args.seed, args.units, args.days),
    };
    let _ = writeln!(
        text,
        "{}: {}\n{}: {}",
        lang.pick("cỡ cây", "tree size"),
        made.size,
        lang.pick("gốc", "root"),
        made.root
    );
    for (kind, count) in &made.kinds {
        let _ = writeln!(text, "{count:>9}  {kind}");
    }
    let rejected = lang.pick("bản ghi bị loại, đều do mô phỏng cố ý", "records rejected, each made to be");
    let _ = writeln!(text, "{:>9}  {rejected}", made.rejected.len());
    for (name, code) in &made.rejected {
        let _ = writeln!(text, "           {:<9} {code}", name.to_string());
    }
    text
}
