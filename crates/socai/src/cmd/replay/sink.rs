//! Lines to standard output, and a bar beside them while somebody waits.

use std::{
    fmt,
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::lang::Lang;

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
        Sink { lines: Vec::with_capacity(PIECE), bar: bar(facts, lang), shown }
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
            self.bar.suspend(write)?
        } else {
            write()?
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

fn bar(facts: u64, lang: Lang) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let words = match lang {
        Lang::Vi => "sự kiện, {rate}, còn {eta}",
        Lang::En => "facts, {rate}, {eta} left",
    };
    let style = ProgressStyle::with_template(&format!("  {{bar:32}} {{pos}}/{{len}} {words}"));
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    let style = style.with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
        let _ = write!(out, "{:.0}/s", state.per_sec()); // a bar that does not fit is no error
    });
    ProgressBar::new(facts).with_style(style)
}
