//! What a reader of the annexes has to know: zeros nobody confirmed, terms without holidays, periods still open, the cut-off.

use socai_domain::time::vietnam_rfc3339;

use crate::figures::{Figure, Figures, Form, UnitName};
use crate::format::{so, ten_dv};

/// The notes under the figures, a sentence each.
pub(crate) fn notes(figures: &Figures) -> Vec<String> {
    let mut notes: Vec<String> = figures.figures.iter().filter_map(unconfirmed).collect();
    notes.extend(figures.figures.iter().filter_map(by_weekends_alone));
    if figures.figures.iter().any(is_rounded) {
        notes.push(
            "Số tiền tính bằng tỷ, triệu đồng là số liệu làm tròn; các phần cộng lại có thể khác tổng."
                .to_owned(),
        );
    }
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

/// Whether the figure is money that prints otherwise than to the đồng.
fn is_rounded(figure: &Figure) -> bool {
    let dong = figure.value.unsigned_abs();
    let last_printed: u128 = match dong {
        0..1_000_000 => 1,
        1_000_000..1_000_000_000 => 1_000,
        _ => 1_000_000,
    };
    figure.form == Form::Money && !dong.is_multiple_of(last_printed)
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
