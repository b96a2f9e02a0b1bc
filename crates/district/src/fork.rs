//! Evidence that a unit signed two records with one number.
//!
//! Both records are quoted by their headers, each with the headers that follow it up to the one whose link its
//! segment's signature covers. Anyone with the unit's key verifies it: the quoted headers are one chain, and the
//! signature is over the last link.

use bytes::Bytes;
use socai_log::{LogError, Reader};
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{EventName, HEADER_LEN, UnitSeq, VerifiedSegment};

use crate::draft;

/// One of the two records: its header, the headers after it, and the signature over the last link.
struct Side {
    headers: Vec<[u8; HEADER_LEN]>,
    signature: [u8; 64],
}

impl Side {
    fn header(&self) -> Bytes {
        Bytes::copy_from_slice(&self.headers[0]) // both constructors start with the record itself
    }

    fn following(&self) -> Vec<Bytes> {
        self.headers[1..].iter().map(|header| Bytes::copy_from_slice(header)).collect()
    }
}

/// The event for the log: the recorded side first, the other second.
///
/// # Errors
/// The log could not be read.
pub(crate) fn evidence(
    reader: &Reader,
    name: EventName,
    other: &VerifiedSegment,
    now_ms: u64,
) -> Result<v1::Event, LogError> {
    let first = recorded_side(reader, name)?;
    let second = segment_side(name, other);
    let payload = v1::ForkEvidenced {
        first_header: first.header(),
        first_signature: Bytes::copy_from_slice(&first.signature),
        second_header: second.header(),
        second_signature: Bytes::copy_from_slice(&second.signature),
        first_following: first.following(),
        second_following: second.following(),
    };
    // the id is made of the evidence, so the same fork told twice is one fact
    let id = Bytes::copy_from_slice(&payload.second_signature[..16]);
    Ok(draft::operator_event(id, now_ms, Kind::ForkEvidenced(payload)))
}

/// The record in the log, up to the next one that carries a signature: commits hold whole segments.
fn recorded_side(reader: &Reader, name: EventName) -> Result<Side, LogError> {
    let mut headers = Vec::new();
    let mut seq = name.seq;
    loop {
        let stored = reader.record(reader.leaf_of(EventName { unit: name.unit, seq })?)?;
        headers.push(*stored.record.header_bytes());
        if let Some(signature) = stored.signature {
            return Ok(Side { headers, signature });
        }
        seq = UnitSeq(seq.0 + 1);
    }
}

fn segment_side(name: EventName, segment: &VerifiedSegment) -> Side {
    let from = segment.records().iter().skip_while(|record| record.name() != name);
    let headers = from.map(|record| *record.header_bytes()).collect();
    Side { headers, signature: *segment.signature() }
}
