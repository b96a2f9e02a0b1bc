//! How far witnesses have cosigned a ledger, by what lies beside its log, for whoever shows how it stands. `audit verify` holds it against the
//! log as well.

use std::{fs, io, path::Path};

use socai_tlog::{Policy, TreeSize};

use crate::place::Place;

/// Up to where a ledger is witnessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CosignedTo {
    /// The policy asks for no witness, or there is none.
    NotAsked,
    /// The checkpoint of this size is the newest with the quorum of the policy.
    Size(TreeSize),
    /// The policy asks for a quorum that was never there, or cannot be read.
    Nothing,
}

impl CosignedTo {
    /// Of a ledger on this disk.
    #[must_use]
    pub fn of(place: &Place) -> Self {
        CosignedTo::beside(&place.policy(), &place.cosigned())
    }

    /// By a policy and the file with the newest cosigned checkpoint; both may be missing. Cosignatures are verified under the policy's keys.
    #[must_use]
    pub fn beside(policy: &Path, cosigned: &Path) -> Self {
        let policy = match fs::read(policy) {
            Ok(policy) => policy,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return CosignedTo::NotAsked,
            Err(_) => return CosignedTo::Nothing,
        };
        let Ok(policy) = Policy::parse(&policy) else { return CosignedTo::Nothing };
        if !policy.asks_for_witnesses() {
            return CosignedTo::NotAsked;
        }
        let opened = fs::read(cosigned).ok().and_then(|note| policy.open(&note).ok());
        let met = opened.filter(|opened| opened.quorum_met);
        met.map_or(CosignedTo::Nothing, |opened| CosignedTo::Size(opened.checkpoint.size()))
    }

    /// The first entry that is not witnessed, in a tree of `size`; none when all are, or nobody asks.
    #[must_use]
    pub fn unwitnessed_from(self, size: TreeSize) -> Option<u64> {
        let from = match self {
            CosignedTo::NotAsked => return None,
            CosignedTo::Nothing => 0,
            CosignedTo::Size(cosigned) => cosigned.0,
        };
        (from < size.0).then_some(from)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test says what went wrong by panicking
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_cannot_be_read_does_not_ask_for_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let (policy, cosigned) = (dir.path().join("policy"), dir.path().join("cosigned"));
        assert_eq!(CosignedTo::beside(&policy, &cosigned), CosignedTo::NotAsked, "there is none");
        fs::create_dir(&policy).unwrap(); // a directory cannot be read as a file, by nobody
        let unreadable = CosignedTo::beside(&policy, &cosigned);
        assert_eq!(unreadable, CosignedTo::Nothing);
        assert_eq!(unreadable.unwitnessed_from(TreeSize(3)), Some(0), "all three entries");
    }
}
