//! The report as text of at most 80 columns, to read and to file.

mod answers;

use std::path::Path;

use crate::{
    fault_line::{FaultLine, Outcome},
    models::ModelsAnswer,
    page::Page,
    report::{Counts, KeyLine, Report},
    witnesses::WitnessesAnswer,
};

/// The most changes of keys that a page lists; JSON has all of them.
const MAX_KEYS: usize = 40;
/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

impl Language {
    pub(crate) fn pick<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Language::Vi => vi,
            Language::En => en,
        }
    }

    /// A number with its digits in groups of three.
    pub(crate) fn number(self, number: u64) -> String {
        let digits = number.to_string();
        let mut grouped = String::with_capacity(digits.len() * 4 / 3 + 1);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push_str(self.pick(".", ","));
            }
            grouped.push(digit);
        }
        grouped
    }

    /// Seconds with two decimals.
    fn seconds(self, seconds: f64) -> String {
        format!("{seconds:.2}").replace('.', self.pick(",", "."))
    }
}

/// The report in words: the verdict, under which key, what was gone over, what does not verify.
#[must_use]
pub fn text(report: &Report, language: Language) -> String {
    let mut page = Page::default();
    page.line(0, &verdict(report, language));
    trust(&mut page, report, language);
    end_of_log(&mut page, report, language);
    since(&mut page, report, language);
    skipped(&mut page, report, language);
    witnesses(&mut page, report, language);
    counts(&mut page, report, language);
    key_changes(&mut page, report, language);
    models(&mut page, report, language);
    answers::reports(&mut page, report, language);
    answers::nil(&mut page, report, language);
    work(&mut page, report, language);
    for (place, fault) in report.faults.iter().enumerate() {
        page.line(0, "");
        describe(&mut page, report, place + 1, fault, language);
    }
    let more = report.faults_found.saturating_sub(report.faults.len() as u64);
    if more > 0 {
        page.line(0, "");
        page.line(0, &format!("… {} {}", language.number(more), language.pick("lỗi nữa", "faults more")));
    }
    page.text
}

/// The verdict on which ledger.
pub(crate) fn verdict(report: &Report, language: Language) -> String {
    let verdict = match report.outcome {
        Outcome::Verified if report.public.is_some() => {
            language.pick("ĐÃ KIỂM CHỨNG PHẦN CÔNG KHAI", "VERIFIED WHAT IS PUBLIC")
        }
        Outcome::Verified if report.skipped > 0 => {
            language.pick("ĐÃ KIỂM CHỨNG PHẦN MỚI", "VERIFIED WHAT IS NEW")
        }
        Outcome::Verified => language.pick("ĐÃ KIỂM CHỨNG", "VERIFIED"),
        Outcome::DoesNotVerify => language.pick("KIỂM CHỨNG KHÔNG ĐẠT", "DOES NOT VERIFY"),
        Outcome::Unreadable => language.pick("CHƯA KIỂM CHỨNG ĐƯỢC", "COULD NOT BE READ"),
    };
    format!("{verdict}: {}", report.ledger)
}

/// What was gone over with which result, a sentence each.
pub(crate) fn checked(report: &Report, language: Language) -> Vec<String> {
    let mut page = Page::default();
    since(&mut page, report, language);
    witnesses(&mut page, report, language);
    counts(&mut page, report, language);
    models(&mut page, report, language);
    answers::reports(&mut page, report, language);
    answers::nil(&mut page, report, language);
    work(&mut page, report, language);
    page.said
}

/// Whether the keys were brought along.
pub(crate) fn believed(report: &Report, language: Language) -> String {
    match (report.trust.pinned, language) {
        (true, Language::Vi) => format!("theo khóa trong {}", report.trust.policy),
        (true, Language::En) => format!("under the key in {}", report.trust.policy),
        (false, Language::Vi) => "CHỈ theo khóa nằm cùng sổ cái; ghim khóa bằng --policy TỆP".to_owned(),
        (false, Language::En) => {
            "ONLY under the key found with the ledger; pin one with --policy FILE".to_owned()
        }
    }
}

fn trust(page: &mut Page, report: &Report, language: Language) {
    page.line(2, &believed(report, language));
    page.line(2, &report.trust.operator);
}

fn end_of_log(page: &mut Page, report: &Report, language: Language) {
    let size = language.number(report.size);
    let root = report.root.as_deref().unwrap_or("-");
    let label = match report.outcome {
        Outcome::Verified => language.pick("số mục", "size"),
        _ => language.pick("đọc được đến mục", "read to size"),
    };
    page.line(2, &format!("{label} {size}"));
    page.line(2, &format!("{} {root}", language.pick("gốc cây", "root")));
    if report.size > 0 {
        let received = language.pick("mục cuối nhận lúc", "last entry received");
        page.line(2, &format!("{received} {}", report.received_at));
    }
}

/// The older checkpoint, only when the log was held against one.
fn since(page: &mut Page, report: &Report, language: Language) {
    let Some(size) = report.since.map(|size| language.number(size)) else { return };
    let differs = report.faults.iter().any(|fault| matches!(fault.code, "rewritten" | "rolled_back"));
    page.line(
        2,
        &match (report.verified, differs, language) {
            (true, _, Language::Vi) => format!("nhất quán với mốc cũ {size} mục"),
            (true, _, Language::En) => format!("consistent with the older checkpoint of size {size}"),
            (_, true, Language::Vi) => format!("KHÔNG nhất quán với mốc cũ {size} mục"),
            (_, true, Language::En) => format!("NOT consistent with the older checkpoint of size {size}"),
            (_, false, Language::Vi) => format!("mốc cũ {size} mục: xem lỗi"),
            (_, false, Language::En) => format!("older checkpoint of size {size}: see the faults"),
        },
    );
}

/// What was not gone over, only when something was not.
fn skipped(page: &mut Page, report: &Report, language: Language) {
    if report.skipped == 0 {
        return;
    }
    let size = language.number(report.skipped);
    page.line(
        2,
        &match language {
            Language::Vi => format!(
                "CHỈ PHẦN MỚI: {size} mục đầu đã đạt ở lần kiểm trước và KHÔNG được đọc lại; chúng có thể đã bị sửa trên đĩa từ đó, \
                 và phụ lục của chúng cũng không được xem. Kiểm toàn bộ: bỏ --only-new"
            ),
            Language::En => format!(
                "ONLY WHAT IS NEW: the first {size} entries verified the last time and were NOT read again; they may have been changed on the disk \
                 since, and their annexes were not looked at. Verify everything: leave out --only-new"
            ),
        },
    );
}

/// Units and keys to compare with papers.
fn key_changes(page: &mut Page, report: &Report, language: Language) {
    for change in report.key_changes.iter().take(MAX_KEYS) {
        page.line(2, &key_change(change, language));
    }
    let more = report.key_changes.len().saturating_sub(MAX_KEYS) as u64;
    if more > 0 {
        page.line(2, &format!("… {} {}", language.number(more), language.pick("thay đổi nữa", "more")));
    }
}

/// A unit or key to compare with papers.
pub(crate) fn key_change(change: &KeyLine, language: Language) -> String {
    let what = match change.what {
        "registered" => language.pick("đơn vị mới", "new unit"),
        "replaced_by_unit" => language.pick("đơn vị tự thay khóa", "key replaced by the unit"),
        _ => language.pick("KHÓA DO ĐƠN VỊ VẬN HÀNH THAY", "KEY REPLACED BY THE OPERATOR"),
    };
    format!("{what}: {} ({})", change.unit, change.record)
}

/// A number with its English noun.
fn many(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", Language::En.number(number))
}

/// Which signatures were verified, and why that is enough.
fn signatures(counts: &Counts, language: Language) -> String {
    let (all, verified) = (language.number(counts.signatures), language.number(counts.signatures_verified));
    match (counts.signatures_verified == counts.signatures, language) {
        (true, Language::Vi) => format!("{all} chữ ký của đơn vị, đã kiểm tất cả"),
        (true, Language::En) => {
            format!("{} of units, all of them verified", many(counts.signatures, "signature"))
        }
        (false, Language::Vi) => {
            format!("{all} chữ ký của đơn vị, đã kiểm {verified}: chữ ký cuối của mỗi khóa bao cả chuỗi")
        }
        (false, Language::En) => {
            let all = many(counts.signatures, "signature");
            format!("{all} of units, {verified} verified: the last of each key covers its chain")
        }
    }
}

fn witnesses(page: &mut Page, report: &Report, language: Language) {
    if let Some(answer) = &report.witnesses {
        witnessed(page, answer, language);
    }
    if let Some(seen) = report.sightings.as_ref().filter(|seen| seen.checkpoints > 0) {
        answers::sightings(page, seen, language);
    }
    let Some(unwitnessed) = &report.unwitnessed else { return };
    let (from, since) = (language.number(unwitnessed.from), &unwitnessed.since);
    page.line(
        2,
        &match language {
            Language::Vi => format!("CHƯA CÓ NHÂN CHỨNG từ {since} (từ mục {from})"),
            Language::En => format!("UNWITNESSED SINCE {since} (from entry {from} on)"),
        },
    );
}

fn witnessed(page: &mut Page, answer: &WitnessesAnswer, language: Language) {
    let by: Vec<&str> = answer.by.iter().map(|by| by.witness.as_str()).collect();
    let (size, by) = (language.number(answer.size), by.join(", "));
    let line = match language {
        Language::Vi => format!("nhân chứng đã ký đến mục {size}: {by}"),
        Language::En => format!("witnessed up to size {size} by {by}"),
    };
    page.line(2, &line);
}

fn counts(page: &mut Page, report: &Report, language: Language) {
    if let Some(public) = &report.public {
        return answers::public(page, public, language);
    }
    let counts = &report.counts;
    let n = |number| language.number(number);
    page.line(
        2,
        &match language {
            Language::Vi => format!("{} đơn vị, {} lần ghi có mốc đã ký", n(counts.units), n(counts.commits)),
            Language::En => {
                let (units, commits) = (many(counts.units, "unit"), many(counts.commits, "commit"));
                format!("{units}, {commits} with signed checkpoints")
            }
        },
    );
    page.line(2, &signatures(counts, language));
    let mut annexes = format!("{} {}", n(counts.annexes), language.pick("phụ lục khớp", "annexes match"));
    // each of them by an order that counts, unless a fault below says otherwise
    let erased = match report.verified {
        true => ("đã tiêu hủy theo thủ tục", "erased by procedure"),
        false => ("đã xóa", "erased"),
    };
    for (number, vi, en) in [
        (counts.erased_annexes, erased.0, erased.1),
        (counts.absent_annexes, "không lưu ở đây", "not kept here"),
    ] {
        if number > 0 {
            annexes.push_str(&format!(", {} {}", n(number), language.pick(vi, en)));
        }
    }
    page.line(2, &annexes);
    page.line(
        2,
        &match language {
            Language::Vi => format!(
                "byte: {} trong các tập, {} phụ lục, {} dẫn xuất",
                n(counts.volume_bytes),
                n(counts.annex_bytes),
                n(counts.derived_bytes)
            ),
            Language::En => format!(
                "bytes: {} in volumes, {} of annexes, {} derived",
                n(counts.volume_bytes),
                n(counts.annex_bytes),
                n(counts.derived_bytes)
            ),
        },
    );
}

fn models(page: &mut Page, report: &Report, language: Language) {
    let line = match &report.models {
        ModelsAnswer::Absent => return,
        ModelsAnswer::Match { size, .. } => {
            let size = language.number(*size);
            match language {
                Language::Vi => format!("mô hình đọc khớp với phát lại {size} mục"),
                Language::En => format!("read models match a replay of {size} entries"),
            }
        }
        ModelsAnswer::NotCompared { reason, reason_vi } => match language {
            Language::Vi => format!("chưa đối chiếu mô hình đọc: {reason_vi}"),
            Language::En => format!("read models not compared: {reason}"),
        },
        ModelsAnswer::Differs => language
            .pick("mô hình đọc KHÔNG khớp với phát lại", "read models do NOT match a replay")
            .to_owned(),
    };
    page.line(2, &line);
}

fn work(page: &mut Page, report: &Report, language: Language) {
    let (seconds, threads) = (language.seconds(report.seconds), report.threads);
    let live = match report.live {
        true => language.pick(
            "; sổ đang được ghi: đến mốc công bố khi bắt đầu",
            "; the log is being written: up to the checkpoint published at the start",
        ),
        false => "",
    };
    page.line(
        2,
        &match language {
            Language::Vi => format!("{seconds} giây, {threads} luồng{live}"),
            Language::En => format!("{seconds} s, {threads} threads{live}"),
        },
    );
}

/// A fault: where, what, and what to do.
fn describe(page: &mut Page, report: &Report, number: usize, fault: &FaultLine, language: Language) {
    let place = place(report, fault, language);
    let colon = if place.is_empty() { "" } else { ": " };
    page.line(0, &format!("{} {number}{colon}{place}", language.pick("LỖI", "FAULT")));
    page.line(2, language.pick(&fault.what_vi, &fault.what));
    page.line(2, &format!("→ {}", language.pick(&fault.remedy_vi, &fault.remedy)));
}

/// Where a fault is: file, byte, record, as far as it has them.
pub(crate) fn place(report: &Report, fault: &FaultLine, language: Language) -> String {
    place_in(&report.directory, fault, language)
}

/// A fault of the log in this directory, as a report says it: where, what, what to do.
#[must_use]
pub fn fault_text(log: &Path, fault: &FaultLine, language: Language) -> String {
    let place = place_in(&log.display().to_string(), fault, language);
    let mut page = Page::default();
    page.line(0, &format!("{}: {place}", language.pick("LỖI", "FAULT")));
    page.line(2, language.pick(&fault.what_vi, &fault.what));
    page.line(2, &format!("→ {}", language.pick(&fault.remedy_vi, &fault.remedy)));
    page.text.trim_end().to_owned()
}

fn place_in(log: &str, fault: &FaultLine, language: Language) -> String {
    let file = fault.file.as_ref().map(|file| below(file, log));
    let offset = fault.offset.map(|offset| format!("byte {offset}"));
    let record =
        fault.record.as_ref().map(|record| format!("{} {record}", language.pick("bản ghi", "record")));
    let parts: Vec<String> = [file, offset, record].into_iter().flatten().collect();
    parts.join(", ")
}

/// A path below the ledger's directory without what comes before, which the reader named.
fn below(file: &str, log: &str) -> String {
    let ledger = Path::new(log).parent().filter(|parent| !parent.as_os_str().is_empty());
    let short = ledger.and_then(|ledger| Path::new(file).strip_prefix(ledger).ok());
    short.map_or_else(|| file.to_owned(), |short| short.display().to_string())
}
