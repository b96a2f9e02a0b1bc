//! Evidence of a fork, held against the unit's own keys: an operator who makes it up is found out here.

use socai_proto::view::{ForkEvidenced, Repeated};
use socai_tlog::{EventName, Header, Link, Origin, SealingKey, link, segment_message};

/// Why the evidence proves no fork, if so: two different headers of one name, each leading to a link that the unit signed.
pub(crate) fn flaw(
    fork: &ForkEvidenced<'_>,
    origin: &Origin,
    key_of: impl Fn(EventName) -> Option<SealingKey>,
) -> Option<&'static str> {
    if fork.first_header == fork.second_header {
        return Some("both headers are the same");
    }
    let sides = [
        (fork.first_header, fork.first_following, fork.first_signature),
        (fork.second_header, fork.second_following, fork.second_signature),
    ];
    let mut names = Vec::new();
    for (header, following, signature) in sides {
        let Some((first, last, signed)) = chain(header, following) else {
            return Some("its headers are no chain");
        };
        let Some(key) = key_of(last) else { return Some("the unit is not registered") };
        let signature = <&[u8; 64]>::try_from(signature);
        if !signature.is_ok_and(|signature| key.verifies(&segment_message(origin, signed), signature)) {
            return Some("a signature was not made with the unit's key");
        }
        names.push(first);
    }
    (names[0] != names[1]).then_some("the headers are of different records") // one for each of two sides
}

/// The first and last name of headers that continue each other, and the last one's link.
fn chain<'a>(header: &'a [u8], following: Repeated<'a, &'a [u8]>) -> Option<(EventName, EventName, Link)> {
    let (first, mut end) = read(header)?;
    let mut last = first.name();
    for bytes in following.iter() {
        let (next, link) = read(bytes)?;
        let expected = EventName { unit: last.unit, seq: last.seq.next()? };
        if next.name() != expected || next.prev != end {
            return None;
        }
        (last, end) = (expected, link);
    }
    Some((first.name(), last, end))
}

fn read(bytes: &[u8]) -> Option<(Header, Link)> {
    let bytes = bytes.try_into().ok()?;
    Some((Header::decode(bytes).ok()?, link(bytes)))
}
