//! The drill in words, at most 80 columns.

use super::{By, Tried};
use crate::{Language, page::wrapped};

/// Every fraud with who noticed it, then how many there were.
#[must_use]
pub fn drill_text(tried: &[Tried], language: Language) -> String {
    let mut page = String::new();
    let vi = language == Language::Vi;
    for one in tried {
        page += &wrapped(0, &format!("{}: {}", one.fraud, if vi { one.what_vi } else { one.what }));
        if one.caught.is_empty() {
            page += &wrapped(2, if vi { "KHÔNG AI PHÁT HIỆN" } else { "NOBODY NOTICED" });
        }
        for caught in &one.caught {
            let by = match caught.by {
                By::Verify => "audit verify",
                By::Since => "audit verify --since",
                By::Findings => "audit findings",
                By::Unit if vi => "đơn vị",
                By::Unit => "the unit",
                By::InTheOpen if vi => "liệt kê công khai",
                By::InTheOpen => "listed in the open",
            };
            page += &wrapped(2, &format!("→ {by}: {}", if vi { &caught.said_vi } else { &caught.said }));
        }
    }
    let caught = tried.iter().filter(|one| !one.caught.is_empty()).count();
    let all = tried.len();
    page += &wrapped(
        0,
        &if vi {
            format!("{caught} trong {all} kiểu gian lận bị phát hiện")
        } else {
            format!("{caught} of {all} frauds were noticed")
        },
    );
    page
}
