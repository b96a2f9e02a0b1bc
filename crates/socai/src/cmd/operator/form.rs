//! From JSON forms to facts of the operator: what may be left out is what a ward's officer may leave out.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use serde_json::Value;
use socai_district::{Stated, random_id};
use socai_fold::Reason;
use socai_proto::{
    json,
    v1::{self, event::Kind},
};
use socai_ward::{Problem, identities_in};

use crate::{
    cmd::operator::Wrong,
    mistake::{Mistake, mistake},
};

/// The most bytes of one file: a hundred of the largest facts.
const MAX_LEN: u64 = 100 << 20;
/// The most events of one command.
const MAX_EVENTS: usize = 10_000;

/// A form, and where it stands: its file and which of the file's events it is, from 1.
pub struct Form {
    pub place: String,
    pub value: Value,
}

/// Every form of the files; of standard input when none is named.
///
/// # Errors
/// A file cannot be read or is not JSON, or there are no events or too many.
pub fn read(files: &[PathBuf]) -> Result<Vec<Form>> {
    let stdin = [PathBuf::from("-")];
    let mut forms = Vec::new();
    for file in if files.is_empty() { &stdin } else { files } {
        let name = file.display().to_string();
        let text = text(file).with_context(|| name.clone())?;
        let mut number = 0;
        let in_json = || Mistake::new("sự kiện ở dạng JSON", "events in JSON form").of(&name);
        for value in serde_json::Deserializer::from_str(&text).into_iter::<json::Form>() {
            let json::Form(value) = value.with_context(in_json)?;
            let values = match value {
                Value::Array(values) => values,
                value => vec![value],
            };
            for value in values {
                number += 1;
                forms.push(Form { place: format!("{name} #{number}"), value });
            }
        }
        if number == 0 {
            return Err(Mistake::new("không có sự kiện nào", "no event").of(&name).into());
        }
    }
    if forms.len() > MAX_EVENTS {
        let got = forms.len();
        return Err(mistake(
            format!("{got} sự kiện, mỗi lệnh ghi nhiều nhất {MAX_EVENTS}: hãy chia thành nhiều lệnh"),
            format!("{got} events, at most {MAX_EVENTS} are recorded together: give several commands"),
        ));
    }
    Ok(forms)
}

/// A file's text, or that of standard input for `-`.
fn text(file: &Path) -> Result<String> {
    let from: Box<dyn io::Read> = match file.as_os_str() == "-" {
        true => Box::new(io::stdin()),
        false => Box::new(fs::File::open(file)?),
    };
    let mut text = String::new();
    from.take(MAX_LEN + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_LEN {
        return Err(mistake(format!("quá {MAX_LEN} byte"), format!("over {MAX_LEN} bytes")));
    }
    Ok(text)
}

/// The event of a form that the operator with this unit id states: `unit`, `id`, `level` (then internal), `source` (then manual) and `entered_by` (then the
/// unit's id) may be left out.
///
/// # Errors
/// The outer one when the system gives no randomness; the inner one with everything that is wrong.
pub fn stated(form: &Form, operator: &str) -> Result<Result<Stated, Vec<Wrong>>> {
    let wrong = |reason| Wrong::new(&form.place, reason);
    let (mut event, mut annex) = match json::event_from_json(&form.value) {
        Ok(read) => read,
        Err(errors) => return Ok(Err(errors.into_iter().map(|error| wrong(error.into())).collect())),
    };
    let mut found = Vec::new();
    found.extend(another_unit(&form.value, operator).map(wrong));
    found.extend(event.kind.as_ref().and_then(|kind| own_way(kind, operator)).map(wrong));
    found.extend(identities_in(&annex).into_iter().map(|problem| wrong(reason(problem))));
    if !found.is_empty() {
        return Ok(Err(found));
    }
    if event.id.is_empty() {
        event.id = random_id()?;
    }
    if event.level == v1::Level::Unspecified as i32 {
        event.level = v1::Level::Internal as i32;
    }
    if event.entered_by.is_empty() {
        event.entered_by = operator.to_owned();
    }
    if event.source.is_none() {
        let kind = v1::SourceKind::Manual as i32;
        event.source = Some(v1::Source { kind, ..Default::default() });
    }
    if annex != v1::Annex::default() && annex.salt.is_empty() {
        annex.salt = random_id()?;
    }
    Ok(Ok(Stated { event, annex }))
}

fn another_unit(form: &Value, operator: &str) -> Option<Reason> {
    match form.get("unit") {
        None | Some(Value::Null) => None,
        Some(Value::String(unit)) if unit == operator => None,
        Some(other) => Some(Reason {
            field: "unit".to_owned(),
            code: "wrong_unit".to_owned(),
            message_vi: format!("Lệnh này chỉ ghi cho đơn vị vận hành `{operator}`, không cho {other}"),
            message_en: format!("this records for the operator `{operator}` only, not for {other}"),
        }),
    }
}

/// Kinds that are more than a record: the program itself states them, with what belongs to them.
fn own_way(kind: &Kind, operator: &str) -> Option<Reason> {
    let (vi, en) = match kind {
        Kind::KeyRotated(rotation) if rotation.unit.is_empty() || rotation.unit == operator => (
            "Không thay khóa của đơn vị vận hành bằng lệnh này: khóa mới phải được lưu trước khi niêm phong",
            "the operator's own keys are not replaced by this command: the new key must be stored before this is sealed",
        ),
        Kind::ForkEvidenced(_) => (
            "Quận tự ghi bằng chứng rẽ nhánh khi gặp, sau khi kiểm tra chữ ký",
            "the district records evidence of a fork itself when it meets one, after it verified the signatures",
        ),
        Kind::ReportIssued(_) => (
            "Ban hành báo cáo bằng `socai report issue`: lệnh đó tính số liệu và mã băm",
            "issue a report by `socai report issue`, which works out its figures and digests",
        ),
        _ => return None,
    };
    Some(Reason {
        field: "kind".to_owned(),
        code: "own_command".to_owned(),
        message_vi: vi.to_owned(),
        message_en: en.to_owned(),
    })
}

fn reason(problem: Problem) -> Reason {
    Reason {
        field: problem.field,
        code: problem.code,
        message_vi: problem.message_vi,
        message_en: problem.message_en,
    }
}
