//! What the pages show that the command line prints too.

use socai_domain::CivilDate;
use socai_fold::{Fold, figures::Asked};
use socai_log::Reader;
use socai_proto::Lang;
use socai_report::Figures;

/// Whoever assembles answers from a ledger: one way to each, so that a page and a command never say two things.
///
/// Errors are words for the log of the program; a page says only that it failed.
pub trait Answers: Send + Sync + 'static {
    /// The figures of a question at the size of the fold, as `socai report` prints them. Costs a pass over the log.
    ///
    /// # Errors
    /// The log cannot be read.
    fn figures(&self, reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures, String>;

    /// Where a case stands on a day, and its story, as `socai case` prints it; none when no fact belongs to it. Costs a pass over the log.
    ///
    /// # Errors
    /// The log cannot be read.
    fn case(&self, reader: &Reader, id: &str, on: CivilDate, lang: Lang) -> Result<Option<String>, String>;
}
