//! The descriptors of the facts with their options, as static tables.
//!
//! Written by `build/tables.rs` from `proto/socai/v1/`. JSON, forms, column headers, the catalogue and the descriptor rules read
//! nothing else; lookups cost no allocation and no reflection.

pub use tables::*;

/// Language of a label or message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

/// A text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// Vietnamese.
    pub vi: &'static str,
    /// English.
    pub en: &'static str,
}

impl Label {
    /// The text in one language.
    #[must_use]
    pub const fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Vi => self.vi,
            Lang::En => self.en,
        }
    }
}

/// A message: the envelope, the payload of a kind, or a part of one.
#[derive(Debug)]
pub struct Message {
    /// Protobuf name without package: `PenaltyDecided`.
    pub name: &'static str,
    /// Label.
    pub label: Label,
    /// Fields in tag order; the field with tag `t` is `fields[t - 1]`. The kinds' oneof of `Event` is not among them.
    pub fields: &'static [Field],
    /// Bit `tag - 1` is set for every field that must occur in the bytes.
    pub(crate) must_occur: u64,
}

impl Message {
    pub(crate) const fn new(name: &'static str, label: Label, fields: &'static [Field]) -> Self {
        let (mut must_occur, mut at) = (0, 0);
        while at < fields.len() {
            if fields[at].must_occur() {
                must_occur |= 1 << at;
            }
            at += 1;
        }
        Self { name, label, fields, must_occur }
    }

    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field with this protobuf tag.
    #[inline]
    #[must_use]
    pub fn by_tag(&self, tag: u32) -> Option<&'static Field> {
        self.fields.get((tag as usize).wrapping_sub(1))
    }
}

/// One field of a message, with what its options say.
#[derive(Debug)]
pub struct Field {
    /// Protobuf tag.
    pub tag: u32,
    /// Name in the `.proto` and in JSON.
    pub name: &'static str,
    /// Label.
    pub label: Label,
    /// How a value is read, printed and checked.
    pub shape: Shape,
    /// A list of values.
    pub repeated: bool,
    /// A number that may be absent, which differs from zero.
    pub optional: bool,
    /// Must be stated.
    pub required: bool,
    /// May be shown to anybody.
    pub public: bool,
    /// Unit of measure, or empty: `VND`, `suất quà`.
    pub measure: &'static str,
    /// What a reference names, or empty: `unit`, `indicator`, `event`, or a kind.
    pub target: &'static str,
    /// Most items of a repeated field or map.
    pub max_items: u32,
}

impl Field {
    /// Whether its absence from the bytes breaks a rule. Numbers are absent when zero, which is wrong only below their minimum.
    const fn must_occur(&self) -> bool {
        match self.shape {
            Shape::Bool => false,
            Shape::Int { min, .. } => min > 0 && !self.optional && !self.repeated,
            _ => self.required,
        }
    }
}

/// Sort of whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntStyle {
    /// A number of no special sort.
    Plain,
    /// Things counted.
    Count,
    /// Đồng.
    Money,
    /// A calendar year.
    Year,
}

/// Sort of text; decides which characters it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextStyle {
    /// One line of words.
    Line,
    /// Several lines of words.
    Lines,
    /// Code or number of a document: no white space.
    Code,
    /// Unit id: `a-z 0-9 . -`.
    UnitId,
    /// Case key: no white space.
    Case,
    /// Token of a vault: 8 or more of `A-Z a-z 0-9 - _`, not digits alone.
    Token,
    /// One JSON value.
    Json,
}

/// How a value is read, printed and checked.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Yes or no; JSON `true`, `false`.
    Bool,
    /// Whole number; JSON integer. Bounds are inclusive.
    Int {
        /// Sort.
        style: IntStyle,
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// Civil date, `int32` yyyymmdd; JSON `"2023-02-08"`.
    Date,
    /// Text in NFC; JSON string.
    Text {
        /// Sort.
        style: TextStyle,
        /// Most characters.
        max_len: u32,
    },
    /// Exactly `len` bytes; JSON string of lower-case hexadecimal.
    Hex {
        /// Number of bytes.
        len: u32,
    },
    /// One of a list; JSON string, lower case without prefix.
    Enum(&'static Enum),
    /// Name of a record; JSON `"17/42"`.
    Record,
    /// A nested message; JSON object.
    Message(&'static Message),
    /// Texts by name (annex only); JSON object of strings.
    TextMap {
        /// Sort of the texts.
        style: TextStyle,
        /// Most characters of a text.
        max_len: u32,
    },
}

/// A list of named values.
#[derive(Debug)]
pub struct Enum {
    /// Protobuf name: `PenaltyField`.
    pub name: &'static str,
    /// Label.
    pub label: Label,
    /// Values by number: the value with number `n` is `values[n]`; 0 is always `unspecified`.
    pub values: &'static [EnumValue],
}

impl Enum {
    /// The value with this number, `unspecified` and unknown ones excluded.
    #[must_use]
    pub fn value(&self, number: i64) -> Option<&'static EnumValue> {
        usize::try_from(number).ok().filter(|&at| at > 0).and_then(|at| self.values.get(at))
    }

    /// The value of this JSON name (`urban_order`), `unspecified` excluded.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&'static EnumValue> {
        self.stated().find(|value| value.name == name)
    }

    /// Every value but `unspecified`.
    pub fn stated(&self) -> impl Iterator<Item = &'static EnumValue> + Clone + use<> {
        self.values.iter().skip(1)
    }
}

/// One value of an enum.
#[derive(Debug)]
pub struct EnumValue {
    /// Number on the wire.
    pub number: i32,
    /// JSON name: `urban_order`.
    pub name: &'static str,
    /// Label.
    pub label: Label,
}

/// A kind of event.
#[derive(Debug)]
pub struct KindInfo {
    /// Name: `penalty.decided`.
    pub name: &'static str,
    /// Tag in the oneof of `Event`.
    pub tag: u32,
    /// Label.
    pub label: Label,
    /// Letter of the domain: `A` ledger, `B` budget, … `M` directives.
    pub domain: &'static str,
    /// Only unit 0 may publish it (`key.rotated` aside, which the operator may also record for a unit).
    pub operator_only: bool,
    /// What to know about it, one line.
    pub note: &'static str,
    /// Kinds that `refs` may name.
    pub refs: &'static [&'static str],
    /// Kinds of one family share their case keys; empty = no lifecycle.
    pub case_family: &'static str,
    /// The payload.
    pub message: &'static Message,
    pub(crate) example: &'static str,
}

/// The generated tables: a static per message and enum, and `KINDS`.
#[allow(missing_docs)] // each has a line written by the generator; no more is to be said about a table
mod tables {
    use super::{Enum, EnumValue, Field, IntStyle, KindInfo, Label, Message, Shape, TextStyle};

    include!(concat!(env!("OUT_DIR"), "/tables.rs"));
}
