//! The descriptors and their options as static Rust tables: messages, fields, enums and the kind table.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use prost_reflect::{Cardinality, DescriptorPool, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};

use crate::Outcome;
use crate::accessors::message_of;
use crate::options::Info;

const MONEY_LIMIT: i64 = 1_000_000_000_000_000; // 10^15 đồng: 9,000 such facts still add up inside an i64
const DEFAULT_ITEMS: u32 = 1_000;

/// The whole of `tables.rs`: one static per message and enum, then `KINDS` in tag order.
pub fn generate(pool: &DescriptorPool, proto_dir: &Path) -> Outcome<String> {
    let event = pool.get_message_by_name("socai.v1.Event").ok_or("no message Event")?;
    let annex = pool.get_message_by_name("socai.v1.Annex").ok_or("no message Annex")?;
    let mut tables = Tables { pool, code: String::new(), done: BTreeSet::new() };
    tables.message(&event)?;
    tables.message(&annex)?;
    tables.kinds(&event, proto_dir)?;
    Ok(tables.code)
}

struct Tables<'a> {
    pool: &'a DescriptorPool,
    code: String,
    done: BTreeSet<String>,
}

impl Tables<'_> {
    fn message(&mut self, message: &MessageDescriptor) -> Outcome<()> {
        if !self.done.insert(message.full_name().to_owned()) {
            return Ok(());
        }
        let mut rows = String::new();
        for (at, field) in message.fields().filter(|field| !in_oneof(field)).enumerate() {
            // Lookup by tag is an index: tags start at 1 without holes, and the "seen" set of a walk is one u64.
            if field.number() as usize != at + 1 || at >= 63 {
                return Err(format!("{}: tags must be 1, 2, 3, … and below 64", field.full_name()).into());
            }
            writeln!(rows, "        {},", self.field(&field)?)?;
        }
        let info = Info::of(self.pool, &message.options(), "message_info", message.full_name())?;
        let name = static_name(message.name());
        writeln!(
            self.code,
            "/// Table of `{0}`.\npub static {name}: Message = Message::new({0:?}, {1}, &[\n{rows}    ]);\n",
            message.name(),
            info.label()?
        )?;
        Ok(())
    }

    fn field(&mut self, field: &FieldDescriptor) -> Outcome<String> {
        let info = Info::of(self.pool, &field.options(), "field_info", field.full_name())?;
        let repeated = field.cardinality() == Cardinality::Repeated;
        Ok(format!(
            "Field {{ tag: {}, name: {:?}, label: {}, shape: {}, repeated: {}, optional: {}, required: {}, public: {}, \
             measure: {:?}, target: {:?}, max_items: {} }}",
            field.number(),
            field.name(),
            info.label()?,
            self.shape(field, &info)?,
            repeated,
            field.supports_presence() && !repeated && !matches!(field.kind(), Kind::Message(_)),
            info.flag("required"),
            info.flag("public"),
            info.text("measure"),
            info.text("target"),
            if info.number("max_items") == 0 { DEFAULT_ITEMS } else { info.number("max_items") },
        ))
    }

    fn shape(&mut self, field: &FieldDescriptor, info: &Info) -> Outcome<String> {
        let kind = info.kind()?;
        Ok(match (field.kind(), kind.as_str()) {
            (Kind::Message(entry), _) if entry.is_map_entry() => {
                format!(
                    "Shape::TextMap {{ style: {}, max_len: {} }}",
                    text_style(&kind)?.0,
                    max_len(&kind, info)?
                )
            }
            (Kind::Message(inner), _) if inner.name() == "Ref" => "Shape::Record".to_owned(),
            (Kind::Message(inner), _) => {
                self.message(&inner)?;
                format!("Shape::Message(&{})", static_name(inner.name()))
            }
            (Kind::Enum(values), _) => {
                self.enumeration(&values)?;
                format!("Shape::Enum(&{})", static_name(values.name()))
            }
            (Kind::Bool, _) => "Shape::Bool".to_owned(),
            (Kind::Int32, "DATE") => "Shape::Date".to_owned(),
            (Kind::Bytes, "HEX") if info.number("len") > 0 => {
                format!("Shape::Hex {{ len: {} }}", info.number("len"))
            }
            (Kind::String, _) => {
                format!(
                    "Shape::Text {{ style: {}, max_len: {} }}",
                    text_style(&kind)?.0,
                    max_len(&kind, info)?
                )
            }
            (number, _) => int_shape(field, &number, &kind, info)?,
        })
    }

    fn enumeration(&mut self, values: &EnumDescriptor) -> Outcome<()> {
        if !self.done.insert(values.full_name().to_owned()) {
            return Ok(());
        }
        let info = Info::of(self.pool, &values.options(), "enum_info", values.full_name())?;
        let prefix = format!("{}_", static_name(values.name()));
        let mut rows = String::new();
        for (at, value) in values.values().enumerate() {
            let owner = value.full_name().to_owned();
            let short = value
                .name()
                .strip_prefix(&prefix)
                .ok_or_else(|| format!("{owner} must begin with {prefix}"))?;
            if usize::try_from(value.number())? != at {
                return Err(format!("{owner}: values must be 0, 1, 2, …").into());
            }
            if (at == 0) != (short == "UNSPECIFIED") {
                return Err(format!("{owner}: value 0, and no other, is {prefix}UNSPECIFIED").into());
            }
            let label = Info::of(self.pool, &value.options(), "value_info", &owner)?.label()?;
            writeln!(
                rows,
                "        EnumValue {{ number: {at}, name: {:?}, label: {label} }},",
                short.to_lowercase()
            )?;
        }
        writeln!(
            self.code,
            "/// Table of `{1}`.\npub static {0}: Enum = Enum {{ name: {1:?}, label: {2}, values: &[\n{rows}    ] }};\n",
            static_name(values.name()),
            values.name(),
            info.label()?
        )?;
        Ok(())
    }

    fn kinds(&mut self, event: &MessageDescriptor, proto_dir: &Path) -> Outcome<()> {
        let mut fields: Vec<_> = event.fields().filter(in_oneof).collect();
        fields.sort_by_key(FieldDescriptor::number);
        let mut rows = String::new();
        for field in &fields {
            let message = message_of(field)?;
            self.message(&message)?;
            writeln!(rows, "    {},", self.kind(field, &message, proto_dir)?)?;
        }
        writeln!(
            self.code,
            "/// Every kind, in tag order.\npub static KINDS: [KindInfo; {}] = [\n{rows}];",
            fields.len()
        )?;
        Ok(())
    }

    fn kind(
        &self,
        field: &FieldDescriptor,
        message: &MessageDescriptor,
        proto_dir: &Path,
    ) -> Outcome<String> {
        let info = Info::of(self.pool, &message.options(), "message_info", message.full_name())?;
        let name = field.name().replacen('_', ".", 1);
        let example = proto_dir.join(format!("vectors/facts/{name}.json")).canonicalize();
        let example =
            example.map_err(|error| format!("vectors/facts/{name}.json, the example of {name}: {error}"))?;
        Ok(format!(
            "KindInfo {{ name: {name:?}, tag: {}, label: {}, domain: {:?}, operator_only: {}, note: {:?}, refs: &{:?}, \
             case_family: {:?}, message: &{}, example: include_str!({:?}) }}",
            field.number(),
            info.label()?,
            info.text("domain"),
            info.flag("operator_only"),
            info.text("note"),
            info.texts("refs"),
            info.text("case_family"),
            static_name(message.name()),
            example.display().to_string(),
        ))
    }
}

fn in_oneof(field: &FieldDescriptor) -> bool {
    field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic())
}

/// Rust name of a text style and its default length in characters.
fn text_style(kind: &str) -> Outcome<(&'static str, u32)> {
    Ok(match kind {
        "TEXT" => ("TextStyle::Line", 500),
        "LINES" => ("TextStyle::Lines", 2_000),
        "CODE" => ("TextStyle::Code", 64),
        "UNIT_ID" => ("TextStyle::UnitId", 64),
        "CASE" => ("TextStyle::Case", 100),
        "TOKEN" => ("TextStyle::Token", 64),
        "JSON" => ("TextStyle::Json", 4_000),
        other => return Err(format!("text field with type {other}").into()),
    })
}

fn max_len(kind: &str, info: &Info) -> Outcome<u32> {
    let default = text_style(kind)?.1;
    Ok(if info.number("max_len") == 0 { default } else { info.number("max_len") })
}

fn int_shape(field: &FieldDescriptor, number: &Kind, kind: &str, info: &Info) -> Outcome<String> {
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
    Ok(format!("Shape::Int {{ style: IntStyle::{style}, min: {min}, max: {max} }}"))
}

/// `PenaltyDecided` → `PENALTY_DECIDED`, also the prefix of an enum's values.
fn static_name(name: &str) -> String {
    let mut snake = String::new();
    for (at, letter) in name.char_indices() {
        if at > 0 && letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_uppercase());
    }
    snake
}
