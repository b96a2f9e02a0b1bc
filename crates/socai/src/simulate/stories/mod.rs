//! The stories of a year, one file for each domain.

mod budget;
mod clearance;
mod closings;
mod directives;
mod dossiers;
mod events;
mod gifts;
mod health;
mod housing;
mod inspections;
mod mending;
mod military;
mod missteps;
mod papers;
mod penalties;
mod projects;
mod reports;
mod tax;
mod units;

use super::day::Story;

/// Every story, in the order in which they are told each day: inspections find what penalties fine, mending looks at what was said,
/// and the units' own affairs come last, because a key is replaced after everything it signs.
pub fn all(seed: u64) -> Vec<Box<dyn Story>> {
    vec![
        Box::new(budget::Budget::new(seed)),
        Box::new(tax::Tax::new(seed)),
        Box::new(projects::Projects::new(seed)),
        Box::new(clearance::Clearance::new(seed)),
        Box::new(inspections::Inspections::new(seed)),
        Box::new(penalties::Penalties::new(seed)),
        Box::new(events::Events::new(seed)),
        Box::new(housing::Housing::new(seed)),
        Box::new(gifts::Gifts::new(seed)),
        Box::new(health::Health::new(seed)),
        Box::new(military::Military::new(seed)),
        Box::new(dossiers::Dossiers::new(seed)),
        Box::new(papers::Papers::new(seed)),
        Box::new(directives::Directives::new(seed)),
        Box::new(missteps::Missteps::new(seed)),
        Box::new(mending::Mending::new(seed)),
        Box::new(closings::Closings::new(seed)),
        Box::new(reports::Reports::default()),
        Box::new(units::Units::new(seed)),
    ]
}
