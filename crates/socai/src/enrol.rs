//! Enrolling units: their keys, their registration in the log, and what their nodes need to start.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};
use socai_district::{Ledger, PublicKeys, UnitSpec, registration, registry_snapshot};
use socai_tlog::{NoteKey, Origin};
use socai_ward::{Enrolment, UnitConfig, UnitDir, generate, new_token};

/// Registers units in one commit, then writes each unit's `unit.toml` and `registry.json`.
///
/// A unit's keys are made if its directory has none. A crash after the commit leaves units without settings: running it
/// again for a registered unit with the same keys writes them.
pub fn units(ledger: &mut Ledger, units: &[(UnitSpec, PathBuf)], now_ms: u64) -> Result<()> {
    let mut enrolments = Vec::with_capacity(units.len());
    let mut events = Vec::with_capacity(units.len());
    for (spec, dir) in units {
        let enrolment = generate(&UnitDir::new(dir)).with_context(|| dir.display().to_string())?;
        let keys = public_keys(&enrolment).with_context(|| format!("keys of {}", spec.unit_id))?;
        if !is_registered(ledger, spec, &keys) {
            events.push(registration(spec, &keys, now_ms)?);
        }
        enrolments.push(enrolment);
    }
    if !events.is_empty() {
        ledger.publish(&events, now_ms)?;
    }
    let registry = serde_json::to_vec(&registry_snapshot(ledger.reader())?)?;
    for ((spec, dir), enrolment) in units.iter().zip(&enrolments) {
        let unit = UnitDir::new(dir);
        config(ledger, spec, enrolment)?.write(&unit).with_context(|| spec.unit_id.clone())?;
        fs::write(unit.registry(), &registry).with_context(|| unit.registry().display().to_string())?;
    }
    Ok(())
}

fn is_registered(ledger: &Ledger, spec: &UnitSpec, keys: &PublicKeys) -> bool {
    let unit = ledger.registry().by_id(&spec.unit_id);
    unit.is_some_and(|unit| unit.no.0 == spec.unit_no && unit.sealing.first().as_bytes() == &keys.sealing)
}

fn config(ledger: &Ledger, spec: &UnitSpec, enrolment: &Enrolment) -> Result<UnitConfig> {
    let settings = ledger.config();
    let origin = Origin::new(&settings.origin)?;
    Ok(UnitConfig {
        unit: spec.unit_id.clone(),
        no: spec.unit_no,
        origin: settings.origin.clone(),
        ledger: settings.ledger.clone(),
        operator: NoteKey::log(origin, ledger.operator()).to_string(),
        first_key: enrolment.sealing_key.clone(),
        nats: settings.nats.clone(),
        listen: "127.0.0.1:0".to_owned(),
        token: new_token()?,
        witness_clock_tolerance_s: None,
    })
}

fn public_keys(enrolment: &Enrolment) -> Result<PublicKeys> {
    Ok(PublicKeys {
        transport: key(&enrolment.transport_key)?,
        sealing: key(&enrolment.sealing_key)?,
        witnessing: key(&enrolment.witnessing_key)?,
    })
}

fn key(text: &str) -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes)
        .with_context(|| format!("{text:?} is not a key of 64 hex digits"))?;
    Ok(bytes)
}
