//! What the machine is told, what it asks for, and how it shows where it stands.

use socai_proto::v1;
use socai_tlog::{ChainHead, SealingKey, SignedCheckpoint, TreeSize, UnitNo, UnitSeq, VerifiedSegment};

use super::{
    alarm::Alarm,
    erasure::Ordered,
    receipt::{Own, Proven},
};
use crate::trust::Trust;

/// What the machine is made from: what the disk holds at a start.
#[derive(Clone, Debug)]
pub struct Start {
    /// The unit.
    pub unit: UnitNo,
    /// The ledger's name and its operator's key.
    pub trust: Trust,
    /// Every sealing key this unit has had: its own restored records verify with one of them.
    pub keys: Vec<SealingKey>,
    /// The end of the journal.
    pub journal: ChainHead,
    /// The end of what receipts prove, in the same chain.
    pub recorded: ChainHead,
    /// The newest verified checkpoint.
    pub newest: Option<SignedCheckpoint>,
    /// The tree size up to which every order to destroy an annex is carried out.
    pub erased: TreeSize,
    /// A contradiction that nobody has looked at yet.
    pub alarm: Option<Alarm>,
    /// Random bytes from which the nonces of hellos are derived.
    pub nonce_seed: [u8; 32],
}

/// What happened.
#[derive(Debug)]
pub enum Input {
    /// The link to the broker is up, for the first time or again.
    Connected,
    /// The link is down.
    Disconnected,
    /// The journal grew to this head.
    Sealed(ChainHead),
    /// The unit has another sealing key.
    KeyAdded(SealingKey),
    /// The broker took a segment that ends here.
    Acked(UnitSeq),
    /// The broker did not take a message, or it is not known whether it did.
    NotTaken,
    /// The district said something; `own` is our record that [`Publisher::asks`] named, if the journal has it.
    Down {
        /// The message, decoded.
        down: Box<v1::Down>,
        /// Our record at the place it is about.
        own: Option<Box<Own>>,
    },
    /// The journal's new generation is in place and ends here.
    Rejoined(ChainHead),
    /// The new generation could not be made: the district's records and ours do not fit together.
    NotRejoined,
    /// Annexes were destroyed, and every order up to this tree size is carried out, on the disk.
    Erased(TreeSize),
    /// Somebody has looked at the alarm.
    Cleared,
    /// Time passed.
    Tick,
}

/// What is to be done, in this order.
#[derive(Debug)]
pub enum Output {
    /// Send this hello through the stream.
    Hello(v1::Hello),
    /// Keep this receipt, and its checkpoint if it is newer, synced, before the next input.
    Save(Box<Proven>),
    /// Begin a place for records that come back from the district, behind ours before this head.
    BeginRestore(ChainHead),
    /// Put these records there; they continue what is there.
    Restore(VerifiedSegment),
    /// Make a new journal: our records before `base`, the restored ones up to `head`, then ours from `base` on, sealed again.
    Rejoin {
        /// Where the restored records begin.
        base: ChainHead,
        /// Where they end.
        head: ChainHead,
    },
    /// Destroy this annex wherever it lies, then keep the tree size it brings.
    Erase(Ordered),
    /// Keep this contradiction on disk and tell people.
    Alarm(Alarm),
    /// Tell the log why a message was of no use.
    Ignored(String),
}

/// Why nothing is published for a while although the link is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pause {
    /// The unit is suspended until the operator resumes it.
    Suspended,
    /// The district refused what was sent.
    Refused {
        /// Why, for programs: the name of a `RefusalCode`.
        code: String,
        /// Why, for people.
        text: String,
    },
    /// The district holds fewer of our records than it gave receipts for: it must be restored.
    DistrictBehind {
        /// The district's next number.
        theirs: UnitSeq,
        /// The number after the last receipt.
        ours: UnitSeq,
    },
    /// What the district sent back does not join our records: a key or the journal's beginning is missing.
    CannotRejoin,
    /// The district begins our chain elsewhere: origin, operator or first key in `unit.toml` are not those it registered.
    OtherGenesis,
}

/// Where the machine stands, for status and tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No link to the broker.
    Offline,
    /// A hello is under way; how many were sent without an answer.
    Greeting {
        /// Hellos sent since the last answer.
        unanswered: u32,
    },
    /// The head is agreed.
    Publishing,
    /// Not publishing for a while.
    Waiting(Pause),
    /// The journal is being joined with what the district sent back.
    Rejoining,
    /// A contradiction was met.
    Halted(Alarm),
}
