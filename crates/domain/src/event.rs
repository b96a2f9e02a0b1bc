//! Facts bytes become an [`Event`] once, here, and nothing else makes one.

use bytes::Buf;
use prost::Message;
use socai_proto::{Fields, v1};
use socai_tlog::{EventName, MAX_FACTS, UnitNo, UnitSeq};

use crate::{CivilDate, NotADate};

pub use socai_proto::v1::event::Kind;

/// The 16 random bytes a publisher gives a fact: its idempotency key.
pub type EventId = [u8; 16];

/// A fact with a known kind, a real date and a whole id, decoded from facts bytes.
///
/// Holding one proves only that the bytes are readable in one way; whether it breaks a rule is what
/// [`rules::check`](crate::rules::check) says.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    message: v1::Event,
    id: EventId,
    occurred_on: CivilDate,
}

/// Facts bytes that are no event of this release. The remedy is the sender's.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Malformed {
    /// More bytes than facts may have.
    #[error(
        "facts have {got} bytes, at most {MAX_FACTS} are allowed: move text to the annex or split the batch"
    )]
    TooLong {
        /// Bytes of the facts.
        got: usize,
    },
    /// Not a protobuf message of this shape.
    #[error("facts are not a socai.v1 Event: {0}")]
    Protobuf(#[from] prost::DecodeError),
    /// The kind is missing, or from a newer release.
    #[error("the event has no kind that this release knows: upgrade, or state one")]
    UnknownKind,
    /// The bytes hold fields this release does not know, or are not the shortest encoding.
    #[error(
        "facts have {got} bytes, the fields this release knows take {expected}: a fact is not read in part; upgrade, or encode canonically"
    )]
    NotCanonical {
        /// Bytes of the facts.
        got: usize,
        /// Bytes the known fields encode to.
        expected: usize,
    },
    /// The id has another length.
    #[error("the event id has {got} bytes, expected 16")]
    BadId {
        /// Bytes of the id.
        got: usize,
    },
    /// `occurred_on` is no day of the calendar.
    #[error("occurred_on: {0}")]
    BadDate(#[from] NotADate),
}

impl Event {
    /// Decodes the facts of a record. From `Bytes`, byte fields are slices of the input; costs about 0.2 µs.
    ///
    /// Bytes that decode but would encode to another length are refused: a field this release does not know
    /// would otherwise be signed, kept and silently ignored.
    pub fn decode(facts: impl Buf) -> Result<Event, Malformed> {
        let got = facts.remaining();
        if got > MAX_FACTS {
            return Err(Malformed::TooLong { got });
        }
        let event = Event::from_message(v1::Event::decode(facts)?)?;
        match event.message.encoded_len() {
            expected if expected != got => Err(Malformed::NotCanonical { got, expected }),
            _ => Ok(event),
        }
    }

    /// An event of a message built in memory (a draft, a corrected version), checked as decoding checks it.
    pub fn from_message(message: v1::Event) -> Result<Event, Malformed> {
        if message.kind.is_none() {
            return Err(Malformed::UnknownKind);
        }
        let id = message.id[..].try_into().map_err(|_| Malformed::BadId { got: message.id.len() })?;
        let occurred_on = CivilDate::from_yyyymmdd(message.occurred_on)?;
        Ok(Event { message, id, occurred_on })
    }

    /// The facts bytes to seal; [`Event::decode`] reads them back to an equal event.
    pub fn encode(&self) -> Vec<u8> {
        self.message.encode_to_vec()
    }

    /// The whole protobuf message, for JSON, descriptors and corrections.
    pub fn message(&self) -> &v1::Event {
        &self.message
    }

    /// The idempotency key.
    pub fn id(&self) -> EventId {
        self.id
    }

    /// The civil date on which the fact took effect; decides the period.
    pub fn occurred_on(&self) -> CivilDate {
        self.occurred_on
    }

    /// The kind with its payload.
    pub fn kind(&self) -> &Kind {
        self.message.kind.as_ref().expect("from_message refuses an event without a kind")
    }

    /// The payload's fields by protobuf tag.
    pub fn payload(&self) -> &dyn Fields {
        socai_proto::payload(&self.message).expect("from_message refuses an event without a kind")
    }

    /// The protobuf tag of the kind, 262 for `penalty.decided`.
    pub fn tag(&self) -> u32 {
        socai_proto::payload_tag(&self.message).expect("from_message refuses an event without a kind")
    }

    /// Unit ids of the territory where it happened: none = not attributable, several = not split.
    pub fn place(&self) -> &[String] {
        &self.message.place
    }

    /// The lifecycle key, when the fact belongs to a case.
    pub fn case(&self) -> Option<&str> {
        Some(self.message.case.as_str()).filter(|case| !case.is_empty())
    }

    /// Names of recorded facts this one builds on.
    pub fn refs(&self) -> impl Iterator<Item = EventName> {
        self.message.refs.iter().map(name_of)
    }

    /// The legal document behind the fact.
    pub fn doc(&self) -> Option<&v1::Doc> {
        self.message.doc.as_ref()
    }

    /// The office that entered it, never a name.
    pub fn entered_by(&self) -> &str {
        &self.message.entered_by
    }

    /// The office that approved it, when one did.
    pub fn approved_by(&self) -> Option<&str> {
        Some(self.message.approved_by.as_str()).filter(|office| !office.is_empty())
    }
}

/// The name a protobuf reference states.
pub fn name_of(reference: &v1::Ref) -> EventName {
    EventName { unit: UnitNo(reference.unit), seq: UnitSeq(reference.seq) }
}
