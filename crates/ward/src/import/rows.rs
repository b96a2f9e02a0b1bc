//! The rows of a file as JSON forms, whatever its format.

use std::{fs::File, io::BufReader};

use serde_json::Value;

use super::{
    Format, Order,
    columns::Columns,
    lines::Lines,
    spool::Spooled,
    table::{Fault, Table},
};
use crate::{dir::FileError, problem::Problem};

/// Rows of either format as JSON forms.
pub(super) enum Rows {
    Jsonl(Lines<BufReader<File>>),
    Csv(Box<Table<BufReader<File>>>, Box<Columns>),
    /// The file ends here, with what is wrong.
    Broken(Option<Problem>),
}

pub(super) type Row = Result<(u32, Value), Vec<Problem>>;

impl Rows {
    pub(super) fn open(file: &Spooled, order: &Order) -> Result<Rows, FileError> {
        let reader = || file.open().map(|file| BufReader::with_capacity(1 << 16, file));
        let failed = |cause| FileError { path: file.path().to_owned(), cause };
        match order.format {
            Format::Jsonl => Ok(Rows::Jsonl(Lines::open(reader()?).map_err(failed)?)),
            Format::Csv => match Table::open(reader()?).and_then(|mut table| Ok((table.next()?, table))) {
                Ok((Some(header), table)) => {
                    Ok(Rows::Csv(Box::new(table), Box::new(Columns::new(header, order.kind))))
                }
                Ok((None, _)) => Ok(Rows::Broken(None)),
                Err(Fault::Io(cause)) => Err(failed(cause)),
                Err(Fault::Row(problem) | Fault::File(problem)) => Ok(Rows::Broken(Some(problem))),
            },
        }
    }

    /// The next row with content: its line and form, or what is wrong with it.
    pub(super) fn next(&mut self) -> Result<Option<Row>, FileError> {
        let read = match self {
            Rows::Jsonl(lines) => lines.next().map(|row| row.map(Ok)),
            Rows::Csv(table, columns) => next_of_table(table, columns),
            Rows::Broken(problem) => return Ok(problem.take().map(|problem| Err(vec![problem]))),
        };
        match read {
            Ok(row) => Ok(row),
            Err(Fault::Row(problem)) => Ok(Some(Err(vec![problem]))),
            Err(Fault::File(problem)) => {
                *self = Rows::Broken(None);
                Ok(Some(Err(vec![problem])))
            }
            Err(Fault::Io(cause)) => Err(FileError { path: "import".into(), cause }),
        }
    }
}

fn next_of_table(table: &mut Table<BufReader<File>>, columns: &mut Columns) -> Result<Option<Row>, Fault> {
    while let Some(cells) = table.next()? {
        match columns.form(&cells) {
            Ok(Some(form)) => return Ok(Some(Ok((cells.line, form)))),
            Ok(None) => {}
            Err(problems) => {
                let problems = problems.into_iter().map(|problem| problem.in_row(cells.line)).collect();
                return Ok(Some(Err(problems)));
            }
        }
    }
    Ok(None)
}
