//! Files with the rules of a ledger, as founding and adoption take them: the name says which table or template it is.

use std::{fs, io::Read as _, path::Path};

use anyhow::{Context as _, Result, bail, ensure};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark, is_nfc};

/// Most bytes of a rule file: what one record holds.
const MOST: u64 = 1 << 20;

/// A rule file as it was handed in.
pub struct RuleFile {
    /// Where it stood.
    pub place: String,
    /// `law.penalty` of `law.penalty.toml`.
    pub name: String,
    /// Its text, with the line ends and without the mark at its beginning that some editors write otherwise.
    pub content: String,
    /// What it is adopted by when nobody says: the file.
    pub legal_source: String,
}

impl RuleFile {
    /// Reads a `.toml` or `.jinja` file; none when it has another ending.
    ///
    /// # Errors
    /// It cannot be read, or holds what is no text of a rule: the line and what to do are named.
    pub fn read(path: &Path) -> Result<Option<RuleFile>> {
        let place = path.display().to_string();
        let is_rule = path.extension().is_some_and(|end| end == "toml" || end == "jinja");
        let Some(name) = path.file_stem().and_then(|name| name.to_str()).filter(|_| is_rule) else {
            return Ok(None);
        };
        let content = bytes(path).and_then(|bytes| text(&bytes)).with_context(|| place.clone())?;
        let legal_source = format!("tệp {}", path.file_name().unwrap_or_default().to_string_lossy());
        Ok(Some(RuleFile { place, name: name.to_owned(), content, legal_source }))
    }
}

/// What the file holds. A pipe or a device may never end, so only files are read.
fn bytes(path: &Path) -> Result<Vec<u8>> {
    ensure!(fs::metadata(path)?.is_file(), "is no file; give the rule file itself");
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    ensure!(bytes.len() as u64 <= MOST, "is longer than {MOST} bytes, which is more than one record holds");
    Ok(bytes)
}

/// The text as it goes into the log: line ends are `\n`, and no mark stands at its beginning.
fn text(bytes: &[u8]) -> Result<String> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        anyhow::anyhow!("line {line}: is no UTF-8 text; save the file in the encoding UTF-8")
    })?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text).replace("\r\n", "\n");
    for (at, line) in text.split('\n').enumerate() {
        let number = at + 1;
        if let Some(c) = line.chars().find(|c| c.is_control() && *c != '\t') {
            bail!("line {number}: holds the control character U+{:04X}; delete it", u32::from(c));
        }
        if !is_nfc(line) {
            let c = decomposed(line);
            bail!(
                "line {number}: holds U+{:04X}, where a letter and its marks are one character (Unicode NFC); type the word \
                 again, or save the file through `uconv -x nfc`",
                u32::from(c)
            );
        }
    }
    Ok(text)
}

/// The first mark that stands apart from its letter, else the first character that is written otherwise.
fn decomposed(line: &str) -> char {
    let otherwise = line.chars().zip(line.nfc()).find(|(is, should_be)| is != should_be).map(|(is, _)| is);
    line.chars().find(|c| is_combining_mark(*c)).or(otherwise).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_windows_saves_is_read_as_if_it_had_been_saved_elsewhere() {
        assert_eq!(text("\u{FEFF}a = 1\r\nb = \"à\"\r\n".as_bytes()).unwrap(), "a = 1\nb = \"à\"\n");
    }

    #[test]
    fn what_no_rule_holds_is_named_with_line_character_and_remedy() {
        for (bytes, said) in [
            ("a\nb\u{c}".as_bytes(), ["line 2", "U+000C", "delete"]),
            ("a\rb".as_bytes(), ["line 1", "U+000D", "delete"]),
            ("a\n\nTha\u{300}nh".as_bytes(), ["line 3", "U+0300", "NFC"]),
            (b"a\n\xff\xfe".as_slice(), ["line 2", "UTF-8", "save"]),
        ] {
            let error = text(bytes).unwrap_err().to_string();
            assert!(said.iter().all(|said| error.contains(said)), "{error}");
        }
    }

    #[test]
    fn only_files_are_read_and_none_that_is_longer_than_a_record() {
        let dir = tempfile::tempdir().unwrap();
        let said = |path: &Path| format!("{:#}", RuleFile::read(path).err().unwrap());
        let (link, long) = (dir.path().join("a.toml"), dir.path().join("b.toml"));
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert!(said(&link).contains("a.toml: is no file"), "{}", said(&link));
        fs::write(&long, vec![b'#'; MOST as usize + 1]).unwrap();
        assert!(said(&long).contains("is longer than"), "{}", said(&long));
    }
}
