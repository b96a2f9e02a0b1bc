//! One number, one document: facts that cite the same number of the same issuer, series and year cite the same paper, whatever kinds they are.

use std::collections::BTreeMap;

use socai_domain::{CivilDate, lifecycle::finding::day, tables::FindingRule};
use socai_tlog::EventName;

use super::{
    gathered::MOST_GATHERED,
    numbers::{Number, Series},
    watch::{Counted, Raw, Watch},
};
use crate::{recorded::Facts, verdict::FoldError};

/// Documents behind facts, by what names them. About 120 bytes a document.
pub(super) struct OneDocument<'f> {
    rule: &'f FindingRule,
    known: BTreeMap<(Series, Number), Document>,
}

/// A document as the first fact states it, and the facts that state it otherwise.
struct Document {
    stated: Stated,
    others: Vec<Stated>,
    count: u64,
}

#[derive(Clone)]
struct Stated {
    name: EventName,
    on: CivilDate,
    dated: CivilDate,
    signer: Box<str>,
}

impl Stated {
    /// A signer that one of them leaves out is no contradiction.
    fn differs(&self, other: &Stated) -> bool {
        let is_signed = !self.signer.is_empty() && !other.signer.is_empty();
        self.dated != other.dated || is_signed && self.signer != other.signer
    }

    /// In what they differ, in both languages.
    fn against(&self, other: &Stated) -> (String, String) {
        if self.dated != other.dated {
            let (one, two) = (self.dated, other.dated);
            return (
                format!("một sự kiện ghi ngày {}, sự kiện khác ghi ngày {}", day(one), day(two)),
                format!("dated {one} behind one fact and {two} behind another"),
            );
        }
        let (one, two) = (&self.signer, &other.signer);
        (format!("do {one} ký và do {two} ký"), format!("signed by {one} and by {two}"))
    }
}

impl<'f> OneDocument<'f> {
    pub fn new(rule: &'f FindingRule) -> Self {
        OneDocument { rule, known: BTreeMap::new() }
    }
}

impl<'f> Watch<'f> for OneDocument<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        let Some(doc) = fact.event.doc().filter(|_| self.rule.judges(fact.day())) else { return Ok(()) };
        let (Some(series), Ok(dated)) = (Series::of(doc), CivilDate::from_yyyymmdd(doc.date)) else {
            return Ok(());
        };
        let stated = Stated { name: fact.name, on: fact.day(), dated, signer: doc.signer_position.into() };
        let first = || Document { stated: stated.clone(), others: vec![], count: 1 };
        let known = self.known.entry((series, Number::of(doc.number))).or_insert_with(first);
        if known.stated.differs(&stated) {
            known.count += 1;
            if known.others.len() < MOST_GATHERED {
                known.others.push(stated);
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        for ((series, number), document) in &self.known {
            let Some(other) = document.others.first() else { continue };
            let ((vi, en), (what_vi, what_en)) = (series.texts(), document.stated.against(other));
            let number = number.text();
            let facts = std::iter::once(&document.stated).chain(&document.others);
            let raw = Raw::new(
                self.rule,
                document.stated.name.unit,
                other.on,
                facts.map(|stated| stated.name).collect(),
                format!("số {number}, {vi}: {what_vi}"),
                format!("number {number}, {en}: {what_en}"),
            );
            out.push(Raw { facts_in_all: document.count, ..raw });
        }
        Ok(())
    }
}
