//! The facts behind one figure: which they are, and each as a row.

use std::{collections::BTreeSet, sync::OnceLock};

use prost::Message as _;
use socai_domain::{CivilDate, search::search_key};
use socai_fold::{
    Effective, Fold,
    figures::{Asked, Contributions, Listed},
};
use socai_follow::{ReplayError, recorded};
use socai_log::{LogError, Reader};
use socai_proto::{Lang, kind_of, v1};
use socai_tlog::{Digest, LeafIndex};

use super::{access::Part, asking::Asking};

/// The facts of a figure, in leaf order, with what lists are narrowed by once somebody asked for it, and the digest over their names.
pub(super) struct Facts(pub Vec<Listed>, OnceLock<Vec<Mark>>, Option<Digest>);

/// What a list of facts is narrowed by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// The kind's stable name.
    pub kind: &'static str,
    /// The day it took effect.
    pub day: Option<CivilDate>,
    /// The search key of its document.
    pub document: Box<str>,
}

impl Facts {
    /// Costs a pass over the log, and memory by the fact.
    pub(super) fn of(reader: &Reader, fold: &Fold, asked: &Asked, code: &str) -> Result<Facts, ReplayError> {
        let mut pass = Contributions::listing(fold, asked, code);
        reader.for_each(LeafIndex(0), fold.size(), |record| -> Result<(), ReplayError> {
            Ok(pass.visit(&recorded(&record)?)?)
        })?;
        let mut found = pass.finish()?;
        let (facts, digest) = found.remove(code).map(|found| (found.facts, found.digest)).unwrap_or_default();
        Ok(Facts(facts, OnceLock::new(), digest))
    }

    /// BLAKE3 over the names of the facts in leaf order; none of a code that is no figure.
    pub(super) fn digest(&self) -> Option<Digest> {
        self.2
    }

    /// A mark for each fact. The first time costs reading every fact; two who ask at the same moment both read.
    pub(super) fn marks(&self, reader: &Reader, fold: &Fold) -> Result<&[Mark], LogError> {
        if let Some(marks) = self.1.get() {
            return Ok(marks);
        }
        let mark = |fact: &Listed| {
            let row = Row::of(reader, fold, fact.leaf, Lang::Vi)?;
            Ok(Mark { kind: row.kind, day: row.day, document: search_key(&row.document).into() })
        };
        let marks = self.0.iter().map(mark).collect::<Result<_, LogError>>()?;
        Ok(self.1.get_or_init(|| marks))
    }

    /// The kinds that occur, by name.
    pub(super) fn kinds(&self, reader: &Reader, fold: &Fold) -> Result<Vec<String>, LogError> {
        let kinds: BTreeSet<&str> = self.marks(reader, fold)?.iter().map(|mark| mark.kind).collect();
        Ok(kinds.into_iter().map(str::to_owned).collect())
    }

    /// What the facts add up to; none where a figure is no sum.
    pub(super) fn sum(&self) -> Option<i128> {
        self.0.iter().map(|fact| fact.value.map(i128::from)).sum()
    }
}

/// What a page says of a record. Texts of facts other than document and case stay in the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// The kind's stable name; empty when this release cannot read the facts.
    pub kind: &'static str,
    /// The kind in words.
    pub label: String,
    /// The day it took effect.
    pub day: Option<CivilDate>,
    /// `125/QĐ-XPHC (2023)`.
    pub document: String,
    /// The case it belongs to.
    pub case: String,
    /// Whether it was corrected since; the row then says what holds.
    pub is_corrected: bool,
}

impl Row {
    /// What a visitor may see of it: a header only, or all but document and case, or everything.
    pub(super) fn seen_by(self, asking: &Asking) -> Row {
        match (asking.sees(Part::Facts), asking.sees(Part::Cases)) {
            (true, true) => self,
            (true, false) => Row { document: String::new(), case: String::new(), ..self },
            (false, _) => Row::default(),
        }
    }

    /// What a record says as last corrected.
    pub(super) fn of(reader: &Reader, fold: &Fold, leaf: LeafIndex, lang: Lang) -> Result<Row, LogError> {
        let stored = reader.record(leaf)?;
        let amended = fold.amendments().get(stored.record.name());
        let now = amended.map(|amended| amended.effective(stored.record.name()));
        let is_corrected = matches!(now, Some(Effective::Corrected(_)));
        let facts = now.and_then(Effective::facts);
        let Ok(event) = v1::Event::decode(facts.unwrap_or(stored.record.facts())) else {
            return Ok(Row::default());
        };
        let kind = kind_of(&event);
        Ok(Row {
            kind: kind.map_or("", |kind| kind.name),
            label: kind.map_or_else(String::new, |kind| kind.label.get(lang).to_owned()),
            day: CivilDate::from_yyyymmdd(event.occurred_on).ok(),
            document: event
                .doc
                .as_ref()
                .map_or_else(String::new, |doc| format!("{}/{} ({})", doc.number, doc.series, doc.year)),
            case: event.case.clone(),
            is_corrected,
        })
    }
}
