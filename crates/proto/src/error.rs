//! What is wrong with one field, for people in two languages and for programs.

use std::fmt;

use crate::schema::{Field, Lang};

/// What is wrong, for programs. Codes are part of the contract: they never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// No kind of this name.
    UnknownKind,
    /// No field of this name here, or a tag this release does not know.
    UnknownField,
    /// No value of this name or number in the enum.
    UnknownValue,
    /// An enum that says nothing (`unspecified`, 0).
    Unspecified,
    /// The value is of another JSON or wire type.
    WrongType,
    /// A required field is missing or empty.
    Required,
    /// A number outside its bounds.
    OutOfRange,
    /// A text has too many characters.
    TooLong,
    /// A list has too many items.
    TooMany,
    /// Not a day of the calendar.
    BadDate,
    /// Characters or length that this sort of text or hexadecimal does not allow.
    BadFormat,
    /// Text that is not in Unicode form NFC.
    NotNfc,
    /// A control, invisible or reordering character in a text.
    ControlCharacter,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// Marked as a state secret.
    Secret,
    /// Fields that contradict each other.
    Inconsistent,
    /// Bytes that are not this message.
    Malformed,
    /// Bytes that say the same in another way than the one that is sealed.
    NotCanonical,
    /// More bytes than facts may have.
    TooLarge,
    /// A correction states another old value than the record has.
    Mismatch,
    /// A correction of something that corrections may not touch.
    NotCorrectable,
}

impl Code {
    /// The code as programs see it: `out_of_range`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownKind => "unknown_kind",
            Self::UnknownField => "unknown_field",
            Self::UnknownValue => "unknown_value",
            Self::Unspecified => "unspecified",
            Self::WrongType => "wrong_type",
            Self::Required => "required",
            Self::OutOfRange => "out_of_range",
            Self::TooLong => "too_long",
            Self::TooMany => "too_many",
            Self::BadDate => "bad_date",
            Self::BadFormat => "bad_format",
            Self::NotNfc => "not_nfc",
            Self::ControlCharacter => "control_character",
            Self::NotUtf8 => "not_utf8",
            Self::Secret => "secret",
            Self::Inconsistent => "inconsistent",
            Self::Malformed => "malformed",
            Self::NotCanonical => "not_canonical",
            Self::TooLarge => "too_large",
            Self::Mismatch => "mismatch",
            Self::NotCorrectable => "not_correctable",
        }
    }

    /// What is wrong, in words.
    const fn words(self, lang: Lang) -> &'static str {
        let (vi, en) = match self {
            Self::UnknownKind => ("không có loại sự kiện này", "there is no such kind of event"),
            Self::UnknownField => ("không có trường này", "there is no such field"),
            Self::UnknownValue => ("không có giá trị này trong danh mục", "no such value in the list"),
            Self::Unspecified => ("chưa chọn giá trị", "no value is stated"),
            Self::WrongType => ("sai kiểu dữ liệu", "wrong type"),
            Self::Required => ("thiếu giá trị bắt buộc", "a required value is missing"),
            Self::OutOfRange => ("ngoài khoảng cho phép", "out of range"),
            Self::TooLong => ("quá dài", "too long"),
            Self::TooMany => ("quá nhiều mục", "too many items"),
            Self::BadDate => ("không phải ngày có trong lịch", "not a day of the calendar"),
            Self::BadFormat => ("sai định dạng", "wrong format"),
            Self::NotNfc => ("văn bản chưa ở dạng Unicode dựng sẵn (NFC)", "text is not in Unicode form NFC"),
            Self::ControlCharacter => {
                ("có ký tự điều khiển hoặc ký tự ẩn", "holds a control or invisible character")
            }
            Self::NotUtf8 => ("không phải UTF-8", "not UTF-8"),
            Self::Secret => (
                "nội dung mật không được đưa vào sổ cái: gửi theo đường văn bản mật",
                "anything mật (a state secret) is refused here: it goes through another channel",
            ),
            Self::Inconsistent => ("các trường mâu thuẫn nhau", "fields contradict each other"),
            Self::Malformed => ("dữ liệu nhị phân hỏng", "the bytes are not this message"),
            Self::NotCanonical => ("mã hóa không chuẩn tắc", "not the canonical encoding"),
            Self::TooLarge => ("vượt cỡ cho phép", "too large"),
            Self::Mismatch => ("giá trị cũ không khớp với bản ghi", "the old value is not the record's"),
            Self::NotCorrectable => ("không được đính chính", "cannot be corrected"),
        };
        match lang {
            Lang::Vi => vi,
            Lang::En => en,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// One field that is wrong. Displays as `data.total: Total: out of range: got -5; expected …`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message_en}")]
pub struct FieldError {
    /// Path in the JSON form: `data.lines.0.amount`.
    pub path: String,
    /// What is wrong, for programs.
    pub code: Code,
    /// What is wrong and what to do, Vietnamese; holds label, got and expected.
    pub message_vi: String,
    /// The same, English.
    pub message_en: String,
    /// The value found, shortened; empty when there was none.
    pub got: Box<str>,
    /// The value expected, English; empty when the code says all.
    pub expected: Box<str>,
}

/// Most characters of a path and of a value that an error repeats.
const PATH_SHOWN: usize = 200;
const VALUE_SHOWN: usize = 80;

impl FieldError {
    /// The message in one language.
    #[must_use]
    pub fn message(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.message_vi,
            Lang::En => &self.message_en,
        }
    }

    /// An error about a place that has no field of its own.
    pub(crate) fn at(path: &Path<'_>, code: Code, got: &str, expected: Expected) -> Self {
        Self::build(path.to_string(), None, code, got, expected)
    }

    /// An error about a field's value.
    pub(crate) fn of(path: &Path<'_>, field: &Field, code: Code, got: &str) -> Self {
        let expected = match code {
            Code::TooMany => Expected::both(
                format!("nhiều nhất {} mục", field.max_items),
                format!("at most {} items", field.max_items),
            ),
            Code::Required | Code::Secret => Expected::default(),
            _ => Expected::of(field),
        };
        Self::build(path.to_string(), Some(field), code, got, expected)
    }

    fn build(path: String, field: Option<&Field>, code: Code, got: &str, expected: Expected) -> Self {
        let (path, got) = (shorten(&path, PATH_SHOWN), shorten(got, VALUE_SHOWN));
        let message = |lang| {
            let mut text = field.map(|field| format!("{}: ", field.label.get(lang))).unwrap_or_default();
            text.push_str(code.words(lang));
            let (have, want) = match lang {
                Lang::Vi => ("; nhận được ", "; cần "),
                Lang::En => ("; got ", "; expected "),
            };
            if !got.is_empty() {
                text.push_str(have);
                text.push_str(&got);
            }
            let expected = expected.get(lang);
            if !expected.is_empty() {
                text.push_str(want);
                text.push_str(expected);
            }
            text
        };
        Self {
            message_vi: message(Lang::Vi),
            message_en: message(Lang::En),
            path,
            code,
            got: got.into(),
            expected: expected.en.into(),
        }
    }
}

/// What would have been right, in both languages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected {
    vi: String,
    en: String,
}

impl Expected {
    pub(crate) fn both(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }

    /// One of some names, with the nearest to what was given.
    pub(crate) fn one_of<'a>(given: &str, names: impl Iterator<Item = &'a str> + Clone) -> Self {
        let list = names.clone().collect::<Vec<_>>().join(", ");
        match crate::suggest::nearest(given, names) {
            Some(near) => Self::both(
                format!("một trong: {list} (có phải «{near}»?)"),
                format!("one of: {list} (did you mean \"{near}\"?)"),
            ),
            None => Self::both(format!("một trong: {list}"), format!("one of: {list}")),
        }
    }

    fn of(field: &Field) -> Self {
        let (vi, en) =
            (crate::catalogue::shape_text(field, Lang::Vi), crate::catalogue::shape_text(field, Lang::En));
        Self { vi, en }
    }

    fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

/// At most so many characters, on one line, invisible ones escaped: it may come from an attacker and ends on a terminal.
fn shorten(text: &str, most: usize) -> String {
    let mut short = String::new();
    for c in text.chars().take(most) {
        if crate::text::is_hidden(c) { short.extend(c.escape_unicode()) } else { short.push(c) }
    }
    if text.chars().nth(most).is_some() {
        short.push('…');
    }
    short
}

/// Where a value stands in the JSON form. Lives on the stack; becomes text only for an error.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'a> {
    Root,
    Name(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(crate) const fn name(&'a self, name: &'a str) -> Self {
        Self::Name(self, name)
    }

    pub(crate) const fn item(&'a self, at: usize) -> Self {
        Self::Item(self, at)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parent, part): (_, &dyn fmt::Display) = match self {
            Self::Root => return Ok(()),
            Self::Name(parent, name) => (parent, name),
            Self::Item(parent, at) => (parent, at),
        };
        match parent {
            Self::Root => write!(out, "{part}"),
            parent => write!(out, "{parent}.{part}"),
        }
    }
}
