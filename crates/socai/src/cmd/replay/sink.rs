//! Lines to standard output, and a bar beside them while somebody waits.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use indicatif::ProgressBar;

use crate::{lang::Lang, out, progress};

/// Lines are written in pieces of this size, bytes.
const PIECE: usize = 1 << 16;
/// And after this time, when somebody watches them.
const SHOWN_AFTER: Duration = Duration::from_millis(100);
/// The bar moves every so many facts.
const STEP: u64 = 4_096;

/// Where lines go.
pub struct Sink {
    lines: Vec<u8>,
    bar: ProgressBar,
    /// Set while standard output is a terminal: when lines were last written.
    shown: Option<Instant>,
}

impl Sink {
    /// With a bar over `facts` facts when standard error is a terminal.
    pub fn new(facts: u64, lang: Lang) -> Self {
        let shown = io::stdout().is_terminal().then(Instant::now);
        Sink {
            lines: Vec::with_capacity(PIECE),
            bar: progress::bar(facts, ("sự kiện", "facts"), lang),
            shown,
        }
    }

    /// Adds a line, without its end.
    ///
    /// # Errors
    /// Standard output refuses.
    pub fn line(&mut self, line: &[u8]) -> io::Result<()> {
        self.lines.extend_from_slice(line);
        self.lines.push(b'\n');
        if self.lines.len() >= PIECE || self.shown.is_some_and(|shown| shown.elapsed() > SHOWN_AFTER) {
            self.flush()?;
        }
        Ok(())
    }

    /// Moves the bar.
    pub fn passed(&self, facts: u64) {
        if facts.is_multiple_of(STEP) {
            self.bar.set_position(facts);
        }
    }

    /// Writes what was added.
    ///
    /// # Errors
    /// Standard output refuses.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        let lines = &self.lines;
        let write = || {
            let mut out = io::stdout().lock();
            out.write_all(lines).and_then(|()| out.flush())
        };
        // the bar gives way only where both are seen
        if self.shown.is_some() {
            self.bar.suspend(write).map_err(out::named)?
        } else {
            write().map_err(out::named)?
        }
        self.lines.clear();
        self.shown = self.shown.map(|_| Instant::now());
        Ok(())
    }

    /// Takes the bar away.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}
