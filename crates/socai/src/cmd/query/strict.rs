//! An answer of the engine in JSON that every reader takes.
//!
//! The engine writes numbers that are none bare (`NaN`, `-Infinity`), which no JSON is, and two columns of one name as one key twice, of which readers
//! see one. The first become `null`; the second is an error before anything is written. What is no array, such as a plan, passes as it is.

use std::{
    collections::BTreeSet,
    error::Error,
    fmt,
    io::{self, Write},
    mem,
};

/// Numbers that JSON has no words for, as the engine writes them.
const NO_NUMBERS: [&[u8]; 6] = [b"NaN", b"-NaN", b"nan", b"-nan", b"Infinity", b"-Infinity"];

/// Two columns have this name.
#[derive(Debug)]
pub struct Twice(pub String);

impl fmt::Display for Twice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "two columns are called {}", self.0)
    }
}

impl Error for Twice {}

impl Twice {
    /// What an error says, if it is this one.
    pub fn of(error: &anyhow::Error) -> Option<&Twice> {
        let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()?.get_ref());
        causes.find_map(|cause| cause.downcast_ref())
    }
}

/// Passes JSON on; the first row once it is whole.
pub struct Strict<W> {
    inner: W,
    /// Whether it is an array; none before its first byte.
    is_array: Option<bool>,
    /// How many brackets are open: one in the array, two in a row.
    depth: usize,
    /// Inside a string.
    is_text: bool,
    /// Behind a backslash in it.
    is_escaped: bool,
    /// The number or word under way.
    word: Vec<u8>,
    /// The last string of the first row.
    text: Vec<u8>,
    /// The columns of the first row.
    keys: BTreeSet<Vec<u8>>,
    is_first: bool,
    ready: Vec<u8>,
}

impl<W: Write> Strict<W> {
    /// Around a writer.
    pub fn new(inner: W) -> Self {
        Strict {
            inner,
            is_array: None,
            depth: 0,
            is_text: false,
            is_escaped: false,
            word: Vec::new(),
            text: Vec::new(),
            keys: BTreeSet::new(),
            is_first: true,
            ready: Vec::new(),
        }
    }

    /// Passes on what is left.
    ///
    /// # Errors
    /// The writer refuses.
    pub fn finish(mut self) -> io::Result<()> {
        self.end_word();
        self.inner.write_all(&self.ready)
    }

    fn take(&mut self, byte: u8) -> Result<(), Twice> {
        if self.is_text {
            self.take_text(byte);
            return Ok(());
        }
        if !b"[]{}:,\" \n\r\t".contains(&byte) {
            self.word.push(byte);
            return Ok(());
        }
        self.end_word();
        self.ready.push(byte);
        match byte {
            b'"' => (self.is_text, self.text) = (true, Vec::new()),
            b'[' | b'{' => self.depth += 1,
            b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            b':' if self.is_first && self.depth == 2 => {
                let name = mem::take(&mut self.text);
                if self.keys.contains(&name) {
                    return Err(Twice(String::from_utf8_lossy(&name).into_owned()));
                }
                self.keys.insert(name);
            }
            _ => {}
        }
        self.is_first &= !(byte == b'}' && self.depth == 1);
        Ok(())
    }

    fn take_text(&mut self, byte: u8) {
        self.ready.push(byte);
        let is_end = byte == b'"' && !self.is_escaped;
        self.is_escaped = byte == b'\\' && !self.is_escaped;
        self.is_text = !is_end;
        if self.is_first && self.depth == 2 && !is_end {
            self.text.push(byte);
        }
    }

    fn end_word(&mut self) {
        let word = mem::take(&mut self.word);
        self.ready.extend(if NO_NUMBERS.contains(&word.as_slice()) { b"null" } else { word.as_slice() });
    }
}

impl<W: Write> Write for Strict<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_array.is_none() {
            self.is_array = bytes.iter().find(|byte| !byte.is_ascii_whitespace()).map(|byte| *byte == b'[');
        }
        if self.is_array == Some(false) {
            self.inner.write_all(bytes)?;
            return Ok(bytes.len());
        }
        for byte in bytes {
            self.take(*byte).map_err(io::Error::other)?;
        }
        if !self.is_first {
            self.inner.write_all(&mem::take(&mut self.ready))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out when it comes in pieces of so many bytes.
    fn strict(text: &str, piece: usize) -> io::Result<String> {
        let mut out = Vec::new();
        let mut strict = Strict::new(&mut out);
        text.as_bytes().chunks(piece).try_for_each(|piece| strict.write_all(piece))?;
        strict.finish()?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn numbers_that_are_none_are_null_and_everything_else_passes_as_it_is() {
        let bare = r#"[{"a":NaN,"b":-Infinity,"s":{"x":Infinity,"a":"q\"NaN"},"l":[nan,1e300],"t":"NaN, \\"},
{"a":1,"b":null,"s":{},"l":[],"t":"a\\\"NaN"}]"#;
        let valid =
            bare.replace(":NaN", ":null").replace(":-Infinity", ":null").replace(":Infinity", ":null");
        let valid = valid.replace("[nan", "[null");
        for piece in 1..bare.len() {
            assert_eq!(strict(bare, piece).unwrap(), valid, "{piece}");
        }
        serde_json::from_str::<serde_json::Value>(&valid).unwrap();
        for other in ["[]\n", "\n┌─ NaN ─┐\n", ""] {
            assert_eq!(strict(other, 2).unwrap(), other);
        }
    }

    #[test]
    fn two_columns_of_one_name_are_told_before_anything_is_written() {
        let rows = r#"[{"a":1,"n":{"a":2},"a":2}]"#;
        let mut out = Vec::new();
        let error = Strict::new(&mut out).write_all(rows.as_bytes()).unwrap_err();
        assert!(out.is_empty());
        let error = anyhow::Error::from(error).context("the answer");
        assert_eq!(Twice::of(&error).unwrap().0, "a");
    }
}
