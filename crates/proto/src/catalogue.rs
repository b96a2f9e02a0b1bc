//! The catalogue of kinds: the page `proto/CATALOGUE.md` and the text of `socai kinds`.

use std::fmt::Write as _;

use crate::kinds::kinds;
use crate::schema::{self, Enum, Field, IntStyle, KindInfo, Lang, Message, Shape, TextStyle};

/// Letters and names of the domains.
const DOMAINS: [(&str, &str, &str); 13] = [
    ("A", "Sổ cái", "Ledger"),
    ("B", "Ngân sách, thuế", "Budget and tax"),
    ("C", "Đầu tư xây dựng", "Projects"),
    ("D", "Giải phóng mặt bằng", "Site clearance"),
    ("E", "Xử lý vi phạm hành chính", "Administrative violations"),
    ("F", "Kiểm tra, sự cố, hoạt động", "Inspection, incidents, activities"),
    ("G", "Nhà ở", "Housing"),
    ("H", "An sinh xã hội", "Social security"),
    ("I", "Y tế", "Health"),
    ("J", "Quân sự", "Military"),
    ("K", "Bộ phận một cửa", "One-stop shop"),
    ("L", "Văn bản, tiếp dân, đơn thư", "Documents, reception, petitions"),
    ("M", "Nhiệm vụ được giao", "Directives"),
];

/// What a value of this field must be, in words: `whole number from 1 to 3`, `date, as 2023-02-08`.
#[must_use]
pub fn shape_text(field: &Field, lang: Lang) -> String {
    let pick = |vi: String, en: String| if lang == Lang::Vi { vi } else { en };
    match &field.shape {
        Shape::Bool => pick("true hoặc false".into(), "true or false".into()),
        Shape::Int { style, min, max } => int_text(*style, *min, *max, field.measure, lang),
        Shape::Date => pick("ngày dạng \"2023-02-08\"".into(), "a date as \"2023-02-08\"".into()),
        Shape::Text { style, max_len } | Shape::TextMap { style, max_len } => {
            text_text(*style, *max_len, lang)
        }
        Shape::Hex { len } => pick(
            format!("{len} byte viết bằng {} chữ số hexa thường", len * 2),
            format!("{len} bytes as {} lower-case hexadecimal digits", len * 2),
        ),
        Shape::Enum(values) => {
            let list = values.stated().map(|value| value.name).collect::<Vec<_>>().join(", ");
            pick(format!("một trong: {list}"), format!("one of: {list}"))
        }
        Shape::Record => {
            pick("tên bản ghi dạng \"17/42\"".into(), "the name of a record as \"17/42\"".into())
        }
        Shape::Message(message) => message.label.get(lang).to_owned(),
    }
}

fn int_text(style: IntStyle, min: i64, max: i64, measure: &str, lang: Lang) -> String {
    let what = match (style, lang) {
        (IntStyle::Year, Lang::Vi) => "năm",
        (IntStyle::Year, Lang::En) => "a year",
        (_, Lang::Vi) => "số nguyên",
        (_, Lang::En) => "a whole number",
    };
    let mut text = match lang {
        Lang::Vi => format!("{what} từ {min} đến {max}"),
        Lang::En => format!("{what} from {min} to {max}"),
    };
    if !measure.is_empty() {
        write!(text, " ({measure})").expect("a String takes everything");
    }
    text
}

fn text_text(style: TextStyle, max_len: u32, lang: Lang) -> String {
    let (vi, en) = match style {
        TextStyle::Line => {
            ("một dòng chữ không có khoảng trắng ở hai đầu", "one line of text without spaces around it")
        }
        TextStyle::Lines => ("văn bản", "text"),
        TextStyle::Code => ("mã không có khoảng trắng", "a code without white space"),
        TextStyle::UnitId => ("mã đơn vị gồm a-z, 0-9, '.', '-'", "a unit id of a-z, 0-9, '.', '-'"),
        TextStyle::Case => ("mã vụ việc không có khoảng trắng", "a case key without white space"),
        TextStyle::Token => (
            "mã ngẫu nhiên từ 8 ký tự A-Z, a-z, 0-9, '-', '_', không toàn chữ số",
            "a random token of 8 or more of A-Z, a-z, 0-9, '-', '_', not digits alone",
        ),
        TextStyle::Json => ("một giá trị JSON", "a JSON value"),
    };
    match lang {
        Lang::Vi => format!("{vi}, tối đa {max_len} ký tự"),
        Lang::En => format!("{en}, at most {max_len} characters"),
    }
}

/// The whole catalogue as a Markdown page; `proto/CATALOGUE.md` is this text.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "# Catalogue of kinds\n\nWritten from `proto/socai/v1/` by `catalogue::markdown()`; a test fails when the two differ \
         (`UPDATE=1 cargo test -p socai-proto` writes it again). `*` marks a required field, `°` a kind of the operator alone. \
         What every event carries besides its payload is listed first.\n",
    );
    write_page(&mut page).expect("a String takes everything");
    page
}

fn write_page(page: &mut String) -> std::fmt::Result {
    writeln!(page, "\n## Envelope\n")?;
    fields_table(page, &schema::EVENT)?;
    for (title, part) in [
        ("doc", &schema::DOC),
        ("source", &schema::SOURCE),
        ("annex", &schema::ANNEX),
        ("annex.attachments", &schema::ATTACHMENT),
    ] {
        writeln!(page, "\n### `{title}`: {}\n", part.label.en)?;
        fields_table(page, part)?;
    }
    for (letter, vi, en) in DOMAINS {
        let here: Vec<_> = kinds().iter().filter(|kind| kind.domain == letter).collect();
        if !here.is_empty() {
            writeln!(page, "\n## {letter}. {en} · {vi}")?;
        }
        for kind in here {
            kind_section(page, kind)?;
        }
    }
    writeln!(page, "\n## Lists\n")?;
    for values in enums() {
        let list: Vec<_> =
            values.stated().map(|value| format!("`{}` {}", value.name, value.label.vi)).collect();
        writeln!(page, "- **{}** ({}): {}", values.name, values.label.vi, list.join(" · "))?;
    }
    Ok(())
}

fn kind_section(page: &mut String, kind: &KindInfo) -> std::fmt::Result {
    let operator = if kind.operator_only { " °" } else { "" };
    writeln!(page, "\n### `{}`{operator}: {} · {}\n", kind.name, kind.label.vi, kind.label.en)?;
    write!(page, "{} Tag {}.", kind.note, kind.tag)?;
    if !kind.refs.is_empty() {
        write!(
            page,
            " Refs: {}.",
            kind.refs.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        )?;
    }
    if !kind.case_family.is_empty() {
        write!(page, " Case family: {}.", kind.case_family)?;
    }
    writeln!(page, "\n")?;
    fields_table(page, kind.message)?;
    for part in parts(kind.message) {
        writeln!(page, "\n`{}`: {}\n", part.name, part.label.en)?;
        fields_table(page, part)?;
    }
    Ok(())
}

fn fields_table(page: &mut String, message: &Message) -> std::fmt::Result {
    writeln!(page, "| tag | field | nhãn | label | value | public |\n|---|---|---|---|---|---|")?;
    for field in message.fields {
        let star = if field.required { "\\*" } else { "" };
        let public = if field.public { "yes" } else { "" };
        let value = table_value(field).replace('|', "\\|");
        writeln!(
            page,
            "| {} | `{}`{star} | {} | {} | {value} | {public} |",
            field.tag, field.name, field.label.vi, field.label.en
        )?;
    }
    Ok(())
}

/// The value column: lists point to the section of lists, references name what they refer to.
fn table_value(field: &Field) -> String {
    let mut text = match &field.shape {
        Shape::Enum(values) => format!("list {}", values.name),
        Shape::Message(message) => format!("`{}`", message.name),
        Shape::TextMap { .. } => format!("by name: {}", shape_text(field, Lang::En)),
        _ => shape_text(field, Lang::En),
    };
    if field.repeated {
        write!(text, "; at most {} of them", field.max_items).expect("a String takes everything");
    }
    if field.optional {
        text.push_str("; may be absent");
    }
    if !field.target.is_empty() {
        write!(text, "; names a {}", field.target).expect("a String takes everything");
    }
    text
}

/// Messages nested in a payload, each once, in the order of their fields.
fn parts(message: &Message) -> Vec<&'static Message> {
    message
        .fields
        .iter()
        .filter_map(|field| if let Shape::Message(part) = field.shape { Some(part) } else { None })
        .collect()
}

/// Every enum that a fact can hold, by name.
fn enums() -> Vec<&'static Enum> {
    let mut messages = vec![&schema::EVENT];
    messages.extend(kinds().iter().map(|kind| kind.message));
    messages.extend(messages.clone().into_iter().flat_map(parts));
    let mut enums: Vec<&'static Enum> = messages
        .into_iter()
        .flat_map(|message| message.fields)
        .filter_map(|field| if let Shape::Enum(values) = field.shape { Some(values) } else { None })
        .collect();
    enums.sort_by_key(|values| values.name);
    enums.dedup_by_key(|values| values.name);
    enums
}

/// All kinds, a line each, under the names of their domains: the text of `socai kinds`.
#[must_use]
pub fn list(lang: Lang) -> String {
    let width = kinds().iter().map(|kind| kind.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (letter, vi, en) in DOMAINS {
        let here = kinds().iter().filter(|kind| kind.domain == letter);
        for (at, kind) in here.enumerate() {
            if at == 0 {
                let name = if lang == Lang::Vi { vi } else { en };
                let gap = if text.is_empty() { "" } else { "\n" };
                writeln!(text, "{gap}{letter}. {name}").expect("a String takes everything");
            }
            let operator = if kind.operator_only { " °" } else { "" };
            writeln!(text, "  {:width$}  {}{operator}", kind.name, kind.label.get(lang))
                .expect("a String takes everything");
        }
    }
    text
}

/// One kind with its fields, their limits and an example: the text of `socai kinds KIND`.
#[must_use]
pub fn describe(kind: &KindInfo, lang: Lang) -> String {
    let mut text = String::new();
    write_kind(&mut text, kind, lang).expect("a String takes everything");
    text
}

fn write_kind(text: &mut String, kind: &KindInfo, lang: Lang) -> std::fmt::Result {
    let pick = |vi, en| if lang == Lang::Vi { vi } else { en };
    writeln!(text, "{}: {}", kind.name, kind.label.get(lang))?;
    if lang == Lang::En {
        writeln!(text, "{}", kind.note)?;
    }
    if kind.operator_only {
        writeln!(
            text,
            "{}",
            pick("Chỉ đơn vị vận hành (đơn vị 0) được công bố.", "Published by the operator (unit 0) only.")
        )?;
    }
    if !kind.refs.is_empty() {
        writeln!(text, "refs: {}", kind.refs.join(", "))?;
    }
    writeln!(text, "\ndata ({}):", pick("* bắt buộc", "* required"))?;
    write_fields(text, kind.message, lang, 1)?;
    let example = serde_json::to_string_pretty(&kind.example()).unwrap_or_default();
    writeln!(text, "\n{}:\n{example}", pick("Ví dụ", "Example"))
}

fn write_fields(text: &mut String, message: &Message, lang: Lang, depth: usize) -> std::fmt::Result {
    let width = message.fields.iter().map(|field| field.name.len() + 1).max().unwrap_or(0);
    for field in message.fields {
        let name = format!("{}{}", field.name, if field.required { "*" } else { "" });
        let list = match (field.repeated, lang) {
            (false, _) => "",
            (true, Lang::Vi) => "danh sách; mỗi mục: ",
            (true, Lang::En) => "a list; each: ",
        };
        let indent = depth * 2;
        writeln!(
            text,
            "{:indent$}{name:width$}  {}: {list}{}",
            "",
            field.label.get(lang),
            shape_text(field, lang)
        )?;
        if let Shape::Message(part) = field.shape {
            write_fields(text, part, lang, depth + 1)?;
        }
    }
    Ok(())
}
