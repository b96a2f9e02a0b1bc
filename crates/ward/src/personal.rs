//! Keeps identities out of the annex.
//!
//! Names, numbers and addresses of people stay in the unit's vault. The rules look for numbers in the facts; the annex, which holds free text
//! and leaves the unit as well, is looked at here, before it is sealed.

use socai_domain::identity::{Identity, Strictness, find};
use socai_proto::v1::Annex;

use crate::problem::Problem;

/// Every text of the annex that holds the number of a person, a phone or a vehicle, or a mail address.
pub fn found_in(annex: &Annex) -> Vec<Problem> {
    let texts = annex.text.iter().map(|(name, text)| (format!("annex.text.{name}"), text));
    let titles = annex.titles.iter().map(|(name, text)| (format!("annex.titles.{name}"), text));
    let files = annex.attachments.iter().enumerate();
    let files = files.map(|(index, file)| (format!("annex.attachments.{index}.title"), &file.title));
    texts.chain(titles).chain(files).filter_map(|(field, text)| problem(field, text)).collect()
}

/// The message never repeats what was found: it is logged and shown.
fn problem(field: String, text: &str) -> Option<Problem> {
    let found = find(text, Strictness::Text)?;
    let (code, vi, en) = match found.what {
        Identity::CitizenNumber => ("citizen_number", "số định danh cá nhân", "a citizen identity number"),
        Identity::CardNumber => ("card_number", "số chứng minh nhân dân", "an identity card number"),
        Identity::Phone => ("phone_number", "số điện thoại", "a phone number"),
        Identity::Plate => ("vehicle_plate", "biển số xe", "a vehicle plate"),
        Identity::Email => ("mail_address", "địa chỉ thư điện tử", "a mail address"),
    };
    let problem = Problem::new(
        field,
        code,
        format!("Có {vi}; thông tin định danh ở lại đơn vị, hãy bỏ khỏi phần phụ"),
        format!("holds {en}; identities stay with the unit: leave it out of the annex"),
    );
    Some(Problem { source: "Decree 13/2023/NĐ-CP art. 2, 3", ..problem })
}
