//! What the type and options of one field demand of its values.

use prost_reflect::{FieldDescriptor, Kind};

use crate::Outcome;
use crate::options::Info;

/// 10^15 đồng: 9,000 such facts still add up inside an i64.
const MONEY_LIMIT: i64 = 1_000_000_000_000_000;
const DEFAULT_ITEMS: u32 = 1_000;

/// The demand, with the defaults of the types filled in.
pub enum Rule {
    Bool,
    /// `full` when the bounds are those of the type itself.
    Int {
        style: &'static str,
        min: i64,
        max: i64,
        full: bool,
    },
    Date,
    Text {
        style: &'static str,
        max_len: u32,
    },
    TextMap {
        style: &'static str,
        max_len: u32,
    },
    Hex {
        len: u32,
    },
    Enum {
        name: String,
        last: usize,
    },
    Record,
    Message(String),
}

impl Rule {
    pub fn of(field: &FieldDescriptor, info: &Info) -> Outcome<Self> {
        let kind = info.kind()?;
        Ok(match (field.kind(), kind.as_str()) {
            (Kind::Message(entry), _) if entry.is_map_entry() => {
                let (style, max_len) = text(&kind, info)?;
                Self::TextMap { style, max_len }
            }
            (Kind::Message(inner), _) if inner.name() == "Ref" => Self::Record,
            (Kind::Message(inner), _) => Self::Message(inner.name().to_owned()),
            (Kind::Enum(values), _) => {
                Self::Enum { name: values.name().to_owned(), last: values.values().len() - 1 }
            }
            (Kind::Bool, _) => Self::Bool,
            (Kind::Int32, "DATE") => Self::Date,
            (Kind::Bytes, "HEX") if info.number("len") > 0 => Self::Hex { len: info.number("len") },
            (Kind::String, _) => {
                let (style, max_len) = text(&kind, info)?;
                Self::Text { style, max_len }
            }
            (number, _) => int(field, &number, &kind, info)?,
        })
    }
}

/// Most items of a repeated field.
pub fn max_items(info: &Info) -> u32 {
    if info.number("max_items") == 0 { DEFAULT_ITEMS } else { info.number("max_items") }
}

/// Style of a text and its most characters.
fn text(kind: &str, info: &Info) -> Outcome<(&'static str, u32)> {
    let (style, default) = match kind {
        "TEXT" => ("Line", 500),
        "LINES" => ("Lines", 2_000),
        "CODE" => ("Code", 64),
        "UNIT_ID" => ("UnitId", 64),
        "CASE" => ("Case", 100),
        "TOKEN" => ("Token", 64),
        "JSON" => ("Json", 4_000),
        other => return Err(format!("text field with type {other}").into()),
    };
    Ok((style, if info.number("max_len") == 0 { default } else { info.number("max_len") }))
}

fn int(field: &FieldDescriptor, number: &Kind, kind: &str, info: &Info) -> Outcome<Rule> {
    let (lowest, highest) = match number {
        Kind::Int32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Kind::Uint32 => (0, i64::from(u32::MAX)),
        Kind::Int64 => (i64::MIN, i64::MAX),
        Kind::Uint64 => (0, i64::MAX),
        other => return Err(format!("{}: {other:?} is not a number", field.full_name()).into()),
    };
    let (style, low, high) = match (kind, number) {
        ("MONEY", Kind::Int64) if info.flag("signed") => ("Money", -MONEY_LIMIT, MONEY_LIMIT),
        ("MONEY", Kind::Int64) => ("Money", 0, MONEY_LIMIT),
        ("YEAR", Kind::Uint32) => ("Year", 1900, 2199),
        ("COUNT", Kind::Uint32 | Kind::Uint64) => ("Count", lowest, highest),
        ("UNSPECIFIED", _) => ("Plain", lowest, highest),
        (other, number) => return Err(format!("{}: {other} on {number:?}", field.full_name()).into()),
    };
    let (min, max) = (info.bound("min").unwrap_or(low), info.bound("max").unwrap_or(high));
    if min < lowest || max > highest || min > max {
        return Err(format!("{}: bounds {min}..{max} do not fit the type", field.full_name()).into());
    }
    // A uint64 is bounded by i64::MAX, which is not its own bound.
    let full = (min, max) == (lowest, highest) && !matches!(number, Kind::Uint64);
    Ok(Rule::Int { style, min, max, full })
}
