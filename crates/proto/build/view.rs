//! Writes `view.rs`: every message that facts can hold, as a `Copy` struct that borrows from the bytes it was read from.
//!
//! The fold and the rules read millions of facts a second, and prost's owned types spend three quarters of that time in
//! the allocator. Names follow prost's, so code reads the same over either. A message is read in the canonical encoding that
//! every encoder writes, one comparison a field; anything else is refused.

use std::fmt::Write as _;

use prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor};

use crate::Outcome;
use crate::accessors::{int_expression, method, rust_name};
use crate::options::Info;
use crate::rule::Rule;
use crate::tables::static_name;

/// The Rust source of the views of `messages`, none of which may be nested in another.
pub fn views(pool: &DescriptorPool, messages: &[MessageDescriptor]) -> Outcome<String> {
    let mut code = String::new();
    for message in messages {
        structure(&mut code, message)?;
        reader(&mut code, pool, message)?;
        accessors(&mut code, message)?;
        enum_getters(&mut code, message)?;
        for one in oneofs(message) {
            choice(&mut code, message, &one)?;
        }
    }
    Ok(code)
}

fn structure(code: &mut String, message: &MessageDescriptor) -> Outcome<()> {
    let (name, life) = (message.name(), lifetime(message));
    writeln!(code, "/// `{}` in place.", message.full_name())?;
    writeln!(code, "#[derive(Clone, Copy, Debug, Default)]\npub struct {name}{life} {{")?;
    for field in plain(message) {
        writeln!(code, "    pub {}: {},", rust_name(field.name()), field_type(&field)?)?;
    }
    for one in oneofs(message) {
        writeln!(code, "    pub {}: Option<{}>,", rust_name(one.name()), choice_type(&one))?;
    }
    writeln!(code, "}}\n")?;
    Ok(())
}

/// `fill`: one comparison a field, in ascending order of the numbers; parts are filled where they will stay.
fn reader(code: &mut String, pool: &DescriptorPool, message: &MessageDescriptor) -> Outcome<()> {
    let mut steps = vec![];
    for field in plain(message) {
        let (key, name) = (key(&field), rust_name(field.name()));
        let step = match field.is_list() {
            true => format!(
                "        while wire.at({key}) {{ self.{name}.push(&mut wire, {key}, {}, reading)?; }}\n",
                list_rule(pool, &field)?
            ),
            false => format!("        if wire.at({key}) {{ {} }}\n", assign(pool, &field)?),
        };
        steps.push((field.number(), step));
    }
    for one in oneofs(message) {
        // by the field's number, not its key: numbers lie close enough together for one jump
        let mut step = "        let key = wire.peek();\n        match key >> 3 {\n".to_owned();
        for field in one.fields() {
            writeln!(
                step,
                "            {0} if key == {1} => {{ wire.pass({1}); {2} }}",
                field.number(),
                key(&field),
                choose(&one, &field)?
            )?;
        }
        step.push_str("            _ => {}\n        }\n");
        steps.push((one.fields().map(|field| field.number()).min().unwrap_or(0), step));
    }
    steps.sort();
    if message.name() == "Event" {
        remember(message, &mut steps)?;
    }
    let body: String = steps.into_iter().map(|(_, step)| step).collect();
    writeln!(
        code,
        "impl<'a> View<'a> for {}{} {{\n    #[inline]\n    #[allow(unused_variables)]\n    \
         fn fill<R: Reading>(&mut self, bytes: &'a [u8], reading: &mut R) -> Result<(), NotFacts> {{\n        \
         let mut wire = Wire::new(bytes);\n{body}        wire.is_done()?;\n        \
         if R::JUDGES && !self.obeys() {{ Err(NotFacts::Disobeys) }} else {{ Ok(()) }}\n    }}\n}}\n",
        message.name(),
        lifetime(message),
    )?;
    Ok(())
}

/// Neighbouring fields of an event that readings remember together, and the name of the memory.
const REMEMBERED: [(&str, &[&str]); 2] = [
    ("setting", &["occurred_on", "place"]),
    ("provenance", &["level", "source", "entered_by", "approved_by"]),
];

/// Reads those fields only when the reading does not know them.
fn remember(event: &MessageDescriptor, steps: &mut [(u32, String)]) -> Outcome<()> {
    for (memory, names) in REMEMBERED {
        let numbers = names.iter().map(|name| event.get_field_by_name(name).map(|field| field.number()));
        let numbers: Vec<Option<u32>> = numbers.collect();
        let first = steps.iter().position(|(field, _)| Some(*field) == numbers[0]).unwrap_or(steps.len());
        let those = steps.get_mut(first..first + names.len()).unwrap_or_default();
        if !those.iter().map(|(field, _)| Some(*field)).eq(numbers) {
            return Err(format!("{names:?} are not next to each other").into());
        }
        let [(_, before), .., (_, after)] = those else { continue };
        let known = format!(
            "        let before = wire;\n        \
             if let Some(len) = reading.known_{memory}(wire.rest(), self) {{ wire.skip(len); }} else {{\n"
        );
        before.insert_str(0, &known);
        let note = "before.rest(), before.rest().len() - wire.rest().len()";
        writeln!(after, "        reading.note_{memory}({note}, self);\n        }}")?;
    }
    Ok(())
}

/// `impl Fields`, as for the owned type but that items of repeated messages, which exist only while they are walked, are only shown one
/// after the other.
fn accessors(code: &mut String, message: &MessageDescriptor) -> Outcome<()> {
    let (mut ints, mut texts, mut lens, mut messages, mut items) =
        (String::new(), String::new(), String::new(), String::new(), String::new());
    for field in plain(message) {
        let (tag, name) = (field.number(), rust_name(field.name()));
        let optional = wrapped(&field);
        match field.kind() {
            kind if field.is_list() => {
                writeln!(lens, "            {tag} => Some(self.{name}.len()),")?;
                if matches!(kind, Kind::Message(_)) {
                    let shown = format!("self.{name}.iter().for_each(|item| meet(&item));");
                    writeln!(items, "        if tag == {tag} {{\n            {shown}\n        }}")?;
                }
            }
            Kind::Bytes => {}
            Kind::String if optional => writeln!(texts, "            {tag} => self.{name},")?,
            Kind::String => writeln!(texts, "            {tag} => Some(self.{name}),")?,
            Kind::Message(_) => {
                writeln!(messages, "            {tag} => self.{name}.as_ref().map(|m| m as &dyn Fields),")?;
            }
            kind => writeln!(ints, "            {tag} => {},", int_expression(&name, &kind, optional)?)?,
        }
    }
    writeln!(code, "impl Fields for {} {{", anonymous(message))?;
    method(code, "int(&self, tag: u32) -> Option<i64>", &ints)?;
    method(code, "text(&self, tag: u32) -> Option<&str>", &texts)?;
    method(code, "len(&self, tag: u32) -> Option<usize>", &lens)?;
    method(code, "message(&self, tag: u32) -> Option<&dyn Fields>", &messages)?;
    if !items.is_empty() {
        writeln!(code, "    {EACH_ITEM} {{\n{items}    }}")?;
    }
    writeln!(code, "}}\n")?;
    Ok(())
}

const EACH_ITEM: &str = "fn each_item(&self, tag: u32, meet: &mut dyn FnMut(&dyn Fields))";

/// One method per enum field, of the field's name, as prost's owned types have.
fn enum_getters(code: &mut String, message: &MessageDescriptor) -> Outcome<()> {
    let mut methods = String::new();
    for field in plain(message).filter(|field| !field.is_list()) {
        let Kind::Enum(of) = field.kind() else { continue };
        let (name, path) = (rust_name(field.name()), format!("crate::v1::{}", of.name()));
        let raw = if wrapped(&field) { ".unwrap_or_default()" } else { "" };
        writeln!(
            methods,
            "    pub fn {name}(&self) -> {path} {{\n        {path}::try_from(self.{name}{raw}).unwrap_or_default()\n    }}"
        )?;
    }
    if !methods.is_empty() {
        writeln!(code, "impl {} {{\n{methods}}}\n", anonymous(message))?;
    }
    Ok(())
}

/// The enum of a oneof, with its field number and `Fields` of whatever is set.
fn choice(code: &mut String, message: &MessageDescriptor, one: &OneofDescriptor) -> Outcome<()> {
    let (name, anonymous) = (camel(one.name()), choice_type(one).replace("'a", "'_"));
    let (mut variants, mut tags) = (String::new(), String::new());
    let mut fields = [String::new(), String::new(), String::new(), String::new()];
    let mut items = String::new();
    const METHODS: [(&str, &str); 4] =
        [("int", "i64"), ("text", "&str"), ("len", "usize"), ("message", "&dyn Fields")];
    for field in one.fields() {
        let Kind::Message(inner) = field.kind() else {
            return Err(format!("{}: facts choose between messages only", field.full_name()).into());
        };
        let variant = camel(field.name());
        writeln!(variants, "    {variant}({}{}),", inner.name(), lifetime(&inner))?;
        writeln!(tags, "            {name}::{variant}(_) => {},", field.number())?;
        for (arms, (method, _)) in fields.iter_mut().zip(METHODS) {
            writeln!(arms, "            {name}::{variant}(message) => message.{method}(tag),")?;
        }
        writeln!(items, "            {name}::{variant}(message) => message.each_item(tag, meet),")?;
    }
    writeln!(code, "/// `{}` of [`{}`].", one.name(), message.name())?;
    writeln!(code, "#[derive(Clone, Copy, Debug)]\npub enum {} {{\n{variants}}}\n", choice_type(one))?;
    writeln!(
        code,
        "impl {anonymous} {{\n    /// The number of the field that is set.\n    #[inline]\n    \
         pub const fn tag(&self) -> u32 {{\n        match self {{\n{tags}        }}\n    }}\n}}\n"
    )?;
    writeln!(code, "impl Fields for {anonymous} {{")?;
    for (arms, (method, of)) in fields.iter().zip(METHODS) {
        writeln!(code, "    #[inline]\n    fn {method}(&self, tag: u32) -> Option<{of}> {{")?;
        writeln!(code, "        match self {{\n{arms}        }}\n    }}")?;
    }
    writeln!(code, "    {EACH_ITEM} {{\n        match self {{\n{items}        }}\n    }}")?;
    writeln!(code, "}}\n")?;
    Ok(())
}

/// The statement that reads a singular field.
fn assign(pool: &DescriptorPool, field: &FieldDescriptor) -> Outcome<String> {
    let name = rust_name(field.name());
    Ok(match field.kind() {
        Kind::Message(part) => {
            format!("self.{name}.insert({}::default()).fill(wire.bytes()?, reading)?;", part.name())
        }
        _ if wrapped(field) => format!("self.{name} = Some({});", value(pool, field)?),
        _ => format!("self.{name} = stated({})?;", value(pool, field)?),
    })
}

/// The statement that reads one field of a oneof.
fn choose(one: &OneofDescriptor, field: &FieldDescriptor) -> Outcome<String> {
    let Kind::Message(part) = field.kind() else {
        return Err(format!("{}: facts choose between messages only", field.full_name()).into());
    };
    let (name, variant) = (rust_name(one.name()), format!("{}::{}", camel(one.name()), camel(field.name())));
    Ok(format!(
        "if let {variant}(part) = self.{name}.insert({variant}({}::default())) {{ part.fill(wire.bytes()?, reading)?; }}",
        part.name()
    ))
}

/// The expression that reads one value of a field.
fn value(pool: &DescriptorPool, field: &FieldDescriptor) -> Outcome<String> {
    let number = field.number();
    Ok(match field.kind() {
        Kind::Int32 | Kind::Enum(_) => format!("wire.int32({number})?"),
        Kind::Uint32 => format!("wire.uint32({number})?"),
        Kind::Int64 => "wire.int64()?".into(),
        Kind::Uint64 => "wire.varint()?".into(),
        Kind::Bool => format!("wire.bool({number})?"),
        Kind::String => format!("wire.text({}, reading)?", text_rule(pool, field)?),
        Kind::Bytes => "wire.bytes()?".into(),
        other => return Err(format!("{}: {other:?} has no place in facts", field.full_name()).into()),
    })
}

/// The expression of the rule that every value of a list is read by.
fn list_rule(pool: &DescriptorPool, field: &FieldDescriptor) -> Outcome<String> {
    if let Kind::String = field.kind() { text_rule(pool, field) } else { Ok("()".into()) }
}

/// The expression of a text's rule.
fn text_rule(pool: &DescriptorPool, field: &FieldDescriptor) -> Outcome<String> {
    let info = Info::of(pool, &field.options(), "field_info", field.full_name())?;
    let Rule::Text { style, max_len } = Rule::of(field, &info)? else {
        return Err(format!("{}: a text without a text's rule", field.full_name()).into());
    };
    let place =
        format!("&schema::{}.fields[{}]", static_name(field.parent_message().name()), field.number() - 1);
    Ok(format!("TextRule {{ style: TextStyle::{style}, max_len: {max_len}, field: {place} }}"))
}

fn field_type(field: &FieldDescriptor) -> Outcome<String> {
    let one = match field.kind() {
        Kind::Int32 | Kind::Enum(_) => "i32".to_owned(),
        Kind::Uint32 => "u32".into(),
        Kind::Int64 => "i64".into(),
        Kind::Uint64 => "u64".into(),
        Kind::Bool => "bool".into(),
        Kind::String => "&'a str".into(),
        Kind::Bytes => "&'a [u8]".into(),
        Kind::Message(inner) => format!("{}{}", inner.name(), lifetime(&inner)),
        other => return Err(format!("{}: {other:?} has no place in facts", field.full_name()).into()),
    };
    let length_delimited = matches!(field.kind(), Kind::String | Kind::Bytes | Kind::Message(_));
    match field.is_list() {
        true if length_delimited => Ok(format!("Repeated<'a, {one}>")),
        true => Err(format!("{}: repeated numbers have no view yet", field.full_name()).into()),
        false if wrapped(field) => Ok(format!("Option<{one}>")),
        false => Ok(one),
    }
}

/// The fields that are not part of a oneof.
fn plain(message: &MessageDescriptor) -> impl Iterator<Item = FieldDescriptor> + '_ {
    message.fields().filter(|field| field.containing_oneof().is_none_or(|one| one.is_synthetic()))
}

fn oneofs(message: &MessageDescriptor) -> impl Iterator<Item = OneofDescriptor> + '_ {
    message.oneofs().filter(|one| !one.is_synthetic())
}

/// Whether the struct holds an `Option`: nested messages and `optional` scalars.
fn wrapped(field: &FieldDescriptor) -> bool {
    field.cardinality() != Cardinality::Repeated && field.supports_presence()
}

/// Field number and wire type, as they stand before a value.
fn key(field: &FieldDescriptor) -> u32 {
    let length_delimited = matches!(field.kind(), Kind::String | Kind::Bytes | Kind::Message(_));
    field.number() << 3 | if length_delimited { 2 } else { 0 }
}

/// `<'a>` when the view borrows from its bytes.
fn lifetime(message: &MessageDescriptor) -> &'static str {
    let borrows = |field: FieldDescriptor| match field.kind() {
        Kind::String | Kind::Bytes => true,
        Kind::Message(inner) => field.is_list() || !lifetime(&inner).is_empty(),
        _ => field.is_list(),
    };
    if message.fields().any(borrows) { "<'a>" } else { "" }
}

fn anonymous(message: &MessageDescriptor) -> String {
    format!("{}{}", message.name(), lifetime(message).replace("'a", "'_"))
}

fn choice_type(one: &OneofDescriptor) -> String {
    let borrows = |field: FieldDescriptor| match field.kind() {
        Kind::Message(inner) => !lifetime(&inner).is_empty(),
        _ => false,
    };
    camel(one.name()) + if one.fields().any(borrows) { "<'a>" } else { "" }
}

fn camel(snake: &str) -> String {
    let capital = |word: &str| {
        word.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(word.chars().skip(1)).collect()
    };
    snake.split('_').map(capital).collect::<Vec<String>>().concat()
}
