//! What threads do apart from each other: hashing, verifying signatures, verifying annexes.

use socai_log::{AnnexesChecked, Chunk, HashedChunk, LogError, Reader, StoredAnnex};

use crate::{claim::Claim, fault::Fault, faults::Place, trust::Trust, unkept::Unkept};

/// Work that needs no other work.
pub(crate) enum Work {
    /// Hash a chunk; the second part is room for the result.
    Hash(Chunk, HashedChunk),
    /// Verify signatures.
    Verify(Vec<Claim>),
    /// Verify annexes of one volume that are neighbours, each with its record's place.
    Annexes(u64, Vec<(Place, StoredAnnex)>),
}

/// What came of it.
pub(crate) enum Done {
    /// The chunk and what is in it.
    Hashed(Chunk, HashedChunk),
    /// Signatures that do not hold.
    Verified(Vec<(Place, Fault)>),
    /// Annexes that are there, that were erased, and that do not hold.
    Annexes { present: u64, erased: Vec<Unkept>, faults: Vec<(Place, Fault)> },
}

impl Work {
    pub(crate) fn run(self, reader: &Reader, trust: &Trust) -> Done {
        match self {
            Work::Hash(chunk, mut room) => {
                chunk.hash_into(&mut room);
                Done::Hashed(chunk, room)
            }
            Work::Verify(claims) => {
                let fault = |claim: &Claim| Some((claim.place, claim.fault(trust)?));
                Done::Verified(claims.iter().filter_map(fault).collect())
            }
            Work::Annexes(volume, annexes) => {
                let stored: Vec<StoredAnnex> = annexes.iter().map(|(_, stored)| *stored).collect();
                annexes_done(&annexes, reader.check_annexes(volume, &stored))
            }
        }
    }
}

fn annexes_done(annexes: &[(Place, StoredAnnex)], checked: Result<AnnexesChecked, LogError>) -> Done {
    match checked {
        Ok(AnnexesChecked { present, erased, faults }) => {
            let fault = |(index, cause): (usize, LogError)| {
                let (place, stored) = annexes[index]; // an index into what was given
                (place, Fault::Annex { name: stored.name, cause })
            };
            let unkept = |index: usize| Unkept::erased(annexes[index].0, &annexes[index].1);
            let erased = erased.into_iter().map(unkept).collect();
            Done::Annexes { present, erased, faults: faults.into_iter().map(fault).collect() }
        }
        Err(error) => {
            let place = annexes.first().map_or(Place::BEHIND, |(place, _)| *place);
            Done::Annexes { present: 0, erased: Vec::new(), faults: vec![(place, error.into())] }
        }
    }
}
