//! What a page says of reports, declarations, witnesses and public tiles, a sentence each.

use super::Language;
use crate::{
    issued::{ReportLine, TextAnswer},
    page::Page,
    public::Public,
    report::Report,
    sightings::KeptSightings,
};

/// The most reports whose text a page tells about; JSON has all of them.
const MAX_TEXTS: usize = 20;
/// The most contradicted declarations that a page lists; `audit findings` has all of them.
const MAX_NIL: usize = 20;

/// Issued reports: how many come out again; those that do not are among the faults.
pub(super) fn reports(page: &mut Page, report: &Report, language: Language) {
    if report.reports.is_empty() {
        return;
    }
    let n = |number| language.number(number);
    let good = report.reports.iter().filter(|line| line.is_of_this_ledger && line.differ == 0);
    let (good, all) = (n(good.count() as u64), n(report.reports.len() as u64));
    let values = n(report.reports.iter().map(|line| line.values).sum());
    page.line(
        2,
        &match language {
            Language::Vi => {
                format!("{good} / {all} báo cáo đã ban hành tính lại đúng như đã in ({values} số liệu)")
            }
            Language::En => {
                format!("{good} of {all} issued reports come out again as printed ({values} values)")
            }
        },
    );
    report_texts(page, report, language);
}

/// Issued reports whose text is another, and those whose text could not be laid out; none of them is a fault.
fn report_texts(page: &mut Page, report: &Report, language: Language) {
    let n = |number: usize| language.number(number as u64);
    let same = report.reports.iter().filter(|line| line.text == TextAnswer::Same).count();
    if same > 0 {
        let (same, all) = (n(same), n(report.reports.len()));
        page.line(
            2,
            &match language {
                Language::Vi => format!("{same} / {all} văn bản báo cáo in lại đúng từng byte"),
                Language::En => format!("{same} of {all} texts of reports come out again byte for byte"),
            },
        );
    }
    let others = report.reports.iter().filter(|line| line.text != TextAnswer::Same);
    for line in others.clone().take(MAX_TEXTS) {
        page.line(4, &text_of(line, language));
    }
    let more = others.count().saturating_sub(MAX_TEXTS);
    if more > 0 {
        page.line(4, &format!("… {} {}", n(more), language.pick("báo cáo nữa", "more")));
    }
}

/// What became of the text of a report.
fn text_of(line: &ReportLine, language: Language) -> String {
    let said = match (&line.text, language) {
        (TextAnswer::Same, Language::Vi) => "văn bản đúng từng byte".to_owned(),
        (TextAnswer::Same, Language::En) => "the text is the same byte for byte".to_owned(),
        (TextAnswer::Differs, Language::Vi) => {
            "VĂN BẢN KHÁC: in lại ra văn bản khác bản đã ban hành; đối chiếu với bản giấy (phiên bản khác của chương trình cũng có thể trình \
             bày khác)"
                .to_owned()
        }
        (TextAnswer::Differs, Language::En) => {
            "ANOTHER TEXT: laid out again it is not the one that was issued; compare it with the paper (another version of the program \
             may lay it out otherwise too)"
                .to_owned()
        }
        (TextAnswer::NotLaidOut { why_vi, .. }, Language::Vi) => format!("không in lại văn bản: {why_vi}"),
        (TextAnswer::NotLaidOut { why, .. }, Language::En) => format!("the text was not laid out again: {why}"),
    };
    format!("{} ({}): {said}", line.number, line.record)
}

/// Nil declarations; each that is contradicted is told, and fails nothing.
pub(super) fn nil(page: &mut Page, report: &Report, language: Language) {
    let Some(nil) = report.nil.as_ref().filter(|nil| nil.declarations > 0) else { return };
    let n = |number| language.number(number);
    let (all, bad) = (n(nil.declarations), n(nil.contradicted));
    page.line(
        2,
        &match (nil.contradicted, language) {
            (0, Language::Vi) => format!("{all} khai báo không phát sinh: chuỗi của đơn vị không nói khác"),
            (0, Language::En) => {
                format!("{all} nil declarations: nothing in their units' chains denies them")
            }
            (_, Language::Vi) => {
                format!("{bad} / {all} khai báo không phát sinh TRÁI với chuỗi của chính đơn vị")
            }
            (_, Language::En) => {
                format!("{bad} of {all} nil declarations are DENIED by their own unit's chain")
            }
        },
    );
    for line in nil.told.iter().take(MAX_NIL) {
        let what = language.pick(&line.what_vi, &line.what);
        page.line(4, &format!("{} {}: {what} ({}…)", line.unit, line.closing, line.first));
    }
}

/// What was kept of the witnesses' statements about older checkpoints.
pub(super) fn sightings(page: &mut Page, seen: &KeptSightings, language: Language) {
    let n = |number| language.number(number);
    let (notes, lines) = (n(seen.checkpoints), n(seen.cosignatures));
    let minute = |at: &Option<String>| {
        at.as_deref().unwrap_or("?").replace('T', " ").chars().take(16).collect::<String>()
    };
    let (first, last) = (minute(&seen.first_at), minute(&seen.last_at));
    page.line(
        2,
        &match language {
            Language::Vi => {
                format!("{lines} chữ ký nhân chứng trên {notes} mốc cũ đều đúng, từ {first} đến {last}")
            }
            Language::En => {
                format!(
                    "cosignatures on older checkpoints verify: {lines} on {notes}, from {first} to {last}"
                )
            }
        },
    );
}

/// What the public tiles gave, and what they do not give.
pub(super) fn public(page: &mut Page, public: &Public, language: Language) {
    let n = |number| language.number(number);
    let (tiles, bytes, units) = (n(public.tiles), n(public.bytes), n(public.units));
    let (segments, verified) = (n(public.segments), n(public.segments_verified));
    let lines = match language {
        Language::Vi => [
            "CHỈ PHẦN CÔNG KHAI: mốc, tile và phần đầu bản ghi, không có mã để đọc tệp".to_owned(),
            format!("{tiles} tile, {bytes} byte, mọi mã băm tính lại từ các mục"),
            format!("chuỗi phần đầu bản ghi của {units} đơn vị liền mạch"),
            format!("{segments} đoạn có chữ ký; đã kiểm {verified} đoạn của đơn vị vận hành"),
        ],
        Language::En => [
            "ONLY WHAT IS PUBLIC: checkpoint, tiles and headers, without a token for the files".to_owned(),
            format!("{tiles} tiles, {bytes} bytes, every hash computed again from the entries"),
            format!("the chains of headers of {units} units have no gap"),
            format!("{segments} segments are signed; the {verified} of the operator were verified"),
        ],
    };
    lines.iter().for_each(|line| page.line(2, line));
    for unseen in &public.unseen {
        let (what, why) = match language {
            Language::Vi => (unseen.what_vi, unseen.why_vi),
            Language::En => (unseen.what, unseen.why),
        };
        page.line(2, &format!("{}: {what} ({why})", language.pick("KHÔNG THẤY ĐƯỢC", "NOT SEEN")));
    }
}
