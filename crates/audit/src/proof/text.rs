//! What a check found, in words.

use super::{Continued, NotProven, Proven, Witnessed};
use crate::{page::Page, report::Trusted, text::Language};

/// A record that was proven.
#[must_use]
pub fn proven_text(proven: &Proven, language: Language) -> String {
    let mut page = Page::default();
    let record = &proven.record;
    let (leaf, size) = (language.number(record.leaf), language.number(proven.size));
    page.line(
        0,
        &match language {
            Language::Vi => {
                format!("ĐÃ CHỨNG MINH: bản ghi {} là mục {leaf} của {}", record.name, proven.ledger)
            }
            Language::En => format!("PROVEN: record {} is entry {leaf} of {}", record.name, proven.ledger),
        },
    );
    trust(&mut page, &proven.trust, language);
    page.line(
        2,
        &match language {
            Language::Vi => format!("mốc đã ký ở {size} mục, gốc cây {}", proven.root),
            Language::En => format!("signed checkpoint of size {size}, root {}", proven.root),
        },
    );
    witnesses(&mut page, &proven.witnessed_by, language);
    page.line(
        2,
        &match language {
            Language::Vi => format!("đơn vị {} niêm phong lúc {}", record.unit, record.recorded_at),
            Language::En => format!("sealed by {} at {}", record.unit, record.recorded_at),
        },
    );
    page.line(
        2,
        &match language {
            Language::Vi => format!("ký bằng khóa {}, ở bản ghi {}", record.sealing_key, record.signed_with),
            Language::En => {
                format!("signed with its key {}, at record {}", record.sealing_key, record.signed_with)
            }
        },
    );
    let received = language.pick("nhận vào sổ lúc", "received at");
    page.line(2, &format!("{received} {}", record.received_at));
    match &record.event {
        Some(event) => page.verbatim(2, &event.to_string()),
        None => {
            page.line(2, language.pick("nội dung không kèm theo", "the facts do not come with the proof"))
        }
    }
    page.text
}

/// A checkpoint that continues an older one.
#[must_use]
pub fn continued_text(continued: &Continued, language: Language) -> String {
    let mut page = Page::default();
    let (old, new) = (language.number(continued.old_size), language.number(continued.size));
    page.line(
        0,
        &match language {
            Language::Vi => {
                format!("ĐÃ CHỨNG MINH: {} chỉ nối thêm từ {old} đến {new} mục", continued.ledger)
            }
            Language::En => format!("PROVEN: {} only appended from size {old} to {new}", continued.ledger),
        },
    );
    trust(&mut page, &continued.trust, language);
    let root = language.pick("gốc cây", "root");
    page.line(2, &format!("{root} {old}: {}", continued.old_root));
    page.line(2, &format!("{root} {new}: {}", continued.root));
    witnesses(&mut page, &continued.witnessed_by, language);
    page.text
}

/// A file that proves nothing.
#[must_use]
pub fn not_proven_text(not: &NotProven, language: Language) -> String {
    let mut page = Page::default();
    page.line(0, language.pick("KHÔNG CHỨNG MINH ĐƯỢC", "NOT PROVEN"));
    page.line(2, language.pick(&not.what_vi, &not.what));
    page.text
}

fn trust(page: &mut Page, trust: &Trusted, language: Language) {
    page.line(
        2,
        &match (trust.pinned, language) {
            (true, Language::Vi) => format!("theo khóa trong {}", trust.policy),
            (true, Language::En) => format!("under the key in {}", trust.policy),
            (false, Language::Vi) => {
                "CHỈ theo khóa nằm trong tệp chứng minh; ghim khóa bằng --policy TỆP".to_owned()
            }
            (false, Language::En) => {
                "ONLY under the key found in the proof file; pin one with --policy FILE".to_owned()
            }
        },
    );
    page.line(2, &trust.operator);
}

fn witnesses(page: &mut Page, witnessed_by: &[Witnessed], language: Language) {
    for Witnessed { witness, at } in witnessed_by {
        page.line(
            2,
            &match language {
                Language::Vi => format!("nhân chứng {witness} ký lúc {at}"),
                Language::En => format!("cosigned by {witness} at {at}"),
            },
        );
    }
}
