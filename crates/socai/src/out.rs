//! Writing to standard output so that a closed pipe ends the program quietly.

use std::io::{self, Write};

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
    writeln!(out, "{text}")?;
    out.flush()
}

/// Whether an error only says that the reader of a pipe has gone, as `head` does.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    kinds.into_iter().any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
