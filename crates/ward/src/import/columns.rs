//! Which field a column of a table fills: by path, by name, by label, by label without accents.

use std::collections::HashMap;

use serde_json::{Map, Value};
use socai_proto::{KindInfo, Label, kinds, schema::Field};

use super::{
    cells::{self, says, says_without_accents},
    headers::{At, ambiguous, fields, no_header, too_many_cells, twice, unknown},
    table::Cells,
};
use crate::{problem::Problem, vault::MEMBER};

const KIND: Label = Label { vi: "Loại sự kiện", en: "Kind" };
const UNIT: Label = Label { vi: "Đơn vị", en: "Unit" };

/// Parts of an identity and the heads of their columns.
const IDENTITY: [(&str, &[&str]); 4] = [
    ("number", &["Số định danh", "Số định danh cá nhân", "Số CCCD", "CCCD", "Số CMND", "Mã số thuế"]),
    ("name", &["Họ và tên", "Họ tên", "Tên tổ chức"]),
    ("address", &["Địa chỉ", "Nơi ở", "Nơi cư trú"]),
    ("programme", &["Chương trình định danh"]),
];

/// What a column fills.
#[derive(Clone)]
enum Target {
    Kind,
    Unit,
    /// A field, at its path in the JSON form.
    Field(Vec<String>, &'static Field),
    /// A text of the annex, at its path.
    Text(Vec<String>),
    /// A column without header: it must stay empty.
    Nothing,
}

/// A table's header, and what it means for each kind that its rows have.
pub(super) struct Columns {
    headers: Vec<String>,
    kind: Option<&'static KindInfo>,
    by_kind: HashMap<&'static str, Result<Vec<Target>, Vec<Problem>>>,
}

impl Columns {
    /// Reads the header row; `kind` is the kind of rows that do not state one.
    pub(super) fn new(header: Cells, kind: Option<&'static KindInfo>) -> Columns {
        let headers = header.cells.iter().map(|cell| cell.trim().to_owned()).collect();
        Columns { headers, kind, by_kind: HashMap::new() }
    }

    /// The JSON form of a row; `None` for one without content.
    ///
    /// # Errors
    /// The row states no kind, has more cells than the header, or cells that cannot be read.
    pub(super) fn form(&mut self, row: &Cells) -> Result<Option<Value>, Vec<Problem>> {
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(None);
        }
        let kind = self.kind_of(row).map_err(|problem| vec![problem])?;
        let (headers, by_kind) = (&self.headers, &mut self.by_kind);
        let targets = by_kind.entry(kind.name).or_insert_with(|| targets(headers, kind));
        let targets = targets.as_ref().map_err(Clone::clone)?;
        if let Some(extra) = row.cells.iter().skip(targets.len()).position(|cell| !cell.trim().is_empty()) {
            return Err(vec![too_many_cells(targets.len() + extra + 1, targets.len())]);
        }
        let mut form = Map::new();
        form.insert("kind".to_owned(), kind.name.into());
        let mut problems = Vec::new();
        for ((target, header), cell) in targets.iter().zip(headers).zip(&row.cells) {
            if let Err(problem) = put(&mut form, target, cell) {
                let field = if problem.field.is_empty() { header.clone() } else { problem.field.clone() };
                problems.push(Problem { field, ..problem });
            }
        }
        if problems.is_empty() { Ok(Some(Value::Object(form))) } else { Err(problems) }
    }

    fn kind_of(&self, row: &Cells) -> Result<&'static KindInfo, Problem> {
        let column = self.headers.iter().position(|header| is(header, "kind", KIND));
        let stated =
            column.and_then(|at| row.cells.get(at)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
        match (stated, self.kind) {
            (None, Some(kind)) => Ok(kind),
            (None, None) => Err(Problem::new(
                "kind",
                "required",
                "Thiếu loại sự kiện: thêm cột «kind» hoặc nêu loại khi nhập",
                "no kind is stated: add a column `kind`, or state the kind of the whole file",
            )),
            (Some(text), _) => named_kind(text),
        }
    }
}

fn named_kind(text: &str) -> Result<&'static KindInfo, Problem> {
    let labelled = |same: fn(Label, &str) -> bool| {
        let mut matching = kinds().iter().filter(|kind| same(kind.label, text));
        matching.next().filter(|_| matching.next().is_none())
    };
    let found = socai_proto::kind(text).or_else(|| labelled(says)).or_else(|| labelled(says_without_accents));
    found.ok_or_else(|| {
        Problem::new(
            "kind",
            "unknown_kind",
            format!("Không có loại sự kiện «{text}»; xem danh mục bằng `socai kinds`"),
            format!("there is no kind “{text}”; `socai kinds` lists them"),
        )
    })
}

/// What every column means for one kind; all problems of the header at once.
fn targets(headers: &[String], kind: &'static KindInfo) -> Result<Vec<Target>, Vec<Problem>> {
    let known = fields(kind);
    let (mut targets, mut problems, mut taken) = (Vec::new(), Vec::new(), HashMap::new());
    for header in headers {
        match target(header, kind, &known) {
            Ok(target) => {
                let path = match &target {
                    Target::Field(path, _) | Target::Text(path) => path.join("."),
                    Target::Kind => "kind".to_owned(),
                    Target::Unit => "unit".to_owned(),
                    Target::Nothing => String::new(),
                };
                if !path.is_empty()
                    && let Some(other) = taken.insert(path, header.clone())
                {
                    problems.push(twice(header, &other));
                }
                targets.push(target);
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(targets) } else { Err(problems) }
}

fn target(header: &str, kind: &KindInfo, known: &[At]) -> Result<Target, Problem> {
    if header.is_empty() {
        return Ok(Target::Nothing);
    }
    if let Some(path) = annex_text(header) {
        return Ok(Target::Text(path));
    }
    if is(header, "kind", KIND) {
        return Ok(Target::Kind);
    }
    type Test<'a> = Box<dyn Fn(&[String], &Field) -> bool + 'a>;
    let tests: [Test<'_>; 4] = [
        Box::new(|path, _| path.join(".") == header),
        Box::new(|_, field| field.name == header),
        Box::new(|_, field| says(field.label, header)),
        Box::new(|_, field| says_without_accents(field.label, header)),
    ];
    for test in tests {
        let mut matching: Vec<_> = known.iter().filter(|(path, field)| test(path, field)).collect();
        if matching.len() > 1 {
            // a name at the top means that field, not one inside a part
            let depth = matching.iter().map(|(path, _)| path.len()).min().unwrap_or(0);
            matching.retain(|(path, _)| path.len() == depth);
        }
        match matching[..] {
            [(path, field)] => return Ok(Target::Field(path.clone(), field)),
            [] => {}
            _ => return Err(ambiguous(header, &matching)),
        }
    }
    if let Some(path) = identity(header) {
        return Ok(Target::Text(path));
    }
    if is(header, "unit", UNIT) { Ok(Target::Unit) } else { Err(unknown(header, kind)) }
}

/// `annex.text.reason`, `annex.titles.doc`.
fn annex_text(header: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = header.split('.').collect();
    match parts[..] {
        ["annex", map @ ("text" | "titles"), name] if !name.is_empty() => {
            Some(vec!["annex".into(), map.into(), name.into()])
        }
        _ => None,
    }
}

/// What says who a row is about: `identity.name`, or as offices head such columns.
fn identity(header: &str) -> Option<Vec<String>> {
    let part = IDENTITY.iter().find(|(name, heads)| {
        let path = format!("{MEMBER}.{name}");
        header == path || heads.iter().any(|vi| is(header, &path, Label { vi, en: "" }))
    });
    part.map(|(name, _)| vec![MEMBER.to_owned(), (*name).to_owned()])
}

fn is(header: &str, name: &str, label: Label) -> bool {
    header == name || says(label, header) || says_without_accents(label, header)
}

fn put(form: &mut Map<String, Value>, target: &Target, cell: &str) -> Result<(), Problem> {
    let (path, value) = match target {
        Target::Kind => return Ok(()),
        Target::Unit => {
            (&vec!["unit".to_owned()], Some(cell.trim()).filter(|text| !text.is_empty()).map(Value::from))
        }
        Target::Text(path) => (path, Some(cell.trim()).filter(|text| !text.is_empty()).map(Value::from)),
        Target::Field(path, field) => match cells::value(field, cell) {
            Ok(value) => (path, value),
            Err(problem) => return Err(Problem { field: path.join("."), ..problem }),
        },
        Target::Nothing if cell.trim().is_empty() => return Ok(()),
        Target::Nothing => return Err(no_header()),
    };
    let Some(value) = value else { return Ok(()) };
    insert(form, path, value)
}

/// Puts a value at a path, making the objects on the way.
fn insert(form: &mut Map<String, Value>, path: &[String], value: Value) -> Result<(), Problem> {
    match path {
        [] => Ok(()),
        [name] => {
            form.insert(name.clone(), value);
            Ok(())
        }
        [name, rest @ ..] => match form.entry(name.clone()).or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(inner) => insert(inner, rest, value),
            _ => Err(twice(&path.join("."), name)),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cells(line: u32, cells: &[&str]) -> Cells {
        Cells { line, cells: cells.iter().map(|cell| (*cell).to_owned()).collect() }
    }

    fn form(kind: Option<&str>, header: &[&str], row: &[&str]) -> Result<Option<Value>, Vec<String>> {
        let kind = kind.map(|name| socai_proto::kind(name).unwrap());
        let read = Columns::new(cells(1, header), kind).form(&cells(2, row));
        read.map_err(|problems| {
            problems.into_iter().map(|problem| format!("{}: {}", problem.field, problem.code)).collect()
        })
    }

    #[test]
    fn columns_are_found_by_path_name_label_and_label_without_accents() {
        let expected = json!({
            "kind": "penalty.payment_received",
            "occurred_on": "2023-01-12",
            "data": {"amount": 2_500_000, "voucher": "BL-77"},
        });
        for header in [
            ["occurred_on", "data.amount", "data.voucher"],
            ["occurred_on", "amount", "voucher"],
            ["Ngày phát sinh", "Số tiền", "Số biên lai"],
            ["NGÀY PHÁT SINH", "so tien", "So bien lai"],
            ["Nga\u{300}y pha\u{301}t sinh", "Số tiền", "Số  biên lai "],
        ] {
            let row = ["12/01/2023", "2.500.000", "BL-77"];
            assert_eq!(
                form(Some("penalty.payment_received"), &header, &row),
                Ok(Some(expected.clone())),
                "{header:?}"
            );
        }
    }

    #[test]
    fn rows_may_state_their_kind_by_name_or_label() {
        for kind in ["penalty.payment_received", "Thu tiền phạt", "thu tien phat"] {
            let read = form(None, &["kind", "amount"], &[kind, "5"]).unwrap().unwrap();
            assert_eq!(read, json!({"kind": "penalty.payment_received", "data": {"amount": 5}}), "{kind}");
        }
        assert_eq!(form(None, &["amount"], &["5"]), Err(vec!["kind: required".into()]));
        assert_eq!(form(None, &["kind", "amount"], &["phạt", "5"]), Err(vec!["kind: unknown_kind".into()]));
    }

    #[test]
    fn parts_of_documents_and_annex_texts_have_columns_of_their_own() {
        let header = ["doc.number", "doc.year", "annex.text.reason", "place"];
        let read = form(
            Some("penalty.payment_received"),
            &header,
            &["125", "2023", "vì …", "hn.tx.ha-dinh.1|hn.tx"],
        );
        assert_eq!(
            read.unwrap().unwrap(),
            json!({
                "kind": "penalty.payment_received",
                "doc": {"number": "125", "year": 2023},
                "annex": {"text": {"reason": "vì …"}},
                "place": ["hn.tx.ha-dinh.1", "hn.tx"],
            })
        );
    }

    #[test]
    fn wrong_headers_are_told_all_at_once_and_name_what_to_do() {
        let header = ["amount", "Số tiền", "màu", ""];
        let read = form(Some("penalty.payment_received"), &header, &["1", "2", "3", ""]);
        assert_eq!(read, Err(vec!["Số tiền: column_twice".into(), "màu: unknown_column".into()]));
    }

    #[test]
    fn values_outside_the_header_are_refused_and_empty_ones_are_not() {
        let read = |row: &[&str]| form(Some("penalty.payment_received"), &["amount", ""], row);
        assert!(read(&["1", "", "", " "]).is_ok());
        assert_eq!(read(&["1", "x"]), Err(vec![": no_header".into()]));
        assert_eq!(read(&["1", "", "", "x"]), Err(vec![": too_many_cells".into()]));
        assert_eq!(read(&[" ", ""]), Ok(None));
    }

    #[test]
    fn every_label_of_every_kind_finds_a_field_or_says_that_it_is_ambiguous() {
        for kind in kinds() {
            for field in kind.message.fields {
                let known = fields(kind);
                match target(field.label.vi, kind, &known) {
                    Ok(Target::Field(..)) => {}
                    Err(problem) => {
                        assert_eq!(problem.code, "ambiguous_column", "{} {}", kind.name, field.name)
                    }
                    Ok(_) => assert!(
                        matches!(field.label.vi, "Đơn vị" | "Loại sự kiện"),
                        "{} {}",
                        kind.name,
                        field.name
                    ),
                }
                let by_path = target(&format!("data.{}", field.name), kind, &known);
                assert!(matches!(by_path, Ok(Target::Field(..))), "{} {}", kind.name, field.name);
            }
        }
    }
}
