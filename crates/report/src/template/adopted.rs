//! The template in force: the newest adopted one that works. A broken one is passed over and named, so a report can always be made as before.

use socai_fold::{Adopted, Rulebook};

use super::{Template, tried::tried};
use crate::Error;
use crate::figures::Figures;

/// Name of the monthly template among the adopted rules.
pub const MONTHLY: &str = "template.monthly";

/// A template that prints these figures, and those passed over.
#[derive(Debug)]
pub struct InForce {
    /// The template.
    pub template: Template,
    /// Newer ones that cannot be used, newest first.
    pub broken: Vec<Broken>,
}

/// An adopted template that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{MONTHLY} version {version}, record {leaf} of the log: {error}")]
pub struct Broken {
    /// Version as the operator numbers them.
    pub version: u32,
    /// The record that adopted it.
    pub leaf: socai_tlog::LeafIndex,
    /// What is wrong with it, and on which line.
    pub error: Error,
}

/// No adopted template can be used.
#[derive(Debug, thiserror::Error)]
pub enum NoTemplate {
    /// None was ever adopted.
    #[error(
        "the ledger has adopted no {MONTHLY} to print with: adopt one by `socai district adopt DIR {MONTHLY}.jinja --from DATE`; --format json needs none"
    )]
    Never,
    /// Every one is broken; this is the newest.
    #[error(transparent)]
    Broken(Broken),
}

impl Template {
    /// The template for a report's last day: the newest effective by then that works with the figures, else the earliest there is.
    ///
    /// # Errors
    /// None was adopted, or none works.
    pub fn in_force(rulebook: &Rulebook, figures: &Figures) -> Result<InForce, NoTemplate> {
        let mut broken = Vec::new();
        for adopted in newest_first(rulebook, figures) {
            match works(&adopted.content, figures) {
                Ok(template) => return Ok(InForce { template, broken }),
                Err(error) => {
                    broken.push(Broken { version: adopted.version, leaf: adopted.leaf, error });
                }
            }
        }
        Err(broken.into_iter().next().map_or(NoTemplate::Never, NoTemplate::Broken))
    }
}

fn newest_first<'r>(rulebook: &'r Rulebook, figures: &Figures) -> Vec<&'r Adopted> {
    let on = figures.period.to;
    let named = || rulebook.adopted().iter().filter(|adopted| adopted.name == MONTHLY);
    let mut effective: Vec<&Adopted> = named().filter(|adopted| adopted.effective_from <= on).collect();
    effective.sort_by_key(|adopted| std::cmp::Reverse((adopted.effective_from, adopted.leaf)));
    if effective.is_empty() {
        effective.extend(named().min_by_key(|adopted| (adopted.effective_from, adopted.leaf)));
    }
    effective
}

fn works(source: &str, figures: &Figures) -> Result<Template, Error> {
    let template = tried(source)?;
    template.body(figures)?;
    Ok(template)
}
