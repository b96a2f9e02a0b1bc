//! An event that the operator states.

use bytes::Bytes;
use prost::Message as _;
use socai_proto::v1;

/// An event of the operator with what its annex holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated {
    /// The facts.
    pub event: v1::Event,
    /// Free text; the default is no annex. Its salt may be left out.
    pub annex: v1::Annex,
}

impl From<v1::Event> for Stated {
    fn from(event: v1::Event) -> Self {
        Stated { event, annex: v1::Annex::default() }
    }
}

impl Stated {
    /// Facts and annex as they are sealed.
    pub(crate) fn encoded(&self) -> (Bytes, Bytes) {
        (self.event.encode_to_vec().into(), self.annex.encode_to_vec().into())
    }
}
