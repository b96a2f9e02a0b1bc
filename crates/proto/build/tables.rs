//! The descriptors and their options as static Rust tables: messages, fields, enums and the kind table.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use prost_reflect::{Cardinality, DescriptorPool, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};

use crate::Outcome;
use crate::accessors::message_of;
use crate::options::Info;
use crate::rule::{Rule, max_items};

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
            max_items(&info),
        ))
    }

    /// The shape as Rust, after the tables it points to.
    fn shape(&mut self, field: &FieldDescriptor, info: &Info) -> Outcome<String> {
        let rule = Rule::of(field, info)?;
        match (&rule, field.kind()) {
            (Rule::Message(_), Kind::Message(inner)) => self.message(&inner)?,
            (Rule::Enum { .. }, Kind::Enum(values)) => self.enumeration(&values)?,
            _ => {}
        }
        Ok(match rule {
            Rule::Bool => "Shape::Bool".to_owned(),
            Rule::Int { style, min, max, .. } => {
                format!("Shape::Int {{ style: IntStyle::{style}, min: {min}, max: {max} }}")
            }
            Rule::Date => "Shape::Date".to_owned(),
            Rule::Text { style, max_len } => {
                format!("Shape::Text {{ style: TextStyle::{style}, max_len: {max_len} }}")
            }
            Rule::TextMap { style, max_len } => {
                format!("Shape::TextMap {{ style: TextStyle::{style}, max_len: {max_len} }}")
            }
            Rule::Hex { len } => format!("Shape::Hex {{ len: {len} }}"),
            Rule::Enum { name, .. } => format!("Shape::Enum(&{})", static_name(&name)),
            Rule::Record => "Shape::Record".to_owned(),
            Rule::Message(name) => format!("Shape::Message(&{})", static_name(&name)),
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

/// Whether a field is a choice of the kinds' oneof.
pub fn in_oneof(field: &FieldDescriptor) -> bool {
    field.containing_oneof().is_some_and(|oneof| !oneof.is_synthetic())
}

/// `PenaltyDecided` → `PENALTY_DECIDED`, also the prefix of an enum's values.
pub fn static_name(name: &str) -> String {
    let mut snake = String::new();
    for (at, letter) in name.char_indices() {
        if at > 0 && letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_uppercase());
    }
    snake
}
