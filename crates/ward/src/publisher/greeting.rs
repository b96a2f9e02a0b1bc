//! Agreeing on the head: hello, the district's signed answer, and taking back what our disk has lost.
//!
//! A hello *claims* a head and the district sends back what comes after it. The first claim is the end of the journal. When the
//! district's chain is not ours there (records were sealed on a stale copy of the journal), the next claim is the end of what receipts prove,
//! which both sides hold for certain. While records come back, the claim is the end of what has arrived, so a lost message costs one more
//! question and never the whole restore.

use socai_proto::v1;
use socai_tlog::{ChainHead, Link, Segment, SignedCheckpoint, UnitSeq, VerifiedSegment};

use super::{
    alarm::{Alarm, AlarmKind},
    messages::{Output, Pause},
    receipt::two_roots,
    state::{Phase, Publisher},
};
use crate::rotation;

/// One question for the district's head.
#[derive(Debug)]
pub(super) struct Greeting {
    nonce: [u8; 16],
    /// Where restored records would begin.
    base: ChainHead,
    /// The end of the records that came back, if any did.
    restored: Option<ChainHead>,
    /// The end of the restored records when this hello was said.
    restored_before: Option<ChainHead>,
    /// What came back does not continue `base`.
    elsewhere: bool,
    pub(super) say_at: u64,
    pub(super) said: u32,
}

impl Publisher {
    /// Asks for the head, claiming `claim`.
    pub(super) fn greet(&mut self, now_ms: u64, claim: ChainHead) -> Vec<Output> {
        self.ask(now_ms, claim, None)
    }

    fn ask(&mut self, now_ms: u64, base: ChainHead, restored: Option<ChainHead>) -> Vec<Output> {
        let nonce = self.next_nonce();
        let greeting = Greeting {
            nonce,
            base,
            restored,
            restored_before: restored,
            elsewhere: false,
            say_at: now_ms + self.hello_patience.wait_ms(),
            said: 1,
        };
        let hello = self.hello(&greeting);
        self.phase = Phase::Greeting(greeting);
        vec![Output::Hello(hello)]
    }

    /// No answer came: the same question again, from where the restored records end by now.
    pub(super) fn say_again(&mut self, now_ms: u64) -> Vec<Output> {
        self.hello_patience.lengthen();
        let wait = self.hello_patience.wait_ms();
        let Phase::Greeting(greeting) = &mut self.phase else { return Vec::new() };
        greeting.say_at = now_ms + wait;
        greeting.said += 1;
        match &self.phase {
            Phase::Greeting(greeting) => vec![Output::Hello(self.hello(greeting))],
            _ => Vec::new(),
        }
    }

    fn hello(&self, greeting: &Greeting) -> v1::Hello {
        let claim = greeting.restored.unwrap_or(greeting.base);
        v1::Hello {
            unit: self.unit.0,
            next_seq: claim.next_seq.0,
            head: claim.link.0.to_vec().into(),
            checkpoint: self.newest.as_ref().map(SignedCheckpoint::to_string).unwrap_or_default(),
            nonce: greeting.nonce.to_vec().into(),
            sealed_next_seq: claim.next_seq.0,
            erased_size: self.erased.0,
        }
    }

    /// The district states a head; `own` is the link of our record before it.
    pub(super) fn head(&mut self, now_ms: u64, head: &v1::Head, own: Option<Link>) -> Vec<Output> {
        let Ok(link) = <[u8; 32]>::try_from(head.link.as_ref()).map(Link) else {
            return vec![Output::Ignored("a head whose link is not 32 bytes".to_owned())];
        };
        if head.unit != self.unit.0 || !self.trust.signed_head(head) {
            return vec![Output::Ignored("a head that the operator did not sign for us".to_owned())];
        }
        if let Some(outputs) = self.contradicted(now_ms, head) {
            return outputs;
        }
        let theirs = ChainHead { next_seq: UnitSeq(head.next_seq), link };
        let own = own.or_else(|| self.known_link(theirs.next_seq));
        match head.reason() {
            v1::HeadReason::Suspended | v1::HeadReason::Forked => {
                self.pause(now_ms, Pause::Suspended);
                Vec::new()
            }
            v1::HeadReason::Gap => self.gap(now_ms, theirs, own),
            v1::HeadReason::Hello => self.answer(now_ms, theirs, own, &head.nonce),
            v1::HeadReason::Unspecified => vec![Output::Ignored("a head without a reason".to_owned())],
        }
    }

    /// A head's checkpoint is not linked to ours by a proof, so it only counts when it contradicts ours.
    fn contradicted(&mut self, now_ms: u64, head: &v1::Head) -> Option<Vec<Output>> {
        let held = self.newest.as_ref()?;
        let seen = self.trust.open_checkpoint(&head.checkpoint).ok()?;
        if let Some(detail) = two_roots(held, &seen) {
            let (kind, seq) = (AlarmKind::TwoRoots, UnitSeq(head.next_seq));
            let alarm = Alarm::new(kind, seq, Some(held), Some(&seen), detail);
            return Some(self.halt(alarm));
        }
        let answers_us =
            matches!(&self.phase, Phase::Greeting(greeting) if greeting.nonce[..] == head.nonce[..]);
        if seen.size() < held.size() && answers_us {
            let theirs = UnitSeq(head.next_seq);
            self.pause(now_ms, Pause::DistrictBehind { theirs, ours: self.recorded.next_seq });
            return Some(Vec::new());
        }
        None
    }

    /// What we sent did not continue the district's head.
    fn gap(&mut self, now_ms: u64, theirs: ChainHead, own: Option<Link>) -> Vec<Output> {
        if !matches!(self.phase, Phase::Publishing { .. }) {
            return Vec::new();
        }
        if own == Some(theirs.link) && theirs.next_seq >= self.recorded.next_seq {
            self.window.rewind(theirs.next_seq);
            return Vec::new();
        }
        self.greet(now_ms, self.journal)
    }

    /// The answer to our hello: everything we sent before it is settled.
    fn answer(&mut self, now_ms: u64, theirs: ChainHead, own: Option<Link>, nonce: &[u8]) -> Vec<Output> {
        let Phase::Greeting(greeting) = &self.phase else { return Vec::new() };
        if greeting.nonce[..] != *nonce {
            return vec![Output::Ignored("the answer to an earlier hello".to_owned())];
        }
        self.hello_patience.reset();
        let ours = self.recorded.next_seq;
        if theirs.next_seq < ours {
            self.pause(now_ms, Pause::DistrictBehind { theirs: theirs.next_seq, ours });
            return Vec::new();
        }
        if own == Some(theirs.link) {
            self.window.restart(theirs.next_seq);
            self.phase = Phase::Publishing { overdue_at: None };
            return Vec::new();
        }
        self.rejoin(now_ms, theirs)
    }

    /// The district's chain goes on where ours does not.
    fn rejoin(&mut self, now_ms: u64, theirs: ChainHead) -> Vec<Output> {
        let Phase::Greeting(greeting) = &self.phase else { return Vec::new() };
        let (base, restored) = (greeting.base, greeting.restored);
        if restored == Some(theirs) {
            self.phase = Phase::Rejoining;
            return vec![Output::Rejoin { base, head: theirs }];
        }
        let arrived = restored != greeting.restored_before;
        let beyond = restored.is_some_and(|end| end.next_seq >= theirs.next_seq);
        let lost = !greeting.elsewhere && !beyond && theirs.next_seq > base.next_seq;
        match (lost, arrived) {
            // Some of it came: ask for the rest.
            (true, true) => self.ask(now_ms, base, restored),
            // All of it was lost on the way: the same question, after a wait.
            (true, false) => {
                let wait = self.hello_patience.wait_ms();
                if let Phase::Greeting(greeting) = &mut self.phase {
                    greeting.say_at = now_ms + wait;
                }
                Vec::new()
            }
            (false, _) if base != self.recorded => self.ask(now_ms, self.recorded, None),
            (false, _) if base.next_seq == UnitSeq(0) => {
                self.pause(now_ms, Pause::OtherGenesis);
                Vec::new()
            }
            (false, _) => self.halt(self.other_chain(theirs)),
        }
    }

    fn other_chain(&self, theirs: ChainHead) -> Alarm {
        let detail = format!(
            "before record {} the district's link is {}, receipts prove {} before record {}",
            theirs.next_seq, theirs.link, self.recorded.link, self.recorded.next_seq
        );
        Alarm::new(AlarmKind::OtherChain, theirs.next_seq, self.newest.as_ref(), None, detail)
    }

    /// Records of ours come back. They are ours only if they continue what we hold and one of our keys signed them.
    pub(super) fn restore(&mut self, restore: v1::Restore) -> Vec<Output> {
        let mut outputs = Vec::new();
        for bytes in restore.segments {
            match self.take_back(bytes) {
                Ok(Some(segment)) => {
                    outputs.extend(self.first_restored().map(Output::BeginRestore));
                    self.restored_to(&segment);
                    outputs.push(Output::Restore(segment));
                }
                Ok(None) => {}
                Err(why) => outputs.push(Output::Ignored(why)),
            }
        }
        outputs
    }

    fn take_back(&mut self, bytes: bytes::Bytes) -> Result<Option<VerifiedSegment>, String> {
        let segment =
            Segment::parse_restored(bytes).map_err(|error| format!("a restored segment: {error}"))?;
        if segment.unit() != self.unit {
            return Err(format!("a restored segment of unit {}", segment.unit()));
        }
        let Phase::Greeting(greeting) = &mut self.phase else { return Ok(None) };
        let (from, end) = (segment.continues(), greeting.restored.unwrap_or(greeting.base));
        if from.next_seq != end.next_seq {
            return Ok(None); // came twice, or one before it was lost: the next hello asks again
        }
        let segment = self.signed_by_us(segment)?;
        if from.link != end.link {
            if let Phase::Greeting(greeting) = &mut self.phase {
                greeting.elsewhere = greeting.restored.is_none();
            }
            return Ok(None);
        }
        Ok(Some(segment))
    }

    fn signed_by_us(&self, segment: Segment) -> Result<VerifiedSegment, String> {
        let mut refused = String::from("no sealing key is known");
        for key in self.keys.iter().rev() {
            match segment.clone().verify(self.trust.origin(), key) {
                Ok(segment) => return Ok(segment),
                Err(error) => refused = error.to_string(),
            }
        }
        Err(format!("a restored segment is signed by none of our keys: {refused}"))
    }

    /// Where restored records begin, before the first of them.
    fn first_restored(&self) -> Option<ChainHead> {
        match &self.phase {
            Phase::Greeting(greeting) if greeting.restored.is_none() => Some(greeting.base),
            _ => None,
        }
    }

    /// The restored records end here now; a key that they bring in signs what follows.
    fn restored_to(&mut self, segment: &VerifiedSegment) {
        self.keys.extend(rotation::new_key(segment.last()));
        if let Phase::Greeting(greeting) = &mut self.phase {
            greeting.restored = Some(segment.head());
        }
    }
}
