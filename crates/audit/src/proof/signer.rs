//! Which key a unit had, shown by records of the same log: its registration and every rotation before the record in question.
//!
//! What is shown is what the operator put in the log: whoever holds its key could have left a rotation out. A unit notices, since records
//! signed with its new key would not be recorded, and an audit of the whole log does.

use socai_domain::{Event, Kind};
use socai_proto::v1::KeyUse;
use socai_tlog::{
    Evidence, Header, KeyEvidence, LeafIndex, SealingKey, SignedCheckpoint, UnitNo, link, segment_message,
};

use super::NotProven;

/// What the operator is called where its registration is not at hand.
pub(super) const OPERATOR: &str = "operator";

/// A unit and the key that covers its record.
pub(super) struct Signer {
    pub(super) id: String,
    pub(super) key: SealingKey,
}

/// The signer of the record at `leaf`, as the key records of `evidence` show it under `checkpoint`.
pub(super) fn signer(
    evidence: &Evidence,
    header: &Header,
    leaf: LeafIndex,
    checkpoint: &SignedCheckpoint,
    operator: &SealingKey,
) -> Result<Signer, NotProven> {
    let mut records = evidence.keys.iter().map(|record| {
        record.header().map_err(NotProven::from).and_then(|header| in_log(record, &header, checkpoint))
    });
    if header.unit == UnitNo::OPERATOR {
        return match records.next() {
            None => Ok(Signer { id: OPERATOR.to_owned(), key: *operator }),
            Some(_) => Err(stray(header)),
        };
    }
    let first = records.next().ok_or_else(|| unregistered(header.unit))??;
    let mut signer = registered(&first, header.unit)?;
    let mut before = first.record.leaf;
    for record in records {
        let record = record?;
        if record.record.leaf <= before || record.record.leaf >= leaf {
            return Err(stray(&record.header));
        }
        before = record.record.leaf;
        rotated(&mut signer, &record, header.unit, checkpoint)?;
    }
    match first.record.leaf < leaf {
        true => Ok(signer),
        false => Err(unregistered(header.unit)),
    }
}

/// A key record whose inclusion was verified.
struct InLog<'a> {
    record: &'a KeyEvidence,
    header: Header,
}

fn in_log<'a>(
    record: &'a KeyEvidence,
    header: &Header,
    checkpoint: &SignedCheckpoint,
) -> Result<InLog<'a>, NotProven> {
    let included = checkpoint.verify_inclusion(record.leaf, &record.entry.leaf_hash(), &record.proof);
    included.map_err(|error| {
        let name = header.name();
        NotProven::new(
            "key",
            format!("bản ghi khóa {name} không có trong sổ cái"),
            format!("the key record {name} is not in the log: {error}"),
        )
    })?;
    Ok(InLog { record, header: *header })
}

/// The unit as the operator registered it.
fn registered(record: &InLog<'_>, unit: UnitNo) -> Result<Signer, NotProven> {
    let event = Event::decode(&record.record.facts).map_err(|_| stray(&record.header))?;
    let Kind::UnitRegistered(registered) = event.kind() else { return Err(stray(&record.header)) };
    let key = registered.sealing_key.try_into().ok().and_then(|key| SealingKey::from_bytes(key).ok());
    match key {
        Some(key) if record.header.unit == UnitNo::OPERATOR && registered.unit_no == unit.0 => {
            Ok(Signer { id: registered.unit_id.to_owned(), key })
        }
        _ => Err(unregistered(unit)),
    }
}

/// Takes a rotation into account: by the unit, signed with the key it had, or by the operator.
fn rotated(
    signer: &mut Signer,
    record: &InLog<'_>,
    unit: UnitNo,
    checkpoint: &SignedCheckpoint,
) -> Result<(), NotProven> {
    let event = Event::decode(&record.record.facts).map_err(|_| stray(&record.header))?;
    let Kind::KeyRotated(rotation) = event.kind() else { return Err(stray(&record.header)) };
    let key = rotation.new_public_key.try_into().ok().and_then(|key| SealingKey::from_bytes(key).ok());
    let Some(key) = key.filter(|_| rotation.key() == KeyUse::Sealing) else {
        return Err(stray(&record.header));
    };
    let by_itself = record.header.unit == unit && (rotation.unit.is_empty() || rotation.unit == signer.id);
    let by_operator = record.header.unit == UnitNo::OPERATOR && rotation.unit == signer.id;
    if by_itself && record.header.rotates_key() {
        let last = link(&record.record.entry.header_bytes);
        let message = segment_message(&checkpoint.checkpoint().origin, last);
        let signed = record.record.entry.signature.is_some_and(|by| signer.key.verifies(&message, &by));
        if !signed {
            let name = record.header.name();
            return Err(NotProven::new(
                "key",
                format!("bản ghi đổi khóa {name} không do khóa trước đó ký"),
                format!("the rotation {name} is not signed with the key before it"),
            ));
        }
    } else if !by_operator {
        return Err(stray(&record.header));
    }
    signer.key = key;
    Ok(())
}

fn unregistered(unit: UnitNo) -> NotProven {
    NotProven::new(
        "key",
        format!("không có bản ghi đăng ký khóa của đơn vị {unit} trước bản ghi này"),
        format!("no registration of unit {unit} before this record comes with the proof"),
    )
}

fn stray(header: &Header) -> NotProven {
    let name = header.name();
    NotProven::new(
        "key",
        format!("bản ghi {name} kèm theo không cho biết khóa của đơn vị tại đây"),
        format!("record {name} does not make a key of this unit known at this place"),
    )
}
