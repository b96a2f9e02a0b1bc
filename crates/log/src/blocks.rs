//! Blocks of the index files, kept for who looks up many records: most of them lie near one another in time.

use crate::delta::{DerivedFile, NUMBER_LEN};

/// Bytes of a block in its file: 512 numbers.
pub(crate) const BLOCK_LEN: u64 = 4096;
/// Blocks of positions that are kept at most, and of all units together: 8 MiB each. A power of two.
const SLOTS: usize = 4096;

const _: () = assert!(BLOCK_LEN.is_multiple_of(NUMBER_LEN) && SLOTS.is_power_of_two());

/// Whole blocks that were read before. Each has one place, which it shares with some others: the one read last stays.
///
/// Index files only grow, so a whole block stays as it is, unless what a power cut left of it is put right: whoever finds something else
/// than was asked for forgets them all and reads again.
#[derive(Default)]
pub(crate) struct Blocks {
    slots: Vec<Option<Block>>,
}

/// The numbers of a block, all of them: they ascend, so that each is kept as its distance from the first.
struct Block {
    file: DerivedFile,
    no: u64,
    first: u64,
    distances: Vec<u32>,
}

impl Blocks {
    /// The number at `offset` of a file, if its block is kept.
    pub(crate) fn number(&self, file: DerivedFile, offset: u64) -> Option<u64> {
        let no = offset / BLOCK_LEN;
        let block = self.slots.get(slot(file, no)?)?.as_ref()?;
        let at = (offset % BLOCK_LEN / NUMBER_LEN) as usize;
        ((block.file, block.no) == (file, no)).then(|| block.first + u64::from(block.distances[at]))
    }

    /// How much larger the number behind the one at `offset` is, if both stand in a block that is kept.
    pub(crate) fn distance(&self, file: DerivedFile, offset: u64) -> Option<u64> {
        let next = offset + NUMBER_LEN;
        let is_in_block = !next.is_multiple_of(BLOCK_LEN);
        is_in_block.then(|| self.number(file, next)?.checked_sub(self.number(file, offset)?)).flatten()
    }

    /// Keeps a block of a file; one whose numbers do not lie together is not worth it.
    pub(crate) fn keep(&mut self, file: DerivedFile, no: u64, bytes: &[u8; BLOCK_LEN as usize]) {
        let Some(slot) = slot(file, no) else { return };
        if self.slots.is_empty() {
            self.slots.resize_with(2 * SLOTS, || None);
        }
        let mut distances = self.slots[slot].take().map(|block| block.distances).unwrap_or_default();
        let (numbers, _) = bytes.as_chunks::<{ NUMBER_LEN as usize }>();
        let first = u64::from_be_bytes(numbers[0]);
        let mut all = 0;
        distances.clear();
        distances.extend(numbers.iter().map(|number| {
            let distance = u64::from_be_bytes(*number).wrapping_sub(first);
            all |= distance;
            distance as u32 // whether it fits is asked of all together
        }));
        if all > u64::from(u32::MAX) {
            return;
        }
        self.slots[slot] = Some(Block { file, no, first, distances });
    }

    /// Forgets them all; whether there were any.
    pub(crate) fn forget(&mut self) -> bool {
        !std::mem::take(&mut self.slots).is_empty()
    }
}

/// The number at `offset` of the file that the block was read from, as far as it was read.
pub(crate) fn number_in(block: &[u8], offset: u64) -> Option<u64> {
    let at = (offset % BLOCK_LEN) as usize;
    let bytes = block.get(at..at + NUMBER_LEN as usize)?;
    bytes.try_into().ok().map(u64::from_be_bytes)
}

/// Neighbours in a file lie side by side; files of numbers that are looked up in are positions and units.
fn slot(file: DerivedFile, no: u64) -> Option<usize> {
    match file {
        DerivedFile::Positions => Some(no as usize % SLOTS),
        DerivedFile::Unit(unit) => {
            let start = u64::from(unit.0).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48;
            Some(SLOTS + start.wrapping_add(no) as usize % SLOTS)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use socai_tlog::UnitNo;

    use super::*;

    fn block(numbers: impl Iterator<Item = u64>) -> [u8; BLOCK_LEN as usize] {
        let mut block = [0; BLOCK_LEN as usize];
        for (at, number) in block.chunks_exact_mut(8).zip(numbers) {
            at.copy_from_slice(&number.to_be_bytes());
        }
        block
    }

    #[test]
    fn a_kept_block_gives_its_numbers_until_it_is_forgotten_or_replaced() {
        let (unit, other) = (DerivedFile::Unit(UnitNo(7)), DerivedFile::Positions);
        let mut blocks = Blocks::default();
        assert_eq!(blocks.number(unit, 0), None);
        blocks.keep(unit, 2, &block((1 << 40..).step_by(3)));
        assert_eq!(blocks.number(unit, 2 * BLOCK_LEN), Some(1 << 40));
        assert_eq!(blocks.number(unit, 3 * BLOCK_LEN - 8), Some((1 << 40) + 3 * 511));
        assert_eq!(blocks.number(unit, 3 * BLOCK_LEN), None);
        assert_eq!(blocks.distance(unit, 2 * BLOCK_LEN), Some(3));
        assert_eq!(
            blocks.distance(unit, 3 * BLOCK_LEN - 8),
            None,
            "the number behind it stands in another block"
        );
        assert_eq!(blocks.number(other, 2 * BLOCK_LEN), None);
        blocks.keep(unit, 2 + SLOTS as u64, &block(9..));
        assert_eq!(blocks.number(unit, 2 * BLOCK_LEN), None, "the other block has its place");
        assert!(blocks.forget());
        assert!(!blocks.forget());
        assert_eq!(blocks.number(unit, (2 + SLOTS as u64) * BLOCK_LEN), None);
    }

    #[test]
    fn a_block_with_holes_or_a_new_volume_in_it_is_not_kept() {
        let mut blocks = Blocks::default();
        let descending = (0..256).map(|at| 1_000 + at).chain(0..256);
        blocks.keep(DerivedFile::Positions, 0, &block(descending));
        assert_eq!(blocks.number(DerivedFile::Positions, 0), None);
        let far = (0..511).chain([1 << 33]);
        blocks.keep(DerivedFile::Positions, 0, &block(far));
        assert_eq!(blocks.number(DerivedFile::Positions, 0), None);
        blocks.keep(DerivedFile::Positions, 0, &block(5..));
        assert_eq!(blocks.number(DerivedFile::Positions, 8), Some(6));
    }
}
