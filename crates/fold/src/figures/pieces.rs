//! Bytes that are held until the end of a pass: one behind the other in large pieces of memory, so that neither taking them nor letting go of
//! them costs anything for each.

/// Bytes of a piece, unless a single thing is longer. None is ever moved.
const PIECE: usize = 1 << 20;

/// The bytes.
#[derive(Default)]
pub(super) struct Pieces(Vec<Vec<u8>>);

/// Where some of them are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    piece: u32,
    at: u32,
    len: u32,
}

impl Pieces {
    /// Holds at most 4 GiB at once, as all facts are: at most 1 MiB.
    pub fn hold(&mut self, bytes: &[u8]) -> Span {
        if self.0.last().is_none_or(|piece| piece.len() + bytes.len() > piece.capacity()) {
            self.0.push(Vec::with_capacity(PIECE.max(bytes.len())));
        }
        let number = self.0.len() - 1;
        let piece = &mut self.0[number];
        let span = Span { piece: number as u32, at: piece.len() as u32, len: bytes.len() as u32 };
        piece.extend_from_slice(bytes);
        span
    }

    /// What was held there.
    #[inline]
    pub fn at(&self, span: Span) -> &[u8] {
        &self.0[span.piece as usize][span.at as usize..][..span.len as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_given_back_whatever_its_length_and_piece() {
        let mut pieces = Pieces::default();
        let bytes = |at: usize| vec![at as u8; [0, 1, 300, PIECE - 5, PIECE, PIECE + 7][at % 6]];
        let spans: Vec<Span> = (0..24).map(|at| pieces.hold(&bytes(at))).collect();
        assert!(spans.iter().enumerate().all(|(at, span)| pieces.at(*span) == bytes(at)));
        assert!(pieces.0.iter().all(|piece| piece.capacity() >= piece.len()) && pieces.0.len() > 12);
    }
}
