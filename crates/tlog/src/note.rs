//! Signed notes (C2SP signed-note): a text, and lines in which keys sign it.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::note_key::NoteKey;

/// The most bytes of a note that is read: a checkpoint with [`MAX_SIGNATURES`] cosignatures is well below.
pub const MAX_NOTE_LEN: usize = 128 << 10;
/// The most signature lines of a note that is read.
pub const MAX_SIGNATURES: usize = 256;

/// Em dash and space, before every signature.
const SIGNATURE_START: &str = "— ";

/// A text and its signatures, none of which is verified yet: [`Note::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NoteSignature {
    /// Name of the key.
    pub name: String,
    /// Key ID, which tells keys and algorithms of one name apart.
    pub id: u32,
    /// What the algorithm made; for a cosignature `u64` time and 64 bytes, for a log 64 bytes.
    pub signature: Vec<u8>,
}

/// A signature that was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified<'k> {
    /// The key, one of those given.
    pub key: &'k NoteKey,
    /// For a cosignature, when the witness made it, seconds since 1970 UTC.
    pub time_s: Option<u64>,
}

/// Why a note is not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// More than is read.
    #[error("the note has {got} {what}, the limit is {limit}")]
    TooMuch {
        /// Bytes or signatures.
        what: &'static str,
        /// How many there are.
        got: usize,
        /// How many are read.
        limit: usize,
    },
    /// Not UTF-8, or with control characters.
    #[error("byte {at} of the note is not text")]
    NotText {
        /// The first bad byte.
        at: usize,
    },
    /// No text, blank line and signature lines.
    #[error("a note is a text, a blank line and signature lines, each ended by a newline")]
    Structure,
    /// A line after the blank line that is not `— name base64`.
    #[error("signature line {line} is not `— name base64`")]
    SignatureLine {
        /// Its number, from 1.
        line: usize,
    },
    /// A known key's signature does not verify.
    #[error(
        "the signature of {name} ({id:08x}) does not verify: the note was altered, or the key is another one"
    )]
    BadSignature {
        /// Name of the key.
        name: String,
        /// Key ID.
        id: u32,
    },
    /// None of the known keys signed.
    #[error("none of the trusted keys signed this note, only: {}", signers.join(", "))]
    Untrusted {
        /// The names that did sign, at most 8 of them.
        signers: Vec<String>,
    },
}

impl Note {
    /// A note with `text` and no signatures. The text must end with a newline and have no other control characters.
    pub fn new(text: &str) -> Result<Self, NoteError> {
        check_text(text.as_bytes())?;
        if !text.ends_with('\n') {
            return Err(NoteError::Structure);
        }
        Ok(Note { text: text.to_owned(), signatures: Vec::new() })
    }

    /// A note whose text the caller built of checked parts and that is signed next.
    pub(crate) fn unsigned(text: String) -> Self {
        Note { text, signatures: Vec::new() }
    }

    /// Reads a note of at most [`MAX_NOTE_LEN`] bytes and [`MAX_SIGNATURES`] signatures.
    pub fn parse(note: &[u8]) -> Result<Self, NoteError> {
        let note = check_text(note)?;
        // the last blank line: a text may hold others
        let (before, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Structure)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Structure)?;
        let text = format!("{before}\n");
        let got = lines.split('\n').count();
        if got > MAX_SIGNATURES {
            return Err(NoteError::TooMuch { what: "signatures", got, limit: MAX_SIGNATURES });
        }
        let signature =
            |(i, line)| NoteSignature::parse(line).ok_or(NoteError::SignatureLine { line: i + 1 });
        let signatures = lines.split('\n').enumerate().map(signature).collect::<Result<_, _>>()?;
        Ok(Note { text, signatures })
    }

    /// The signed text, with its newline at the end.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures in order.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds a signature, in place of an earlier one of the same key.
    pub fn add(&mut self, signature: NoteSignature) {
        let same = |old: &&mut NoteSignature| old.name == signature.name && old.id == signature.id;
        match self.signatures.iter_mut().find(same) {
            Some(old) => *old = signature,
            None => self.signatures.push(signature),
        }
    }

    /// Verifies the signatures of `keys`; at least one must have signed. Lines of other keys are not looked at.
    ///
    /// A key that signed twice is listed once, with its first time.
    pub fn verify<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k NoteKey>,
    ) -> Result<Vec<Verified<'k>>, NoteError> {
        let mut verified = Vec::new();
        for key in keys {
            let own =
                self.signatures.iter().filter(|line| line.id == key.id() && line.name == key.name().as_str());
            let times = own.map(|line| key.verify(&self.text, line)).collect::<Result<Vec<_>, _>>()?;
            verified.extend(times.first().map(|&time_s| Verified { key, time_s }));
        }
        if verified.is_empty() {
            let signers = self.signatures.iter().take(8).map(|line| line.name.clone()).collect();
            return Err(NoteError::Untrusted { signers });
        }
        Ok(verified)
    }
}

/// The note as it is stored and sent.
impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}

impl NoteSignature {
    /// Reads a signature line without its newline, as a witness answers it; `None` when it is not one.
    pub fn parse(line: &str) -> Option<Self> {
        let (name, base64) = line.strip_prefix(SIGNATURE_START)?.split_once(' ')?;
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
            return None;
        }
        let bytes = STANDARD.decode(base64).ok()?;
        let (id, signature) = bytes.split_first_chunk()?;
        let (id, signature) = (u32::from_be_bytes(*id), signature.to_vec());
        (!signature.is_empty()).then(|| NoteSignature { name: name.to_owned(), id, signature })
    }
}

/// The line, without a newline.
impl fmt::Display for NoteSignature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id.to_be_bytes(), &self.signature[..]].concat();
        write!(out, "{SIGNATURE_START}{} {}", self.name, STANDARD.encode(bytes))
    }
}

/// UTF-8 without control characters below U+0020 other than newline, within the limit.
fn check_text(note: &[u8]) -> Result<&str, NoteError> {
    if note.len() > MAX_NOTE_LEN {
        return Err(NoteError::TooMuch { what: "bytes", got: note.len(), limit: MAX_NOTE_LEN });
    }
    let text = std::str::from_utf8(note).map_err(|e| NoteError::NotText { at: e.valid_up_to() })?;
    match text.bytes().position(|byte| byte < 0x20 && byte != b'\n') {
        Some(at) => Err(NoteError::NotText { at }),
        None => Ok(text),
    }
}
