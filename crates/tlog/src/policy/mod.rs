//! Policies (C2SP tlog-policy): which logs and witnesses a reader trusts, and how many witnesses it asks for.

use std::fmt;

use crate::{
    checkpoint::{CheckpointError, SignedCheckpoint},
    names::TreeSize,
    note_key::NoteKey,
};

mod parse;

pub use parse::{BadPolicy, PolicyFault};

/// Logs, witnesses, groups of them and the quorum. Names are byte strings: the format does not ask for UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    /// Each refers to witnesses and to groups before it.
    groups: Vec<Group>,
    quorum: Option<Member>,
}

/// A log that is trusted for its own checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the name is the log's origin.
    pub key: NoteKey,
    /// Where it is served.
    pub url: Option<String>,
}

/// A witness that counts towards the quorum if a group or the quorum line names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyWitness {
    /// Its name in the policy.
    pub name: String,
    /// Its key.
    pub key: NoteKey,
    /// Where it takes checkpoints.
    pub url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: String,
    threshold: usize,
    members: Vec<Member>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// A checkpoint signed by a log of the policy, and who cosigned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The checkpoint.
    pub checkpoint: SignedCheckpoint,
    /// Witnesses of the policy whose cosignatures verified.
    pub witnessed_by: Vec<Cosigned>,
    /// Whether they are enough by the quorum of the policy.
    pub quorum_met: bool,
}

/// A verified cosignature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// The witness's name in the policy.
    pub witness: String,
    /// When it cosigned, seconds since 1970 UTC.
    pub time_s: u64,
}

/// Why a checkpoint does not satisfy a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Not a checkpoint of a log of the policy.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Too few witnesses cosigned.
    #[error("the checkpoint of size {size} has too few cosignatures for the policy, only of: [{}]", got.join(", "))]
    Quorum {
        /// Size of the checkpoint.
        size: TreeSize,
        /// The witnesses that did cosign.
        got: Vec<String>,
    },
}

impl Policy {
    /// Trusts `log` and asks for `threshold` of `witnesses`, 0 for none.
    pub fn threshold(
        log: PolicyLog,
        witnesses: Vec<PolicyWitness>,
        threshold: usize,
    ) -> Result<Self, BadPolicy> {
        let members = (0..witnesses.len()).map(Member::Witness).collect();
        let group = Group { name: "witnesses".to_owned(), threshold, members };
        let (groups, quorum) = match threshold {
            0 => (Vec::new(), None),
            _ => (vec![group], Some(Member::Group(0))),
        };
        // the names and the count are the caller's: what it prints must read back as the same policy
        let policy = Policy { logs: vec![log], witnesses, groups, quorum };
        match Self::parse(policy.to_string().as_bytes())? {
            same if same == policy => Ok(policy),
            _ => Err(BadPolicy { line: 0, fault: PolicyFault::Form }),
        }
    }

    /// The logs in the order of the policy.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses in the order of the policy.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether any witness is asked for.
    pub fn asks_for_witnesses(&self) -> bool {
        self.quorum.is_some()
    }

    /// Verifies a checkpoint and its cosignatures; tells whether they are enough, for those who go on without.
    pub fn open(&self, note: &[u8]) -> Result<Opened, CheckpointError> {
        let logs = self.logs.iter().map(|log| &log.key);
        let keys = logs.chain(self.witnesses.iter().map(|witness| &witness.key));
        let (checkpoint, verified) = SignedCheckpoint::open_verified(note, keys)?;
        let time_of = |key| verified.iter().find(|by| by.key == key).and_then(|by| by.time_s);
        let times: Vec<_> = self.witnesses.iter().map(|witness| time_of(&witness.key)).collect();
        let cosigned = |(witness, time): (&PolicyWitness, &Option<u64>)| {
            time.map(|time_s| Cosigned { witness: witness.name.clone(), time_s })
        };
        let witnessed_by = self.witnesses.iter().zip(&times).filter_map(cosigned).collect();
        Ok(Opened { checkpoint, witnessed_by, quorum_met: self.is_quorum(&times) })
    }

    /// Verifies a checkpoint that must have the quorum.
    pub fn verify(&self, note: &[u8]) -> Result<Opened, PolicyError> {
        let opened = self.open(note)?;
        if opened.quorum_met {
            return Ok(opened);
        }
        let got = opened.witnessed_by.into_iter().map(|cosigned| cosigned.witness).collect();
        Err(PolicyError::Quorum { size: opened.checkpoint.size(), got })
    }

    /// Whether the witnesses that have a time, by their place in the policy, are a quorum.
    fn is_quorum(&self, times: &[Option<u64>]) -> bool {
        let mut groups: Vec<bool> = Vec::with_capacity(self.groups.len());
        let holds = |groups: &[bool], member: &Member| match *member {
            Member::Witness(witness) => times[witness].is_some(),
            Member::Group(group) => groups[group], // groups name only those before them
        };
        for group in &self.groups {
            let count = group.members.iter().filter(|member| holds(&groups, member)).count();
            groups.push(count >= group.threshold);
        }
        self.quorum.is_none_or(|quorum| holds(&groups, &quorum))
    }
}

/// The policy as a file. Groups follow the witnesses; names that are not UTF-8 come out with replacement characters.
impl fmt::Display for Policy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = |url: &Option<String>| url.as_ref().map(|url| format!(" {url}")).unwrap_or_default();
        for log in &self.logs {
            writeln!(out, "log {}{}", log.key, url(&log.url))?;
        }
        for witness in &self.witnesses {
            writeln!(out, "witness {} {}{}", witness.name, witness.key, url(&witness.url))?;
        }
        for group in &self.groups {
            let members: Vec<_> = group.members.iter().map(|member| self.name(member)).collect();
            writeln!(out, "group {} {} {}", group.name, group.threshold, members.join(" "))?;
        }
        writeln!(out, "quorum {}", self.quorum.as_ref().map_or("none", |quorum| self.name(quorum)))
    }
}

impl Policy {
    fn name(&self, member: &Member) -> &str {
        match *member {
            Member::Witness(witness) => &self.witnesses[witness].name,
            Member::Group(group) => &self.groups[group].name,
        }
    }
}
