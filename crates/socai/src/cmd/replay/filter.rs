//! Which facts a replay prints, by what their records say; corrections do not change the answer.

use std::{borrow::Cow, collections::BTreeSet};

use anyhow::{Context as _, Result, bail};
use prost::Message as _;
use socai_domain::CivilDate;
use socai_log::{Reader, RecordRef};
use socai_proto::{
    KindInfo, v1,
    view::{self, View as _},
};
use socai_tlog::{LeafIndex, TreeSize, UnitNo};

use crate::{cli::ReplayArgs, cmd::kinds, lang::Lang};

use super::units::Registered;

/// The conditions; all must hold. A condition with several values holds for any of them.
pub struct Filter {
    units: BTreeSet<UnitNo>,
    kinds: Vec<&'static KindInfo>,
    cases: Vec<String>,
    /// `yyyymmdd`.
    days: (i32, i32),
}

/// What is asked of a fact before it is read in full.
#[derive(Default)]
pub struct Facets<'a> {
    /// None when the kind is unknown to this release.
    pub kind: Option<&'static KindInfo>,
    /// `yyyymmdd`; 0 when the facts cannot be read.
    pub occurred_on: i32,
    /// Empty when it belongs to none.
    pub case: Cow<'a, str>,
}

impl<'a> Facets<'a> {
    /// Reads them in place; facts that break the canonical form, as protobuf allows; others give nothing.
    pub fn of(facts: &'a [u8]) -> Self {
        if let Ok(event) = view::Event::read(facts) {
            return Facets {
                kind: event.tag().and_then(socai_proto::kind_by_tag),
                occurred_on: event.occurred_on,
                case: event.case.into(),
            };
        }
        match v1::Event::decode(facts) {
            Ok(event) => Facets {
                kind: socai_proto::kind_of(&event),
                occurred_on: event.occurred_on,
                case: event.case.into(),
            },
            Err(_) => Facets::default(),
        }
    }
}

impl Filter {
    /// From the flags. `until` is where the replay ends: only units registered before it can be asked for.
    ///
    /// # Errors
    /// A kind or unit that does not exist, a text that is no date, a last day before the first.
    pub fn of(args: &ReplayArgs, reader: &Reader, until: TreeSize, lang: Lang) -> Result<Self> {
        let known = |name: &String| socai_proto::kind(name).with_context(|| kinds::unknown(name, lang));
        if args.case.iter().any(|case| case.trim().is_empty()) {
            bail!("--case: {}", lang.pick("tên vụ việc trống", "the name of a case is empty"));
        }
        let from = day("--from", args.from.as_deref())?.unwrap_or(CivilDate::MIN);
        let to = day("--to", args.to.as_deref())?.unwrap_or(CivilDate::MAX);
        if from > to {
            bail!("--from {from} {} --to {to}", lang.pick("sau", "is after"));
        }
        Ok(Filter {
            kinds: args.kind.iter().map(known).collect::<Result<_>>()?,
            units: Registered::named(&args.unit, reader, LeafIndex(until.0))?,
            cases: args.case.clone(),
            days: (from.yyyymmdd(), to.yyyymmdd()),
        })
    }

    /// Whether the publisher is asked for. Costs nothing, so it is asked first.
    pub fn wants_unit(&self, record: &RecordRef<'_>) -> bool {
        self.units.is_empty() || self.units.contains(&record.name().unit)
    }

    /// Whether the rest is.
    pub fn wants(&self, fact: &Facets<'_>) -> bool {
        let is_kind = |kind: &&KindInfo| fact.kind.is_some_and(|of| of.tag == kind.tag);
        (self.kinds.is_empty() || self.kinds.iter().any(is_kind))
            && (self.cases.is_empty() || self.cases.iter().any(|case| *case == fact.case))
            && self.days.0 <= fact.occurred_on
            && fact.occurred_on <= self.days.1
            || self.is_open() // facts that cannot be read have no day, and are shown to whoever wants everything
    }

    fn is_open(&self) -> bool {
        let all_days = (CivilDate::MIN.yyyymmdd(), CivilDate::MAX.yyyymmdd());
        self.kinds.is_empty() && self.cases.is_empty() && self.days == all_days
    }
}

fn day(flag: &str, text: Option<&str>) -> Result<Option<CivilDate>> {
    let read = |text: &str| text.parse().with_context(|| flag.to_owned());
    text.map(read).transpose()
}
