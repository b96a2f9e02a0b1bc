//! Reads the custom options of `options.proto` from descriptors.

use prost_reflect::{DescriptorPool, DynamicMessage, ReflectMessage, Value};

use crate::Outcome;

/// One options message, e.g. the `field_info` of a field; getters give the default when a part is not set.
pub struct Info {
    message: DynamicMessage,
    owner: String,
}

impl Info {
    /// The extension `socai.v1.<name>` of some options, or an error that names their owner.
    pub fn of(pool: &DescriptorPool, options: &DynamicMessage, name: &str, owner: &str) -> Outcome<Self> {
        let extension = pool.get_extension_by_name(&format!("socai.v1.{name}")).ok_or("no such extension")?;
        if !options.has_extension(&extension) {
            return Err(format!("{owner} has no ({name}) option: labels are required").into());
        }
        match options.get_extension(&extension).as_message() {
            Some(message) => Ok(Self { message: message.clone(), owner: owner.to_owned() }),
            None => Err(format!("({name}) of {owner} is not a message").into()),
        }
    }

    /// `Label { vi: "…", en: "…" }`; both must be there.
    pub fn label(&self) -> Outcome<String> {
        let (vi, en) = (self.text("vi"), self.text("en"));
        if vi.is_empty() || en.is_empty() {
            return Err(format!("{} lacks a Vietnamese or English label", self.owner).into());
        }
        Ok(format!("Label {{ vi: {vi:?}, en: {en:?} }}"))
    }

    pub fn text(&self, name: &str) -> String {
        self.message
            .get_field_by_name(name)
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    pub fn texts(&self, name: &str) -> Vec<String> {
        let value = self.message.get_field_by_name(name);
        let list = value.as_ref().and_then(|value| value.as_list()).unwrap_or_default();
        list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    pub fn flag(&self, name: &str) -> bool {
        self.message.get_field_by_name(name).and_then(|value| value.as_bool()).unwrap_or_default()
    }

    pub fn number(&self, name: &str) -> u32 {
        self.message.get_field_by_name(name).and_then(|value| value.as_u32()).unwrap_or_default()
    }

    /// An `optional int64`: `None` when not set.
    pub fn bound(&self, name: &str) -> Option<i64> {
        let field = self.message.descriptor().get_field_by_name(name)?;
        if self.message.has_field(&field) { self.message.get_field(&field).as_i64() } else { None }
    }

    /// The `type` of a field without its prefix: `MONEY`; `UNSPECIFIED` when not set.
    pub fn kind(&self) -> Outcome<String> {
        let number = self
            .message
            .get_field_by_name("type")
            .and_then(|value| value.as_enum_number())
            .unwrap_or_default();
        let pool = self.message.descriptor().parent_pool().clone();
        let types = pool.get_enum_by_name("socai.v1.Type").ok_or("no enum Type")?;
        let value =
            types.get_value(number).ok_or_else(|| format!("{}: unknown type {number}", self.owner))?;
        Ok(value.name().trim_start_matches("TYPE_").to_owned())
    }
}
