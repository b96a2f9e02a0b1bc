//! Which records made a unit's sealing key known, without reading the log: the operator's own chain says who is registered and which keys it
//! replaced; what a unit replaced itself is found in the unit's chain by halving, since a signature verifies with one key only.

use socai_domain::{Event, Kind, Position, Registry};
use socai_log::{LogError, Reader, Stored};
use socai_proto::v1::KeyUse;
use socai_tlog::{EventName, LeafIndex, MAX_RECORDS, Origin, SealingKey, UnitNo, UnitSeq, segment_message};

/// The operator's chain as far as it was read.
pub(super) struct KeyBook {
    registry: Registry,
    /// Records of the operator that were read.
    read: u64,
}

/// What made the key of a record known, in leaf order: the registration first.
pub(super) struct History {
    pub(super) operator: Option<SealingKey>,
    pub(super) key_records: Vec<LeafIndex>,
}

/// The headers of a unit's records from one on up to that with the signature, and the signature.
pub(super) struct Covered {
    pub(super) last: Stored,
    pub(super) later: Vec<[u8; 120]>,
    pub(super) signature: [u8; 64],
}

impl KeyBook {
    pub(super) fn new() -> Self {
        KeyBook { registry: Registry::new(), read: 0 }
    }

    /// Reads what the operator recorded since.
    pub(super) fn catch_up(&mut self, reader: &Reader) -> Result<(), LogError> {
        let end = reader.committed()?.size;
        while self.read < reader.unit_len(UnitNo::OPERATOR)? {
            let name = EventName { unit: UnitNo::OPERATOR, seq: UnitSeq(self.read) };
            let stored = match reader.leaf_of(name) {
                Ok(leaf) if leaf.0 < end.0 => reader.record(leaf)?,
                // of a commit that is not published yet
                Ok(_) | Err(LogError::NoRecord { .. }) => break,
                Err(error) => return Err(error),
            };
            self.take(reader, &stored)?;
            self.read += 1;
        }
        Ok(())
    }

    fn take(&mut self, reader: &Reader, stored: &Stored) -> Result<(), LogError> {
        let header = stored.record.header();
        let at = Position {
            name: header.name(),
            leaf: stored.leaf,
            received_at_ms: stored.received_at_ms,
            rotates_key: header.rotates_key(),
        };
        let mut failed = None;
        self.registry.follow(stored.record.facts(), &at, |unit| {
            records_before(reader, unit, stored.leaf).unwrap_or_else(|error| {
                failed = Some(error);
                UnitSeq(0)
            })
        });
        failed.map_or(Ok(()), Err)
    }

    /// What made the key of a record known; none when the chain does not tell by itself, and the whole log has to be asked.
    pub(super) fn history(
        &self,
        reader: &Reader,
        origin: &Origin,
        name: EventName,
        leaf: LeafIndex,
        covered: &Covered,
    ) -> Result<Option<History>, LogError> {
        let operator = self.registry.first_sealing_key(UnitNo::OPERATOR);
        if name.unit == UnitNo::OPERATOR {
            return Ok(Some(History { operator, key_records: vec![] }));
        }
        let Some(unit) = self.registry.unit(name.unit) else { return Ok(None) };
        let epochs = unit.sealing.all().iter();
        let epochs: Vec<_> =
            epochs.filter(|epoch| epoch.from_seq <= name.seq && epoch.made_known_at < leaf).collect();
        let mut key_records = Vec::new();
        for (place, epoch) in epochs.iter().enumerate() {
            key_records.push(epoch.made_known_at);
            let found = match epochs.get(place + 1) {
                None => own_rotations(reader, origin, (epoch.key, epoch.from_seq), name, covered)?,
                // up to where the operator put another key in its place
                Some(next) => match next.from_seq.0.checked_sub(1).filter(|last| *last >= epoch.from_seq.0) {
                    None => Some(vec![]),
                    Some(last) => {
                        let last = EventName { unit: name.unit, seq: UnitSeq(last) };
                        let stored = reader.record(reader.leaf_of(last)?)?;
                        match self::covered(reader, &stored)? {
                            None => None,
                            Some(covered) => {
                                let found = own_rotations(
                                    reader,
                                    origin,
                                    (epoch.key, epoch.from_seq),
                                    last,
                                    &covered,
                                )?;
                                // a key that never signed anything was brought in by the last record itself
                                found.map(|mut found| {
                                    found.extend(new_key(&stored).map(|_| stored.leaf));
                                    found
                                })
                            }
                        }
                    }
                },
            };
            let Some(found) = found else { return Ok(None) };
            key_records.extend(found);
        }
        if key_records.is_empty() {
            return Ok(None);
        }
        key_records.sort_unstable();
        Ok(Some(History { operator, key_records }))
    }
}

/// Leaves of the records by which a unit replaced a key by itself, from the first record that the key covers up to `name`, which the
/// signature of `covered` covers; none when the chain does not tell.
fn own_rotations(
    reader: &Reader,
    origin: &Origin,
    (mut key, mut from): (SealingKey, UnitSeq),
    name: EventName,
    covered: &Covered,
) -> Result<Option<Vec<LeafIndex>>, LogError> {
    let is_by = |covered: &Covered, key: &SealingKey| {
        key.verifies(&segment_message(origin, covered.last.record.link()), &covered.signature)
    };
    let mut found = Vec::new();
    while !is_by(covered, &key) {
        let Some(rotation) = rotation(reader, name, from, |covered| is_by(covered, &key))? else {
            return Ok(None);
        };
        (key, from) = (rotation.key, UnitSeq(rotation.name.seq.0 + 1));
        found.push(rotation.leaf);
    }
    Ok(Some(found))
}

struct Rotation {
    name: EventName,
    leaf: LeafIndex,
    key: SealingKey,
}

/// The record by which a unit replaced the key that signed its records from `from` on; it is before `name`, which that key did not sign.
fn rotation(
    reader: &Reader,
    name: EventName,
    from: UnitSeq,
    is_by: impl Fn(&Covered) -> bool,
) -> Result<Option<Rotation>, LogError> {
    let (mut low, mut high) = (from.0, name.seq.0);
    let mut last = None;
    while low < high {
        let middle = EventName { unit: name.unit, seq: UnitSeq(low + (high - low) / 2) };
        match covered(reader, &reader.record(reader.leaf_of(middle)?)?)? {
            Some(covered) if is_by(&covered) => {
                low = covered.last.record.name().seq.0 + 1;
                last = Some(covered.last);
            }
            _ => high = middle.seq.0,
        }
    }
    // the last record that the old key signed brings the new one in
    let Some(stored) = last.filter(|stored| stored.record.name().seq.0 + 1 == low) else { return Ok(None) };
    let (name, leaf) = (stored.record.name(), stored.leaf);
    Ok(new_key(&stored).map(|key| Rotation { name, leaf, key }))
}

/// The sealing key that a unit's own record brings in.
fn new_key(stored: &Stored) -> Option<SealingKey> {
    let event = Event::decode(stored.record.facts()).ok()?;
    let Kind::KeyRotated(rotated) = event.kind() else { return None };
    let key = SealingKey::from_bytes(&<[u8; 32]>::try_from(rotated.new_public_key).ok()?).ok()?;
    Some(key).filter(|_| rotated.key() == KeyUse::Sealing && stored.record.header().rotates_key())
}

/// How many records of a unit lie before a leaf, by halving.
fn records_before(reader: &Reader, unit: UnitNo, leaf: LeafIndex) -> Result<UnitSeq, LogError> {
    let (mut low, mut high) = (0, reader.unit_len(unit)?);
    while low < high {
        let middle = low + (high - low) / 2;
        match reader.leaf_of(EventName { unit, seq: UnitSeq(middle) }) {
            Ok(of) if of < leaf => low = middle + 1,
            Ok(_) | Err(LogError::NoRecord { .. }) => high = middle,
            Err(error) => return Err(error),
        }
    }
    Ok(UnitSeq(low))
}

/// What stopped a look for the signature: it was found, or another unit's record came in between.
enum Stop {
    Found,
    Log(LogError),
}

impl From<LogError> for Stop {
    fn from(error: LogError) -> Self {
        Stop::Log(error)
    }
}

/// The headers of the unit's records after `stored` up to the signature that covers it; none when the log has no such signature.
///
/// A segment nearly always lies in one piece, so the leaves behind it are read on; else its records are looked up one by one.
pub(super) fn covered(reader: &Reader, stored: &Stored) -> Result<Option<Covered>, LogError> {
    if let Some(signature) = stored.signature {
        return Ok(Some(Covered { last: stored.clone(), later: vec![], signature }));
    }
    let name = stored.record.name();
    let (mut later, mut last) = (Vec::new(), None);
    let end = reader.committed()?.size.0.min(stored.leaf.0 + MAX_RECORDS as u64);
    let read = reader.for_each(
        LeafIndex(stored.leaf.0 + 1),
        socai_tlog::TreeSize(end),
        |record| -> Result<(), Stop> {
            let is_next = record.name()
                == EventName { unit: name.unit, seq: UnitSeq(name.seq.0 + 1 + later.len() as u64) };
            if !is_next {
                return Err(Stop::Found); // not in one piece
            }
            later.push(record.header_bytes());
            match record.signature() {
                Some(signature) => {
                    last = Some((record.leaf(), *signature));
                    Err(Stop::Found)
                }
                None => Ok(()),
            }
        },
    );
    if let Err(Stop::Log(error)) = read {
        return Err(error);
    }
    if let Some((leaf, signature)) = last {
        return Ok(Some(Covered { last: reader.record(leaf)?, later, signature }));
    }
    one_by_one(reader, stored)
}

fn one_by_one(reader: &Reader, stored: &Stored) -> Result<Option<Covered>, LogError> {
    let name = stored.record.name();
    let mut later = Vec::new();
    for seq in (name.seq.0 + 1..).take(MAX_RECORDS - 1) {
        let next = reader.record(reader.leaf_of(EventName { unit: name.unit, seq: UnitSeq(seq) })?)?;
        later.push(*next.record.header_bytes());
        if let Some(signature) = next.signature {
            return Ok(Some(Covered { last: next, later, signature }));
        }
    }
    Ok(None)
}
