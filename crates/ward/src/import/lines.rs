//! JSON Lines: one event a line, read one at a time.

use std::io::{self, BufRead, Read as _};

use serde_json::Value;
use socai_proto::json::Form;

use super::table::{Fault, MAX_ROW_LEN, not_utf8, too_long};
use crate::problem::Problem;

/// A JSON Lines file being read.
pub(super) struct Lines<R> {
    input: R,
    line: u32,
    ended: bool,
}

impl<R: BufRead> Lines<R> {
    /// Skips a byte order mark.
    pub(super) fn open(mut input: R) -> io::Result<Lines<R>> {
        let mark = if input.fill_buf()?.starts_with(&[0xEF, 0xBB, 0xBF]) { 3 } else { 0 };
        input.consume(mark);
        Ok(Lines { input, line: 0, ended: false })
    }

    /// The next line that is not blank, with its number from 1.
    pub(super) fn next(&mut self) -> Result<Option<(u32, Value)>, Fault> {
        while !self.ended {
            self.line += 1;
            let mut line = Vec::new();
            let limit = MAX_ROW_LEN as u64 + 1;
            self.input.by_ref().take(limit).read_until(b'\n', &mut line).map_err(Fault::Io)?;
            self.ended = line.is_empty();
            if line.len() > MAX_ROW_LEN {
                self.ended = true;
                return Err(Fault::File(too_long(self.line)));
            }
            if !line.trim_ascii().is_empty() {
                return self.parse(&line).map(Some);
            }
        }
        Ok(None)
    }

    fn parse(&self, line: &[u8]) -> Result<(u32, Value), Fault> {
        let Ok(text) = std::str::from_utf8(line) else {
            return Err(Fault::Row(not_utf8(self.line, "UTF-16, Windows-1258")));
        };
        let read: Result<Form, _> = serde_json::from_str(text);
        read.map(|Form(form)| (self.line, form)).map_err(|error| {
            let problem = if error.is_data() { stated_twice(&error) } else { not_json(&error) };
            Fault::Row(problem.in_row(self.line))
        })
    }
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::new(
        "",
        "not_json",
        format!("Dòng này không phải một đối tượng JSON: {error}"),
        format!("this line is not one JSON object: {error}"),
    )
}

/// A key that is there twice. The only thing that well-formed JSON is refused for.
pub(super) fn stated_twice(error: &serde_json::Error) -> Problem {
    Problem::new(
        "",
        "stated_twice",
        format!("Một khóa được ghi hai lần, hãy giữ một: {error}"),
        error.to_string(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &[u8]) -> Vec<Result<(u32, Value), String>> {
        let mut lines = Lines::open(text).unwrap();
        let mut read = Vec::new();
        loop {
            match lines.next() {
                Ok(Some(line)) => read.push(Ok(line)),
                Ok(None) => return read,
                Err(Fault::Row(problem) | Fault::File(problem)) => {
                    read.push(Err(format!("{}: {}", problem.row.unwrap(), problem.code)));
                }
                Err(Fault::Io(error)) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn lines_keep_their_numbers_over_blank_ones_and_marks() {
        let text = b"\xEF\xBB\xBF{\"a\":1}\r\n\n  \n{\"a\":2}";
        assert_eq!(read(text), [Ok((1, json!({"a": 1}))), Ok((4, json!({"a": 2})))]);
        assert_eq!(read(b""), []);
    }

    #[test]
    fn broken_lines_are_named_and_the_rest_is_read() {
        let text = b"{\"a\":1\n{\"a\":2} {\"a\":3}\n\xC3\x28\n{\"a\":4}\n";
        assert_eq!(
            read(text),
            [
                Err("1: not_json".into()),
                Err("2: not_json".into()),
                Err("3: not_utf8".into()),
                Ok((4, json!({"a": 4})))
            ]
        );
    }

    #[test]
    fn a_line_that_says_a_key_twice_is_refused_and_says_which() {
        let mut lines = Lines::open(&b"{\"a\":1}\n{\"data\":{\"sum\":1,\"sum\":2}}\n"[..]).unwrap();
        assert!(lines.next().is_ok());
        let Err(Fault::Row(problem)) = lines.next() else { panic!("it is taken") };
        assert_eq!((problem.row, problem.code.as_str()), (Some(2), "stated_twice"));
        assert!(problem.message_en.contains("`data.sum` is stated twice"), "{problem:?}");
    }

    #[test]
    fn a_line_without_end_is_refused_without_reading_it_all() {
        let mut long = vec![b'x'; MAX_ROW_LEN + 10];
        long.extend(b"\n{}\n");
        assert_eq!(read(&long), [Err("1: too_long".into())]);
    }
}
