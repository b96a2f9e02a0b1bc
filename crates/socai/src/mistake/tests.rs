use std::{io, path::Path, sync::Arc};

use anyhow::Context as _;
use socai_log::LogError;

use super::*;

fn vi(error: impl Into<anyhow::Error>) -> String {
    words(&error.into(), Lang::Vi)
}

#[test]
fn an_error_of_a_library_is_said_in_vietnamese_behind_what_was_asked() {
    let period = socai_domain::period::days("abc", socai_domain::period::Cut::USUAL).unwrap_err();
    assert!(
        vi(anyhow::Error::from(period).context("--period abc"))
            .starts_with("--period abc: `abc` không phải kỳ")
    );
    let reversed = socai_domain::period::days("2023-02-08..2023-01-01", socai_domain::period::Cut::USUAL);
    assert_eq!(
        vi(reversed.unwrap_err()),
        "`2023-02-08..2023-01-01` kết thúc trước khi bắt đầu: ngày đầu đứng trước"
    );
    let locked = LogError::Locked { path: "a/lock".into() };
    let no_node = socai_ward::AccessError::from(socai_ward::ClientError::NoAddress);
    assert!(vi(no_node).contains("hãy đợi nó xong"));
    assert!(vi(Later(locked.into())).contains("a/lock đang bị khóa"));
    let json = serde_json::from_str::<serde_json::Value>("{bad").unwrap_err();
    assert!(vi(json).starts_with("không đúng JSON, dòng 1 cột 2"));
    let missing = std::fs::read(Path::new("/nowhere/at/all")).context("/nowhere/at/all").unwrap_err();
    assert_eq!(vi(missing), "/nowhere/at/all: không có tệp hoặc thư mục này (lỗi hệ thống 2)");
}

#[test]
fn a_mistake_made_here_is_said_in_both_languages_as_a_cause_and_as_a_context() {
    let both = || Mistake::new("sai", "wrong").of("--flag");
    assert_eq!(vi(anyhow::Error::from(both()).context("x")), "x: --flag: sai");
    assert_eq!(words(&both().into(), Lang::En), "--flag: wrong");
    let context = Err::<(), _>(io::Error::other("cause")).context(both()).unwrap_err();
    assert_eq!(vi(context), "--flag: sai: cause");
}

#[test]
fn a_cause_that_is_already_told_is_not_told_again() {
    let source = Arc::new(io::Error::from_raw_os_error(28));
    let full =
        || LogError::Io { action: "write", path: "v".into(), offset: None, source: Arc::clone(&source) };
    let said = vi(anyhow::Error::from(full()).context("dir"));
    assert_eq!(said.matches("đĩa đầy").count(), 1, "{said}");
    assert!(!said.contains("No space left"), "{said}");
    let said = words(&anyhow::Error::from(full()).context("dir"), Lang::En);
    assert_eq!(said.matches("No space left").count(), 1, "{said}");
}
