//! Replacing the sealing key: a fact signed with the old key, after which only the new one signs.

use prost::Message as _;
use socai_domain::time::vietnam_date;
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{Chain, Header, SealingKey};

use super::{Keeper, SealError, Sealed};
use crate::{entropy::random, keys};

impl Keeper {
    /// Makes a new sealing key, stores it, and seals the rotation. Everything after it is signed with the new key.
    ///
    /// # Errors
    /// The key could not be stored (nothing was sealed), or the rotation could not be sealed (the stored key is not used).
    pub(crate) fn rotate(
        &mut self,
        ground: v1::KeyGround,
        entered_by: &str,
        now_ms: u64,
    ) -> Result<(SealingKey, Sealed), SealError> {
        self.revive()?;
        // A crash after this line leaves a key that nothing names: the next rotation makes another.
        let secret =
            keys::add_sealing(&self.dir).map_err(|error| SealError::NotSealed { why: error.to_string() })?;
        let key = SealingKey::of(&secret);
        let facts = facts(&key, ground, entered_by, now_ms)?;
        let mut chain = Chain::new(self.unit.no, self.head());
        let at_ms = now_ms.max(self.floor_ms);
        let record = chain
            .seal(facts.into(), bytes::Bytes::new(), at_ms, Header::ROTATES_KEY)
            .map_err(|error| SealError::NotSealed { why: error.to_string() })?;
        self.keys.hold(secret);
        // A crash after this line finds the key by the public half that the record names.
        self.append(std::slice::from_ref(&record))?;
        Ok((key, Sealed { name: record.name(), link: record.link(), already: false }))
    }
}

fn facts(
    key: &SealingKey,
    ground: v1::KeyGround,
    entered_by: &str,
    now_ms: u64,
) -> Result<Vec<u8>, SealError> {
    let rotated = v1::KeyRotated {
        key: v1::KeyUse::Sealing as i32,
        new_public_key: key.as_bytes().to_vec().into(),
        ground: ground as i32,
        unit: String::new(),
    };
    let source = v1::Source { kind: v1::SourceKind::Manual as i32, ..Default::default() };
    let event = v1::Event {
        id: random::<16>()?.to_vec().into(),
        occurred_on: vietnam_date(now_ms).yyyymmdd(),
        level: v1::Level::Public as i32,
        source: Some(source),
        entered_by: entered_by.to_owned(),
        kind: Some(Kind::KeyRotated(rotated)),
        ..Default::default()
    };
    Ok(event.encode_to_vec())
}
