//! Surgery on a volume by somebody who has the file and knows the format: checksums are made right again.
//!
//! Layout: `proto/README.md`, Frames and Volume.

use std::{fs, path::Path};

use super::DrillError;

/// Kinds of frames that frauds look for.
pub(super) const RECORD: u8 = 2;
pub(super) const COMMIT: u8 = 3;

/// A volume as its frames: kind and payload.
pub(super) type Frames = Vec<(u8, Vec<u8>)>;

/// Changes the first volume of a log.
pub(super) fn rework(
    ledger: &Path,
    fraud: &'static str,
    change: impl FnOnce(&mut Frames) -> Option<()>,
) -> Result<(), DrillError> {
    let path = ledger.join("log/volumes/0000000000.vol");
    let io = |cause| DrillError::Io { path: path.clone(), cause };
    let mut frames = parse(&fs::read(&path).map_err(io)?);
    change(&mut frames).ok_or(DrillError::Stage { fraud, missing: "frame" })?;
    fs::write(&path, encode(&frames)).map_err(io)
}

fn parse(mut bytes: &[u8]) -> Frames {
    let mut frames = vec![];
    while let Some((len, rest)) = bytes.split_first_chunk::<4>() {
        let len = u32::from_be_bytes(*len) as usize;
        let [kind, rest @ ..] = rest else { break };
        let Some((payload, rest)) = rest.split_at_checked(len) else { break };
        frames.push((*kind, payload.to_vec()));
        bytes = rest.get(4..).unwrap_or_default();
    }
    frames
}

fn encode(frames: &Frames) -> Vec<u8> {
    let mut bytes = vec![];
    for (kind, payload) in frames {
        let start = bytes.len();
        bytes.extend((payload.len() as u32).to_be_bytes());
        bytes.push(*kind);
        bytes.extend(payload);
        let checksum = crc32c::crc32c(&bytes[start..]);
        bytes.extend(checksum.to_be_bytes());
    }
    bytes
}

/// Where the frames of a kind are.
pub(super) fn all(frames: &Frames, kind: u8) -> Vec<usize> {
    (0..frames.len()).filter(|place| frames[*place].0 == kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_byte_for_byte() {
        let frames: Frames = vec![(1, vec![]), (RECORD, vec![1, 2, 3]), (COMMIT, vec![9; 300])];
        let bytes = encode(&frames);
        assert_eq!(parse(&bytes), frames);
        assert_eq!(encode(&parse(&bytes)), bytes);
        assert_eq!(parse(&bytes[..bytes.len() - 5]).len(), 2, "what was cut off is no frame");
    }
}
