//! The sizes that checkpoints were signed for: the steps of a slider over time.

use socai_log::{Item, LogError, Reader};
use socai_tlog::{LeafIndex, TreeSize};

/// Steps kept; when there are more, every other one goes.
const MOST: usize = 4_096;

/// Sizes of commits, oldest first, evenly thinned.
#[derive(Debug, Default)]
pub(super) struct Steps {
    sizes: Vec<TreeSize>,
    /// Where the log was read to.
    read: TreeSize,
}

impl Steps {
    /// Reads on to `end`, and gives all steps with `end` as the last one. Costs a pass over what is new.
    pub(super) fn read(&mut self, reader: &Reader, end: TreeSize) -> Result<Vec<TreeSize>, LogError> {
        if end > self.read {
            for chunk in reader.scan(LeafIndex(self.read.0), end)? {
                for item in chunk?.items() {
                    if let (_, Item::Commit(commit)) = item?
                        && commit.size > self.read
                    {
                        self.push(commit.size);
                    }
                }
            }
            self.read = end;
        }
        let mut steps: Vec<TreeSize> = self.sizes.iter().copied().filter(|size| *size < end).collect();
        steps.push(end);
        Ok(steps)
    }

    fn push(&mut self, size: TreeSize) {
        if self.sizes.len() >= MOST {
            let mut at = 0;
            self.sizes.retain(|_| {
                at += 1;
                at % 2 == 1
            });
        }
        self.sizes.push(size);
    }
}
