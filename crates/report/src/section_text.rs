//! Text that an official wrote and a unit signed, for a section of the report.

use socai_tlog::{Digest, EventName};

use crate::figures::UnitName;

/// One text, as a unit signed it with its closing of the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionText {
    /// Section name of the template: `ngan_sach`.
    pub section: String,
    /// The unit.
    pub unit: UnitName,
    /// The record that carries it.
    pub event: EventName,
    /// Office that signed, never a name.
    pub signer_position: String,
    /// BLAKE3 of the annex it lies in, from the record's header: it stays when the text is destroyed.
    pub annex: Digest,
    /// What is left of it.
    pub body: Body,
}

/// What is left of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The text.
    Written(String),
    /// It was destroyed by procedure.
    Erased,
    /// The record names the section and brings no text for it.
    Missing,
}

impl SectionText {
    /// As it is printed: the text, then who signed it and where it is recorded.
    #[must_use]
    pub fn printed(&self) -> String {
        let SectionText { unit, event, .. } = self;
        match &self.body {
            Body::Written(text) => format!("{} ({}, bản ghi {event}.)", text.trim(), unit.name),
            Body::Erased => {
                format!("[Lời văn của {}, bản ghi {event}, đã tiêu hủy theo thủ tục.]", unit.name)
            }
            Body::Missing => format!("[Bản ghi {event} của {} không kèm lời văn của mục này.]", unit.name),
        }
    }
}
