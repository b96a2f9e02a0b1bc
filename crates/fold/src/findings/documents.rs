//! Documents behind facts: dated after them, and how a finding's facts are shown.

use socai_domain::{CivilDate, Event, lifecycle::finding::day, tables::FindingRule};
use socai_proto::Fields as _;
use socai_tlog::{EventName, LeafIndex};

use super::{
    Found, FoundFact,
    watch::{Counted, Raw, Watch},
};
use crate::{fold::Fold, recorded::Facts, verdict::FoldError};

/// Documents dated after the fact that they are behind.
pub(super) struct DocumentAfter<'f> {
    rule: &'f FindingRule,
    kinds: &'f [String],
    days: i64,
    found: Vec<Raw<'f>>,
}

impl<'f> DocumentAfter<'f> {
    pub fn new(rule: &'f FindingRule, kinds: &'f [String], days: i64) -> Self {
        DocumentAfter { rule, kinds, days, found: vec![] }
    }
}

impl<'f> Watch<'f> for DocumentAfter<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        let dated = fact.event.doc().and_then(|doc| CivilDate::from_yyyymmdd(doc.date).ok());
        let Some(dated) = dated.filter(|_| fact.is_of(self.kinds) && self.rule.judges(fact.day())) else {
            return Ok(());
        };
        let after = i64::from(dated.days_since(fact.day()));
        if after > self.days {
            let (dated_vi, on_vi) = (day(dated), day(fact.day()));
            let raw = Raw::new(
                self.rule,
                fact.name.unit,
                fact.day(),
                vec![fact.name],
                format!("văn bản đề {dated_vi}, sự kiện ngày {on_vi}"),
                format!("the document is dated {dated}, the fact {}", fact.day()),
            );
            self.found.push(raw.late_by(after));
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        out.extend(self.found);
        Ok(())
    }
}

/// Looks the facts of a finding up: place in the log, day, document.
pub(super) fn complete<'f>(raw: Raw<'f>, fold: &Fold, facts: &dyn Facts) -> Result<Found<'f>, FoldError> {
    let listed = raw.facts.iter().map(|name| match raw.seen.iter().find(|seen| seen.name == *name) {
        Some(seen) => Ok(seen.clone()),
        None => looked_up(*name, fold, facts),
    });
    let facts = listed.collect::<Result<_, _>>()?;
    let source = if raw.source.is_empty() { raw.rule.source.clone() } else { raw.source };
    Ok(Found {
        rule: raw.rule,
        unit: raw.unit,
        on: raw.on,
        case: raw.case,
        message_vi: raw.message_vi,
        message_en: raw.message_en,
        source,
        extent: raw.extent,
        facts,
        facts_in_all: raw.facts_in_all,
    })
}

fn looked_up(name: EventName, fold: &Fold, facts: &dyn Facts) -> Result<FoundFact, FoldError> {
    let unknown = FoundFact { name, leaf: None, kind: "", occurred_on: None, document: None };
    let Some(original) = fold.original(name, facts)? else {
        return Ok(unknown);
    };
    let amended = fold.amendments.get(name).and_then(|amended| amended.effective(name).facts());
    Ok(match Event::decode(amended.unwrap_or(&original.facts)) {
        Ok(event) => shown(name, original.leaf, &event),
        Err(_) => FoundFact { leaf: Some(original.leaf), ..unknown },
    })
}

/// A fact as findings show it.
pub(super) fn shown(name: EventName, leaf: LeafIndex, event: &Event<'_>) -> FoundFact {
    FoundFact {
        name,
        leaf: Some(leaf),
        kind: socai_proto::kind_by_tag(event.tag()).map_or("", |kind| kind.name),
        occurred_on: Some(event.occurred_on()),
        document: document(event),
    }
}

/// Fields of payloads that hold the number of a paper, in the order of preference.
const NUMBERS: [&str; 6] = ["decision_no", "record_no", "decision", "voucher", "minutes", "programme"];

/// `125/QĐ-XPHC`: of the document behind the fact, else the number that its payload holds.
fn document(event: &Event<'_>) -> Option<String> {
    if let Some(doc) = event.doc() {
        return Some(format!("{}/{}", doc.number, doc.series));
    }
    let fields = socai_proto::kind_by_tag(event.tag())?.message;
    let text = |name: &&str| event.kind().text(fields.field(name)?.tag).filter(|text| !text.is_empty());
    NUMBERS.iter().find_map(text).map(str::to_owned)
}
