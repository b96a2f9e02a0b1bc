//! The sealing key that a `key.rotated` record brings in.

use prost::Message as _;
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{Record, SealingKey};

/// The key that signs what follows `record`, if it rotates the sealing key.
///
/// `None` also when the header says so and the facts do not hold a usable key: nothing verifies after such a record.
pub(crate) fn new_key(record: &Record) -> Option<SealingKey> {
    if !record.header().rotates_key() {
        return None;
    }
    let event = v1::Event::decode(record.facts().clone()).ok()?;
    let Some(Kind::KeyRotated(rotated)) = event.kind else { return None };
    let key: [u8; 32] = rotated.new_public_key.as_ref().try_into().ok()?;
    SealingKey::from_bytes(&key).ok()
}
