//! The one who may append: messages and the operator's own events become commits, commits become answers.
//!
//! There is one round and one order, whoever asks: the projector with messages of the broker, a command line
//! with an event of the operator while no district runs, a restart after a crash.

use std::collections::HashSet;

use bytes::Bytes;
use prost::Message as _;
use socai_domain::Registry;
use socai_fold::{Erasure, Fold};
use socai_log::{Cursor, Lock, LogError, LogKey, NewEntry, Options, Reader, Recovery, Writer};
use socai_proto::v1;
use socai_tlog::{
    ChainHead, EventName, Hash, Link, Origin, SealingKey, SignedCheckpoint, TreeSize, UnitNo, UnitSeq,
    VerifiedSegment,
};
use tokio::sync::watch;

use crate::{
    answers::{Answer, Answerer, Outgoing},
    config::{ConfigError, LedgerConfig, LedgerDir},
    draft,
    erasing::{Erasing, alone},
    error::DistrictError,
    fork,
    gate::{Gate, Past, Reach, Verdict},
    operator::Operator,
    standing::Units,
    stated::Stated,
    sweeping::{self, Wanted},
    witnesses::Held,
};

/// One message of the broker, in stream order.
#[derive(Clone, Debug)]
pub struct Message {
    /// The unit on whose subject it came.
    pub subject: UnitNo,
    /// Its place in the stream.
    pub cursor: Cursor,
    /// An encoded `Up`.
    pub payload: Bytes,
}

/// The log's writer with everything a round needs.
pub struct Ledger {
    dir: LedgerDir,
    config: LedgerConfig,
    operator: Operator,
    writer: Writer,
    reader: Reader,
    gate: Gate,
    /// Segments appended since the last commit: the reader does not see them yet.
    uncommitted: Vec<VerifiedSegment>,
    erasing: Erasing,
    wanted: watch::Sender<Wanted>,
}

/// What the fold makes of the log and appending goes on from.
pub struct Folded {
    /// Units and keys.
    pub registry: Registry,
    /// Erasures that count, in leaf order.
    pub erasures: Vec<Erasure>,
}

impl Folded {
    /// Of a fold of the whole log.
    pub fn of(fold: &Fold) -> Self {
        Folded { registry: fold.registry().clone(), erasures: fold.erasures().iter().copied().collect() }
    }
}

impl Ledger {
    /// Opens the log for appending: takes the lock, recovers, and goes on with what the fold made of everything in the log. Annexes
    /// that are to be erased and still there are erased.
    ///
    /// # Errors
    /// Settings, keys or log cannot be used; another process holds the lock.
    pub fn open(
        dir: &LedgerDir,
        folded: impl FnOnce(&Reader) -> Result<Folded, DistrictError>,
    ) -> Result<(Self, Recovery), DistrictError> {
        let config = dir.read_config()?;
        let origin = Origin::new(&config.origin)
            .map_err(|error| ConfigError::content(&dir.config(), error.to_string()))?;
        let operator = Operator::load(dir, origin.clone())?;
        let key = LogKey::new(origin.clone(), operator.secret().clone());
        let lock = Lock::acquire(&dir.lock())?;
        let held = Held::of(dir, &key)?;
        held.refuse_behind_readers()?;
        let (writer, recovery) = Writer::open(&dir.log(), key, &lock, Options::default())?;
        held.refuse_behind(writer.size())?;
        let reader = Reader::open(&dir.log())?;
        let Folded { registry, erasures } = folded(&reader)?;
        let units = Units::new(registry);
        let gate = Gate::new(origin, operator.public(), units, writer.heads().into_iter().collect());
        let mut ledger = Ledger {
            dir: dir.clone(),
            config,
            operator,
            writer,
            reader,
            gate,
            uncommitted: Vec::new(),
            erasing: Erasing::default(),
            wanted: watch::Sender::default(),
        };
        ledger.erase(&erasures)?;
        Ok((ledger, recovery))
    }

    /// Opens the log while no district runs, replaying it for the registry.
    ///
    /// # Errors
    /// As for [`Ledger::open`], and when the log cannot be replayed.
    pub fn open_alone(dir: &LedgerDir) -> Result<Self, DistrictError> {
        let replayed = |reader: &Reader| {
            let mut fold = Fold::new();
            socai_follow::replay(reader, &mut fold, reader.committed()?.size, |_, _| ())?;
            Ok(Folded::of(&fold))
        };
        Ok(Self::open(dir, replayed)?.0)
    }

    /// The ledger's directory.
    pub fn dir(&self) -> &LedgerDir {
        &self.dir
    }

    /// The ledger's settings.
    pub fn config(&self) -> &LedgerConfig {
        &self.config
    }

    /// The ledger's name.
    pub fn origin(&self) -> &Origin {
        self.operator.origin()
    }

    /// Units besides the operator that have records here.
    pub(crate) fn publishing_units(&self) -> Vec<UnitNo> {
        let heads = self.writer.heads().into_iter().map(|(unit, _)| unit);
        heads.filter(|unit| *unit != UnitNo::OPERATOR).collect()
    }

    /// Where a unit's chain stands; none for a unit nobody registered.
    pub(crate) fn head(&self, unit: UnitNo) -> Option<ChainHead> {
        self.gate.head(unit)
    }

    /// Where the operator's own chain begins.
    pub(crate) fn genesis(&self) -> ChainHead {
        self.operator.genesis()
    }

    /// The operator's public key.
    pub fn operator(&self) -> SealingKey {
        self.operator.public()
    }

    /// A reader of what is committed.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// The registry at the end of the log.
    pub fn registry(&self) -> &Registry {
        self.gate.units().registry()
    }

    /// The newest checkpoint.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        self.writer.checkpoint()
    }

    /// What is left in the stream after a commit, in the form of a hello: the newest checkpoint. Whoever starts from an older copy of the
    /// log meets it there before signing anything.
    pub(crate) fn trace(&self) -> Bytes {
        let checkpoint = self.checkpoint().to_string();
        let hello = v1::Hello { unit: UnitNo::OPERATOR.0, checkpoint, ..v1::Hello::default() };
        Bytes::from(v1::Up { message: Some(v1::up::Message::Hello(hello)) }.encode_to_vec())
    }

    /// Where the last committed message stands in the stream.
    pub fn cursor(&self) -> Cursor {
        self.writer.cursor()
    }

    /// One round: judge, append, commit, answer.
    ///
    /// # Errors
    /// The log refused or we are behind a ward: nothing of the round counts, and the ledger has to be opened again.
    pub fn round(&mut self, messages: Vec<Message>, now_ms: u64) -> Result<Vec<Outgoing>, DistrictError> {
        let mut answers = Vec::new();
        let (mut before, mut cursor) = (self.writer.cursor(), self.writer.cursor());
        let mut carried = false;
        for message in messages {
            carried |= self.erasing.is_in(&message.payload);
            // A crash while judging leaves nothing: messages are still in the stream, the cursor still before them.
            cursor = message.cursor;
            let verdict = {
                let past = RoundPast { reader: &self.reader, uncommitted: &self.uncommitted };
                let reach =
                    Reach { committed: self.writer.checkpoint().size(), next: self.writer.next_leaf() };
                self.gate.consider(message.subject, message.payload, reach, &past)?
            };
            self.carry_out(verdict, before, now_ms, &mut answers)?;
            before = cursor;
        }
        if carried {
            // A crash after this line searches the stream once more than needed.
            self.wanted.send_modify(|wanted| wanted.seen += 1);
            sweeping::forget(&self.dir.swept())?;
        }
        // A crash after this line finds the records and the cursor in the log together; answers not sent are asked
        // for again by wards that send again.
        self.commit(cursor)?;
        let late = self.erasing.carry_out(&mut self.writer, &self.reader)?;
        answers = newest_hellos(answers);
        answers.extend(late.iter().map(alone).map(|(erasure, from)| Answer::Erasure { erasure, from }));
        self.answer(answers)
    }

    /// Erases annexes from the log because the fold says that these erasures count; what their units are told.
    ///
    /// Whatever a crash leaves undone is done at the next start, since the facts are in the log.
    ///
    /// # Errors
    /// The log refused.
    pub fn erase(&mut self, erasures: &[Erasure]) -> Result<Vec<Outgoing>, DistrictError> {
        if !self.erasing.order(erasures) {
            return Ok(Vec::new());
        }
        self.erasing.carry_out(&mut self.writer, &self.reader)?;
        let (targets, to) = self.erasing.wanted();
        self.wanted.send_modify(|wanted| (wanted.targets, wanted.to) = (targets, to));
        self.remind()
    }

    /// Tells units again what they have not confirmed.
    ///
    /// # Errors
    /// The log could not be read.
    pub fn remind(&self) -> Result<Vec<Outgoing>, DistrictError> {
        let open = self.erasing.unconfirmed();
        self.answer(open.into_iter().flat_map(|(unit, since)| self.erasures_for(unit, since)).collect())
    }

    fn erasures_for(&self, unit: UnitNo, since: TreeSize) -> impl Iterator<Item = Answer> + use<> {
        self.erasing.to_tell(unit, since).into_iter().map(|(erasure, from)| Answer::Erasure { erasure, from })
    }

    /// What must not be in the broker's stream any more.
    pub(crate) fn wanted(&self) -> watch::Receiver<Wanted> {
        self.wanted.subscribe()
    }

    /// Seals events of the operator and commits them.
    ///
    /// # Errors
    /// An event breaks a rule (nothing is sealed), or the log refused.
    pub fn publish(&mut self, events: &[v1::Event], now_ms: u64) -> Result<Vec<EventName>, DistrictError> {
        let events: Vec<Stated> = events.iter().cloned().map(Stated::from).collect();
        self.state(&events, now_ms)
    }

    /// The same for events that may have annexes.
    ///
    /// # Errors
    /// As for [`Ledger::publish`].
    pub fn state(&mut self, events: &[Stated], now_ms: u64) -> Result<Vec<EventName>, DistrictError> {
        draft::check(events, self.registry(), now_ms)?;
        let names = self.seal(events, now_ms)?;
        self.commit(self.writer.cursor())?;
        Ok(names)
    }

    /// Does what a verdict says, short of the commit; `before` is the cursor of the message before this one.
    fn carry_out(
        &mut self,
        verdict: Verdict,
        before: Cursor,
        now_ms: u64,
        answers: &mut Vec<Answer>,
    ) -> Result<(), DistrictError> {
        match verdict {
            Verdict::Append { segment, known, seen_size } => {
                let (unit, first) = (segment.unit(), segment.continues().next_seq);
                let last = segment.last().name().seq;
                let first_leaf = (known == 0).then(|| self.writer.next_leaf());
                self.append(segment, known, now_ms)?;
                answers.push(Answer::Receipt { unit, first, last, first_leaf, seen: TreeSize(seen_size) });
            }
            Verdict::Duplicate { unit, first, last, seen_size } => {
                answers.push(Answer::Receipt {
                    unit,
                    first,
                    last,
                    first_leaf: None,
                    seen: TreeSize(seen_size),
                });
            }
            Verdict::Head { unit, reason, nonce, restore_from, erased } => {
                answers.extend(self.head_answer(unit, reason, nonce, restore_from));
                if let Some(to) = erased {
                    self.erasing.confirm(unit, to);
                    answers.extend(self.erasures_for(unit, to));
                }
            }
            Verdict::Fork { name, segment } => {
                // The evidence quotes the log, so what the round appended is committed before it is read. A crash
                // after this line reads the fork again: the cursor still stands before it.
                self.commit(before)?;
                let unit = name.unit;
                let evidence = fork::evidence(&self.reader, name, &segment, now_ms)?;
                self.seal(&[evidence.into()], now_ms)?;
                tracing::warn!(%name, "fork: the unit signed two records with one number and is suspended");
                answers.extend(self.head_answer(unit, v1::HeadReason::Forked, Bytes::new(), None));
            }
            Verdict::Refuse(refused) => {
                tracing::warn!(unit = %refused.unit, code = ?refused.code, text = refused.text, "refused");
                answers.push(Answer::Refusal(refused));
            }
            Verdict::OwnTrace => {}
            Verdict::BehindWard { unit, held } => {
                let (size, log) = (self.writer.size(), self.dir.log());
                return Err(DistrictError::BehindWard { unit, held: held.0, size, log });
            }
        }
        Ok(())
    }

    fn head_answer(
        &self,
        unit: UnitNo,
        reason: v1::HeadReason,
        nonce: Bytes,
        restore_from: Option<UnitSeq>,
    ) -> Option<Answer> {
        let head = self.gate.head(unit)?;
        Some(Answer::Head { unit, head, reason, nonce, restore_from })
    }

    /// Seals events of the operator and appends them.
    pub(crate) fn seal(&mut self, events: &[Stated], now_ms: u64) -> Result<Vec<EventName>, DistrictError> {
        let head = self.gate.head(UnitNo::OPERATOR).unwrap_or_else(|| self.operator.genesis());
        let mut names = Vec::with_capacity(events.len());
        for segment in self.operator.seal(head, events, now_ms)? {
            names.extend(segment.records().iter().map(|record| record.name()));
            self.append(segment, 0, now_ms)?;
        }
        Ok(names)
    }

    /// Hands the records that the log lacks to the writer; nothing is durable before the commit.
    fn append(&mut self, segment: VerifiedSegment, known: usize, now_ms: u64) -> Result<(), LogError> {
        // entries never go back in time, whatever the clock does
        let received_at_ms = now_ms.max(self.writer.received_at_ms());
        let last = segment.records().len() - 1;
        for (place, record) in segment.records().iter().enumerate().skip(known) {
            let signature = (place == last).then_some(segment.signature());
            let leaf = self.writer.append(&NewEntry { received_at_ms, record, signature })?;
            self.gate.follow(record, leaf, received_at_ms);
        }
        self.uncommitted.push(segment);
        Ok(())
    }

    /// Commits what was appended, if anything was.
    pub(crate) fn commit(&mut self, cursor: Cursor) -> Result<(), LogError> {
        if !self.uncommitted.is_empty() {
            self.writer.commit(cursor)?;
            self.uncommitted.clear();
            // derived files that could not be written stop the writer although the commit is good: start again
            self.writer.check()?;
        }
        Ok(())
    }

    /// Writes the answers of a round from what is committed.
    pub(crate) fn answer(&self, answers: Vec<Answer>) -> Result<Vec<Outgoing>, DistrictError> {
        let checkpoint = self.writer.checkpoint();
        let mut answerer = Answerer::new(&self.operator, &self.reader, checkpoint);
        let mut outgoing = Vec::with_capacity(answers.len());
        for answer in answers {
            outgoing.extend(answerer.write(answer)?);
        }
        Ok(outgoing)
    }
}

/// Links of records that are committed, or appended in this round.
struct RoundPast<'a> {
    reader: &'a Reader,
    uncommitted: &'a [VerifiedSegment],
}

impl Past for RoundPast<'_> {
    fn root_at(&self, size: TreeSize) -> Result<Hash, LogError> {
        self.reader.root_at(size)
    }

    fn link_of(&self, name: EventName) -> Result<Link, LogError> {
        let mut records = self.uncommitted.iter().filter(|s| s.unit() == name.unit).flat_map(|s| s.records());
        match records.find(|record| record.name() == name) {
            Some(record) => Ok(record.link()),
            None => Ok(self.reader.record(self.reader.leaf_of(name)?)?.record.link()),
        }
    }
}

/// Keeps of each unit's hello answers the last: it says all the earlier ones did, and may carry megabytes.
fn newest_hellos(answers: Vec<Answer>) -> Vec<Answer> {
    let mut seen = HashSet::new();
    let mut kept: Vec<Answer> = Vec::with_capacity(answers.len());
    for answer in answers.into_iter().rev() {
        let repeats = match &answer {
            Answer::Head { unit, reason: v1::HeadReason::Hello, .. } => !seen.insert(*unit),
            _ => false,
        };
        if !repeats {
            kept.push(answer);
        }
    }
    kept.reverse();
    kept
}
