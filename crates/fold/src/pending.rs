//! Facts that build on something the ledger does not know yet: accepted, counted, and listed until it comes.
//!
//! What a fact builds on is said by its references, by its case, and by fields whose target is a kind ([`socai_proto::schema`]); so a new kind
//! is listed without a line here. Order of arrival changes nothing: a pass over the records finds them, and the fold holds nothing for it.

use std::collections::{HashMap, HashSet};

use socai_domain::{CivilDate, Event, Kind, name_of};
use socai_proto::{Fields as _, kind, kind_by_tag, kinds, schema::KindInfo};
use socai_tlog::{EventName, LeafIndex, UnitNo};

use crate::{
    fold::Fold,
    recorded::Recorded,
    steps::{Stepped, Steps},
    verdict::FoldError,
};

/// A fact that waits for what it builds on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The record.
    pub name: EventName,
    /// Its place in the log.
    pub leaf: LeafIndex,
    /// Its kind by name.
    pub kind: &'static str,
    /// The day of the fact, as corrected.
    pub occurred_on: CivilDate,
    /// Its case, when it belongs to one.
    pub case: Option<String>,
    /// What it waits for, at least one thing.
    pub awaits: Vec<Awaited>,
}

/// Something that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// A record that is not in the log.
    Record(EventName),
    /// A record that is in the log and does not count: it was voided, or it breaks a rule.
    Counting(EventName),
    /// The fact of this kind by which a case is begun.
    Begun {
        /// Kind by name.
        kind: &'static str,
        /// The case.
        case: String,
    },
    /// The fact of this kind that says what a code stands for.
    Named {
        /// Kind by name.
        kind: &'static str,
        /// The field with the code, in both.
        field: &'static str,
        /// The code.
        code: String,
    },
    /// A unit that continues another and is not registered here: it will be, or it publishes in another ledger.
    Unit(String),
}

/// The pass. Give it every record below the fold's size, in order; ask [`PendingFacts::finish`] at the end.
///
/// Memory grows with the cases begun and with the records that others may refer to.
pub struct PendingFacts<'f> {
    fold: &'f Fold,
    on: CivilDate,
    steps: Steps,
    /// Records of each unit that the pass has come by.
    seen: HashMap<UnitNo, u64>,
    /// Tags of the kinds that others refer to.
    referred: HashSet<u32>,
    /// Counting records of those kinds.
    counting: HashMap<EventName, u32>,
    /// Records that do not count.
    discounted: HashSet<EventName>,
    begun: HashSet<(u32, String)>,
    named: HashSet<(u32, String)>,
    /// With their references.
    waiting: Vec<(Pending, Vec<EventName>)>,
}

impl<'f> PendingFacts<'f> {
    /// A pass that lists facts up to a day. What they wait for may come on any day.
    pub fn new(fold: &'f Fold, on: CivilDate) -> Self {
        let names = kinds().iter().flat_map(|kind| kind.refs).chain(kinds().iter().flat_map(targets));
        let referred = names.filter_map(|name| kind(name)).map(|kind| kind.tag).collect();
        PendingFacts {
            fold,
            on,
            steps: Steps::default(),
            seen: HashMap::new(),
            referred,
            counting: HashMap::new(),
            discounted: HashSet::new(),
            begun: HashSet::new(),
            named: HashSet::new(),
            waiting: vec![],
        }
    }

    /// Takes the next record; those at and above the fold's size change nothing.
    ///
    /// # Errors
    /// A record was left out before it.
    pub fn visit(&mut self, record: &Recorded<'_>) -> Result<(), FoldError> {
        let (name, leaf) = (record.at.name, record.at.leaf);
        let facts = match self.steps.advance(leaf, self.fold)? {
            Stepped::Beyond => return Ok(()),
            Stepped::Rejected => None,
            Stepped::Taken => self.fold.amendments.counting(name, record.facts),
        };
        self.seen.insert(name.unit, name.seq.0 + 1);
        match facts.map(Event::decode) {
            Some(Ok(event)) => self.take(&event, name, leaf),
            _ => drop(self.discounted.insert(name)),
        }
        Ok(())
    }

    fn take(&mut self, event: &Event<'_>, name: EventName, leaf: LeafIndex) {
        let Some(kind) = kind_by_tag(event.tag()) else { return };
        if self.referred.contains(&kind.tag) {
            self.counting.insert(name, kind.tag);
            self.begun.extend(event.case().map(|case| (kind.tag, case.to_owned())));
            for field in kind.message.fields.iter().filter(|field| is_name_of(kind, field.name)) {
                self.named.extend(event.kind().text(field.tag).map(|code| (kind.tag, code.to_owned())));
            }
        }
        if event.occurred_on() > self.on {
            return;
        }
        let mut awaits: Vec<Awaited> = records(event).map(Awaited::Record).collect();
        let named = named(event, kind);
        awaits.extend(
            begun(event, kind).filter(|begun| !named.iter().any(|named| kind_of(named) == kind_of(begun))),
        );
        awaits.extend(named);
        awaits
            .extend(successor(event).filter(|id| self.fold.registry.by_id(id).is_none()).map(Awaited::Unit));
        let (occurred_on, case) = (event.occurred_on(), event.case().map(str::to_owned));
        let mut pending = Pending { name, leaf, kind: kind.name, occurred_on, case, awaits };
        let refs: Vec<EventName> = event.refs().collect();
        self.strike(&mut pending, &refs);
        if !pending.awaits.is_empty() {
            self.waiting.push((pending, refs));
        }
    }

    /// Takes out what is known by now; that it counts is known of the whole log.
    fn strike(&self, pending: &mut Pending, refs: &[EventName]) {
        let named_by_ref = |kind_name: &str| {
            let tag = kind(kind_name).map(|kind| kind.tag);
            refs.iter().any(|name| tag.is_some() && self.counting.get(name).copied() == tag)
        };
        pending.awaits.retain(|awaited| match awaited {
            Awaited::Record(name) => !self.is_seen(*name) || self.discounted.contains(name),
            Awaited::Counting(_) | Awaited::Unit(_) => true,
            Awaited::Begun { kind, case } => !self.has(&self.begun, kind, case) && !named_by_ref(kind),
            Awaited::Named { kind, code, .. } => !self.has(&self.named, kind, code) && !named_by_ref(kind),
        });
    }

    fn has(&self, known: &HashSet<(u32, String)>, name: &str, key: &str) -> bool {
        kind(name).is_some_and(|kind| known.contains(&(kind.tag, key.to_owned())))
    }

    /// Whether the pass has come by it: a record of another unit may stand behind the one that names it.
    fn is_seen(&self, name: EventName) -> bool {
        self.seen.get(&name.unit).is_some_and(|next| name.seq.0 < *next)
    }

    /// What waits, in leaf order.
    ///
    /// # Errors
    /// Records are missing: the pass ended before the fold's size.
    pub fn finish(mut self) -> Result<Vec<Pending>, FoldError> {
        self.steps.ended(self.fold)?;
        let mut waiting = std::mem::take(&mut self.waiting);
        for (pending, refs) in &mut waiting {
            self.strike(pending, refs);
            for awaited in &mut pending.awaits {
                if let Awaited::Record(name) = *awaited
                    && self.discounted.contains(&name)
                {
                    *awaited = Awaited::Counting(name);
                }
            }
        }
        let pending = waiting.into_iter().map(|(pending, _)| pending);
        Ok(pending.filter(|pending| !pending.awaits.is_empty()).collect())
    }
}

/// Every record a fact names: in its envelope and in its payload.
fn records(event: &Event<'_>) -> impl Iterator<Item = EventName> {
    let mut names: Vec<EventName> = event.refs().collect();
    match event.kind() {
        Kind::EventAcknowledged(said) => names.extend(said.target.as_ref().map(name_of)),
        Kind::EventCorrected(said) => names.extend(said.target.as_ref().map(name_of)),
        Kind::EventVoided(said) => names.extend(said.target.as_ref().map(name_of)),
        Kind::AnnexErased(said) => names.extend(said.target.as_ref().map(name_of)),
        Kind::ReportIssued(said) => names.extend(said.restates.as_ref().map(name_of)),
        Kind::DirectiveProgressed(said) => names.extend(said.evidence.iter().map(|name| name_of(&name))),
        _ => {}
    }
    names.into_iter()
}

/// The unit that a succession hands work to.
fn successor(event: &Event<'_>) -> Option<String> {
    match event.kind() {
        Kind::UnitSucceeded(said) => Some(said.to.to_owned()),
        _ => None,
    }
}

/// The kind that begins the case a fact goes on with: the first of the kinds it may refer to that shares its cases.
fn begun(event: &Event<'_>, of: &KindInfo) -> impl Iterator<Item = Awaited> {
    // a fine on the spot has no record before it (Law 15/2012 art. 56)
    let begins = matches!(event.kind(), Kind::PenaltyDecided(decision) if decision.on_the_spot);
    let shares = |name: &&&str| {
        kind(name).is_some_and(|other| other.tag != of.tag && other.case_family == of.case_family)
    };
    let first = of.refs.iter().find(shares).and_then(|name| kind(name)).filter(|_| !begins);
    let case = event.case().map(str::to_owned);
    first.zip(case).map(|(kind, case)| Awaited::Begun { kind: kind.name, case }).into_iter()
}

/// The codes a fact uses that another kind gives a meaning to.
fn named(event: &Event<'_>, of: &KindInfo) -> Vec<Awaited> {
    let fields = of.message.fields.iter().filter_map(|field| Some((field, kind(field.target)?)));
    let fields = fields.filter(|(_, target)| target.tag != of.tag);
    fields
        .filter_map(|(field, target)| {
            let code = event.kind().text(field.tag).filter(|code| !code.is_empty())?.to_owned();
            Some(Awaited::Named { kind: target.name, field: field.name, code })
        })
        .collect()
}

/// The kinds that fields of a kind name.
fn targets(of: &'static KindInfo) -> impl Iterator<Item = &'static &'static str> {
    of.message.fields.iter().map(|field| &field.target).filter(|target| kind(target).is_some())
}

/// Whether facts of other kinds name facts of this one by this field.
fn is_name_of(of: &KindInfo, field: &str) -> bool {
    let named = |other: &KindInfo| {
        other.message.fields.iter().any(|theirs| theirs.target == of.name && theirs.name == field)
    };
    kinds().iter().any(named)
}

fn kind_of(awaited: &Awaited) -> Option<&'static str> {
    match awaited {
        Awaited::Begun { kind, .. } | Awaited::Named { kind, .. } => Some(kind),
        Awaited::Record(_) | Awaited::Counting(_) | Awaited::Unit(_) => None,
    }
}
