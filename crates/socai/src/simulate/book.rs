//! What is said becomes records: every unit's chain, its key, and the ledger that takes its segments.
//!
//! A unit seals a day's facts in the order they were said and sends them four times a day, unless its line is down; then they come
//! days later, as the records of wards do. Segments go through the district's own gate, so what the log holds is what a
//! district would have recorded. Memory holds the records that are on their way and nothing older.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use prost::Message as _;
use socai_district::{
    Ledger, LedgerConfig, LedgerDir, Message, PublicKeys, UnitSpec, establish_with, registration,
};
use socai_domain::{CivilDate, time};
use socai_fold::{Fold, Verdict};
use socai_log::Cursor;
use socai_proto::v1;
use socai_tlog::{
    Chain, ChainHead, EventName, Header, Origin, Record, SealingKey, Segment, SigningKey, UnitNo, UnitSeq,
    genesis, segment_fit,
};

use super::{dice::Dice, said::Said};
use crate::demo::reference;

/// Minutes of the day at which units send what they sealed.
const ROUNDS: [u64; 4] = [600, 780, 960, 1_080];
/// When the operator states what it has to state.
const OPERATOR_AT: u64 = 1_110;
/// Offices work from this minute on, for so many minutes.
const OFFICE_HOURS: (u64, u64) = (450, 600);

/// A unit with its chain.
struct Desk {
    id: String,
    chain: Chain,
    key: SigningKey,
    next_key: Option<SigningKey>,
    /// What was said today with its annexes, to be sealed at the end of the day.
    said: Vec<(v1::Event, Bytes)>,
    /// Sealed and not yet sent.
    sealed: VecDeque<Record>,
    /// The day on which its line is up again.
    online_from: CivilDate,
}

/// Every chain, and the ledger.
pub struct Book {
    ledger: Ledger,
    origin: Origin,
    seed: u64,
    ids: Dice,
    samples: Dice,
    desks: BTreeMap<u32, Desk>,
    operators: Vec<v1::Event>,
    operator_seq: u64,
    fold: Fold,
    /// Facts of today that somebody may have got wrong.
    pub sample: Vec<(EventName, v1::Event)>,
    /// Records that break a rule on purpose, with the rule.
    pub expected: BTreeMap<EventName, &'static str>,
    /// Records that broke a rule, with the rules.
    pub rejected: BTreeMap<EventName, Vec<String>>,
    /// What was said of each kind.
    pub kinds: BTreeMap<&'static str, u64>,
    closed: BTreeSet<(u32, CivilDate, CivilDate)>,
    last: BTreeMap<(u32, &'static str), CivilDate>,
}

impl Book {
    /// Founds the ledger: the operator, the rules, then every unit.
    pub fn found(dir: &LedgerDir, seed: u64, operator: &UnitSpec, now_ms: u64) -> Result<Book> {
        let config = LedgerConfig {
            origin: reference::ORIGIN.to_owned(),
            ledger: reference::LEDGER.to_owned(),
            nats: "nats://127.0.0.1:4222".to_owned(),
        };
        let mut secrets = Dice::of(seed, "operator");
        let draw = &mut |bytes: &mut [u8]| {
            secrets.fill(bytes);
            Ok(())
        };
        let ledger = establish_with(dir, &config, operator, &reference::rules()?, now_ms, draw)?;
        let mut book = Book {
            origin: ledger.origin().clone(),
            ledger,
            seed,
            ids: Dice::of(seed, "ids"),
            samples: Dice::of(seed, "samples"),
            desks: BTreeMap::new(),
            operators: vec![],
            operator_seq: 0,
            fold: Fold::new(),
            sample: vec![],
            expected: BTreeMap::new(),
            rejected: BTreeMap::new(),
            kinds: BTreeMap::new(),
            closed: BTreeSet::new(),
            last: BTreeMap::new(),
        };
        book.follow()?;
        book.operator_seq = book.fold.activity(UnitNo::OPERATOR).next_seq;
        Ok(book)
    }

    /// Gives a unit its desk and its keys; the operator registers it at the end of the day.
    pub fn enrol(&mut self, spec: &UnitSpec, now_ms: u64) -> Result<()> {
        let unit = UnitNo(spec.unit_no);
        let mut dice = Dice::of(self.seed, &format!("keys of {}", spec.unit_id));
        let mut key = || {
            let mut secret = [0; 32];
            dice.fill(&mut secret);
            SigningKey::from_bytes(&secret)
        };
        let (sealing, transport, witnessing) = (key(), key(), key());
        let public = |key: &SigningKey| *SealingKey::of(key).as_bytes();
        let keys = PublicKeys {
            transport: public(&transport),
            sealing: public(&sealing),
            witnessing: public(&witnessing),
        };
        let mut event = registration(spec, &keys, now_ms)?;
        event.id = self.ids.id();
        self.operators.push(event);
        let first = genesis(&self.origin, &self.ledger.operator(), unit, &SealingKey::of(&sealing));
        let desk = Desk {
            id: spec.unit_id.clone(),
            chain: Chain::new(unit, ChainHead::genesis(first)),
            key: sealing,
            next_key: None,
            said: vec![],
            sealed: VecDeque::new(),
            online_from: CivilDate::MIN,
        };
        self.desks.insert(unit.0, desk);
        Ok(())
    }

    /// A unit's id.
    pub fn id(&self, unit: UnitNo) -> &str {
        self.desks.get(&unit.0).map_or("", |desk| desk.id.as_str())
    }

    /// A unit states a fact; gives the name its record will have.
    pub fn say(&mut self, by: UnitNo, said: Said) -> EventName {
        let annex = said.annex(|| self.ids.id());
        let event = said.event(self.ids.id(), by);
        if let Some(kind) = socai_proto::kind_of(&event) {
            *self.kinds.entry(kind.name).or_default() += 1;
        }
        if by == UnitNo::OPERATOR {
            let name = EventName::new(0, self.operator_seq + self.operators.len() as u64);
            self.operators.push(event);
            return name;
        }
        let desk =
            self.desks.get_mut(&by.0).expect("stories speak for the units of `Offices`, which are enrolled");
        let name =
            EventName { unit: by, seq: UnitSeq(desk.chain.head().next_seq.0 + desk.said.len() as u64) };
        if self.samples.chance(20) {
            self.sample.push((name, event.clone()));
        }
        desk.said.push((event, annex));
        name
    }

    /// A unit replaces its sealing key; gives the new public key for its fact, which must be said next and today's last.
    pub fn new_key(&mut self, unit: UnitNo) -> Bytes {
        let mut secret = [0; 32];
        Dice::of(self.seed, &format!("next key of {}", self.id(unit))).fill(&mut secret);
        let key = SigningKey::from_bytes(&secret);
        let public = Bytes::copy_from_slice(SealingKey::of(&key).as_bytes());
        if let Some(desk) = self.desks.get_mut(&unit.0) {
            desk.next_key = Some(key);
        }
        public
    }

    /// Cuts a unit's line until a day.
    pub fn cut_off(&mut self, unit: UnitNo, until: CivilDate) {
        if let Some(desk) = self.desks.get_mut(&unit.0) {
            desk.online_from = desk.online_from.max(until);
        }
    }

    /// Notes that a unit has closed a span of days.
    pub fn close(&mut self, unit: UnitNo, from: CivilDate, to: CivilDate) {
        self.closed.insert((unit.0, from, to));
    }

    /// Whether a unit has closed a day.
    pub fn is_closed(&self, unit: UnitNo, day: CivilDate) -> bool {
        self.closed.iter().any(|(no, from, to)| *no == unit.0 && *from <= day && day <= *to)
    }

    /// Notes that a unit has something to say under an indicator or kind that it would otherwise declare nil.
    pub fn note(&mut self, unit: UnitNo, what: &'static str, on: CivilDate) {
        let last = self.last.entry((unit.0, what)).or_insert(on);
        *last = on.max(*last);
    }

    /// Whether a unit has said nothing under it since a day.
    pub fn is_nil(&self, unit: UnitNo, what: &'static str, since: CivilDate) -> bool {
        self.last.get(&(unit.0, what)).is_none_or(|last| *last < since)
    }

    /// Seals what was said today, sends what can be sent, and lets the operator speak.
    pub fn end_day(&mut self, today: CivilDate, dice: &mut Dice) -> Result<()> {
        let midnight = time::start_of_day_ms(today);
        self.desks.values_mut().try_for_each(|desk| desk.seal(midnight))?;
        for minute in ROUNDS {
            let now_ms = midnight + minute * 60_000 + dice.below(60_000);
            self.round(today, now_ms, dice)?;
        }
        self.speak(midnight + OPERATOR_AT * 60_000)?;
        self.follow()?;
        let erasures: Vec<_> = self.fold.erasures().iter().copied().collect();
        self.ledger.erase(&erasures)?;
        for desk in self.desks.values() {
            let (unit, sealed) = (desk.chain.unit(), desk.chain.head().next_seq.0);
            let recorded = self.fold.activity(unit).next_seq;
            if recorded + desk.sealed.len() as u64 != sealed {
                let sent = sealed - desk.sealed.len() as u64;
                bail!("{today}: unit {unit} sent {sent} records, the district recorded {recorded} of them");
            }
        }
        Ok(())
    }

    /// The operator publishes what it has to say.
    pub fn speak(&mut self, now_ms: u64) -> Result<()> {
        if !self.operators.is_empty() {
            let names = self.ledger.publish(&std::mem::take(&mut self.operators), now_ms)?;
            self.operator_seq += names.len() as u64;
        }
        Ok(())
    }

    /// The state after everything recorded, and the log behind it.
    pub fn state(&self) -> (&Fold, &socai_log::Reader) {
        (&self.fold, self.ledger.reader())
    }

    /// Whether nothing waits to be sent.
    pub fn is_settled(&self) -> bool {
        self.desks.values().all(|desk| desk.sealed.is_empty())
    }

    fn round(&mut self, today: CivilDate, now_ms: u64, dice: &mut Dice) -> Result<()> {
        let mut order: Vec<u32> = self.desks.keys().copied().collect();
        let first = dice.below(order.len() as u64) as usize;
        order.rotate_left(first);
        let mut messages = vec![];
        for no in order {
            let desk = self.desks.get_mut(&no).context("a desk of this book")?;
            if today < desk.online_from {
                continue;
            }
            for segment in desk.segments(now_ms, &self.origin)? {
                let publish = v1::Publish { seen_size: 0, segment };
                let up = v1::Up { message: Some(v1::up::Message::Publish(publish)) };
                let payload = Bytes::from(up.encode_to_vec());
                messages.push(Message { subject: UnitNo(no), cursor: Cursor::default(), payload });
            }
        }
        if !messages.is_empty() {
            self.ledger.round(messages, now_ms)?;
        }
        Ok(())
    }

    /// Folds what the log has more, noting what does not count.
    fn follow(&mut self) -> Result<()> {
        let end = self.ledger.reader().committed()?.size;
        let rejected = &mut self.rejected;
        socai_follow::replay(self.ledger.reader(), &mut self.fold, end, |record, verdict| {
            if let Verdict::Rejected(rejection) = verdict {
                let codes = rejection.reasons.iter().map(|reason| reason.code.clone()).collect();
                rejected.insert(record.at.name, codes);
            }
        })?;
        Ok(())
    }
}

impl Desk {
    /// Seals today's facts, spread over the office hours.
    fn seal(&mut self, midnight: u64) -> Result<()> {
        let (from, minutes) = OFFICE_HOURS;
        let count = self.said.len() as u64;
        for (place, (event, annex)) in std::mem::take(&mut self.said).into_iter().enumerate() {
            let at = midnight + (from * 60_000) + minutes * 60_000 * place as u64 / count;
            let rotates = matches!(&event.kind, Some(v1::event::Kind::KeyRotated(_)));
            let flags = if rotates { Header::ROTATES_KEY } else { 0 };
            self.sealed.push_back(self.chain.seal(Bytes::from(event.encode_to_vec()), annex, at, flags)?);
        }
        Ok(())
    }

    /// Signs what was sealed by now.
    fn segments(&mut self, now_ms: u64, origin: &Origin) -> Result<Vec<Bytes>> {
        let mut segments = vec![];
        loop {
            let mut records: Vec<Record> = vec![];
            let is_due = |record: &Record| record.header().recorded_at_ms <= now_ms;
            while self.sealed.front().is_some_and(is_due) && records.len() < socai_tlog::MAX_RECORDS {
                records.extend(self.sealed.pop_front());
                if records.last().is_some_and(|record| record.header().rotates_key()) {
                    break; // the last record of its segment
                }
            }
            let fit = segment_fit(&records).max(1).min(records.len());
            records.split_off(fit).into_iter().rev().for_each(|record| self.sealed.push_front(record));
            let Some(last) = records.last() else { return Ok(segments) };
            let rotates = last.header().rotates_key();
            segments.push(Segment::seal(records, &self.key, origin)?.bytes().clone());
            if rotates {
                self.key = self.next_key.take().context("a rotation announces a key that was made")?;
            }
        }
    }
}
