//! Facts bytes become an [`Event`] once, here, and nothing else makes one.

use socai_proto::{Fields, schema::Field, view, view::View as _};
use socai_tlog::{EventName, MAX_FACTS, UnitNo, UnitSeq};

use crate::identity::identity_in;
use crate::{CivilDate, NotADate};

pub use socai_proto::{text::KnownTexts, view::Kind};

/// Whether a kind is the ledger's own: domain A, tags 101 to 199.
#[inline]
#[must_use]
pub const fn is_ledgers(tag: u32) -> bool {
    tag < 200
}

/// The 16 random bytes a publisher gives a fact: its idempotency key.
pub type EventId = [u8; 16];

/// A fact with a known kind, a real date and a whole id, read in place from facts bytes.
///
/// Holding one proves only that the bytes are readable; whether it breaks a rule is what
/// [`rules::check`](crate::rules::check) says. A draft is encoded first and read back like everybody else's facts.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    facts: &'a [u8],
    view: view::Event<'a>,
    occurred_on: CivilDate,
    obeys_schema: bool,
}

/// Facts bytes that are no event of this release. The remedy is the sender's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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
    NotFacts(#[from] view::NotFacts),
    /// The kind is missing, or from a newer release.
    #[error("the event has no kind that this release knows: state one, or upgrade")]
    UnknownKind,
    /// The id has another length.
    #[error("id: {got} bytes, expected 16 random ones")]
    BadId {
        /// Bytes of the id.
        got: usize,
    },
    /// `occurred_on` is no day of the calendar.
    #[error("occurred_on: {0}")]
    BadDate(#[from] NotADate),
}

impl<'a> Event<'a> {
    /// Reads the facts of a record in place.
    pub fn decode(facts: &'a [u8]) -> Result<Event<'a>, Malformed> {
        let mut event = Event::blank(facts);
        event.fill(None)?;
        Ok(event)
    }

    /// Reads facts that were judged before; whoever holds rules against them asks everything again.
    ///
    /// # Errors
    /// As [`Event::decode`].
    pub fn decode_again(facts: &'a [u8]) -> Result<Event<'a>, Malformed> {
        let mut event = Event::blank(facts);
        event.fill_again()?;
        Ok(event)
    }

    /// As [`Event::decode_again`], shown where it was read: an event is too large to be moved without need.
    ///
    /// # Errors
    /// As [`Event::decode`].
    #[inline]
    pub fn show_again<T>(facts: &'a [u8], show: impl FnOnce(&Event<'a>) -> T) -> Result<T, Malformed> {
        let mut event = Event::blank(facts);
        event.fill_again()?;
        Ok(show(&event))
    }

    /// As [`Event::decode`], for whoever reads many: texts known from earlier facts are not judged again, and the event is shown where it was read,
    /// because it is too large to be moved without need. Allocates nothing.
    #[inline]
    pub fn decode_next<T>(
        facts: &'a [u8],
        known: &mut KnownTexts,
        show: impl FnOnce(&Event<'a>) -> T,
    ) -> Result<T, Malformed> {
        let mut event = Event::blank(facts);
        event.fill(Some(known))?;
        Ok(show(&event))
    }

    #[inline]
    fn blank(facts: &'a [u8]) -> Event<'a> {
        Event { facts, view: view::Event::default(), occurred_on: CivilDate::MIN, obeys_schema: false }
    }

    fn fill_again(&mut self) -> Result<(), Malformed> {
        self.view.fill(self.facts, &mut view::Plainly)?;
        self.check()
    }

    fn fill(&mut self, known: Option<&mut KnownTexts>) -> Result<(), Malformed> {
        if self.facts.len() > MAX_FACTS {
            return Err(Malformed::TooLong { got: self.facts.len() });
        }
        let look = |field: &'static Field, text: &str| identity_in(field, text).is_none();
        self.obeys_schema = self.view.fill_obeying(self.facts, known, look).is_ok();
        if !self.obeys_schema {
            self.view = view::Event::read(self.facts)?;
        }
        self.check()
    }

    /// What no event is without, and what no rule can be asked about.
    #[inline]
    fn check(&mut self) -> Result<(), Malformed> {
        if self.view.kind.is_none() {
            return Err(Malformed::UnknownKind);
        }
        if self.view.id.len() != size_of::<EventId>() {
            return Err(Malformed::BadId { got: self.view.id.len() });
        }
        self.occurred_on = match self.obeys_schema {
            true => CivilDate::of_valid(self.view.occurred_on), // a date by the schema's rules
            false => CivilDate::from_yyyymmdd(self.view.occurred_on)?,
        };
        Ok(())
    }

    /// Whether it was found to break no descriptor rule and to hold no identity while it was read.
    #[inline]
    pub(crate) fn obeys_schema(&self) -> bool {
        self.obeys_schema
    }

    /// The bytes it was read from.
    #[inline]
    pub fn facts(&self) -> &'a [u8] {
        self.facts
    }

    /// The whole message, for what has no method here.
    #[inline]
    pub fn view(&self) -> &view::Event<'a> {
        &self.view
    }

    /// The idempotency key.
    pub fn id(&self) -> EventId {
        let mut id = [0; 16];
        id.copy_from_slice(self.view.id); // decode refuses other lengths
        id
    }

    /// The civil date on which the fact took effect; decides the period.
    #[inline]
    pub fn occurred_on(&self) -> CivilDate {
        self.occurred_on
    }

    /// The kind with its payload.
    #[inline]
    pub fn kind(&self) -> &Kind<'a> {
        self.view.kind.as_ref().expect("decode refuses an event without a kind")
    }

    /// The payload's fields by protobuf tag.
    pub fn payload(&self) -> &dyn Fields {
        self.kind()
    }

    /// The protobuf tag of the kind, 262 for `penalty.decided`.
    #[inline]
    pub fn tag(&self) -> u32 {
        self.kind().tag()
    }

    /// Unit ids of the territory where it happened: none = not attributable, several = not split.
    #[inline]
    pub fn place(&self) -> view::Repeated<'a, &'a str> {
        self.view.place
    }

    /// The lifecycle key, when the fact belongs to a case.
    #[inline]
    pub fn case(&self) -> Option<&'a str> {
        Some(self.view.case).filter(|case| !case.is_empty())
    }

    /// Names of recorded facts this one builds on.
    pub fn refs(&self) -> impl Iterator<Item = EventName> + use<'a> {
        self.view.refs.iter().map(|reference| name_of(&reference))
    }

    /// The legal document behind the fact.
    #[inline]
    pub fn doc(&self) -> Option<&view::Doc<'a>> {
        self.view.doc.as_ref()
    }

    /// The office that entered it, never a name.
    pub fn entered_by(&self) -> &'a str {
        self.view.entered_by
    }

    /// The office that approved it, when one did.
    pub fn approved_by(&self) -> Option<&'a str> {
        Some(self.view.approved_by).filter(|office| !office.is_empty())
    }
}

/// The name a protobuf reference states.
pub fn name_of(reference: &view::Ref) -> EventName {
    EventName { unit: UnitNo(reference.unit), seq: UnitSeq(reference.seq) }
}
