//! The kind table: every kind of event this release knows.

use prost_reflect::{DescriptorPool, MessageDescriptor};
use std::sync::OnceLock;

use crate::schema::{KINDS, KindInfo};
use crate::{json, v1};

/// Every kind in tag order: ledger first, then the domains by letter.
#[must_use]
pub fn kinds() -> &'static [KindInfo] {
    &KINDS
}

/// The kind of this name, `penalty.decided`.
#[must_use]
pub fn kind(name: &str) -> Option<&'static KindInfo> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The kind with this tag in the oneof, 262 for `penalty.decided`. Costs a look into a table.
#[inline]
#[must_use]
pub fn kind_by_tag(tag: u32) -> Option<&'static KindInfo> {
    let place = PLACES.get(tag as usize).copied()?;
    KINDS.get(usize::from(place)).filter(|kind| kind.tag == tag)
}

/// By tag, the place of its kind in [`KINDS`]; any other place where there is none.
static PLACES: [u8; 1 << 10] = {
    assert!(KINDS.len() <= 1 << 8, "more kinds than a byte can number");
    let (mut places, mut at) = ([0; 1 << 10], 0);
    while at < KINDS.len() {
        places[KINDS[at].tag as usize] = at as u8; // a tag above the table's end stops the build
        at += 1;
    }
    places
};

/// The kind of an event; `None` when it has none that this release knows.
#[must_use]
pub fn kind_of(event: &v1::Event) -> Option<&'static KindInfo> {
    crate::payload_tag(event).and_then(kind_by_tag)
}

impl KindInfo {
    /// A whole event of this kind in the JSON form, without `unit`: the golden vector of the kind, so it always validates.
    #[must_use]
    pub fn example(&self) -> serde_json::Value {
        serde_json::from_str(self.example).expect("every example is read by the vector tests")
    }

    /// The same as an event.
    #[must_use]
    pub fn example_event(&self) -> v1::Event {
        json::event_from_json(&self.example()).expect("every example is read by the vector tests").0
    }

    /// Whether the kind belongs to the ledger itself (letter A): such records cannot be voided.
    #[must_use]
    pub fn is_ledger(&self) -> bool {
        self.domain == "A"
    }

    /// The payload's descriptor, for tools that want reflection (Parquet, OpenAPI).
    #[must_use]
    pub fn descriptor(&self) -> MessageDescriptor {
        let name = format!("socai.v1.{}", self.message.name);
        descriptor_pool().get_message_by_name(&name).expect("tables and pool are built from the same files")
    }
}

/// All of `proto/socai/v1/` with its custom options.
pub fn descriptor_pool() -> &'static DescriptorPool {
    static POOL: OnceLock<DescriptorPool> = OnceLock::new();
    POOL.get_or_init(|| {
        DescriptorPool::decode(DESCRIPTORS).expect("the build decoded the same bytes to write the tables")
    })
}

/// The `FileDescriptorSet` of `proto/socai/v1/`, custom options included, for readers in other languages.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
