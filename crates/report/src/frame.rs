//! The frame of an administrative report: Decree 30/2020/NĐ-CP, Annex I. Every format lays out these words.
//!
//! What only the signed document has (date, signature, and the number until one is given) is left blank: this is the draft a signer
//! reads.

use socai_tlog::Digest;

use crate::figures::{Figures, Period, Span};
use crate::format::ngay;
use crate::{Error, json};

const COMMITTEE: &str = "Ủy ban nhân dân ";
/// Words before the place name in the name of a territory.
const TERRITORIES: [&str; 6] = ["quận ", "huyện ", "phường ", "xã ", "thành phố ", "tỉnh "];
/// Hexadecimal digits of a digest that a person compares.
const PROOF_CODE: usize = 8;

/// National title.
pub(crate) const NATION: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
/// National motto.
pub(crate) const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";
/// The kind of document.
pub(crate) const KIND: &str = "BÁO CÁO";
/// Above the recipients.
pub(crate) const RECIPIENTS_HEAD: &str = "Nơi nhận:";
/// Recipients.
pub(crate) const RECIPIENTS: [&str; 2] = ["- Như trên;", "- Lưu: VT."];
/// Who signs.
pub(crate) const SIGNER: &str = "CHỦ TỊCH";
/// Where the signature goes.
pub(crate) const SIGNATURE: &str = "(chữ ký số)";

/// The words around the body.
pub(crate) struct Frame {
    /// The issuer on two lines; the first is empty for a body that is no People's Committee.
    pub issuer: [String; 2],
    /// `Số: 45/BC-UBND`, or with a gap for the number.
    pub number: String,
    /// `Thanh Xuân, ngày ... tháng ... năm 2023`.
    pub place_and_date: String,
    /// What the report is about.
    pub title: String,
    /// The cut-off, in brackets.
    pub cut_off: String,
    /// `TM. ỦY BAN NHÂN DÂN`.
    pub on_behalf: String,
}

impl Frame {
    pub(crate) fn of(figures: &Figures) -> Frame {
        let issuer = issuer(&figures.issuer);
        Frame {
            number: format!("Số: {}", figures.number.as_deref().unwrap_or("     /BC-UBND")),
            place_and_date: format!(
                "{}, ngày ... tháng ... năm {}",
                place(&figures.issuer),
                figures.period.to.year()
            ),
            title: title(&figures.period),
            cut_off: cut_off(figures),
            on_behalf: format!("TM. {}", issuer[0]),
            issuer,
        }
    }
}

/// The foot of every page: report number and proof code.
pub(crate) fn foot(figures: &Figures) -> Result<String, Error> {
    let code = proof_code(figures)?;
    Ok(match &figures.number {
        Some(number) => format!("Báo cáo số {number} - mã kiểm chứng {code}"),
        None => format!("Báo cáo {} (dự thảo) - mã kiểm chứng {code}", figures.period.name),
    })
}

/// The proof code of the report: the first 16 hexadecimal digits of the BLAKE3 of its JSON form. Whoever has the ledger prints that
/// form at the same cut-off and hashes it.
pub(crate) fn proof_code(figures: &Figures) -> Result<String, Error> {
    Ok(Digest::of(json(figures)?.as_bytes()).to_string().chars().take(2 * PROOF_CODE).collect())
}

/// The part of a figure's digest, or of a link, that a person compares.
pub(crate) fn short(digest: &str) -> String {
    digest.chars().take(PROOF_CODE).collect()
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
    format!("Kết quả công tác {} và nhiệm vụ trọng tâm {}", period.results_of, period.tasks_of)
}

fn cut_off(figures: &Figures) -> String {
    let Period { from, to, occasion, .. } = &figures.period;
    let of_occasion = figures.figures.iter().any(|figure| matches!(figure.span, Span::Occasion(_)));
    let also =
        occasion.as_ref().filter(|_| of_occasion).map_or_else(String::new, |o| format!("; dịp {}", o.name));
    format!("(Số liệu chốt đến {}; kỳ {} - {}{also})", ngay(*to), ngay(*from), ngay(*to))
}
