//! Who computes at once. Figures may cost a pass over the log, so they have fewer places than there are, and those of the public fewer still:
//! status, proofs and pages never wait behind them.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{access::Part, asking::Asking};

/// How many requests compute at once; the others wait.
const AT_ONCE: usize = 4;
/// How many of them compute figures, or what else may cost a pass over the log.
const FIGURES_AT_ONCE: usize = 3;
/// How many of those are asked by the public.
const PUBLIC_AT_ONCE: usize = 2;

/// What a request computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Something that is at hand in a moment.
    Short,
    /// What may cost a pass over the log.
    Figures,
    /// The same, for anybody.
    PublicFigures,
}

impl Work {
    /// Figures for whoever asks.
    pub(super) fn figures(asking: &Asking) -> Work {
        if asking.sees(Part::Cells) { Work::Figures } else { Work::PublicFigures }
    }
}

/// The places there are.
pub(super) struct Places {
    all: Arc<Semaphore>,
    figures: Arc<Semaphore>,
    public: Arc<Semaphore>,
}

/// Held while something is computed.
pub(super) struct Place {
    _held: Vec<OwnedSemaphorePermit>,
}

impl Places {
    pub(super) fn new() -> Places {
        let places = |count| Arc::new(Semaphore::new(count));
        Places { all: places(AT_ONCE), figures: places(FIGURES_AT_ONCE), public: places(PUBLIC_AT_ONCE) }
    }

    /// Waits for a place, of the smallest kind first: who waits for one holds none that others could use.
    pub(super) async fn take(&self, work: Work) -> Place {
        let kinds: &[&Arc<Semaphore>] = match work {
            Work::Short => &[&self.all],
            Work::Figures => &[&self.figures, &self.all],
            Work::PublicFigures => &[&self.public, &self.figures, &self.all],
        };
        let mut held = Vec::with_capacity(kinds.len());
        for kind in kinds {
            held.extend(Arc::clone(kind).acquire_owned().await); // never closed
        }
        Place { _held: held }
    }
}
