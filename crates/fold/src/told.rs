//! The facts of one case, for whoever has the records at hand: what a state says of each.
//!
//! The rows of a case are written as its facts come, and nobody keeps them in memory. Whoever wants one case and has no rows looks for its
//! records in the log, and asks the state what has become of them.

use socai_domain::Event;
use socai_proto::view::Heading;

use crate::{
    amended::{Amended, Effective},
    case::{self, CaseFact, CaseStanding},
    fold::Fold,
    recorded::Recorded,
};

impl Fold {
    /// Whether a record may be a fact of a case: it states the case, or was corrected, perhaps to another one. Told without reading the record.
    #[must_use]
    pub fn may_be_of_case(&self, recorded: &Recorded<'_>, case: &str) -> bool {
        let stated = Heading::of(recorded.facts).and_then(|heading| heading.case());
        stated == Some(case) || self.amendments().get(recorded.at.name).is_some()
    }

    /// What a record says in a case as far as it counts; none when it was rejected, is not in this state, or belongs to another case or none.
    #[must_use]
    pub fn case_fact(&self, recorded: &Recorded<'_>, case: &str) -> Option<CaseFact> {
        let (name, leaf) = (recorded.at.name, recorded.at.leaf);
        if leaf.0 >= self.size || self.is_rejected(leaf) {
            return None;
        }
        let (facts, standing) = match self.amendments().get(name) {
            None => (recorded.facts, CaseStanding::Recorded),
            Some(amended) => shown(amended, recorded)?,
        };
        let event = Event::decode(facts).ok().filter(|event| event.case() == Some(case))?;
        let (key, value) = case::row(&event, name, leaf, standing)?;
        CaseFact::read(&key, &value).ok()
    }
}

/// The version of an amended record that its case shows.
fn shown<'a>(amended: &'a Amended, recorded: &'a Recorded<'_>) -> Option<(&'a [u8], CaseStanding)> {
    Some(match amended.effective(recorded.at.name) {
        Effective::Original(facts) => (facts, CaseStanding::Recorded),
        Effective::Corrected(facts) => (facts, CaseStanding::Corrected),
        Effective::Voided => (recorded.facts, CaseStanding::Voided),
        Effective::Missing => return None,
    })
}
