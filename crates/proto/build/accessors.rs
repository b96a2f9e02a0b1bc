//! `impl Fields` for every kind and every message nested in one, and the dispatch over the oneof.

use std::fmt::Write as _;

use prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

use crate::Outcome;

/// The whole of `fields.rs`.
pub fn generate(pool: &DescriptorPool) -> Outcome<String> {
    let event = pool.get_message_by_name("socai.v1.Event").ok_or("no message Event")?;
    let kinds = event.oneofs().next().ok_or("Event has no oneof")?;
    let mut messages = vec![];
    for kind in kinds.fields() {
        collect(&message_of(&kind)?, &mut messages);
    }
    let mut code = String::new();
    for message in &messages {
        implement(&mut code, message)?;
    }
    dispatch(&mut code, kinds.fields())?;
    Ok(code)
}

/// A message and all that it can hold, each once.
pub fn collect(message: &MessageDescriptor, into: &mut Vec<MessageDescriptor>) {
    if into.contains(message) {
        return;
    }
    into.push(message.clone());
    for field in message.fields() {
        if let Kind::Message(inner) = field.kind() {
            collect(&inner, into);
        }
    }
}

/// The message type of a field.
pub fn message_of(field: &FieldDescriptor) -> Outcome<MessageDescriptor> {
    match field.kind() {
        Kind::Message(message) => Ok(message),
        other => Err(format!("{} is {other:?}, not a message", field.full_name()).into()),
    }
}

/// Match arms of the methods of `Fields`.
#[derive(Default)]
struct Arms {
    int: String,
    text: String,
    text_at: String,
    bytes: String,
    bytes_at: String,
    len: String,
    item: String,
    message: String,
}

fn implement(code: &mut String, message: &MessageDescriptor) -> Outcome<()> {
    let mut arms = Arms::default();
    for field in message.fields() {
        if field.cardinality() == Cardinality::Repeated {
            repeated(&mut arms, &field)?
        } else {
            singular(&mut arms, &field)?
        }
    }
    writeln!(code, "impl Fields for v1::{} {{", message.name())?;
    method(code, "int(&self, tag: u32) -> Option<i64>", &arms.int)?;
    method(code, "text(&self, tag: u32) -> Option<&str>", &arms.text)?;
    method(code, "text_at(&self, tag: u32, at: usize) -> Option<&str>", &arms.text_at)?;
    method(code, "bytes(&self, tag: u32) -> Option<&[u8]>", &arms.bytes)?;
    method(code, "bytes_at(&self, tag: u32, at: usize) -> Option<&[u8]>", &arms.bytes_at)?;
    method(code, "len(&self, tag: u32) -> Option<usize>", &arms.len)?;
    method(code, "item(&self, tag: u32, at: usize) -> Option<&dyn Fields>", &arms.item)?;
    method(code, "message(&self, tag: u32) -> Option<&dyn Fields>", &arms.message)?;
    writeln!(code, "}}\n")?;
    Ok(())
}

fn repeated(arms: &mut Arms, field: &FieldDescriptor) -> Outcome<()> {
    let (tag, name) = (field.number(), rust_name(field.name()));
    writeln!(arms.len, "            {tag} => Some(self.{name}.len()),")?;
    match field.kind() {
        Kind::Message(_) => {
            writeln!(arms.item, "            {tag} => self.{name}.get(at).map(|item| item as &dyn Fields),")?
        }
        Kind::String => {
            writeln!(arms.text_at, "            {tag} => self.{name}.get(at).map(String::as_str),")?
        }
        Kind::Bytes => {
            writeln!(arms.bytes_at, "            {tag} => self.{name}.get(at).map(|item| &item[..]),")?
        }
        other => return Err(format!("{}: repeated {other:?}", field.full_name()).into()),
    }
    Ok(())
}

fn singular(arms: &mut Arms, field: &FieldDescriptor) -> Outcome<()> {
    let (tag, name) = (field.number(), rust_name(field.name()));
    let optional = field.supports_presence();
    match field.kind() {
        Kind::Bytes if optional => writeln!(arms.bytes, "            {tag} => self.{name}.as_deref(),")?,
        Kind::Bytes => writeln!(arms.bytes, "            {tag} => Some(&self.{name}),")?,
        Kind::String if optional => writeln!(arms.text, "            {tag} => self.{name}.as_deref(),")?,
        Kind::String => writeln!(arms.text, "            {tag} => Some(self.{name}.as_str()),")?,
        Kind::Message(_) => writeln!(
            arms.message,
            "            {tag} => self.{name}.as_ref().map(|inner| inner as &dyn Fields),"
        )?,
        kind => writeln!(arms.int, "            {tag} => {},", int_expression(&name, &kind, optional)?)?,
    }
    Ok(())
}

/// One method with its match arms; left to the trait's default when there are none.
pub fn method(code: &mut String, signature: &str, arms: &str) -> Outcome<()> {
    if !arms.is_empty() {
        writeln!(code, "    #[inline]\n    fn {signature} {{\n        match tag {{")?;
        write!(code, "{arms}")?;
        writeln!(code, "            _ => None,\n        }}\n    }}")?;
    }
    Ok(())
}

/// A number field's value as `Option<i64>`.
pub fn int_expression(name: &str, kind: &Kind, optional: bool) -> Outcome<String> {
    let convert = match kind {
        Kind::Int64 => "",
        Kind::Int32 | Kind::Uint32 | Kind::Bool | Kind::Enum(_) => "i64::from",
        Kind::Uint64 if optional => {
            return Ok(format!("self.{name}.and_then(|value| i64::try_from(value).ok())"));
        }
        Kind::Uint64 => return Ok(format!("i64::try_from(self.{name}).ok()")),
        other => return Err(format!("no integer form for {other:?}").into()),
    };
    Ok(match (optional, convert) {
        (true, "") => format!("self.{name}"),
        (true, convert) => format!("self.{name}.map({convert})"),
        (false, "") => format!("Some(self.{name})"),
        (false, convert) => format!("Some({convert}(self.{name}))"),
    })
}

fn dispatch(code: &mut String, kinds: impl Iterator<Item = FieldDescriptor>) -> Outcome<()> {
    let (mut payload, mut tag) = (String::new(), String::new());
    for kind in kinds {
        let variant = message_of(&kind)?.name().to_owned();
        writeln!(payload, "        v1::event::Kind::{variant}(payload) => payload,")?;
        writeln!(tag, "        v1::event::Kind::{variant}(_) => {},", kind.number())?;
    }
    writeln!(
        code,
        "fn payload_of(kind: &v1::event::Kind) -> &dyn Fields {{\n    match kind {{\n{payload}    }}\n}}\n"
    )?;
    writeln!(code, "const fn tag_of(kind: &v1::event::Kind) -> u32 {{\n    match kind {{\n{tag}    }}\n}}")?;
    Ok(())
}

/// Field name as prost writes it: Rust keywords are raw identifiers.
pub fn rust_name(name: &str) -> String {
    match name {
        "type" | "ref" | "match" | "move" | "use" | "where" | "final" | "in" | "loop" => format!("r#{name}"),
        _ => name.to_owned(),
    }
}
