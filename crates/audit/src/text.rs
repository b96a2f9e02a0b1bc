//! The report as text of at most 80 columns, to read and to file.

use std::fmt::Write as _;

use crate::{models::ModelsAnswer, report::Report};

/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl Language {
    fn pick<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Language::Vi => vi,
            Language::En => en,
        }
    }
}

/// The report in words: the verdict, under which key, what was gone over, what does not verify.
#[must_use]
pub fn text(report: &Report, language: Language) -> String {
    let mut text = String::new();
    let verdict = match report.verified {
        true => language.pick("ĐÃ KIỂM CHỨNG", "VERIFIED"),
        false => language.pick("KHÔNG KIỂM CHỨNG ĐƯỢC", "DOES NOT VERIFY"),
    };
    let _ = writeln!(text, "{verdict}: {}", report.ledger);
    trust(&mut text, report, language);
    counts(&mut text, report, language);
    models(&mut text, report, language);
    faults(&mut text, report, language);
    text
}

fn trust(text: &mut String, report: &Report, language: Language) {
    let line = match (report.trust.pinned, language) {
        (true, Language::Vi) => format!("  theo khóa trong {}", report.trust.policy),
        (true, Language::En) => format!("  under the key in {}", report.trust.policy),
        (false, Language::Vi) => "  CHỈ theo khóa nằm cùng sổ cái; ghim khóa bằng --policy TỆP".to_owned(),
        (false, Language::En) => {
            "  ONLY under the key found with the ledger; pin one with --policy FILE".to_owned()
        }
    };
    let _ = writeln!(text, "{line}");
    let _ = writeln!(text, "    {}", report.trust.operator);
}

fn counts(text: &mut String, report: &Report, language: Language) {
    let counts = &report.counts;
    let root = report.root.as_deref().unwrap_or("-");
    let _ = match language {
        Language::Vi => write!(
            text,
            "  {} mục, {} đơn vị, {} lần ghi có chữ ký, {} chữ ký đơn vị\n  gốc cây {root}\n  mục cuối nhận lúc {}\n",
            report.size, counts.units, counts.commits, counts.signatures, report.received_at
        ),
        Language::En => write!(
            text,
            "  {} entries, {} units, {} signed commits, {} unit signatures\n  root {root}\n  last entry received {}\n",
            report.size, counts.units, counts.commits, counts.signatures, report.received_at
        ),
    };
    let bytes = counts.volume_bytes + counts.annex_bytes + counts.derived_bytes;
    let seconds = report.seconds;
    let _ = match language {
        Language::Vi => writeln!(text, "  {bytes} byte, {} phụ lục, {seconds:.2} giây", counts.annexes),
        Language::En => writeln!(text, "  {bytes} bytes, {} annexes, {seconds:.2} s", counts.annexes),
    };
}

fn models(text: &mut String, report: &Report, language: Language) {
    let line = match &report.models {
        ModelsAnswer::Absent => return,
        ModelsAnswer::Match { size, .. } => match language {
            Language::Vi => format!("mô hình đọc khớp với phát lại {size} mục"),
            Language::En => format!("read models match a replay of {size} entries"),
        },
        ModelsAnswer::NotCompared { reason } => {
            format!("{}: {reason}", language.pick("chưa đối chiếu mô hình đọc", "read models not compared"))
        }
        ModelsAnswer::Differs => {
            language.pick("mô hình đọc KHÔNG khớp", "read models do NOT match").to_owned()
        }
    };
    let _ = writeln!(text, "  {line}");
}

fn faults(text: &mut String, report: &Report, language: Language) {
    for fault in &report.faults {
        let _ = writeln!(text, "\n  {} {}", language.pick("LỖI", "FAULT"), fault.what);
        if fault.repaired_by_start {
            let (vi, en) = (
                "lần khởi động tới hoặc `socai rebuild` sửa được, không mất dữ liệu gốc",
                "the next start or `socai rebuild` repairs it; nothing of the record is lost",
            );
            let _ = writeln!(text, "      {}", language.pick(vi, en));
        }
    }
    let more = report.faults_found.saturating_sub(report.faults.len() as u64);
    if more > 0 {
        let _ = writeln!(text, "\n  … {more} {}", language.pick("lỗi nữa", "faults more"));
    }
}
