//! Reading a policy file, line by line.

use std::collections::{HashMap, HashSet};

use crate::{
    names::parse_decimal,
    note_key::{BadNoteKey, NoteKey},
    policy::{Group, Member, Policy, PolicyLog, PolicyWitness},
};

/// The most bytes of a policy that is read: hundreds of witnesses fit.
const MAX_POLICY_LEN: usize = 256 << 10;

/// A line of a policy that cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the policy: {fault}")]
pub struct BadPolicy {
    /// The line, from 1; the number of lines for what is missing from the whole.
    pub line: usize,
    /// What is wrong with it.
    #[source]
    pub fault: PolicyFault,
}

/// What is wrong with a line of a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyFault {
    /// More than is read.
    #[error("the file has {got} bytes, the limit is {limit}")]
    TooLong {
        /// Its length.
        got: usize,
        /// The most that is read.
        limit: usize,
    },
    /// A control character other than tab and newline.
    #[error("byte {0:#04x} is not allowed")]
    Byte(u8),
    /// A line that is none of the four kinds, or with parts missing or too many.
    #[error(
        "expected `log vkey [url]`, `witness name vkey [url]`, `group name k|any|all names…` or `quorum name`"
    )]
    Form,
    /// A key that cannot be used.
    #[error(transparent)]
    Key(#[from] BadNoteKey),
    /// A witness key where a log's is needed, or the other way round.
    #[error("key {0} has the type of the other role")]
    Role(String),
    /// The same public key for two logs, or for two witnesses.
    #[error("key {0} is listed twice")]
    DuplicateKey(String),
    /// A name that is taken, or `none`.
    #[error("the name {0} is taken")]
    NameTaken(String),
    /// A name that no line before defines.
    #[error("no line before defines {0}")]
    Unknown(String),
    /// A name that is a member of a group already: it would count twice.
    #[error("{0} is a member of a group already")]
    MemberTwice(String),
    /// A threshold that is no number, zero, or above the number of members.
    #[error("the threshold must be any, all or 1 to {members}, got {got}")]
    Threshold {
        /// The text.
        got: String,
        /// Members of the group.
        members: usize,
    },
    /// Two quorum lines.
    #[error("a second quorum")]
    SecondQuorum,
    /// No quorum line.
    #[error("the policy has no quorum line; `quorum none` asks for no witness")]
    NoQuorum,
}

/// What the lines so far define.
#[derive(Default)]
struct Lines<'a> {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    quorum: Option<Option<Member>>,
    names: HashMap<&'a [u8], Member>,
    members: HashSet<&'a [u8]>,
    keys: HashSet<(bool, [u8; 32])>,
}

impl Policy {
    /// Reads a policy file of at most 256 KiB. Bytes above 0x7f are allowed in names, URLs and comments, as they are.
    pub fn parse(file: &[u8]) -> Result<Self, BadPolicy> {
        let (got, limit) = (file.len(), MAX_POLICY_LEN);
        if got > limit {
            return Err(BadPolicy { line: 0, fault: PolicyFault::TooLong { got, limit } });
        }
        let mut lines = Lines::default();
        let mut count = 0;
        for line in file.split(|&byte| byte == b'\n') {
            count += 1;
            lines.read(line).map_err(|fault| BadPolicy { line: count, fault })?;
        }
        let quorum = lines.quorum.ok_or(BadPolicy { line: count, fault: PolicyFault::NoQuorum })?;
        Ok(Policy { logs: lines.logs, witnesses: lines.witnesses, groups: lines.groups, quorum })
    }
}

impl<'a> Lines<'a> {
    fn read(&mut self, line: &'a [u8]) -> Result<(), PolicyFault> {
        if let Some(&byte) = line.iter().find(|&&byte| matches!(byte, 0..=8 | 10..=31 | 127)) {
            return Err(PolicyFault::Byte(byte));
        }
        let words: Vec<_> =
            line.split(|byte| b" \t".contains(byte)).filter(|word| !word.is_empty()).collect();
        match words[..] {
            [] => Ok(()),
            [first, ..] if first[0] == b'#' => Ok(()),
            [b"log", key] => self.log(key, None),
            [b"log", key, url] => self.log(key, Some(url)),
            [b"witness", name, key] => self.witness(name, key, None),
            [b"witness", name, key, url] => self.witness(name, key, Some(url)),
            [b"group", name, threshold, ref members @ ..] if !members.is_empty() => {
                self.group(name, threshold, members)
            }
            [b"quorum", name] => self.quorum(name),
            _ => Err(PolicyFault::Form),
        }
    }

    fn log(&mut self, key: &[u8], url: Option<&[u8]>) -> Result<(), PolicyFault> {
        let key = self.key(key, true)?;
        self.logs.push(PolicyLog { key, url: url.map(text) });
        Ok(())
    }

    fn witness(&mut self, name: &'a [u8], key: &[u8], url: Option<&[u8]>) -> Result<(), PolicyFault> {
        let key = self.key(key, false)?;
        self.define(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(PolicyWitness { name: text(name), key, url: url.map(text) });
        Ok(())
    }

    fn group(&mut self, name: &'a [u8], threshold: &[u8], names: &[&'a [u8]]) -> Result<(), PolicyFault> {
        let members = names.iter().map(|name| self.member(name)).collect::<Result<Vec<_>, _>>()?;
        let k = match threshold {
            b"any" => Some(1),
            b"all" => Some(members.len()),
            number => parse_decimal(&text(number)),
        };
        let fault = PolicyFault::Threshold { got: text(threshold), members: members.len() };
        let threshold = k.filter(|k| (1..=members.len()).contains(k)).ok_or(fault)?;
        self.define(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { name: text(name), threshold, members });
        Ok(())
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), PolicyFault> {
        let quorum = if name == b"none" { None } else { Some(self.named(name)?) };
        if self.quorum.replace(quorum).is_some() {
            return Err(PolicyFault::SecondQuorum);
        }
        Ok(())
    }

    fn key(&mut self, key: &[u8], log: bool) -> Result<NoteKey, PolicyFault> {
        let key: NoteKey = text(key).parse()?;
        if key.is_log() != log {
            return Err(PolicyFault::Role(key.to_string()));
        }
        if !self.keys.insert((log, *key.key_bytes())) {
            return Err(PolicyFault::DuplicateKey(key.to_string()));
        }
        Ok(key)
    }

    fn define(&mut self, name: &'a [u8], as_what: Member) -> Result<(), PolicyFault> {
        if name == b"none" || self.names.insert(name, as_what).is_some() {
            return Err(PolicyFault::NameTaken(text(name)));
        }
        Ok(())
    }

    fn named(&self, name: &[u8]) -> Result<Member, PolicyFault> {
        self.names.get(name).copied().ok_or_else(|| PolicyFault::Unknown(text(name)))
    }

    fn member(&mut self, name: &'a [u8]) -> Result<Member, PolicyFault> {
        let member = self.named(name)?;
        if self.members.insert(name) { Ok(member) } else { Err(PolicyFault::MemberTwice(text(name))) }
    }
}

fn text(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}
