//! The tables of a question: their names in SQL, their columns, and the statements that make them.

use std::{fmt::Write as _, path::Path};

use anyhow::{Result, bail};
use arrow_schema::{DataType, Field};
use socai_proto::{KindInfo, kinds, nearest};

use super::engine::quoted;
use crate::{
    cmd::export::{
        parquet::{fixed, of_kind},
        tables::FIXED,
    },
    lang::Lang,
    quoted::quoted as typed,
};

/// A table that can be asked.
struct Table {
    /// Its name in SQL.
    name: String,
    /// Where its files are, below the directory of an export.
    dir: String,
    about: String,
    columns: Vec<Field>,
}

fn tables(lang: Lang) -> impl Iterator<Item = Table> {
    let about = move |name: &str| match (name, lang) {
        ("entries", Lang::Vi) => "mọi bản ghi của sổ",
        ("entries", Lang::En) => "every record of the log",
        ("cases", Lang::Vi) => "mọi vụ việc, đang ở đâu và từ ngày nào",
        ("cases", Lang::En) => "every case, where it stands and since when",
        (_, Lang::Vi) => "chỉ tiêu theo kỳ, đơn vị và lát cắt",
        (_, Lang::En) => "figures by period, unit and slice",
    };
    let of_fixed = move |table: &crate::cmd::export::tables::Fixed| Table {
        name: table.name.to_owned(),
        dir: table.name.to_owned(),
        about: about(table.name).to_owned(),
        columns: fixed(table.columns),
    };
    let of_kind = move |kind: &'static KindInfo| Table {
        name: kind.name.replace('.', "_"),
        dir: format!("facts/{}", kind.name),
        about: kind.label.get(lang.proto()).to_owned(),
        columns: of_kind(kind).fields().iter().map(|field| field.as_ref().clone()).collect(),
    };
    FIXED.into_iter().map(of_fixed).chain(kinds().iter().map(of_kind))
}

/// The names of all tables.
pub fn names() -> Vec<String> {
    tables(Lang::En).map(|table| table.name).collect()
}

/// The tables which a question may name; all of them for one that lists them.
fn named(sql: &str) -> impl Iterator<Item = Table> {
    let sql = sql.to_lowercase();
    let is_list = sql.starts_with("show") || sql.trim_end_matches(';') == "describe";
    tables(Lang::En).filter(move |table| is_list || sql.contains(&table.name))
}

/// The directories of an export that a question reads.
pub fn needed(sql: &str) -> Vec<String> {
    named(sql).map(|table| table.dir).collect()
}

/// Statements that make the tables which a question may name, over the files in `dir`.
pub fn statements(dir: &Path, sql: &str) -> String {
    let mut statements = String::new();
    for table in named(sql) {
        let files = quoted(&format!("{}/{}/*/*.parquet", dir.display(), table.dir));
        // names of kinds are letters and underscores
        let _ = write!(
            statements,
            "CREATE VIEW {} AS SELECT * FROM read_parquet({files}, hive_partitioning=true);",
            table.name
        );
    }
    statements
}

/// The tables, or the columns of one.
///
/// # Errors
/// There is no such table: says which one was probably meant.
pub fn list(name: Option<&str>, lang: Lang) -> Result<String> {
    let mut text = String::new();
    let Some(name) = name else {
        let width = tables(lang).map(|table| table.name.len()).max().unwrap_or_default();
        tables(lang).for_each(|table| {
            let _ = writeln!(text, "{:width$}  {}", table.name, table.about);
        });
        return Ok(text);
    };
    let asked = name.replace('.', "_").to_lowercase();
    let Some(table) = tables(lang).find(|table| table.name == asked) else {
        bail!("{}", unknown(name, lang))
    };
    let _ = writeln!(text, "{}: {}", table.name, table.about);
    let mut rows = Vec::new();
    table.columns.iter().for_each(|field| flatten(field, "", lang, &mut rows));
    rows.push(("month".to_owned(), "VARCHAR".to_owned(), String::new()));
    let width = |of: fn(&(String, String, String)) -> &String| rows.iter().map(|row| of(row).len()).max();
    let (names, types) = (width(|row| &row.0).unwrap_or_default(), width(|row| &row.1).unwrap_or_default());
    for (name, of, label) in &rows {
        let line = format!("  {name:names$}  {of:types$}  {label}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    Ok(text)
}

/// That there is no such table, and which one was probably meant.
pub fn unknown(name: &str, lang: Lang) -> String {
    let names = names();
    let near = nearest(&name.replace('.', "_"), names.iter().map(String::as_str));
    let hint = near.map_or_else(String::new, |near| match lang {
        Lang::Vi => format!("; có phải là {near}?"),
        Lang::En => format!("; did you mean {near}?"),
    });
    let name = typed(name);
    match lang {
        Lang::Vi => format!("không có bảng {name}{hint} (xem: socai query SỔ --list)"),
        Lang::En => format!("there is no table {name}{hint} (see: socai query LEDGER --list)"),
    }
}

/// A column, or one for each part of it: `data.total`.
fn flatten(field: &Field, before: &str, lang: Lang, rows: &mut Vec<(String, String, String)>) {
    let name = format!("{before}{}", field.name());
    let key = lang.pick("label_vi", "label_en");
    let label = field.metadata().get(key).cloned().unwrap_or_default();
    let measure = field.metadata().get("measure").map(|measure| format!(" ({measure})")).unwrap_or_default();
    rows.push((name.clone(), sql_type(field.data_type()), format!("{label}{measure}")));
    if let DataType::Struct(fields) = field.data_type() {
        fields.iter().for_each(|field| flatten(field, &format!("{name}."), lang, rows));
    }
}

/// A type as DuckDB calls it.
fn sql_type(of: &DataType) -> String {
    match of {
        DataType::Boolean => "BOOLEAN".to_owned(),
        DataType::Int64 => "BIGINT".to_owned(),
        DataType::Date32 => "DATE".to_owned(),
        DataType::Timestamp(..) => "TIMESTAMPTZ".to_owned(),
        DataType::Struct(_) => "STRUCT".to_owned(),
        DataType::List(item) => format!("{}[]", sql_type(item.data_type())),
        _ => "VARCHAR".to_owned(),
    }
}
