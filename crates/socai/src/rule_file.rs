//! Files with the rules of a ledger, as founding and adoption take them: the name says which table or template it is.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

/// A rule file as it was handed in.
pub struct RuleFile {
    /// Where it stood.
    pub place: String,
    /// `law.penalty` of `law.penalty.toml`.
    pub name: String,
    pub content: String,
    /// What it is adopted by when nobody says: the file.
    pub legal_source: String,
}

impl RuleFile {
    /// Reads a `.toml` or `.jinja` file; none when it has another ending.
    ///
    /// # Errors
    /// It cannot be read, or is no text.
    pub fn read(path: &Path) -> Result<Option<RuleFile>> {
        let place = path.display().to_string();
        let is_rule = path.extension().is_some_and(|end| end == "toml" || end == "jinja");
        let Some(name) = path.file_stem().and_then(|name| name.to_str()).filter(|_| is_rule) else {
            return Ok(None);
        };
        let content = fs::read_to_string(path).with_context(|| place.clone())?;
        let legal_source = format!("tệp {}", path.file_name().unwrap_or_default().to_string_lossy());
        Ok(Some(RuleFile { place, name: name.to_owned(), content, legal_source }))
    }
}
