//! What a reader of the annexes has to know: zeros nobody confirmed, terms without holidays, periods still open, the cut-off.

use socai_domain::time::vietnam_rfc3339;

use crate::figures::{Figure, Figures, UnitName};
use crate::format::{so, ten_dv};

/// The notes under the figures, a sentence each.
pub(crate) fn notes(figures: &Figures) -> Vec<String> {
    let mut notes: Vec<String> = figures.figures.iter().filter_map(unconfirmed).collect();
    notes.extend(figures.figures.iter().filter_map(by_weekends_alone));
    if !figures.open.is_empty() {
        notes.push(format!("Chưa chốt số liệu kỳ này: {}.", names(&figures.open)));
    }
    notes.push(cut_off(figures));
    notes
}

/// The root of the tree at the cut-off, on a line of its own.
pub(crate) fn root(figures: &Figures) -> String {
    format!("Gốc cây {}", figures.as_of.root)
}

fn unconfirmed(figure: &Figure) -> Option<String> {
    let missing = figure.missing();
    (!missing.is_empty()).then(|| {
        let missing = names(missing);
        format!("{} ({}): chưa xác nhận không phát sinh: {missing}.", figure.label, figure.indicator)
    })
}

/// That terms behind a figure were judged without the holidays of a year.
fn by_weekends_alone(figure: &Figure) -> Option<String> {
    let count = figure.holidays_unknown;
    (count > 0).then(|| {
        let (label, code, count) = (&figure.label, &figure.indicator, so(count));
        format!("{label} ({code}): {count} vụ việc có hạn tính khi chưa có bảng ngày nghỉ của năm, mới trừ thứ Bảy, Chủ nhật.")
    })
}

fn cut_off(figures: &Figures) -> String {
    let as_of = &figures.as_of;
    let (size, time) = (so(as_of.size.0), vietnam_rfc3339(as_of.time_ms));
    format!("Sổ cái {}, cỡ cây {size}, ghi nhận đến {time}.", figures.ledger)
}

fn names(units: &[UnitName]) -> String {
    units.iter().map(|unit| ten_dv(&unit.name)).collect::<Vec<_>>().join(", ")
}
