//! What benchmarks stand on: a founded ledger with a few units, and segments sealed in advance.

use std::path::Path;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use socai_district::{LedgerConfig, LedgerDir, PublicKeys, UnitSpec, establish, registration};
use socai_log::Reader;
use socai_tlog::{
    Chain, ChainHead, Origin, SealingKey, Segment, SigningKey, UnitNo, VerifiedSegment, genesis,
};

use super::facts::{Facts, WARDS};
use crate::{
    demo::reference,
    ledger,
    simulate::{self, Wish},
};

/// When the bench's records are sealed: after the last of their days, so that none lies in the future.
pub const RECORDED_AT_MS: u64 = 1_680_000_000_000;

/// A ledger with the eleven wards registered, and their sealing keys.
pub struct Ground {
    /// The district's directory.
    pub dir: LedgerDir,
    origin: Origin,
    keys: Vec<SigningKey>,
    chains: Vec<Chain>,
    facts: Facts,
}

impl Ground {
    /// Founds the ledger in `place`.
    pub fn found(place: &Path, nats: &str) -> Result<Self> {
        let dir = LedgerDir::new(place.join("district"));
        let config = LedgerConfig {
            origin: reference::ORIGIN.to_owned(),
            ledger: reference::LEDGER.to_owned(),
            nats: nats.to_owned(),
        };
        let specs = reference::units()?;
        let unit_0 = specs.iter().find(|spec| spec.is_operator()).context("the operator's registration")?;
        let mut ledger = establish(&dir, &config, unit_0, &reference::rules()?, RECORDED_AT_MS)?;
        let (origin, operator) = (Origin::new(reference::ORIGIN)?, ledger.operator());
        let keys: Vec<SigningKey> =
            (1..=WARDS.len() as u8).map(|no| SigningKey::from_bytes(&[no; 32])).collect();
        let wards = specs.iter().filter(|spec| (1..=WARDS.len()).contains(&(spec.unit_no as usize)));
        let events = wards.map(|spec| registration(spec, &public_keys(spec), RECORDED_AT_MS));
        ledger.publish(&events.collect::<Result<Vec<_>, _>>()?, RECORDED_AT_MS)?;
        let chains = (1..).zip(&keys).map(|(no, key)| {
            let unit = UnitNo(no);
            Chain::new(unit, ChainHead::genesis(genesis(&origin, &operator, unit, &SealingKey::of(key))))
        });
        let chains = chains.collect();
        Ok(Ground { dir, origin, chains, keys, facts: Facts::new(1) })
    }

    /// Seals `events` facts into segments of `per_segment`, the wards taking turns.
    pub fn segments(&mut self, events: u64, per_segment: usize) -> Result<Vec<VerifiedSegment>> {
        let mut segments = Vec::new();
        let (mut left, mut turn) = (events, 0);
        while left > 0 {
            let take = left.min(per_segment as u64);
            let ward = turn % self.chains.len();
            let records = (0..take).map(|_| {
                let facts = self.facts.next_bytes(WARDS[ward]);
                self.chains[ward].seal(facts, Bytes::new(), RECORDED_AT_MS, 0)
            });
            let records = records.collect::<Result<Vec<_>, _>>()?;
            segments.push(Segment::seal(records, &self.keys[ward], &self.origin)?);
            (left, turn) = (left - take, turn + 1);
        }
        Ok(segments)
    }
}

/// The ledger that was named, or a simulated district-year of about so many events.
pub fn long_ledger(place: &Path, ledger: Option<&Path>, events: u64) -> Result<(LedgerDir, Reader)> {
    if let Some(ledger) = ledger {
        let reader = ledger::reader(ledger)?;
        let dir = LedgerDir::new(reader.dir().parent().context("the ledger's directory")?);
        return Ok((dir, reader));
    }
    let dir = LedgerDir::new(place.join("district"));
    let wish = Wish { seed: 1, units: 25, days: 365, events_per_day: events.div_ceil(365) };
    simulate::make(&dir, &wish, &mut |_| ())?;
    let reader = Reader::open(&dir.log())?;
    Ok((dir, reader))
}

/// Fixed keys: the benchmark's ledger protects nothing.
fn public_keys(spec: &UnitSpec) -> PublicKeys {
    let derived = |use_of: u8| {
        let mut seed = [use_of; 32];
        seed[0] = spec.unit_no as u8;
        *SealingKey::of(&SigningKey::from_bytes(&seed)).as_bytes()
    };
    let sealing = *SealingKey::of(&SigningKey::from_bytes(&[spec.unit_no as u8; 32])).as_bytes();
    PublicKeys { transport: derived(101), sealing, witnessing: derived(102) }
}
