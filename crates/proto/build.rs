//! Compiles `proto/` without protoc: descriptor bytes that keep the custom options, Rust types, and static field accessors.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "build/view.rs"]
mod view;

use prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    println!("cargo::rerun-if-changed={}", root.join("socai").display());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");

    let mut compiler = protox::Compiler::new([&root])?;
    compiler.include_imports(true).include_source_info(true);
    for file in ["socai/v1/event.proto", "socai/v1/annex.proto", "socai/v1/wire.proto"] {
        compiler.open_file(file)?;
    }
    let descriptors = compiler.encode_file_descriptor_set();
    fs::write(out.join("descriptors.bin"), &descriptors)?;

    prost_build::Config::new()
        .bytes(["."])
        .btree_map(["."])
        .skip_source_info()
        .out_dir(&out)
        .compile_fds(compiler.file_descriptor_set())?;

    let pool = DescriptorPool::decode(descriptors.as_slice())?;
    fs::write(out.join("fields.rs"), field_accessors(&pool)?)?;
    fs::write(out.join("view.rs"), view::views(&messages_of_facts(&pool)?)?)?;
    Ok(())
}

/// `impl Fields` for every kind, every message nested in one, and a dispatch over the oneof.
fn field_accessors(pool: &DescriptorPool) -> Outcome<String> {
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

/// `Event` and every message it can hold.
fn messages_of_facts(pool: &DescriptorPool) -> Outcome<Vec<MessageDescriptor>> {
    let mut messages = vec![];
    collect(&pool.get_message_by_name("socai.v1.Event").ok_or("no message Event")?, &mut messages);
    Ok(messages)
}

fn collect(message: &MessageDescriptor, into: &mut Vec<MessageDescriptor>) {
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

fn message_of(field: &FieldDescriptor) -> Outcome<MessageDescriptor> {
    match field.kind() {
        Kind::Message(message) => Ok(message),
        other => Err(format!("{} is {other:?}, not a message", field.full_name()).into()),
    }
}

fn implement(code: &mut String, message: &MessageDescriptor) -> Outcome<()> {
    let [mut ints, mut texts, mut texts_at, mut bytes, mut bytes_at] = [const { String::new() }; 5];
    let [mut lens, mut items, mut messages] = [const { String::new() }; 3];
    for field in message.fields() {
        let (tag, name) = (field.number(), rust_name(field.name()));
        if field.cardinality() == Cardinality::Repeated {
            writeln!(lens, "            {tag} => Some(self.{name}.len()),")?;
            match field.kind() {
                Kind::Message(_) => writeln!(
                    items,
                    "            {tag} => self.{name}.get(at).map(|item| item as &dyn Fields),"
                )?,
                Kind::String => {
                    writeln!(texts_at, "            {tag} => self.{name}.get(at).map(String::as_str),")?
                }
                Kind::Bytes => writeln!(bytes_at, "            {tag} => self.{name}.get(at).map(|item| &item[..]),")?,
                _ => {}
            }
            continue;
        }
        let optional = field.supports_presence();
        match field.kind() {
            Kind::String if optional => writeln!(texts, "            {tag} => self.{name}.as_deref(),")?,
            Kind::String => writeln!(texts, "            {tag} => Some(self.{name}.as_str()),")?,
            Kind::Message(_) => writeln!(
                messages,
                "            {tag} => self.{name}.as_ref().map(|inner| inner as &dyn Fields),"
            )?,
            Kind::Bytes if optional => writeln!(bytes, "            {tag} => self.{name}.as_deref(),")?,
            Kind::Bytes => writeln!(bytes, "            {tag} => Some(&self.{name}),")?,
            kind => writeln!(ints, "            {tag} => {},", int_expression(&name, &kind, optional)?)?,
        }
    }
    writeln!(code, "impl Fields for v1::{} {{", message.name())?;
    method(code, "int(&self, tag: u32) -> Option<i64>", &ints)?;
    method(code, "text(&self, tag: u32) -> Option<&str>", &texts)?;
    method(code, "text_at(&self, tag: u32, at: usize) -> Option<&str>", &texts_at)?;
    method(code, "bytes(&self, tag: u32) -> Option<&[u8]>", &bytes)?;
    method(code, "bytes_at(&self, tag: u32, at: usize) -> Option<&[u8]>", &bytes_at)?;
    method(code, "len(&self, tag: u32) -> Option<usize>", &lens)?;
    method(code, "item(&self, tag: u32, at: usize) -> Option<&dyn Fields>", &items)?;
    method(code, "message(&self, tag: u32) -> Option<&dyn Fields>", &messages)?;
    writeln!(code, "}}\n")?;
    Ok(())
}

/// One method with its match arms; left to the trait's default when there are none.
fn method(code: &mut String, signature: &str, arms: &str) -> Outcome<()> {
    if !arms.is_empty() {
        writeln!(code, "    #[inline]\n    fn {signature} {{\n        match tag {{")?;
        write!(code, "{arms}")?;
        writeln!(code, "            _ => None,\n        }}\n    }}")?;
    }
    Ok(())
}

fn int_expression(name: &str, kind: &Kind, optional: bool) -> Outcome<String> {
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
fn rust_name(name: &str) -> String {
    match name {
        "type" | "ref" | "match" | "move" | "use" | "where" | "final" | "in" | "loop" => format!("r#{name}"),
        _ => name.to_owned(),
    }
}
