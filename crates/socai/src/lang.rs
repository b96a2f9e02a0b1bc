//! Vietnamese or English.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// The language of messages; data and reports have their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Tiếng Việt.
    Vi,
    /// English.
    En,
}

impl Lang {
    /// What the locale asks for: Vietnamese for `vi…`, otherwise English.
    pub fn of_locale() -> Self {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG"));
        match locale {
            Some(locale) if locale.starts_with("vi") => Lang::Vi,
            _ => Lang::En,
        }
    }

    /// Picks the text in this language.
    pub fn pick<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Vi => vi,
            Lang::En => en,
        }
    }

    /// The same for the catalogue.
    pub fn proto(self) -> socai_proto::Lang {
        match self {
            Lang::Vi => socai_proto::Lang::Vi,
            Lang::En => socai_proto::Lang::En,
        }
    }
}
