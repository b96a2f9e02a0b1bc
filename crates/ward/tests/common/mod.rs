//! What the tests of the ward share.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)] // each test file uses its part; failing loudly is its job

pub mod district;
pub mod unit;
pub mod ward;

use socai_tlog::{Origin, SealingKey, SigningKey, UnitNo};

/// A district and the disk of its one ward, nothing recorded.
pub fn world() -> (district::FakeDistrict, ward::Disk) {
    let key = SigningKey::from_bytes(&[3; 32]);
    let operator = SigningKey::from_bytes(&[1; 32]);
    let origin = Origin::new("so-cai.example/thu").unwrap();
    let district = district::FakeDistrict::new(origin, operator, UnitNo(7), SealingKey::of(&key));
    let disk = ward::Disk::new(&district, key);
    (district, disk)
}
