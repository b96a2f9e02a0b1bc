//! What is said when nothing was sealed, or only a part: by this process or by the node that runs, in the same words.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::Value;
use socai_ward::{Answer, Problem, Rejected};

use crate::{lang::Lang, out};

/// An import that stopped after a part of the file was sealed, or may have been.
pub fn broken_off(sealed: u64, to_line: u64, why: &str, lang: Lang) -> String {
    match lang {
        Lang::Vi => format!(
            "đang nhập thì dừng: {why}. {sealed} dòng của tệp, đến dòng {to_line}, ĐÃ niêm phong. Hãy nhập lại chính tệp này, giữ nguyên, để làm tiếp: \
             dòng đã niêm phong được nhận ra. Tệp đã sửa sẽ niêm phong các dòng đó lần thứ hai"
        ),
        Lang::En => format!(
            "the import broke off: {why}. {sealed} rows of the file, up to line {to_line}, ARE sealed. Import the same file again, unchanged, to go on: \
             what is sealed is recognised. A corrected file would seal those rows a second time"
        ),
    }
}

/// Row by row what is wrong with a file, and what an earlier import sealed of it.
pub fn refused_file(rejected: &Rejected, lang: Lang) -> Result<ExitCode> {
    nothing_sealed(rejected.sealed_to.map(u64::from), lang)?;
    list(&rejected.problems, lang)
}

/// That nothing was sealed, and up to which line an earlier import sealed the rows of the same file.
fn nothing_sealed(earlier_to: Option<u64>, lang: Lang) -> Result<()> {
    let Some(line) = earlier_to else {
        let (vi, en) =
            ("không niêm phong gì; hãy sửa rồi làm lại:", "nothing was sealed; mend and try again:");
        return Ok(out::line(lang.pick(vi, en))?);
    };
    Ok(out::line(&match lang {
        Lang::Vi => format!(
            "lần này không niêm phong gì, nhưng lần trước đã niêm phong các dòng đến dòng {line} của chính tệp này: bỏ chúng khỏi tệp khi sửa, nếu không \
             chúng bị niêm phong lần thứ hai:"
        ),
        Lang::En => format!(
            "nothing was sealed now, but an earlier import of this very file sealed its rows up to line {line}: leave them out of the file that you \
             correct, or they are sealed a second time:"
        ),
    })?)
}

/// Field by field what is wrong; nothing was sealed.
pub fn refused(problems: &[Problem], lang: Lang) -> Result<ExitCode> {
    nothing_sealed(None, lang)?;
    list(problems, lang)
}

/// A line for each problem.
///
/// # Errors
/// Standard output cannot be written.
pub fn list(problems: &[Problem], lang: Lang) -> Result<ExitCode> {
    for problem in problems {
        out::line(&format!("  {}", line(&serde_json::to_value(problem)?, lang)))?;
    }
    Ok(ExitCode::FAILURE)
}

/// How many problems are not listed.
pub fn and_more(more: u64, lang: Lang) -> Result<()> {
    if more > 0 {
        out::line(&format!("… {more} {}", lang.pick("lỗi nữa", "problems more")))?;
    }
    Ok(())
}

/// What a running node answered: the same words as without it.
pub fn answered(answer: &Answer, lang: Lang) -> Result<ExitCode> {
    let body = &answer.body;
    if answer.status < 300 {
        out::line(&serde_json::to_string_pretty(body)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    match body["type"].as_str().and_then(|name| name.strip_prefix("urn:socai:")) {
        Some("wrong-events" | "wrong-rows") => nothing_sealed(body["sealed_to"].as_u64(), lang)?,
        word => out::line(&refusal(word.unwrap_or_default(), body["detail"].as_str(), lang))?,
    }
    for problem in body["errors"].as_array().map(Vec::as_slice).unwrap_or_default() {
        out::line(&format!("  {}", line(problem, lang)))?;
    }
    and_more(body["more"].as_u64().unwrap_or_default(), lang)?;
    Ok(ExitCode::FAILURE)
}

/// Why the node did not do it: what its word means, and in brackets what it says itself, which is English.
fn refusal(word: &str, detail: Option<&str>, lang: Lang) -> String {
    let en = detail.unwrap_or("the node refused");
    let vi = match word {
        "not-sealed" | "not-kept" => "chưa niêm phong",
        "outcome-unknown" => "chưa biết kết quả: hãy gửi lại với cùng mã",
        "no-sealing-key" => {
            "không có bí mật của khóa niêm phong ở đây: lấy lại từ bản sao lưu, hoặc thay khóa"
        }
        "stopping" => "nút đang dừng: hãy gửi lại khi nó chạy",
        "id-taken" => {
            "mã này thuộc về bản ghi khác với nội dung khác: dùng mã khác, hoặc đính chính bản ghi đó"
        }
        "too-large" | "too-many-events" => "quá lớn: hãy chia nhỏ",
        _ => "nút từ chối",
    };
    match lang {
        Lang::Vi => format!("{vi} ({en})"),
        Lang::En => en.to_owned(),
    }
}

/// A problem as one line: where, what is wrong, what to do.
fn line(problem: &Value, lang: Lang) -> String {
    let text = |field: &str| problem[field].as_str().unwrap_or_default().to_owned();
    let place = match problem["row"].as_u64() {
        Some(row) => format!("{} {row}, {}", lang.pick("dòng", "row"), text("field")),
        None => text("field"),
    };
    let message = text(lang.pick("message_vi", "message_en"));
    format!("{place}: {message} [{}]", text("code"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_that_broke_off_says_what_is_sealed_and_that_the_same_file_goes_on() {
        for (lang, words) in
            [(Lang::Vi, "nhập lại chính tệp này, giữ nguyên"), (Lang::En, "same file again, unchanged")]
        {
            let said = broken_off(512, 513, "no space left", lang);
            let all = ["512", "513", "no space left", words];
            assert!(all.iter().all(|word| said.contains(word)), "{said}");
        }
    }

    #[test]
    fn a_refusal_of_the_node_is_said_in_the_language_of_the_command() {
        let said = |lang| refusal("not-sealed", Some("not sealed: no space left"), lang);
        assert_eq!(said(Lang::Vi), "chưa niêm phong (not sealed: no space left)");
        assert_eq!(said(Lang::En), "not sealed: no space left");
        assert_eq!(refusal("new-word", None, Lang::Vi), "nút từ chối (the node refused)");
    }
}
