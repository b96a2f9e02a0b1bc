//! How far witnesses have cosigned, by what the district keeps beside its log. Nothing is verified here: `socai audit verify` does.

use std::fs;

use socai_audit::Place;
use socai_tlog::{Checkpoint, Note, TreeSize};

/// What stands beside the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Witnessed {
    /// The policy asks for no witness.
    NotAsked,
    /// The checkpoint of this size is the newest with a quorum.
    UpTo(TreeSize),
    /// The policy asks for a quorum that was never there.
    Never,
}

impl Witnessed {
    pub(super) fn of(place: &Place) -> Witnessed {
        let policy = fs::read_to_string(place.policy()).unwrap_or_default();
        let quorum = policy.lines().find_map(|line| line.trim().strip_prefix("quorum "));
        if quorum.is_none_or(|quorum| quorum.trim() == "none") {
            return Witnessed::NotAsked;
        }
        let note = fs::read(place.cosigned()).unwrap_or_default();
        let stated = Note::parse(&note).ok().and_then(|note| Checkpoint::parse(note.text()).ok());
        stated.map_or(Witnessed::Never, |stated| Witnessed::UpTo(stated.size))
    }

    /// The first entry that is not witnessed, at a tree of `size`; none when all are, or nobody asks.
    pub(super) fn unwitnessed_since(self, size: TreeSize) -> Option<u64> {
        match self {
            Witnessed::NotAsked => None,
            Witnessed::Never => Some(0),
            Witnessed::UpTo(stated) => (stated < size).then_some(stated.0),
        }
    }
}
