//! One cell of a table as the JSON value its field takes.
//!
//! What a spreadsheet shows is read where it has one meaning, and refused where it has two. What is plainly wrong is
//! passed on as text, so that the field's own rule says what it expects.

use serde_json::Value;
use socai_domain::search::{bare_key, search_key};
use socai_proto::{
    json::Form,
    schema::{Enum, Field, Label, Shape},
};

use super::lines::stated_twice;
use crate::problem::Problem;

/// Between the items of a list in one cell.
const ITEMS: char = '|';

/// The value of a cell; `None` when it is empty.
///
/// # Errors
/// The text has two meanings, or is not the JSON that a list or part needs. The problem's field is left empty.
pub(super) fn value(field: &Field, text: &str) -> Result<Option<Value>, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match field.shape {
        Shape::Message(_) | Shape::TextMap { .. } => json(text).map(Some),
        _ if field.repeated && text.starts_with('[') => json(text).map(Some),
        _ if field.repeated => items(field, text).map(Some),
        _ => single(field, text).map(Some),
    }
}

fn items(field: &Field, text: &str) -> Result<Value, Problem> {
    let items = text.split(ITEMS).map(str::trim).filter(|item| !item.is_empty());
    items.map(|item| single(field, item)).collect()
}

fn single(field: &Field, text: &str) -> Result<Value, Problem> {
    match field.shape {
        Shape::Int { .. } => integer(text),
        Shape::Bool => Ok(yes_or_no(text).map_or(text.into(), Value::Bool)),
        Shape::Date => Ok(date(text).map_or(text.into(), Value::String)),
        Shape::Enum(values) => Ok(enum_name(values, text).unwrap_or(text).into()),
        Shape::Hex { .. } => Ok(text.to_ascii_lowercase().into()),
        _ => Ok(text.into()),
    }
}

fn json(text: &str) -> Result<Value, Problem> {
    let read: Result<Form, _> = serde_json::from_str(text);
    read.map(|Form(value)| value).map_err(|error| {
        if error.is_data() {
            return stated_twice(&error);
        }
        Problem::new(
            "",
            "not_json",
            format!("Ô này phải là JSON ({error}); ví dụ [{{\"…\": …}}]"),
            format!("this cell must hold JSON ({error}), such as [{{\"…\": …}}]"),
        )
    })
}

/// Digits, grouped by dots or spaces where that has one meaning.
///
/// `1.005` is one thousand and five to a Vietnamese reader and about one to a program: whoever wrote it is asked.
fn integer(text: &str) -> Result<Value, Problem> {
    if let Ok(number) = text.parse::<i64>() {
        return Ok(number.into());
    }
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let groups: Vec<&str> = digits.split(['.', ' ', '\u{A0}', '\u{202F}']).collect();
    let all_digits =
        groups.iter().all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    let by_threes = groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3);
    if !all_digits || !by_threes {
        return Ok(text.into());
    }
    if groups.len() == 2 && digits.contains('.') {
        return Err(ambiguous(text, &groups.concat()));
    }
    let joined = format!("{sign}{}", groups.concat());
    Ok(joined.parse::<i64>().map_or(text.into(), Value::from))
}

fn ambiguous(text: &str, joined: &str) -> Problem {
    Problem::new(
        "",
        "ambiguous_number",
        format!("«{text}» có thể hiểu hai cách; viết {joined} không có dấu chấm"),
        format!("“{text}” can be read in two ways; write {joined} without a dot"),
    )
}

fn yes_or_no(text: &str) -> Option<bool> {
    match search_key(text).as_str() {
        "true" | "1" | "có" | "yes" | "x" | "dung" | "đúng" => Some(true),
        "false" | "0" | "không" | "no" | "sai" => Some(false),
        _ => None,
    }
}

/// `8/2/2023` as people write it, `2023-02-08` as programs do. The day comes first: no other order is in use here.
fn date(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    let [day, month, year] = parts[..] else { return None };
    let is_number = |part: &str, len: std::ops::RangeInclusive<usize>| {
        len.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    let shaped = is_number(day, 1..=2) && is_number(month, 1..=2) && is_number(year, 4..=4);
    shaped.then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

/// A value by its name, or by its label with or without accents.
fn enum_name(values: &Enum, text: &str) -> Option<&'static str> {
    if let Some(value) = values.named(text) {
        return Some(value.name);
    }
    let found = |same: fn(Label, &str) -> bool| {
        let mut matching = values.stated().filter(|value| same(value.label, text));
        matching.next().filter(|_| matching.next().is_none()).map(|value| value.name)
    };
    found(says).or_else(|| found(says_without_accents))
}

/// Whether a text is a label, in either language.
pub(super) fn says(label: Label, text: &str) -> bool {
    let key = search_key(text);
    search_key(label.vi) == key || search_key(label.en) == key
}

/// The same for a text typed without Vietnamese keyboard.
pub(super) fn says_without_accents(label: Label, text: &str) -> bool {
    bare_key(label.vi) == bare_key(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use socai_proto::schema;

    use super::*;

    fn read(kind: &str, field: &str, text: &str) -> Result<Option<Value>, String> {
        let field = socai_proto::kind(kind).unwrap().message.field(field).unwrap();
        value(field, text).map_err(|problem| problem.code)
    }

    #[test]
    fn numbers_are_read_where_they_have_one_meaning() {
        let total = |text| read("penalty.decided", "total", text);
        assert_eq!(total("1250000"), Ok(Some(json!(1_250_000))));
        assert_eq!(total(" 1.250.000 "), Ok(Some(json!(1_250_000))));
        assert_eq!(total("1 250 000"), Ok(Some(json!(1_250_000))));
        assert_eq!(total("1\u{A0}250\u{A0}000"), Ok(Some(json!(1_250_000))));
        assert_eq!(total("-1.250.000"), Ok(Some(json!(-1_250_000))));
        assert_eq!(total("0"), Ok(Some(json!(0))));
        assert_eq!(total("1.005"), Err("ambiguous_number".into()));
        for text in ["1,5", "1.25", "12.50.000", "43,75 triệu", "1e6", "1.250.00", "0x10", "."] {
            assert_eq!(total(text), Ok(Some(json!(text))), "{text} is left to the field's rule");
        }
        assert_eq!(total("   "), Ok(None));
    }

    #[test]
    fn dates_are_day_first_or_iso() {
        let due = |text| read("penalty.decided", "due_on", text).unwrap().unwrap();
        assert_eq!(due("8/2/2023"), json!("2023-02-08"));
        assert_eq!(due("08-02-2023"), json!("2023-02-08"));
        assert_eq!(due("2023-02-08"), json!("2023-02-08"));
        assert_eq!(due("31/02/2023"), json!("2023-02-31"), "the calendar refuses it");
        assert_eq!(due("44965"), json!("44965"));
        assert_eq!(due("8/2/23"), json!("8/2/23"));
    }

    #[test]
    fn enums_are_known_by_name_label_and_label_without_accents() {
        let field = |text| read("penalty.decided", "field", text).unwrap().unwrap();
        for text in ["urban_order", "trật tự đô thị", "TRẬT TỰ ĐÔ THỊ", "trat tu do thi", "Urban order"]
        {
            assert_eq!(field(text), json!("urban_order"), "{text}");
        }
        assert_eq!(field("trật tự"), json!("trật tự"));
    }

    #[test]
    fn lists_are_cells_with_bars_or_json() {
        let remedies = |text| read("penalty.decided", "remedies", text);
        assert_eq!(remedies("28.1.a | 28.1.b"), Ok(Some(json!(["28.1.a", "28.1.b"]))));
        assert_eq!(remedies("[\"28.1.a\"]"), Ok(Some(json!(["28.1.a"]))));
        let lines = |text| read("penalty.decided", "lines", text);
        assert_eq!(lines("[{\"act\": \"x\"}]"), Ok(Some(json!([{"act": "x"}]))));
        assert_eq!(lines("[{\"act\": }]"), Err("not_json".into()));
        let refs = value(schema::EVENT.field("refs").unwrap(), "17/4|17/5");
        assert_eq!(refs.unwrap(), Some(json!(["17/4", "17/5"])));
    }

    #[test]
    fn yes_and_no_are_read_in_both_languages() {
        let spot = |text| read("penalty.decided", "on_the_spot", text).unwrap().unwrap();
        for (text, yes) in [("có", true), ("Không", false), ("TRUE", true), ("0", false), ("x", true)] {
            assert_eq!(spot(text), json!(yes), "{text}");
        }
        assert_eq!(spot("có lẽ"), json!("có lẽ"));
    }
}
