//! The machine: what it knows and how it changes.

use socai_proto::v1;
use socai_tlog::{ChainHead, Link, SealingKey, SignedCheckpoint, TreeSize, UnitNo, UnitSeq};

use super::{
    alarm::Alarm,
    backoff::{Backoff, LONGEST_WAIT_MS},
    greeting::Greeting,
    messages::{Input, Output, Pause, Standing, Start},
    receipt::{Held, Judgement, Own, Proven, judge, seen_size},
    window::Window,
};
use crate::trust::Trust;

#[derive(Debug)]
pub(super) enum Phase {
    Offline,
    Greeting(Greeting),
    Publishing { overdue_at: Option<u64> },
    Waiting { until: u64, why: Pause },
    Rejoining,
    Halted(Alarm),
}

/// The machine.
pub struct Publisher {
    pub(super) unit: UnitNo,
    pub(super) trust: Trust,
    pub(super) keys: Vec<SealingKey>,
    pub(super) journal: ChainHead,
    pub(super) recorded: ChainHead,
    pub(super) newest: Option<SignedCheckpoint>,
    pub(super) erased: TreeSize,
    pub(super) window: Window,
    pub(super) phase: Phase,
    pub(super) connected: bool,
    pub(super) patience: Backoff,
    pub(super) hello_patience: Backoff,
    nonce_seed: [u8; 32],
    hellos: u64,
}

impl Publisher {
    /// The machine as the disk left it, without a link.
    pub fn new(start: Start) -> Publisher {
        Publisher {
            window: Window::new(start.recorded.next_seq),
            phase: start.alarm.map_or(Phase::Offline, Phase::Halted),
            unit: start.unit,
            trust: start.trust,
            keys: start.keys,
            journal: start.journal,
            recorded: start.recorded,
            newest: start.newest,
            erased: start.erased,
            connected: false,
            patience: Backoff::default(),
            hello_patience: Backoff::default(),
            nonce_seed: start.nonce_seed,
            hellos: 0,
        }
    }

    /// Takes in what happened and says what to do.
    pub fn handle(&mut self, now_ms: u64, input: Input) -> Vec<Output> {
        match input {
            Input::Connected => return self.connected(now_ms),
            Input::Disconnected => self.disconnected(),
            Input::Sealed(head) => self.journal = head,
            Input::KeyAdded(key) => self.keys.push(key),
            Input::Acked(last) => self.window.acked_to(last),
            Input::NotTaken => self.not_taken(now_ms),
            Input::Down { down, own } => return self.heard(now_ms, *down, own.as_deref()),
            Input::Rejoined(head) => return self.rejoined(now_ms, head),
            Input::Erased(size) => self.erased = self.erased.max(size),
            Input::NotRejoined => self.pause(now_ms, Pause::CannotRejoin),
            Input::Cleared => return self.cleared(now_ms),
            Input::Tick => return self.tick(now_ms),
        }
        Vec::new()
    }

    /// The record of our journal that must come along with `down`, if there is one.
    pub fn asks(down: &v1::Down) -> Option<UnitSeq> {
        match down.message.as_ref()? {
            v1::down::Message::Receipt(receipt) => Some(UnitSeq(receipt.last_seq)),
            v1::down::Message::Head(head) => head.next_seq.checked_sub(1).map(UnitSeq),
            _ => None,
        }
    }

    /// The record to publish from, when there is one and it may be sent now.
    pub fn next_send(&self) -> Option<UnitSeq> {
        matches!(self.phase, Phase::Publishing { .. }).then(|| self.window.next(self.journal.next_seq))?
    }

    /// A segment was handed to the broker.
    pub fn sent(&mut self, now_ms: u64, first: UnitSeq, last: UnitSeq) {
        self.window.sent(first, last);
        let wait = self.patience.wait_ms();
        if let Phase::Publishing { overdue_at } = &mut self.phase {
            overdue_at.get_or_insert(now_ms + wait);
        }
    }

    /// When [`Input::Tick`] is due, if ever.
    pub fn wake_at(&self) -> Option<u64> {
        match &self.phase {
            Phase::Greeting(greeting) => Some(greeting.say_at),
            Phase::Publishing { overdue_at } => *overdue_at,
            Phase::Waiting { until, .. } => Some(*until),
            Phase::Offline | Phase::Rejoining | Phase::Halted(_) => None,
        }
    }

    /// The tree size of the newest verified checkpoint, which goes along with every segment.
    pub fn seen_size(&self) -> TreeSize {
        seen_size(self.newest())
    }

    /// The newest verified checkpoint.
    pub fn newest(&self) -> Held<'_> {
        self.newest.as_ref()
    }

    /// The end of the journal as the machine knows it.
    pub fn sealed(&self) -> UnitSeq {
        self.journal.next_seq
    }

    /// The number after the last record that the broker has taken.
    pub fn in_transit_to(&self) -> UnitSeq {
        self.window.acked().min(self.journal.next_seq).max(self.recorded.next_seq)
    }

    /// The number after the last proven record.
    pub fn recorded(&self) -> UnitSeq {
        self.recorded.next_seq
    }

    /// Where the machine stands.
    pub fn standing(&self) -> Standing {
        match &self.phase {
            Phase::Offline => Standing::Offline,
            Phase::Greeting(greeting) => Standing::Greeting { unanswered: greeting.said },
            Phase::Publishing { .. } => Standing::Publishing,
            Phase::Waiting { why, .. } => Standing::Waiting(why.clone()),
            Phase::Rejoining => Standing::Rejoining,
            Phase::Halted(alarm) => Standing::Halted(alarm.clone()),
        }
    }

    fn connected(&mut self, now_ms: u64) -> Vec<Output> {
        self.connected = true;
        self.patience.reset();
        self.hello_patience.reset();
        match self.phase {
            Phase::Halted(_) | Phase::Rejoining => Vec::new(),
            _ => self.greet(now_ms, self.journal),
        }
    }

    fn disconnected(&mut self) {
        self.connected = false;
        if !matches!(self.phase, Phase::Halted(_) | Phase::Rejoining) {
            self.phase = Phase::Offline;
        }
    }

    /// What was sent may or may not arrive: only a hello behind it can tell. It waits, or a broker that refuses would be asked in a loop.
    fn not_taken(&mut self, now_ms: u64) {
        let due = now_ms + self.hello_patience.wait_ms();
        match &mut self.phase {
            Phase::Publishing { overdue_at } => *overdue_at = Some(overdue_at.map_or(due, |at| at.min(due))),
            Phase::Greeting(greeting) => greeting.say_at = greeting.say_at.max(due),
            _ => {}
        }
    }

    fn tick(&mut self, now_ms: u64) -> Vec<Output> {
        if self.wake_at().is_none_or(|at| now_ms < at) {
            return Vec::new();
        }
        match &self.phase {
            Phase::Greeting(_) => self.say_again(now_ms),
            Phase::Publishing { .. } => {
                self.patience.lengthen();
                self.greet(now_ms, self.journal)
            }
            _ => self.greet(now_ms, self.journal),
        }
    }

    fn heard(&mut self, now_ms: u64, down: v1::Down, own: Option<&Own>) -> Vec<Output> {
        if matches!(self.phase, Phase::Halted(_) | Phase::Rejoining | Phase::Offline) {
            return Vec::new();
        }
        match down.message {
            Some(v1::down::Message::Receipt(receipt)) => self.receipt(now_ms, &receipt, own),
            Some(v1::down::Message::Head(head)) => self.head(now_ms, &head, own.map(|own| own.link)),
            Some(v1::down::Message::Refusal(refusal)) => self.refusal(now_ms, &refusal),
            Some(v1::down::Message::Restore(restore)) => self.restore(restore),
            Some(v1::down::Message::Erasure(erasure)) => self.erasure(now_ms, &erasure),
            None => vec![Output::Ignored("an empty message".to_owned())],
        }
    }

    fn receipt(&mut self, now_ms: u64, receipt: &v1::Receipt, own: Option<&Own>) -> Vec<Output> {
        // before any proof is looked at: whoever can write to our inbox could add a false one to a genuine checkpoint
        if receipt.unit != self.unit.0 || !self.trust.signed_receipt(receipt) {
            return vec![Output::Ignored("a receipt that the operator did not sign for us".to_owned())];
        }
        let last = UnitSeq(receipt.last_seq);
        let Some(own) = own.filter(|own| own.link.as_ref() == receipt.head.as_ref()) else {
            return self.puzzled(now_ms, format!("a receipt for a record {last} that is not ours"));
        };
        if last < self.recorded.next_seq {
            return Vec::new();
        }
        match judge(&self.trust, self.newest.as_ref(), receipt, own) {
            Judgement::Proven(proven) => self.proven(now_ms, proven),
            Judgement::Unlinked => {
                self.window.answered(last);
                Vec::new()
            }
            Judgement::Worthless(why) => vec![Output::Ignored(format!("a receipt for record {last}: {why}"))],
            Judgement::Contradiction(alarm) => self.halt(alarm),
        }
    }

    fn proven(&mut self, now_ms: u64, proven: Box<Proven>) -> Vec<Output> {
        self.window.recorded_to(proven.last);
        self.recorded = ChainHead { next_seq: self.window.recorded(), link: proven.link };
        if proven.advances {
            self.newest = Some(proven.checkpoint.clone());
        }
        self.patience.reset();
        let (waits, wait) = (self.window.waits(), self.patience.wait_ms());
        if let Phase::Publishing { overdue_at } = &mut self.phase {
            *overdue_at = waits.then_some(now_ms + wait);
        }
        vec![Output::Save(proven)]
    }

    fn refusal(&mut self, now_ms: u64, refusal: &v1::Refusal) -> Vec<Output> {
        if refusal.unit != self.unit.0 || !self.trust.signed_refusal(refusal) {
            return vec![Output::Ignored("a refusal that the operator did not sign for us".to_owned())];
        }
        let code = refusal.code().as_str_name().trim_start_matches("REFUSAL_CODE_").to_owned();
        self.pause(now_ms, Pause::Refused { code, text: refusal.text.clone() });
        Vec::new()
    }

    /// Something that does not fit what we hold: while publishing, only a new hello can tell why.
    pub(super) fn puzzled(&mut self, now_ms: u64, why: String) -> Vec<Output> {
        let mut outputs = vec![Output::Ignored(why)];
        if matches!(self.phase, Phase::Publishing { .. }) {
            outputs.extend(self.greet(now_ms, self.journal));
        }
        outputs
    }

    pub(super) fn pause(&mut self, now_ms: u64, why: Pause) {
        self.phase = Phase::Waiting { until: now_ms + LONGEST_WAIT_MS, why };
    }

    pub(super) fn halt(&mut self, alarm: Alarm) -> Vec<Output> {
        self.phase = Phase::Halted(alarm.clone());
        vec![Output::Alarm(alarm)]
    }

    fn cleared(&mut self, now_ms: u64) -> Vec<Output> {
        match (&self.phase, self.connected) {
            (Phase::Halted(_), true) => self.greet(now_ms, self.journal),
            (Phase::Halted(_), false) => {
                self.phase = Phase::Offline;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn rejoined(&mut self, now_ms: u64, head: ChainHead) -> Vec<Output> {
        self.journal = head;
        self.window = Window::new(self.recorded.next_seq);
        if self.connected {
            return self.greet(now_ms, head);
        }
        self.phase = Phase::Offline;
        Vec::new()
    }

    /// Sixteen bytes that nobody can foresee and no earlier hello had.
    pub(super) fn next_nonce(&mut self) -> [u8; 16] {
        self.hellos += 1;
        let hash = blake3::keyed_hash(&self.nonce_seed, &self.hellos.to_be_bytes());
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&hash.as_bytes()[..16]);
        nonce
    }

    /// The link before record `seq`, where the machine knows it without the journal.
    pub(super) fn known_link(&self, seq: UnitSeq) -> Option<Link> {
        [self.journal, self.recorded].into_iter().find(|head| head.next_seq == seq).map(|head| head.link)
    }
}
