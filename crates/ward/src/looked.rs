//! What the unit, as a witness, found when it looked at the log's entries one by one: its own records as its journal has them, its own keys
//! and nobody else's under its number, and times that its clock allows.
//!
//! In scope: judging shown entries, and how far they were looked at, on the disk. The state is derived: lost, everything is shown again from
//! the first leaf. Out of scope: cosigning (`witness`), HTTP (`socai-web`).

use std::path::Path;

use socai_domain::{Event, Kind};
use socai_proto::v1::KeyUse;
use socai_tlog::{
    BadShown, ChainHead, Digest, EventName, Frontier, Hash, Header, LeafIndex, Link, Malformed, NoteKey,
    ShownEntries, SignedCheckpoint, TreeSize, UnitNo, UnitSeq, link, verify_consistency,
};

use crate::{
    config::Unit,
    dir::{FileError, read_if_there, replace},
    keys::{KeyError, Keys},
};

/// What the journal says of the unit's own records, by number: the link, none for one that it does not have.
pub(crate) type OwnLink<'a> = &'a dyn Fn(UnitSeq) -> Result<Option<Link>, String>;

/// Why shown entries are not passed.
#[derive(Debug, thiserror::Error)]
pub enum NotPassed {
    /// Not a request.
    #[error(transparent)]
    Request(#[from] BadShown),
    /// The checkpoint is not the ledger's.
    #[error("the entries come with no checkpoint of {0}")]
    Checkpoint(String),
    /// The entries begin elsewhere: show them from here.
    #[error("entries are looked at up to {looked}")]
    Elsewhere {
        /// How many were looked at.
        looked: TreeSize,
    },
    /// They are not those of a tree that the operator signed.
    #[error("the entries up to {to} are not those of the signed tree")]
    NotTheTree {
        /// Behind the last of them.
        to: TreeSize,
    },
    /// The operator signed another tree before.
    #[error(
        "the tree of size {size} is not the one that this unit has a signed checkpoint of: keep both, they are evidence of two histories"
    )]
    TwoHistories {
        /// The size of both.
        size: TreeSize,
    },
    /// A record under the unit's number that it did not seal.
    #[error("leaf {leaf} holds record {name} under this unit's number, and this unit did not seal it")]
    Invented {
        /// Where it is.
        leaf: LeafIndex,
        /// Its name.
        name: EventName,
        /// Its link, where it continues the chain and the journal does not have it: a journal may be brought back.
        unknown: Option<Link>,
    },
    /// A key under the unit's number that is none of its own.
    #[error("leaf {leaf} gives this unit the {what} key {key}, which is none of its own")]
    ForeignKey {
        /// Where it is said.
        leaf: LeafIndex,
        /// `transport`, `sealing` or `witnessing`.
        what: &'static str,
        /// The key, in hex.
        key: String,
    },
    /// The operator's record came without its facts, or with others: what it says of this unit cannot be seen.
    #[error("leaf {leaf} is a record of the operator, and its facts were not shown")]
    Hidden {
        /// Where it is.
        leaf: LeafIndex,
    },
    /// A time that cannot be.
    #[error(
        "leaf {leaf} was received {ahead_s} s after now by this unit's clock, {tolerance_s} s are let pass"
    )]
    Future {
        /// Where it is said.
        leaf: LeafIndex,
        /// How far ahead.
        ahead_s: u64,
        /// What is let pass.
        tolerance_s: u64,
    },
    /// A time before the one before it.
    #[error("leaf {leaf} was received before the leaf before it")]
    Backwards {
        /// Where it is said.
        leaf: LeafIndex,
    },
    /// A header that is none.
    #[error("leaf {leaf}: {cause}")]
    Header {
        /// Where it is.
        leaf: LeafIndex,
        /// What is wrong.
        cause: Malformed,
    },
    /// The unit's own journal or keys cannot be read.
    #[error("this unit's own files: {0}")]
    Own(String),
    /// How far was looked cannot be stored.
    #[error(transparent)]
    File(#[from] FileError),
}

impl NotPassed {
    /// Whether the fault stays, whatever is shown later: the operator's signature is evidence of it.
    pub(crate) fn is_lasting(&self) -> bool {
        let heals = matches!(self, NotPassed::Future { .. } | NotPassed::Backwards { .. });
        self.is_contradiction() && !heals
    }

    /// The leaf that it was met at.
    pub(crate) fn leaf(&self) -> Option<LeafIndex> {
        match self {
            NotPassed::Invented { leaf, .. }
            | NotPassed::ForeignKey { leaf, .. }
            | NotPassed::Header { leaf, .. } => Some(*leaf),
            _ => None,
        }
    }

    /// Whether the operator's own signature stands under what cannot be, so that somebody must look.
    pub fn is_contradiction(&self) -> bool {
        match self {
            NotPassed::Request(_)
            | NotPassed::Checkpoint(_)
            | NotPassed::Elsewhere { .. }
            // anybody may send these: the log's own word is not in them
            | NotPassed::NotTheTree { .. }
            | NotPassed::Hidden { .. }
            | NotPassed::Own(_)
            | NotPassed::File(_) => false,
            NotPassed::TwoHistories { .. }
            | NotPassed::Invented { .. }
            | NotPassed::ForeignKey { .. }
            | NotPassed::Future { .. }
            | NotPassed::Backwards { .. }
            | NotPassed::Header { .. } => true,
        }
    }
}

/// How far the entries were looked at.
#[derive(Clone, Debug)]
pub(crate) struct Looked {
    tree: Frontier,
    /// End of the unit's own chain in the log.
    own: ChainHead,
    received_at_ms: u64,
}

/// Who looks, by what.
pub(crate) struct Looking<'a> {
    pub(crate) unit: &'a Unit,
    pub(crate) log: &'a NoteKey,
    pub(crate) keys: &'a dyn Fn() -> Result<Keys, KeyError>,
    pub(crate) own_link: OwnLink<'a>,
    /// Checkpoints that the unit holds: a tree of their size has their root.
    pub(crate) held: &'a [SignedCheckpoint],
    pub(crate) now_ms: u64,
    pub(crate) tolerance_s: u64,
}

impl Looked {
    /// At nothing yet.
    fn nothing(unit: &Unit) -> Self {
        Looked { tree: Frontier::default(), own: unit.genesis(), received_at_ms: 0 }
    }

    /// How far was looked.
    pub(crate) fn size(&self) -> TreeSize {
        self.tree.size()
    }

    /// The root of what was looked at.
    pub(crate) fn root(&self) -> Hash {
        self.tree.root()
    }

    /// Looks at shown entries; on an error nothing has changed.
    pub(crate) fn pass(&self, request: &[u8], looking: &Looking<'_>) -> Result<Looked, NotPassed> {
        let shown = ShownEntries::parse(request)?;
        let note = shown.reached.checkpoint.as_bytes();
        let signed = SignedCheckpoint::open(note, [looking.log])
            .map_err(|_| NotPassed::Checkpoint(looking.log.name().to_string()))?;
        if shown.from != self.size() {
            return Err(NotPassed::Elsewhere { looked: self.size() });
        }
        // first that the operator vouches for them, or anybody could accuse it
        let mut tree = self.tree.clone();
        let hashes: Vec<Hash> = shown.entries.iter().map(|(entry, _)| entry.leaf_hash()).collect();
        hashes.iter().for_each(|hash| tree.push(*hash));
        let to = tree.size();
        verify_consistency(to, &tree.root(), signed.size(), signed.root(), &shown.reached.proof)
            .map_err(|_| NotPassed::NotTheTree { to })?;
        let (mut next, mut last_own) = (self.clone(), None);
        for ((entry, facts), hash) in shown.entries.iter().zip(hashes) {
            let leaf = LeafIndex(next.tree.size().0);
            next.tree.push(hash);
            next.time(leaf, entry.received_at_ms, looking)?;
            let header = Header::decode(&entry.header_bytes);
            let header = header.map_err(|cause| NotPassed::Header { leaf, cause })?;
            if header.unit == looking.unit.no {
                next.own(leaf, &header, &entry.header_bytes, looking)?;
                last_own = Some(leaf);
            }
            if header.unit == UnitNo::OPERATOR {
                keys(leaf, &header, facts, looking)?;
            }
            next.is_held(looking)?;
        }
        // last, because it reads the disk: the last of the unit's records stands for those before, which it links to
        next.is_journal(last_own, looking)?;
        Ok(next)
    }

    fn time(&mut self, leaf: LeafIndex, received_at_ms: u64, looking: &Looking<'_>) -> Result<(), NotPassed> {
        if received_at_ms < self.received_at_ms {
            return Err(NotPassed::Backwards { leaf });
        }
        self.received_at_ms = received_at_ms;
        let (ahead_s, tolerance_s) =
            (received_at_ms.saturating_sub(looking.now_ms) / 1000, looking.tolerance_s);
        match ahead_s > tolerance_s {
            true => Err(NotPassed::Future { leaf, ahead_s, tolerance_s }),
            false => Ok(()),
        }
    }

    /// A record under the unit's number continues its chain.
    fn own(
        &mut self,
        leaf: LeafIndex,
        header: &Header,
        bytes: &[u8; socai_tlog::HEADER_LEN],
        looking: &Looking<'_>,
    ) -> Result<(), NotPassed> {
        let name = EventName { unit: looking.unit.no, seq: header.seq };
        if header.seq != self.own.next_seq || header.prev != self.own.link {
            return Err(NotPassed::Invented { leaf, name, unknown: None });
        }
        self.own = ChainHead { next_seq: UnitSeq(header.seq.0.saturating_add(1)), link: link(bytes) };
        Ok(())
    }

    /// The chain so far is that of the journal.
    fn is_journal(&self, last_own: Option<LeafIndex>, looking: &Looking<'_>) -> Result<(), NotPassed> {
        let Some(last) = self.own.next_seq.0.checked_sub(1).map(UnitSeq) else { return Ok(()) };
        let sealed = (looking.own_link)(last).map_err(NotPassed::Own)?;
        if sealed == Some(self.own.link) {
            return Ok(());
        }
        Err(NotPassed::Invented {
            // of entries without a record of the unit all that is known is that it lies before their end
            leaf: last_own.unwrap_or(LeafIndex(self.size().0.saturating_sub(1))),
            name: EventName { unit: looking.unit.no, seq: last },
            unknown: sealed.is_none().then_some(self.own.link),
        })
    }

    /// A tree of the size of a checkpoint that the unit holds has its root.
    fn is_held(&self, looking: &Looking<'_>) -> Result<(), NotPassed> {
        let size = self.size();
        let of_size = looking.held.iter().find(|held| held.size() == size);
        match of_size.is_none_or(|held| *held.root() == self.root()) {
            true => Ok(()),
            false => Err(NotPassed::TwoHistories { size }),
        }
    }

    /// Reads how far was looked; a file that is damaged says nothing.
    pub(crate) fn read(path: &Path, unit: &Unit) -> Result<Looked, FileError> {
        let bytes = read_if_there(path)?;
        Ok(bytes.and_then(|bytes| Looked::parse(&bytes)).unwrap_or_else(|| Looked::nothing(unit)))
    }

    /// Puts it on the disk.
    pub(crate) fn store(&self, path: &Path) -> Result<(), FileError> {
        let mut bytes = self.own.next_seq.0.to_be_bytes().to_vec();
        bytes.extend(self.own.link.0);
        bytes.extend(self.received_at_ms.to_be_bytes());
        bytes.extend(self.tree.to_bytes());
        let digest = Digest::of(&bytes);
        bytes.extend(digest.0);
        replace(path, &bytes)
    }

    fn parse(bytes: &[u8]) -> Option<Looked> {
        let (content, digest) = bytes.split_last_chunk::<32>()?;
        if Digest::of(content).0 != *digest {
            return None;
        }
        let (next_seq, rest) = content.split_first_chunk::<8>()?;
        let (own_link, rest) = rest.split_first_chunk::<32>()?;
        let (received_at, tree) = rest.split_first_chunk::<8>()?;
        Some(Looked {
            tree: Frontier::from_bytes(tree).ok()?,
            own: ChainHead { next_seq: UnitSeq(u64::from_be_bytes(*next_seq)), link: Link(*own_link) },
            received_at_ms: u64::from_be_bytes(*received_at),
        })
    }
}

/// What a record of the operator says about the unit's keys are the unit's keys.
fn keys(leaf: LeafIndex, header: &Header, facts: &[u8], looking: &Looking<'_>) -> Result<(), NotPassed> {
    if Digest::of(facts) != header.facts {
        return Err(NotPassed::Hidden { leaf });
    }
    // facts that do not decode say nothing to anybody
    let Ok(event) = Event::decode(facts) else { return Ok(()) };
    let stated: Vec<(&'static str, &[u8])> = match event.kind() {
        Kind::UnitRegistered(unit) if unit.unit_no == looking.unit.no.0 => vec![
            ("transport", unit.transport_key),
            ("sealing", unit.sealing_key),
            ("witnessing", unit.witnessing_key),
        ],
        Kind::KeyRotated(rotation) if rotation.unit == looking.unit.config.unit => {
            let what = match rotation.key() {
                KeyUse::Transport => "transport",
                KeyUse::Witnessing => "witnessing",
                _ => "sealing",
            };
            vec![(what, rotation.new_public_key)]
        }
        _ => return Ok(()),
    };
    let own = |error: KeyError| NotPassed::Own(error.to_string());
    let keys = (looking.keys)().map_err(own)?;
    let enrolment = keys.enrolment().map_err(own)?;
    for (what, key) in stated {
        let key = hex::encode(key);
        let is_own = match what {
            "transport" => key == enrolment.transport_key,
            "witnessing" => key == enrolment.witnessing_key,
            _ => {
                key == looking.unit.first_key.to_string()
                    || keys.sealing_keys().any(|known| known.to_string() == key)
            }
        };
        if !is_own {
            return Err(NotPassed::ForeignKey { leaf, what, key });
        }
    }
    Ok(())
}
