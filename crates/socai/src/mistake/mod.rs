//! What went wrong, in the language of whoever asked.
//!
//! Libraries say their errors in English. This is the one place that says them in Vietnamese too: those that a user meets, by their types, so that no text
//! is looked for in another text. An error made in this crate without a language at hand carries both ([`Mistake`]).

mod ledger;
mod log;
mod system;
mod unit;

use std::{error::Error, fmt};

use crate::{lang::Lang, later::Later};

/// An error in both languages. Displayed it is English, as every other error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    vi: String,
    en: String,
}

impl Mistake {
    /// The same said twice.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Mistake {
        Mistake { vi: vi.into(), en: en.into() }
    }

    /// The same with what comes before it in either language, such as a flag.
    pub fn of(self, what: &str) -> Mistake {
        Mistake { vi: format!("{what}: {}", self.vi), en: format!("{what}: {}", self.en) }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.en)
    }
}

impl Error for Mistake {}

/// An error to return, in both languages.
pub fn mistake(vi: impl Into<String>, en: impl Into<String>) -> anyhow::Error {
    Mistake::new(vi, en).into()
}

/// The error and its causes, outermost first. A cause that the words before it repeat is left out.
pub fn words(error: &anyhow::Error, lang: Lang) -> String {
    if let Some(Later(error)) = error.downcast_ref() {
        return words(error, lang);
    }
    // a context of anyhow cannot be told by its type, only asked for
    let context = error.downcast_ref::<Mistake>();
    let said = |link: &(dyn Error + 'static)| {
        let en = link.to_string();
        match (lang, context) {
            (Lang::En, _) => en,
            (Lang::Vi, Some(context)) if context.en == en => context.vi.clone(),
            (Lang::Vi, _) => in_vietnamese(link).unwrap_or(en),
        }
    };
    let mut all = String::new();
    for link in error.chain().map(said) {
        if all.is_empty() {
            all = link;
        } else if !all.contains(&link) {
            all = format!("{all}: {link}");
        }
    }
    all
}

/// An error of a library in Vietnamese. What is not put into words here says itself in English.
trait Vietnamese: Error {
    fn vi(&self) -> String;
}

/// The same in Vietnamese, if it is an error that this module knows.
fn in_vietnamese(error: &(dyn Error + 'static)) -> Option<String> {
    fn of<E: Vietnamese + 'static>(error: &(dyn Error + 'static)) -> Option<String> {
        error.downcast_ref::<E>().map(Vietnamese::vi)
    }
    let known = [
        of::<Mistake>,
        of::<std::io::Error>,
        of::<std::sync::Arc<std::io::Error>>,
        of::<serde_json::Error>,
        of::<socai_log::LogError>,
        of::<socai_domain::NotADate>,
        of::<socai_domain::period::NotAPeriod>,
        of::<socai_tlog::BadName>,
        of::<socai_audit::AuditError>,
        of::<socai_audit::ProveError>,
        of::<socai_audit::findings::FindingsError>,
        of::<socai_audit::printed::PrintedError>,
        of::<socai_audit::DrillError>,
        of::<socai_follow::ReplayError>,
        of::<socai_follow::TrustError>,
        of::<socai_fold::figures::series::NoSeries>,
        of::<socai_mirror::MirrorError>,
        of::<socai_district::DistrictError>,
        of::<socai_district::ConfigError>,
        of::<socai_ward::AccessError>,
        of::<socai_ward::WardError>,
        of::<socai_ward::NodeError>,
        of::<socai_ward::OpenError>,
        of::<socai_ward::ConfigError>,
        of::<socai_ward::KeyError>,
        of::<socai_ward::FileError>,
        of::<socai_ward::ClientError>,
        of::<socai_ward::RecordError>,
        of::<socai_ward::ImportError>,
        of::<socai_ward::SealError>,
        of::<socai_ward::VaultError>,
    ];
    known.iter().find_map(|said| said(error))
}

impl Vietnamese for Mistake {
    fn vi(&self) -> String {
        self.vi.clone()
    }
}

#[cfg(test)]
mod tests;
