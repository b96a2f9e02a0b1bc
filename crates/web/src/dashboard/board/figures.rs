//! What pages are made of, each computed once for each size: figures whole or at a glance, the facts behind one, one by month.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use socai_fold::{
    Fold,
    figures::{Asked, is_read_again},
};
use socai_proto::Lang;
use socai_report::Figures;
use socai_tlog::TreeSize;

use super::{Board, lock, waited};
use crate::dashboard::{
    access::Part, answers::Months, asking::Asking, kept::Kept, listing::Facts, oops::Oops, suppress,
};

/// Entries from which on a page does not wait for what has to be read again longer than this; smaller ledgers are read in less.
pub(in crate::dashboard) const LARGE: u64 = 1 << 18;
/// How long it waits.
const PATIENCE: Duration = Duration::from_millis(500);

impl Board {
    /// The figures of a question with their digests, computed once for each size.
    pub(in crate::dashboard) fn figures(&self, fold: &Fold, asked: &Asked) -> Result<Arc<Figures>, Oops> {
        self.0.figures.get((fold.size(), asked.clone()), || {
            self.answers().figures(self.reader(), fold, asked).map_err(|error| Oops::fault(&error))
        })
    }

    /// The same for a visitor: without small cells for those who may not see them.
    pub(in crate::dashboard) fn figures_for(
        &self,
        fold: &Fold,
        asked: &Asked,
        asking: &Asking,
    ) -> Result<Arc<Figures>, Oops> {
        let all = self.figures(fold, asked)?;
        opened(&self.0.open, all, asked, asking)
    }

    /// The figures of a question as pages show them, without digests and texts ([`Answers::glance`]), computed once for each size.
    pub(in crate::dashboard) fn glance(&self, fold: &Fold, asked: &Asked) -> Result<Arc<Figures>, Oops> {
        let question = (fold.size(), asked.clone());
        if let Some(whole) = self.0.figures.known(&question) {
            return Ok(whole);
        }
        self.0.glances.get(question, || self.timed(|| self.answers().glance(self.reader(), fold, asked)))
    }

    /// The same for a visitor as far as it is there soon, and whether that is all: of a large ledger what has to be read again may still be
    /// missing ([`Answers::sums`]); then it is being computed.
    pub(in crate::dashboard) fn glance_for(
        &self,
        fold: &Arc<Fold>,
        asked: &Asked,
        asking: &Asking,
    ) -> Result<(Arc<Figures>, bool), Oops> {
        let question = (fold.size(), asked.clone());
        if fold.size().0 >= LARGE && !self.has_glance(&question) {
            let began = Instant::now();
            let compute = || {
                let (board, of, about) = (self.clone(), Arc::clone(fold), asked.clone());
                move || waited(|| board.glance(&of, &about)).is_ok()
            };
            let mut is_coming = self.0.begun.wait(&question, Duration::ZERO, compute());
            let sums = self.sums(fold, asked)?;
            if is_coming && !self.has_glance(&question) {
                is_coming = self.0.begun.wait(&question, PATIENCE.saturating_sub(began.elapsed()), compute());
            }
            // what failed is tried once more below, and its fault told
            if is_coming && !self.has_glance(&question) {
                return Ok((opened(&self.0.open_sums, sums, asked, asking)?, false));
            }
        }
        let all = self.glance(fold, asked)?;
        Ok((opened(&self.0.open_glances, all, asked, asking)?, true))
    }

    /// The same with one figure, which is waited for if it has to be read again.
    pub(in crate::dashboard) fn glance_with(
        &self,
        fold: &Arc<Fold>,
        asked: &Asked,
        code: &str,
        asking: &Asking,
    ) -> Result<Arc<Figures>, Oops> {
        let rows = fold.rulebook().indicators(asked.to).map(|(_, rows)| rows).unwrap_or_default();
        let row = rows.iter().find(|row| row.code == code).ok_or_else(Oops::unknown)?;
        if fold.size().0 >= LARGE && !is_read_again(row) {
            let sums = self.sums(fold, asked)?;
            return opened(&self.0.open_sums, sums, asked, asking);
        }
        opened(&self.0.open_glances, self.glance(fold, asked)?, asked, asking)
    }

    /// What the state alone says of a question.
    fn sums(&self, fold: &Fold, asked: &Asked) -> Result<Arc<Figures>, Oops> {
        self.0.sums.get((fold.size(), asked.clone()), || {
            self.answers().sums(self.reader(), fold, asked).map_err(|error| Oops::fault(&error))
        })
    }

    /// Whether a page need not wait.
    fn has_glance(&self, question: &(TreeSize, Asked)) -> bool {
        self.0.figures.known(question).or_else(|| self.0.glances.known(question)).is_some()
    }

    /// Computes figures of a page, and notes how long that took. What has digests takes longer, and no page shows it.
    fn timed(&self, compute: impl FnOnce() -> Result<Figures, String>) -> Result<Figures, Oops> {
        let began = Instant::now();
        let figures = compute();
        *lock(&self.0.took) = began.elapsed();
        figures.map_err(|error| Oops::fault(&error))
    }

    /// The facts behind one figure, listed once for each size.
    pub(in crate::dashboard) fn facts(
        &self,
        fold: &Fold,
        asked: &Asked,
        code: &str,
    ) -> Result<Arc<Facts>, Oops> {
        self.0.facts.get((fold.size(), asked.clone(), code.to_owned()), || {
            Facts::of(self.reader(), fold, asked, code).map_err(|error| Oops::fault(&error))
        })
    }

    /// One figure by month.
    pub(in crate::dashboard) fn months(
        &self,
        fold: &Fold,
        asked: &Asked,
        code: &str,
        lang: Lang,
    ) -> Result<Arc<Option<Months>>, Oops> {
        self.0.months.get((fold.size(), asked.clone(), code.to_owned(), lang), || {
            self.answers().months(self.reader(), fold, code, asked, lang).map_err(|error| Oops::fault(&error))
        })
    }

    /// The figures of a question as known at a size, as a slider passes over them: [`Answers::brief`]. The state of a past size is not kept, its
    /// figures are.
    pub(in crate::dashboard) fn brief(
        &self,
        now: &Fold,
        size: TreeSize,
        asked: &Asked,
    ) -> Result<Arc<Figures>, Oops> {
        let at = size.min(now.size());
        self.0.brief.get((at, asked.clone()), || {
            let (reader, answers) = (self.reader(), self.answers());
            let figures = match at == now.size() {
                true => answers.brief(reader, now, asked),
                false => {
                    let then = answers.about(reader, at, asked);
                    then.and_then(|then| answers.brief(reader, &then, asked))
                }
            };
            figures.map_err(|error| Oops::fault(&error))
        })
    }
}

/// Figures as a visitor may see them, kept for all who may see as much.
fn opened(
    kept: &Kept<(TreeSize, Asked, u64), Figures>,
    all: Arc<Figures>,
    asked: &Asked,
    asking: &Asking,
) -> Result<Arc<Figures>, Oops> {
    if asking.sees(Part::Cells) {
        return Ok(all);
    }
    let min_cell = asking.visitor.min_cell;
    kept.get((all.as_of.size, asked.clone(), min_cell), || Ok(suppress::open(&all, min_cell)))
}
