//! The one set of rules, for a ward's draft and for the fold.
//!
//! A rule here looks at one record, the registry and the day it was received: nothing else, because arrival order must
//! not matter. What compares records (a payment above its fine, a decision without its record) or judges conduct (a fine outside
//! its bracket's competence, a late decision) is a finding for readers, never a refusal.
//!
//! The fold runs this for every record, so a fact that breaks nothing costs no allocation; words are only made for breaches.

mod breach;
mod envelope;

use socai_tlog::{LeafIndex, UnitNo};

use crate::{CivilDate, Event, Position, Registry, time};

pub use breach::Breach;
pub(crate) use breach::Breaches;

/// What a record is held against.
#[derive(Clone, Copy, Debug)]
pub struct Ctx<'a> {
    registry: &'a Registry,
    received_on: CivilDate,
    recorded: Option<Recorded>,
}

/// What only a record in the log has.
#[derive(Clone, Copy, Debug)]
struct Recorded {
    leaf: LeafIndex,
    rotates_key: bool,
}

impl<'a> Ctx<'a> {
    /// For a draft: the units the ward knows of, and today in Viet Nam.
    pub fn draft(registry: &'a Registry, today: CivilDate) -> Ctx<'a> {
        Ctx { registry, received_on: today, recorded: None }
    }

    /// For a record at its place in the log.
    pub fn recorded(registry: &'a Registry, at: &Position) -> Ctx<'a> {
        let recorded = Recorded { leaf: at.leaf, rotates_key: at.rotates_key };
        Ctx { registry, received_on: time::vietnam_date(at.received_at_ms), recorded: Some(recorded) }
    }
}

/// Every rule that `event` breaks when `publisher` states it; empty when it may be sealed and counts.
pub fn check(event: &Event<'_>, publisher: UnitNo, ctx: &Ctx<'_>) -> Vec<Breach> {
    let mut out = Breaches::default();
    envelope::check(event, publisher, ctx, &mut out);
    ctx.registry.check(event, publisher, &mut out);
    out.into_vec()
}
