//! `socai replay`: the recorded facts in order, up to any moment.

use std::{io::Write, path::Path, process::ExitCode, thread, time::Duration};

use anyhow::{Context as _, Result, bail};
use prost::Message as _;
use socai_log::{Reader, RecordRef};
use socai_proto::v1;
use socai_tlog::{LeafIndex, TreeSize};

use crate::{
    cli::{ReplayArgs, ReplayFormat},
    cut, ledger,
    line::{self, UnitIds},
    out,
};

/// How often a live replay looks for new commits.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Prints facts in the order of the log.
pub fn run(args: &ReplayArgs) -> Result<ExitCode> {
    if let Some(kind) = &args.kind
        && socai_proto::kind(kind).is_none()
    {
        bail!("there is no kind {kind:?}; see: socai kinds");
    }
    let reader = ledger::reader(&args.ledger)?;
    let until = cut::resolve(args.until.as_deref(), &reader)?;
    let mut replay = Replay::new(args, out::stdout());
    replay.print(&reader, LeafIndex(0), until)?;
    if args.follow {
        replay.follow(&reader, until)?;
    }
    replay.finish(until, &args.ledger)
}

struct Replay<'a, W> {
    args: &'a ReplayArgs,
    out: W,
    ids: UnitIds,
    printed: u64,
}

impl<'a, W: Write> Replay<'a, W> {
    fn new(args: &'a ReplayArgs, out: W) -> Self {
        Replay { args, out, ids: UnitIds::default(), printed: 0 }
    }

    fn print(&mut self, reader: &Reader, from: LeafIndex, to: TreeSize) -> Result<()> {
        reader.for_each(from, to, |record| self.record(&record))?;
        self.out.flush().map_err(Into::into)
    }

    /// Prints commits as they come, until interrupted.
    fn follow(&mut self, reader: &Reader, mut from: TreeSize) -> Result<()> {
        loop {
            let end = reader.committed()?.size;
            if end > from {
                self.print(reader, LeafIndex(from.0), end)?;
                from = end;
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    fn finish(self, until: TreeSize, ledger: &Path) -> Result<ExitCode> {
        if let Some(unit) = self.args.unit.as_deref().filter(|_| self.printed == 0)
            && !self.ids.is_known(unit)
        {
            bail!(
                "{}: no unit {unit:?} is registered up to size {until}; see: socai units",
                ledger.display()
            );
        }
        Ok(ExitCode::SUCCESS)
    }

    fn record(&mut self, record: &RecordRef<'_>) -> Result<()> {
        let event = v1::Event::decode(record.facts());
        event.iter().for_each(|event| self.ids.note(event));
        let kind = event.as_ref().ok().and_then(socai_proto::kind_of).map_or("?", |kind| kind.name);
        if self.is_asked_for(record, kind) {
            self.printed += 1;
            match self.args.format {
                ReplayFormat::Table => self.row(record, kind, event.ok().as_ref())?,
                ReplayFormat::Jsonl => self.object(record, event.ok().as_ref())?,
            }
        }
        Ok(())
    }

    fn is_asked_for(&self, record: &RecordRef<'_>, kind: &str) -> bool {
        let unit = record.name().unit;
        let of_unit =
            |asked: &String| *asked == unit.to_string() || self.ids.of(unit).is_some_and(|id| id == asked);
        self.args.kind.as_ref().is_none_or(|asked| asked == kind)
            && self.args.unit.as_ref().is_none_or(of_unit)
    }

    /// One line of at most 80 columns for common cases: leaf, name, day, kind, case.
    fn row(&mut self, record: &RecordRef<'_>, kind: &str, event: Option<&v1::Event>) -> Result<()> {
        let date = event.map_or_else(String::new, |event| socai_proto::date::to_iso(event.occurred_on));
        let case = event.map_or("", |event| event.case.as_str());
        let (leaf, name) = (record.leaf().to_string(), record.name().to_string());
        let line = format!("{leaf:>8}  {name:<9} {date:<10}  {kind:<26} {case}");
        writeln!(self.out, "{}", line.trim_end())?;
        Ok(())
    }

    fn object(&mut self, record: &RecordRef<'_>, event: Option<&v1::Event>) -> Result<()> {
        let object = line::object(record, event, &self.ids);
        serde_json::to_writer(&mut self.out, &object).context("standard output")?;
        writeln!(self.out)?;
        Ok(())
    }
}
