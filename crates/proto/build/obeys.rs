//! `impl Obeys` for the view of every message of facts: the descriptor rules as straight-line code.

use std::fmt::Write as _;

use prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

use crate::Outcome;
use crate::accessors::rust_name;
use crate::options::Info;
use crate::rule::{Rule, max_items};
use crate::tables::{in_oneof, static_name};

/// The whole of `obeys.rs`.
pub fn generate(pool: &DescriptorPool, messages: &[MessageDescriptor]) -> Outcome<String> {
    let mut code = String::new();
    for message in messages.iter().filter(|message| message.name() != "Ref") {
        implement(&mut code, pool, message)?;
    }
    Ok(code)
}

fn implement(code: &mut String, pool: &DescriptorPool, message: &MessageDescriptor) -> Outcome<()> {
    let name = message.name();
    let mut conditions = vec![];
    for field in message.fields().filter(|field| !in_oneof(field)) {
        let info = Info::of(pool, &field.options(), "field_info", field.full_name())?;
        conditions.extend(condition(message, &field, &info)?);
    }
    if name == "Source" {
        conditions.push("source_is_whole(self)".to_owned());
    }
    if message.fields().any(|field| in_oneof(&field)) {
        conditions.push(kind(message));
    }
    let lifetime = if borrows(message) { "<'_>" } else { "" };
    writeln!(code, "impl Obeys for view::{name}{lifetime} {{\n    #[inline]")?;
    writeln!(code, "    #[allow(unused_variables)]\n    fn obeys<L: Look>(&self, look: &mut L) -> bool {{")?;
    writeln!(code, "        {}\n    }}\n}}\n", conditions.join("\n            && "))?;
    Ok(())
}

/// What a field's value must satisfy; `None` when its type says all.
fn condition(message: &MessageDescriptor, field: &FieldDescriptor, info: &Info) -> Outcome<Option<String>> {
    let (value, required) = (format!("self.{}", rust_name(field.name())), info.flag("required"));
    let place = format!("&schema::{}.fields[{}]", static_name(message.name()), field.number() - 1);
    let rule = Rule::of(field, info)?;
    if field.cardinality() == Cardinality::Repeated {
        let item = match rule {
            Rule::Text { style, max_len } => {
                format!("text(item, TextStyle::{style}, {max_len}, true, {place}, look)")
            }
            Rule::Hex { len } => format!("item.len() == {len}"),
            Rule::Record => "record(&item)".to_owned(),
            Rule::Message(_) => "item.obeys(look)".to_owned(),
            _ => return Err(format!("{}: no rule for a list of these", field.full_name()).into()),
        };
        let most = max_items(info);
        return Ok(Some(format!(
            "items({value}.len(), {most}, {required}) && {value}.iter().all(|item| {item})"
        )));
    }
    let optional = field.supports_presence();
    Ok(match rule {
        Rule::Bool | Rule::Int { full: true, .. } => None,
        Rule::Int { min, max, .. } if optional => {
            Some(format!("{value}.is_none_or(|number| ({min}..={max}).contains(&number))"))
        }
        Rule::Int { min, max, .. } => Some(format!("({min}..={max}).contains(&{value})")),
        Rule::Date if optional => Some(format!("{value}.is_none_or(date::is_valid)")),
        Rule::Date => Some(format!("date::is_valid({value})")),
        Rule::Enum { last, .. } => Some(format!("({}..={last}).contains(&{value})", u8::from(required))),
        Rule::Text { style, max_len } => {
            Some(format!("text({value}, TextStyle::{style}, {max_len}, {required}, {place}, look)"))
        }
        Rule::Hex { len } if required => Some(format!("{value}.len() == {len}")),
        Rule::Hex { len } => Some(format!("({value}.is_empty() || {value}.len() == {len})")),
        Rule::Record if required => Some(format!("{value}.as_ref().is_some_and(record)")),
        Rule::Record => Some(format!("{value}.as_ref().is_none_or(record)")),
        Rule::Message(_) if required => {
            Some(format!("{value}.as_ref().is_some_and(|part| part.obeys(look))"))
        }
        Rule::Message(_) => Some(format!("{value}.as_ref().is_none_or(|part| part.obeys(look))")),
        Rule::TextMap { .. } => return Err(format!("{}: facts hold no maps", field.full_name()).into()),
    })
}

/// The payload of whatever kind it is; an event without one obeys nothing.
fn kind(message: &MessageDescriptor) -> String {
    let arms: String = message
        .fields()
        .filter(in_oneof)
        .filter_map(|field| if let Kind::Message(payload) = field.kind() { Some(payload) } else { None })
        .map(|payload| {
            format!("                Some(view::Kind::{}(payload)) => payload.obeys(look),\n", payload.name())
        })
        .collect();
    format!("match &self.kind {{\n{arms}                None => false,\n            }}")
}

/// Whether the view of a message borrows from the bytes.
fn borrows(message: &MessageDescriptor) -> bool {
    message.fields().any(|field| match field.kind() {
        Kind::String | Kind::Bytes => true,
        Kind::Message(inner) => field.is_list() || borrows(&inner),
        _ => field.is_list(),
    })
}
