//! Replacing the sealing key: a fact signed with the old key, after which only the new one signs.

use std::sync::Arc;

use prost::Message as _;
use socai_domain::CivilDate;
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{Chain, Header, SealingKey};

use super::{Keeper, SealError, Sealed};
use crate::{draft::Drafter, entropy::random, keys};

/// What a rotation is held against: one that the district refuses would leave a chain signed with a key that nobody accepts.
pub(crate) struct Judge {
    /// The rules and the units known here.
    pub(crate) drafter: Arc<Drafter>,
    /// The day of the rotation, in Viet Nam, by the district's clock as far as receipts tell.
    pub(crate) today: CivilDate,
}

impl Keeper {
    /// Makes a new sealing key, stores it, and seals the rotation. Everything after it is signed with the new key.
    ///
    /// # Errors
    /// The key could not be stored (nothing was sealed), a rule forbids the rotation or it could not be sealed (the stored key is not used).
    pub(crate) fn rotate(
        &mut self,
        ground: v1::KeyGround,
        entered_by: &str,
        now_ms: u64,
        judge: &Judge,
    ) -> Result<(SealingKey, Sealed), SealError> {
        self.revive()?;
        // A crash after this line leaves a key that nothing names: the next rotation makes another.
        let secret =
            keys::add_sealing(&self.dir).map_err(|error| SealError::NotSealed { why: error.to_string() })?;
        let key = SealingKey::of(&secret);
        let facts = facts(&key, ground, entered_by, judge.today)?;
        if let Some(problem) = judge.drafter.check_rules(&facts, judge.today).into_iter().next() {
            let why = format!("the district would refuse this rotation: {problem}");
            return Err(SealError::NotSealed { why });
        }
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
    today: CivilDate,
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
        occurred_on: today.yyyymmdd(),
        level: v1::Level::Public as i32,
        source: Some(source),
        entered_by: entered_by.to_owned(),
        kind: Some(Kind::KeyRotated(rotated)),
        ..Default::default()
    };
    Ok(event.encode_to_vec())
}

#[cfg(test)]
mod tests {
    use socai_domain::Registry;
    use socai_tlog::{UnitNo, UnitSeq};

    use super::*;
    use crate::{entropy::IdMaker, testing};

    #[test]
    fn a_rotation_that_the_rules_refuse_is_not_sealed_and_the_old_key_signs_on() {
        let (_dir, unit) = testing::enrolled();
        let mut keeper = testing::open(&unit);
        keeper.seal(&[&[testing::draft(0)]], 1).pop().unwrap().unwrap();
        let (head, key) = (keeper.head(), keeper.history.newest());
        let today = CivilDate::from_yyyymmdd(20_230_201).unwrap();
        let stranger = Drafter::new(
            "hn.tx.ha-dinh.1",
            UnitNo(7),
            IdMaker::new([0; 32]),
            Some(Registry::new()),
            std::sync::Arc::new(crate::vault::Vault::of(&crate::dir::UnitDir::new("nowhere"))),
        );
        for (ground, judge, code) in [
            (v1::KeyGround::Unspecified, testing::judge(today), "required"),
            (v1::KeyGround::Scheduled, Judge { drafter: stranger.into(), today }, "unknown_unit"),
        ] {
            let refused = keeper.rotate(ground, "van-thu", 2, &judge).unwrap_err().to_string();
            assert!(refused.contains("would refuse") && refused.contains(code), "{refused}");
            assert_eq!((keeper.head(), keeper.history.newest()), (head, key));
        }
        keeper.seal(&[&[testing::draft(1)]], 3).pop().unwrap().unwrap();
        assert_eq!(keeper.head().next_seq, UnitSeq(2));
    }

    #[test]
    fn a_rotation_is_dated_by_the_district_and_not_by_a_clock_that_is_ahead() {
        let (_dir, unit) = testing::enrolled();
        let mut keeper = testing::open(&unit);
        let today = CivilDate::from_yyyymmdd(20_230_201).unwrap();
        let ahead_ms = 1_700_000_000_000; // November
        keeper.rotate(v1::KeyGround::Scheduled, "van-thu", ahead_ms, &testing::judge(today)).unwrap();
        let record = testing::records(&keeper).pop().unwrap();
        assert_eq!(v1::Event::decode(record.facts().clone()).unwrap().occurred_on, 20_230_201);
    }
}
