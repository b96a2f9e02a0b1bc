//! The frame of an administrative report: Decree 30/2020/NĐ-CP, Annex I.
//!
//! What only the signed document has (number, date, signature) is left blank: this is the draft a signer reads.

use super::WIDTH;
use super::wrap::{centered, fill, padded};
use crate::figures::{Figures, Period, Span};
use crate::format::ngay;

/// Columns of the left half; the national title needs more than the issuer.
const LEFT: usize = 34;
const COMMITTEE: &str = "Ủy ban nhân dân ";
/// Words before the place name in the name of a territory.
const TERRITORIES: [&str; 6] = ["quận ", "huyện ", "phường ", "xã ", "thành phố ", "tỉnh "];

/// Issuer, national title, number, place and date, title of the report.
pub(super) fn head(figures: &Figures) -> Vec<String> {
    let period = &figures.period;
    let [above, name] = issuer(&figures.issuer);
    let mut lines = vec![
        halves(&above, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        halves(&name, "Độc lập - Tự do - Hạnh phúc"),
        halves(&"-".repeat(9), &"-".repeat(27)),
        halves(
            "Số:      /BC-UBND",
            &format!("{}, ngày ... tháng ... năm {}", place(&figures.issuer), period.to.year()),
        ),
        String::new(),
        centered("BÁO CÁO", WIDTH),
    ];
    let title = [title(period), cut_off(figures)];
    lines
        .extend(title.iter().flat_map(|text| fill(text, WIDTH - 8, 0, 0)).map(|line| centered(&line, WIDTH)));
    lines
}

/// Recipients and signature.
pub(super) fn foot(figures: &Figures) -> Vec<String> {
    let committee = issuer(&figures.issuer)[0].clone();
    vec![
        String::new(),
        halves_left("Nơi nhận:", &format!("TM. {committee}")),
        halves_left("- Như trên;", "CHỦ TỊCH"),
        halves_left("- Lưu: VT.", "(chữ ký số)"),
    ]
}

/// `Ủy ban nhân dân quận X` on two lines; another body on the second.
fn issuer(name: &str) -> [String; 2] {
    match name.strip_prefix(COMMITTEE) {
        Some(territory) => [COMMITTEE.trim_end().to_uppercase(), territory.to_uppercase()],
        None => [String::new(), name.to_uppercase()],
    }
}

/// The place name that dates a document: `Thanh Xuân` of `Ủy ban nhân dân quận Thanh Xuân`.
fn place(issuer: &str) -> &str {
    let territory = issuer.strip_prefix(COMMITTEE).unwrap_or(issuer);
    TERRITORIES.iter().find_map(|word| territory.strip_prefix(word)).unwrap_or(territory)
}

fn title(period: &Period) -> String {
    if period.name == period.tasks_of {
        return format!("Kết quả công tác và nhiệm vụ trọng tâm {}", period.name);
    }
    format!("Kết quả công tác {} và nhiệm vụ trọng tâm {}", period.name, period.tasks_of)
}

fn cut_off(figures: &Figures) -> String {
    let Period { from, to, occasion, .. } = &figures.period;
    let of_occasion = figures.figures.iter().any(|figure| matches!(figure.span, Span::Occasion(_)));
    let also =
        occasion.as_ref().filter(|_| of_occasion).map_or_else(String::new, |o| format!("; dịp {}", o.name));
    format!("(Số liệu chốt đến {}; kỳ {} - {}{also})", ngay(*to), ngay(*from), ngay(*to))
}

fn halves(left: &str, right: &str) -> String {
    format!("{}{}", padded(&centered(left, LEFT), LEFT), centered(right, WIDTH - LEFT))
}

fn halves_left(left: &str, right: &str) -> String {
    format!("{}{}", padded(left, LEFT), centered(right, WIDTH - LEFT))
}
