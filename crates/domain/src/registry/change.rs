//! What changes the registry.

use socai_proto::{v1, view};
use socai_tlog::{BadKey, HEADER_LEN, Header, LeafIndex, SealingKey, UnitNo, UnitSeq, link};

use super::{Epoch, KeyEpochs, Position, Registry, Span, Succession, Unit};
use crate::rules::{self, Breach, Ctx};
use crate::{CivilDate, Event, Kind};

impl Registry {
    /// Takes the facts of a record into account, wherever units and keys are followed record by record: the event, if it changed something. Facts that do not
    /// decode, are about something else or break a rule change nothing and end in the fold's rejections. `next_seq` as for
    /// [`Registry::apply`].
    pub fn follow<'f>(
        &mut self,
        facts: &'f [u8],
        at: &Position,
        next_seq: impl FnOnce(UnitNo) -> UnitSeq,
    ) -> Option<Event<'f>> {
        let event = Event::decode(facts).ok().filter(Registry::is_about)?;
        self.apply(&event, at, next_seq).is_ok().then_some(event)
    }

    /// Takes a recorded event into account: nothing for most kinds, units, keys and suspensions for the ledger's own.
    ///
    /// The one way in, for the gate and for the fold, so both hold the same keys: an event that breaks any rule changes
    /// nothing and its breaches are returned. `next_seq` tells how many records a unit has in the log before
    /// this one; it is asked only when the operator replaces another unit's key.
    pub fn apply(
        &mut self,
        event: &Event<'_>,
        at: &Position,
        next_seq: impl FnOnce(UnitNo) -> UnitSeq,
    ) -> Result<(), Vec<Breach>> {
        if !Registry::is_about(event) {
            return Ok(());
        }
        let breaches = rules::check(event, at.name.unit, &Ctx::recorded(self, at));
        if !breaches.is_empty() {
            return Err(breaches);
        }
        match event.kind() {
            Kind::UnitRegistered(unit) => self.register(unit, at.leaf),
            Kind::UnitSucceeded(succession) => self.succeed(succession),
            Kind::UnitSuspended(s) => {
                self.change(s.unit, |unit| unit.suspend(effective(s.from_leaf_index, at.leaf)))
            }
            Kind::UnitResumed(s) => {
                self.change(s.unit, |unit| unit.resume(effective(s.from_leaf_index, at.leaf)))
            }
            Kind::ForkEvidenced(fork) => self.suspend_forked(fork, at.leaf),
            Kind::KeyRotated(rotation) => self.rotate(rotation, at, next_seq),
            _ => {}
        }
        Ok(())
    }

    /// Whether an event of this kind can change the registry.
    pub fn is_about(event: &Event<'_>) -> bool {
        matches!(
            event.kind(),
            Kind::UnitRegistered(_)
                | Kind::UnitSucceeded(_)
                | Kind::UnitSuspended(_)
                | Kind::UnitResumed(_)
                | Kind::ForkEvidenced(_)
                | Kind::KeyRotated(_)
        )
    }

    fn register(&mut self, new: &view::UnitRegistered<'_>, leaf: LeafIndex) {
        let (Some(span), Ok(sealing), Ok(witnessing), Ok(transport)) = (
            span_of(new),
            key_of(new.sealing_key),
            key_of(new.witnessing_key),
            <[u8; 32]>::try_from(new.transport_key),
        ) else {
            return; // refused above: a registration that passed the rules has a date and three keys
        };
        let no = UnitNo(new.unit_no);
        if let Some(known) = self.unit_mut(no) {
            return known.begin_span(span);
        }
        self.keys.extend([transport, *sealing.as_bytes(), *witnessing.as_bytes()]);
        self.by_id.insert(new.unit_id, no);
        let index = new.unit_no as usize;
        self.by_no.resize(self.by_no.len().max(index + 1), None);
        self.by_no[index] = Some(Box::new(Unit {
            no,
            id: new.unit_id.to_owned(),
            spans: vec![span],
            successors: Vec::new(),
            transport: KeyEpochs::new(transport, leaf),
            sealing: KeyEpochs::new(sealing, leaf),
            witnessing: KeyEpochs::new(witnessing, leaf),
            suspensions: Vec::new(),
        }));
    }

    fn succeed(&mut self, succession: &view::UnitSucceeded<'_>) {
        let Ok(effective) = CivilDate::from_yyyymmdd(succession.effective) else { return };
        let whole = succession.portion() == v1::Portion::Whole;
        self.change(succession.from, |unit| {
            unit.successors.push(Succession {
                to: succession.to.to_owned(),
                whole,
                effective,
                legal: succession.legal.to_owned(),
            });
            if whole {
                unit.end_before(effective);
            }
        });
    }

    fn suspend_forked(&mut self, fork: &view::ForkEvidenced<'_>, leaf: LeafIndex) {
        if let Ok(second) = <&[u8; HEADER_LEN]>::try_from(fork.second_header) {
            self.evidenced.insert(link(second));
        }
        let unit = header_of(fork.first_header).and_then(|header| self.unit_mut(header.unit));
        if let Some(unit) = unit {
            unit.suspend(LeafIndex(leaf.0 + 1));
        }
    }

    /// A unit's own rotation covers what it seals next; the operator's covers what the log does not hold yet.
    fn rotate(
        &mut self,
        rotation: &view::KeyRotated<'_>,
        at: &Position,
        next_seq: impl FnOnce(UnitNo) -> UnitSeq,
    ) {
        let named = self.by_id(rotation.unit).map(|unit| unit.no);
        let whose = named.unwrap_or(at.name.unit);
        let after = UnitSeq(at.name.seq.0 + 1);
        let from_seq = if whose == at.name.unit { after } else { next_seq(whose) };
        let (Ok(key), Some(unit)) = (key_of(rotation.new_public_key), self.unit_mut(whose)) else { return };
        let made_known_at = at.leaf;
        match rotation.key() {
            v1::KeyUse::Transport => {
                unit.transport.rotate(Epoch { from_seq, made_known_at, key: *key.as_bytes() });
            }
            v1::KeyUse::Sealing => unit.sealing.rotate(Epoch { from_seq, made_known_at, key }),
            v1::KeyUse::Witnessing => unit.witnessing.rotate(Epoch { from_seq, made_known_at, key }),
            v1::KeyUse::Unspecified => return,
        }
        self.keys.insert(*key.as_bytes());
    }

    fn change(&mut self, id: &str, change: impl FnOnce(&mut Unit)) {
        if let Some(unit) = self.by_id.get(id).and_then(|no| self.unit_mut(no)) {
            change(unit);
        }
    }
}

/// A change of standing never reaches back: what was folded before it was known stays as it was.
fn effective(stated: u64, at: LeafIndex) -> LeafIndex {
    LeafIndex(stated.max(at.0 + 1))
}

pub(super) fn key_of(bytes: &[u8]) -> Result<SealingKey, BadKey> {
    SealingKey::from_bytes(bytes.try_into().map_err(|_| BadKey::NotAPoint)?)
}

pub(super) fn header_of(bytes: &[u8]) -> Option<Header> {
    Header::decode(<&[u8; HEADER_LEN]>::try_from(bytes).ok()?).ok()
}

fn span_of(new: &view::UnitRegistered<'_>) -> Option<Span> {
    let to = match new.valid_to {
        None => None,
        Some(number) => Some(CivilDate::from_yyyymmdd(number).ok()?),
    };
    Some(Span {
        from: CivilDate::from_yyyymmdd(new.valid_from).ok()?,
        to,
        code: new.code.to_owned(),
        name: new.name.to_owned(),
        unit_type: new.r#type(),
        parent: Some(new.parent.to_owned()).filter(|parent| !parent.is_empty()),
    })
}
