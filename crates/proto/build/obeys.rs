//! `impl Obeys` for the view of every message of facts: the descriptor rules about everything but texts, as straight-line code.
//!
//! Texts and the parts of a message are judged while they are read; what is left is whether they are there.

use std::fmt::Write as _;

use prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

use crate::Outcome;
use crate::accessors::rust_name;
use crate::options::Info;
use crate::rule::{Rule, max_items};
use crate::tables::in_oneof;

/// The whole of `obeys.rs`.
pub fn generate(pool: &DescriptorPool, messages: &[MessageDescriptor]) -> Outcome<String> {
    let mut code = String::new();
    for message in messages {
        implement(&mut code, pool, message)?;
    }
    Ok(code)
}

fn implement(code: &mut String, pool: &DescriptorPool, message: &MessageDescriptor) -> Outcome<()> {
    let name = message.name();
    let mut conditions = vec![];
    for field in message.fields().filter(|field| !in_oneof(field)) {
        let info = Info::of(pool, &field.options(), "field_info", field.full_name())?;
        conditions.extend(condition(&field, &info)?);
    }
    match name {
        "Source" => conditions.push("source_is_whole(self)".to_owned()),
        "Ref" => conditions.push("i64::try_from(self.seq).is_ok()".to_owned()),
        _ => {}
    }
    let oneofs = message.oneofs().filter(|one| !one.is_synthetic());
    conditions.extend(oneofs.map(|one| format!("self.{}.is_some()", rust_name(one.name()))));
    if conditions.is_empty() {
        conditions.push("true".to_owned());
    }
    let lifetime = if borrows(message) { "<'_>" } else { "" };
    writeln!(code, "impl Obeys for view::{name}{lifetime} {{\n    #[inline]")?;
    writeln!(code, "    fn obeys(&self) -> bool {{")?;
    writeln!(code, "        {}\n    }}\n}}\n", conditions.join("\n            && "))?;
    Ok(())
}

/// What a field's value must satisfy; `None` when its type says all.
fn condition(field: &FieldDescriptor, info: &Info) -> Outcome<Option<String>> {
    let (value, required) = (format!("self.{}", rust_name(field.name())), info.flag("required"));
    let rule = Rule::of(field, info)?;
    if field.cardinality() == Cardinality::Repeated {
        let most = max_items(info);
        let items = format!("items({value}.len(), {most}, {required})");
        return Ok(Some(match rule {
            Rule::Text { .. } | Rule::Record | Rule::Message(_) => items,
            Rule::Hex { len } => format!("{items} && {value}.iter().all(|item| item.len() == {len})"),
            _ => return Err(format!("{}: no rule for a list of these", field.full_name()).into()),
        }));
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
        Rule::Text { .. } if required => Some(format!("!{value}.is_empty()")),
        Rule::Text { .. } => None,
        Rule::Hex { len } if required => Some(format!("{value}.len() == {len}")),
        Rule::Hex { len } => Some(format!("({value}.is_empty() || {value}.len() == {len})")),
        Rule::Record | Rule::Message(_) if required => Some(format!("{value}.is_some()")),
        Rule::Record | Rule::Message(_) => None,
        Rule::TextMap { .. } => return Err(format!("{}: facts hold no maps", field.full_name()).into()),
    })
}

/// Whether the view of a message borrows from the bytes.
fn borrows(message: &MessageDescriptor) -> bool {
    message.fields().any(|field| match field.kind() {
        Kind::String | Kind::Bytes => true,
        Kind::Message(inner) => field.is_list() || borrows(&inner),
        _ => field.is_list(),
    })
}
