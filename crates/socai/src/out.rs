//! Writing to standard output so that a closed pipe ends the program quietly, and to standard error whatever becomes of it.

use std::io::{self, IsTerminal as _, Write};

use crate::fit::fit;

/// Columns of a text for people that goes to a file or a pipe, as of a report.
const COLUMNS: usize = 80;

/// Standard output, buffered until dropped or flushed.
pub fn stdout() -> io::BufWriter<io::StdoutLock<'static>> {
    io::BufWriter::with_capacity(1 << 16, io::stdout().lock())
}

/// Writes one text and a newline.
///
/// # Errors
/// Standard output refuses; [`is_closed_pipe`] tells the harmless case.
pub fn line(text: &str) -> io::Result<()> {
    let mut out = stdout();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(named)
}

/// Writes one text and a newline to standard error. Where that is full or closed the text is lost, and nothing else: the exit code tells.
pub fn aside(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Writes bytes as they are.
///
/// # Errors
/// As for [`line`].
pub fn bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = stdout();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(named)
}

/// What standard output refused, by its name: "No space left" says nothing of where.
pub fn named(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("standard output: {error}"))
}

/// Writes a text for people and a newline: lines that do not fit the terminal, or [`COLUMNS`] elsewhere, are broken between words, with `hang` spaces
/// before what follows.
///
/// # Errors
/// As for [`line`].
pub fn page(text: &str, hang: usize) -> io::Result<()> {
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    let columns = terminal.map_or(COLUMNS, |(width, _)| usize::from(width.0));
    line(&fit(text, columns.max(40), hang))
}

/// Writes a text that programs read too: broken as [`page`] does it on a terminal, as it is elsewhere.
///
/// # Errors
/// As for [`line`].
pub fn lines(text: &str, hang: usize) -> io::Result<()> {
    if io::stdout().is_terminal() { page(text, hang) } else { line(text) }
}

/// Whether somebody at a terminal reads standard error beside standard output, so that what is said on one need not be logged on the other.
pub fn is_read_together() -> bool {
    io::stdout().is_terminal() && io::stderr().is_terminal()
}

/// Whether an error only says that the reader of a pipe has gone, as `head` does.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    kinds.into_iter().any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
