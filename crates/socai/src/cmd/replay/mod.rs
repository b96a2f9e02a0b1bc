//! `socai replay`: the recorded facts in order, from any leaf, up to any moment, and on as they come.

mod cases;
mod filter;
mod line;
mod pace;
mod sink;
mod units;

use std::{
    collections::BTreeSet,
    io::IsTerminal as _,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use socai_log::{LogError, Reader, RecordRef};
use socai_tlog::{LeafIndex, TreeSize};

pub use filter::Facets;
pub use pace::Speed;

use crate::{
    cli::ReplayArgs,
    cut,
    lang::Lang,
    ledger,
    mistake::Mistake,
    out,
    remote::Followed,
    stop::{INTERRUPTED, Stop},
};
use filter::Filter;
use pace::Pace;
use sink::Sink;
use units::Registered;

/// How often a live replay looks for new commits: a look is a read of one small file.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Prints facts in the order of the log.
pub fn run(args: &ReplayArgs, lang: Lang) -> Result<ExitCode> {
    let reader = ledger::reader(&args.ledger)?;
    let until = cut::resolve(args.until.as_deref(), &reader).context("--until")?;
    let from = LeafIndex(args.from_leaf);
    ensure!(
        from.0 <= until.0,
        Mistake::new(
            format!("--from-leaf {from} vượt quá mốc: đến mốc đó có {until} mục"),
            format!("--from-leaf {from} is beyond the cut-off: there are {until} entries up to it")
        )
    );
    let filter = Filter::of(args, &reader, until, lang)?;
    let mut replay = Replay {
        args,
        units: Registered::before(&reader, from)?,
        filter,
        pace: args.speed.map(Pace::new),
        sink: Sink::new(until.0 - from.0, lang),
        stop: Stop::listen()?,
        followed: args.follow.then(|| ledger::followed(&args.ledger)).transpose()?.flatten(),
        next: from,
        met: BTreeSet::new(),
        printed: 0,
        line: Vec::new(),
        reader,
    };
    let ended = replay.play(until);
    let code = replay.end(ended, lang)?;
    if !args.follow && code == ExitCode::SUCCESS {
        cases::all_known(&replay.reader, until, &args.case, &replay.met, lang)?;
    }
    Ok(code)
}

struct Replay<'a> {
    args: &'a ReplayArgs,
    reader: Reader,
    filter: Filter,
    units: Registered,
    pace: Option<Pace>,
    sink: Sink,
    stop: Stop,
    /// Keeps the copy of an address up to date, when it is followed.
    followed: Option<Followed>,
    /// The first leaf that was not passed.
    next: LeafIndex,
    /// The cases that were asked for by name and have been printed.
    met: BTreeSet<String>,
    printed: u64,
    line: Vec<u8>,
}

/// Why a pass over records ended early.
enum Halt {
    Asked,
    Failed(anyhow::Error),
    /// The output takes no more. How much of what was written to it arrived nobody knows.
    Cut(std::io::Error),
}

impl From<LogError> for Halt {
    fn from(error: LogError) -> Self {
        Halt::Failed(error.into())
    }
}

impl From<anyhow::Error> for Halt {
    fn from(error: anyhow::Error) -> Self {
        Halt::Failed(error)
    }
}

impl From<std::io::Error> for Halt {
    fn from(error: std::io::Error) -> Self {
        Halt::Cut(error)
    }
}

impl Replay<'_> {
    fn play(&mut self, until: TreeSize) -> Result<(), Halt> {
        self.pass(until)?;
        self.sink.done();
        if self.args.follow { self.follow() } else { Ok(()) }
    }

    /// Passes the records up to a size. The reader is moved out so that it can be read while the rest changes.
    fn pass(&mut self, to: TreeSize) -> Result<(), Halt> {
        let (reader, from) = (self.reader.clone(), self.next);
        reader.for_each(from, to, |record| {
            self.record(&record)?;
            self.next = LeafIndex(record.leaf().0 + 1);
            self.sink.passed(self.next.0 - self.args.from_leaf);
            Ok::<_, Halt>(())
        })?;
        Ok(self.sink.flush()?)
    }

    /// Passes commits as they come, until asked to stop.
    fn follow(&mut self) -> Result<(), Halt> {
        loop {
            if let Some(followed) = &mut self.followed {
                followed.step(&self.stop)?;
            }
            let end = self.reader.committed()?.size;
            if end.0 < self.next.0 {
                let text = "the log has become shorter: it was restored from an older copy. \
                            Verify it, then replay from its start";
                return Err(anyhow::anyhow!("{end} entries after {}: {text}", self.next).into());
            }
            self.pass(end)?;
            if self.stop.wait(LOOK_EVERY) {
                return Err(Halt::Asked);
            }
        }
    }

    fn record(&mut self, record: &RecordRef<'_>) -> Result<(), Halt> {
        if self.stop.is_asked() {
            return Err(Halt::Asked);
        }
        self.units.see(record);
        if !self.filter.wants_unit(record) {
            return Ok(());
        }
        let fact = Facets::of(record.facts());
        if !self.filter.wants(&fact) {
            return Ok(());
        }
        self.keep_pace(record)?;
        let units = self.units.with(record.name().unit, &self.reader, record.leaf())?;
        self.line.clear();
        line::write(&mut self.line, self.args.format, record, &fact, units)?;
        self.sink.line(&self.line)?;
        self.printed += 1;
        if !self.args.case.is_empty() && !self.met.contains(fact.case.as_ref()) {
            self.met.insert(fact.case.into_owned());
        }
        Ok(())
    }

    /// Waits until it is this record's turn; what came before is shown meanwhile.
    fn keep_pace(&mut self, record: &RecordRef<'_>) -> Result<(), Halt> {
        let Some(pace) = &mut self.pace else { return Ok(()) };
        let wait = pace.wait(record.received_at_ms(), Instant::now());
        if wait.is_zero() {
            return Ok(());
        }
        self.sink.flush()?;
        if self.stop.wait(wait) { Err(Halt::Asked) } else { Ok(()) }
    }

    /// Says where it stood, for whoever wants to go on from there: always when it was cut short, else to somebody at a terminal.
    fn end(&mut self, ended: Result<(), Halt>, lang: Lang) -> Result<ExitCode> {
        self.sink.done();
        // lines that were passed come before any complaint
        let flushed = self.sink.flush();
        let is_cut = flushed.is_err() || matches!(ended, Err(Halt::Cut(_)));
        let (code, error) = match (ended, flushed) {
            (Err(Halt::Failed(error)), _) => (ExitCode::from(2), Some(error)),
            (Err(Halt::Cut(error)), _) | (_, Err(error)) => (ExitCode::from(2), Some(error.into())),
            (Ok(()), Ok(())) => (ExitCode::SUCCESS, None),
            // the only way in which a live replay ends well
            (Err(Halt::Asked), Ok(())) if self.args.follow => (ExitCode::SUCCESS, None),
            (Err(Halt::Asked), Ok(())) => (ExitCode::from(INTERRUPTED), None),
        };
        if is_cut && !error.as_ref().is_some_and(out::is_closed_pipe) {
            let text = match lang {
                Lang::Vi => {
                    "đầu ra bị cắt: dòng cuối có thể thiếu; đi tiếp bằng --from-leaf, từ lá sau lá của dòng trọn vẹn cuối cùng"
                }
                Lang::En => {
                    "the output is cut short and its last line may be torn: go on with --from-leaf, behind the leaf of the last whole line"
                }
            };
            out::aside(text);
        }
        let is_whole = matches!((&error, self.args.follow), (None, false)) && code == ExitCode::SUCCESS;
        if !is_cut && (!is_whole || std::io::stderr().is_terminal()) {
            let (next, printed, passed) = (self.next, self.printed, self.next.0 - self.args.from_leaf);
            out::aside(&match lang {
                Lang::Vi => format!(
                    "đã in {printed} trong {passed} sự kiện; dừng trước lá {next}, đi tiếp bằng --from-leaf {next}"
                ),
                Lang::En => format!(
                    "printed {printed} of {passed} facts; stands before leaf {next}: --from-leaf {next} goes on"
                ),
            });
        }
        match error {
            Some(error) => Err(error),
            None => Ok(code),
        }
    }
}
