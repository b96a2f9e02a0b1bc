//! The sealing key that a `key.rotated` record brings in.

use prost::Message as _;
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{Record, SealingKey};

/// The key that signs what follows `record`, if it rotates the sealing key.
///
/// The header's flag says that the record replaces a key, the facts say which: after a new transport or witnessing key the old one seals
/// on. `None` also when the facts hold no usable key.
pub(crate) fn new_key(record: &Record) -> Option<SealingKey> {
    if !record.header().rotates_key() {
        return None;
    }
    let event = v1::Event::decode(record.facts().clone()).ok()?;
    let Some(Kind::KeyRotated(rotated)) = event.kind else { return None };
    if rotated.key() != v1::KeyUse::Sealing {
        return None;
    }
    let key: [u8; 32] = rotated.new_public_key.as_ref().try_into().ok()?;
    SealingKey::from_bytes(&key).ok()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use socai_tlog::{Chain, ChainHead, Header, Link, SigningKey, UnitNo};

    use super::*;

    #[test]
    fn only_a_flagged_record_that_says_sealing_brings_in_a_key() {
        let key = SealingKey::of(&SigningKey::from_bytes(&[4; 32]));
        let rotation = |usage: v1::KeyUse, flags: u8| {
            let rotated = v1::KeyRotated {
                key: usage as i32,
                new_public_key: key.as_bytes().to_vec().into(),
                ..Default::default()
            };
            let event = v1::Event { kind: Some(Kind::KeyRotated(rotated)), ..Default::default() };
            let mut chain = Chain::new(UnitNo(7), ChainHead::genesis(Link::ZERO));
            chain.seal(event.encode_to_vec().into(), Bytes::new(), 1, flags).unwrap()
        };
        assert_eq!(new_key(&rotation(v1::KeyUse::Sealing, Header::ROTATES_KEY)), Some(key));
        assert_eq!(new_key(&rotation(v1::KeyUse::Sealing, 0)), None);
        for usage in [v1::KeyUse::Transport, v1::KeyUse::Witnessing, v1::KeyUse::Unspecified] {
            assert_eq!(new_key(&rotation(usage, Header::ROTATES_KEY)), None, "{usage:?}");
        }
    }
}
