//! CSV as spreadsheets write it, read strictly and one row at a time.
//!
//! RFC 4180 with the delimiter `;`, `,` or tab, rows ended by CRLF, LF or CR, a UTF-8 byte order mark or none. What that format leaves
//! open is refused, not guessed: a quote that is never closed would swallow the rows after it.

use std::io::{self, BufRead};

use crate::problem::Problem;

/// The most bytes of one row: facts have at most 1 MiB.
pub(super) const MAX_ROW_LEN: usize = 1 << 20;

/// One row of cells.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cells {
    /// The line of the file where the row begins, from 1.
    pub(super) line: u32,
    /// The cells as text.
    pub(super) cells: Vec<String>,
}

/// Why a row could not be read.
#[derive(Debug)]
pub(super) enum Fault {
    /// The file cannot be read on.
    Io(io::Error),
    /// The row is wrong; the next one can be read.
    Row(Problem),
    /// Nothing after this can be told from cells.
    File(Problem),
}

/// A CSV file being read.
pub(super) struct Table<R> {
    input: R,
    delimiter: u8,
    line: u32,
    ended: bool,
}

enum At {
    /// Before the first byte of a cell.
    Start,
    /// In a cell without quotes.
    Plain,
    /// In a quoted cell.
    Quoted,
    /// After a quote in a quoted cell: the end, or half of a doubled quote.
    Quote,
}

impl<R: BufRead> Table<R> {
    /// Looks at the first line: byte order mark, delimiter.
    pub(super) fn open(mut input: R) -> Result<Table<R>, Fault> {
        let start = input.fill_buf().map_err(Fault::Io)?;
        if start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]) {
            return Err(Fault::File(not_utf8(1, "UTF-16")));
        }
        let mark = if start.starts_with(&[0xEF, 0xBB, 0xBF]) { 3 } else { 0 };
        let (delimiter, stated) = delimiter(&start[mark..]);
        input.consume(mark);
        let mut table = Table { input, delimiter, line: 1, ended: false };
        if stated {
            table.skip_line().map_err(Fault::Io)?; // Excel's own `sep=;`
        }
        Ok(table)
    }

    /// The next row, `None` at the end. Blank lines are rows of one empty cell.
    pub(super) fn next(&mut self) -> Result<Option<Cells>, Fault> {
        if self.ended {
            return Ok(None);
        }
        let line = self.line;
        let (mut cells, mut cell, mut at, mut len) = (Vec::new(), Vec::new(), At::Start, 0);
        loop {
            let Some(byte) = self.byte().map_err(Fault::Io)? else {
                self.ended = true;
                return match at {
                    At::Quoted => Err(Fault::File(unclosed(line))),
                    At::Start if cells.is_empty() => Ok(None),
                    _ => finish(line, cells, cell),
                };
            };
            len += 1;
            if len > MAX_ROW_LEN {
                self.ended = true;
                return Err(Fault::File(if matches!(at, At::Quoted) {
                    unclosed(line)
                } else {
                    too_long(line)
                }));
            }
            at = match (at, byte) {
                (At::Quoted, b'"') => At::Quote,
                (At::Quoted, byte) => {
                    self.line += u32::from(byte == b'\n');
                    cell.push(byte);
                    At::Quoted
                }
                (_, b'\r' | b'\n') => {
                    self.end_of_row(byte).map_err(Fault::Io)?;
                    return finish(line, cells, cell);
                }
                (_, byte) if byte == self.delimiter => {
                    cells.push(std::mem::take(&mut cell));
                    At::Start
                }
                (At::Start, b'"') => At::Quoted,
                (At::Quote, b'"') => {
                    cell.push(b'"');
                    At::Quoted
                }
                (At::Quote, _) => {
                    self.skip_line().map_err(Fault::Io)?;
                    return Err(Fault::Row(after_quote(line, cells.len() + 1)));
                }
                (At::Start | At::Plain, byte) => {
                    cell.push(byte);
                    At::Plain
                }
            };
        }
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.input.fill_buf()?.first().copied();
        if byte.is_some() {
            self.input.consume(1);
        }
        Ok(byte)
    }

    fn end_of_row(&mut self, byte: u8) -> io::Result<()> {
        self.line += 1;
        if byte == b'\r' && self.input.fill_buf()?.first() == Some(&b'\n') {
            self.input.consume(1);
        }
        Ok(())
    }

    fn skip_line(&mut self) -> io::Result<()> {
        while let Some(byte) = self.byte()? {
            if matches!(byte, b'\r' | b'\n') {
                return self.end_of_row(byte);
            }
        }
        self.ended = true;
        Ok(())
    }
}

/// The delimiter that stands most often in the first line, and whether the line only says which it is.
fn delimiter(start: &[u8]) -> (u8, bool) {
    if let [b's', b'e', b'p', b'=', stated @ (b';' | b',' | b'\t'), b'\r' | b'\n', ..] = start {
        return (*stated, true);
    }
    let mut counts = [(b';', 0_usize), (b',', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in start.iter().take_while(|byte| !matches!(byte, b'\r' | b'\n')) {
        quoted ^= *byte == b'"';
        if !quoted && let Some((_, count)) = counts.iter_mut().find(|(delimiter, _)| delimiter == byte) {
            *count += 1;
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    (counts[0].0, false)
}

fn finish(line: u32, mut cells: Vec<Vec<u8>>, last: Vec<u8>) -> Result<Option<Cells>, Fault> {
    cells.push(last);
    let cells: Result<Vec<String>, _> = cells.into_iter().map(String::from_utf8).collect();
    match cells {
        Ok(cells) => Ok(Some(Cells { line, cells })),
        Err(_) => Err(Fault::Row(not_utf8(line, "Windows-1258, TCVN3, VNI, …"))),
    }
}

pub(super) fn not_utf8(line: u32, guess: &str) -> Problem {
    Problem::new(
        "",
        "not_utf8",
        format!("Tệp không phải UTF-8 (có thể là {guess}); hãy lưu lại dạng «CSV UTF-8»"),
        format!("not UTF-8 (perhaps {guess}); save the file again as “CSV UTF-8”"),
    )
    .in_row(line)
}

fn unclosed(line: u32) -> Problem {
    Problem::new(
        "",
        "unclosed_quote",
        "Dấu nháy kép mở ở dòng này không được đóng; thêm dấu \" ở cuối ô, hoặc viết \"\" cho một dấu nháy trong ô",
        "a quote opened in this row is never closed; close the cell with \", or write \"\" for a quote inside it",
    )
    .in_row(line)
}

pub(super) fn too_long(line: u32) -> Problem {
    let limit = MAX_ROW_LEN >> 10;
    Problem::new(
        "",
        "too_long",
        format!("Dòng dài hơn {limit} KiB; kiểm tra dấu xuống dòng của tệp"),
        format!("the row is longer than {limit} KiB; check the line ends of the file"),
    )
    .in_row(line)
}

fn after_quote(line: u32, column: usize) -> Problem {
    Problem::new(
        "",
        "after_quote",
        format!("Cột {column}: có ký tự sau dấu nháy đóng; viết \"\" cho một dấu nháy trong ô"),
        format!("column {column}: characters follow the closing quote; write \"\" for a quote inside a cell"),
    )
    .in_row(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[u8]) -> Vec<Result<(u32, Vec<String>), String>> {
        let mut table = match Table::open(text) {
            Ok(table) => table,
            Err(fault) => return vec![Err(code(fault))],
        };
        let mut rows = Vec::new();
        loop {
            match table.next() {
                Ok(Some(row)) => rows.push(Ok((row.line, row.cells))),
                Ok(None) => return rows,
                Err(fault) => rows.push(Err(code(fault))),
            }
        }
    }

    fn code(fault: Fault) -> String {
        match fault {
            Fault::Io(error) => error.to_string(),
            Fault::Row(problem) => format!("row {}: {}", problem.row.unwrap(), problem.code),
            Fault::File(problem) => format!("file {}: {}", problem.row.unwrap(), problem.code),
        }
    }

    fn row(line: u32, cells: &[&str]) -> Result<(u32, Vec<String>), String> {
        Ok((line, cells.iter().map(|cell| (*cell).to_owned()).collect()))
    }

    #[test]
    fn delimiters_line_ends_and_byte_order_marks_of_spreadsheets_are_read() {
        for text in [
            "a;b\r\n1;2\r\n",
            "\u{FEFF}a;b\n1;2",
            "a,b\r1,2\r",
            "a\tb\n1\t2\n",
            "sep=;\r\na;b\r\n1;2\r\n",
            "\"a\";\"b\"\n\"1\";\"2\"\n",
        ] {
            let cells: Vec<_> = rows(text.as_bytes()).into_iter().map(|row| row.unwrap().1).collect();
            assert_eq!(cells, [["a", "b"], ["1", "2"]], "{text:?}");
        }
    }

    #[test]
    fn a_comma_inside_quotes_does_not_make_the_delimiter() {
        let text = "\"Tổ 1, tổ 2, tổ 3\";số\n";
        assert_eq!(rows(text.as_bytes()), [row(1, &["Tổ 1, tổ 2, tổ 3", "số"])]);
    }

    #[test]
    fn quotes_hold_delimiters_line_breaks_and_doubled_quotes_and_rows_keep_their_line() {
        let text = "a;b\n\"x;\"\"y\"\"\nz\";2\n3;4\n";
        assert_eq!(
            rows(text.as_bytes()),
            [row(1, &["a", "b"]), row(2, &["x;\"y\"\nz", "2"]), row(4, &["3", "4"])]
        );
    }

    #[test]
    fn blank_lines_short_rows_and_trailing_delimiters_come_as_they_are() {
        let text = "a;b;\n\n1\n1;2;3;4\n;;\n";
        assert_eq!(
            rows(text.as_bytes()),
            [
                row(1, &["a", "b", ""]),
                row(2, &[""]),
                row(3, &["1"]),
                row(4, &["1", "2", "3", "4"]),
                row(5, &["", "", ""])
            ]
        );
    }

    #[test]
    fn what_cannot_be_told_from_cells_is_refused_with_its_line() {
        assert_eq!(rows(b"a;b\n1;\"2\n3;4\n")[1], Err("file 2: unclosed_quote".into()));
        assert_eq!(
            rows(b"a;b\n\"1\"x;2\n3;4\n")[1..],
            [Err("row 2: after_quote".into()), row(3, &["3", "4"])]
        );
        assert_eq!(rows(b"a\n\xC7\n")[1], Err("row 2: not_utf8".into()));
        assert_eq!(rows(b"\xFF\xFEa\0"), [Err("file 1: not_utf8".into())]);
        assert_eq!(rows(b""), []);
        assert_eq!(rows(b"\xEF\xBB\xBF"), []);
    }

    #[test]
    fn an_endless_row_costs_bounded_memory() {
        struct Endless;
        impl io::Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                buffer.fill(b'x');
                Ok(buffer.len())
            }
        }
        let mut table = Table::open(io::BufReader::new(Endless)).ok().unwrap();
        assert!(matches!(table.next(), Err(Fault::File(problem)) if problem.code == "too_long"));
        assert!(matches!(table.next(), Ok(None)));
    }
}
