//! What the descriptors and the identity guard say about one record's facts.
//!
//! Nearly every fact is known to break none of it since it was read; what is left gets the answer in words.

use std::fmt::Display;

use socai_proto::schema::{Field, Shape, TextStyle};
use socai_proto::{FieldError, validate_facts_and_texts};

use super::Breaches;
use crate::Event;
use crate::identity::{Identity, identity_in};

/// Decree on the protection of personal data.
const PERSONAL_DATA: &str = "Decree 13/2023/NĐ-CP art. 2, 3";

/// Notes every descriptor rule the facts break, and every identity in their texts.
#[inline]
pub(super) fn check(event: &Event<'_>, out: &mut Breaches) {
    if !event.obeys_schema() {
        in_words(event.facts(), out);
    }
}

#[cold]
fn in_words(facts: &[u8], out: &mut Breaches) {
    let errors = validate_facts_and_texts(facts, |path, field, text| {
        let text = std::str::from_utf8(text).unwrap_or_default();
        if let Some(found) = identity_in(field, text) {
            let line = is_of_lines(field).then(|| text[..found.at].matches('\n').count() + 1);
            identity_found(path, field, found.what, line, out);
        }
    });
    errors.into_iter().for_each(|error| descriptor(error, out));
}

fn descriptor(error: FieldError, out: &mut Breaches) {
    out.add(error.path, error.code.as_str(), error.message_vi, error.message_en);
}

fn is_of_lines(field: &Field) -> bool {
    matches!(field.shape, Shape::Text { style: TextStyle::Lines, .. })
}

/// The message never repeats what was found: it is logged and shown. `line` is that of a text of several.
fn identity_found(
    path: &dyn Display,
    field: &Field,
    what: Identity,
    line: Option<usize>,
    out: &mut Breaches,
) {
    let (code, vi, en) = match what {
        Identity::CitizenNumber => {
            ("citizen_number", "số định danh cá nhân (CCCD)", "a citizen identity number")
        }
        Identity::CardNumber => ("card_number", "số chứng minh nhân dân", "an identity card number"),
        Identity::Phone => ("phone_number", "số điện thoại", "a phone number"),
        Identity::Plate => ("vehicle_plate", "biển số xe", "a vehicle plate"),
        Identity::Email => ("mail_address", "địa chỉ thư điện tử", "a mail address"),
    };
    let (label_vi, label_en) = match line {
        Some(line) => {
            (format!("{}, dòng {line}", field.label.vi), format!("{}, line {line}", field.label.en))
        }
        None => (field.label.vi.to_owned(), field.label.en.to_owned()),
    };
    out.add(
        path.to_string(),
        code,
        format!("{label_vi}: có {vi}; thông tin định danh không được đưa vào dữ kiện, hãy bỏ đi hoặc dùng mã đối tượng"),
        format!("{label_en}: holds {en}; identities never enter the facts: leave it out or use the subject's token"),
    )
    .by(PERSONAL_DATA);
}
