//! Writing to standard output so that a closed pipe ends the program quietly.

use std::io::{self, IsTerminal as _, Write};

use crate::fit::fit;

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

/// Writes a text of lines and a newline; on a terminal, lines that do not fit are broken between words, with `hang` spaces before what follows.
///
/// # Errors
/// As for [`line`].
pub fn lines(text: &str, hang: usize) -> io::Result<()> {
    if !io::stdout().is_terminal() {
        return line(text);
    }
    let columns = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    line(&fit(text, columns.max(40), hang))
}

/// Whether an error only says that the reader of a pipe has gone, as `head` does.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    kinds.into_iter().any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
